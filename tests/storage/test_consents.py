"""Consents and what is left aside, on both kinds of database."""

from __future__ import annotations

from dataclasses import replace

from flows.ids import DialogueId, EventId, RoomId
from storage.consents import Consent, LeftAside
from storage.database import Database
from storage.transaction import Transaction
from tests.builders import ANN, BO, NOW_MS, TABLE_1, TABLE_2
from tests.storage.house import LUNCH, add_dialogue

LATER = DialogueId("lunch-2")
YES = Consent(
    dialogue_id=LUNCH,
    user_id=ANN,
    version="abc",
    given_ms=NOW_MS,
    room_id=TABLE_1,
    event_id=EventId("$yes"),
)
ASIDE = LeftAside(
    room_id=TABLE_1,
    event_id=EventId("$soup"),
    dialogue_id=LUNCH,
    user_id=ANN,
    sent_ms=NOW_MS,
    received_ms=NOW_MS + 5,
)


def two_dialogues(tx: Transaction) -> None:
    add_dialogue(tx)
    add_dialogue(tx, 2)


def test_a_yes_is_given_once_withdrawn_and_given_again(database: Database) -> None:
    def work(tx: Transaction) -> None:
        two_dialogues(tx)
        assert tx.consents.give(YES)
        assert not tx.consents.give(replace(YES, event_id=EventId("$again")))
        assert tx.consents.held([LUNCH, LATER]) == {(LUNCH, ANN)}
        assert tx.consents.said_by(TABLE_1, YES.event_id) == ANN
        assert tx.consents.said_by(TABLE_2, YES.event_id) is None

        assert tx.consents.withdraw(ANN, now_ms=NOW_MS + 9) == [LUNCH]
        assert tx.consents.withdraw(ANN, now_ms=NOW_MS + 9) == []
        assert tx.consents.held([LUNCH]) == set()
        assert tx.consents.said_by(TABLE_1, YES.event_id) is None
        assert tx.consents.of_person(ANN) == [replace(YES, withdrawn_ms=NOW_MS + 9)]

        assert tx.consents.give(replace(YES, given_ms=NOW_MS + 20))
        assert tx.consents.of_person(ANN) == [replace(YES, given_ms=NOW_MS + 20)]

    database.write_now(work)


def test_the_same_wording_holds_in_what_follows_and_another_does_not(database: Database) -> None:
    def work(tx: Transaction) -> None:
        two_dialogues(tx)
        tx.consents.give(YES)
        tx.consents.give(replace(YES, user_id=BO, version="old"))
        tx.consents.take_over(LATER, "abc", of=[LUNCH])
        assert tx.consents.held([LATER]) == {(LATER, ANN)}
        tx.consents.take_over(LATER, "abc", of=[LUNCH])
        assert len(tx.consents.of_person(ANN)) == 2
        assert tx.consents.earlier_of_pack("lunch", besides=LATER) == [LUNCH]

    database.write_now(work)


def test_a_message_that_asks_is_noted_once(database: Database) -> None:
    def work(tx: Transaction) -> None:
        two_dialogues(tx)
        for _ in range(2):
            tx.consents.note_question(TABLE_1, EventId("$question"), LUNCH)
        assert tx.consents.questions([LUNCH]) == {EventId("$question"): (LUNCH, TABLE_1)}
        assert tx.consents.questions([LATER]) == {}

    database.write_now(work)


def test_what_is_left_aside_is_fetched_in_order_once_it_may_be(database: Database) -> None:
    edit = replace(ASIDE, event_id=EventId("$edit"), sent_ms=NOW_MS + 1)
    other = replace(ASIDE, user_id=BO, event_id=EventId("$fish"), sent_ms=NOW_MS + 2)

    def work(tx: Transaction) -> None:
        two_dialogues(tx)
        assert tx.consents.leave_aside(ASIDE)
        assert not tx.consents.leave_aside(ASIDE)
        assert not tx.consents.leave_aside(edit)
        assert tx.consents.leave_aside(other)
        assert tx.consents.aside_for(TABLE_1, ASIDE.event_id) == LUNCH
        assert tx.consents.aside_for(RoomId("!other:x"), ASIDE.event_id) is None
        assert tx.consents.to_fetch(now_ms=NOW_MS) == []

        assert tx.consents.let_in(LUNCH, ANN, now_ms=NOW_MS) == 2
        assert tx.consents.let_in(LUNCH, BO, now_ms=NOW_MS) == 1
        assert tx.consents.to_fetch(now_ms=NOW_MS) == [ASIDE, edit, other]

        tx.consents.postpone([ASIDE], fetch_ms=NOW_MS + 1000)
        assert tx.consents.to_fetch(now_ms=NOW_MS) == [other]
        assert tx.consents.next_fetch_ms() == NOW_MS
        assert tx.consents.to_fetch(now_ms=NOW_MS + 1000) == [replace(ASIDE, tries=1), edit, other]

        assert tx.consents.drop(TABLE_1, ASIDE.event_id)
        assert not tx.consents.drop(TABLE_1, ASIDE.event_id)
        tx.consents.keep_out(ANN)
        assert tx.consents.to_fetch(now_ms=NOW_MS + 1000) == [other]
        tx.consents.drop_of_dialogue(LUNCH)
        assert tx.consents.next_fetch_ms() is None

    database.write_now(work)


def test_a_person_is_forgotten(database: Database) -> None:
    def work(tx: Transaction) -> None:
        two_dialogues(tx)
        tx.consents.give(YES)
        tx.consents.give(replace(YES, user_id=BO))
        tx.consents.leave_aside(ASIDE)
        tx.consents.forget(ANN)
        assert tx.consents.of_person(ANN) == []
        assert tx.consents.held([LUNCH]) == {(LUNCH, BO)}
        assert tx.consents.aside_for(TABLE_1, ASIDE.event_id) is None

    database.write_now(work)
