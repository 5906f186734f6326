"""What is decided is sent once and in order, whatever fails in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.chat import Parcel
from bot.errors import ChatLoggedOut, ChatUnavailable
from bot.sending.parcels import post, revise, take_back
from bot.sending.reactions import mark_key
from bot.service import process
from flows.ids import EffectKey, EventId, RoomId
from storage.database import Database
from storage.instants import to_ms
from storage.outbox import Effect, OutboxState
from tests.bot.journey import Journey
from tests.builders import ANN, BOT, CIA, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1, TABLE_2
from tests.fakes import arrived

MINUTES_20 = timedelta(minutes=20)
OPENING = ["Hello", "Alone"]


async def decide(journey: Journey, *effects: Effect) -> None:
    """Put effects into the outbox, and wait until all is done that can be."""
    now_ms = to_ms(journey.now)
    await journey.database.write(lambda tx: tx.outbox.put(effects, now_ms=now_ms))
    await journey.settles()


def say(text: str, *, room_id: RoomId = TABLE_1, under: str | None = None) -> Effect:
    thread = None if under is None else EffectKey(under)
    return post(EffectKey(text), room_id, text, under=thread)


async def state(journey: Journey, key: str) -> OutboxState | None:
    fate = await journey.database.write(lambda tx: tx.outbox.fate(EffectKey(key)))
    return None if fate is None else fate.state


# ---------------------------------------------------------------- crashes


async def is_killed_while_it_says_hello(journey: Journey) -> None:
    """The bot, in a chat that holds what is sent before or after posting it."""
    await journey.database.write(
        lambda tx: tx.outbox.put([say("Hello")], now_ms=to_ms(journey.now))
    )
    journey.app.sender.wake()
    await journey.chat.held.wait()
    await journey.bot_is_killed()


async def test_killed_after_deciding_and_before_sending(journey: Journey) -> None:
    # given a bot that is killed with everything decided and nothing sent
    journey.chat.holds_before = True
    journey.chat.hear_event(journey.message(OLGA, "!start lunch"))
    await journey.chat.held.wait()
    await journey.bot_is_killed()
    assert journey.texts(TABLE_1) == []

    # when it comes back, then all is sent, once
    journey.chat.let_go()
    await journey.bot_starts()
    assert journey.heads(TABLE_1) == OPENING
    assert journey.heads(TABLE_2) == OPENING


async def test_killed_after_posting_and_before_noting_it(journey: Journey) -> None:
    # given a bot that is killed when its message is posted and it does not know yet
    journey.chat.holds_after = True
    journey.chat.hear_event(journey.message(OLGA, "!start lunch"))
    await journey.until(lambda: len(journey.texts(TABLE_1)) == 1)
    await journey.bot_is_killed()

    # when it comes back, then the message is not posted again, and the prompt is known
    journey.chat.let_go()
    await journey.bot_starts()
    assert journey.heads(TABLE_1) == OPENING
    answer = await journey.writes(ANN, "Soup", thread=journey.prompt(TABLE_1, "Alone"))
    assert journey.bot_marks(answer) == ["👍"]


@pytest.mark.parametrize(
    ("after", "looked_up"),
    [(MINUTES_20, False), (MINUTES_20 + timedelta(milliseconds=1), True)],
    ids=["20 minutes", "a millisecond later"],
)
async def test_after_a_while_it_is_looked_up_before_it_is_sent_again(
    journey: Journey, after: timedelta, *, looked_up: bool
) -> None:
    # given a message whose fate is unknown
    journey.chat.holds_after = True
    await is_killed_while_it_says_hello(journey)

    # when the bot comes back much later, and the homeserver has forgotten as much
    journey.chat.let_go()
    if looked_up:
        journey.chat.forget_transactions()
    journey.now += after
    await journey.bot_starts()

    # then it is there once all the same
    assert journey.texts(TABLE_1) == ["Hello"]
    assert journey.chat.looked_up == (["Hello"] if looked_up else [])
    assert await state(journey, "Hello") is OutboxState.SENT


async def test_a_network_that_recognises_no_repeats_is_asked_first_at_once(
    journey: Journey,
) -> None:
    # given a network that posts as often as it is told to, and a message whose fate is unknown
    journey.chat.capabilities = replace(journey.chat.capabilities, recognises_repeats=False)
    journey.chat.holds_after = True
    await is_killed_while_it_says_hello(journey)

    # when the bot comes back a moment later
    journey.chat.let_go()
    journey.chat.forget_transactions()
    await journey.bot_starts()

    # then it is there once
    assert journey.texts(TABLE_1) == ["Hello"]
    assert journey.chat.looked_up == ["Hello"]


async def test_an_old_effect_that_was_never_posted_is_posted(journey: Journey) -> None:
    journey.chat.holds_before = True
    await is_killed_while_it_says_hello(journey)
    journey.chat.let_go()
    journey.now += timedelta(days=3)
    await journey.bot_starts()

    assert journey.chat.looked_up == ["Hello"]
    assert journey.texts(TABLE_1) == ["Hello"]


async def test_another_device_looks_before_it_sends_again(journey: Journey) -> None:
    # given a message whose fate is unknown
    journey.chat.holds_after = True
    await is_killed_while_it_says_hello(journey)

    # when the account is logged in anew, and the homeserver recognises nothing of the old device
    journey.chat.let_go()
    journey.chat.forget_transactions()
    journey.chat.device_id = "ANOTHER"
    await journey.bot_starts()
    await decide(journey, say("Later"))

    # then it is found; what the new device says first is not looked for
    assert journey.texts(TABLE_1) == ["Hello", "Later"]
    assert journey.chat.looked_up == ["Hello"]
    assert await state(journey, "Hello") is OutboxState.SENT


async def test_after_a_restore_everything_is_looked_for(journey: Journey) -> None:
    # given a message that was sent after the backup that the database comes from
    backup_ms = to_ms(journey.now)
    await decide(journey, say("Hello"))
    await journey.bot_is_killed()
    forgotten = Database.open(journey.url)
    forgotten.write_now(lambda tx: tx.outbox._db.execute(sa.text("DELETE FROM outbox")))
    forgotten.write_now(lambda tx: tx.devices.note_restored(BOT, "FAKE", made_ms=backup_ms))
    forgotten.close()
    journey.chat.forget_transactions()

    # when it is decided once more
    await journey.bot_starts()
    await decide(journey, say("Hello"), say("Later"))

    # then it is there once, and what is new is said
    assert journey.texts(TABLE_1) == ["Hello", "Later"]
    assert journey.chat.looked_up == ["Hello", "Later"]

    # and a month later nothing is looked for any more
    journey.now += timedelta(days=30)
    await decide(journey, say("Much later"))
    assert journey.texts(TABLE_1) == ["Hello", "Later", "Much later"]
    assert journey.chat.looked_up == ["Hello", "Later"]


# ---------------------------------------------------------------- a chat that is away


async def test_what_cannot_be_sent_now_is_sent_later_and_in_order(journey: Journey) -> None:
    journey.chat.unavailable.add(TABLE_1)
    await journey.starts_lunch()
    assert journey.texts(TABLE_1) == []
    assert journey.heads(TABLE_2) == OPENING

    await journey.time_passes(1)
    journey.chat.unavailable.clear()
    await journey.time_passes(5)
    await journey.time_passes(5)

    assert journey.heads(TABLE_1)[:2] == OPENING


async def test_what_comes_later_does_not_overtake_what_waits(journey: Journey) -> None:
    # given a message that could not be sent, and has to wait a while
    journey.chat.unavailable.add(TABLE_1)
    await decide(journey, say("first"))
    journey.chat.unavailable.clear()

    # when another is decided meanwhile
    await decide(journey, say("second"), say("elsewhere", room_id=TABLE_2))

    # then the one room keeps its order, and the other does not wait
    assert journey.texts(TABLE_2) == ["elsewhere"]
    await journey.time_passes(1)
    assert journey.texts(TABLE_1) == ["first", "second"]


async def test_it_waits_as_long_as_the_homeserver_asks(journey: Journey) -> None:
    journey.chat.unavailable.add(TABLE_1)
    journey.chat.retry_after_s = 90.0
    await decide(journey, say("first"))
    journey.chat.unavailable.clear()
    tries = len(journey.chat.tried)

    await journey.clock_shows(journey.now + timedelta(seconds=89))
    assert len(journey.chat.tried) == tries
    await journey.clock_shows(journey.now + timedelta(seconds=1))
    assert journey.texts(TABLE_1) == ["first"]


async def test_it_waits_longer_each_time(journey: Journey) -> None:
    journey.chat.unavailable.add(TABLE_1)
    begun = journey.now
    await decide(journey, say("first"))

    for tries, after_s in enumerate((1, 3, 8, 23, 83, 383, 683), start=1):
        await journey.clock_shows(begun + timedelta(seconds=after_s, milliseconds=-1))
        assert journey.chat.tried.count(EffectKey("first")) == tries
        await journey.clock_shows(begun + timedelta(seconds=after_s))
        assert journey.chat.tried.count(EffectKey("first")) == tries + 1


# ---------------------------------------------------------------- a chat that refuses


async def test_a_refused_room_is_told_once_and_stops_nobody(journey: Journey) -> None:
    # given a group that can be written to no more
    journey.chat.refused.add(TABLE_1)
    await journey.starts_lunch()

    # then the others go on, and the organizers are told once, by name and reason
    assert journey.heads(TABLE_2) == OPENING
    told = [text for text in journey.texts(ORGANIZERS) if "cannot reach" in text]
    assert told == [
        (
            "⚠️ I cannot reach **Table 1**: 403 M\\_FORBIDDEN not in the room. Check that I am "
            "still in its room and may write there."
        )
    ]
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    assert sum("cannot reach" in text for text in journey.texts(ORGANIZERS)) == 1
    assert journey.heads(TABLE_2)[-1] == "Together"


async def test_it_is_told_again_in_another_hour(journey: Journey) -> None:
    journey.chat.refused.add(TABLE_1)
    await decide(journey, say("first"))
    await journey.time_passes(60)
    await decide(journey, say("second"))

    assert sum("cannot reach" in text for text in journey.texts(ORGANIZERS)) == 2


async def test_a_private_chat_that_refuses_is_told_without_a_name(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    room_id = journey.private[ANN]
    journey.chat.refused.add(room_id)
    await decide(journey, say("first", room_id=room_id))

    assert journey.answer() == ("⚠️ A private message could not be delivered: M\\_FORBIDDEN.")


async def test_a_refused_acknowledgement_is_nobodys_business(journey: Journey) -> None:
    await journey.starts_lunch()
    before = journey.texts(ORGANIZERS)
    journey.chat.refused.add(TABLE_1)
    await journey.writes(ANN, "Soup")

    assert journey.texts(ORGANIZERS) == before


async def test_the_organizers_room_that_refuses_is_not_told_of_itself(journey: Journey) -> None:
    journey.chat.refused.add(ORGANIZERS)
    await decide(journey, say("first", room_id=ORGANIZERS))

    waiting = await journey.database.write(lambda tx: tx.outbox.count(OutboxState.WAITING))
    assert waiting == 1


async def test_an_effect_that_nobody_knows_stops_no_other(journey: Journey) -> None:
    unknown = Effect(key=EffectKey("unknown"), room_id=TABLE_1, content='{"kind":"sing"}')
    await decide(journey, unknown, say("known"), say("other", room_id=TABLE_2))

    assert journey.texts(TABLE_1) == ["known"]
    assert journey.texts(TABLE_2) == ["other"]
    assert await state(journey, "unknown") is OutboxState.FAILED
    assert sum("cannot reach" in text for text in journey.texts(ORGANIZERS)) == 1


async def test_a_mistake_of_ours_stops_no_other_and_is_told_in_the_end(journey: Journey) -> None:
    # given an effect at which the adapter breaks
    journey.chat.breaks_at = "odd"
    await decide(journey, say("odd one"), say("even"))
    assert journey.texts(TABLE_1) == ["even"]
    assert await state(journey, "odd one") is OutboxState.WAITING

    # when it does so again and again, then it is given up and told, without its words
    for _ in range(8):
        await journey.time_passes(5)
    assert await state(journey, "odd one") is OutboxState.FAILED
    assert journey.answer().startswith("⚠️ I cannot reach **Table 1**: ArithmeticError.")


async def test_a_mistake_of_ours_that_passes(journey: Journey) -> None:
    journey.chat.breaks_at = "odd"
    await decide(journey, say("odd one"))
    journey.chat.breaks_at = ""
    await journey.time_passes(1)

    assert journey.texts(TABLE_1) == ["odd one"]


async def test_what_the_chat_never_takes_stands_aside_in_the_end(journey: Journey) -> None:
    # given one message at which the homeserver always fails
    async def fails_at_first(parcel: Parcel) -> EventId | None:
        if parcel.once_key == "first":
            raise ChatUnavailable("500")
        return await send(parcel)

    send = journey.chat.send
    journey.chat.send = fails_at_first  # type: ignore[method-assign]  # for this message alone
    await decide(journey, say("first"), say("second"))
    assert journey.texts(TABLE_1) == []

    # then the others wait for it a while, and not for ever
    for _ in range(10):
        await journey.time_passes(5)
    assert journey.texts(TABLE_1) == ["second"]
    assert await state(journey, "first") is OutboxState.WAITING


async def test_a_token_that_is_not_valid_any_more_ends_the_bot(journey: Journey) -> None:
    journey.chat.logged_out = True
    now_ms = to_ms(journey.now)
    await journey.database.write(lambda tx: tx.outbox.put([say("first")], now_ms=now_ms))
    journey.app.sender.wake()

    error = await journey.bot_ends()

    assert isinstance(error, BaseExceptionGroup)
    assert error.subgroup(ChatLoggedOut) is not None


# ---------------------------------------------------------------- effects that need each other


async def test_an_effect_waits_for_the_message_it_speaks_of(journey: Journey) -> None:
    # given a message that cannot be sent yet, and others that speak of it
    journey.chat.unavailable.add(TABLE_1)
    await decide(
        journey,
        say("first"),
        say("below", under="first"),
        revise(EffectKey("edit"), TABLE_1, EffectKey("first"), "first, better"),
    )
    journey.chat.unavailable.clear()

    # when it can be
    await journey.time_passes(1)
    await journey.time_passes(1)

    # then they follow
    first, below = journey.shown(TABLE_1)
    assert (first.text, first.edits) == ("first, better", 1)
    assert below.thread == first.event_id


async def test_what_waits_for_another_room_lets_the_others_pass(journey: Journey) -> None:
    journey.chat.unavailable.add(TABLE_1)
    await decide(journey, say("shown"))
    await decide(
        journey,
        say("points to it", room_id=ORGANIZERS, under="shown"),
        say("news", room_id=ORGANIZERS),
    )
    assert journey.texts(ORGANIZERS) == ["news"]

    journey.chat.unavailable.clear()
    await journey.time_passes(1)
    await journey.time_passes(1)
    assert journey.texts(ORGANIZERS) == ["news", "points to it"]


async def test_what_speaks_of_a_message_that_never_came_is_given_up(journey: Journey) -> None:
    journey.chat.refused.add(TABLE_1)
    journey.chat.refusal = "M_UNKNOWN"
    await decide(journey, say("first"))
    journey.chat.refused.clear()
    await decide(
        journey,
        say("below", under="first"),
        take_back(EffectKey("gone"), TABLE_1, EffectKey("never")),
        say("last"),
    )

    assert journey.texts(TABLE_1) == ["last"]
    assert await state(journey, "below") is OutboxState.FAILED
    assert await state(journey, "gone") is OutboxState.FAILED


async def test_a_link_to_a_message_that_never_came_leads_to_its_room(journey: Journey) -> None:
    # given a group that can be written to no more, and a sealed answer of it
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    journey.chat.refused.add(TABLE_1)

    # when its answers should be shown and the digest is made
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))

    # then the digest comes all the same
    detail = next(text for text in journey.texts(ORGANIZERS) if "- Soup" in text)
    assert "(https://matrix.to/#/!table1:example.org/?via=example.org)" in detail


async def test_many_effects_in_many_rooms(journey: Journey) -> None:
    """More than are claimed at once, and each room in order."""
    rooms = [journey.chat.add_room(f"Room {n}").room_id for n in range(60)]
    effects = [
        post(EffectKey(f"{room_id}/{n}"), room_id, str(n)) for n in range(12) for room_id in rooms
    ]
    await decide(journey, *effects)

    for room_id in rooms:
        assert journey.texts(room_id) == [str(n) for n in range(12)]


async def test_acknowledgements_leave_no_rows(journey: Journey) -> None:
    await journey.starts_lunch()
    for number in range(20):
        await journey.writes(ANN, f"Soup {number}")

    sent = await journey.database.write(lambda tx: tx.outbox.count(OutboxState.SENT))
    # Two joins, the answer to the command, and two messages to each of two rooms.
    assert sent == 7


# ---------------------------------------------------------------- many marks at once


async def many_answers(journey: Journey, number: int) -> list[EventId]:
    """So many answers in one answer of the chat, the individual step being open."""
    answers = [journey.message(ANN, f"Soup {n}") for n in range(number)]
    journey.chat.hear(events=[arrived(one) for one in answers])
    return [one.event_id for one in answers]


async def test_every_answer_of_a_batch_gets_its_mark(journey: Journey) -> None:
    await journey.starts_lunch()

    answers = await many_answers(journey, 9)
    await journey.settles()

    assert [journey.bot_marks(one) for one in answers] == [["👍"]] * 9


async def test_a_room_that_floods_starves_no_other(journey: Journey) -> None:
    # given a room in which three hundred answers come at once, and one answer elsewhere
    await journey.starts_lunch()
    before = len(journey.chat.tried)
    flood = [journey.message(ANN, f"Soup {n}") for n in range(300)]
    quiet = journey.message(CIA, "Bread")
    journey.chat.hear(events=[arrived(one) for one in (*flood, quiet)])

    # and something to say in both rooms
    await decide(journey, say("to the loud"), say("to the quiet", room_id=TABLE_2))

    # then the quiet room waited for a handful of the flood's marks, and so did what was said
    tried = journey.chat.tried[before:]
    assert len(tried) == 303
    assert tried.index(mark_key(TABLE_2, quiet.event_id)) < 32
    assert tried.index(EffectKey("to the quiet")) < 303 - 32
    assert tried.index(EffectKey("to the loud")) < 303 - 32
    assert all(journey.bot_marks(one.event_id) == ["👍"] for one in (*flood, quiet))


async def test_a_mark_that_is_refused_keeps_no_other_back(journey: Journey) -> None:
    await journey.starts_lunch()
    answers = await many_answers(journey, 6)
    journey.chat.refuses_marks_on = {answers[0], answers[3]}

    await journey.settles()

    assert [journey.bot_marks(one) for one in answers] == [[], ["👍"], ["👍"], [], ["👍"], ["👍"]]
    assert not journey.errors


async def test_killed_in_the_middle_of_many_marks(journey: Journey) -> None:
    # given a bot that is killed when some marks are put and it knows of none
    await journey.starts_lunch()
    journey.chat.holds_after = True
    answers = await many_answers(journey, 9)
    await journey.until(lambda: sum(len(journey.bot_marks(one)) for one in answers) >= 4)
    await journey.bot_is_killed()

    # when it comes back, then every answer has one, and only one
    journey.chat.let_go()
    await journey.bot_starts()
    assert [journey.bot_marks(one) for one in answers] == [["👍"]] * 9


async def test_marks_held_up_by_the_chat_are_not_put_twice(journey: Journey) -> None:
    # given marks of which some are put before the chat is out of reach for a while
    await journey.starts_lunch()
    journey.chat.holds_before = True
    answers = await many_answers(journey, 6)
    await journey.chat.held.wait()
    journey.chat.unavailable = {TABLE_1}
    await journey.bot_is_killed()
    journey.chat.let_go()
    await journey.bot_starts()
    assert [journey.bot_marks(one) for one in answers] == [[]] * 6

    # when it can be reached again
    journey.chat.unavailable = set()
    await journey.time_passes(minutes=1)

    # then each is tried under a key of its own, and put once
    assert [journey.bot_marks(one) for one in answers] == [["👍"]] * 6
    assert {f"ack/{TABLE_1}/{one}" for one in answers} <= set(journey.chat.tried)


async def test_what_cannot_be_followed_up_keeps_no_other_from_being_noted(
    journey: Journey,
) -> None:
    # given something sent of which what follows fails: by its key it is a prompt, and is none
    await decide(journey, post(EffectKey("prompt/odd"), TABLE_1, "Odd"), say("Hello"))

    # then both are sent and noted, so that the next start does not fail at it again
    assert journey.texts(TABLE_1) == ["Odd", "Hello"]
    assert await state(journey, "prompt/odd") is OutboxState.SENT
    assert await state(journey, "Hello") is OutboxState.SENT
    await decide(journey, say("Again"))
    assert journey.texts(TABLE_1)[-1] == "Again"


# ---------------------------------------------------------------- told to stop


async def test_told_to_stop_it_finishes_what_is_on_its_way_and_begins_nothing(
    journey: Journey,
) -> None:
    # given a message on its way, and another behind it
    journey.chat.holds_before = True
    await journey.database.write(
        lambda tx: tx.outbox.put([say("first"), say("second")], now_ms=to_ms(journey.now))
    )
    journey.app.sender.wake()
    await journey.chat.held.wait()

    # when it is told to stop, then it waits for the one, and leaves the other
    finishing = asyncio.create_task(journey.app.finish())
    await asyncio.sleep(0)
    journey.chat.let_through()
    async with asyncio.timeout(60):
        await finishing
    assert journey.texts(TABLE_1) == ["first"]
    assert await state(journey, "first") is OutboxState.SENT
    assert await state(journey, "second") is OutboxState.WAITING

    # and the next process sends it
    await journey.bot_is_killed()
    await journey.bot_starts()
    assert journey.texts(TABLE_1) == ["first", "second"]


async def test_it_waits_for_a_homeserver_that_is_away_at_the_start(
    unset_journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_CONNECT_PAUSES_S", (0.01,))
    unset_journey.chat.away_at_first = 5
    await unset_journey.begins()
    await unset_journey.starts_lunch()

    assert unset_journey.heads(TABLE_1) == OPENING
    warnings = [log["event"] for log in unset_journey.logs if log["log_level"] == "warning"]
    assert warnings == ["homeserver.unavailable"] * 5
