"""What has to be said beside the numbers of a digest, wherever they are shown."""

from __future__ import annotations

from collections.abc import Iterator

from bot.wording import Wording
from flows.digest.document import Counts


def count_notes(counts: Counts, wording: Wording) -> Iterator[str]:
    """What a reader must know about the counts, unreadable messages first."""
    say_n = wording.say_n
    if counts.unreadable:
        yield say_n(
            "{number} message could not be read, because its key is missing.",
            "{number} messages could not be read, because their keys are missing.",
            counts.unreadable,
        )
    if counts.sealed:
        yield say_n(
            "{number} reply is sealed and not shown yet.",
            "{number} replies are sealed and not shown yet.",
            counts.sealed,
        )
    if counts.held:
        yield say_n(
            "{number} reply is held back and not shown.",
            "{number} replies are held back and are not shown.",
            counts.held,
        )
    if counts.late:
        yield say_n(
            "{number} reply came after the close.",
            "{number} replies came after the close.",
            counts.late,
        )
    if counts.withdrawn:
        yield say_n(
            "{number} reply was withdrawn and is not shown.",
            "{number} replies were withdrawn and are not shown.",
            counts.withdrawn,
        )
    if counts.replaced:
        yield say_n(
            "{number} group answer was replaced by a later one.",
            "{number} group answers were replaced by later ones.",
            counts.replaced,
        )
