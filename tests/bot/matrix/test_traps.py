"""What has broken other bots: each a fault at the worst moment, on a real homeserver."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import orjson
import pytest

from bot.chat import Post
from bot.errors import ChatLoggedOut, ChatUnavailable
from flows.ids import RoomId
from storage.journal import InboxState
from tests.bot.matrix.conftest import Bot, World, parcel, until
from tests.bot.matrix.nio_person import NioPerson
from tests.fault_proxy import (
    Answers,
    Changes,
    CutsAnswer,
    Fault,
    FaultProxy,
    Hangs,
    LosesAnswer,
    Resets,
)


async def encrypted_room(world: World, bot: Bot, *others: NioPerson) -> RoomId:
    """A room in which the bot and others are."""
    maker = await world.person("maker")
    room = await maker.makes_room(bot.id, *(one.id for one in others), encrypted=True)
    await bot.joins(room)
    for one in others:
        await one.joins(room)
    return room


def without_device_messages(answer: bytes) -> bytes:
    """The answer of a sync, as if the keys it brought had been lost."""
    return orjson.dumps({**orjson.loads(answer), "to_device": {"events": []}})


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answers.bad_gateway(), id="bad gateway"),
        pytest.param(Answers.too_fast(), id="too fast"),
        pytest.param(CutsAnswer(), id="cut answer"),
        pytest.param(LosesAnswer(), id="lost answer"),
        pytest.param(Resets(), id="reset"),
        pytest.param(Answers(200, {}), id="answer without a position"),
        pytest.param(Answers(403, {"errcode": "M_UNKNOWN"}), id="refused"),
    ],
)
async def test_a_broken_sync_neither_spins_nor_loses(
    world: World, proxy: FaultProxy, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.matrix.receiver._REFUSED_PAUSE_S", 1.0)
    # given a bot that has caught up, and a homeserver that begins to fail
    ann = await world.person("ann")
    bot = await world.bot(through=proxy)
    room = await ann.makes_room(bot.id)
    await bot.joins(room)
    await bot.catches_up()
    proxy.fail("GET", "/sync", fault, times=2)
    asked = len(proxy.seen("GET", "/sync"))

    # when it listens while something is written
    bot.listens()
    await ann.writes(room, "hello")
    began = time.monotonic()
    await bot.hears("hello")

    # then it is heard, after few requests
    assert len(proxy.seen("GET", "/sync")) - asked <= 5
    assert time.monotonic() - began < 15


async def test_an_invalid_token_ends_the_listening_at_once(world: World, proxy: FaultProxy) -> None:
    bot = await world.bot(through=proxy)
    await bot.catches_up()
    asked = len(proxy.requests)
    proxy.fail("GET", "/sync", Answers.logged_out(), times=1000)
    with pytest.raises(ChatLoggedOut):
        await bot.chat.listen(bot.intake)
    assert len(proxy.requests) - asked <= 2


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        pytest.param("/sendToDevice/", Answers.too_fast(), id="keys too fast"),
        pytest.param("/sendToDevice/", Answers(500, {"errcode": "M_UNKNOWN"}), id="keys failing"),
        pytest.param("/sendToDevice/", LosesAnswer(), id="keys answer lost"),
        pytest.param("/sendToDevice/", CutsAnswer(), id="keys answer cut"),
        pytest.param("/keys/claim", Answers.bad_gateway(), id="claim failing"),
        pytest.param("/keys/query", LosesAnswer(), id="query answer lost"),
        pytest.param("/send/m.room.encrypted/", LosesAnswer(), id="message answer lost"),
        pytest.param("/members", Resets(), id="members reset"),
    ],
)
async def test_what_is_sent_can_be_read_whatever_failed(
    world: World, proxy: FaultProxy, call: str, fault: Fault
) -> None:
    ann = await world.nio_person("ann")
    bot = await world.listening(through=proxy)
    room = await encrypted_room(world, bot, ann)
    for method in ("PUT", "POST", "GET"):
        proxy.fail(method, call, fault, times=1)

    await bot.posts(room, "How are you?")

    await ann.reads_until("How are you?")
    assert ann.texts == ["How are you?"]
    assert ann.unread == []


async def test_nothing_is_sent_that_nobody_could_read(world: World, proxy: FaultProxy) -> None:
    # given a homeserver that takes no keys
    ann = await world.nio_person("ann")
    bot = await world.listening(through=proxy)
    room = await encrypted_room(world, bot, ann)
    proxy.fail("PUT", "/sendToDevice/", Answers.too_fast(body_ms=60_000), times=1000)
    prompt = parcel(room, Post(markdown="How are you?"))

    # when a prompt is sent, then it is not sent, and says how long to wait
    with pytest.raises(ChatUnavailable) as caught:
        await bot.chat.send(prompt)
    assert caught.value.retry_after_s == 60
    assert proxy.seen("PUT", "/send/m.room.encrypted") == []

    # and once keys are taken it goes through
    proxy.heal()
    await bot.chat.send(prompt)
    await ann.reads_until("How are you?")


async def test_a_send_given_up_halfway_does_not_block_the_next(
    world: World, proxy: FaultProxy
) -> None:
    ann = await world.nio_person("ann")
    bot = await world.listening(through=proxy)
    room = await encrypted_room(world, bot, ann)
    proxy.fail("POST", "/keys/claim", Hangs())
    sending = asyncio.create_task(bot.posts(room, "given up"))
    await bot.until(lambda: bool(proxy.seen("POST", "/keys/claim")))
    sending.cancel()
    await asyncio.wait([sending])

    async with asyncio.timeout(10):
        await bot.posts(room, "How are you?")
    await ann.reads_until("How are you?")


async def test_one_time_keys_are_refilled_from_none(world: World, proxy: FaultProxy) -> None:
    # given somebody who takes all of the bot's keys while it is away, and one more
    taker = await world.person("taker")
    account = await world.account()
    bot = await world.bot(account, through=proxy)
    await bot.catches_up()
    wanted = {"one_time_keys": {bot.id: {account.device_id: "signed_curve25519"}}}
    taken = [
        (await taker.asks("POST", "/_matrix/client/v3/keys/claim", wanted))["one_time_keys"]
        for _ in range(51)
    ]
    keys = [orjson.dumps(one) for one in taken]
    assert len(set(keys)) == 51
    [spare] = taken[50][bot.id][account.device_id].values()
    assert spare["fallback"] is True

    # when it comes back
    await bot.stops()
    bot = await world.bot(account, through=proxy)
    await bot.catches_up()

    # then new ones are there, a new spare one included
    more = await taker.asks("POST", "/_matrix/client/v3/keys/claim", wanted)
    assert orjson.dumps(more["one_time_keys"]) not in keys
    body = proxy.seen("POST", "/keys/upload")
    assert len(body) == 2


async def test_a_lost_answer_to_the_key_upload_is_survived(world: World, proxy: FaultProxy) -> None:
    # given a process that dies while it publishes its keys
    account = await world.account()
    proxy.fail("POST", "/keys/upload", LosesAnswer(), times=1000)
    connecting = asyncio.create_task(world.bot(account, through=proxy))
    await until(lambda: bool(proxy.seen("POST", "/keys/upload")))
    connecting.cancel()
    await asyncio.wait([connecting])
    await world.ends_bots()

    # when the next one begins
    proxy.heal()
    bot = await world.bot(account, through=proxy)
    await bot.catches_up()
    bot.listens()

    # then encryption works both ways
    ann = await world.nio_person("ann")
    room = await encrypted_room(world, bot, ann)
    await bot.posts(room, "How are you?")
    await ann.reads_until("How are you?")
    await ann.writes(room, "Fine")
    await bot.hears("Fine")


ODD_DEVICE_MESSAGES: list[tuple[str, Any]] = [
    ("m.room.encrypted", {}),
    ("m.room.encrypted", {"algorithm": "m.olm.v1.curve25519-aes-sha2"}),
    (
        "m.room.encrypted",
        {"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": "x", "ciphertext": {}},
    ),
    (
        "m.room.encrypted",
        {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": "x",
            "ciphertext": {"OWN": {"type": 0, "body": "AAAA"}},
        },
    ),
    (
        "m.room.encrypted",
        {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": "A" * 43,
            "ciphertext": {"OWN": {"type": 1, "body": "é"}},
        },
    ),
    ("m.room.encrypted", {"algorithm": 7, "ciphertext": []}),
    ("m.room_key_request", {"action": "request", "body": "x", "request_id": 1}),
    ("m.room_key", {"algorithm": "m.megolm.v1.aes-sha2", "room_id": "!x"}),
    ("m.key.verification.start", {"method": "m.sas.v1", "transaction_id": 1}),
    ("m.forwarded_room_key", {"algorithm": None}),
    ("m.dummy", {}),
    ("x" * 200, {"deep": {"deep": {"deep": [1, None, {}]}}}),
]


async def test_odd_messages_to_the_device_stop_nothing(world: World) -> None:
    # given a bot that somebody sends odd things
    ann = await world.nio_person("ann")
    troll = await world.person("troll")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    query: dict[str, Any] = {"device_keys": {bot.id: []}}
    answer = await troll.asks("POST", "/_matrix/client/v3/keys/query", query)
    device = answer["device_keys"][bot.id][bot.account.device_id]
    own = device["keys"][f"curve25519:{bot.account.device_id}"]
    for kind, content in ODD_DEVICE_MESSAGES:
        written = orjson.loads(orjson.dumps(content).replace(b'"OWN"', orjson.dumps(own)))
        await troll.sends_to_device(kind, bot.id, bot.account.device_id, written)

    # when an orderly one comes after them, then what it opens is read
    await ann.writes(room, "Fine")
    await bot.hears("Fine")
    assert await bot.database.write(lambda tx: tx.journal.device_messages()) == []


ODD_PLAINTEXTS = [
    b"\xff\xfe",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{",
    b"{}",
    b"[" * 2000 + b"]" * 2000,
    b'{"room_id": "ROOM", "type": 7, "content": {}}',
    b'{"room_id": "ROOM", "type": "m.room.message", "content": []}',
    b'{"room_id": "ROOM", "type": "m.room.message", "content": {"msgtype": [], "body": {}}}',
    b'{"room_id": "!x", "type": "m.room.message", "content": {"msgtype": "m.text", "body": "x"}}',
    b'{"room_id": "ROOM", "type": "m.room.member", "content": {"membership": "leave"}}',
    b'{"room_id": "ROOM", "type": "m.room.redaction", "redacts": "$x", "content": {}}',
    b'{"room_id": "ROOM", "type": "m.room.power_levels", "content": {"users": {}}}',
]


async def test_odd_plaintexts_stop_nothing(world: World) -> None:
    # given a member who encrypts odd things with a good key
    ann = await world.nio_person("ann")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    await ann.writes(room, "before")
    session = ann.client.olm.outbound_group_sessions[room]
    for plain in ODD_PLAINTEXTS:
        ciphertext = session._session.encrypt(plain.replace(b"ROOM", room.encode())).to_base64()
        await ann.sends_encrypted(room, session.id, ciphertext)
    for content in ({}, {"ciphertext": 7}, {"ciphertext": "x", "session_id": session.id}):
        await ann.sends_raw(room, {"algorithm": "m.megolm.v1.aes-sha2", **content})
    heard = len([one for batch in bot.intake.batches for one in batch.members])

    # when something orderly comes after them
    await ann.writes(room, "after")
    await bot.hears("after")

    # then that is read, and nobody has left
    assert bot.intake.texts == ["before", "after"]
    assert len([one for batch in bot.intake.batches for one in batch.members]) == heard


async def test_events_that_do_not_say_whose_key_it_is(world: World) -> None:
    ann = await world.nio_person("ann")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    await ann.writes(room, "before")
    session = ann.client.olm.outbound_group_sessions[room]
    content = {"msgtype": "m.text", "body": "after"}
    plain = orjson.dumps({"room_id": room, "type": "m.room.message", "content": content})
    await ann.sends_encrypted(room, session.id, session._session.encrypt(plain).to_base64())
    await bot.hears("before", "after")


async def test_a_replayed_message_is_not_heard_twice(world: World) -> None:
    ann = await world.nio_person("ann")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    first = await ann.writes(room, "vote: yes")
    await bot.hears("vote: yes")
    [raw] = [one for one in await ann.reads_raw(room) if one["event_id"] == first]
    again = await ann.sends_raw(room, raw["content"])
    await ann.writes(room, "after")
    await bot.hears("after")
    assert bot.intake.texts == ["vote: yes", "after"]
    assert await bot.state_of(again) is InboxState.BAD


async def test_a_key_that_was_lost_is_asked_for(
    world: World, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.matrix.reading._ASK_AFTER_S", 0.2)
    monkeypatch.setattr("bot.adapters.matrix.receiver._UPKEEP_EVERY_S", 0.2)
    # given a message whose key never reached the bot
    ann = await world.nio_person("ann")
    proxy.fail("GET", "/sync", Changes(without_device_messages), times=1000)
    bot = await world.listening(through=proxy)
    room = await encrypted_room(world, bot, ann)
    await bot.posts(room, "How are you?")  # a session between the two devices
    await ann.reads_until("How are you?")
    said = await ann.writes(room, "Fine")
    await bot.until(lambda: bool(proxy.seen("PUT", "/sendToDevice/m.room_key_request")))
    assert await bot.state_of(said) is InboxState.UNREADABLE

    # when Ann's client is asked, and sends it again
    proxy.heal()
    turns = len(bot.intake.batches)
    await bot.posts(room, "the sync under way ends")
    await bot.until(lambda: len(bot.intake.batches) > turns)
    await ann.forwards_key(room, bot.id, bot.account.device_id)

    # then it is read
    await bot.hears("Fine")
    assert await bot.state_of(said) is None


async def test_a_forwarded_key_that_was_not_asked_for_is_not_taken(world: World) -> None:
    ann, eve = await world.nio_person("ann"), await world.nio_person("eve")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann, eve)
    await bot.posts(room, "How are you?")
    await eve.reads_until("How are you?")
    session = eve.make_session(room)
    await eve.forwards_key(room, bot.id, bot.account.device_id, session=session, claims=ann)
    content = {"msgtype": "m.text", "body": "forged"}
    plain = orjson.dumps({"room_id": room, "type": "m.room.message", "content": content})
    ciphertext = session._session.encrypt(plain).to_base64()
    forged = await eve.sends_encrypted(room, session.id, ciphertext)
    await eve.writes(room, "after")
    await bot.hears("after")
    assert bot.intake.texts == ["after"]
    assert await bot.state_of(forged) is InboxState.UNREADABLE


async def test_a_device_that_had_no_key_to_give_is_reached_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.matrix.sharing._FIRST_SWEEP_S", 0.5)
    monkeypatch.setattr("bot.adapters.matrix.receiver._UPKEEP_EVERY_S", 0.3)
    # given Ann, whose device has run out of one-time keys
    ann, taker = await world.nio_person("ann"), await world.person("taker")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    wanted = {"one_time_keys": {ann.id: {ann.account.device_id: "signed_curve25519"}}}
    for _ in range(50):
        await taker.asks("POST", "/_matrix/client/v3/keys/claim", wanted)

    # when the bot writes, and she publishes new ones afterwards
    first = await bot.posts(room, "one")
    await bot.posts(room, "two")
    assert bot.unreached == 1
    ann.client.olm.uploaded_key_count = 0
    ann.client.olm.account.generate_one_time_keys(1)
    await ann.publishes_keys()
    await bot.until(lambda: bot.unreached == 0)

    # then she can read from the first message on
    await ann.reads_again(room, first)
    assert "one" in ann.texts
