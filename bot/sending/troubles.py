"""What lasts longer than a minute is told the organizers: once, and in the same message its end.

What is shorter passes without a word; so does what concerns one message, see
`bot.sending.undeliverable`. While nothing can be told (the database is away, or the whole
homeserver), it is told afterwards. What was told outlives the process: the next one goes on
watching it, and tells of its end in the message of the one before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.rendering.markdown import escape
from bot.rendering.prompts import clock_time
from bot.sending.parcels import post, revise
from bot.service.vitals import SILENT_S
from bot.wording import Wording, wording
from flows.ids import EffectKey, RoomId
from storage.instants import from_ms, to_ms
from storage.rooms import RoomUse
from storage.told_troubles import ToldTrouble

if TYPE_CHECKING:
    from bot.service.vitals import Vitals
    from bot.world import World
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()

LASTS_S = 60.0
CLOCKS_DIFFER_S = 60.0
"""A step closes by our clock, and an answer is late by the homeserver's."""
_SPEAKS_S = 45.0
"""A homeserver that has said something within so long is there: it speaks every 30 seconds."""
_LOOKS_EVERY_S = 5.0
_MOST_NAMES = 5


class Kind(StrEnum):
    """What can last."""

    SILENCE = "silence"
    SENDING = "sending"
    DATABASE = "database"
    CLOCK = "clock"


@dataclass(slots=True, kw_only=True)
class _Trouble:
    since: float
    over: float | None = None
    told: EffectKey | None = None
    detail: str = ""


class Troubles:
    """Keeps watch over what lasts.

    Args:
        ticks: seconds that nobody sets.
        clock_ahead_s: by how much the homeserver's clock is ahead of ours.
        posted: called when there is something new in the outbox.
    """

    def __init__(
        self,
        world: World,
        database: Database,
        vitals: Vitals,
        *,
        zone: ZoneInfo,
        language: str,
        now: Callable[[], datetime],
        ticks: Callable[[], float],
        clock_ahead_s: Callable[[], float],
        posted: Callable[[], None],
    ) -> None:
        self._world = world
        self._database = database
        self._vitals = vitals
        self._zone = zone
        self._language = language
        self._now = now
        self._ticks = ticks
        self._clock_ahead_s = clock_ahead_s
        self._posted = posted
        self._going: dict[Kind, _Trouble] = {}
        self._ended: list[tuple[Kind, _Trouble]] = []
        self._held_up: set[RoomId] = set()
        self._noted: frozenset[RoomId] = frozenset()
        """The rooms that the database knows to be held up."""

    def recall(self, tx: Transaction) -> None:
        """Take over what an earlier process has told, before anything is sent or heard."""
        for told in tx.told_troubles.all():
            kind = Kind(told.kind)
            ago_s = (self._now() - from_ms(told.since_ms)).total_seconds()
            self._going[kind] = _Trouble(
                since=self._ticks() - ago_s, told=told.key, detail=told.detail
            )
            if kind is Kind.SENDING:
                self._held_up = tx.outbox.held_up(told.rooms)
                self._noted = told.rooms
                if not self._held_up:
                    # What was sent last was noted, and its end was not told any more.
                    self._end(kind)

    # ------------------------------------------------------------ what the parts tell

    def cannot_send(self, room_id: RoomId) -> None:
        """The chat does not take what is meant for a room, and may later."""
        self._held_up.add(room_id)
        self._begin(Kind.SENDING)

    def settled(self, room_id: RoomId) -> None:
        """Something has reached the room, or never will."""
        if room_id in self._held_up:
            self._held_up.discard(room_id)
            if not self._held_up:
                self._end(Kind.SENDING)

    def database_changed(self, away: str | None) -> None:
        """The database is away, and why; or back (None)."""
        if away is None:
            self._end(Kind.DATABASE)
        else:
            self._begin(Kind.DATABASE)

    def _begin(self, kind: Kind, *, ago_s: float = 0.0) -> None:
        if kind not in self._going:
            self._going[kind] = _Trouble(since=self._ticks() - ago_s)

    def _end(self, kind: Kind) -> None:
        trouble = self._going.pop(kind, None)
        if trouble is not None:
            trouble.over = self._ticks()
            self._ended.append((kind, trouble))

    # ------------------------------------------------------------ what is told

    async def watch(self) -> None:
        """Look again and again, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOKS_EVERY_S)

    async def look(self) -> None:
        """Tell what has lasted long enough, and what of it is over."""
        silent_s = self._vitals.silent_s
        if silent_s > SILENT_S:
            self._begin(Kind.SILENCE, ago_s=silent_s)
        elif silent_s < _SPEAKS_S and self._vitals.has_heard:
            self._end(Kind.SILENCE)
        if abs(self._clock_ahead_s()) > CLOCKS_DIFFER_S:
            self._begin(Kind.CLOCK)
        elif self._vitals.has_heard:
            self._end(Kind.CLOCK)
        ended, self._ended = self._ended, []
        lasting = [one for one in self._going.items() if self._is_to_be_told(*one)]
        over = [(kind, one) for kind, one in ended if _is_worth_telling(kind, one)]
        sending = self._going.get(Kind.SENDING)
        rooms_changed = sending is not None and sending.told and self._held_up != self._noted
        if lasting or over or rooms_changed:
            for kind, trouble in lasting:
                log.error("trouble.lasts", what=kind.value, seconds=round(self._lasted(trouble)))
            for kind, trouble in over:
                log.info("trouble.over", what=kind.value, seconds=round(self._lasted(trouble)))
            await self._database.write(lambda tx: self._tell(tx, lasting, over))
            self._posted()

    def _is_to_be_told(self, kind: Kind, trouble: _Trouble) -> bool:
        if trouble.told is not None or self._lasted(trouble) <= LASTS_S:
            return False
        if kind is Kind.SENDING:
            # Of a homeserver that is away as a whole, its silence is told, and soon.
            return Kind.SILENCE not in self._going and self._vitals.silent_s < _SPEAKS_S
        return kind is not Kind.DATABASE

    def _lasted(self, trouble: _Trouble) -> float:
        return (self._ticks() if trouble.over is None else trouble.over) - trouble.since

    def _wall(self, tick: float) -> datetime:
        return self._now() - timedelta(seconds=self._ticks() - tick)

    def _tell(
        self,
        tx: Transaction,
        lasting: list[tuple[Kind, _Trouble]],
        over: list[tuple[Kind, _Trouble]],
    ) -> None:
        world, words = self._world.ready(tx), wording(self._language)
        room = world.organizers_room
        effects = []
        for kind, trouble in lasting:
            trouble.detail = self._detail(kind, words)
            trouble.told = self._key(kind, trouble)
            text = _lasts(kind, words, since=self._time(trouble.since, words), what=trouble.detail)
            effects.append(post(trouble.told, room, text, silent=False))
        for kind, trouble in over:
            times = (self._time(trouble.since, words), self._time(trouble.over or 0, words))
            text = _was(kind, words, times=times, what=trouble.detail)
            key = self._key(kind, trouble)
            if trouble.told is None:
                effects.append(post(key, room, text, silent=False))
            else:
                effects.append(revise(EffectKey(f"{key}-over"), room, trouble.told, text))
                tx.told_troubles.drop(kind)
        self._note(tx)
        tx.outbox.put(effects, now_ms=to_ms(self._now()))

    def _note(self, tx: Transaction) -> None:
        """Keep what has been told and lasts for a process that comes after this one."""
        held_up = frozenset(self._held_up)
        for kind, trouble in tuple(self._going.items()):
            if trouble.told is None:
                continue
            is_sending = kind is Kind.SENDING
            told = ToldTrouble(
                kind=kind.value,
                key=trouble.told,
                since_ms=to_ms(self._wall(trouble.since)),
                detail=trouble.detail,
                rooms=held_up if is_sending else frozenset(),
            )
            tx.told_troubles.put(told)
            if is_sending:
                self._noted = held_up

    def _key(self, kind: Kind, trouble: _Trouble) -> EffectKey:
        if trouble.told is not None:
            return trouble.told
        return EffectKey(f"-/-/-/trouble-{kind}/{to_ms(self._wall(trouble.since))}")

    def _time(self, tick: float, words: Wording) -> str:
        local = self._wall(tick).astimezone(self._zone)
        time = clock_time(local, words)
        is_today = local.date() == self._now().astimezone(self._zone).date()
        return time if is_today else f"{local:%Y-%m-%d} {time}"

    def _detail(self, kind: Kind, words: Wording) -> str:
        if kind is Kind.SENDING:
            return self._rooms(words)
        if kind is Kind.CLOCK:
            minutes = max(1, round(abs(self._clock_ahead_s()) / 60))
            return words.say_n("{number} minute", "{number} minutes", minutes)
        return ""

    def _rooms(self, words: Wording) -> str:
        """The rooms that cannot be written to: groups by name, private chats without."""
        names = []
        for room_id in sorted(self._held_up):
            room = self._world.rooms.get(room_id)
            if room_id == self._world.organizers_room:
                names.append(words.say("this room"))
            elif room is not None and room.use is RoomUse.GROUP:
                names.append(f"**{escape(room.name or str(room.number))}**")
        others = len(self._held_up) - len(names[:_MOST_NAMES])
        if others:
            more = words.say_n("{number} more room", "{number} more rooms", others)
            names = [*names[:_MOST_NAMES], more if names else words.say("some private chats")]
        return ", ".join(names)


def _is_worth_telling(kind: Kind, trouble: _Trouble) -> bool:
    """Whether its end is: what was told, and what could not be told while it lasted."""
    if trouble.told is not None:
        return True
    lasted = (trouble.over or 0.0) - trouble.since
    return kind in (Kind.SILENCE, Kind.DATABASE) and lasted > LASTS_S


def _lasts(kind: Kind, words: Wording, *, since: str, what: str) -> str:
    if kind is Kind.SENDING:
        return words.say(
            "⚠️ Since {since} I cannot write to {rooms}. I keep trying, and nothing is lost.",
            since=since,
            rooms=what,
        )
    if kind is Kind.CLOCK:
        return words.say(
            "⚠️ My clock and the homeserver's differ by {much}. Answers near the end of a step may "
            "count as late, or in time, though they are not. Tell whoever runs the bot.",
            much=what,
        )
    return words.say(
        "⚠️ The homeserver has not answered me since {since}. I keep trying, and nothing is lost.",
        since=since,
    )


def _was(kind: Kind, words: Wording, *, times: tuple[str, str], what: str) -> str:
    since, until = times
    if kind is Kind.SENDING:
        return words.say(
            "✅ Between {since} and {until} I could not write to {rooms}. Now I can, and what "
            "waited has been sent.",
            since=since,
            until=until,
            rooms=what,
        )
    if kind is Kind.CLOCK:
        return words.say(
            "✅ My clock and the homeserver's agree again; they differed by {much} until {until}.",
            much=what,
            until=until,
        )
    if kind is Kind.DATABASE:
        return words.say(
            "✅ My database was away between {since} and {until}. It is back, and I take in what "
            "was written meanwhile.",
            since=since,
            until=until,
        )
    return words.say(
        "✅ The homeserver did not answer me between {since} and {until}. Now it does, and I take "
        "in what was written meanwhile.",
        since=since,
        until=until,
    )
