"""Which round a message answers, and what kind of answer it is.

This is the short path: it sees a small view of the room, never the dialogue, and one
message at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.digest.snapshot import ReplyKind
from flows.group_answer import is_group_answer
from flows.ids import DialogueId, EventId, GroupId, RoundNo
from flows.messages import Written
from flows.packs.pack import StepKind

GROUP_MARK = "✅"
"""The reaction by which a member makes a message the group's answer."""


@dataclass(slots=True, kw_only=True, frozen=True)
class RoundView:
    """What placing a message needs to know of a round."""

    round_no: RoundNo
    dialogue_id: DialogueId
    group_id: GroupId
    kind: StepKind
    collects: bool
    is_open: bool
    closed_ms: int | None = None


@dataclass(slots=True, kw_only=True, frozen=True)
class RoomView:
    """The rounds of a room, or, in a private chat, of its person's group.

    `current` is the open round, of any kind. `last` is the newest round that collects
    individual answers, `last_group` the newest group step's, open or closed: a group's answer
    that says so itself belongs there, even when the next step has begun. `prompts` finds a
    round by its prompt, for answers in the prompt's thread.
    """

    private: bool
    current: RoundView | None = None
    last: RoundView | None = None
    last_group: RoundView | None = None
    prompts: Mapping[EventId, RoundView] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Placement:
    """Where a message belongs. `sealed` answers wait until the group step shows them."""

    round: RoundView
    kind: ReplyKind
    late: bool
    sealed: bool


TOO_LATE_MS = 24 * 60 * 60 * 1000
"""A day after its round closed a message answers nothing any more."""


def place(message: Written, room: RoomView, *, now_ms: int) -> Placement | None:
    """Say which round a message answers.

    Args:
        now_ms: when it was received, milliseconds since 1970 in UTC.

    Returns:
        None if it answers none: nothing is open here, or was so within a day, and it points
        to no prompt of ours.
    """
    placement = _place_private(message, room) if room.private else _place(message, room)
    if placement is None or not placement.late:
        return placement
    closed_ms = placement.round.closed_ms
    return None if closed_ms is not None and now_ms - closed_ms > TOO_LATE_MS else placement


def _place(message: Written, room: RoomView) -> Placement | None:
    answers = is_group_answer(message.text, has_media=message.media is not None)
    # Before any group step the first word means nothing yet: then it is one person's answer.
    round_ = _pointed_at(message, room) or (answers and room.last_group) or room.current
    if round_ is None or not round_.collects:
        return None
    late = not round_.is_open
    if round_.kind is StepKind.INDIVIDUAL:
        return Placement(round_, ReplyKind.INDIVIDUAL, late, sealed=False)
    if answers:
        return Placement(round_, ReplyKind.GROUP, late, sealed=False)
    # What is said after a group step has closed is neither an answer nor can it become one.
    return None if late else Placement(round_, ReplyKind.TALK, late=False, sealed=False)


def _pointed_at(message: Written, room: RoomView) -> RoundView | None:
    """The collecting round whose prompt the message stands under or replies to."""
    for pointer in (message.thread, message.reply_to):
        if pointer is not None:
            round_ = room.prompts.get(pointer)
            if round_ is not None and round_.collects:
                return round_
    return None


def _place_private(message: Written, room: RoomView) -> Placement | None:
    """A private chat answers the individual step; when it has closed, late.

    A group's answer belongs in the group's room, where the group can see it.
    """
    round_ = room.last
    if round_ is None or is_group_answer(message.text, has_media=message.media is not None):
        return None
    return Placement(round_, ReplyKind.INDIVIDUAL, not round_.is_open, sealed=True)
