"""When an answer is held back: what participants and organizers are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.wording import Wording

if TYPE_CHECKING:
    from flows.packs.pack import Pack, Text


def policy_markdown(pack: Pack | None, words: Wording, *, configured: Text | None) -> str:
    """The rules by which answers are held back, and what always holds.

    They are the pack's, or else those of the installation (`configured`), or else ours.
    """
    own = configured if pack is None or pack.moderation is None else pack.moderation
    if own is None:
        rules = words.say(
            "The organizers may hold an answer back if it tells of somebody who could be "
            "recognised, if it threatens or insults, or if it is not about the question. They hold "
            "nothing back because they disagree."
        )
    else:
        rules = own.get(words.language)
    always = words.say(
        "An answer that is held back is kept and counted, and shown to nobody else. I tell you in "
        "private, with the reason. Each time is noted in a log, with who did it and why, and "
        "without the answer."
    )
    head = words.say("🤚 **When an answer is held back**")
    return f"{head}\n\n{rules.strip()}\n\n{always}"
