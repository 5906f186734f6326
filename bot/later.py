"""What taking a batch leaves to be done before its transaction ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.ids import DialogueId, EventId, RoomId, RoundNo, UserId
from flows.messages import Edited, Incoming, Marked, Withdrawn, Written
from flows.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfSaid:
    """An answer to a poll or a check-in in which something is missing; `kept` if it counts."""

    round_no: RoundNo
    room_id: RoomId
    event_id: EventId
    sender: UserId
    kept: bool


def half_said(one: Incoming, round_no: RoundNo, *, kept: bool) -> HalfSaid:
    """What somebody wrote or tapped, as one that something is missing in."""
    return HalfSaid(
        round_no=round_no,
        room_id=one.room_id,
        event_id=one.event_id,
        sender=one.sender,
        kept=kept,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKept:
    """The first thing somebody has written in a dialogue without having consented."""

    dialogue_id: DialogueId
    room_id: RoomId
    event_id: EventId
    sender: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A participant's word to the bot itself, and the language it was said in."""

    message: Written
    request: Request
    language: str


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
    to_contacts: list[Written] = field(default_factory=list)
    """What groups ask somebody from afar."""
    from_contacts: list[Written] = field(default_factory=list)
    """Written in the room of somebody who is asked from afar."""
    of_contacts: list[Edited | Withdrawn] = field(default_factory=list)
    """Changes of such questions and answers."""
    asked: list[Asked] = field(default_factory=list)
    called: list[Marked] = field(default_factory=list)
    """Marks on prompts that call an organizer."""
    tried_command: list[Written] = field(default_factory=list)
    """Commands of organizers, tried by participants."""
    said_done: list[Written] = field(default_factory=list)
    """Groups at their own pace that are done with a step."""
    answered_nothing: list[Written] = field(default_factory=list)
    """Written to the bot in private while no question was open for the writer."""
    too_late: list[Edited | Withdrawn] = field(default_factory=list)
    """Changes in private chats, of what may have been an answer in a closed anonymous dialogue."""
    unplaced: list[Written | Edited] = field(default_factory=list)
    """What people wrote that answers no question."""
    care_releases: list[Written] = field(default_factory=list)
    """Whoever is on duty releases a reply."""
    half_said: list[HalfSaid] = field(default_factory=list)
    not_kept: list[NotKept] = field(default_factory=list)

    def hear(self, one: Edited | Withdrawn | Marked) -> None:
        """Have the words of a change heard that is no reply's."""
        if isinstance(one, Edited):
            self.unplaced.append(one)
