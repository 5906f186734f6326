"""Takes commands written in the organizers' room, and answers them there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.commands.bookings import BOOKINGS
from bot.commands.contacts import CONTACT
from bot.commands.dialogues import BOARD, NEXT, START, STATUS, STOP, SUMMARY
from bot.commands.exports import EXPORT
from bot.commands.helping import HELPED
from bot.commands.holding import HOLDING
from bot.commands.log import LOG
from bot.commands.packs import KEEP, PREVIEW
from bot.commands.record import REGISTRY
from bot.commands.registry import CONFIRM_WITHIN, Answer, Call, Command, find, nearest
from bot.commands.rehearsing import DRY_RUN
from bot.commands.retention import END_HOLD, ERASE_ON, LEGAL_HOLD
from bot.commands.seating import SEATING_COMMANDS
from bot.commands.settings import SETTINGS
from bot.commands.shelf import GROUPS, PACKS
from bot.commands.steering import STEERING
from bot.commands.themes import HIDE, MERGE, THEME
from bot.commands.wizard import NEW
from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.seating.dropping import is_list, take_list
from bot.sending.parcels import post
from bot.throttle import Turn, for_organizers
from bot.wording import Wording, wording
from flows.collection import GROUP_MARK
from flows.ids import EffectKey
from flows.messages import Written
from storage.confirmations import Confirmation
from storage.instants import from_ms, to_ms
from storage.told import SpeaksOf

if TYPE_CHECKING:
    from bot.commands.tools import Tools
    from flows.ids import DialogueId, EventId, RoomId, UserId
    from flows.messages import Marked
    from storage.transaction import Transaction

log = structlog.get_logger()

_SIGN = "!"


class CommandDesk:
    """Finds the command, checks who asks, runs it, answers."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._throttle = for_organizers()

    def handle(self, tx: Transaction, message: Written, *, now: datetime) -> frozenset[DialogueId]:
        """Act on a message of the organizers' room; returns whose board has changed.

        Whoever is in that room now may steer; who has left it may not, even if the message
        was written before.
        """
        if message.media is not None and is_list(message.media):
            if self._may(message.sender, message.event_id):
                take_list(
                    tx,
                    message,
                    message.media,
                    self._tools.seating,
                    language=self._tools.language,
                    now=now,
                )
            return frozenset()
        text = message.text.strip()
        if not text.startswith(_SIGN) or len(text) == 1:
            return frozenset()
        if not self._may(message.sender, message.event_id):
            return frozenset()
        turn = self._throttle.turn(message.sender, now)
        if turn is Turn.SILENCE:
            return frozenset()
        if turn is Turn.SLOWER:
            log.warning("commands.too_fast", event_id=message.event_id)
            language = self._tools.world.settings.language
            answer = Answer(markdown=_too_fast(wording(language)))
        else:
            answer, language = self._answer(tx, message, text[1:], now)
        key = EffectKey(f"{message.room_id}/-/-/answer/{message.event_id}")
        self.reply(tx, answer, key, message.room_id, language, now=now)
        return answer.touched

    def handle_mark(self, tx: Transaction, mark: Marked, *, now: datetime) -> frozenset[DialogueId]:
        """Run the command that a marked question of the bot asks about, if it asks about one."""
        if not mark.mark.startswith(GROUP_MARK) or not self._may(mark.sender, mark.event_id):
            return frozenset()
        asked = tx.confirmations.take(mark.room_id, mark.target, now_ms=to_ms(now))
        if asked is None:
            return frozenset()
        if now - from_ms(asked.asked_ms) > CONFIRM_WITHIN:
            answer = Answer(markdown=_too_late(wording(asked.language)))
        else:
            said = Written(
                room_id=mark.room_id,
                event_id=mark.event_id,
                sender=mark.sender,
                sent_ms=mark.sent_ms,
                text=f"{_SIGN}{asked.line}",
            )
            answer, _ = self._answer(tx, said, asked.line, now, confirmed_in=asked.language)
        key = EffectKey(f"{mark.room_id}/-/-/answer/{mark.event_id}")
        self.reply(tx, answer, key, mark.room_id, asked.language, now=now, under=asked.key)
        return answer.touched

    def knows(self, name: str) -> bool:
        """Whether there is a command of that name."""
        return find(name, COMMANDS) is not None

    def _may(self, sender: UserId, event_id: EventId) -> bool:
        may = sender in self._tools.world.organizers
        if not may:
            log.warning("command.refused", event_id=event_id)
        return may

    def reply(
        self,
        tx: Transaction,
        answer: Answer,
        key: EffectKey,
        room_id: RoomId,
        language: str,
        *,
        now: datetime,
        under: EffectKey | None = None,
    ) -> None:
        """Put an answer into the outbox, and what it asks into the confirmations."""
        if not answer.markdown:
            return
        now_ms = to_ms(now)
        tx.outbox.put([post(key, room_id, answer.markdown, under=under)], now_ms=now_ms)
        tx.told.note(key, answer.speaks_of)
        if answer.confirm:
            question = Confirmation(
                key=key, room_id=room_id, line=answer.confirm, language=language, asked_ms=now_ms
            )
            tx.confirmations.ask(question)

    def _answer(
        self,
        tx: Transaction,
        message: Written,
        line: str,
        now: datetime,
        *,
        confirmed_in: str | None = None,
    ) -> tuple[Answer, str]:
        """What a command line is answered with, and in which language."""
        # At any white space: somebody may have written the rest on a line of its own.
        name, *rest = line.split(maxsplit=1)
        found = find(name, COMMANDS)
        if found is None:
            return _unknown(name, wording(self._tools.world.settings.language))
        command, called_in = found
        language = confirmed_in or called_in
        call = Call(
            tx=tx,
            message=message,
            argument="".join(rest),
            now=now,
            words=wording(language),
            # What was set from the room goes before the configuration.
            tools=replace(self._tools, language=self._tools.world.settings.language),
            confirmed=confirmed_in is not None,
        )
        log.info("command.called", name=command.english, event_id=message.event_id)
        listed = tx.seatings.newest() if command in SEATING_COMMANDS else None
        try:
            with tx.savepoint():
                answer = command.run(call)
        except CommandError as error:
            self._tools.world.forget()
            self._tools.world.ready(tx)
            answer = Answer(markdown=f"⚠️ {error}")
        if listed is not None:
            # Whatever it says may have a name of the list in it.
            answer = replace(answer, speaks_of=SpeaksOf(seating=listed.number))
        return answer, language


def _too_fast(words: Wording) -> str:
    return words.say(
        "⚠️ Those were many commands at once. This one and those right after it are not carried "
        "out; wait a few seconds, then write them again."
    )


def _too_late(words: Wording) -> str:
    return words.say(
        "⚠️ I asked that a while ago, and much may have changed since. Nothing has been done; "
        "write the command again if you still want it."
    )


def _unknown(name: str, default: Wording) -> tuple[Answer, str]:
    """The answer to a name that is none, in the language of the name that was probably meant."""
    found = nearest(name, COMMANDS)
    if found is None:
        text = default.say(
            "⚠️ I know no command `!{name}`. Write `!help` to see what there is.",
            name=escape(name),
        )
        return Answer(markdown=text), default.language
    guess, language = found
    words = wording(language)
    text = words.say(
        "⚠️ I know no command `!{name}`. Did you mean `!{guess}`? `!help` lists them all.",
        name=escape(name),
        guess=guess.full_name(words),
    )
    return Answer(markdown=text), language


def _shown(name: str, usage: str) -> str:
    """A command and how it is used; an example that follows is read as one with it."""
    if usage.startswith("`"):
        return f"`{_SIGN}{name} {usage[1:]}"
    return f"`{_SIGN}{name}` {usage}"


def _help(call: Call) -> Answer:
    now = [one for one in COMMANDS if one.available(call)]
    later = [one for one in COMMANDS if one not in now]
    head = call.words.say("**What you can do now**")
    lines = [f"- {_shown(one.name(call.words), one.usage(call.words))}" for one in now]
    parts = [head, "", *lines]
    if later:
        names = ", ".join(f"`{_SIGN}{one.full_name(call.words)}`" for one in later)
        parts += ["", call.words.say("At other times: {names}", names=names)]
    return Answer(markdown="\n".join(parts))


HELP = Command(
    swedish="hjälp",
    english="help",
    usage=lambda words: words.say("– this list"),
    run=_help,
)

COMMANDS: tuple[Command, ...] = (
    HELP,
    NEW,
    PACKS,
    PREVIEW,
    KEEP,
    DRY_RUN,
    GROUPS,
    CONTACT,
    START,
    STATUS,
    BOARD,
    NEXT,
    HELPED,
    *STEERING,
    SUMMARY,
    EXPORT,
    THEME,
    MERGE,
    HIDE,
    *HOLDING,
    *BOOKINGS,
    REGISTRY,
    ERASE_ON,
    LEGAL_HOLD,
    END_HOLD,
    LOG,
    SETTINGS,
    STOP,
    *SEATING_COMMANDS,
)
"""In the order in which an organizer needs them."""
