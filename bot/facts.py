"""Facts the engine is told because it cannot look them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.packs.pack import StepKind

if TYPE_CHECKING:
    from flows.dialogue import Dialogue
    from flows.ids import GroupId, StepId
    from storage.transaction import Transaction


def unanswered_groups(tx: Transaction, dialogue: Dialogue, step_id: StepId) -> frozenset[GroupId]:
    """The groups without a standing answer to a group step; empty for other kinds of step."""
    step = dialogue.pack.step(step_id)
    if step is None or step.kind is not StepKind.GROUP:
        return frozenset()
    rounds = tx.rounds.of_step(dialogue.id, step_id)
    return frozenset(
        round_.group_id for round_ in rounds if tx.replies.standing_answer(round_.round_no) is None
    )
