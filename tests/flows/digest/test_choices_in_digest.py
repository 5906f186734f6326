"""What was chosen, as a digest counts it: by person, per group and in all, and checked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.compose import compose
from flows.digest.document import as_json, from_json
from flows.digest.snapshot import ReplyRecord, Snapshot, StepRecord
from flows.digest.verify import DigestNotTrue, verify
from flows.ids import StepId
from flows.packs.pack import Choosing, StepKind
from tests.flows.digest.samples import rounds_of, said

POLL = StepRecord(
    step_id=StepId("vote"),
    kind=StepKind.POLL,
    title="Vote",
    question="Which?",
    options=("Yes", "No", "Perhaps"),
)


def voted(no: int, *choices: int, group: str = "1", **changes: object) -> ReplyRecord:
    return said(no, "2️⃣", group=group, step_id=POLL.step_id, choices=choices, **changes)


def asked(*replies: ReplyRecord, choosing: Choosing = Choosing.SINGLE) -> Snapshot:
    step = replace(POLL, choosing=choosing)
    return Snapshot(
        dialogue_id="vote-1",
        title="Vote",
        language="en",
        scope=POLL.step_id,
        steps=(step,),
        rounds=rounds_of(("1", "2"), (step,)),
        replies=replies,
    )


def test_each_person_counts_once_in_her_group_and_in_all() -> None:
    snapshot = asked(
        voted(1, 1, person=1),
        voted(2, 2, person=1, sent_ms=99_000),
        voted(3, 2, person=2),
        voted(4, 3, person=3, group="2"),
        voted(5, 3, person=4, group="2", withdrawn=True),
        voted(6, 3, person=5, group="2", source=None),
        voted(7, 3, person=6, group="2", held=True),
        voted(8, person=7, group="2"),
    )
    digest = compose(snapshot)
    verify(digest, snapshot)

    (step,) = digest.steps
    assert [part.chosen for part in step.groups] == [(0, 2, 0), (0, 0, 1)]
    assert step.chosen == (0, 2, 1)
    assert from_json(as_json(digest), snapshot.replies) == digest


def test_an_edit_is_as_new_as_it_was_made() -> None:
    snapshot = asked(voted(1, 1, person=1, chosen_ms=50_000), voted(2, 2, person=1))

    assert compose(snapshot).steps[0].chosen == (1, 0, 0)


def test_a_wrong_count_is_not_posted() -> None:
    snapshot = asked(voted(1, 1))
    digest = compose(snapshot)
    (step,) = digest.steps
    wrong = tuple(replace(part, chosen=(0, 1, 0)) for part in step.groups)

    with pytest.raises(DigestNotTrue, match="vote/1: choices"):
        verify(replace(digest, steps=(replace(step, groups=wrong),)), snapshot)


votes = st.builds(
    lambda no, person, choices, sent_ms, text, group, gone: replace(
        voted(no, *sorted(choices), group=group, person=person, sent_ms=sent_ms),
        text=text,
        withdrawn=gone,
    ),
    no=st.integers(1, 10_000),
    person=st.integers(1, 3),
    choices=st.sets(st.integers(1, 3)),
    sent_ms=st.integers(0, 3),
    text=st.sampled_from(["1️⃣", "1, 2", "words"]),
    group=st.sampled_from(["1", "2"]),
    gone=st.booleans(),
)


@given(
    told=st.lists(votes, max_size=10, unique_by=lambda one: one.reply_no),
    choosing=st.sampled_from(Choosing),
)
def test_what_is_counted_agrees_with_the_check(told: list[ReplyRecord], choosing: Choosing) -> None:
    snapshot = asked(*told, choosing=choosing)

    verify(compose(snapshot), snapshot)
