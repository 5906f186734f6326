"""A dialogue with two groups and one round of each kind, stored."""

from __future__ import annotations

from dataclasses import replace

from flows.collection import Placement, RoundView
from flows.dialogue import Dialogue, Status
from flows.digest.snapshot import ReplyKind
from flows.ids import DialogueId, GroupId, RoomId, RoundNo, StepId
from flows.messages import Written
from flows.packs.pack import StepKind
from flows.packs.parse import parse
from storage.database import Database
from storage.replies import Reply, reply_row
from storage.rounds import NewRound
from storage.transaction import Transaction
from tests.builders import MONDAY_9H, NOW_MS, dialogue, pack_toml, step_toml

PACK = pack_toml(
    step_toml("individual", "alone", length="10 min", scenario="lunch"),
    step_toml("group", "together", length="10 min", scenario="lunch"),
)
ALONE, TOGETHER = StepId("alone"), StepId("together")
LUNCH = DialogueId("lunch-1")


def add_dialogue(tx: Transaction, number: int = 1, status: Status = Status.RUNNING) -> Dialogue:
    added = replace(
        dialogue(pack=parse(PACK, name="lunch")), id=DialogueId(f"lunch-{number}"), status=status
    )
    tx.dialogues.add(added, number=number, pack_text=PACK, now=MONDAY_9H)
    return added


def new_round(step_id: StepId, kind: StepKind, group: str = "1", dialogue_no: int = 1) -> NewRound:
    return NewRound(
        dialogue_id=DialogueId(f"lunch-{dialogue_no}"),
        step_id=step_id,
        group_id=GroupId(group),
        room_id=RoomId(f"!table{group}:example.org"),
        step_kind=kind,
        scenario="lunch",
        text_version="abc",
        opened_ms=NOW_MS,
        closes_ms=NOW_MS + 600_000,
    )


def open_rounds(tx: Transaction) -> None:
    """Rounds 1 and 2 are of the individual step, 3 and 4 of the group step."""
    add_dialogue(tx)
    tx.rounds.open([new_round(ALONE, StepKind.INDIVIDUAL, group) for group in ("1", "2")])
    tx.rounds.open([new_round(TOGETHER, StepKind.GROUP, group) for group in ("1", "2")])


def placement(
    round_no: int, kind: ReplyKind, *, late: bool = False, sealed: bool = False
) -> Placement:
    step_kind = StepKind.INDIVIDUAL if kind is ReplyKind.INDIVIDUAL else StepKind.GROUP
    view = RoundView(
        round_no=RoundNo(round_no),
        dialogue_id=LUNCH,
        group_id=GroupId("1"),
        kind=step_kind,
        collects=True,
        is_open=not late,
    )
    return Placement(view, kind, late=late, sealed=sealed)


def store(
    database: Database,
    message: Written,
    *,
    round_no: int = 1,
    kind: ReplyKind = ReplyKind.INDIVIDUAL,
    person: int = 1,
    late: bool = False,
    sealed: bool = False,
) -> None:
    row = reply_row(
        message,
        placement(round_no, kind, late=late, sealed=sealed),
        participant_no=person,
        received_ms=message.sent_ms + 5,
    )
    database.write_now(lambda tx: tx.replies.add([row]))


def find(database: Database, message: Written) -> Reply:
    found = database.write_now(lambda tx: tx.replies.find(message.room_id, message.event_id))
    assert found is not None
    return found
