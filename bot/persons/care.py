"""When somebody may be in danger: she is answered in private, and whoever is on duty is called.

Nothing of what she wrote is in the answer, in the alert or in the log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.persons.whisper import Word
from bot.rendering.care import (
    alert_markdown,
    answer_markdown,
    old_lines_markdown,
    ping_markdown,
)
from bot.rendering.markdown import escape
from bot.sending.parcels import post
from bot.wording import wording
from flows.audit import Act
from flows.care.look import Danger, danger_in
from flows.ids import EffectKey, EventId, ReplyNo, RoomId, UserId
from storage.care import CareAlert
from storage.instants import to_ms
from storage.rooms import RoomUse
from storage.told import SpeaksOf

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.config.care import CareConfig
    from bot.dialogues.holds import HoldsBack
    from bot.persons.whisper import Whisper
    from bot.world import World
    from flows.ids import DialogueId
    from flows.messages import Edited, Written
    from storage.transaction import Transaction

log = structlog.get_logger()

AGAIN_AFTER = timedelta(hours=1)
"""So long after an answer she is not answered again, unless it has become graver."""

RELEASE_WORDS = {"sv": "släpp", "en": "release"}
_RELEASE = re.compile(
    r"\s*!?(?:släpp|slapp|release)\s+#?(?P<number>\d{1,12})\s*[.!]?\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message in which somebody may be in danger. `reply_no` is None for one that is not kept."""

    user_id: UserId
    danger: Danger
    room_id: RoomId
    event_id: EventId
    reply_no: ReplyNo | None
    dialogue_id: DialogueId | None


class Care:
    """Answers and calls, inside the transaction that heard of it."""

    def __init__(
        self,
        config: CareConfig,
        world: World,
        *,
        whisper: Whisper,
        links: Links,
        holds: HoldsBack,
        language: str,
        zone: ZoneInfo,
    ) -> None:
        self._config = config
        self._world = world
        self._whisper = whisper
        self._links = links
        self._holds = holds
        self._language = language
        self._zone = zone
        self._lines_seen_on: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether it listens at all."""
        return self._config.enabled

    @property
    def duty(self) -> tuple[UserId, ...]:
        """Who is called."""
        return self._config.duty if self._config.alerts else ()

    def listens_to(
        self, tx: Transaction, one: Written | Edited, *, now: datetime, only_own: bool = False
    ) -> bool:
        """Look at a message that is no reply; True if it is about danger, and was answered.

        Args:
            only_own: what is said of others is of no matter: she is asked about them.
        """
        if not self.is_on or one.sender in self._world.onlookers:
            return False
        danger = danger_in(one.text)
        if danger is None or (only_own and not danger.level.is_own):
            return False
        heard = Heard(
            user_id=one.sender,
            danger=danger,
            room_id=one.room_id,
            event_id=one.event_id,
            reply_no=None,
            dialogue_id=None,
        )
        self.hear(tx, heard, now=now)
        return True

    def hear(self, tx: Transaction, heard: Heard, *, now: datetime) -> None:
        """Answer in private and call, if that was not done a moment ago."""
        since = to_ms(now - AGAIN_AFTER)
        before = [
            one.level.weight
            for one in tx.care.since(heard.user_id, from_ms=since)
            if one.level.is_own is heard.danger.level.is_own
        ]
        log.warning("care.heard", level=heard.danger.level.value, again=bool(before))
        if max(before, default=0) >= heard.danger.level.weight:
            return
        tx.care.add(
            CareAlert(
                user_id=heard.user_id,
                level=heard.danger.level,
                room_id=heard.room_id,
                event_id=heard.event_id,
                reply_no=heard.reply_no,
                made_ms=to_ms(now),
            )
        )
        tx.audit.add(
            Act.CARE,
            actor="runda",
            at_ms=to_ms(now),
            dialogue=heard.dialogue_id or "",
            subject="" if heard.reply_no is None else str(heard.reply_no),
            reason=heard.danger.level.value,
        )
        self._answer(tx, heard, now)
        if self._config.alerts:
            self._call(tx, heard, now)

    def _answer(self, tx: Transaction, heard: Heard, now: datetime) -> None:
        # Whoever has chosen no language is answered in the one she wrote in.
        words = wording(self._world.language_of(heard.user_id) or heard.danger.language)
        text = answer_markdown(
            heard.danger.level,
            self._config.lines,
            words,
            called=bool(self.duty),
            kept=heard.reply_no is not None and self._world.use_of(heard.room_id) is RoomUse.DIRECT,
        )
        word = Word(name=f"care/{heard.event_id}", markdown=text)
        self._whisper.tell(tx, heard.user_id, [word], near=self._near(heard), now=now, urgent=True)

    def _call(self, tx: Transaction, heard: Heard, now: datetime) -> None:
        words = wording(self._language)
        reply = "" if heard.reply_no is None else str(heard.reply_no)
        told: list[EffectKey] = []
        for user_id in self.duty:
            text = alert_markdown(
                heard.danger.level,
                words,
                person=f"[{escape(heard.user_id)}]({self._links.person(heard.user_id)})",
                place=self._place(heard),
                reply=reply,
                release=RELEASE_WORDS[words.language],
            )
            alert = [
                # The alert itself is no ringing message: a locked screen shows only the other.
                Word(name=f"care-alert/{heard.event_id}/0", markdown=text, silent=True),
                Word(name=f"care-alert/{heard.event_id}/1", markdown=ping_markdown(words)),
            ]
            room_id = self._world.organizers_room
            told += self._whisper.tell(tx, user_id, alert, near=room_id, now=now, urgent=True)
        if not self.duty:
            text = alert_markdown(
                heard.danger.level,
                words,
                person="",
                place=self._place(heard),
                reply=reply,
                release=f"!{RELEASE_WORDS[words.language]}",
            )
            key = EffectKey(f"{self._world.organizers_room}/-/-/care-alert/{heard.event_id}")
            notice = post(key, self._world.organizers_room, text, silent=False)
            tx.outbox.put([notice], now_ms=to_ms(now))
            told.append(key)
        # Not of her: duty has to find her, also when she has asked to be forgotten meanwhile.
        of_dialogue = SpeaksOf(dialogue=heard.dialogue_id or self._dialogue(heard))
        for one in told:
            tx.told.note(one, of_dialogue)

    def _dialogue(self, heard: Heard) -> DialogueId | None:
        """What her group is doing at the moment."""
        room_id: RoomId | None = heard.room_id
        if self._world.use_of(heard.room_id) is RoomUse.DIRECT:
            room_id = self._world.group_room(heard.user_id)
        live = self._world.live.values()
        here = (one.id for one in live if any(each.room_id == room_id for each in one.groups))
        return next(here, None)

    def _place(self, heard: Heard) -> str:
        """A link to the message where others may read it; else to the room of her group."""
        if self._world.use_of(heard.room_id) is RoomUse.GROUP:
            return self._links.message(heard.room_id, heard.event_id)
        room_id = self._world.group_room(heard.user_id) or self._world.any_room(heard.user_id)
        return "" if room_id is None else self._links.room(room_id)

    def _near(self, heard: Heard) -> RoomId:
        return heard.room_id

    # ------------------------------------------------------------ the duty person

    def is_release(self, message: Written) -> bool:
        """Whether somebody on duty releases a reply, in her private chat."""
        return message.sender in self.duty and _RELEASE.fullmatch(message.text) is not None

    def release(self, tx: Transaction, message: Written, *, now: datetime) -> set[DialogueId]:
        """Release it, and say so; returns whose board has changed."""
        found = _RELEASE.fullmatch(message.text)
        words = wording(self._world.language_of(message.sender) or self._language)
        touched: set[DialogueId] = set()
        if found is None:
            return touched
        number = ReplyNo(int(found["number"]))
        dialogue_id = self._holds.release(tx, number, only_care=True, by=message.sender, now=now)
        if dialogue_id is None:
            text = words.say(
                "No reply {number} is held back because somebody may be in danger. The number "
                "stands in the alert.",
                number=number,
            )
        else:
            touched.add(dialogue_id)
            text = words.say("Released: reply {number} may be shown again.", number=number)
        key = EffectKey(f"{message.room_id}/-/-/care-release/{message.event_id}")
        tx.outbox.put([post(key, message.room_id, text)], now_ms=to_ms(now))
        return touched

    # ------------------------------------------------------------ the numbers to call

    def lines_need_a_look(self, now: datetime) -> bool:
        """Whether a new day has begun since the numbers' age was looked at."""
        today = now.astimezone(self._zone).date().toordinal()
        if not self.is_on or not self._config.alerts or today == self._lines_seen_on:
            return False
        self._lines_seen_on = today
        return True

    def warn_of_old_lines(self, tx: Transaction, *, now: datetime) -> None:
        """Tell the organizers which numbers nobody has checked for long; once for each."""
        today = now.astimezone(self._zone).date()
        old = [line for line in self._config.lines if line.is_old(today)]
        text = old_lines_markdown(old, today, wording(self._language))
        if not text:
            return
        oldest = min(line.last_checked for line in old)
        key = EffectKey(f"{self._world.organizers_room}/-/-/care-lines/{oldest}/{len(old)}")
        tx.outbox.put(
            [post(key, self._world.organizers_room, text, silent=False)], now_ms=to_ms(now)
        )
