"""Of an anonymous dialogue no output tells a group of private answers, or a number of a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from flows.digest.compose import compose
from flows.digest.document import Digest
from flows.digest.public import SMALLEST
from flows.digest.small import EVERYBODY, Anonymous, without_small_cells
from flows.digest.snapshot import ReplyRecord, Snapshot, StepRecord
from flows.digest.verify import verify
from flows.export import (
    Export,
    ExportGroup,
    ExportReply,
    ExportRevision,
    ExportRound,
    ExportStep,
    as_told,
    reconcile,
)
from flows.ids import GroupId, RoomId, StepId
from flows.packs.pack import Choosing, StepKind
from tests.flows.digest.samples import (
    ALONE,
    STEPS,
    TOGETHER,
    declared,
    rounds_of,
    said,
    shown_source,
    snapshot,
)
from tests.flows.exports import export

POLL = StepRecord(
    step_id=StepId("poll"),
    kind=StepKind.POLL,
    title="Which?",
    question="Which one?",
    sealed=True,
    options=("Soup", "Stew", "Bread", "Nothing"),
)
GROUPS = ("1", "2", "3")
KNOWN = Anonymous(
    private=frozenset({ALONE.step_id, POLL.step_id}),
    closed=True,
    everybody="All together",
    fewer="together",
    room_id=RoomId("!organizers:example.org"),
)


def vote(person: int, *choices: int, text: str = "", **changes: object) -> ReplyRecord:
    group = GROUPS[person % len(GROUPS)]
    return said(
        person + 1,
        text or ", ".join(map(str, choices)),
        group=group,
        step_id=POLL.step_id,
        source=shown_source(group),
        choices=choices,
        **changes,
    )


def polled(votes: Sequence[ReplyRecord], poll: StepRecord = POLL) -> Snapshot:
    return replace(snapshot(*votes), steps=(poll,), rounds=rounds_of(GROUPS, (poll,)), scope=None)


def digest_of(whole: Snapshot, known: Anonymous = KNOWN) -> Digest:
    """The digest as every output shows it; the gate holds it against the same snapshot."""
    small = without_small_cells(whole, known)
    made = compose(small)
    verify(made, small)
    return made


def is_small(number: int) -> bool:
    return 0 < number < SMALLEST


# ------------------------------------------------------------------ groups


def test_private_answers_of_all_groups_stand_together_and_group_answers_do_not() -> None:
    whole = replace(
        snapshot(
            said(1, "More adults", person=1, source=shown_source("1")),
            said(2, "Shorter queues", group="2", person=2, source=shown_source("2")),
            declared(3, "Group answer: both", person=1),
        ),
        steps=STEPS,
        rounds=rounds_of(GROUPS),
    )

    digest = digest_of(whole)

    alone, together = digest.steps
    (part,) = alone.groups
    assert (part.group_id, part.name, part.counts.present) == (EVERYBODY, "All together", 18)
    assert sorted(quote.text for quote in part.quotes) == ["More adults", "Shorter queues"]
    assert {quote.source.room_id for quote in part.quotes} == {KNOWN.room_id}
    assert [one.group_id for one in together.groups] == list(GROUPS)
    assert together.step_id == TOGETHER.step_id


# ------------------------------------------------------------------ what was chosen


def test_options_of_many_are_told_and_those_of_few_are_told_together() -> None:
    votes = [vote(n, 1) for n in range(9)] + [vote(9 + n, 2) for n in range(3)]
    votes += [vote(12 + n, 3) for n in range(4)]

    (step,) = digest_of(polled(votes)).steps

    assert step.options == ("Soup", "Stew / Bread / Nothing (together)")
    assert step.chosen == (9, 7)


def test_nothing_is_told_of_a_poll_in_which_few_took_part() -> None:
    (step,) = digest_of(polled([vote(n, 1) for n in range(4)])).steps

    assert (step.options, step.chosen) == ((), ())
    assert [quote.text for quote in step.groups[0].quotes] == [""] * 4


def test_before_the_close_no_vote_is_counted() -> None:
    votes = [vote(n, 1) for n in range(20)]

    digest = digest_of(polled(votes), replace(KNOWN, closed=False))

    (step,) = digest.steps
    assert (step.options, step.chosen) == ((), ())
    assert (step.groups[0].quotes, digest.total.sealed) == ((), 20)


def test_words_beside_a_choice_are_shown_without_its_number() -> None:
    votes = [vote(n, 1) for n in range(9)]
    votes += [vote(9, 2, text="2. We are halfway"), vote(10, 3, text="3️⃣ Too salt")]

    (step,) = digest_of(polled(votes)).steps

    texts = [quote.text for quote in step.groups[0].quotes if quote.text]
    assert sorted(texts) == ["Too salt", "We are halfway"]


# ------------------------------------------------------------------ what the operator exports


def exported(votes: Sequence[ReplyRecord]) -> Export:
    """What `runda export` tells of these votes."""
    stored = [
        ExportReply(
            reply_no=one.reply_no,
            step_id=one.step_id,
            group_id=one.group_id,
            text_version="",
            person=one.person,
            kind=one.kind,
            text=one.text,
            sent_ms=one.sent_ms,
            received_ms=one.sent_ms + 1,
            revisions=(ExportRevision(text=f"first {one.text}", replaced_ms=one.sent_ms),),
        )
        for one in votes
    ]
    rounds = [
        ExportRound(step_id=POLL.step_id, group_id=GroupId(group), opened_ms=7, closed_ms=9)
        for group in GROUPS
    ]
    step = ExportStep(
        step_id=POLL.step_id, kind=POLL.kind, title="", text="", text_version="", sealed=True
    )
    whole = replace(
        export(*stored),
        steps=(step,),
        groups=tuple(ExportGroup(group_id=GroupId(one), name=one) for one in GROUPS),
        rounds=tuple(rounds),
    )
    small = without_small_cells(polled(votes), KNOWN)
    return as_told(whole, small, {POLL.step_id})


MERE_OR_NOT = st.tuples(st.integers(1, 4), st.booleans())


@given(st.lists(MERE_OR_NOT, max_size=12), st.randoms(use_true_random=False))
def test_an_export_is_the_same_whoever_voted_for_what_and_in_which_group(
    cast: list[tuple[int, bool]], chance: Random
) -> None:
    # given two dialogues that differ in who voted for what, in which group and when
    def told(group_of: Callable[[int], str], choices: Sequence[int], later_ms: int) -> Export:
        return exported(
            [
                replace(
                    vote(place, choice, text=f"{choice} It was warm" if words else ""),
                    group_id=GroupId(group_of(place)),
                    person=chance.randint(1, 99),
                    sent_ms=later_ms + place,
                )
                for place, (choice, (_, words)) in enumerate(zip(choices, cast, strict=True))
            ]
        )

    choices = [choice for choice, _ in cast]
    other = chance.sample(choices, len(choices))

    # then what is exported of them is the same, to the letter
    one = told(lambda place: GROUPS[place % len(GROUPS)], choices, 1000)
    two = told(lambda _: chance.choice(GROUPS), other, 5000)
    assert one == two
    reconcile(one)


SINGLE = st.lists(st.integers(0, 4), max_size=40)


@given(SINGLE)
def test_no_number_that_is_shown_and_no_difference_is_of_a_few(chosen: list[int]) -> None:
    # 0: somebody whose reply names no option.
    votes = [vote(n, one) if one else vote(n, text="I do not know") for n, one in enumerate(chosen)]

    digest = digest_of(polled(votes))

    (step,) = digest.steps
    (part,) = step.groups
    answered = part.counts.answered
    assert answered == len(chosen)
    for number in step.chosen:
        assert number >= SMALLEST
        assert not is_small(answered - number)
    if step.chosen:
        assert not is_small(answered - sum(step.chosen))
    # What is listed tells no more: a mere choice is a row without words.
    assert all(not quote.text or quote.text == "I do not know" for quote in part.quotes)


@given(SINGLE)
def test_what_is_told_together_is_of_two_options_or_more_so_that_neither_is_known(
    chosen: list[int],
) -> None:
    votes = [vote(n, one or 1) for n, one in enumerate(chosen)]
    truly = Counter(one or 1 for one in chosen)

    (step,) = digest_of(polled(votes)).steps

    told = dict(zip(step.options, step.chosen, strict=True))
    for place, option in enumerate(POLL.options, start=1):
        if option in told:
            assert told[option] == truly[place]
    lumped = [option for option in told if option not in POLL.options]
    assert all(" / " in option for option in lumped)
    assert sum(told.values()) in (0, len(chosen))


@given(st.lists(st.frozensets(st.integers(1, 4), min_size=1), max_size=40))
def test_of_several_that_may_be_chosen_no_cell_and_no_rest_is_of_a_few(
    chosen: list[frozenset[int]],
) -> None:
    several = replace(POLL, choosing=Choosing.MULTIPLE)
    votes = [vote(n, *sorted(own)) for n, own in enumerate(chosen)]

    (step,) = digest_of(polled(votes, several)).steps

    for number in step.chosen:
        assert number >= SMALLEST
        assert not is_small(len(chosen) - number)
