"""Databases with a past: dialogues that ended, and the replies that were given in them.

Everything is written through `storage`, in the order in which it would have come, with
event ids as random as real ones: whether a table stays quick when it is large hangs on
where its next row goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe

from bench.bot import PACK, STEP, ZONE
from bench.crowd import Crowd
from bot.app import wall_clock
from flows.collection import Placement, RoundView
from flows.dialogue import Dialogue, Group, Status
from flows.digest.snapshot import ReplyKind
from flows.ids import DialogueId, EventId, GroupId, RoomId, RoundNo
from flows.messages import Written
from flows.packs.pack import StepKind
from storage.database import Database
from storage.instants import to_ms
from storage.journal import Arrived
from storage.replies import reply_row
from storage.rounds import NewRound
from storage.transaction import Transaction

ANSWERS_PER_ROUND = 60
_LOOKED_AT_ONCE = 500
_BETWEEN_MS = 700
"""The pace of those who wrote: about as many in a second as a large dialogue brings."""
_TEXT = "Vi borde börja varje möte med en runda, så att alla har sagt något innan vi bestämmer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """So many replies of a crowd, one dialogue after the other."""

    crowd: Crowd
    replies: int

    @property
    def per_dialogue(self) -> int:
        """How many answers one dialogue gathered: one question in each room."""
        return self.crowd.rooms * ANSWERS_PER_ROUND

    def fill(self, database: Database) -> None:
        """Write it all; the newest reply is a day old."""
        dialogues = -(-self.replies // self.per_dialogue)
        took = timedelta(milliseconds=self.replies * _BETWEEN_MS)
        first_ms = to_ms(wall_clock() - timedelta(days=1) - took)
        left = self.replies
        for number in range(1, dialogues + 1):
            written = min(left, self.per_dialogue)
            begins_ms = first_ms + (self.replies - left) * _BETWEEN_MS
            database.write_now(_dialogue_writer(self.crowd, number, begins_ms, written))
            left -= written


def _dialogue_writer(
    crowd: Crowd, number: int, begins_ms: int, replies: int
) -> Callable[[Transaction], None]:
    def write(tx: Transaction) -> None:
        dialogue = _dialogue(crowd, number)
        tx.dialogues.add(dialogue, number=number, pack_text=PACK.source(), now=wall_clock())
        tx.rounds.open(_rounds(dialogue, begins_ms))
        rounds = {round_.room_id: round_.round_no for round_ in tx.rounds.of_dialogue(dialogue.id)}
        for round_no in rounds.values():
            tx.rounds.close(round_no, closed_ms=begins_ms, present=crowd.people, no_answer=False)
        seats = {
            (room, person): tx.people.number_of(
                dialogue.id, crowd.user_id(room, person), GroupId(str(room + 1))
            )
            for room in range(crowd.rooms)
            for person in range(crowd.people)
        }
        messages = list(_messages(crowd, begins_ms, replies))
        tx.journal.add([_arrived(message) for _, message in messages])
        tx.replies.add(
            [
                reply_row(
                    message,
                    _placement(dialogue, rounds[message.room_id]),
                    participant_no=seats[place],
                    received_ms=message.sent_ms,
                )
                for place, message in messages
            ]
        )
        # What is past has been looked at: the bot would else begin with all of it.
        while left := tx.replies.unlooked(limit=_LOOKED_AT_ONCE):
            tx.replies.note_looked([one.reply_no for one in left])

    return write


def _dialogue(crowd: Crowd, number: int) -> Dialogue:
    return Dialogue(
        id=DialogueId(f"past-{number}"),
        pack=PACK.load(),
        language="sv",
        organizers_room=RoomId("!organizers0000000:bench.test"),
        groups=tuple(
            Group(id=GroupId(str(room + 1)), name=f"Table {room + 1}", room_id=crowd.room_id(room))
            for room in range(crowd.rooms)
        ),
        zone=ZONE,
        starts_at=wall_clock(),
        status=Status.ENDED,
        position=0,
    )


def _rounds(dialogue: Dialogue, begins_ms: int) -> list[NewRound]:
    return [
        NewRound(
            dialogue_id=dialogue.id,
            step_id=STEP,
            group_id=group.id,
            room_id=group.room_id,
            step_kind=StepKind.INDIVIDUAL,
            scenario="",
            text_version="",
            opened_ms=begins_ms,
            closes_ms=begins_ms,
        )
        for group in dialogue.groups
    ]


def _messages(
    crowd: Crowd, begins_ms: int, replies: int
) -> Iterator[tuple[tuple[int, int], Written]]:
    for number in range(replies):
        room = number % crowd.rooms
        person = number // crowd.rooms % crowd.people
        message = Written(
            room_id=crowd.room_id(room),
            event_id=EventId(f"${token_urlsafe(32)}"),
            sender=crowd.user_id(room, person),
            sent_ms=begins_ms + number * _BETWEEN_MS,
            text=_TEXT,
        )
        yield (room, person), message


def _arrived(message: Written) -> Arrived:
    return Arrived(
        room_id=message.room_id,
        event_id=message.event_id,
        sender=message.sender,
        sent_ms=message.sent_ms,
        incoming=message,
    )


def _placement(dialogue: Dialogue, round_no: RoundNo) -> Placement:
    view = RoundView(
        round_no=round_no,
        dialogue_id=dialogue.id,
        group_id=GroupId("1"),
        kind=StepKind.INDIVIDUAL,
        collects=True,
        is_open=True,
    )
    return Placement(view, ReplyKind.INDIVIDUAL, late=False, sealed=False)
