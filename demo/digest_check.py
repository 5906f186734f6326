"""Holds the digest of a whole dialogue against what the people say they sent.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo.ledger import Line
from demo.reconcile import Matching, answers_of, late_answers, match, standing
from demo.script import Meant

if TYPE_CHECKING:
    from bot.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCounts:
    """The numbers that the digest of a whole dialogue must show."""

    present: int
    answered: int
    replies: int
    asked: int
    given: int
    late: int
    withdrawn: int
    replaced: int


def digest_counts(
    lines: Sequence[Line], export: Mapping[str, Any], *, present: int
) -> DigestCounts:
    """What the digest of the whole dialogue must show, counted from the people's ledger.

    Args:
        present: how many people came in.
    """
    answers = answers_of(lines)
    matching = match(answers, export)
    received = [answer for answer, _ in matching.pairs]
    kept = [one for one in received if not one.withdrawn]
    given = standing(kept)
    groups = sum(one.kind == Meant.GROUP for one in kept)
    steps = sum(step["kind"] == "group" for step in export["steps"])
    kept_pairs = [(one, reply) for one, reply in matching.pairs if not one.withdrawn]
    return DigestCounts(
        present=present,
        answered=len({one.person for one in kept}),
        replies=len(kept),
        asked=steps * len(export["groups"]),
        given=len(given),
        late=late_answers(Matching(pairs=kept_pairs), export),
        withdrawn=len(received) - len(kept),
        replaced=groups - len(given),
    )


def digest_problems(text: str, counts: DigestCounts, words: Wording) -> list[str]:
    """The sentences that should stand in a digest and do not."""
    return [
        f"the digest does not say: {sentence}"
        for sentence in _sentences(counts, words)
        if sentence not in text
    ]


def _sentences(counts: DigestCounts, words: Wording) -> Iterator[str]:
    yield words.say(
        "{answered} of {present} have answered", answered=counts.answered, present=counts.present
    )
    yield words.say_n("{number} reply", "{number} replies", counts.replies)
    if counts.asked:
        yield words.say("{given} of {asked} group answers", given=counts.given, asked=counts.asked)
    if counts.late:
        yield words.say_n(
            "{number} reply came after the close.",
            "{number} replies came after the close.",
            counts.late,
        )
    if counts.withdrawn:
        yield words.say_n(
            "{number} reply was withdrawn and is not shown.",
            "{number} replies were withdrawn and are not shown.",
            counts.withdrawn,
        )
    if counts.replaced:
        yield words.say_n(
            "{number} group answer was replaced by a later one.",
            "{number} group answers were replaced by later ones.",
            counts.replaced,
        )
