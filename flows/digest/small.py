"""What a digest may be made of where a dialogue is anonymous: no group, no number of a few.

The group in which a private answer was given is left out, for its people are few: the answers of
all groups stand together. What was chosen in private is counted only after the close, when
nothing can change any more (of two digests with one vote between them, the later tells it), and
only in cells of five people or more, so that none can be worked out from the others.

This is done to what the digest is made of, before anything is composed: every form of it, in chat
and as files, is made of the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.choices import Ballot, is_mere_choice
from flows.digest.public import SMALLEST, published
from flows.digest.snapshot import (
    ReplyKind,
    ReplyRecord,
    RoundRecord,
    Snapshot,
    Source,
    StepRecord,
)
from flows.ids import GroupId, RoomId, StepId
from flows.packs.pack import Choosing
from flows.votes import Vote, chosen_by_person

EVERYBODY = GroupId("everybody")
"""All groups together, as the one group in which private answers stand."""

_LEADING_CHOICE = re.compile(r"^[\s\W]*\d+(?:\ufe0f?\u20e3)?[\s.):,;–-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymous:
    """What has to be known of an anonymous dialogue besides its replies.

    `private` are its steps that are answered in private. `closed`: nothing can change any more.
    `everybody` is how all groups together are called, `fewer` what is said beside options that
    are told together. `room_id` is where a quote leads, in place of its group's room.
    """

    private: Collection[StepId]
    closed: bool
    everybody: str
    fewer: str
    room_id: RoomId


def without_small_cells(snapshot: Snapshot, known: Anonymous) -> Snapshot:
    """The same snapshot, of which no output can tell a group of private answers or a small cell."""
    replies = [_together(reply, known) for reply in snapshot.replies]
    steps = []
    for step in snapshot.steps:
        if step.step_id in known.private and step.options:
            own = [reply for reply in replies if reply.step_id == step.step_id]
            counted, changed = _counted(step, own, known)
            by_number = {reply.reply_no: reply for reply in changed}
            replies = [by_number.get(reply.reply_no, reply) for reply in replies]
            steps.append(counted)
        else:
            steps.append(step)
    return replace(
        snapshot,
        steps=tuple(steps),
        rounds=_rounds(snapshot.rounds, known),
        replies=tuple(replies),
    )


def _together(reply: ReplyRecord, known: Anonymous) -> ReplyRecord:
    if reply.step_id not in known.private:
        return reply
    source = reply.source
    if source is not None and source.event_id is None:
        source = Source(room_id=known.room_id)
    return replace(reply, group_id=EVERYBODY, source=source)


def _rounds(rounds: Sequence[RoundRecord], known: Anonymous) -> tuple[RoundRecord, ...]:
    kept = [one for one in rounds if one.step_id not in known.private]
    by_step: dict[StepId, list[RoundRecord]] = defaultdict(list)
    for one in rounds:
        if one.step_id in known.private:
            by_step[one.step_id].append(one)
    for step_id, own in by_step.items():
        # Unreadable is a number of the room: where the room is named, it stands there.
        unreadable = 0 if kept else sum(one.unreadable for one in own)
        together = RoundRecord(
            step_id=step_id,
            group_id=EVERYBODY,
            group_name=known.everybody,
            present=sum(one.present for one in own),
            closed=all(one.closed for one in own),
            unreadable=unreadable,
        )
        kept.append(together)
    return tuple(kept)


# ---------------------------------------------------------------- what was chosen


def _counted(
    step: StepRecord, replies: Sequence[ReplyRecord], known: Anonymous
) -> tuple[StepRecord, list[ReplyRecord]]:
    """The step with the options that may be told, and its replies as votes for these."""
    ballot = Ballot(
        choosing=step.choosing, options=tuple((text.casefold(),) for text in step.options)
    )
    if not known.closed:
        # No number at all: a 0 would be read as one.
        sealed = [replace(_voted(reply, {}, ballot), source=None) for reply in replies]
        return replace(step, options=()), sealed
    votes = [
        Vote(
            person=reply.person,
            sent_ms=reply.sent_ms if reply.chosen_ms is None else reply.chosen_ms,
            number=reply.reply_no,
            text=reply.text,
            choices=reply.choices,
        )
        for reply in replies
        if reply.kind is ReplyKind.INDIVIDUAL
        and reply.source is not None
        and not (reply.withdrawn or reply.held)
    ]
    persons = chosen_by_person(votes, step.choosing)
    cells = [
        sum(number in own for own in persons.values()) for number in range(1, len(step.options) + 1)
    ]
    # Who answered and named none of them is a cell as well, told by the number of all.
    answered = len({reply.person for reply in replies if not reply.withdrawn})
    without = answered - len(persons)
    told = published([*cells, without] if without else cells, answered)
    numbers = told[: len(cells)]
    options, places = _told(step, numbers, persons.values(), answered, known)
    return (
        replace(step, options=options),
        [_voted(reply, places, ballot) for reply in replies],
    )


def _told(
    step: StepRecord,
    numbers: Sequence[int | None],
    persons: Collection[frozenset[int]],
    answered: int,
    known: Anonymous,
) -> tuple[tuple[str, ...], dict[int, int]]:
    """The options to be shown, and for each of the step's which of them it is now.

    Those that must not be told each are told together, where so many chose one of them.
    """
    labels = [text or str(place) for place, text in enumerate(step.options, start=1)]
    shown = [place for place, number in enumerate(numbers, start=1) if number is not None]
    hidden = [place for place in range(1, len(labels) + 1) if place not in shown]
    options = [labels[place - 1] for place in shown]
    places = {place: number for number, place in enumerate(shown, start=1)}
    together = sum(bool(own.intersection(hidden)) for own in persons)
    # Who named none, or (where several may be chosen) none of these, is a cell as well.
    rests = [answered - len(persons)]
    if step.choosing is Choosing.MULTIPLE:
        rests.append(answered - together)
    tells = any(0 < rest < SMALLEST for rest in rests)
    if hidden and shown and together >= SMALLEST and not tells:
        named = " / ".join(labels[place - 1] for place in hidden)
        options.append(f"{named} ({known.fewer})")
        places |= dict.fromkeys(hidden, len(options))
    return tuple(options), places


def _voted(reply: ReplyRecord, places: Mapping[int, int], ballot: Ballot) -> ReplyRecord:
    """The reply as a vote for what is shown, without the words that name its option."""
    if not reply.choices:
        return reply
    text = "" if is_mere_choice(reply.text, ballot) else _LEADING_CHOICE.sub("", reply.text, 1)
    choices = sorted({places[choice] for choice in reply.choices if choice in places})
    return replace(reply, text=text, choices=tuple(choices))
