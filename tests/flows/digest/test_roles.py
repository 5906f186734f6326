"""Answers told by role: a role in place of the group, and none that is as good as a name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from flows.digest.compose import compose
from flows.digest.public import SMALLEST
from flows.digest.roles import Roles, by_role, is_group, told_roles
from flows.digest.verify import verify
from tests.flows.digest.samples import ALONE, STEPS, declared, rounds_of, said, snapshot

LISTED = ["Teacher"] * 6 + ["Nurse"] * 5 + ["Principal", "", "Cook", "Cook", "Guard"]


def roles(*of: str) -> Roles:
    return Roles(
        each=frozenset({ALONE.step_id}),
        of=dict(enumerate(of, start=1)),
        present=LISTED,
        others="Other roles",
    )


def test_answers_stand_under_roles_and_group_answers_under_groups() -> None:
    whole = replace(
        snapshot(
            said(1, "More adults", person=1),
            said(2, "Shorter queues", group="2", person=2),
            said(3, "A larger budget", group="2", person=3),
            declared(4, "Group answer: all of it", person=1),
        ),
        steps=STEPS,
        rounds=rounds_of(("1", "2")),
    )

    small = by_role(whole, roles("Teacher", "Nurse", "Principal"))
    digest = compose(small)
    verify(digest, small)

    alone, together = digest.steps
    assert {part.name: [quote.text for quote in part.quotes] for part in alone.groups} == {
        "Nurse": ["Shorter queues"],
        "Teacher": ["More adults"],
        "Other roles": ["A larger budget"],
    }
    assert [part.counts.present for part in alone.groups] == [5, 6, 5]
    assert [part.group_id for part in together.groups] == ["1", "2"]
    assert [one for one in digest.groups if is_group(one.group_id)] == [
        one for one in digest.groups if one.name.startswith("Table")
    ]


def test_one_whose_role_nobody_knows_is_told_among_the_others() -> None:
    small = by_role(replace(snapshot(said(1, "Hm", person=9)), steps=(ALONE,)), roles())

    assert [reply.group_id for reply in small.replies] == ["role-3"]


@given(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), max_size=40))
def test_no_role_that_is_told_and_no_rest_is_of_a_few(present: list[str]) -> None:
    told = told_roles(present)

    numbers = Counter(present)
    assert all(numbers[role] >= SMALLEST for role in told)
    rest = len(present) - sum(numbers[role] for role in told)
    assert not told or rest == 0 or rest >= SMALLEST
