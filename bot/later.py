"""What taking a batch leaves to be done before its transaction ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.ids import DialogueId, RoundNo
from flows.messages import Marked, Written


@dataclass(slots=True)
class Later:
    """Rare consequences, gathered so that each is done once per batch."""

    touched: set[DialogueId] = field(default_factory=set)
    """Dialogues whose board has changed."""
    overtaken: set[RoundNo] = field(default_factory=set)
    """Closed rounds whose replies changed: their digests do not hold any more."""
    to_show_again: set[RoundNo] = field(default_factory=set)
    """Rounds whose sealed answers, already shown to the group, have changed."""
    for_organizers: list[Written] = field(default_factory=list)
    """Messages in the organizers' room: perhaps commands."""
    marked_by_organizers: list[Marked] = field(default_factory=list)
    """Marks in the organizers' room: perhaps on a question of the bot."""
    asked_for_help: list[Written] = field(default_factory=list)
    answered_nothing: list[Written] = field(default_factory=list)
    """Written to the bot in private while no question was open for the writer."""
