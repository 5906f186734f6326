"""Orders of digests, themes, and what replies mean: kept, changed, forgotten."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from flows.digest.book import Book, BookTheme, Origin, Pin
from flows.ids import DialogueId, EventId, ReplyNo, RoundNo, StepId, ThemeNo, UserId
from storage.database import Database
from storage.digest_orders import DigestOrder
from storage.holds import Hold, HoldKind
from storage.transaction import Transaction
from tests.builders import written
from tests.storage.house import LUNCH, find, open_rounds, store

ALONE = StepId("alone")


@pytest.fixture
def lunch(database: Database) -> Database:
    database.write_now(open_rounds)
    return database


@pytest.fixture
def replies(lunch: Database) -> list[ReplyNo]:
    """Three that are stored."""
    messages = [written(text) for text in ("Soup", "Bread", "Pasta")]
    for message in messages:
        store(lunch, message)
    return [find(lunch, message).reply_no for message in messages]


def due(database: Database, now_ms: int) -> DigestOrder | None:
    return database.write_now(lambda tx: tx.digest_orders.due(now_ms=now_ms))


def order(database: Database, scope: StepId | None, due_ms: int, *, fresh: bool = True) -> None:
    database.write_now(lambda tx: tx.digest_orders.put(LUNCH, scope, due_ms=due_ms, fresh=fresh))


def test_an_order_is_due_until_it_is_carried_out(lunch: Database) -> None:
    order(lunch, ALONE, 5)
    assert due(lunch, 4) is None
    found = due(lunch, 5)
    assert found is not None
    assert (found.scope, found.fresh) == (ALONE, True)

    lunch.write_now(lambda tx: tx.digest_orders.done(found, again_ms=9))
    assert due(lunch, 99) is None


def test_ordered_twice_it_is_made_once_at_the_earlier_time(lunch: Database) -> None:
    order(lunch, ALONE, 7, fresh=False)
    order(lunch, ALONE, 5)
    order(lunch, ALONE, 6, fresh=False)
    found = due(lunch, 5)
    assert found is not None
    assert (found.due_ms, found.fresh, found.number) == (5, True, 3)


def test_what_is_ordered_while_it_is_made_stays_and_is_quiet(lunch: Database) -> None:
    order(lunch, ALONE, 5)
    found = due(lunch, 5)
    assert found is not None
    order(lunch, ALONE, 6)
    lunch.write_now(lambda tx: tx.digest_orders.done(found, again_ms=9))
    assert due(lunch, 8) is None
    again = due(lunch, 9)
    assert again is not None
    assert not again.fresh


def test_the_whole_dialogue_comes_after_its_steps(lunch: Database) -> None:
    order(lunch, None, 5)
    order(lunch, ALONE, 5)
    found = due(lunch, 5)
    assert found is not None
    assert found.scope == ALONE


def test_one_that_cannot_be_made_lets_others_go_first(lunch: Database) -> None:
    order(lunch, ALONE, 5)
    order(lunch, None, 6)
    first = due(lunch, 9)
    assert first is not None
    lunch.write_now(lambda tx: tx.digest_orders.postpone(first, due_ms=20))
    second = due(lunch, 9)
    assert second is not None
    assert second.scope is None


# --------------------------------------------------------------------- themes


def theme(number: int, *members: ReplyNo, **changes: object) -> BookTheme:
    sound = BookTheme(
        number=ThemeNo(number),
        origin=Origin.FOUND,
        language="sv",
        members=frozenset(members),
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def keep_book(tx: Transaction, *, book: Book) -> None:
    tx.themes.keep(LUNCH, book)


def test_a_book_is_kept_as_it_is_and_as_it_becomes(lunch: Database, replies: list[ReplyNo]) -> None:
    one, two, three = replies[:3]
    first = Book(
        themes=(theme(1, one, two), theme(2, three, origin=Origin.PACK, heading="yard")),
        pins=(Pin(reply_no=three, theme=ThemeNo(2)),),
    )
    second = Book(
        themes=(
            theme(1, one, title="Skolgården", hidden=True),
            theme(2, three, origin=Origin.PACK, heading="yard", into=ThemeNo(1)),
            theme(3, two),
        ),
        pins=(Pin(reply_no=two, theme=None),),
    )
    for book in (first, second):
        lunch.write_now(partial(keep_book, book=book))
        assert lunch.write_now(lambda tx: tx.themes.book(LUNCH)) == book
    assert lunch.write_now(lambda tx: tx.themes.book(DialogueId("other"))) == Book()


# -------------------------------------------------------------------- meaning


def rows(database: Database, replies: list[ReplyNo]) -> set[ReplyNo]:
    return set(database.write_now(lambda tx: tx.meanings.of("m-1", replies)))


def keep(tx: Transaction, replies: list[ReplyNo]) -> None:
    tx.replies.note_looked(replies)
    words = dict(tx.meanings.words_after(ReplyNo(0), limit=100))
    tx.meanings.keep("m-1", [(number, words[number], b"\x00\x01") for number in replies])


def test_a_reply_keeps_its_meaning_until_its_words_change(
    lunch: Database, replies: list[ReplyNo]
) -> None:
    lunch.write_now(lambda tx: keep(tx, replies))
    assert rows(lunch, replies) == set(replies)
    assert lunch.write_now(lambda tx: tx.meanings.newest("m-1")) == max(replies)
    assert lunch.write_now(lambda tx: tx.meanings.newest("m-2")) == 0

    def change(tx: Transaction) -> None:
        found = {one.reply_no: one for one in tx.replies.of_rounds([RoundNo(1)])}
        tx.replies.revise(found[replies[0]], edit=EventId("$e"), text="Other", edited_ms=9)
        tx.replies.withdraw(replies[1], now_ms=9)

    lunch.write_now(change)
    assert rows(lunch, replies) == set(replies[2:])


def test_no_model_reads_what_is_held_back_or_not_looked_at(
    lunch: Database, replies: list[ReplyNo]
) -> None:
    def read(tx: Transaction) -> list[ReplyNo]:
        return [number for number, _ in tx.meanings.words_after(ReplyNo(0), limit=100)]

    assert lunch.write_now(read) == []
    lunch.write_now(lambda tx: tx.replies.note_looked(replies))
    assert lunch.write_now(read) == replies

    def hold(tx: Transaction) -> None:
        reply = tx.replies.find_number(replies[0])
        assert reply is not None
        tx.holds.add(
            Hold(
                reply_no=reply.reply_no,
                event_id=reply.event_id,
                held_by=UserId("@runda:x"),
                reason="",
                held_ms=1,
                kind=HoldKind.CARE,
            )
        )

    lunch.write_now(hold)
    assert lunch.write_now(read) == replies[1:]


def test_a_meaning_of_words_that_have_changed_since_is_not_kept(
    lunch: Database, replies: list[ReplyNo]
) -> None:
    lunch.write_now(lambda tx: tx.meanings.keep("m-1", [(replies[0], "Before the edit", b"\x00")]))
    assert rows(lunch, replies) == set()
