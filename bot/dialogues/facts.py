"""Facts of a dialogue that are looked up in storage, for the engine and for its effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.events import Answered
from flows.packs.pack import Step, StepKind

if TYPE_CHECKING:
    from datetime import datetime

    from bot.world import World
    from flows.dialogue import Dialogue, Group
    from flows.ids import GroupId, StepId
    from storage.rounds import Round
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


def answered(
    tx: Transaction, world: World, dialogue: Dialogue, step_id: StepId, *, now: datetime
) -> Answered:
    """How many have answered the open step, of how many."""
    tallies = tx.replies.tallies(
        [round_.round_no for round_ in tx.rounds.of_step(dialogue.id, step_id)]
    )
    return Answered(
        step_id=step_id,
        at=now,
        answered=sum(tally.answered for tally in tallies.values()),
        present=sum(len(world.participants(group.room_id)) for group in dialogue.groups),
        groups_answered=sum(tally.group_answer for tally in tallies.values()),
    )


def rounds_by_group(
    tx: Transaction, dialogue: Dialogue, step_id: StepId
) -> list[tuple[Group, Round]]:
    """The rounds of a step beside their groups, in the dialogue's order of groups."""
    rounds = {round_.group_id: round_ for round_ in tx.rounds.of_step(dialogue.id, step_id)}
    return [(group, rounds[group.id]) for group in dialogue.groups if group.id in rounds]


def step_of(dialogue: Dialogue, step_id: StepId) -> Step:
    """The step of that id.

    Raises:
        LookupError: the dialogue's pack has none; the database is not of this program.
    """
    step = dialogue.pack.step(step_id)
    if step is None:
        message = f"dialogue {dialogue.id} speaks of step {step_id}, which its pack has not"
        raise LookupError(message)
    return step
