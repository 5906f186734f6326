"""What the bot answered to organizers goes with whom it quotes or names, and nothing else does."""

from __future__ import annotations

from datetime import date, timedelta

from flows.ids import UserId
from storage.journal import Membership
from storage.person_orders import Wanted
from tests.bot.journey import LUNCH, Journey
from tests.bot.seating.test_tables import TWELVE, drops, orders, tables, tables_message
from tests.bot.test_care import ACUTE, DUTY, OPEN, on_duty, private_texts
from tests.bot.test_erasing import MARKER, on_disk
from tests.bot.test_ordered import is_ordered
from tests.bot.test_returns import day_by_day, runs_followed
from tests.builders import ANN, BO, OLGA, ORGANIZERS, TABLE_1

P3 = UserId("@p3:example.org")
EVA = UserId("@eva:elsewhere.org")


def said(journey: Journey) -> str:
    """All that stands in the organizers' room."""
    return "\n".join(journey.texts(ORGANIZERS))


async def test_previews_of_a_reply_and_the_list_of_those_held(journey: Journey) -> None:
    # given replies of two people that were held back, listed and released
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, f"{MARKER} soup")
    await journey.writes_in_private(BO, "Bread and butter")
    await journey.writes(OLGA, f"!hold “{MARKER}” names her child")
    await journey.writes(OLGA, "!hold “butter” too fat")
    await journey.writes(OLGA, "!hold")
    await journey.writes(OLGA, "!release 2")
    assert said(journey).count(MARKER) == 1
    assert said(journey).count("names her child") == 1
    assert said(journey).count("Bread and butter") == 2
    assert MARKER in "\n".join(journey.texts(journey.private[ANN]))

    # when one of them is forgotten
    await journey.writes_in_private(ANN, "yes, forget me")
    await journey.time_passes(minutes=1)

    # then what quoted her, or said why hers was held back, is gone, and the rest is not
    assert MARKER not in said(journey)
    assert "names her child" not in said(journey)
    assert said(journey).count("Bread and butter") == 2
    assert MARKER not in "\n".join(journey.texts(journey.private[ANN]))
    assert MARKER.encode() not in on_disk(journey)
    assert journey.errors == []


async def test_who_is_asked_via_link(journey: Journey) -> None:
    contact = '[[contact]]\nid = "cook"\ntitle.en = "Cook"\nremind_after = "24 h"\nwait = "72 h"\n'
    journey.has_pack("lunch", f"{LUNCH}\n{contact}")
    await journey.writes(OLGA, f"!contact cook {EVA}")
    await journey.writes(OLGA, "!contact")
    assert said(journey).count("elsewhere") == 2

    await is_ordered(journey, Wanted.FORGET, EVA)

    assert "elsewhere" not in said(journey)
    assert "Nobody is Cook any more" in said(journey)
    assert journey.errors == []


async def test_who_is_not_there_any_more_at_a_follow_up(journey: Journey) -> None:
    await runs_followed(journey)
    journey.chat.change_membership(TABLE_1, BO, Membership.LEAVE)
    await day_by_day(journey, date(2026, 11, 6), (date(2026, 10, 25),))
    assert "@bo:example" in said(journey)

    await is_ordered(journey, Wanted.FORGET, BO)

    assert "@bo:example" not in said(journey)
    assert journey.errors == []


async def test_tables_are_shown_without_somebody_who_is_forgotten(journey: Journey) -> None:
    # given tables, moved by hand, and an answer that names somebody
    await drops(journey, TWELVE)
    assert "Person 3" in await orders(journey, "!add Person 3; teacher; Org 3")
    await orders(journey, "!move Person 3 2")
    message = tables_message(journey)
    assert "Person 3" in message.text

    await is_ordered(journey, Wanted.FORGET, P3)

    # then the message and its edits are gone, another shows her place without her
    assert journey.chat.message(message.event_id).withdrawn
    assert "Person 3" not in said(journey)
    seated = [one for people in tables(journey).values() for one in people]
    assert len(seated) == 12
    assert sum("Person" in one for one in seated) == 11
    assert b"Person 3" not in on_disk(journey)
    assert await undone_edits(journey)
    assert journey.errors == []


async def undone_edits(journey: Journey) -> bool:
    """Whether every edit of the first message of tables has been taken back."""

    def look(keys: list[str]) -> bool:
        edits = {key for key in keys if not key.endswith("/erased")}
        undone = {key.removesuffix("/erased") for key in keys if key.endswith("/erased")}
        return bool(edits) and edits == undone

    sent = await journey.database.write(
        lambda tx: tx.outbox.sent_with("seating-1/-/-/tables-edit/")
    )
    return look([key for key, _ in sent])


async def test_a_name_without_an_account(journey: Journey) -> None:
    await drops(journey, TWELVE.replace(";@p3:example.org", ";"))
    assert "Person 3" in said(journey)

    await is_ordered(journey, Wanted.FORGET_NAME, "person 3")

    assert "Person 3" not in said(journey)
    assert "Person 4" in said(journey)
    assert b"Person 3" not in on_disk(journey)


async def test_a_list_that_is_forgotten_stands_nowhere(journey: Journey) -> None:
    await drops(journey, TWELVE)
    assert "Person 3" in said(journey)
    await journey.writes(OLGA, "!forget list")
    await journey.marks(OLGA, journey.shown(ORGANIZERS)[-1].event_id)

    assert "Person" not in said(journey)
    assert "The list is erased" in journey.answer()


async def test_the_list_goes_on_the_day_of_its_dialogue(journey: Journey) -> None:
    # given a list whose tables are the groups of a dialogue with a day
    await drops(journey, TWELVE)
    await orders(journey, "!groups 2")
    await orders(journey, "!use rooms")
    journey.has_pack("lunch", f'retention = "5 days"\n{LUNCH}')
    await journey.starts_lunch()
    await journey.time_passes(minutes=40)
    await journey.writes(OLGA, "!tables")
    assert "Person 3" in said(journey)

    await journey.clock_shows(journey.now + timedelta(days=6))

    assert "Person" not in said(journey)
    assert b"Person 3" not in on_disk(journey)
    assert journey.errors == []


async def test_duty_can_find_somebody_who_was_forgotten_until_the_day(journey: Journey) -> None:
    await on_duty(journey)
    journey.has_pack("lunch", f'retention = "5 days"\n{OPEN}')
    await journey.starts_lunch()
    await journey.writes(ANN, ACUTE, room=TABLE_1)
    assert names_her(journey)

    await journey.writes_in_private(ANN, "yes, forget me")
    await journey.time_passes(minutes=30)
    assert names_her(journey)

    await journey.clock_shows(journey.now + timedelta(days=6))
    assert not names_her(journey)
    assert journey.errors == []


def names_her(journey: Journey) -> bool:
    """Whether the person on duty reads who may be in danger."""
    return any("@ann:example" in one.replace("\\", "") for one in private_texts(journey, DUTY))
