"""Replies: found again, revised, withdrawn, counted, and which one stands."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from flows.digest.snapshot import ReplyKind
from flows.ids import EffectKey, EventId, ReplyNo, RoomId, RoundNo
from storage.database import Database
from storage.replies import Reply, Tally
from storage.rooms import Room, RoomUse
from tests.builders import ANN, BO, NOW_MS, PHOTO, TABLE_1, TABLE_2, written
from tests.storage.house import find, open_rounds, store

ALL = [RoundNo(number) for number in (1, 2, 3, 4)]


@pytest.fixture(autouse=True)
def _rounds(database: Database) -> None:
    database.write_now(open_rounds)


def standing(database: Database, round_no: int = 3) -> str | None:
    found = database.write_now(lambda tx: tx.replies.standing_answer(RoundNo(round_no)))
    return None if found is None else found.text


def group_answer(
    database: Database, text: str, *, late: bool = False, sent_ms: int = NOW_MS
) -> Reply:
    message = written(text, sent_ms=sent_ms)
    store(database, message, round_no=3, kind=ReplyKind.GROUP, late=late)
    return find(database, message)


def declare(database: Database, reply: Reply, kind: ReplyKind, declared_ms: int | None) -> None:
    database.write_now(
        lambda tx: tx.replies.declare(reply.reply_no, kind=kind, declared_ms=declared_ms)
    )


def withdraw(database: Database, reply: Reply) -> None:
    database.write_now(lambda tx: tx.replies.withdraw(reply.reply_no, now_ms=NOW_MS + 9))


def revise(database: Database, reply: Reply, text: str) -> None:
    database.write_now(
        lambda tx: tx.replies.revise(reply, edit=EventId("$edit"), text=text, edited_ms=NOW_MS + 7)
    )


def revisions(database: Database, rounds: Collection[RoundNo] = ALL) -> list[tuple[int, str]]:
    found = database.write_now(lambda tx: tx.replies.revisions(rounds))
    return [(one.reply_no, one.text) for one in found]


# ---------------------------------------------------------------- as it was written


def test_a_reply_comes_back_as_it_was_written(database: Database) -> None:
    message = written("Soppa 🍲 'eller' \"bröd\"\n%s ? {0} :x", media=PHOTO)
    store(database, message, person=7, late=True)

    assert find(database, message) == Reply(
        reply_no=ReplyNo(1),
        round_no=RoundNo(1),
        participant_no=7,
        kind=ReplyKind.INDIVIDUAL,
        room_id=TABLE_1,
        event_id=message.event_id,
        sent_ms=message.sent_ms,
        received_ms=message.sent_ms + 5,
        text=message.text,
        media=(
            '{"kind": "image", "name": "board.jpg", "mime": "image/jpeg", "size": 51200, '
            '"address": "{\\"url\\":\\"x\\"}"}'
        ),
        late=True,
        sealed=False,
        declared_ms=None,
        edited_ms=None,
        withdrawn_ms=None,
        shown_by=None,
    )


def test_a_group_answer_is_declared_when_it_is_written(database: Database) -> None:
    assert group_answer(database, "Group answer: x").declared_ms == NOW_MS


def test_a_reply_is_found_by_its_message_and_room(database: Database) -> None:
    one, other = written("one"), written("other")
    store(database, one)
    store(database, other)

    assert find(database, one).text == "one"
    assert database.write_now(lambda tx: tx.replies.find(TABLE_2, one.event_id)) is None
    assert database.write_now(lambda tx: tx.replies.find(TABLE_1, EventId("$none"))) is None


def test_a_private_reply_is_found_by_its_chat(database: Database) -> None:
    chat, other = RoomId("!chat:example.org"), RoomId("!other-chat:example.org")
    for room_id in (chat, other):
        room = Room(room_id=room_id, use=RoomUse.DIRECT)
        database.write_now(lambda tx, room=room: tx.rooms.put(room))  # type: ignore[misc]  # bound now
    message = written("a secret", room_id=chat)
    store(database, message, sealed=True)

    assert find(database, message).text == "a secret"
    assert database.write_now(lambda tx: tx.replies.find(other, message.event_id)) is None


def test_a_reply_in_a_room_that_is_ours_no_more_is_still_found(database: Database) -> None:
    # The group has moved to another room since; the round has moved with it.
    message = written("before the move", room_id=RoomId("!old:example.org"))
    store(database, message)

    assert find(database, message).text == "before the move"


def test_replies_of_rounds_are_in_the_order_of_arrival(database: Database) -> None:
    for text, round_no in (("a", 2), ("b", 1), ("c", 2), ("d", 4)):
        store(database, written(text), round_no=round_no)

    def texts(*numbers: int) -> list[str]:
        rounds = [RoundNo(number) for number in numbers]
        return [one.text for one in database.write_now(lambda tx: tx.replies.of_rounds(rounds))]

    assert texts(1, 2) == ["a", "b", "c"]
    assert texts() == []


# ---------------------------------------------------------------- changed afterwards


def test_an_edit_keeps_what_was_written_before(database: Database) -> None:
    message = written("first")
    store(database, message)
    revise(database, find(database, message), "second")
    revise(database, find(database, message), "third")

    assert find(database, message).text == "third"
    assert find(database, message).edited_ms == NOW_MS + 7
    assert revisions(database) == [(1, "first"), (1, "second")]
    assert revisions(database, [RoundNo(2)]) == []


def test_a_withdrawal_erases_the_words_and_all_their_earlier_wordings(database: Database) -> None:
    message, other = written("first", media=PHOTO), written("other")
    store(database, message)
    store(database, other)
    revise(database, find(database, message), "second")
    revise(database, find(database, other), "other two")
    withdraw(database, find(database, message))

    left = find(database, message)
    assert (left.text, left.media, left.withdrawn_ms) == ("", None, NOW_MS + 9)
    assert revisions(database) == [(2, "other")]


def test_which_effect_showed_a_reply(database: Database) -> None:
    message = written()
    store(database, message)
    key = EffectKey("lunch-1/round-1/-/shown-1/0")
    database.write_now(lambda tx: tx.replies.note_shown([ReplyNo(1)], key))

    assert find(database, message).shown_by == key


def test_talk_is_dropped_with_its_history_and_answers_stay(database: Database) -> None:
    answer = group_answer(database, "Group answer: x")
    talk = written("hm")
    store(database, talk, round_no=3, kind=ReplyKind.TALK)
    elsewhere = written("hm too")
    store(database, elsewhere, round_no=4, kind=ReplyKind.TALK)
    revise(database, find(database, talk), "hmm")

    assert database.write_now(lambda tx: tx.replies.drop_talk([RoundNo(3)])) == 1

    left = database.write_now(lambda tx: tx.replies.of_rounds(ALL))
    assert [one.text for one in left] == [answer.text, "hm too"]
    assert revisions(database) == []


# ---------------------------------------------------------------- counted


def test_a_round_is_counted_without_talk_and_withdrawn_replies(database: Database) -> None:
    for person, text in ((1, "a"), (1, "b"), (2, "c"), (3, "gone")):
        store(database, written(text), person=person)
    withdraw(database, database.write_now(lambda tx: tx.replies.of_rounds(ALL))[-1])
    store(database, written("hm", sent_ms=NOW_MS + 50), round_no=3, kind=ReplyKind.TALK)
    group_answer(database, "Group answer: x")

    tallies = database.write_now(lambda tx: tx.replies.tallies(ALL))

    assert tallies == {
        1: Tally(answered=2, replies=3, group_answer=False, last_ms=NOW_MS + 1005),
        3: Tally(answered=1, replies=1, group_answer=True, last_ms=NOW_MS + 55),
    }
    assert database.write_now(lambda tx: tx.replies.tallies([])) == {}


def test_who_has_answered(database: Database) -> None:
    store(database, written(), person=1)
    store(database, written(), person=2, round_no=3, kind=ReplyKind.TALK)
    store(database, written(sender=BO), person=3)
    withdraw(database, database.write_now(lambda tx: tx.replies.of_rounds(ALL))[-1])

    assert database.write_now(lambda tx: tx.replies.answered(ALL)) == {1}
    assert database.write_now(lambda tx: tx.replies.answered([])) == set()


# ---------------------------------------------------------------- which answer stands


def test_the_answer_declared_last_stands(database: Database) -> None:
    first = group_answer(database, "first", sent_ms=NOW_MS + 1)
    group_answer(database, "second", sent_ms=NOW_MS + 2)
    assert standing(database) == "second"

    declare(database, first, ReplyKind.GROUP, NOW_MS + 3)
    assert standing(database) == "first"


def test_of_two_declared_at_once_the_later_one_stands(database: Database) -> None:
    group_answer(database, "first")
    group_answer(database, "second")

    assert standing(database) == "second"


def test_a_withdrawn_answer_gives_way_to_the_one_before(database: Database) -> None:
    group_answer(database, "first", sent_ms=NOW_MS + 1)
    withdraw(database, group_answer(database, "second", sent_ms=NOW_MS + 2))

    assert standing(database) == "first"


def test_talk_and_other_rounds_are_no_answer(database: Database) -> None:
    declare(database, group_answer(database, "x"), ReplyKind.TALK, None)
    store(database, written(), round_no=1)

    assert standing(database) is None
    assert standing(database, 1) is None


def test_a_late_answer_replaces_none_that_came_in_time(database: Database) -> None:
    group_answer(database, "late", late=True, sent_ms=NOW_MS + 9)
    assert standing(database) == "late"

    group_answer(database, "in time", sent_ms=NOW_MS + 1)
    assert standing(database) == "in time"


# ---------------------------------------------------------------- marks


def test_marks_come_and_go(database: Database) -> None:
    target = EventId("$target")

    def mark(name: str, sent_ms: int) -> None:
        database.write_now(
            lambda tx: tx.replies.add_mark(
                room_id=TABLE_1,
                event_id=EventId(name),
                target=target,
                sender=ANN,
                sent_ms=sent_ms,
            )
        )

    def remove(name: str) -> str | None:
        return database.write_now(lambda tx: tx.replies.remove_mark(TABLE_1, EventId(name)))

    mark("$m1", NOW_MS + 2)
    mark("$m2", NOW_MS + 1)
    assert database.write_now(lambda tx: tx.replies.newest_mark_ms(TABLE_1, target)) == NOW_MS + 2
    assert remove("$m1") == target
    assert remove("$m1") is None
    assert database.write_now(lambda tx: tx.replies.newest_mark_ms(TABLE_1, target)) == NOW_MS + 1
    assert remove("$m2") == target
    assert database.write_now(lambda tx: tx.replies.newest_mark_ms(TABLE_1, target)) is None
