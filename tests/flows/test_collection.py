"""Which round a message answers, and as what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.choices import Ballot
from flows.collection import (
    DELAY_MS,
    TOO_LATE_IN_PRIVATE_MS,
    TOO_LATE_MS,
    Placement,
    RoomView,
    RoundView,
    Unclear,
    place_tap,
)
from flows.collection import place as place_at
from flows.digest.snapshot import ReplyKind
from flows.ids import DialogueId, EventId, GroupId, RoundNo, UserId
from flows.messages import Marked, Written
from flows.packs.pack import Choosing, StepKind
from tests.builders import NOW_MS, PHOTO, written


def view(number: int, kind: StepKind, *, is_open: bool = False) -> RoundView:
    return RoundView(
        round_no=RoundNo(number),
        dialogue_id=DialogueId("lunch-1"),
        group_id=GroupId("1"),
        kind=kind,
        collects=kind.collects,
        is_open=is_open,
    )


HELLO = view(1, StepKind.BACKGROUND)
ALONE = view(2, StepKind.INDIVIDUAL)
TOGETHER = view(3, StepKind.GROUP)
PAUSE = view(4, StepKind.BREAK)
AGAIN = view(5, StepKind.INDIVIDUAL)
ROUNDS = (HELLO, ALONE, TOGETHER, PAUSE, AGAIN)


def prompt(round_: RoundView) -> EventId:
    return EventId(f"$prompt{round_.round_no}")


def _at(round_: RoundView, *, is_open: bool) -> RoundView:
    return replace(round_, is_open=is_open, closed_ms=None if is_open else NOW_MS)


def room(at: RoundView | None) -> RoomView:
    """The group's room while this step is open, or after the last (None)."""
    seen = ROUNDS if at is None else ROUNDS[: at.round_no]
    rounds = [_at(one, is_open=one == at) for one in seen]
    groups = [one for one in rounds if one.kind is StepKind.GROUP]
    return RoomView(
        private=False,
        rounds=tuple(rounds),
        last_group=groups[-1] if groups else None,
        prompts={prompt(one): one for one in rounds},
    )


def private(at: RoundView) -> RoomView:
    """A person's private chat while this step is open."""
    rounds = [_at(one, is_open=one == at) for one in ROUNDS[: at.round_no]]
    individual = [one for one in rounds if one.kind is StepKind.INDIVIDUAL]
    return RoomView(private=True, rounds=tuple(individual))


def place(message: Written, seen: RoomView, *, after_ms: int = 0) -> Placement | None:
    """Place a message that comes so long after the closed rounds were closed."""
    found = place_at(message, seen, now_ms=NOW_MS + after_ms)
    assert not isinstance(found, Unclear)
    return found


def placed(placement: Placement | None) -> tuple[int, str, str] | None:
    """Round, kind, and "in time" or "late"."""
    if placement is None:
        return None
    late = "late" if placement.late else "in time"
    return placement.round.round_no, placement.kind.value, late


# ---------------------------------------------------------------- the group's room


def test_the_next_message_answers_the_open_question() -> None:
    assert placed(place(written(), room(ALONE))) == (2, "individual", "in time")


@pytest.mark.parametrize("pointer", ["thread", "reply_to"])
def test_a_message_that_points_to_a_prompt_answers_that_one(pointer: str) -> None:
    message = written(**{pointer: prompt(ALONE)})

    assert placed(place(message, room(ALONE))) == (2, "individual", "in time")
    assert placed(place(message, room(AGAIN))) == (2, "individual", "late")
    assert placed(place(message, room(PAUSE))) == (2, "individual", "late")
    assert placed(place(message, room(None))) == (2, "individual", "late")


def test_the_thread_counts_before_the_message_that_is_quoted_in_it() -> None:
    message = written(thread=prompt(ALONE), reply_to=prompt(AGAIN))

    assert placed(place(message, room(AGAIN))) == (2, "individual", "late")


def test_a_reply_to_somebody_else_answers_the_open_question() -> None:
    message = written(reply_to=EventId("$what-bo-wrote"), thread=EventId("$another-thread"))

    assert placed(place(message, room(ALONE))) == (2, "individual", "in time")


def test_a_message_under_something_that_asks_nothing_answers_the_open_question() -> None:
    assert placed(place(written(thread=prompt(HELLO)), room(ALONE))) == (
        2,
        "individual",
        "in time",
    )


@pytest.mark.parametrize("at", [HELLO, PAUSE, None], ids=["background", "break", "after the end"])
def test_where_nothing_is_asked_nothing_is_kept(at: RoundView | None) -> None:
    assert place(written(), room(at)) is None


def test_an_empty_room_has_no_rounds() -> None:
    assert place(written(), RoomView(private=False)) is None
    assert place(written(), RoomView(private=True)) is None


def test_answers_in_the_groups_room_are_open() -> None:
    placement = place(written(), room(ALONE))

    assert placement is not None
    assert not placement.sealed


# ---------------------------------------------------------------- group steps


def test_in_a_group_step_people_talk() -> None:
    assert placed(place(written(), room(TOGETHER))) == (3, "talk", "in time")


def test_the_first_word_makes_the_groups_answer() -> None:
    message = written("Group answer: soup")

    assert placed(place(message, room(TOGETHER))) == (3, "group", "in time")


def test_a_picture_with_the_first_word_below_it_is_the_groups_answer() -> None:
    message = written("Gruppsvar", media=PHOTO)

    assert placed(place(message, room(TOGETHER))) == (3, "group", "in time")
    assert placed(place(written("Gruppsvar"), room(TOGETHER))) == (3, "talk", "in time")


@pytest.mark.parametrize("at", [PAUSE, AGAIN, None], ids=["break", "next step", "after the end"])
@pytest.mark.parametrize("thread", [None, prompt(TOGETHER)], ids=["no thread", "thread"])
def test_a_groups_answer_after_the_close_is_late_and_of_the_group_step(
    at: RoundView | None, thread: EventId | None
) -> None:
    message = written("Gruppsvar: soppa", thread=thread)

    assert placed(place(message, room(at))) == (3, "group", "late")


def test_a_groups_answer_before_any_group_step_is_an_answer_of_one() -> None:
    message = written("Gruppsvar: soppa")

    assert placed(place(message, room(ALONE))) == (2, "individual", "in time")


def test_in_the_thread_of_another_question_the_first_word_is_nothing_special() -> None:
    message = written("Gruppsvar: soppa", thread=prompt(AGAIN))

    assert placed(place(message, room(AGAIN))) == (5, "individual", "in time")


def test_talk_after_the_close_is_not_kept() -> None:
    assert place(written(thread=prompt(TOGETHER)), room(AGAIN)) is None


# ---------------------------------------------------------------- private chats


def test_a_private_answer_is_sealed_and_of_the_newest_question() -> None:
    placement = place(written(), private(AGAIN))

    assert placed(placement) == (5, "individual", "in time")
    assert placement is not None
    assert placement.sealed
    assert placement.kind is ReplyKind.INDIVIDUAL


@pytest.mark.parametrize("at", [TOGETHER, PAUSE])
def test_a_private_answer_after_the_close_is_late(at: RoundView) -> None:
    assert placed(place(written(), private(at))) == (2, "individual", "late")


def test_before_the_first_question_there_is_nothing_to_answer_in_private() -> None:
    assert place(written(), private(HELLO)) is None


@pytest.mark.parametrize(
    "message", [written("Gruppsvar: x"), written("Gruppsvar", media=PHOTO)], ids=["text", "photo"]
)
def test_a_groups_answer_does_not_belong_in_private(message: Written) -> None:
    assert place(message, private(AGAIN)) is None


# ---------------------------------------------------------------- much too late


@pytest.mark.parametrize(
    ("after_ms", "kept"),
    [(TOO_LATE_MS, True), (TOO_LATE_MS + 1, False)],
    ids=["after a day", "a millisecond later"],
)
@pytest.mark.parametrize(
    ("message", "seen"),
    [
        pytest.param(written(thread=prompt(ALONE)), room(None), id="thread"),
        pytest.param(written("Gruppsvar: x"), room(None), id="group answer"),
    ],
)
def test_a_day_after_the_close_nothing_is_an_answer_any_more(
    message: Written, seen: RoomView, after_ms: int, *, kept: bool
) -> None:
    assert (place(message, seen, after_ms=after_ms) is not None) is kept


def test_in_private_it_is_so_much_sooner() -> None:
    in_private = private(TOGETHER)

    assert place(written(), in_private, after_ms=TOO_LATE_IN_PRIVATE_MS) is not None
    assert place(written(), in_private, after_ms=TOO_LATE_IN_PRIVATE_MS + 1) is None


def test_an_open_round_has_no_such_limit() -> None:
    assert place(written(), room(ALONE), after_ms=2 * TOO_LATE_MS) is not None


# ---------------------------------------------------------------- on its way at the close


def _one_after_the_other() -> tuple[RoundView, RoundView]:
    """Two questions: the first was open for a minute until now, the second is since then."""
    before = replace(ALONE, opened_ms=NOW_MS - 60_000, closed_ms=NOW_MS)
    return before, replace(AGAIN, is_open=True, opened_ms=NOW_MS)


@pytest.mark.parametrize(
    ("sent_ms", "after_ms", "expected"),
    [
        pytest.param(NOW_MS, 0, (5, "individual", "in time"), id="as the second opens"),
        pytest.param(NOW_MS - 1, 1, (2, "individual", "in time"), id="just before the close"),
        pytest.param(NOW_MS - 1, 60_000, (2, "individual", "in time"), id="a minute on its way"),
        pytest.param(NOW_MS - 1, 60_001, (5, "individual", "in time"), id="longer"),
        pytest.param(NOW_MS - 60_001, 0, (5, "individual", "in time"), id="before any question"),
    ],
)
@pytest.mark.parametrize("is_private", [False, True], ids=["in the room", "in private"])
def test_a_message_answers_what_its_writer_saw(
    sent_ms: int, after_ms: int, expected: tuple[int, str, str], *, is_private: bool
) -> None:
    seen = RoomView(private=is_private, rounds=_one_after_the_other())

    placement = place(written(sent_ms=sent_ms), seen, after_ms=after_ms)

    assert placed(placement) == expected
    assert placement is not None
    assert placement.after_close == (expected[0] == 2)


# ---------------------------------------------------------------- polls and check-ins

BALLOT = Ballot(choosing=Choosing.SINGLE, options=(("yes",), ("no",)))
POLL = replace(view(6, StepKind.POLL, is_open=True), ballot=BALLOT)
CHECK_IN = replace(
    view(7, StepKind.CHECK_IN, is_open=True),
    ballot=replace(BALLOT, takes_words=True, asks_number=True),
)


def asked(round_: RoundView, *, in_private: bool = False) -> RoomView:
    """A room in which this question is the only one."""
    return RoomView(private=in_private, rounds=(round_,), prompts={prompt(round_): round_})


@pytest.mark.parametrize("in_private", [True, False])
def test_a_vote_knows_what_it_names(in_private: bool) -> None:
    placement = place(written(text="No, because"), asked(POLL, in_private=in_private))

    assert placement is not None
    assert (placement.kind, placement.choices) == (ReplyKind.INDIVIDUAL, (2,))
    assert placement.sealed is in_private
    assert not placement.incomplete


def test_what_names_no_option_is_no_vote() -> None:
    unclear = written(text="maybe")
    pointed = written(text="maybe", reply_to=prompt(POLL))

    # What is said in the room need not be meant for the poll.
    assert place_at(unclear, asked(POLL), now_ms=NOW_MS) is None
    assert place_at(pointed, asked(POLL), now_ms=NOW_MS) == Unclear(POLL)
    assert place_at(unclear, asked(POLL, in_private=True), now_ms=NOW_MS) == Unclear(POLL)


@pytest.mark.parametrize(
    ("text", "choices", "incomplete"),
    [
        pytest.param("1 Done. 14", (1,), False, id="whole"),
        pytest.param("1 Done.", (1,), True, id="without the figure"),
        pytest.param("All done. 14", (), True, id="without the option"),
    ],
)
def test_a_check_in_is_kept_whatever_it_lacks(
    text: str,
    choices: tuple[int, ...],
    incomplete: bool,
) -> None:
    placement = place(written(text=text), asked(CHECK_IN))

    assert placement is not None
    assert (placement.choices, placement.incomplete) == (choices, incomplete)


def tap(*, sent_ms: int = NOW_MS) -> Marked:
    return Marked(
        room_id=written().room_id,
        event_id=EventId("$tap"),
        sender=UserId("@ann:example.org"),
        sent_ms=sent_ms,
        target=prompt(POLL),
        mark="2️⃣",
    )


def test_a_tap_is_a_vote_while_the_round_is_open() -> None:
    closed = replace(POLL, is_open=False, closed_ms=NOW_MS)

    def choices(number: int, round_: RoundView, sent_ms: int, now_ms: int) -> object:
        placement = place_tap(tap(sent_ms=sent_ms), number, round_, private=False, now_ms=now_ms)
        return None if placement is None else (placement.choices, placement.after_close)

    assert choices(2, POLL, NOW_MS, NOW_MS) == ((2,), False)
    assert choices(3, POLL, NOW_MS, NOW_MS) is None
    assert choices(1, ALONE, NOW_MS, NOW_MS) is None
    # Sent before the close and a moment on its way: it counts, and the digest did not know.
    assert choices(1, closed, NOW_MS - 1, NOW_MS + DELAY_MS) == ((1,), True)
    assert choices(1, closed, NOW_MS - 1, NOW_MS + DELAY_MS + 1) is None
    assert choices(1, closed, NOW_MS, NOW_MS) is None
