"""Encrypted rooms, with nio's own client on the other side."""

from __future__ import annotations

import asyncio
import stat

import pytest

from bot.adapters.matrix.content import KEY, SEAL
from bot.chat import Post, React, Revise
from flows.ids import EventId
from flows.messages import Edited, Written
from storage.journal import InboxState
from tests.bot.matrix.conftest import World, parcel
from tests.bot.matrix.test_traps import encrypted_room, without_device_messages
from tests.fault_proxy import Changes, FaultProxy


@pytest.mark.parametrize("version", ["11", "12"])
async def test_both_ways(world: World, version: str) -> None:
    # given an encrypted room with the bot, Ann, and Bo who has only been invited
    maker = await world.person("maker")
    ann, bo = await world.nio_person("ann"), await world.nio_person("bo")
    bot = await world.listening()
    room = await maker.makes_room(bot.id, ann.id, bo.id, version=version, encrypted=True)
    await bot.joins(room)
    await ann.joins(room)

    # when both write
    await bot.posts(room, "How **are** you?")
    await ann.reads_until("How are you?")
    await ann.writes(room, "Fine")
    await bot.hears("Fine")

    # then nothing of it stands in clear, and Bo, who comes later, can read it too
    said = [event for event in await maker.reads(room) if event["type"] == "m.room.message"]
    assert said == []
    await bo.joins(room)
    await bo.reads_until("How are you?")
    assert ann.unread == bo.unread == []


async def test_threads_edits_and_marks(world: World) -> None:
    # given a prompt in an encrypted room
    ann = await world.nio_person("ann")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    prompt = await bot.posts(room, "One", key="first")

    # when it is answered in its thread and the answer is edited, and the bot does likewise
    thread = {"rel_type": "m.thread", "event_id": prompt}
    said = await ann.writes(room, "Fine", **{"m.relates_to": thread})
    new = {"msgtype": "m.text", "body": "Well"}
    change = {"rel_type": "m.replace", "event_id": said}
    await ann.writes(room, "* Well", **{"m.relates_to": change, "m.new_content": new})
    await bot.until(lambda: len(bot.intake.incoming) == 2)
    await bot.chat.send(parcel(room, Revise(target=prompt, markdown="Two")))
    await bot.chat.send(parcel(room, Post(markdown="Thanks", thread=prompt)))
    await bot.chat.send(parcel(room, React(target=said, mark="✅")))

    # then both see what belongs to what
    first, second = bot.intake.incoming
    assert isinstance(first, Written)
    assert isinstance(second, Edited)
    assert (first.thread, first.text, second.target, second.text) == (prompt, "Fine", said, "Well")
    await ann.reads_until("Thanks")
    content = {source["content"]["body"]: source["content"] for source in ann.read.values()}
    assert content["One"][KEY] == "first"
    assert content["* Two"]["m.new_content"]["body"] == "Two"
    assert content["Thanks"]["m.relates_to"]["event_id"] == prompt
    # and the homeserver sees what it must, and no key
    outside = {raw["event_id"]: raw for raw in await ann.reads_raw(room)}
    assert KEY not in outside[prompt]["content"]
    assert len(outside[prompt]["content"][SEAL]) == 32
    assert [raw["type"] for raw in outside.values()].count("m.reaction") == 1


async def test_who_left_cannot_read_what_comes_after(world: World) -> None:
    ann, bo = await world.nio_person("ann"), await world.nio_person("bo")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann, bo)
    await bot.posts(room, "for both")
    await bo.reads_until("for both")
    await bo.client.room_leave(room)
    await bot.until(
        lambda: any(
            one.user_id == bo.id and one.membership == "leave"
            for batch in bot.intake.batches
            for one in batch.members
        )
    )

    after = await bot.posts(room, "for Ann")
    await ann.reads_until("for Ann")
    await bo.syncs()
    [raw] = [raw for raw in await ann.reads_raw(room) if raw["event_id"] == after]
    known = {session.id for session in bo.client.olm.inbound_group_store}
    assert raw["content"]["session_id"] not in known


async def test_a_new_device_can_read_from_then_on(world: World) -> None:
    # given a room where the bot has written
    ann = await world.nio_person("ann")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    first = await bot.posts(room, "one")
    await ann.reads_until("one")

    # when Ann takes up another device, and the bot has heard of it
    phone = await world.next_device(ann)
    known = bot.chat._encryption._machine.device_store[ann.id]
    await bot.until(lambda: phone.account.device_id in known)
    await bot.posts(room, "two")

    # then she can read there, also what was written under the same key
    await phone.reads_until("two")
    await phone.reads_again(room, first)
    assert {"one", "two"} <= set(phone.texts)


async def test_keys_are_renewed_and_many_messages_stay_readable(world: World) -> None:
    ann = await world.nio_person("ann")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    texts = [f"m{number}" for number in range(120)]
    for text in texts:
        await bot.posts(room, text)
    await ann.reads_until(texts[-1])
    sessions = {raw["content"].get("session_id") for raw in await ann.reads_raw(room)} - {None}
    assert len(sessions) == 2
    assert ann.unread == []


async def test_what_cannot_be_read_yet_outlives_a_restart(world: World, proxy: FaultProxy) -> None:
    # given a message whose key has not come before the process ends
    ann = await world.nio_person("ann")
    account = await world.account()
    bot = await world.bot(account, through=proxy)
    room = await encrypted_room(world, bot, ann)
    await bot.catches_up()
    proxy.fail("GET", "/sync", Changes(without_device_messages), times=1000)
    said = await ann.writes(room, "Fine")
    await bot.catches_up()
    assert await bot.state_of(said) is InboxState.UNREADABLE
    await bot.stops()

    # when the key comes to the next one
    proxy.heal()
    bot = await world.bot(account, through=proxy)
    bot.chat._encryption._machine.note_request(room, ann.session_id(room))
    bot.listens_from_here()
    await ann.knows_device(bot.id)
    await ann.forwards_key(room, bot.id, account.device_id)

    # then it is read, once
    await bot.hears("Fine")
    assert bot.intake.texts == ["Fine"]
    assert await bot.state_of(said) is None


async def test_a_room_that_becomes_encrypted(world: World) -> None:
    maker, ann = await world.person("maker"), await world.nio_person("ann")
    bot = await world.listening()
    room = await maker.makes_room(bot.id, ann.id)
    await bot.joins(room)
    await ann.joins(room)
    plain = await bot.posts(room, "plain")
    await maker.sets(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    await bot.until(
        lambda: any(one.encrypted for batch in bot.intake.batches for one in batch.rooms)
    )
    sealed = await bot.posts(room, "sealed")
    await ann.reads_until("sealed")
    kinds = {raw["event_id"]: raw["type"] for raw in await ann.reads_raw(room)}
    assert (kinds[plain], kinds[sealed]) == ("m.room.message", "m.room.encrypted")


async def test_the_next_process_knows_which_rooms_are_encrypted(world: World) -> None:
    # given a bot that has heard of an encrypted room, and its next process
    ann = await world.nio_person("ann")
    account = await world.account()
    bot = await world.bot(account)
    room = await encrypted_room(world, bot, ann)
    await bot.catches_up()
    await bot.stops()
    bot = await world.bot(account)

    # when it writes before it has heard anything, then it is encrypted
    prompt = await bot.posts(room, "How are you?")
    await ann.reads_until("How are you?")
    kinds = {raw["event_id"]: raw["type"] for raw in await ann.reads_raw(room)}
    assert kinds[EventId(prompt)] == "m.room.encrypted"


async def test_keys_are_for_the_operator_alone(world: World) -> None:
    bot = await world.bot()
    folder = world.folder / bot.account.device_id / "keys"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == dict.fromkeys(
        ("keys.db", "keys.db-shm", "keys.db-wal", "lock", "secrets.json"), 0o600
    )


@pytest.mark.parametrize("restarted", [False, True], ids=["same process", "next process"])
async def test_who_comes_late_can_read_what_was_asked_before(
    world: World, monkeypatch: pytest.MonkeyPatch, *, restarted: bool
) -> None:
    monkeypatch.setattr("bot.adapters.matrix.sharing._PAST_AFTER_S", 0.0)
    # given an encrypted room in which the bot has asked, under more than one key
    maker = await world.person("maker")
    ann, bo = await world.nio_person("ann"), await world.nio_person("bo")
    account = await world.account()
    bot = await world.bot(account)
    await bot.catches_up()
    bot.listens()
    room = await maker.makes_room(bot.id, ann.id, encrypted=True)
    await bot.joins(room)
    await ann.joins(room)
    prompt = await bot.posts(room, "How are you?")
    await ann.reads_until("How are you?")
    if restarted:
        await bot.stops()
        bot = await world.bot(account)
        await bot.catches_up()
        bot.listens()
    second = await bot.posts(room, "And now?")

    # when somebody comes who was not even invited then
    await maker.does(room, "invite", bo.id)
    await bo.joins(room)
    sessions = {raw["content"]["session_id"] for raw in await ann.reads_raw(room)
                if raw["event_id"] in (prompt, second)}  # fmt: skip
    assert len(sessions) == 1 + restarted

    # then she is given the keys, and reads
    async def has_keys() -> bool:
        await bo.syncs(timeout_ms=300)
        return sessions <= {session.id for session in bo.client.olm.inbound_group_store}

    async with asyncio.timeout(60):
        while not await has_keys():
            pass
    await bo.reads_again(room, prompt)
    await bo.reads_again(room, second)
    assert {"How are you?", "And now?"} <= set(bo.texts)


async def test_where_the_past_is_closed_its_keys_are_not_given(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.matrix.sharing._PAST_AFTER_S", 0.0)
    maker = await world.person("maker")
    ann, bo = await world.nio_person("ann"), await world.nio_person("bo")
    bot = await world.listening()
    room = await maker.makes_room(bot.id, ann.id, encrypted=True)
    await maker.sets(room, "m.room.history_visibility", {"history_visibility": "joined"})
    await bot.joins(room)
    await ann.joins(room)
    prompt = await bot.posts(room, "How are you?")
    await ann.reads_until("How are you?")
    [session] = {raw["content"]["session_id"] for raw in await ann.reads_raw(room)
                 if raw["event_id"] == prompt}  # fmt: skip

    await maker.does(room, "invite", bo.id)
    await bo.joins(room)
    await bot.until(lambda: not bot.chat._encryption._room_keys.has_comers)
    # What comes after she can read: by then everything before has come, too.
    await bot.posts(room, "And now?")
    await bo.reads_until("And now?")
    kept = bo.client.olm.inbound_group_store.get(
        room, bot.chat._encryption._machine.account.identity_keys["curve25519"], session
    )
    assert kept is None or kept.first_known_index > 0
