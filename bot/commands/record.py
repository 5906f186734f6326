"""The command that gives a dialogue its registry number."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.choosing import named_or_newest
from bot.commands.registry import Answer, Call, Command
from bot.errors import CommandError
from bot.rendering.markdown import escape
from flows.audit import Act
from flows.dialogue import Dialogue
from flows.registry import MAX_REGISTRY_CHARS, registry_number

_NONE = ("inget", "none", "-", "–")


def _registry(call: Call) -> Answer:
    dialogue, written = named_or_newest(call, nothing=_nothing_yet)
    if not written:
        return Answer(markdown=_shown(call, dialogue))
    number = "" if written.casefold() in _NONE else registry_number(written)
    if number is None:
        message = call.words.say(
            "A registry number has a digit in it and at most {most} characters. Write it as your "
            "registrar does: `!{registry} KS 2026/123`.",
            most=MAX_REGISTRY_CHARS,
            registry=REGISTRY.name(call.words),
        )
        raise CommandError(message)
    changed = replace(dialogue, registry=number)
    call.tx.dialogues.save(changed)
    call.tools.world.see_rounds(call.tx)
    call.note(Act.REGISTRY, dialogue=dialogue.id, subject=number or "–")
    for digest in call.tx.digests.newest(dialogue.id):
        call.tools.digests.order_anew(call.tx, dialogue.id, digest.scope, at=call.now)
    return Answer(markdown=f"✅ {_shown(call, changed)}", touched=frozenset({dialogue.id}))


def _nothing_yet(call: Call) -> str:
    return call.words.say("There is no dialogue yet that could have a number.")


def _shown(call: Call, dialogue: Dialogue) -> str:
    if dialogue.registry_number:
        return call.words.say(
            "{dialogue} has the registry number **{number}**. It stands in the digest, in its "
            "files and in the log.",
            dialogue=dialogue.id,
            number=escape(dialogue.registry_number),
        )
    return call.words.say(
        "{dialogue} has no registry number. `!{registry} KS 2026/123` gives it one.",
        dialogue=dialogue.id,
        registry=REGISTRY.name(call.words),
    )


REGISTRY = Command(
    swedish="diarienummer",
    english="registry",
    usage=lambda words: words.say(
        "`KS 2026/123` – the registry number of the dialogue, in its digest and files"
    ),
    run=_registry,
    also_swedish=("dnr", "diarienr"),
)
