"""After the close of an anonymous dialogue, whoever has the whole database can only guess.

The attacker here knows more than the database: which person wrote which private message (its id,
its time, in which order), as a homeserver does. What she does not know is what a message said.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from flows.dialogue import Status
from flows.digest.book import Book, BookTheme, Origin
from flows.digest.snapshot import ReplyKind
from flows.ids import DialogueId, EffectKey, EventId, GroupId, ReplyNo, RoomId, ThemeNo, UserId
from flows.packs.pack import Identity, StepKind
from flows.packs.parse import parse
from storage.database import Database, create_engine
from storage.holds import Hold
from storage.journal import Arrived, MemberChange, Membership
from storage.outbox import Effect
from storage.pseudonyms import key_of, pseudonym
from storage.replies import reply_row
from storage.rooms import Room, RoomUse
from storage.rounds import NewRound
from storage.tables import METADATA
from storage.transaction import Transaction
from tests.builders import MONDAY_9H, NOW_MS, TABLE_1, dialogue, pack_toml, step_toml
from tests.builders import written as message
from tests.storage.house import ALONE, TOGETHER, placement

SECRET = DialogueId("lunch-1")
PACK = 'identity = "anonymous"\n' + pack_toml(
    step_toml("individual", "alone", length="10 min", scenario="lunch"),
    step_toml("group", "together", length="10 min", scenario="lunch"),
)
PEOPLE = 40
MANY = 30
"""Those who come after so many are late."""
LUCKY = 10
"""So many right guesses out of 40 are made by chance once in ten million times."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the attacker knows of a private message, in the order in which they were written."""

    person: UserId
    room_id: RoomId
    event_id: EventId
    sent_ms: int


def user(number: int) -> UserId:
    return UserId(f"@person{number}:example.org")


def chat(number: int) -> RoomId:
    return RoomId(f"!private{number}:example.org")


def said(number: int) -> str:
    """The words of a person; the attacker does not know whose they are."""
    return f"Thought {number * 7919 % 1000:03} about soup"


WHOSE = {said(number): user(number) for number in range(PEOPLE)}


def _joined(room_id: RoomId, who: UserId, sent_ms: int) -> MemberChange:
    return MemberChange(
        room_id=room_id, user_id=who, membership=Membership.JOIN, name=None, sent_ms=sent_ms
    )


def a_dialogue_has_been(tx: Transaction) -> list[Known]:
    """Forty people open a chat and answer one after the other; some edit, one is held back."""
    pack = parse(PACK, name="lunch")
    assert pack.identity is Identity.ANONYMOUS
    begun = replace(dialogue(pack=pack), id=SECRET, status=Status.RUNNING)
    tx.dialogues.add(begun, number=1, pack_text=PACK, now=MONDAY_9H)
    tx.rooms.put(Room(room_id=TABLE_1, use=RoomUse.GROUP, number=1))
    for step_id, kind in ((ALONE, StepKind.INDIVIDUAL), (TOGETHER, StepKind.GROUP)):
        opened = NewRound(
            dialogue_id=SECRET,
            step_id=step_id,
            group_id=GroupId("1"),
            room_id=TABLE_1,
            step_kind=kind,
            scenario="lunch",
            text_version="abc",
            opened_ms=NOW_MS,
            closes_ms=None,
        )
        tx.rounds.open([opened])
    known = [_answers(tx, number) for number in range(PEOPLE)]
    _is_worked_on(tx)
    return known


def _answers(tx: Transaction, number: int) -> Known:
    who, room_id, sent_ms = user(number), chat(number), NOW_MS + 60_000 * number
    tx.rooms.put(Room(room_id=room_id, use=RoomUse.DIRECT, peer=who))
    tx.rooms.apply([_joined(TABLE_1, who, NOW_MS), _joined(room_id, who, sent_ms - 30_000)])
    asked = Effect(
        key=EffectKey(f"lunch-1/alone/{who}/private-prompt/0"), room_id=room_id, content=""
    )
    tx.outbox.put([asked], now_ms=sent_ms - 29_000)
    (due,) = tx.outbox.due(now_ms=sent_ms, besides=(), limit=1)
    tx.outbox.note_sent([(due.number, EventId(f"$prompt{number}"))], now_ms=sent_ms - 28_000)
    one = message(said(number), sender=who, room_id=room_id, sent_ms=sent_ms)
    tx.journal.add([Arrived(room_id, one.event_id, who, sent_ms, one)])
    place = placement(1, ReplyKind.INDIVIDUAL, late=number > MANY)._replace(sealed=True)
    seat = tx.people.number_of(SECRET, who, GroupId("1"))
    tx.replies.add([reply_row(one, place, participant_no=seat, received_ms=sent_ms + 5)])
    reply = tx.replies.find(room_id, one.event_id)
    assert reply is not None
    if number % 10 == 0:
        edit = EventId(f"$edit{number}")
        tx.replies.revise(reply, edit=edit, text=said(number), edited_ms=sent_ms + 1000)
    return Known(who, room_id, one.event_id, sent_ms)


def _is_worked_on(tx: Transaction) -> None:
    """Digests are made while answers come, themes found, meanings kept, one answer is held back."""
    for number, upto in enumerate((10, 25, PEOPLE), start=1):
        named = [{"reply_no": one, "start": 0, "end": 3} for one in range(1, upto + 1)]
        document = json.dumps({"quotes": named, "replies": list(range(1, upto + 1))})
        tx.digests.add(SECRET, ALONE, document=document, made_ms=NOW_MS + number)
    members = frozenset(ReplyNo(number) for number in range(1, PEOPLE + 1))
    theme = BookTheme(number=ThemeNo(1), origin=Origin.FOUND, members=members)
    tx.themes.keep(SECRET, Book(themes=(theme,)))
    tx.meanings.keep(
        "model",
        [(ReplyNo(number + 1), said(number), said(number).encode()) for number in range(PEOPLE)],
    )
    held = tx.replies.find_number(ReplyNo(5))
    assert held is not None
    hold = Hold(
        reply_no=held.reply_no,
        event_id=held.event_id,
        held_by=UserId("@olga:example.org"),
        reason="names a child",
        held_ms=NOW_MS + 5,
    )
    assert tx.holds.add(hold)


def tables(url: str) -> dict[str, list[Row]]:
    """The whole database, each table in the order in which its rows lie there."""
    engine = create_engine(url)
    with engine.connect() as connection:
        place = "rowid" if engine.dialect.name == "sqlite" else "ctid"
        found = {
            table.name: [
                dict(row)
                for row in connection.execute(
                    sa.text(f'SELECT * FROM "{table.name}" ORDER BY {place}')
                    if table.name != "inbox"
                    else sa.select(table)
                ).mappings()
            ]
            for table in METADATA.sorted_tables
        }
    engine.dispose()
    return found


def stored_key(url: str) -> bytes:
    engine = create_engine(url)
    with engine.connect() as connection:
        key = key_of(connection, SECRET)
    engine.dispose()
    assert key is not None
    return key


def guesses(order: Sequence[str], known: Sequence[Known]) -> int:
    """How many persons are found by laying an order of answers beside that of the messages."""
    persons = [one.person for one in known]
    sequence = [WHOSE[text] for text in order]
    right = [
        sum(guess == truth for guess, truth in zip(sequence, way, strict=False))
        for way in (persons, persons[::-1])
    ]
    return max(right)


def orders(found: dict[str, list[Row]]) -> dict[str, list[str]]:
    """Every order in which the answers can be read out of the database, by where it stands."""
    reads = {row["reply_no"]: row["text"] for row in found["reply"] if row["text"] in WHOSE}
    told: dict[str, list[str]] = {}
    for name, rows in found.items():
        mine = [row for row in rows if row.get("reply_no") in reads]
        for column in mine[0] if mine else ():
            by = sorted(mine, key=lambda row: (str(type(row[column])), _sortable(row[column])))
            told[f"{name} by {column}"] = [reads[row["reply_no"]] for row in by]
        if mine:
            told[f"{name} as it lies"] = [reads[row["reply_no"]] for row in mine]
    for place, row in enumerate(found["digest"]):
        numbers = _numbers(json.loads(row["document"]))
        told[f"digest {place}"] = [reads[number] for number in dict.fromkeys(numbers)]
    people = {row["participant_no"]: place for place, row in enumerate(found["participant"])}
    rows = sorted(
        (row for row in found["reply"] if row["text"] in WHOSE),
        key=lambda row: people.get(row["participant_no"], -1),
    )
    told["participants as they lie"] = [row["text"] for row in rows]
    return told


def _sortable(value: Any) -> Any:
    return str(value) if value is None or isinstance(value, bytes) else value


def _numbers(node: Any) -> list[int]:
    if isinstance(node, dict):
        own = [node["reply_no"]] if "reply_no" in node else []
        return own + [number for value in node.values() for number in _numbers(value)]
    if isinstance(node, list):
        return [number for value in node for number in _numbers(value)]
    return []


def ties(found: dict[str, list[Row]], known: Sequence[Known]) -> set[str]:
    """Where rows of answers hold something that is of one person alone."""
    about_answers = ("reply", "participant", "revision", "hold", "meaning", "theme_reply", "digest")
    owners: dict[object, set[UserId]] = {}
    for one in known:
        own = {one.person, one.room_id, one.event_id, one.sent_ms, one.sent_ms + 5}
        for name, rows in found.items():
            for row in rows if name not in about_answers else ():
                if own & {value for value in row.values() if not isinstance(value, bytes)}:
                    own |= {value for value in row.values() if _tells(value)}
        for value in own:
            owners.setdefault(value, set()).add(one.person)
    alone = {value for value, persons in owners.items() if len(persons) == 1}
    return {
        f"{name}.{column}"
        for name in about_answers
        for row in found[name]
        for column, value in row.items()
        if value in alone or any(str(one) in str(value) for one in alone if isinstance(one, str))
    }


def _tells(value: object) -> bool:
    """Whether a value can tell one person from another; small numbers are compared as orders."""
    return (isinstance(value, int) and value > NOW_MS // 2) or (
        isinstance(value, str) and len(value) > len("direct")
    )


@pytest.fixture
def known(database: Database) -> list[Known]:
    return database.write_now(a_dialogue_has_been)


def _close(database: Database) -> int:
    def close(tx: Transaction) -> int:
        tx.erase_for_good()
        return tx.anonymity.cut(SECRET)

    return database.write_now(close)


def test_before_the_close_the_attacks_find_everybody(migrated_url: str, known: list[Known]) -> None:
    # Else the attacks would prove nothing afterwards.
    found = tables(migrated_url)

    by_order = {name: guesses(order, known) for name, order in orders(found).items()}
    assert by_order["reply by reply_no"] == PEOPLE
    assert by_order["reply by sent_ms"] == PEOPLE
    assert by_order["digest 2"] == PEOPLE
    assert {"reply.room_id", "reply.event_id", "reply.sent_ms"} <= ties(found, known)
    key = stored_key(migrated_url)
    stored = {row["user_id"] for row in found["participant"]}
    assert stored == {pseudonym(key, one.person) for one in known}


def test_after_the_close_every_order_is_a_guess(
    database: Database, migrated_url: str, known: list[Known]
) -> None:
    assert _close(database) == PEOPLE
    found = tables(migrated_url)

    told = orders(found)
    assert {
        "reply by reply_no",
        "meaning by reply_no",
        "theme_reply as it lies",
        "digest 0",
    } <= set(told)
    assert {
        name: right for name, order in told.items() if (right := guesses(order, known)) >= LUCKY
    } == {}
    assert len(found["digest"]) == 1
    assert len(told["digest 0"]) == PEOPLE


def test_after_the_close_nothing_of_an_answer_is_of_one_person(
    database: Database, migrated_url: str, known: list[Known]
) -> None:
    _close(database)
    found = tables(migrated_url)

    assert ties(found, known) == set()
    everywhere = json.dumps(found, default=str)
    assert [one for one in known if one.event_id in everywhere] == []
    assert "pseudonym-" not in everywhere
    assert found["pseudonym_key"] == []
    assert found["revision"] == []


def test_after_the_close_no_pseudonym_can_be_made_again(
    database: Database, migrated_url: str, known: list[Known]
) -> None:
    before = {row["user_id"] for row in tables(migrated_url)["participant"]}
    key = stored_key(migrated_url)
    _close(database)
    found = tables(migrated_url)

    # Not with anything that is still stored, nor was it kept for the new persons.
    cells = [value for rows in found.values() for row in rows for value in row.values()]
    values = {one if isinstance(one, bytes) else str(one).encode() for one in cells}
    assert key not in values
    assert [
        one.person for one in known for value in values if pseudonym(value, one.person) in before
    ] == []
    after = {row["user_id"] for row in found["participant"]}
    assert len(after) == PEOPLE
    assert not after & before


def test_the_answers_themselves_and_what_was_found_in_them_stay(
    database: Database, migrated_url: str, known: list[Known]
) -> None:
    _close(database)
    found = tables(migrated_url)

    reads = {row["reply_no"]: row["text"] for row in found["reply"]}
    assert sorted(reads.values()) == sorted(WHOSE)
    assert {row["reply_no"]: row["row"].decode() for row in found["meaning"]} == reads
    assert {row["reply_no"] for row in found["theme_reply"]} == set(reads)
    assert [reads[row["reply_no"]] for row in found["hold"]] == [said(4)]
    (held,) = found["hold"]
    events = {row["reply_no"]: row["event_id"] for row in found["reply"]}
    assert held["event_id"] == events[held["reply_no"]]
    assert held["reason"] == "names a child"
    assert len({row["participant_no"] for row in found["reply"]}) == len(known)


def test_closed_again_nothing_changes(
    database: Database, migrated_url: str, known: list[Known]
) -> None:
    assert _close(database) == len(known)
    before = tables(migrated_url)

    assert _close(database) == 0
    assert tables(migrated_url) == before


def test_the_disk_keeps_neither_key_nor_ids(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    known = database.write_now(a_dialogue_has_been)
    key = stored_key(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    beside = [file, file.with_name(f"{file.name}-wal")]
    assert any(key in one.read_bytes() for one in beside)

    _close(database)

    raw = b"".join(one.read_bytes() for one in beside if one.exists())
    database.close()
    raw += file.read_bytes()
    assert key not in raw
    assert [one for one in known if one.event_id.encode() in raw] == []
    assert b"pseudonym-" not in raw


def test_an_answer_in_the_groups_room_stays_its_authors(
    database: Database, migrated_url: str, known: list[Known]
) -> None:
    ann = known[3].person
    one = message("Gruppsvar: soup", sender=ann, room_id=TABLE_1, sent_ms=NOW_MS + 1)

    def in_the_room(tx: Transaction) -> None:
        seat = tx.people.number_of(SECRET, ann, GroupId("1"))
        row = reply_row(
            one, placement(2, ReplyKind.GROUP), participant_no=seat, received_ms=NOW_MS + 2
        )
        tx.replies.add([row])

    database.write_now(in_the_room)

    _close(database)

    reply = database.write_now(lambda tx: tx.replies.find(TABLE_1, one.event_id))
    people = database.write_now(lambda tx: tx.people.of_dialogue(SECRET))
    assert reply is not None
    author = next(person for person in people if person.number == reply.participant_no)
    assert author.user_id == ann
    private = [row for row in tables(migrated_url)["reply"] if row["text"] in WHOSE]
    assert reply.participant_no not in {row["participant_no"] for row in private}


def test_of_two_votes_of_a_person_the_later_one_is_still_the_later(
    database: Database, known: list[Known]
) -> None:
    first = known[0]
    later = message(
        "Second thought", sender=first.person, room_id=first.room_id, sent_ms=NOW_MS + 10**7
    )

    def votes(tx: Transaction) -> None:
        seat = tx.people.number_of(SECRET, first.person, GroupId("1"))
        place = placement(1, ReplyKind.INDIVIDUAL)._replace(sealed=True)
        row = reply_row(later, place, participant_no=seat, received_ms=later.sent_ms)
        tx.replies.add([row])

    database.write_now(votes)

    _close(database)

    replies = database.write_now(lambda tx: tx.replies.of_rounds([1]))  # type: ignore[list-item]  # the first round
    second = next(reply for reply in replies if reply.text == "Second thought")
    own = [reply for reply in replies if reply.participant_no == second.participant_no]
    assert [reply.text for reply in sorted(own, key=lambda reply: reply.sent_ms)] == [
        said(0),
        "Second thought",
    ]
