"""What somebody could try who wants to steer, to see, to break or to silence."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from bot.adapters.matrix.content import event_for
from bot.chat import Post
from bot.digest.analyst import Analyst
from bot.rendering.markdown import escape
from flows.ids import EffectKey, EventId, RoomId
from storage.instants import to_ms
from storage.journal import InboxState, MemberChange, Membership
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    CIA,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    STRANGER,
    TABLE_1,
    TABLE_2,
    edited,
    marked,
    withdrawn,
)
from tests.fakes import resolved

TIMES_UP = MONDAY_9H + timedelta(minutes=10)
FAR_FUTURE_MS = 2**61
MOST_PLAIN_BYTES = 46_000
"""Of a message's content: encrypted it becomes a third larger, and 65,536 bytes are allowed."""


def content_bytes(markdown: str) -> int:
    """How much of an event a message fills before it is encrypted."""
    return len(orjson.dumps(event_for(Post(markdown=markdown), EffectKey("key")).content))


# ---------------------------------------------------------------- steering


async def test_who_came_from_the_future_can_be_put_out_of_the_organizers_room(
    journey: Journey,
) -> None:
    # given somebody whose homeserver says that she came long after now
    came = MemberChange(
        room_id=ORGANIZERS,
        user_id=STRANGER,
        membership=Membership.JOIN,
        name=None,
        sent_ms=FAR_FUTURE_MS,
    )
    journey.chat.hear(members=[came])
    await journey.settles()

    # when she is put out, then she steers no more
    await journey.time_passes(1)
    gone = replace(came, membership=Membership.LEAVE, sent_ms=to_ms(journey.now))
    journey.chat.hear(members=[gone])
    await journey.writes(STRANGER, "!start lunch", room=ORGANIZERS)
    assert journey.texts(TABLE_1) == []


async def test_a_groups_answer_from_the_future_can_be_replaced(journey: Journey) -> None:
    # given an answer whose homeserver says that it was written long after now
    await journey.starts_lunch()
    await journey.clock_shows(TIMES_UP)
    forged = journey.message(ANN, "Group answer: mine")._replace(sent_ms=FAR_FUTURE_MS)
    await journey.happens(forged)

    # when the group gives another
    answer = await journey.writes(BO, "Group answer: ours")

    # then that one counts
    assert journey.bot_marks(answer) == ["✅"]
    assert journey.bot_marks(forged.event_id) == []


async def test_a_mark_from_the_future_can_be_overtaken(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(TIMES_UP)
    first = await journey.writes(ANN, "Soup")
    await journey.happens(marked(first, sent_ms=FAR_FUTURE_MS, sender=BO))

    second = await journey.writes(BO, "Group answer: bread")

    assert journey.bot_marks(second) == ["✅"]


async def test_a_participants_command_is_no_command_in_an_edit_either(journey: Journey) -> None:
    said = await journey.writes(OLGA, "hello")
    await journey.edits(OLGA, said, "!start lunch")
    await journey.writes(ANN, "!start lunch")
    await journey.opens_private_chat(ANN)
    await journey.writes(ANN, "!start lunch", room=journey.private[ANN])
    # Nothing has begun, and the group has read nothing.
    assert journey.texts(TABLE_1) == []
    assert await journey.asks(lambda tx: tx.dialogues.in_status()) == []


async def test_a_room_that_a_participant_made_a_private_chat_can_become_a_group(
    journey: Journey,
) -> None:
    # given a room into which a participant has invited the bot as if to a private chat
    room = journey.chat.add_room("Table 3", ANN, OLGA, room_id=RoomId("!table3:example.org"))
    journey.chat.invite(room, ANN, direct=True)
    await journey.settles()

    # when it was put out, and an organizer invites it
    journey.chat._come_or_go(room.room_id, comes=False)
    await journey.time_passes(1)
    journey.chat.invite(room, OLGA)
    await journey.settles()

    # then the room is a group
    await journey.writes(OLGA, "!groups")
    assert "Table 3" in journey.answer()


# ---------------------------------------------------------------- seeing


async def test_a_private_chat_is_named_to_nobody_when_it_cannot_be_reached(
    journey: Journey,
) -> None:
    # given a private chat that refuses
    await journey.opens_private_chat(ANN)
    private = journey.private[ANN]
    journey.chat.refused.add(private)

    # when a question goes there
    await journey.starts_lunch()

    # then the organizers hear of it, and of nobody's room
    told = [one for one in journey.shown(ORGANIZERS) if "private message" in one.text]
    assert len(told) == 1
    assert private not in f"{told[0].text} {told[0].key}"
    assert "ann" not in told[0].text.casefold()


# ---------------------------------------------------------------- silencing


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" + "\n" * 12_000 + "b", id="empty lines"),
        pytest.param("a" + "\u00a0" * 12_000 + "b", id="hard spaces"),
        pytest.param("a" + "\t" * 12_000 + "b", id="tabs"),
        pytest.param("&" * 12_000, id="ampersands"),
        pytest.param("\n".join("x" * 12_000), id="short lines"),
        pytest.param("😀" * 6_000, id="emoji"),
    ],
)
async def test_no_answer_is_so_odd_that_its_showing_or_digest_is_too_large(
    journey: Journey, text: str
) -> None:
    journey.chat.capabilities = replace(journey.chat.capabilities, max_message_bytes=10**9)
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, text)
    await journey.clock_shows(TIMES_UP)
    await journey.writes(ANN, f"Group answer: {text}")
    await journey.writes(OLGA, "!next")

    shown = [one.text for room in (TABLE_1, ORGANIZERS) for one in journey.shown(room)]
    assert len(shown) > 8
    assert max(map(content_bytes, shown)) <= MOST_PLAIN_BYTES


def test_no_text_takes_long_to_escape() -> None:
    began = time.process_time()
    escape("a" + " " * 60_000 + "b")
    assert time.process_time() - began < 0.5


async def test_no_sign_breaks_the_sentence_model() -> None:
    # Each of these becomes many when it is brought into its plain form.
    signs = [chr(code) for code in range(0xA0, 0x1FFFF) if _plain_length(chr(code)) > 5]
    texts = ["Soup", *(sign * 20 for sign in signs), "".join(signs) * 9]
    analyst = Analyst()
    try:
        rows = await analyst.embed(texts)
    finally:
        await analyst.close()
    assert len(rows) == len(texts) > 3


def _plain_length(sign: str) -> int:
    return len(unicodedata.normalize("NFKC", sign))


async def test_a_group_that_cannot_be_reached_does_not_hold_back_the_digest(
    journey: Journey,
) -> None:
    # given a sealed answer, and a group whose room cannot be written in
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    journey.chat.unavailable.add(TABLE_1)
    await journey.clock_shows(TIMES_UP)

    # when the dialogue ends, and a minute has passed
    await journey.writes(CIA, "Group answer: bread")
    await journey.writes(OLGA, "!stop lunch-1")
    for _ in range(240):
        await journey.clock_shows(journey.now + timedelta(seconds=0.5))

    # then the organizers have their digest, with the answer in it
    assert any("Soup" in text for text in journey.texts(ORGANIZERS))


async def test_who_left_her_private_chat_is_reminded_in_the_group(journey: Journey) -> None:
    # given somebody who had a private chat and left it
    await journey.opens_private_chat(ANN)
    await journey.opens_private_chat(BO)
    journey.chat.change_membership(journey.private[ANN], ANN, Membership.LEAVE)
    await journey.starts_lunch()

    # when it is time to remind
    await journey.clock_shows(TIMES_UP - timedelta(minutes=2))

    # then she is reminded where she is
    reminders = [one for one in journey.shown(TABLE_1) if one.mentions]
    assert [one.mentions for one in reminders] == [(ANN,)]


# ---------------------------------------------------------------- filling and forgetting


async def test_what_never_can_be_read_does_not_make_the_bot_keep_edits(journey: Journey) -> None:
    # given a message at the table that will never be readable
    broken = journey.message(ANN, "?")
    journey.chat.hear_event(broken, encrypted=True)
    await journey.settles()
    journey.chat._feed.append([resolved(broken, InboxState.BAD)])
    journey.chat._news.set()
    await journey.settles()

    # when somebody edits what was never an answer, then nothing of it is kept
    await journey.happens(edited(EventId("$unknown"), "a secret"))
    assert await journey.asks(lambda tx: tx.early.targets()) == set()


async def test_a_withdrawal_in_one_room_does_not_reach_into_another(journey: Journey) -> None:
    # given an encrypted answer at one table whose key has not come
    await journey.starts_lunch()
    answer = journey.message(ANN, "Soup", thread=journey.prompt(TABLE_1, "Alone"))
    await journey.happens(answer, encrypted=True)

    # when somebody elsewhere withdraws it
    await journey.happens(withdrawn(answer.event_id, room_id=TABLE_2, sender=CIA))

    # then it counts when its key comes
    journey.chat.key_arrives(answer)
    await journey.settles()
    assert journey.bot_marks(answer.event_id) == ["👍"]
