"""Files that the bot posts, rooms that it makes, people whom it invites: through the outbox."""

from __future__ import annotations

import sqlalchemy as sa

from bot.chat import PostFile
from bot.sending.parcels import invite, open_room, opened, post, post_file
from flows.ids import EffectKey, RoomId
from storage.instants import to_ms
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.bot.test_sender import decide
from tests.builders import ANN, BOT, CIA, ORGANIZERS, STRANGER, TABLE_1, TABLE_2

CARDS = b"%PDF\x00\xff"


def cards(tx: Transaction, journey: Journey, *rooms: RoomId) -> None:
    effects = [
        post_file(
            tx,
            EffectKey(f"cards/{room_id}"),
            room_id,
            name="cards.pdf",
            mime="application/pdf",
            data=CARDS,
            markdown="**Cards**",
        )
        for room_id in rooms
    ]
    tx.outbox.put(effects, now_ms=to_ms(journey.now))


def files(journey: Journey, room_id: RoomId) -> list[PostFile]:
    return [one.file for one in journey.shown(room_id) if one.file is not None]


async def kept(journey: Journey) -> int:
    """How many files the database holds."""
    return await journey.database.write(
        lambda tx: tx.blobs._db.scalar(sa.text("SELECT count(*) FROM blob")) or 0
    )


async def test_a_file_is_posted_and_then_forgotten(journey: Journey) -> None:
    await journey.database.write(lambda tx: cards(tx, journey, TABLE_1, TABLE_2))
    await journey.settles()

    expected = PostFile(name="cards.pdf", mime="application/pdf", data=CARDS, markdown="**Cards**")
    assert files(journey, TABLE_1) == files(journey, TABLE_2) == [expected]
    assert await kept(journey) == 0


async def test_a_file_survives_the_process(journey: Journey) -> None:
    # given a bot that is killed when a file is decided and not sent
    journey.chat.holds_before = True
    await journey.database.write(lambda tx: cards(tx, journey, TABLE_1))
    journey.app.sender.wake()
    await journey.chat.held.wait()
    assert await kept(journey) == 1
    await journey.bot_is_killed()
    assert files(journey, TABLE_1) == []

    # when it comes back, then the file is posted
    journey.chat.let_go()
    await journey.bot_starts()
    assert [one.data for one in files(journey, TABLE_1)] == [CARDS]
    assert await kept(journey) == 0


async def test_killed_after_posting_a_file_it_is_there_once(journey: Journey) -> None:
    journey.chat.holds_after = True
    await journey.database.write(lambda tx: cards(tx, journey, TABLE_1))
    journey.app.sender.wake()
    await journey.chat.held.wait()
    await journey.bot_is_killed()

    journey.chat.let_go()
    await journey.bot_starts()
    assert len(files(journey, TABLE_1)) == 1
    assert await kept(journey) == 0


async def test_a_file_that_is_refused_is_forgotten_too(journey: Journey) -> None:
    journey.chat.refused.add(TABLE_1)
    journey.chat.refusal = "M_BAD_JSON"
    await journey.database.write(lambda tx: cards(tx, journey, TABLE_1))
    await journey.settles()

    assert await kept(journey) == 0
    assert journey.answer().startswith("⚠️ I cannot reach **Table 1**")


async def test_a_file_goes_into_the_thread_of_an_earlier_message(journey: Journey) -> None:
    await decide(journey, post(EffectKey("root"), TABLE_1, "The map:"))

    def both(tx: Transaction) -> None:
        under = post_file(
            tx,
            EffectKey("a"),
            TABLE_1,
            name="a.png",
            mime="image/png",
            data=b"a",
            under=EffectKey("root"),
        )
        tx.outbox.put([under], now_ms=to_ms(journey.now))

    await journey.database.write(both)
    await journey.settles()
    root, file = journey.shown(TABLE_1)
    assert (file.thread, file.file is not None) == (root.event_id, True)


# ---------------------------------------------------------------- rooms


async def room_of(journey: Journey, key: EffectKey) -> RoomId:
    room_id = opened(await journey.database.write(lambda tx: tx.outbox.fate(key)))
    assert room_id is not None
    return room_id


async def test_a_space_its_room_and_a_person_in_it(journey: Journey) -> None:
    # when a space, a room inside it and an invitation are decided at once
    space, table = EffectKey("d/space"), EffectKey("d/1/room")
    await decide(
        journey,
        open_room(table, ORGANIZERS, name="Table 9", inside=space, order="09", encrypted=True),
        open_room(space, TABLE_1, name="The evening", space=True, open_to_all=True),
    )

    await journey.time_passes(0.1)

    # then both are made, the one inside the other
    space_id, table_id = [await room_of(journey, key) for key in (space, table)]
    made = journey.chat.rooms[table_id].made_as
    assert made is not None
    assert (made.name, made.parent, made.order, made.encrypted) == ("Table 9", space_id, "09", True)
    assert BOT in journey.chat.rooms[table_id].members

    # when people are invited, one of them twice, then each is invited once
    await decide(
        journey,
        invite(EffectKey("i1"), space_id, STRANGER),
        invite(EffectKey("i2"), space_id, STRANGER),
        invite(EffectKey("i3"), space_id, ANN),
    )
    assert journey.chat.rooms[space_id].invited == [STRANGER, ANN]


async def test_a_room_is_made_once_whatever_happens(journey: Journey) -> None:
    journey.chat.holds_after = True
    now_ms = to_ms(journey.now)
    effect = open_room(EffectKey("d/space"), ORGANIZERS, name="The evening", invited=[CIA])
    await journey.database.write(lambda tx: tx.outbox.put([effect], now_ms=now_ms))
    journey.app.sender.wake()
    await journey.chat.held.wait()
    await journey.bot_is_killed()
    journey.chat.let_go()
    journey.chat.forget_transactions()
    await journey.bot_starts()

    evenings = [one for one in journey.chat.rooms.values() if one.name == "The evening"]
    assert [one.invited for one in evenings] == [[CIA]]
    assert await room_of(journey, EffectKey("d/space")) == evenings[0].room_id
