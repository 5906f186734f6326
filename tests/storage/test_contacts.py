"""Who is asked from afar, and what she was asked and has answered."""

from __future__ import annotations

from flows.ids import DialogueId, EffectKey, EventId, GroupId, RoomId, UserId
from storage.contacts import Asking, Named, Question
from storage.database import Database
from tests.builders import ANN, NOW_MS, TABLE_1
from tests.storage.house import add_dialogue

EVA, FRANK = UserId("@eva:elsewhere.org"), UserId("@frank:elsewhere.org")
ROOM = RoomId("!eva:example.org")
COOK = Named(role="cook", user_id=EVA, key=EffectKey("contact-room/cook/1"))
SOUP = Asking(
    key="!table1/$1",
    dialogue_id=DialogueId("lunch-1"),
    role="cook",
    text="Soup?",
    asked_ms=NOW_MS,
    group_id=GroupId("1"),
    asker=ANN,
    room_id=TABLE_1,
    event_id=EventId("$1"),
    thread=EventId("$0"),
)


def ask(database: Database, asking: Asking = SOUP) -> Question:
    database.write_now(lambda tx: tx.dialogues.get(asking.dialogue_id) or add_dialogue(tx))
    question = database.write_now(lambda tx: tx.contacts.ask(asking))
    assert question is not None
    return question


def test_who_has_a_role(database: Database) -> None:
    # given Eva, whose room is there
    database.write_now(lambda tx: tx.contacts.name(COOK))
    assert database.write_now(lambda tx: tx.contacts.named("cook")) == COOK
    opened = database.write_now(lambda tx: tx.contacts.note_room(COOK.key, ROOM))
    assert opened is not None
    assert database.write_now(lambda tx: tx.contacts.of_room(ROOM)) == opened
    assert database.write_now(lambda tx: [tx.contacts.has(who) for who in (EVA, FRANK)]) == [1, 0]

    # when Frank is named, then she has it no more, and her room means nothing
    frank = Named(role="cook", user_id=FRANK, key=EffectKey("contact-room/cook/2"))
    database.write_now(lambda tx: tx.contacts.name(frank))
    assert database.write_now(lambda tx: tx.contacts.named("cook")) == frank
    assert database.write_now(lambda tx: tx.contacts.of_room(ROOM)) is None
    assert database.write_now(lambda tx: tx.contacts.note_room(COOK.key, ROOM)) is None


def test_a_question_is_kept_once(database: Database) -> None:
    question = ask(database)
    assert database.write_now(lambda tx: tx.contacts.ask(SOUP)) is None
    assert question.asking == SOUP
    assert question.is_open
    assert database.write_now(lambda tx: tx.contacts.of_role("cook")) == [question]
    assert database.write_now(lambda tx: tx.contacts.of_dialogue(SOUP.dialogue_id)) == [question]
    assert database.write_now(lambda tx: tx.contacts.asked_by(TABLE_1, EventId("$1"))) == question
    assert database.write_now(lambda tx: tx.contacts.asked_by(TABLE_1, EventId("$2"))) is None


def test_answers_come_and_go(database: Database) -> None:
    number = ask(database).number
    other = RoomId("!other:example.org")

    def answer(event_id: str, text: str) -> None:
        database.write_now(
            lambda tx: tx.contacts.answer(
                number, event_id=EventId(event_id), answerer=ANN, text=text, now_ms=NOW_MS
            )
        )

    answer("$2", "Yes")
    database.write_now(lambda tx: tx.contacts.reword_answer(number, text="No"))
    database.write_now(lambda tx: tx.contacts.reword(number, text="Fish?"))
    found = database.write_now(lambda tx: tx.contacts.get(number))
    assert found is not None
    assert (found.asking.text, found.answer, found.answers) == ("Fish?", "No", 1)
    assert database.write_now(lambda tx: tx.contacts.concerns(other, EventId("$2")))
    assert database.write_now(lambda tx: tx.contacts.concerns(TABLE_1, EventId("$1")))
    assert not database.write_now(lambda tx: tx.contacts.concerns(other, EventId("$1")))

    assert database.write_now(lambda tx: tx.contacts.of_answerer(ANN)) == [found]

    database.write_now(lambda tx: tx.contacts.take_back_answer(number))
    assert database.write_now(lambda tx: tx.contacts.of_answerer(ANN)) == []
    answer("$3", "Maybe")
    database.write_now(lambda tx: tx.contacts.note_overdue(number, now_ms=NOW_MS))
    found = database.write_now(lambda tx: tx.contacts.get(number))
    assert found is not None
    assert (found.answer, found.answers, found.overdue_ms) == ("Maybe", 2, NOW_MS)

    database.write_now(lambda tx: tx.contacts.take_back(number))
    assert database.write_now(lambda tx: tx.contacts.get(number)) is None
