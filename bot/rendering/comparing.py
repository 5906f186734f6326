"""One theme across the groups, in words: for chat and for files alike."""

from __future__ import annotations

from collections.abc import Callable

from bot.wording import Wording
from flows.digest.findings import Comparison, Verdict
from flows.ids import GroupId


def raised_by(
    comparison: Comparison, wording: Wording, *, group: Callable[[GroupId], str], most: int
) -> str:
    """Which groups raised a theme, those first where most people did; "" for none.

    Args:
        group: a group's name as it is written there.
        most: so many are named, the rest counted.
    """
    raised = [share for share in comparison.shares if share.raised]
    raised.sort(key=lambda share: -share.raised / share.answered)
    listed = [
        wording.say(
            "{group}: {raised} of {answered}",
            group=group(share.group_id),
            raised=share.raised,
            answered=share.answered,
        )
        for share in raised[:most]
    ]
    left = len(raised) - len(listed)
    if left:
        listed.append(wording.say_n("and {number} more group", "and {number} more groups", left))
    return ", ".join(listed)


def verdict(comparison: Comparison, wording: Wording) -> str:
    """What may be said of a theme across the groups."""
    match comparison.verdict:
        case Verdict.TOO_FEW:
            return wording.say("too few to compare")
        case Verdict.ALIKE:
            return wording.say("no clear difference")
        case Verdict.DIFFERENT:
            return wording.say("the groups differ")
