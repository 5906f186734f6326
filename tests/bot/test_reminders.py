"""Reminders: only to those who have not answered, where they would answer."""

from __future__ import annotations

from datetime import timedelta

from storage.journal import Membership
from tests.bot.journey import Journey
from tests.builders import ANN, BO, CIA, MONDAY_9H, OLGA, TABLE_1, TABLE_2, pack_toml, step_toml

ALONE = MONDAY_9H + timedelta(minutes=8)
TOGETHER = MONDAY_9H + timedelta(minutes=25)


async def test_only_those_who_have_not_answered_are_pinged(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(ANN, "Soup")
    await journey.clock_shows(ALONE - timedelta(seconds=1))
    assert journey.heads(TABLE_1) == ["Hello", "Alone"]

    await journey.clock_shows(ALONE)

    reminder = journey.shown(TABLE_1)[-1]
    assert reminder.text.startswith("⏳ 2 minutes left. If you have not answered yet")
    assert "https://matrix.to/#/@runda:example.org" in reminder.text
    assert reminder.mentions == (BO,)
    assert not reminder.silent


async def test_who_has_a_private_chat_is_reminded_there_and_not_before_the_group(
    journey: Journey,
) -> None:
    await journey.starts_lunch()
    await journey.opens_private_chat(ANN)
    await journey.opens_private_chat(BO)
    await journey.clock_shows(ALONE)

    assert journey.heads(TABLE_1) == ["Hello", "Alone"]
    assert journey.texts(journey.private[ANN])[-1] == "⏳ 2 minutes left to answer. Write it here."


async def test_a_group_where_all_have_answered_is_left_in_peace(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(ANN, "Soup")
    await journey.writes_in_private(BO, "Bread")
    await journey.clock_shows(ALONE)

    assert journey.heads(TABLE_1) == ["Hello", "Alone"]
    # The welcome and the question, and nothing after them.
    assert journey.heads(journey.private[BO])[1:] == ["Alone"]


async def test_a_withdrawn_answer_is_none(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes(ANN, "Soup")
    await journey.writes(BO, "Bread")
    await journey.withdraws(ANN, answer)
    await journey.clock_shows(ALONE)

    assert journey.shown(TABLE_1)[-1].mentions == (ANN,)


async def test_a_group_without_an_answer_is_reminded(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    await journey.writes(ANN, "Group answer: Soup")
    await journey.writes(CIA, "Let us talk")
    await journey.clock_shows(TOGETHER)

    assert journey.heads(TABLE_1)[-1] == "Together"
    assert journey.texts(TABLE_2)[-1].startswith(
        "⏳ 5 minutes left, and your group has no answer yet."
    )


async def test_a_reminder_comes_once(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(ALONE)
    await journey.bot_is_killed()
    await journey.bot_starts()
    await journey.time_passes(1)

    assert [head[:1] for head in journey.heads(TABLE_1)].count("⏳") == 1


async def test_nobody_is_pinged_twice_for_one_step(journey: Journey) -> None:
    # given Ann reminded in the room, and Bo in his private chat
    await journey.starts_lunch()
    await journey.opens_private_chat(BO)
    await journey.clock_shows(ALONE)
    assert journey.shown(TABLE_1)[-1].mentions == (ANN,)
    (reminded,) = [one for one in journey.texts(journey.private[BO]) if one.startswith("⏳")]

    # when Ann opens a private chat, Bo leaves his, and the step lasts longer
    await journey.opens_private_chat(ANN)
    journey.chat.change_membership(journey.private[BO], BO, Membership.LEAVE)
    await journey.writes(OLGA, "!extend 5")
    await journey.clock_shows(ALONE + timedelta(minutes=5))

    # then neither is pinged again
    pinged = [one.mentions for one in journey.shown(TABLE_1) if one.mentions]
    assert pinged == [(ANN,)]
    assert [one for one in journey.texts(journey.private[ANN]) if one.startswith("⏳")] == []
    assert journey.texts(journey.private[BO])[-1] == reminded


async def test_an_open_step_reminds_in_the_room_alone(journey: Journey) -> None:
    toml = pack_toml(
        step_toml("individual", "open", "sealed = false", length="10 min", remind_before="2 min")
    )
    journey.has_pack("open", toml)
    await journey.writes(OLGA, "!start open")
    await journey.opens_private_chat(ANN)
    await journey.time_passes(8)

    assert journey.texts(TABLE_1)[-1] == (
        "⏳ 2 minutes left. If you have not answered yet, do it now."
    )
    assert set(journey.shown(TABLE_1)[-1].mentions) == {ANN, BO}
