"""Counting what was chosen: a person once, her newest word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.packs.pack import Choosing
from flows.votes import Vote, chosen_by_person, count


def vote(person: int, *choices: int, at: int, text: str = "text", number: int = 1) -> Vote:
    return Vote(person=person, sent_ms=at, number=number, text=text, choices=choices)


@pytest.mark.parametrize("choosing", [Choosing.SINGLE, Choosing.SCALE])
def test_of_one_option_the_newest_counts(choosing: Choosing) -> None:
    votes = [vote(1, 2, at=5), vote(1, 1, at=3), vote(2, 3, at=1), vote(2, at=9)]

    assert chosen_by_person(votes, choosing) == {1: {2}, 2: {3}}
    assert count(votes, choosing, 3) == (0, 1, 1)


def test_of_several_all_taps_count_and_the_newest_message() -> None:
    votes = [
        vote(1, 1, at=1, text="1️⃣"),
        vote(1, 3, at=2, text="3️⃣"),
        vote(1, 2, at=3, text="2"),
        vote(1, 4, at=4, text="4, no, only four"),
    ]

    assert chosen_by_person(votes, Choosing.MULTIPLE) == {1: {1, 3, 4}}
    assert count(votes, Choosing.MULTIPLE, 4) == (1, 0, 1, 1)


def test_in_the_same_moment_the_later_one_to_arrive_counts() -> None:
    votes = [vote(1, 1, at=1, number=8), vote(1, 2, at=1, number=7)]

    assert chosen_by_person(votes, Choosing.SINGLE) == {1: {1}}


votes_of_many = st.lists(
    st.builds(
        Vote,
        person=st.integers(1, 4),
        sent_ms=st.integers(0, 5),
        number=st.integers(),
        text=st.sampled_from(["1️⃣", "words"]),
        choices=st.lists(st.integers(1, 3), max_size=3, unique=True).map(tuple),
    ),
    unique_by=lambda one: one.number,
    max_size=12,
)


@given(votes=votes_of_many, choosing=st.sampled_from(Choosing), data=st.data())
def test_the_order_of_arrival_changes_nothing(
    votes: list[Vote], choosing: Choosing, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(votes))

    assert count(shuffled, choosing, 3) == count(votes, choosing, 3)
    assert max(count(votes, choosing, 3), default=0) <= len({one.person for one in votes})
