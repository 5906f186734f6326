"""From a dropped list to people at tables: the real bot, a chat in memory."""

from __future__ import annotations

import re

import pytest

from bot.adapters.matrix.links import MatrixLinks
from flows.ids import EventId, RoomId, UserId
from flows.messages import Media, MediaKind
from storage.instants import to_ms
from storage.journal import Membership
from storage.rooms import RoomUse
from storage.seating import Seated, Stage
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.bot.seating.codes import codes_of
from tests.builders import ANN, BO, CIA, DAN, OLGA, ORGANIZERS, TABLE_1, TABLE_2
from tests.fakes import Message, Room

ADDRESS = '{"url":"mxc://example.org/list"}'
TWELVE = "Name;Role;Organisation;Matrix\n" + "".join(
    f"Person {n};{('teacher', 'nurse', 'priest')[n % 3]};Org {n % 4};@p{n}:example.org\n"
    for n in range(1, 13)
)


async def drops(journey: Journey, text: str | bytes, name: str = "list.csv") -> EventId:
    """The organizer drops a list, and the bot has worked it off."""
    data = text if isinstance(text, bytes) else text.encode()
    journey.chat.files[ADDRESS] = data
    media = Media(kind=MediaKind.FILE, name=name, mime="text/csv", size=len(data), address=ADDRESS)
    event_id = await journey.writes(OLGA, name, media=media)
    await worked_off(journey)
    return event_id


async def orders(journey: Journey, text: str) -> str:
    """The organizer writes a command; returns the short answer to it, "" if none came."""
    before = len(journey.shown(ORGANIZERS))
    await journey.writes(OLGA, text)
    await worked_off(journey)
    answers = [one.text for one in journey.shown(ORGANIZERS)[before:]]
    return answers[-1] if answers else ""


async def worked_off(journey: Journey) -> None:
    async def nothing_to_do() -> bool:
        found = await journey.database.write(lambda tx: tx.seatings.to_do())
        return found is None and journey.app.seating.is_idle

    for _ in range(2000):
        if await nothing_to_do():
            break
        await journey.until(lambda: journey.app.seating.is_idle)
        await journey.settles()
    await journey.settles()
    assert await nothing_to_do()


def tables_message(journey: Journey) -> Message:
    return [one for one in journey.shown(ORGANIZERS) if one.text.startswith("🪑")][-1]


def tables(journey: Journey) -> dict[int, list[str]]:
    """Who sits where, as the message has it."""
    found: dict[int, list[str]] = {}
    current: list[str] = []
    for block in tables_message(journey).text.split("\n\n"):
        head = re.match(r"\[?\*\*Table (\d+)\*\*", block)
        if head:
            current = found.setdefault(int(head[1]), [])
        elif block.startswith("- ") and found:
            current += [line[2:] for line in block.splitlines()]
    return found


def table_of(journey: Journey, name: str) -> int:
    return next(n for n, people in tables(journey).items() if any(name in one for one in people))


async def people(journey: Journey) -> list[Seated]:
    def look(tx: Transaction) -> list[Seated]:
        seating = tx.seatings.newest()
        return [] if seating is None else tx.seatings.people(seating.number)

    return await journey.database.write(look)


async def confirms(journey: Journey) -> None:
    await journey.marks(OLGA, tables_message(journey).event_id)
    await worked_off(journey)


def made(journey: Journey) -> list[Room]:
    """The rooms that the bot has made, in order."""
    return [room for room in journey.chat.rooms.values() if room.made_as is not None]


async def test_a_dropped_list_becomes_proposed_tables(journey: Journey) -> None:
    dropped = await drops(journey, TWELVE)
    assert journey.bot_marks(dropped) == ["👀"]
    text = tables_message(journey).text
    assert text.startswith("🪑 **Proposed tables**: 12 people at 2 tables")
    assert [len(there) for there in tables(journey).values()] == [6, 6]
    assert "Person 1 – nurse, Org 1" in str(tables(journey))


async def test_problems_are_told_by_row_and_the_rest_is_seated(journey: Journey) -> None:
    await drops(journey, TWELVE + "Person 1;;Org 1;\nBo;;;@bo\n;x;;\n")
    text = tables_message(journey).text
    assert "Row 14: the same name and organisation as in row 2" in text
    assert "Row 15: “\\@bo” is not a whole chat id" in text
    assert "Row 16: there is no name" in text
    assert text.startswith("🪑 **Proposed tables**: 13 people")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "There is nobody on the list", id="nothing"),
        pytest.param(b"\x89PNG\0\0\0\0", "There is no text in the file", id="a picture"),
        pytest.param(b"x" * 5_000_001, "I could not fetch the file", id="too large"),
        pytest.param(b"PK\x03\x04", "The file is broken", id="broken"),
    ],
)
async def test_a_file_that_is_no_list_is_answered(journey: Journey, data: bytes, said: str) -> None:
    await drops(journey, data)
    assert said in journey.answer()
    assert await people(journey) == []


async def test_only_organizers_may_drop_a_list(journey: Journey) -> None:
    journey.chat.change_membership(ORGANIZERS, OLGA, Membership.LEAVE)
    await drops(journey, TWELVE)
    assert await people(journey) == []


async def test_people_are_moved_locked_and_shuffled_in_one_message(journey: Journey) -> None:
    await drops(journey, TWELVE)
    message = tables_message(journey)
    other = 3 - table_of(journey, "Person 7 ")

    assert await orders(journey, f"!move person 7 {other}") == (
        f"🔒 Person 7 sits at table {other} now, and stays there when the others are shuffled."
    )
    assert table_of(journey, "🔒 Person 7 ") == other
    assert sorted(len(there) for there in tables(journey).values()) == [5, 7]

    before = tables(journey)
    await orders(journey, "!blanda")
    assert table_of(journey, "🔒 Person 7 ") == other
    assert [len(there) for there in tables(journey).values()] == [6, 6]
    assert tables(journey) != before

    await orders(journey, "!lås upp person 7")
    assert "🔒" not in tables_message(journey).text
    # All of it in the message that was there first.
    assert tables_message(journey).event_id == message.event_id
    assert tables_message(journey).edits > 0


async def test_numbers_rules_and_wishes(journey: Journey) -> None:
    await drops(journey, TWELVE)
    await orders(journey, "!grupper 4")
    assert [len(there) for there in tables(journey).values()] == [3, 3, 3, 3]
    await orders(journey, "!regel högst 1 från samma organisation")
    assert "1. at most 1 of the same organisation at a table" in tables_message(journey).text
    assert "Everything you asked for is met." in tables_message(journey).text
    await orders(journey, "!tillsammans person 1, person 2 och person 3")
    assert len({table_of(journey, f"Person {n} ") for n in (1, 2, 3)}) == 1
    assert "2. together: Person 1, Person 2, Person 3" in tables_message(journey).text
    await orders(journey, "!isär person 4, person 5")
    assert table_of(journey, "Person 4 ") != table_of(journey, "Person 5 ")
    assert (await orders(journey, "!isär person 1, person 3")).startswith("⚠️ Det säger emot")
    await orders(journey, "!regel minst 1 rektor")
    text = tables_message(journey).text
    assert "rektor: fewer than 1 at table 1, 2, 3, 4 (there are 0 in all)." in text
    assert "No other seating does better by these rules." in text
    await orders(journey, "!rule remove 1")
    assert "at most 1" not in tables_message(journey).text


NOT_UNDERSTOOD = {
    "!flytta Ann": "⚠️ Skriv vem som ska flytta och vart",
    "!move Person 1": "⚠️ More than one person fits “Person”",
    "!move Person 1 9": "⚠️ There is no table 9",
    "!move Person 3": "⚠️ There is no table 3",
    "!move Zoe 2": "⚠️ Nobody on the list is called “Zoe”",
    "!move Persn 12 2": "⚠️ Nobody on the list",
    "!lock Org 1": "⚠️ More than one person fits “Org 1”",
    "!lock": "⚠️ Write who shall stay",
    "!groups many": "⚠️ Write how many tables",
    "!rule be nice": "⚠️ Write a rule like one of these",
    "!rule remove 7": "⚠️ Write a rule like one of these",
    "!together Person 1": "⚠️ Write at least two names",
    "!add": "⚠️ Write who comes",
    "!add Eva; ; ; @eva": "⚠️ Write who comes",
    "!add person 2; ;org 2": "⚠️ Person 2 is on the list already",
    "!remove": "⚠️ Write who does not come",
    "!invite": "⚠️ ",
    "!sheet 2": "⚠️ ",
}
"""Orders, and how the answer to each begins."""


async def test_what_is_not_understood_is_answered_with_what_to_write(journey: Journey) -> None:
    await drops(journey, TWELVE)
    before = await people(journey)
    answers = {order: await orders(journey, order) for order in NOT_UNDERSTOOD}
    began = {order: answers[order][: len(said)] for order, said in NOT_UNDERSTOOD.items()}
    assert began == NOT_UNDERSTOOD
    assert await people(journey) == before


async def test_without_a_list_commands_say_how_to_begin(journey: Journey) -> None:
    assert (await orders(journey, "!shuffle")).startswith("⚠️ There is no list of participants yet")
    await orders(journey, "!add Ann Ek; teacher")
    assert tables(journey) == {1: ["Ann Ek – teacher"]}


async def test_confirming_makes_a_space_rooms_and_cards(journey: Journey) -> None:
    await drops(journey, TWELVE)
    await confirms(journey)

    space, first, second = made(journey)
    assert space.made_as is not None
    assert first.made_as is not None
    assert (space.made_as.space, space.made_as.open_to_all) == (True, True)
    assert [room.name for room in (first, second)] == ["Table 1", "Table 2"]
    assert first.made_as.parent == space.room_id
    assert not first.made_as.open_to_all
    uses = {
        room.room_id: room.use for room in await journey.database.write(lambda tx: tx.rooms.all())
    }
    assert (uses[first.room_id], uses[second.room_id]) == (RoomUse.GROUP, RoomUse.GROUP)
    assert uses.get(space.room_id, RoomUse.NONE) is RoomUse.NONE
    files = [one.file for one in journey.shown(ORGANIZERS) if one.file is not None]
    assert [(one.name, one.data[:5]) for one in files] == [("table-cards.pdf", b"%PDF-")]
    assert tables_message(journey).text.startswith("🪑 **Tables**")
    assert journey.errors == []


async def test_the_cards_codes_lead_to_the_rooms_made(journey: Journey) -> None:
    await drops(journey, TWELVE)
    await confirms(journey)

    (cards,) = [one.file for one in journey.shown(ORGANIZERS) if one.file is not None]
    aliases = [room.made_as.alias for room in made(journey) if room.made_as is not None]
    links = MatrixLinks(journey.chat.own_id)
    space, first, second = (links.by_address(alias or "") for alias in aliases)
    assert len({space, first, second}) == 3
    assert [[code.text for code in page] for page in codes_of(cards.data)] == [
        [space, first, space, second],
        [space, first],
        [space, second],
    ]


async def test_a_proposal_is_confirmed_once(journey: Journey) -> None:
    await drops(journey, TWELVE)
    await confirms(journey)
    await confirms(journey)
    assert len(made(journey)) == 3


async def test_people_of_the_tables_answer_there(journey: Journey) -> None:
    # given a list with Ann, and the rooms that were made for it
    await drops(journey, f"Name;Matrix\nAnn;{ANN}\nBo;{BO}\n")
    await confirms(journey)
    (_, room) = made(journey)
    for other in (TABLE_1, TABLE_2):
        for one in (ANN, BO, CIA, DAN):
            journey.chat.change_membership(other, one, Membership.LEAVE)
    journey.chat.change_membership(room.room_id, ANN)
    # when a dialogue runs there
    await journey.starts_lunch()
    await journey.writes(ANN, "an answer", room=room.room_id)
    # then the room has its question
    assert any("hello" in text.casefold() for text in journey.texts(room.room_id))


async def test_who_comes_to_another_table_than_her_own_is_told_which_is_hers(
    journey: Journey,
) -> None:
    # given tables with their rooms, and nobody has answered anything yet
    await drops(journey, TWELVE)
    await confirms(journey)
    rooms = [room for room in made(journey) if room.made_as is not None and not room.made_as.space]
    lost = UserId("@p1:example.org")
    hers = table_of(journey, "Person 1 ")

    # when somebody comes to another table's room than her own, and another one to her own
    journey.chat.change_membership(rooms[hers % 2].room_id, lost)
    await journey.settles()
    right = next(
        UserId(f"@p{n}:example.org")
        for n in range(2, 10)
        if table_of(journey, f"Person {n} ") == hers
    )
    journey.chat.change_membership(rooms[hers - 1].room_id, right)
    await journey.settles()

    # then only the first is told, in private, with the address of her own room
    [chat] = [one for one in journey.chat.rooms.values() if one.made_as and one.made_as.direct]
    assert chat.invited == [lost]
    [hint] = journey.texts(chat.room_id)
    assert f"**Table {hers}**" in hint
    assert rooms[hers - 1].room_id in hint


async def test_known_people_are_invited_when_told_and_slowly(journey: Journey) -> None:
    await drops(journey, TWELVE)
    await confirms(journey)
    space = made(journey)[0]
    assert space.invited == []

    answer = await orders(journey, "!bjud in")
    assert answer.startswith("✉️ Jag skickar 12 inbjudningar")
    assert space.invited == ["@p1:example.org"]
    await journey.time_passes(minutes=1)
    assert len(space.invited) == 12
    assert "✉️ 12 of 12 invitations sent" in tables_message(journey).text
    assert (await orders(journey, "!bjud in")).startswith("⚠️")


async def test_the_rooms_that_are_there_can_be_used(journey: Journey) -> None:
    await drops(journey, TWELVE)
    await orders(journey, "!använd rummen")
    assert made(journey) == []
    settled = await journey.database.write(lambda tx: tx.seatings.settled())
    assert settled is not None
    rooms = await journey.database.write(lambda tx: tx.seatings.rooms(settled.number))
    assert [room.room_id for room in rooms] == [TABLE_1, TABLE_2]
    assert sum(one.file is not None for one in journey.shown(ORGANIZERS)) == 1


async def test_walk_ins_and_no_shows_move_nobody_who_has_answered(journey: Journey) -> None:
    # given four people at the two tables, a dialogue running, and Ann's answer
    await drops(
        journey,
        f"Name;Matrix;Table\nAnn;{ANN};1\nBo;{BO};1\nCia;{CIA};2\nDan;{DAN};2\nEva;;2\nFia;;2\n",
    )
    await orders(journey, "!använd rummen")
    await orders(journey, "!lås upp")
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "an answer")
    # when Bo does not come and three others do
    await orders(journey, "!ta bort Bo")
    for name in ("Gun", "Hal", "Ivo"):
        await orders(journey, f"!lägg till {name}")
    # then nobody has moved, and the newcomers fill up the first table
    at = {one.person.name: one.table for one in await people(journey)}
    assert at == {
        "Ann": 1,
        "Cia": 2,
        "Dan": 2,
        "Eva": 2,
        "Fia": 2,
        "Gun": 1,
        "Hal": 1,
        "Ivo": 1,
    }


async def test_a_mistake_of_ours_with_a_list_does_not_end_the_bot(journey: Journey) -> None:
    journey.chat.breaks_at_files = True
    await drops(journey, TWELVE)
    assert journey.texts(ORGANIZERS)[-1].startswith("⚠️ Reading the file took more than")

    # and the next list is read
    journey.chat.breaks_at_files = False
    await drops(journey, TWELVE)
    assert sum(map(len, tables(journey).values())) == 12


async def test_everything_survives_a_kill(journey: Journey) -> None:
    # given a list that was dropped, and the bot killed before it could read it
    journey.chat.files[ADDRESS] = TWELVE.encode()
    journey.chat.logged_out = False
    media = Media(kind=MediaKind.FILE, name="l.csv", mime="text/csv", size=1, address=ADDRESS)
    message = journey.message(OLGA, "l.csv", media=media)
    await journey.bot_is_killed()
    journey.chat.hear_event(message)
    await journey.bot_starts()
    await worked_off(journey)
    shown = tables(journey)
    # when it is killed again and started
    await journey.bot_is_killed()
    await journey.bot_starts()
    # then the proposal stands, and its ✅ still counts
    await confirms(journey)
    assert len(made(journey)) == 3
    assert tables(journey) == shown


async def test_a_month_after_its_last_use_the_list_is_forgotten(journey: Journey) -> None:
    await drops(journey, TWELVE)
    begun = to_ms(journey.now)
    await journey.time_passes(minutes=29 * 24 * 60)
    journey.app.seating.wake()
    await worked_off(journey)
    assert len(await people(journey)) == 12
    await journey.time_passes(minutes=2 * 24 * 60)
    assert to_ms(journey.now) > begun
    journey.app.seating.wake()

    async def erased() -> bool:
        return await journey.database.write(lambda tx: tx.seatings.newest()) is None

    for _ in range(500):
        if await erased():
            break
        await journey.settles()
    assert await erased()


async def test_the_list_is_forgotten_on_command_after_a_mark(journey: Journey) -> None:
    await drops(journey, TWELVE)
    await orders(journey, "!glöm listan")
    assert len(await people(journey)) == 12
    await journey.marks(OLGA, journey.shown(ORGANIZERS)[-1].event_id)
    assert await people(journey) == []
    assert (await orders(journey, "!tables")).startswith("⚠️ There is no list")


async def test_a_mark_is_about_the_list_it_was_asked_of(journey: Journey) -> None:
    # given the tables of a list, a question whether to forget it, and then another list
    await drops(journey, TWELVE)
    shown = tables_message(journey).event_id
    await journey.writes(OLGA, "!forget list")
    question = journey.shown(ORGANIZERS)[-1].event_id
    await drops(journey, TWELVE.replace("Person", "Other"))

    # when the old ones are marked
    await journey.marks(OLGA, question)
    await journey.marks(OLGA, shown)
    await worked_off(journey)

    # then the other list is neither forgotten nor confirmed
    assert len(await people(journey)) == 12
    assert made(journey) == []


async def test_names_on_a_list_are_data(journey: Journey) -> None:
    await drops(journey, "Name;Role\n**Ann** <b>;=1+1 [x](http://evil)\n")
    (shown,) = tables(journey)[1]
    assert shown == r"\*\*Ann\*\* \<b\> – \=1\+1 \[x\]\(http\:\/\/evil\)"


async def test_names_are_not_logged(journey: Journey) -> None:
    await drops(journey, TWELVE.replace("Person", "Secretname"))
    await orders(journey, "!move Secretname 3 1")
    assert "Secretname" not in str(journey.logs)


async def test_the_message_is_posted_anew_on_request_and_its_mark_counts(
    journey: Journey,
) -> None:
    await drops(journey, TWELVE)
    first = tables_message(journey).event_id
    await orders(journey, "!bord")
    second = tables_message(journey).event_id
    assert first != second
    await journey.marks(OLGA, first)
    assert made(journey) == []
    await confirms(journey)
    assert len(made(journey)) == 3
    settled = await journey.database.write(lambda tx: tx.seatings.settled())
    assert settled is not None
    assert settled.stage is Stage.SETTLED
    assert RoomId(made(journey)[1].room_id) in {
        room.room_id
        for room in await journey.database.write(lambda tx: tx.seatings.rooms(settled.number))
    }
    assert UserId(OLGA) in journey.app.world.organizers
