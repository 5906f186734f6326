"""Rounds: one step in one group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from flows.ids import DialogueId, EventId, GroupId, RoomId, RoundNo, StepId
from flows.packs.pack import StepKind
from storage.hot import HotStatement
from storage.tables import RoundRow, table_of

_round = table_of(RoundRow)
_NOTE_PROMPT = HotStatement(
    "UPDATE round SET prompt_event = {0} "
    "WHERE dialogue_id = {0} AND step_id = {0} AND group_id = {0}"
)


class RoundStatus(StrEnum):
    """Whether answers are in time."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRound:
    """A round to open. `text_version` names the wording of the question."""

    dialogue_id: DialogueId
    step_id: StepId
    group_id: GroupId
    room_id: RoomId
    step_kind: StepKind
    scenario: str
    text_version: str
    opened_ms: int
    closes_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One step in one group. `prompt_event` is None until the prompt has been sent.

    `shown` counts how often its sealed answers were shown to the group, `shown_parts` the
    messages that took the last time.
    """

    round_no: RoundNo
    dialogue_id: DialogueId
    step_id: StepId
    group_id: GroupId
    room_id: RoomId
    step_kind: StepKind
    scenario: str
    text_version: str
    status: RoundStatus
    opened_ms: int
    closes_ms: int | None
    closed_ms: int | None
    prompt_event: EventId | None
    no_answer: bool
    present: int
    shown: int
    shown_parts: int


class Rounds:
    """Rounds inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def open(self, rounds: Sequence[NewRound]) -> None:
        """Open rounds; those that exist already stay as they are."""
        if not rounds:
            return
        first = rounds[0]
        there = {round_.group_id for round_ in self.of_step(first.dialogue_id, first.step_id)}
        values = [_values(new) for new in rounds if new.group_id not in there]
        if values:
            self._db.execute(sa.insert(_round), values)

    def of_step(self, dialogue_id: DialogueId, step_id: StepId) -> list[Round]:
        """The rounds of a step, one per group."""
        return self._select(_round.c.dialogue_id == dialogue_id, _round.c.step_id == step_id)

    def of_dialogue(self, dialogue_id: DialogueId) -> list[Round]:
        """All rounds of a dialogue, in the order in which they were opened."""
        return self._select(_round.c.dialogue_id == dialogue_id)

    def of_dialogues(self, dialogue_ids: Iterable[DialogueId]) -> list[Round]:
        """All rounds of these dialogues."""
        return self._select(_round.c.dialogue_id.in_(list(dialogue_ids)))

    def any_of(self, dialogue_id: DialogueId) -> bool:
        """Whether any step of the dialogue has been opened."""
        query = sa.select(sa.literal(1)).where(_round.c.dialogue_id == dialogue_id).limit(1)
        return self._db.scalar(query) is not None

    def scenarios_met(
        self, dialogue_id: DialogueId, *, besides: StepId
    ) -> set[tuple[GroupId, str]]:
        """Which scenarios each group has been asked about, in other steps than this one."""
        query = (
            sa.select(_round.c.group_id, _round.c.scenario)
            .where(_round.c.dialogue_id == dialogue_id, _round.c.step_id != besides)
            .distinct()
        )
        return {(GroupId(row.group_id), row.scenario) for row in self._db.execute(query)}

    def asked(self, dialogue_id: DialogueId, *, besides: StepId) -> set[GroupId]:
        """The groups that have been asked something to answer, in other steps than this one."""
        query = (
            sa.select(_round.c.group_id)
            .where(
                _round.c.dialogue_id == dialogue_id,
                _round.c.step_id != besides,
                _round.c.step_kind.in_([kind.value for kind in StepKind if kind.collects]),
            )
            .distinct()
        )
        return {GroupId(row.group_id) for row in self._db.execute(query)}

    def get(self, round_no: RoundNo) -> Round | None:
        """The round of that number."""
        return next(iter(self._select(_round.c.round_no == round_no)), None)

    def _select(self, *where: sa.ColumnElement[bool]) -> list[Round]:
        query = sa.select(_round).where(*where).order_by(_round.c.round_no)
        return [_to_round(row) for row in self._db.execute(query)]

    def extend(self, dialogue_id: DialogueId, step_id: StepId, *, closes_ms: int) -> None:
        """Note a new closing time for the open rounds of a step."""
        self._db.execute(
            sa.update(_round)
            .where(
                _round.c.dialogue_id == dialogue_id,
                _round.c.step_id == step_id,
                _round.c.status == RoundStatus.OPEN.value,
            )
            .values(closes_ms=closes_ms)
        )

    def close(self, round_no: RoundNo, *, closed_ms: int, present: int, no_answer: bool) -> None:
        """Close a round."""
        self._db.execute(
            sa.update(_round)
            .where(_round.c.round_no == round_no, _round.c.status == RoundStatus.OPEN.value)
            .values(
                status=RoundStatus.CLOSED.value,
                closed_ms=closed_ms,
                present=present,
                no_answer=no_answer,
            )
        )

    def note_prompt(
        self, dialogue_id: DialogueId, step_id: StepId, group_id: GroupId, event_id: EventId
    ) -> None:
        """Remember the message that put the question: answers come in its thread."""
        _NOTE_PROMPT.run(self._db, (event_id, dialogue_id, step_id, group_id))

    def standing(self, round_no: RoundNo) -> tuple[int, EventId | None] | None:
        """The newest move of the bot's ✅ and the message that bears it since (None: none).

        Returns:
            None if it has not been put anywhere yet.
        """
        columns = (_round.c.standing_moves, _round.c.standing_event)
        row = self._db.execute(sa.select(*columns).where(_round.c.round_no == round_no)).first()
        if row is None or row.standing_moves == 0:
            return None
        event_id = None if row.standing_event is None else EventId(row.standing_event)
        return row.standing_moves, event_id

    def note_standing(self, round_no: RoundNo, *, number: int, event_id: EventId | None) -> None:
        """Remember where the bot's ✅ has been moved."""
        self._db.execute(
            sa.update(_round)
            .where(_round.c.round_no == round_no)
            .values(standing_moves=number, standing_event=event_id)
        )

    def note_shown(self, round_no: RoundNo, *, shown: int, parts: int) -> None:
        """Remember that the sealed answers were shown, for the `shown`-th time."""
        self._db.execute(
            sa.update(_round)
            .where(_round.c.round_no == round_no)
            .values(shown=shown, shown_parts=parts)
        )


def _values(new: NewRound) -> dict[str, Any]:
    return {
        "dialogue_id": new.dialogue_id,
        "step_id": new.step_id,
        "group_id": new.group_id,
        "room_id": new.room_id,
        "step_kind": new.step_kind.value,
        "scenario": new.scenario,
        "text_version": new.text_version,
        "status": RoundStatus.OPEN.value,
        "opened_ms": new.opened_ms,
        "closes_ms": new.closes_ms,
        "no_answer": False,
        "present": 0,
        "shown": 0,
        "shown_parts": 0,
        "standing_moves": 0,
    }


def _to_round(row: sa.Row[Any]) -> Round:
    return Round(
        round_no=RoundNo(row.round_no),
        dialogue_id=DialogueId(row.dialogue_id),
        step_id=StepId(row.step_id),
        group_id=GroupId(row.group_id),
        room_id=RoomId(row.room_id),
        step_kind=StepKind(row.step_kind),
        scenario=row.scenario,
        text_version=row.text_version,
        status=RoundStatus(row.status),
        opened_ms=row.opened_ms,
        closes_ms=row.closes_ms,
        closed_ms=row.closed_ms,
        prompt_event=None if row.prompt_event is None else EventId(row.prompt_event),
        no_answer=row.no_answer,
        present=row.present,
        shown=row.shown,
        shown_parts=row.shown_parts,
    )
