"""The section of a digest about questions to somebody who takes part via link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.rendering.masked import mask_word
from bot.rendering.parts import Block, Head
from bot.rendering.quotes import apart, name
from bot.wording import Wording
from flows.digest.document import ContactPart, ContactState


def contact_headline(parts: Iterable[ContactPart], words: Wording) -> list[str]:
    """How many of the questions are answered; nothing if there were none."""
    states = [part.state for part in parts]
    if not states:
        return []
    return [
        words.say(
            "Via link: {answered} of {asked} questions answered",
            answered=states.count(ContactState.ANSWERED),
            asked=len(states),
        )
    ]


def contact_blocks(parts: Iterable[ContactPart], words: Wording) -> Iterator[Block]:
    """Every question, with its answer or how long it has waited."""
    title = words.say("Questions via link")
    head = Head(f"### {title}")
    mask = mask_word(words)
    for part in parts:
        role = name(part.role)
        if part.group_id is None:
            asks = words.say("**Question to {role}:**", role=role)
        else:
            group = name(part.group_name) or words.say("Group {group}", group=name(part.group_id))
            asks = words.say("**{group} asks {role}:**", group=group, role=role)
        for piece in apart(part.shown(mask)):
            yield Block(markdown=f"{asks}\n\n{piece}", heads=(head,))
        yield from _answer(part, role, head, words)


def _answer(part: ContactPart, role: str, head: Head, words: Wording) -> Iterator[Block]:
    match part.state:
        case ContactState.ANSWERED:
            says = words.say("{role}, via link:", role=role)
            for piece in apart(part.answer_shown(mask_word(words))):
                yield Block(markdown=f"**{says}**\n\n{piece}", heads=(head,))
        case ContactState.WAITS:
            nothing = words.say("No answer yet.")
            yield Block(markdown=f"*{nothing}*", heads=(head,))
        case ContactState.OVERDUE:
            nothing = words.say("Not answered in time.")
            yield Block(markdown=f"*{nothing}*", heads=(head,))
