"""Which round a message answers, and what kind of answer it is.

This is the short path: it sees a small view of the room, never the dialogue, and one
message at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from flows.choices import Ballot, number_in, read_choices
from flows.digest.snapshot import ReplyKind
from flows.group_answer import is_group_answer
from flows.ids import DialogueId, EventId, GroupId, RoundNo
from flows.messages import Marked, Written
from flows.packs.pack import StepKind

GROUP_MARK = "✅"
"""The reaction by which a member makes a message the group's answer."""


@dataclass(slots=True, kw_only=True, frozen=True)
class RoundView:
    """What placing a message needs to know of a round.

    `ballot` is what may be chosen in it, None where nothing is offered.
    """

    round_no: RoundNo
    dialogue_id: DialogueId
    group_id: GroupId
    kind: StepKind
    collects: bool
    is_open: bool
    opened_ms: int = 0
    closed_ms: int | None = None
    ballot: Ballot | None = None


@dataclass(slots=True, kw_only=True, frozen=True)
class RoomView:
    """The rounds of a room, or, in a private chat, those of its person's group.

    `rounds` are all of the dialogue's so far, oldest first; in a private chat only those that
    are answered there. `last_group` is the newest group step's, open or closed: a group's
    answer that says so itself belongs there, even when the next step has begun. `prompts`
    finds a round by its prompt, for answers in the prompt's thread.
    """

    private: bool
    rounds: tuple[RoundView, ...] = ()
    last_group: RoundView | None = None
    prompts: Mapping[EventId, RoundView] = field(default_factory=dict)

    @property
    def current(self) -> RoundView | None:
        """The open round, if there is one."""
        newest = self.rounds[-1] if self.rounds else None
        return newest if newest is not None and newest.is_open else None

    def as_of(self, moment_ms: int) -> RoomView:
        """The rounds that had opened by a moment: for what is heard of long after it was said."""
        rounds = tuple(one for one in self.rounds if one.opened_ms <= moment_ms)
        groups = [one for one in rounds if one.kind is StepKind.GROUP]
        return RoomView(
            private=self.private,
            rounds=rounds,
            last_group=groups[-1] if groups else None,
            prompts={event: one for event, one in self.prompts.items() if one in rounds},
        )

    def at(self, sent_ms: int, *, now_ms: int) -> RoundView | None:
        """The round that was open when a message was sent.

        A message on its way while one step closes and the next opens answers what its
        writer saw. When it was sent is the sender's own word: it is believed for a moment's
        delay and not more, lest a clock that is slow moves everything to a closed step.
        """
        for round_ in reversed(self.rounds):
            if round_.opened_ms <= sent_ms:
                closed_ms = round_.closed_ms
                just_open = closed_ms is not None and sent_ms < closed_ms
                on_its_way = just_open and now_ms - (closed_ms or 0) <= DELAY_MS
                return round_ if on_its_way else self.current
        return self.current


class Placement(NamedTuple):
    """Where a message belongs; a tuple, since one is made for every message.

    `sealed` answers wait until the group step shows them. `late` is what was written after the
    close. `after_close` is what came after it, perhaps written before: the round's digest has
    been made without it. `choices` are the numbers of the options it names, from 1; in a round
    that offers options, `incomplete` says that one, or the number that is asked for, is missing.
    """

    round: RoundView
    kind: ReplyKind
    late: bool
    sealed: bool
    after_close: bool = False
    choices: tuple[int, ...] = ()
    incomplete: bool = False


@dataclass(slots=True, frozen=True)
class Unclear:
    """A message meant as an answer to a poll that names no option; it is not kept."""

    round: RoundView


DELAY_MS = 60 * 1000
"""So long a message may be on its way and still count as sent in time."""

TOO_LATE_MS = 24 * 60 * 60 * 1000
"""A day after its round closed a message answers nothing any more."""

TOO_LATE_IN_PRIVATE_MS = 2 * 60 * 1000
"""In private it is so much sooner: it would be shown to the group, and "thanks" or a cry for
help, written there an hour later, was never meant for it."""


def place(message: Written, room: RoomView, *, now_ms: int) -> Placement | Unclear | None:
    """Say which round a message answers.

    Args:
        now_ms: when it was received, milliseconds since 1970 in UTC.

    Returns:
        None if it answers none: nothing is open here, or was so a short while ago, and it
        points to no prompt of ours.
    """
    placement = _placed(message, room, now_ms)
    ballot = None if placement is None else placement.round.ballot
    if placement is None or ballot is None or placement.kind is not ReplyKind.INDIVIDUAL:
        return placement
    return _chosen(message, placement, ballot, pointed=_pointed_at(message, room) is not None)


def _chosen(
    message: Written, placement: Placement, ballot: Ballot, *, pointed: bool
) -> Placement | Unclear | None:
    """The same place with the options that the message names."""
    choices = read_choices(message.text, ballot)
    if choices or ballot.takes_words:
        lacks_number = ballot.asks_number and number_in(message.text, ballot) is None
        return placement._replace(choices=choices, incomplete=not choices or lacks_number)
    # What is said in a room while a poll is open need not be meant for it.
    meant = placement.round.is_open and (pointed or placement.sealed)
    return Unclear(placement.round) if meant else None


def place_tap(
    mark: Marked, number: int, round_: RoundView, *, private: bool, now_ms: int
) -> Placement | None:
    """Where a keycap on a round's prompt belongs.

    Returns:
        None if it counts for nothing: the round offers no such option, or is closed.
    """
    if round_.ballot is None or number > len(round_.ballot.options):
        return None
    closed_ms = round_.closed_ms
    if closed_ms is not None and not (mark.sent_ms < closed_ms and now_ms - closed_ms <= DELAY_MS):
        return None
    return Placement(
        round_,
        ReplyKind.INDIVIDUAL,
        late=False,
        sealed=private,
        after_close=closed_ms is not None,
        choices=(number,),
        incomplete=round_.ballot.asks_number,
    )


def _placed(message: Written, room: RoomView, now_ms: int) -> Placement | None:
    place_in = _in_private if room.private else _in_group
    found = place_in(message, room, now_ms)
    if found is None:
        return None
    round_, kind = found
    closed_ms = round_.closed_ms
    waited_ms = 0 if closed_ms is None else now_ms - closed_ms
    if waited_ms > (TOO_LATE_IN_PRIVATE_MS if room.private else TOO_LATE_MS):
        return None
    in_time = closed_ms is None or (message.sent_ms < closed_ms and waited_ms <= DELAY_MS)
    return Placement(
        round_, kind, late=not in_time, sealed=room.private, after_close=closed_ms is not None
    )


def _in_group(message: Written, room: RoomView, now_ms: int) -> tuple[RoundView, ReplyKind] | None:
    answers = is_group_answer(message.text, has_media=message.media is not None)
    round_ = _pointed_at(message, room)
    if round_ is None:
        # Before any group step the first word means nothing yet: it is one person's answer.
        round_ = (answers and room.last_group) or room.at(message.sent_ms, now_ms=now_ms)
    if round_ is None or not round_.collects:
        return None
    if round_.kind.asks_each:
        return round_, ReplyKind.INDIVIDUAL
    if answers:
        return round_, ReplyKind.GROUP
    # What is said after a group step has closed is neither an answer nor can it become one.
    return (round_, ReplyKind.TALK) if round_.is_open else None


def _pointed_at(message: Written, room: RoomView) -> RoundView | None:
    """The collecting round whose prompt the message stands under or replies to."""
    for pointer in (message.thread, message.reply_to):
        if pointer is not None:
            round_ = room.prompts.get(pointer)
            if round_ is not None and round_.collects:
                return round_
    return None


def _in_private(
    message: Written, room: RoomView, now_ms: int
) -> tuple[RoundView, ReplyKind] | None:
    """A private chat answers the individual step; when it has closed, late.

    A group's answer belongs in the group's room, where the group can see it.
    """
    says_group = is_group_answer(message.text, has_media=message.media is not None)
    if not room.rounds or says_group:
        return None
    return room.at(message.sent_ms, now_ms=now_ms) or room.rounds[-1], ReplyKind.INDIVIDUAL
