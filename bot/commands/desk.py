"""Takes commands written in the organizers' room, and answers them there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.commands.dialogues import NEXT, START, STATUS, STOP, SUMMARY
from bot.commands.registry import Answer, Call, Command, find, nearest
from bot.commands.shelf import GROUPS, PACKS
from bot.errors import CommandError
from bot.parcels import post
from bot.rendering.markdown import escape
from bot.wording import Wording, wording
from flows.ids import EffectKey
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.commands.tools import Tools
    from flows.ids import DialogueId
    from flows.messages import Written
    from storage.transaction import Transaction

log = structlog.get_logger()

_SIGN = "!"


class CommandDesk:
    """Finds the command, checks who asks, runs it, answers."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def handle(self, tx: Transaction, message: Written, *, now: datetime) -> frozenset[DialogueId]:
        """Act on a message of the organizers' room; returns whose board has changed.

        Whoever is in that room now may steer; who has left it may not, even if the message
        was written before.
        """
        text = message.text.strip()
        if not text.startswith(_SIGN) or len(text) == 1:
            return frozenset()
        if message.sender not in self._tools.world.organizers:
            log.warning("command.refused", event_id=message.event_id)
            return frozenset()
        # At any white space: somebody may have written the rest on a line of its own.
        name, *rest = text[1:].split(maxsplit=1)
        answer = self._answer(tx, message, name, "".join(rest), now)
        if answer.markdown:
            key = EffectKey(f"{message.room_id}/-/-/answer/{message.event_id}")
            tx.outbox.put([post(key, message.room_id, answer.markdown)], now_ms=to_ms(now))
        return answer.touched

    def _answer(
        self, tx: Transaction, message: Written, name: str, argument: str, now: datetime
    ) -> Answer:
        found = find(name, COMMANDS)
        if found is None:
            return Answer(markdown=_unknown(name, wording(self._tools.language)))
        command, language = found
        words = wording(language)
        call = Call(
            tx=tx, message=message, argument=argument, now=now, words=words, tools=self._tools
        )
        log.info("command.called", name=command.english, event_id=message.event_id)
        try:
            with tx.savepoint():
                return command.run(call)
        except CommandError as error:
            self._tools.world.forget()
            self._tools.world.ready(tx)
            return Answer(markdown=f"⚠️ {error}")


def _unknown(name: str, words: Wording) -> str:
    guess = nearest(name, COMMANDS)
    if guess is None:
        return words.say(
            "⚠️ I know no command `!{name}`. Write `!help` to see what there is.",
            name=escape(name),
        )
    return words.say(
        "⚠️ I know no command `!{name}`. Did you mean `!{guess}`? `!help` lists them all.",
        name=escape(name),
        guess=guess.name(words),
    )


def _help(call: Call) -> Answer:
    lines = [f"- `!{one.name(call.words)}` {one.usage(call.words)}" for one in COMMANDS]
    head = call.words.say("**What you can do here**")
    return Answer(markdown="\n".join([head, "", *lines]))


HELP = Command(
    swedish="hjälp",
    english="help",
    usage=lambda words: words.say("– this list"),
    run=_help,
)

COMMANDS: tuple[Command, ...] = (HELP, PACKS, GROUPS, START, STATUS, NEXT, SUMMARY, STOP)
"""In the order in which an organizer needs them."""
