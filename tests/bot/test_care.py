"""Somebody who may be in danger is answered in private, and whoever is on duty is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.config.care import DEFAULT_LINES, CareConfig
from bot.exports.reading import gather
from bot.rendering.export import to_json
from flows.dialogue import Status
from flows.ids import RoomId, UserId
from storage.database import create_engine
from storage.holds import HoldKind
from storage.overview import reading
from tests.bot.journey import Journey
from tests.bot.test_contacts import EVA
from tests.bot.test_contacts import PACK as CONTACT_PACK
from tests.builders import (
    ANN,
    BO,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    TABLE_2,
    pack_toml,
    step_toml,
)

DUTY = UserId("@jour:example.org")
ACUTE = "I am going to kill myself tonight"
PASSIVE = "I don't want to live anymore"
OTHER = "My daughter says she does not want to live"
MARKER = "kill myself"

OPEN = pack_toml(
    step_toml("individual", "alone", "sealed = false", length="10 min"),
    step_toml("plenary", "bye"),
)


async def on_duty(journey: Journey, **settings: object) -> None:
    """The bot is started anew with somebody on duty, who has a private chat with it."""
    await journey.bot_is_killed()
    care = replace(CareConfig(duty=(DUTY,)), **settings)  # type: ignore[arg-type]  # by name
    journey.is_set_up(care=care)
    await journey.bot_starts()
    await journey.opens_private_chat(DUTY)


def private_texts(journey: Journey, who: UserId) -> list[str]:
    room = journey.private.get(who) or _opened_for(journey, who)
    return [] if room is None else journey.texts(room)


def _opened_for(journey: Journey, who: UserId) -> RoomId | None:
    """The private chat that the bot has opened with somebody."""
    known = {ORGANIZERS, TABLE_1, TABLE_2, *journey.private.values()}
    rooms = [room for room in journey.chat.rooms.values() if room.room_id not in known]
    return next(
        (room.room_id for room in rooms if room.made_as and who in room.made_as.invited), None
    )


def answers_to(journey: Journey, who: UserId) -> list[str]:
    return [text for text in private_texts(journey, who) if "90101" in text]


def alerts(journey: Journey) -> list[str]:
    return [text for text in private_texts(journey, DUTY) if text.startswith(("🚨", "💛", "🧡"))]


async def everything_said(journey: Journey) -> str:
    """All that the bot has sent anywhere, and what waits to be sent."""
    sent = [text for room in journey.chat.rooms.values() for text in journey.texts(room.room_id)]
    return "\n".join(sent)


async def test_she_is_answered_in_private_and_duty_is_called(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, f"To be honest, {ACUTE}.")

    # she reads what to do now, and all the numbers
    (answer,) = answers_to(journey, ANN)
    assert "call 112 now" in answer
    assert all(line.number in answer.replace("\\", "") for line in DEFAULT_LINES)
    assert "They see that it is you, and not what you wrote." in answer
    # the person on duty reads who and where, and not what; what rings says nothing
    (alert,) = alerts(journey)
    assert ANN in alert
    assert "`release 1`" in alert
    assert private_texts(journey, DUTY)[-1].startswith("🔔 I need you")
    assert MARKER not in await everything_said(journey)


async def test_what_rings_is_neutral_and_the_alert_itself_is_silent(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, ACUTE)

    rings = [
        (message.text[:1], message.silent)
        for message in journey.shown(journey.private[DUTY])
        if message.text[:1] in "🚨🔔"
    ]
    assert rings == [("🚨", True), ("🔔", False)]


async def test_nothing_of_it_is_shown_until_a_person_releases_it(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, f"To be honest, {ACUTE}.")
    await journey.writes_in_private(BO, "Soup for all")

    # when the step closes and its answers are shown and digested
    await journey.writes(OLGA, "!next")
    assert journey.quotes(TABLE_1) == ["Soup for all"]
    await journey.writes(OLGA, "!digest")
    assert MARKER not in await everything_said(journey)
    assert any("1 reply is held back" in text for text in journey.texts(ORGANIZERS))

    # then the person on duty, and nobody else in private, can release it
    await journey.writes_in_private(BO, "release 1")
    assert sorted(journey.quotes(TABLE_1)) == ["Soup for all", "release 1"]
    await journey.writes(DUTY, "release 1", room=journey.private[DUTY])
    assert private_texts(journey, DUTY)[-1] == "Released: reply 1 may be shown again."
    assert len(journey.quotes(TABLE_1)) == len(("Soup", "release 1", "hers"))
    audit = await journey.database.write(lambda tx: [one.deed for one in tx.audit.all()])
    noted = [
        (deed.act, deed.actor, deed.subject, deed.reason)
        for deed in audit
        if deed.act in ("care", "hold back", "release")
    ]
    assert noted == [
        ("hold back", "runda", "1", "care"),
        ("care", "runda", "1", "acute"),
        ("release", DUTY, "1", "care"),
    ]


async def test_it_is_in_no_export_of_everything_and_its_number_is(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, ACUTE)
    await journey.edits(ANN, answer, "Nothing, sorry")

    (dialogue,) = await journey.database.write(lambda tx: tx.dialogues.in_status(Status.RUNNING))
    with reading(journey.url) as seen:
        export = gather(seen, journey.app.world, dialogue, exported_ms=0)

    (reply,) = export.replies
    assert (reply.held, reply.text, reply.revisions) == ("care", "", ())
    assert MARKER not in to_json(export).decode()


async def test_in_a_groups_room_she_is_answered_in_private_all_the_same(journey: Journey) -> None:
    await on_duty(journey)
    journey.has_pack("open", OPEN)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start open")
    before = journey.texts(TABLE_1)

    # given Ann has no private chat: the bot opens one
    await journey.writes(ANN, ACUTE)
    await journey.settles()

    assert journey.texts(TABLE_1) == before
    (answer,) = answers_to(journey, ANN)
    assert "call 112 now" in answer
    (alert,) = alerts(journey)
    assert TABLE_1.replace("!", "%21") in alert or TABLE_1 in alert


async def test_an_edit_that_becomes_acute_calls_too(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, "Soup")
    assert alerts(journey) == []

    await journey.edits(ANN, answer, ACUTE)

    assert len(alerts(journey)) == 1
    await journey.writes(OLGA, "!next")
    assert journey.quotes(TABLE_1) == []

    # and taking the words away again releases nothing: a person does
    await journey.edits(ANN, answer, "Soup after all")
    assert journey.quotes(TABLE_1) == []


async def test_she_is_answered_once_and_again_when_it_becomes_graver(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, PASSIVE)
    await journey.writes_in_private(ANN, "I wish I was dead")
    assert [text[:1] for text in alerts(journey)] == ["💛"]

    await journey.writes_in_private(ANN, ACUTE)
    await journey.writes_in_private(ANN, ACUTE)
    assert [text[:1] for text in alerts(journey)] == ["💛", "🚨"]
    assert len(answers_to(journey, ANN)) == len(("passive", "acute"))

    # an hour later it is heard anew
    await journey.time_passes(61)
    await journey.writes_in_private(ANN, PASSIVE)
    assert len(alerts(journey)) == len(("passive", "acute", "again"))


async def test_who_worries_for_another_is_answered_as_such_and_duty_is_called(
    journey: Journey,
) -> None:
    await on_duty(journey)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, OTHER)
    await journey.writes_in_private(BO, "Soup for all")

    # she reads what one can do for somebody else, and the numbers
    (answer,) = answers_to(journey, ANN)
    assert "It is hard to worry for somebody" in answer
    assert "call 112" in answer
    assert "hurt yourself" not in answer
    assert all(line.number in answer.replace("\\", "") for line in DEFAULT_LINES)
    # the person on duty reads that it is about another, and not what was written
    (alert,) = alerts(journey)
    assert alert.startswith("🧡")
    assert ANN in alert
    assert "daughter" not in await everything_said(journey)
    # and nothing of it is shown until a person releases it
    await journey.writes(OLGA, "!next")
    assert journey.quotes(TABLE_1) == ["Soup for all"]
    await journey.writes(DUTY, "release 1", room=journey.private[DUTY])
    assert sorted(journey.quotes(TABLE_1)) == [OTHER, "Soup for all"]


async def test_worry_for_another_and_danger_of_ones_own_are_two_things(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, OTHER)
    await journey.writes_in_private(ANN, OTHER)
    await journey.writes_in_private(ANN, PASSIVE)
    assert [text[:1] for text in alerts(journey)] == ["🧡", "💛"]

    await journey.writes_in_private(BO, ACUTE)
    await journey.writes_in_private(BO, OTHER)
    assert [text[:1] for text in alerts(journey)] == ["🧡", "💛", "🚨", "🧡"]


async def test_she_is_heard_when_nothing_is_asked(journey: Journey) -> None:
    await on_duty(journey)
    await journey.opens_private_chat(ANN)

    await journey.writes_in_private(ANN, ACUTE)
    await journey.writes(BO, ACUTE)

    assert len(answers_to(journey, ANN)) == 1
    assert len(answers_to(journey, BO)) == 1
    assert not any("no question" in text.lower() for text in private_texts(journey, ANN)[-1:])
    assert len(alerts(journey)) == len((ANN, BO))


@pytest.mark.parametrize(
    "text",
    ["We need more suicide prevention", "I don't want to die", "My neighbour killed himself"],
)
async def test_talk_about_the_subject_calls_nobody(journey: Journey, text: str) -> None:
    await on_duty(journey)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, text)

    assert alerts(journey) == []
    assert answers_to(journey, ANN) == []


@pytest.mark.parametrize("in_private", [True, False], ids=["in private", "in the room"])
async def test_she_is_heard_before_she_has_consented_to_anything(
    journey: Journey, *, in_private: bool
) -> None:
    await on_duty(journey)
    journey.has_pack(
        "asked",
        pack_toml(
            step_toml("individual", "alone", *([] if in_private else ["sealed = false"])),
            step_toml("plenary", "bye"),
            consent=True,
        ).replace('kind = "individual"', 'kind = "individual"\nlength = "10 min"'),
    )
    await journey.writes(OLGA, "!start asked")

    if in_private:
        await journey.writes_in_private(ANN, ACUTE)
    else:
        await journey.writes(ANN, ACUTE)

    assert len(answers_to(journey, ANN)) == 1
    assert len(alerts(journey)) == 1


async def test_she_is_answered_in_the_language_she_wrote_in(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, "jag vill inte leva längre")

    (answer,) = answers_to(journey, ANN)
    assert answer.startswith("Tack för att du skrev det. Det låter tungt.")


async def test_where_the_alert_fails_her_words_stay_held_back(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()
    # given a database that takes no alerts
    engine = create_engine(journey.url)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER broken BEFORE INSERT ON care_alert "
                "BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )
        )
    engine.dispose()

    await journey.writes_in_private(ANN, ACUTE)
    await journey.writes_in_private(BO, "Soup for all")
    await journey.writes(OLGA, "!next")

    assert journey.quotes(TABLE_1) == ["Soup for all"]
    kinds = await journey.database.write(lambda tx: [hold.kind for hold in tx.holds.all()])
    assert kinds == [HoldKind.CARE]
    assert set(journey.errors) == {"looks.failed", "look.failed"}


async def test_without_anybody_on_duty_the_organizers_are_told_without_a_name(
    journey: Journey,
) -> None:
    await on_duty(journey, duty=())
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, ACUTE)

    (alert,) = [text for text in journey.texts(ORGANIZERS) if text.startswith("🚨")]
    assert ANN not in alert
    assert "`!release 1`" in alert
    (answer,) = answers_to(journey, ANN)
    assert "on duty" not in answer


async def test_in_a_dry_run_nobody_is_called(journey: Journey) -> None:
    await on_duty(journey, alerts=False)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, ACUTE)

    assert alerts(journey) == []
    assert not any(text.startswith("🚨") for text in journey.texts(ORGANIZERS))
    await journey.writes(OLGA, "!next")
    assert journey.quotes(TABLE_1) == []


async def test_it_can_be_switched_off(journey: Journey) -> None:
    await on_duty(journey, enabled=False)
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, ACUTE)

    assert alerts(journey) == []
    assert answers_to(journey, ANN) == []
    await journey.writes(OLGA, "!next")
    assert journey.quotes(TABLE_1) == [ACUTE]


async def test_organizers_are_told_of_numbers_that_nobody_has_checked_for_a_year(
    journey: Journey,
) -> None:
    old = replace(DEFAULT_LINES[0], last_checked=date(2001, 1, 1))
    fresh = replace(DEFAULT_LINES[1], last_checked=journey.now.date())
    await on_duty(journey, lines=(old, fresh))

    await journey.time_passes(24 * 60)
    await journey.time_passes(24 * 60)

    told = [text for text in journey.texts(ORGANIZERS) if "has not been checked" in text]
    assert len(told) == 1
    assert "112" in told[0]
    assert "1177" not in told[0]


async def test_who_is_forgotten_is_forgotten_here_too(journey: Journey) -> None:
    await on_duty(journey)
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, ACUTE)

    await journey.writes_in_private(ANN, "forget me")
    await journey.writes_in_private(ANN, "yes, forget me")

    assert await journey.asks(lambda tx: tx.care.since(ANN, from_ms=0)) == []


async def test_an_alert_about_a_dialogue_that_is_over_goes_on_its_day_too(journey: Journey) -> None:
    # given an answer in a dialogue that is over, edited into one that calls duty
    await on_duty(journey)
    journey.has_pack("open", OPEN)
    await journey.writes(OLGA, "!start open")
    answer = await journey.writes_in_private(ANN, "Soup")
    await journey.writes(OLGA, "!next")
    await journey.writes(OLGA, "!next")
    (over,) = await journey.database.write(lambda tx: tx.dialogues.in_status(Status.ENDED))
    await journey.edits(ANN, answer, ACUTE)
    assert len(alerts(journey)) == 1

    # then the alert is known to be of that dialogue, and goes when it is erased
    assert await journey.asks(lambda tx: tx.told.take_of_dialogue(over.id))


async def test_who_is_asked_via_link_is_heard_too(journey: Journey) -> None:
    # given Eva, who is asked via link by the pack
    await on_duty(journey)
    journey.has_pack("lunch", CONTACT_PACK)
    await journey.writes(OLGA, f"!contact cook {EVA}")
    room = _opened_for(journey, EVA)
    assert room is not None
    journey.chat.change_membership(room, EVA)
    await journey.starts_lunch()

    # when she answers that she is in danger herself, then she is answered, and no group reads it
    await journey.writes(EVA, ACUTE, room=room)
    assert len(alerts(journey)) == 1
    assert not any(MARKER in text for text in journey.texts(TABLE_1))

    # but what she knows of others is an answer like another
    await journey.writes(EVA, "Call the parents when a pupil says such a thing", room=room)
    assert any("Call the parents" in text for text in journey.texts(TABLE_1))
