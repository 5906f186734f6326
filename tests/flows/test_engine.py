"""What each event changes, at the edges of the rules, and whole walks through a pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dialogue import Dialogue, Phase, Status
from flows.effects import (
    AlarmKind,
    AskForAnswer,
    CloseStep,
    Effect,
    MakeDigest,
    OpenStep,
    Remind,
    ShowSealed,
    WakeAt,
)
from flows.engine import decide, start_alarm
from flows.events import (
    Event,
    GraceOver,
    MovedOn,
    ReminderDue,
    Started,
    Stopped,
    TimeUp,
    WaitOver,
)
from flows.ids import GroupId, StepId
from flows.packs.pack import Step, StepKind
from tests.builders import MINUTE, MINUTE_S, MONDAY_9H, dialogue, step

HELLO = step(StepKind.BACKGROUND, "hello", length_s=None)
ALONE = step(StepKind.INDIVIDUAL, "alone", scenario="lunch", remind_before_s=2 * MINUTE_S)
TOGETHER = step(StepKind.GROUP, "together", scenario="lunch", grace_s=3 * MINUTE_S)
PAUSE = step(StepKind.BREAK, "pause")
BYE = step(StepKind.PLENARY, "bye", length_s=None)

ONE, TWO = GroupId("1"), GroupId("2")
BOTH = frozenset({ONE, TWO})
NOBODY: frozenset[GroupId] = frozenset()
A_MICROSECOND = timedelta(microseconds=1)


def at(minutes: float) -> datetime:
    return MONDAY_9H + minutes * MINUTE


def begun(*steps: Step) -> Dialogue:
    return decide(dialogue(*steps), Started(at=at(0))).dialogue


def told(effects: Iterable[Effect]) -> list[str]:
    """Effects in a few words."""
    return [_told(effect) for effect in effects]


def _told(effect: Effect) -> str:
    match effect:
        case WakeAt():
            return f"wake {effect.alarm} {effect.at - MONDAY_9H}"
        case MakeDigest():
            return f"digest {effect.step_id or 'of all'}"
        case CloseStep() | AskForAnswer():
            groups = effect.unanswered if isinstance(effect, CloseStep) else effect.groups
            return " ".join([effect.kind, effect.step_id, *sorted(groups)])
        case _:
            return f"{effect.kind} {effect.step_id}"


# ---------------------------------------------------------------- one event at a time


def test_the_start_opens_the_first_step_and_sets_its_alarms() -> None:
    decision = decide(dialogue(ALONE, TOGETHER), Started(at=at(0)))

    assert told(decision.effects) == [
        "open_step alone",
        "wake close 0:10:00",
        "wake remind 0:08:00",
    ]
    assert decision.dialogue.step == ALONE
    assert decision.dialogue.closes_at == at(10)


def test_a_late_start_moves_everything_by_as_much() -> None:
    decision = decide(dialogue(ALONE), Started(at=at(60)))

    assert decision.dialogue.opened_at == at(60)
    assert decision.dialogue.closes_at == at(70)


def test_steps_without_length_follow_each_other_at_once() -> None:
    second = step(StepKind.BACKGROUND, "second", length_s=None)
    decision = decide(dialogue(HELLO, second, ALONE), Started(at=at(0)))

    assert told(decision.effects) == [
        "open_step hello",
        "close_step hello",
        "open_step second",
        "close_step second",
        "open_step alone",
        "wake close 0:10:00",
        "wake remind 0:08:00",
    ]


def test_a_dialogue_of_steps_without_length_ends_as_it_starts() -> None:
    decision = decide(dialogue(HELLO, BYE), Started(at=at(0)))

    assert decision.dialogue.status is Status.ENDED
    assert decision.dialogue.step is None
    assert told(decision.effects)[-1] == "digest of all"


def test_the_pace_shortens_every_length() -> None:
    decision = decide(dialogue(ALONE, pace=60.0), Started(at=at(0)))

    assert told(decision.effects) == [
        "open_step alone",
        "wake close 0:00:10",
        "wake remind 0:00:08",
    ]


@pytest.mark.parametrize(
    ("when", "reminded"),
    [
        pytest.param(at(8), True, id="on time"),
        pytest.param(at(10) - A_MICROSECOND, True, id="just before the close"),
        pytest.param(at(10), False, id="at the close"),
        pytest.param(at(11), False, id="after the close"),
    ],
)
def test_a_reminder_helps_until_the_close(when: datetime, *, reminded: bool) -> None:
    effects = decide(begun(ALONE), ReminderDue(step_id=ALONE.id, at=when)).effects

    assert effects == ((Remind(step_id=ALONE.id, closes_at=at(10)),) if reminded else ())


def test_nobody_is_reminded_while_missing_answers_are_waited_for() -> None:
    waiting = decide(
        begun(TOGETHER), TimeUp(step_id=TOGETHER.id, at=at(10), unanswered=BOTH)
    ).dialogue

    assert decide(waiting, ReminderDue(step_id=TOGETHER.id, at=at(11))).effects == ()


@pytest.mark.parametrize(
    ("when", "closed"),
    [
        pytest.param(at(10) - A_MICROSECOND, False, id="early"),
        pytest.param(at(10), True, id="on time"),
        pytest.param(at(60), True, id="late"),
    ],
)
def test_a_step_closes_at_its_time_and_not_before(when: datetime, *, closed: bool) -> None:
    decision = decide(begun(ALONE), TimeUp(step_id=ALONE.id, at=when))

    assert (decision.dialogue.status is Status.ENDED) is closed
    assert bool(decision.effects) is closed


def test_the_next_step_gets_its_whole_length_however_late_it_opens() -> None:
    moved = decide(begun(ALONE, PAUSE), TimeUp(step_id=ALONE.id, at=at(25))).dialogue

    assert moved.step == PAUSE
    assert moved.closes_at == at(35)


def test_groups_that_have_not_answered_are_asked_once_and_waited_for() -> None:
    decision = decide(
        begun(TOGETHER, PAUSE),
        TimeUp(step_id=TOGETHER.id, at=at(10), unanswered=frozenset({TWO})),
    )

    assert told(decision.effects) == ["ask_for_answer together 2", "wake grace 0:13:00"]
    assert decision.dialogue.phase is Phase.GRACE
    assert decision.dialogue.closes_at == at(13)


def test_nobody_is_waited_for_when_every_group_has_answered() -> None:
    decision = decide(begun(TOGETHER, PAUSE), TimeUp(step_id=TOGETHER.id, at=at(10)))

    assert told(decision.effects) == [
        "close_step together",
        "open_step pause",
        "wake close 0:20:00",
        "digest together",
    ]


@pytest.mark.parametrize(
    ("when", "closed"), [(at(13) - A_MICROSECOND, False), (at(13), True), (at(20), True)]
)
def test_when_the_wait_is_over_missing_answers_are_recorded(
    when: datetime, *, closed: bool
) -> None:
    waiting = decide(
        begun(TOGETHER), TimeUp(step_id=TOGETHER.id, at=at(10), unanswered=BOTH)
    ).dialogue
    decision = decide(waiting, GraceOver(step_id=TOGETHER.id, at=when, unanswered=frozenset({ONE})))

    expected = ["close_step together 1", "digest together", "digest of all"]
    assert told(decision.effects) == (expected if closed else [])


def test_the_wait_belongs_to_the_time_after_the_close() -> None:
    opened = begun(TOGETHER)

    assert decide(opened, GraceOver(step_id=TOGETHER.id, at=at(60))).dialogue == opened


def test_moving_on_closes_early_and_asks_nobody() -> None:
    decision = decide(
        begun(TOGETHER, PAUSE), MovedOn(step_id=TOGETHER.id, at=at(2), unanswered=BOTH)
    )

    assert told(decision.effects) == [
        "close_step together 1 2",
        "open_step pause",
        "wake close 0:12:00",
        "digest together",
    ]


def test_moving_on_ends_the_wait_too() -> None:
    waiting = decide(
        begun(TOGETHER, PAUSE), TimeUp(step_id=TOGETHER.id, at=at(10), unanswered=BOTH)
    ).dialogue
    moved = decide(waiting, MovedOn(step_id=TOGETHER.id, at=at(11), unanswered=BOTH)).dialogue

    assert moved.step == PAUSE
    assert moved.phase is Phase.OPEN


def test_an_alarm_of_an_earlier_step_moves_nothing() -> None:
    moved = decide(begun(ALONE, PAUSE, BYE), MovedOn(step_id=ALONE.id, at=at(5))).dialogue

    for event in (
        TimeUp(step_id=ALONE.id, at=at(60)),
        ReminderDue(step_id=ALONE.id, at=at(8)),
        GraceOver(step_id=ALONE.id, at=at(60)),
        MovedOn(step_id=ALONE.id, at=at(5)),
    ):
        assert decide(moved, event).effects == ()


# ---------------------------------------------------------------- sealed answers


def test_sealed_answers_are_shown_before_the_groups_question() -> None:
    decision = decide(begun(ALONE, TOGETHER), TimeUp(step_id=ALONE.id, at=at(10)))

    assert told(decision.effects) == [
        "close_step alone",
        "show_sealed alone",
        "open_step together",
        "wake close 0:20:00",
        "digest alone",
    ]


def test_they_stay_sealed_over_a_break() -> None:
    paused = decide(begun(ALONE, PAUSE, TOGETHER), TimeUp(step_id=ALONE.id, at=at(10)))
    going_on = decide(paused.dialogue, TimeUp(step_id=PAUSE.id, at=at(20)))

    assert "show_sealed alone" not in told(paused.effects)
    assert told(going_on.effects)[:3] == [
        "close_step pause",
        "show_sealed alone",
        "open_step together",
    ]


@pytest.mark.parametrize(
    "later",
    [
        pytest.param((), id="nothing follows"),
        pytest.param((PAUSE,), id="no group step follows"),
        pytest.param((step(StepKind.GROUP, "other", scenario="dinner"),), id="another scenario"),
    ],
)
def test_where_no_group_step_waits_for_them_they_are_shown_at_the_close(
    later: tuple[Step, ...],
) -> None:
    effects = told(decide(begun(ALONE, *later), TimeUp(step_id=ALONE.id, at=at(10))).effects)

    assert effects[:2] == ["close_step alone", "show_sealed alone"]
    assert effects.count("show_sealed alone") == 1


def test_steps_tied_to_no_scenario_are_not_tied_to_each_other() -> None:
    alone = step(StepKind.INDIVIDUAL, "alone")
    together = step(StepKind.GROUP, "together")
    effects = told(decide(begun(alone, together), TimeUp(step_id=alone.id, at=at(10))).effects)

    assert effects[:3] == ["close_step alone", "show_sealed alone", "open_step together"]


def test_an_open_step_shows_at_its_close_what_came_in_private() -> None:
    open_step = step(StepKind.INDIVIDUAL, "alone", scenario="lunch", sealed=False)
    effects = told(
        decide(begun(open_step, PAUSE, TOGETHER), TimeUp(step_id=open_step.id, at=at(10))).effects
    )

    assert effects[:2] == ["close_step alone", "show_sealed alone"]


def test_a_second_group_step_of_the_scenario_shows_nothing_again() -> None:
    again = step(StepKind.GROUP, "again", scenario="lunch")
    steps = (ALONE, TOGETHER, again)
    effects = [effect for _, _, done in walk(steps, NOBODY) for effect in done]

    assert told(effects).count("show_sealed alone") == 1


# ---------------------------------------------------------------- stopping


def test_stopping_before_the_start_leaves_nothing_behind() -> None:
    decision = decide(dialogue(ALONE), Stopped(at=at(-5)))

    assert decision.dialogue.status is Status.ENDED
    assert decision.effects == ()
    assert decide(decision.dialogue, Started(at=at(0))).effects == ()


def test_stopping_closes_the_open_step_and_compiles() -> None:
    decision = decide(begun(ALONE, TOGETHER), Stopped(at=at(5)))

    # What was sealed stays sealed: the question that would have opened it never comes.
    assert told(decision.effects) == ["close_step alone", "digest alone", "digest of all"]


def test_stopping_while_answers_are_waited_for() -> None:
    waiting = decide(
        begun(TOGETHER, PAUSE), TimeUp(step_id=TOGETHER.id, at=at(10), unanswered=BOTH)
    ).dialogue
    decision = decide(waiting, Stopped(at=at(11), unanswered=frozenset({TWO})))

    assert told(decision.effects) == [
        "close_step together 2",
        "digest together",
        "digest of all",
    ]


def test_after_the_end_nothing_moves() -> None:
    ended = decide(begun(ALONE), TimeUp(step_id=ALONE.id, at=at(10))).dialogue

    for event in (
        Started(at=at(11)),
        Stopped(at=at(11)),
        MovedOn(step_id=ALONE.id, at=at(11)),
        TimeUp(step_id=ALONE.id, at=at(11)),
        GraceOver(step_id=ALONE.id, at=at(11)),
        ReminderDue(step_id=ALONE.id, at=at(11)),
    ):
        decision = decide(ended, event)
        assert decision.dialogue == ended
        assert decision.effects == ()


# ---------------------------------------------------------------- whole walks


def event_of(alarm: WakeAt, when: datetime, missing: frozenset[GroupId]) -> Event:
    """What an alarm says when it rings."""
    step_id = alarm.step_id
    if alarm.alarm is AlarmKind.START or step_id is None:
        return Started(at=when)
    match alarm.alarm:
        case AlarmKind.REMIND:
            return ReminderDue(step_id=step_id, at=when)
        case AlarmKind.CLOSE:
            return TimeUp(step_id=step_id, at=when, unanswered=missing)
        case AlarmKind.GRACE:
            return GraceOver(step_id=step_id, at=when, unanswered=missing)
        case AlarmKind.OPEN:
            return WaitOver(step_id=step_id, at=when)
        case AlarmKind.FOLLOW_UP | AlarmKind.SERIES:
            raise AssertionError(alarm)


Walk = list[tuple[Dialogue, Event, tuple[Effect, ...]]]


def walk(
    steps: Sequence[Step],
    missing: frozenset[GroupId],
    *,
    late: Sequence[timedelta] = (),
    twice: bool = False,
) -> Walk:
    """Run a dialogue to its end: each alarm rings when it is due, `late` by so much."""
    now = dialogue(*steps)
    alarms = {start_alarm(now)}
    clock = MONDAY_9H
    done: Walk = []
    delays = iter(late)
    while alarms:
        alarm = min(alarms, key=lambda one: (one.at, one.key))
        alarms.remove(alarm)
        clock = max(clock, alarm.at) + next(delays, timedelta())
        event = event_of(alarm, clock, missing)
        for _ in range(2 if twice else 1):
            decision = decide(now, event)
            done.append((now, event, decision.effects))
            now = decision.dialogue
            alarms |= {effect for effect in decision.effects if isinstance(effect, WakeAt)}
    assert now.status is Status.ENDED
    return done


lengths = st.integers(min_value=2, max_value=30).map(lambda minutes: minutes * MINUTE_S)


@st.composite
def packs(draw: st.DrawFn) -> tuple[Step, ...]:
    kinds = draw(st.lists(st.sampled_from(StepKind), min_size=1, max_size=7))
    return tuple(_drawn(draw, kind, number) for number, kind in enumerate(kinds))


def _drawn(draw: st.DrawFn, kind: StepKind, number: int) -> Step:
    length: int | None = draw(lengths)
    if kind in (StepKind.BACKGROUND, StepKind.PLENARY) and draw(st.booleans()):
        length = None
    return step(
        kind,
        f"step{number}",
        length_s=length,
        scenario=draw(st.sampled_from(("", "a", "b"))) if kind.collects else "",
        sealed=draw(st.booleans()),
        remind_before_s=draw(st.sampled_from((None, MINUTE_S))) if length else None,
        grace_s=draw(st.sampled_from((0, MINUTE_S))),
    )


delays = st.lists(
    st.integers(min_value=0, max_value=120).map(lambda minutes: minutes * MINUTE), max_size=12
)


@given(steps=packs(), missing=st.sets(st.sampled_from(sorted(BOTH))), late=delays)
def test_every_step_is_opened_and_closed_once_and_what_it_collected_is_digested_once(
    steps: tuple[Step, ...], missing: set[GroupId], late: list[timedelta]
) -> None:
    done = [
        effect for _, _, effects in walk(steps, frozenset(missing), late=late) for effect in effects
    ]

    ids = [one.id for one in steps]
    assert [one.step_id for one in done if isinstance(one, OpenStep)] == ids
    assert [one.step_id for one in done if isinstance(one, CloseStep)] == ids
    digested = [one.step_id for one in done if isinstance(one, MakeDigest)]
    assert digested == [*(one.id for one in steps if one.kind.collects), None]


def is_told_in_private(step: Step) -> bool:
    """Whether somebody may have answered it in private: an exercise is done in the room."""
    return step.kind.asks_each and step.kind is not StepKind.EXERCISE


def discussing(steps: Sequence[Step], number: int) -> list[Step]:
    """The group steps that speak of what was answered in private to a step."""
    return [
        other
        for other in steps[number + 1 :]
        if other.kind is StepKind.GROUP and other.tie == steps[number].tie != ""
    ]


@given(steps=packs(), missing=st.sets(st.sampled_from(sorted(BOTH))))
def test_private_answers_are_shown_once_after_their_close_and_before_the_groups_question(
    steps: tuple[Step, ...], missing: set[GroupId]
) -> None:
    done = [effect for _, _, effects in walk(steps, frozenset(missing)) for effect in effects]

    shown = Counter(one.step_id for one in done if isinstance(one, ShowSealed))
    individual = [one for one in steps if is_told_in_private(one)]
    assert shown == Counter(one.id for one in individual)
    places = told(done)
    for number, one in enumerate(steps):
        if not is_told_in_private(one):
            continue
        place = places.index(f"show_sealed {one.id}")
        assert any(text.startswith(f"close_step {one.id}") for text in places[:place])
        groups = discussing(steps, number)
        if groups and one.sealed:
            # Directly before the question that speaks of them, beside others of their kind.
            rest = [text for text in places[place:] if not text.startswith("show_sealed")]
            assert rest[0] == f"open_step {groups[0].id}"


@given(steps=packs(), missing=st.sets(st.sampled_from(sorted(BOTH))), late=delays)
def test_every_event_twice_changes_nothing(
    steps: tuple[Step, ...], missing: set[GroupId], late: list[timedelta]
) -> None:
    done = walk(steps, frozenset(missing), late=late, twice=True)

    for before, event, effects in done[1::2]:
        # A reminder leaves no trace in the dialogue; its effect has the same key both times.
        if not isinstance(event, ReminderDue):
            assert effects == ()
        assert decide(before, event).dialogue == before


events = st.one_of(
    st.builds(Started, at=st.just(at(0))),
    *(
        st.builds(
            kind,
            step_id=st.integers(0, 6).map(lambda n: StepId(f"step{n}")),
            at=st.integers(0, 90).map(at),
        )
        for kind in (ReminderDue, TimeUp, GraceOver, MovedOn)
    ),
    st.builds(Stopped, at=st.integers(0, 90).map(at)),
)


@given(steps=packs(), happening=st.lists(events, max_size=25))
def test_whatever_happens_in_whatever_order_nothing_is_opened_closed_or_digested_twice(
    steps: tuple[Step, ...], happening: list[Event]
) -> None:
    now = dialogue(*steps)
    done: list[Effect] = []
    for event in happening:
        decision = decide(now, event)
        now = decision.dialogue
        done += decision.effects

    opened = [one.step_id for one in done if isinstance(one, OpenStep)]
    closed = [one.step_id for one in done if isinstance(one, CloseStep)]
    ids = [one.id for one in steps]
    assert opened == ids[: len(opened)]
    assert closed == opened[: len(closed)]
    assert len(opened) - len(closed) == (1 if now.status is Status.RUNNING else 0)
    for kind in (MakeDigest, ShowSealed, AskForAnswer):
        times = Counter(one.step_id for one in done if isinstance(one, kind))
        assert all(number == 1 for number in times.values())
    keys = Counter(one.key for one in done if isinstance(one, WakeAt))
    assert all(number == 1 for number in keys.values())
