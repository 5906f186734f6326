"""The running bot carries out what an operator has ordered for a person."""

from __future__ import annotations

from bot.persons.ordered import new_key, order
from flows.audit import Deed
from flows.grouping.people import Person, PersonId
from flows.ids import ReplyNo
from storage.database import Database
from storage.instants import to_ms
from storage.person_orders import PersonOrder, Wanted
from storage.seating import Seated
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.bot.test_erasing import MARKER, answers_everywhere, on_disk, shown_by_the_bot
from tests.builders import ANN, ORGANIZERS

OPERATOR = "operator:root"


async def is_ordered(
    journey: Journey, wanted: Wanted, who: str, *, reply_no: ReplyNo | None = None
) -> None:
    """As another process writes it; the bot, if it runs, finds it within seconds."""
    one = PersonOrder(
        key=new_key(),
        wanted=wanted,
        who=who,
        reply_no=reply_no,
        actor=OPERATOR,
        reason="case 12",
        ordered_ms=to_ms(journey.now),
    )
    other = Database.open(journey.url)
    other.write_now(lambda tx: order(tx, one))
    other.close()
    await journey.time_passes(minutes=1)


async def deeds(journey: Journey, act: str) -> list[Deed]:
    return await journey.database.write(
        lambda tx: [one.deed for one in tx.audit.all() if one.deed.act == act]
    )


async def test_nothing_of_her_is_left(journey: Journey) -> None:
    await answers_everywhere(journey)

    await is_ordered(journey, Wanted.FORGET, ANN)

    assert MARKER.encode() not in on_disk(journey)
    assert MARKER not in shown_by_the_bot(journey)
    (deed,) = await deeds(journey, "erase")
    assert (deed.actor, deed.reason) == (OPERATOR, "case 12")
    assert ANN not in str(deed)
    assert journey.errors == []


async def test_an_order_waits_for_a_bot_that_does_not_run(journey: Journey) -> None:
    await answers_everywhere(journey)
    await journey.bot_is_killed()
    await is_ordered(journey, Wanted.FORGET, ANN)
    assert MARKER.encode() in on_disk(journey)

    await journey.bot_starts()
    await journey.time_passes(minutes=1)

    assert MARKER.encode() not in on_disk(journey)
    assert await deeds(journey, "erase") != []


async def test_one_answer_is_taken_back_everywhere(journey: Journey) -> None:
    await answers_everywhere(journey)

    def hers(tx: Transaction) -> ReplyNo:
        (seat,) = tx.people.seats(ANN)
        return next(
            one.reply_no for one in tx.replies.of_person(*seat) if one.text == f"{MARKER} two"
        )

    number = await journey.database.write(hers)
    await is_ordered(journey, Wanted.WITHDRAW, ANN, reply_no=number)
    await journey.time_passes(minutes=30)

    assert f"{MARKER} two".encode() not in on_disk(journey)
    newest = journey.texts(ORGANIZERS)[-1]
    assert "Bread" in newest
    assert f"{MARKER} two" not in newest
    (deed,) = await deeds(journey, "take back")
    assert (deed.actor, deed.subject, deed.dialogue) == (OPERATOR, str(number), "lunch-1")


async def test_anothers_answer_is_not(journey: Journey) -> None:
    await answers_everywhere(journey)
    await is_ordered(journey, Wanted.WITHDRAW, ANN, reply_no=ReplyNo(2))

    assert b"Bread" in on_disk(journey)
    assert await deeds(journey, "take back") == []


async def test_a_name_on_a_list_goes_and_its_place_stays(journey: Journey) -> None:
    def listed(tx: Transaction) -> None:
        seating = tx.seatings.begin(None, language="en", now_ms=to_ms(journey.now))
        person = Person(id=PersonId(1), name=f"{MARKER} Ek", role="Head", organisation="School")
        tx.seatings.put_people(seating.number, [Seated(person=person, table=1)])

    await journey.database.write(listed)
    assert MARKER.encode() in on_disk(journey)

    await is_ordered(journey, Wanted.FORGET_NAME, f"{MARKER.casefold()} ek")

    assert MARKER.encode() not in on_disk(journey)
    assert MARKER.casefold().encode() not in on_disk(journey)
    newest = await journey.database.write(lambda tx: tx.seatings.newest())
    assert newest is not None
    (kept,) = await journey.database.write(lambda tx: tx.seatings.people(newest.number))
    assert (kept.person, kept.table) == (Person(id=PersonId(1), name="–"), 1)
    assert journey.errors == []
