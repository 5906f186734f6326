"""What made-up people do in a step."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ids import StepId
from flows.packs.pack import Choosing, Step, StepKind, Text
from flows.rehearsal import Act, Doing, acts_in

SIZES = (4, 4, 4)


def asked(kind: StepKind, *, options: int = 0, choosing: Choosing = Choosing.SINGLE) -> Step:
    text = Text(versions=(("en", "What?"),))
    return Step(
        id=StepId("step"),
        kind=kind,
        title=text,
        text=text,
        length_s=600,
        options=(text,) * options,
        choosing=choosing,
    )


def acts(step: Step, sizes: tuple[int, ...] = SIZES, *, seed: int = 1) -> tuple[Act, ...]:
    return acts_in(step, sizes, Random(seed))


def test_the_same_dice_give_the_same_rehearsal() -> None:
    step = asked(StepKind.INDIVIDUAL)

    assert acts(step, seed=7) == acts(step, seed=7)
    assert acts(step, seed=7) != acts(step, seed=8)


@pytest.mark.parametrize(
    "kind", [StepKind.FILM, StepKind.PICTURE, StepKind.BACKGROUND, StepKind.PLENARY, StepKind.BREAK]
)
def test_nobody_does_anything_where_nothing_is_asked(kind: StepKind) -> None:
    assert acts(asked(kind)) == ()


@pytest.mark.parametrize("kind", [StepKind.INDIVIDUAL, StepKind.EXERCISE])
def test_most_answer_for_themselves(kind: StepKind) -> None:
    done = acts(asked(kind), (40,))

    assert {act.doing for act in done} == {Doing.ANSWERS}
    assert 30 <= len({act.seat for act in done}) < 40
    assert len(done) > len({act.seat for act in done}), "some say two things"


def test_of_three_groups_the_last_gives_no_answer() -> None:
    declared = [act.group for act in acts(asked(StepKind.GROUP)) if act.doing is Doing.DECLARES]

    assert sorted(declared) == [0, 1]


def test_two_groups_both_answer() -> None:
    done = acts(asked(StepKind.GROUP), (4, 4))

    assert sorted(act.group for act in done if act.doing is Doing.DECLARES) == [0, 1]


@pytest.mark.parametrize(
    ("choosing", "most"),
    [(Choosing.SINGLE, 1), (Choosing.MULTIPLE, 3), (Choosing.SCALE, 1)],
)
def test_what_is_chosen_can_be_chosen(choosing: Choosing, most: int) -> None:
    done = acts(asked(StepKind.POLL, options=5, choosing=choosing), (40,))

    assert {act.doing for act in done} == {Doing.CHOOSES}
    assert all(1 <= len(act.options) <= most for act in done)
    assert {option for act in done for option in act.options} <= {1, 2, 3, 4, 5}
    assert len({option for act in done for option in act.options}) > 1


@given(
    seed=st.integers(0, 10**6),
    sizes=st.lists(st.integers(1, 8), min_size=1, max_size=8),
    kind=st.sampled_from(StepKind),
)
def test_everything_is_done_in_time_and_by_somebody_who_is_there(
    seed: int, sizes: list[int], kind: StepKind
) -> None:
    done = acts(asked(kind, options=3), tuple(sizes), seed=seed)

    assert [act.when for act in done] == sorted(act.when for act in done)
    assert all(0 < act.when < 1 for act in done)
    assert all(0 <= act.seat < sizes[act.group] for act in done)
