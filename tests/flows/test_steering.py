"""What organizers, answers and the clock on the wall do to the course of a dialogue."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dialogue import Dialogue, Phase, Status
from flows.effects import (
    AlarmKind,
    CloseStep,
    Effect,
    MakeDigest,
    News,
    OpenStep,
    ShowSealed,
    TellGroups,
    WakeAt,
)
from flows.engine import LAST_MOMENT_S, decide
from flows.events import (
    Answered,
    CloseMoved,
    Event,
    GraceOver,
    MovedOn,
    Paused,
    ReminderDue,
    Resumed,
    Skipped,
    Started,
    Stopped,
    TimeUp,
    WaitOver,
)
from flows.ids import DialogueId, GroupId, StepId
from flows.packs.pack import FollowUp, Opening, Step, StepKind
from tests.builders import MINUTE, MINUTE_S, MONDAY_9H, dialogue, step, words

ALONE = step(StepKind.INDIVIDUAL, "alone", scenario="lunch", remind_before_s=2 * MINUTE_S)
TOGETHER = step(StepKind.GROUP, "together", scenario="lunch", grace_s=3 * MINUTE_S)
PAUSE = step(StepKind.BREAK, "pause")
ONE, TWO = GroupId("1"), GroupId("2")
BOTH = frozenset({ONE, TWO})
LAST_MOMENT = timedelta(seconds=LAST_MOMENT_S)


def at(minutes: float) -> datetime:
    return MONDAY_9H + minutes * MINUTE


def begun(*steps: Step, **changes: object) -> Dialogue:
    planned = replace(dialogue(*steps), **changes)  # type: ignore[arg-type]  # any field, by name
    return decide(planned, Started(at=at(0))).dialogue


def alarms(effects: tuple[Effect, ...]) -> list[tuple[AlarmKind, datetime]]:
    return [(one.alarm, one.at) for one in effects if isinstance(one, WakeAt)]


def news(effects: tuple[Effect, ...]) -> list[tuple[News, datetime | None]]:
    return [(one.news, one.until) for one in effects if isinstance(one, TellGroups)]


def after(now: Dialogue, *events: Event) -> Dialogue:
    for event in events:
        now = decide(now, event).dialogue
    return now


# ---------------------------------------------------------------- pause


def test_while_it_is_paused_no_alarm_moves_it() -> None:
    paused = after(begun(ALONE), Paused(at=at(3)))

    for event in (
        TimeUp(step_id=ALONE.id, at=at(10)),
        ReminderDue(step_id=ALONE.id, at=at(8)),
        GraceOver(step_id=ALONE.id, at=at(20)),
    ):
        assert decide(paused, event).dialogue == paused
        assert decide(paused, event).effects == ()


def test_what_was_left_of_the_step_is_left_when_it_goes_on() -> None:
    paused = decide(begun(ALONE), Paused(at=at(3)))
    going = decide(paused.dialogue, Resumed(at=at(33)))

    assert news(paused.effects) == [(News.PAUSED, None)]
    assert going.dialogue.closes_at == at(40)
    assert news(going.effects) == [(News.RESUMED, at(40))]
    assert alarms(going.effects) == [(AlarmKind.CLOSE, at(40)), (AlarmKind.REMIND, at(38))]


def test_pausing_or_resuming_twice_changes_nothing() -> None:
    paused = after(begun(ALONE), Paused(at=at(3)))
    assert decide(paused, Paused(at=at(4))).dialogue == paused

    going = after(paused, Resumed(at=at(5)))
    assert decide(going, Resumed(at=at(6))).dialogue == going


def test_the_wait_for_missing_answers_stands_too() -> None:
    waiting = after(begun(TOGETHER), TimeUp(step_id=TOGETHER.id, at=at(10), unanswered=BOTH))
    going = decide(after(waiting, Paused(at=at(11))), Resumed(at=at(21)))

    assert alarms(going.effects) == [(AlarmKind.GRACE, at(23))]


def test_going_on_ends_the_pause() -> None:
    paused = after(begun(ALONE, PAUSE), Paused(at=at(3)))
    moved = after(paused, MovedOn(step_id=ALONE.id, at=at(5)))

    assert (moved.step, moved.paused_at, moved.closes_at) == (PAUSE, None, at(15))


@pytest.mark.parametrize("event", [Paused(at=at(-1)), Resumed(at=at(-1))])
def test_what_has_not_begun_cannot_be_paused(event: Event) -> None:
    planned = dialogue(ALONE)

    assert decide(planned, event).dialogue == planned


# ---------------------------------------------------------------- another end


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        pytest.param(at(15), at(15), id="later"),
        pytest.param(at(5), at(5), id="earlier"),
        pytest.param(at(1), at(2), id="in the past is now"),
    ],
)
def test_the_close_moves_and_the_reminder_with_it(closes: datetime, expected: datetime) -> None:
    moved = decide(begun(ALONE), CloseMoved(step_id=ALONE.id, at=at(2), closes_at=closes))

    assert moved.dialogue.closes_at == expected
    assert news(moved.effects) == [(News.MOVED, expected)]
    assert alarms(moved.effects) == [
        (AlarmKind.CLOSE, expected),
        (AlarmKind.REMIND, expected - 2 * MINUTE),
    ]


def test_alarms_of_the_earlier_plan_are_silent() -> None:
    moved = after(begun(ALONE), CloseMoved(step_id=ALONE.id, at=at(2), closes_at=at(15)))

    assert decide(moved, ReminderDue(step_id=ALONE.id, at=at(8))).effects == ()
    assert decide(moved, TimeUp(step_id=ALONE.id, at=at(10))).effects == ()
    assert decide(moved, ReminderDue(step_id=ALONE.id, at=at(13))).effects != ()
    assert after(moved, TimeUp(step_id=ALONE.id, at=at(15))).status is Status.ENDED


def test_more_time_while_answers_are_waited_for_opens_the_step_again() -> None:
    waiting = after(begun(TOGETHER), TimeUp(step_id=TOGETHER.id, at=at(10), unanswered=BOTH))
    moved = after(waiting, CloseMoved(step_id=TOGETHER.id, at=at(11), closes_at=at(20)))

    assert (moved.phase, moved.closes_at) == (Phase.OPEN, at(20))


def test_an_end_moved_in_a_pause_is_told_when_the_clock_goes_on() -> None:
    paused = after(begun(ALONE), Paused(at=at(3)))
    moved = decide(paused, CloseMoved(step_id=ALONE.id, at=at(4), closes_at=at(15)))
    going = decide(moved.dialogue, Resumed(at=at(5)))

    assert moved.effects == ()
    assert news(going.effects) == [(News.RESUMED, at(17))]


# ---------------------------------------------------------------- what lets the next begin


def asks(kind: StepKind, opening: Opening, quorum: float = 1.0) -> Step:
    return step(kind, "asks", opening=opening, quorum=quorum)


def said(have: int, of: int, groups: int = 0, minutes: float = 1) -> Answered:
    return Answered(
        step_id=StepId("asks"), at=at(minutes), answered=have, present=of, groups_answered=groups
    )


@pytest.mark.parametrize(
    ("asked", "event", "enough"),
    [
        (asks(StepKind.INDIVIDUAL, Opening.QUORUM, 0.8), said(7, 10), False),
        (asks(StepKind.INDIVIDUAL, Opening.QUORUM, 0.8), said(8, 10), True),
        (asks(StepKind.INDIVIDUAL, Opening.EVERYONE), said(9, 10), False),
        (asks(StepKind.INDIVIDUAL, Opening.EVERYONE), said(10, 10), True),
        (asks(StepKind.INDIVIDUAL, Opening.EVERYONE), said(0, 0), False),
        (asks(StepKind.GROUP, Opening.EVERYONE), said(10, 10, groups=1), False),
        (asks(StepKind.GROUP, Opening.EVERYONE), said(2, 10, groups=2), True),
        (asks(StepKind.GROUP, Opening.QUORUM, 0.5), said(0, 10, groups=1), True),
        (asks(StepKind.INDIVIDUAL, Opening.TIME), said(10, 10), False),
        (asks(StepKind.INDIVIDUAL, Opening.ORGANIZER), said(10, 10), False),
    ],
)
def test_when_enough_have_answered_the_step_closes_a_moment_later(
    asked: Step, event: Answered, *, enough: bool
) -> None:
    decision = decide(begun(asked, PAUSE), event)

    until = event.at + LAST_MOMENT
    assert (decision.dialogue.phase is Phase.ENOUGH) is enough
    assert news(decision.effects) == ([(News.ENOUGH, until)] if enough else [])
    closed = after(decision.dialogue, TimeUp(step_id=asked.id, at=until, unanswered=BOTH))
    assert (closed.step == PAUSE) is enough


def test_who_is_told_once_that_it_closes_is_not_told_again() -> None:
    asked = asks(StepKind.INDIVIDUAL, Opening.EVERYONE)
    enough = after(begun(asked), said(10, 10))

    assert decide(enough, said(10, 10, minutes=1.1)).effects == ()


def test_the_last_moment_is_never_longer_than_the_step() -> None:
    asked = asks(StepKind.INDIVIDUAL, Opening.EVERYONE)

    assert decide(begun(asked), said(10, 10, minutes=9.9)).effects == ()


def test_an_end_set_by_hand_is_not_overruled_by_answers() -> None:
    asked = asks(StepKind.INDIVIDUAL, Opening.EVERYONE)
    moved = after(begun(asked), CloseMoved(step_id=asked.id, at=at(2), closes_at=at(15)))

    assert decide(moved, said(10, 10, minutes=3)).effects == ()


def test_a_step_that_an_organizer_ends_has_no_end_of_its_own() -> None:
    asked = asks(StepKind.INDIVIDUAL, Opening.ORGANIZER)
    opened = decide(dialogue(asked, PAUSE), Started(at=at(0)))

    assert opened.dialogue.closes_at is None
    assert alarms(opened.effects) == []
    assert after(opened.dialogue, TimeUp(step_id=asked.id, at=at(99))) == opened.dialogue
    assert after(opened.dialogue, MovedOn(step_id=asked.id, at=at(99))).step == PAUSE


def test_without_a_length_the_organizer_is_waited_for_all_the_same() -> None:
    talk = step(StepKind.PLENARY, "talk", length_s=None, opening=Opening.ORGANIZER)

    assert begun(talk, PAUSE).step == talk


def test_at_its_own_pace_a_group_is_hurried_by_nothing() -> None:
    opened = decide(dialogue(ALONE, TOGETHER, own_pace=True), Started(at=at(0)))
    going = decide(opened.dialogue, MovedOn(step_id=ALONE.id, at=at(9999)))

    assert alarms(opened.effects) == alarms(going.effects) == []
    assert going.dialogue.step == TOGETHER


# ---------------------------------------------------------------- a time on the wall


AT_ONE = step(StepKind.GROUP, "at-one", begins_at=(13, 0))
ONE_OCLOCK = MONDAY_9H + timedelta(hours=4)


def test_a_step_waits_for_its_time_on_the_wall() -> None:
    waiting = decide(begun(PAUSE, AT_ONE), TimeUp(step_id=PAUSE.id, at=at(10)))

    assert (waiting.dialogue.phase, waiting.dialogue.step) == (Phase.WAITING, None)
    assert waiting.dialogue.upcoming == AT_ONE
    assert news(waiting.effects) == [(News.WAITING, ONE_OCLOCK)]
    assert alarms(waiting.effects) == [(AlarmKind.OPEN, ONE_OCLOCK)]
    early = WaitOver(step_id=AT_ONE.id, at=ONE_OCLOCK - timedelta(microseconds=1))
    assert after(waiting.dialogue, early) == waiting.dialogue
    assert after(waiting.dialogue, WaitOver(step_id=AT_ONE.id, at=ONE_OCLOCK)).step == AT_ONE


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"pace": 60.0}, id="a rehearsal"),
        pytest.param({"own_pace": True}, id="at its own pace"),
    ],
)
def test_some_do_not_wait_for_it(changes: dict[str, object]) -> None:
    assert begun(AT_ONE, **changes).step == AT_ONE


def test_a_time_that_has_passed_is_not_waited_for() -> None:
    late = decide(dialogue(AT_ONE), Started(at=ONE_OCLOCK + MINUTE)).dialogue

    assert late.step == AT_ONE


def test_an_organizer_need_not_wait() -> None:
    waiting = begun(AT_ONE)

    assert waiting.phase is Phase.WAITING
    assert after(waiting, MovedOn(step_id=AT_ONE.id, at=at(1))).step == AT_ONE


def test_a_pause_may_outlast_the_wait() -> None:
    paused = after(begun(AT_ONE), Paused(at=at(1)))
    assert after(paused, WaitOver(step_id=AT_ONE.id, at=ONE_OCLOCK)) == paused

    going = decide(paused, Resumed(at=ONE_OCLOCK + MINUTE))
    assert alarms(going.effects) == [(AlarmKind.OPEN, ONE_OCLOCK)]
    assert after(going.dialogue, WaitOver(step_id=AT_ONE.id, at=ONE_OCLOCK + MINUTE)).step == AT_ONE


@pytest.mark.parametrize(
    ("start", "opens"),
    [
        pytest.param(
            datetime(2026, 10, 24, 22, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            id="the hour that comes twice: the first",
        ),
        pytest.param(
            datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            id="the hour that is left out: as long after midnight",
        ),
    ],
)
def test_in_the_nights_when_the_clocks_change(start: datetime, opens: datetime) -> None:
    at_night = replace(AT_ONE, begins_at=(2, 30))
    waiting = decide(dialogue(at_night), Started(at=start)).dialogue

    assert waiting.opens_at == opens


# ---------------------------------------------------------------- skipping


def test_a_step_that_is_skipped_is_not_asked() -> None:
    without = after(begun(ALONE, PAUSE, TOGETHER), Skipped(step_id=PAUSE.id, at=at(1)))
    moved = decide(without, TimeUp(step_id=ALONE.id, at=at(10)))

    assert without.step == ALONE
    assert moved.dialogue.step == TOGETHER
    assert moved.dialogue.skipped == (PAUSE.id,)


@pytest.mark.parametrize("step_id", ["alone", "nothing"])
def test_only_what_is_to_come_can_be_skipped(step_id: str) -> None:
    now = begun(ALONE, PAUSE)

    assert decide(now, Skipped(step_id=StepId(step_id), at=at(1))).dialogue == now


def test_skipping_what_is_waited_for_goes_on_at_once() -> None:
    assert after(begun(AT_ONE, PAUSE), Skipped(step_id=AT_ONE.id, at=at(1))).step == PAUSE


def test_skipping_the_last_ends_it_with_the_step_before() -> None:
    without = after(begun(ALONE, PAUSE), Skipped(step_id=PAUSE.id, at=at(1)))

    assert after(without, TimeUp(step_id=ALONE.id, at=at(10))).status is Status.ENDED


def shown(effects: tuple[Effect, ...]) -> list[StepId]:
    return [one.step_id for one in effects if isinstance(one, ShowSealed)]


def test_private_answers_are_not_lost_with_the_step_that_would_have_shown_them() -> None:
    # given that it is skipped before they are closed, or after
    before = after(begun(ALONE, PAUSE, TOGETHER), Skipped(step_id=TOGETHER.id, at=at(1)))
    closed = decide(before, TimeUp(step_id=ALONE.id, at=at(10)))
    assert shown(closed.effects) == [ALONE.id]

    resting = after(begun(ALONE, PAUSE, TOGETHER), TimeUp(step_id=ALONE.id, at=at(10)))
    without = after(resting, Skipped(step_id=TOGETHER.id, at=at(11)))
    assert shown(decide(without, TimeUp(step_id=PAUSE.id, at=at(20))).effects) == [ALONE.id]


# ---------------------------------------------------------------- what comes after


def test_at_the_end_its_follow_ups_are_booked_on_the_wall_clock() -> None:
    follow_up = FollowUp(
        id="autumn", title=words("Autumn"), after_months=6, after_days=0, at=(9, 0), steps=(ALONE,)
    )
    now = begun(ALONE)
    now = replace(now, pack=replace(now.pack, follow_ups=(follow_up,)))
    effects = decide(now, TimeUp(step_id=ALONE.id, at=at(10))).effects

    # Winter time: nine o'clock is an hour later in UTC.
    assert alarms(effects) == [(AlarmKind.FOLLOW_UP, datetime(2026, 11, 4, 8, 0, tzinfo=UTC))]


# ---------------------------------------------------------------- whatever happens


step_ids = st.integers(0, 4).map(lambda number: StepId(f"step{number}"))
times = st.integers(0, 300).map(at)
events = st.one_of(
    st.builds(Started, at=st.just(at(0))),
    *(
        st.builds(kind, step_id=step_ids, at=times)
        for kind in (ReminderDue, TimeUp, GraceOver, MovedOn, WaitOver, Skipped)
    ),
    *(st.builds(kind, at=times) for kind in (Paused, Resumed, Stopped)),
    st.builds(CloseMoved, step_id=step_ids, at=times, closes_at=times),
    st.builds(
        Answered,
        step_id=step_ids,
        at=times,
        answered=st.integers(0, 3),
        present=st.just(3),
        groups_answered=st.integers(0, 2),
    ),
)


@st.composite
def dialogues(draw: st.DrawFn) -> Dialogue:
    kinds = draw(st.lists(st.sampled_from(StepKind), min_size=1, max_size=5))
    steps = [
        step(
            kind,
            f"step{number}",
            scenario=draw(st.sampled_from(("", "a"))),
            opening=draw(st.sampled_from(Opening)),
            begins_at=draw(st.sampled_from((None, (10, 0), (11, 0)))),
        )
        for number, kind in enumerate(kinds)
    ]
    return dialogue(*steps, own_pace=draw(st.booleans()), follows=DialogueId("lunch-0"))


@given(now=dialogues(), happening=st.lists(events, max_size=40))
def test_each_step_is_opened_and_closed_once_in_order_and_every_event_may_come_twice(
    now: Dialogue, happening: list[Event]
) -> None:
    ids = [one.id for one in now.pack.steps]
    done: list[Effect] = []
    for event in happening:
        decision = decide(now, event)
        now = decision.dialogue
        done += decision.effects
        assert decide(now, event).dialogue == now

    opened = [one.step_id for one in done if isinstance(one, OpenStep)]
    closed = [one.step_id for one in done if isinstance(one, CloseStep)]
    assert opened == [one for one in ids if one in opened]
    assert closed == opened[: len(closed)]
    assert len(opened) - len(closed) == (0 if now.step is None else 1)
    assert not set(opened) & set(now.skipped)
    digests = Counter(one.step_id for one in done if isinstance(one, MakeDigest))
    assert all(number == 1 for number in digests.values())
    keys = Counter(one.key for one in done if isinstance(one, WakeAt))
    assert all(number == 1 for number in keys.values())
