"""What erasing a person changes in the rows, on both kinds of database."""

from __future__ import annotations

from flows.grouping.people import Person, PersonId
from flows.ids import DialogueId, EffectKey, EventId, ReplyNo
from storage.database import Database
from storage.journal import MemberChange, Membership
from storage.outbox import Effect
from storage.person_orders import PersonOrder, Wanted
from storage.seating import Seated
from storage.told import SpeaksOf
from storage.transaction import Transaction
from tests.builders import ANN, NOW_MS, ORGANIZERS, TABLE_1, written
from tests.storage.house import LUNCH, add_dialogue, open_rounds, store

DIGEST = EffectKey("lunch-1/-/-/digest-1/0")
ASKED = EffectKey(f"lunch-1/alone/{ANN}/private-prompt/0")


def test_effects_that_were_sent_and_that_wait(database: Database) -> None:
    waiting = EffectKey("lunch-1/-/-/digest-2/0")
    undoing = EffectKey(f"{DIGEST}/erased")

    def work(tx: Transaction) -> None:
        effects = [Effect(key=key, room_id=ORGANIZERS, content="{}") for key in (DIGEST, ASKED)]
        tx.outbox.put(effects, now_ms=NOW_MS)
        due = tx.outbox.due(now_ms=NOW_MS, besides=(), limit=9)
        tx.outbox.note_sent([(one.number, EventId("$sent")) for one in due], now_ms=NOW_MS)
        more = [Effect(key=key, room_id=ORGANIZERS, content="{}") for key in (waiting, undoing)]
        tx.outbox.put(more, now_ms=NOW_MS)

        assert tx.outbox.sent_with("lunch-1/") == [(DIGEST, ORGANIZERS), (ASKED, ORGANIZERS)]
        tx.outbox.forget_keys(ANN)
        assert tx.outbox.sent_with("lunch-1/") == [(DIGEST, ORGANIZERS)]
        assert tx.outbox.cancel("lunch-1/", "/-/digest-", instead="{}") == []
        left = tx.outbox.due(now_ms=NOW_MS, besides=(), limit=9)
        assert [one.key for one in left] == [undoing]

    database.write_now(work)


def test_a_name_in_a_room_and_on_a_list(database: Database) -> None:
    def work(tx: Transaction) -> None:
        join = MemberChange(
            room_id=TABLE_1, user_id=ANN, membership=Membership.JOIN, name="Ann A", sent_ms=NOW_MS
        )
        tx.rooms.apply([join])
        seating = tx.seatings.begin(None, language="en", now_ms=NOW_MS)
        ann = Person(
            id=PersonId(1), name="Ann A", role="Principal", organisation="School", user_id=ANN
        )
        tx.seatings.put_people(seating.number, [Seated(person=ann)])

        tx.rooms.forget_name(ANN)
        tx.seatings.forget(ANN)

        assert [one.name for one in tx.rooms.members(TABLE_1)] == [None]
        (seated,) = tx.seatings.people(seating.number)
        assert seated.person == Person(id=PersonId(1), name="–")

    database.write_now(work)


def test_what_digests_said_goes_and_their_numbers_stay(database: Database) -> None:
    def work(tx: Transaction) -> None:
        add_dialogue(tx)
        first = tx.digests.add(LUNCH, None, document='{"said":"Soup"}', made_ms=NOW_MS, shown="{}")
        tx.digests.empty(LUNCH)
        (kept,) = tx.digests.newest(LUNCH)
        assert (kept.number, kept.document, kept.shown) == (first, "{}", None)
        assert tx.digests.add(LUNCH, None, document="{}", made_ms=NOW_MS) > first

    database.write_now(work)


def test_a_name_without_an_account_is_forgotten_however_it_is_written(database: Database) -> None:
    def work(tx: Transaction) -> None:
        seating = tx.seatings.begin(None, language="en", now_ms=NOW_MS)
        people = [
            Person(id=PersonId(1), name="Eva Ek", role="Head"),
            Person(id=PersonId(2), name="Eva Ek", user_id=ANN),
            Person(id=PersonId(3), name="Eva Ekman"),
        ]
        tx.seatings.put_people(seating.number, [Seated(person=one, table=1) for one in people])
        assert tx.seatings.named("eva EK") == people[:2]

        assert tx.seatings.forget_name("eva  EK") == [seating.number]
        assert tx.seatings.forget_name("eva  EK") == []

        left = [one.person for one in tx.seatings.people(seating.number)]
        assert left == [Person(id=PersonId(1), name="–"), *people[1:]]

    database.write_now(work)


def test_an_order_for_a_person_is_taken_once(database: Database) -> None:
    wanted = PersonOrder(
        key=EffectKey("person-order/1"),
        wanted=Wanted.WITHDRAW,
        who=ANN,
        reply_no=ReplyNo(7),
        actor="operator:root",
        reason="case 12",
        ordered_ms=NOW_MS,
    )
    database.write_now(lambda tx: tx.person_orders.add(wanted))

    assert database.write_now(lambda tx: tx.person_orders.take(wanted.key)) == wanted
    assert database.write_now(lambda tx: tx.person_orders.take(wanted.key)) is None


def test_of_whom_messages_speak(database: Database) -> None:
    database.write_now(open_rounds)
    soup = written("Soup")
    store(database, soup)
    preview, named, listed, alert = (EffectKey(f"answer/{n}") for n in range(4))

    def work(tx: Transaction) -> None:
        reply = tx.replies.find(soup.room_id, soup.event_id)
        assert reply is not None
        number = reply.reply_no
        of_reply = SpeaksOf(replies=frozenset({number, ReplyNo(number + 1)}))
        tx.told.note(preview, of_reply)
        tx.told.note(named, SpeaksOf(people=frozenset({ANN}), replies=frozenset({number})))
        tx.told.note(listed, SpeaksOf(seating=3))
        tx.told.note(alert, SpeaksOf(dialogue=LUNCH))
        assert "told_of" in tx.erasure.left(LUNCH)

        # Whoever is quoted beside her is taken back too, and is not known any more.
        assert tx.told.take_of_person(ANN, [number]) == [named, preview]
        assert tx.told.take_of_person(ANN, [ReplyNo(number + 1)]) == []
        assert tx.told.take_of_seating(2) == []
        assert tx.told.take_of_seating(3) == [listed]

        tx.told.note(preview, of_reply)
        assert tx.told.take_of_dialogue(DialogueId("other-1")) == []
        assert tx.told.take_of_dialogue(LUNCH) == [alert, preview]
        assert tx.told.take_of_dialogue(LUNCH) == []

    database.write_now(work)


def test_what_was_tried_loses_its_words_and_is_to_be_taken_back(database: Database) -> None:
    said = '{"kind":"post","markdown":"Soup"}'
    tried, fresh, mark, undoing = (
        EffectKey(f"lunch-1/-/-/digest-1/{what}") for what in ("0", "1", "mark", "0/erased")
    )

    def work(tx: Transaction) -> None:
        contents = {tried: said, fresh: said, mark: '{"kind":"react"}', undoing: "{}"}
        effects = [
            Effect(key=key, room_id=ORGANIZERS, content=content)
            for key, content in contents.items()
        ]
        tx.outbox.put(effects, now_ms=NOW_MS)
        due = tx.outbox.due(now_ms=NOW_MS, besides=(), limit=9)
        numbers = [one.number for one in due if one.key in (tried, mark)]
        tx.outbox.note_try(numbers, now_ms=NOW_MS)

        assert tx.outbox.cancel("lunch-1/", "/-/digest-", instead="-") == [(tried, ORGANIZERS)]

        left = tx.outbox.due(now_ms=NOW_MS, besides=(), limit=9)
        assert [(one.key, one.content) for one in left] == [(tried, "-"), (undoing, "{}")]

    database.write_now(work)
