"""The command that says that a group which called for help has got it."""

from __future__ import annotations

from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.rendering.markdown import escape


def _helped(call: Call) -> Answer:
    number = call.argument.strip(" .")
    calls = call.tx.calls.open()
    waiting = call.tools.helping.numbers(calls)
    if not calls:
        raise CommandError(call.words.say("No group waits for help."))
    if number not in waiting:
        raise CommandError(
            call.words.say(
                "Write the number of the group that has been helped, for example `!helped "
                "{number}`. These wait: {waiting}.",
                number=next(iter(waiting)),
                waiting=", ".join(waiting),
            )
        )
    touched = call.tools.helping.clear(call.tx, calls[waiting[number]], now=call.now)
    text = call.words.say("✅ Group {number} has been helped.", number=escape(number))
    return Answer(markdown=text, touched=touched)


def _available(call: Call) -> bool:
    return bool(call.tx.calls.open())


HELPED = Command(
    swedish="hjälpt",
    english="helped",
    usage=lambda words: words.say("`3` – group 3, which called, has been helped"),
    run=_helped,
    available=_available,
)
