"""Rooms that the bot makes, and who may do what in rooms, on a real homeserver."""

from __future__ import annotations

import secrets
from urllib.parse import unquote

import pytest

from bot.adapters.matrix.links import MatrixLinks
from bot.adapters.matrix.transport import CLIENT, escaped
from bot.chat import Invite, OpenRoom
from bot.errors import ChatRefused, ChatUnavailable
from flows.ids import RoomId, UserId
from storage.journal import RoomFacts
from storage.rights import Rights
from tests.bot.matrix.conftest import Bot, World, parcel
from tests.fault_proxy import Answers, FaultProxy, LosesAnswer

ANYWHERE = RoomId("!anywhere")


def alias() -> str:
    return f"runda-{secrets.token_hex(8)}"


async def opens(bot: Bot, wanted: OpenRoom) -> RoomId:
    room_id = await bot.chat.send(parcel(ANYWHERE, wanted))
    assert room_id is not None
    return RoomId(room_id)


async def test_a_space_with_a_room_that_its_members_may_join(world: World) -> None:
    # given a space that whoever has its address may join, and a room in it
    ann, stranger = await world.person("ann"), await world.person("stranger")
    bot = await world.listening()
    evening = OpenRoom(name="The evening", alias=alias(), space=True, open_to_all=True)
    space = await opens(bot, evening)
    table = OpenRoom(
        name="Table 1", topic="Grums", alias=alias(), encrypted=True, parent=space, order="01"
    )
    room = await opens(bot, table)

    # when Ann follows the links of both, and a stranger that of the room alone
    links = MatrixLinks(bot.id)
    for wanted, room_id in ((evening, space), (table, room)):
        address = links.address(wanted.alias)
        link = links.by_address(wanted.alias)
        assert unquote(link.removeprefix("https://matrix.to/#/")) == address
        joined = await ann.asks("POST", f"{CLIENT}/join/{escaped(address)}", {})
        assert joined == {"room_id": room_id}
    with pytest.raises(ChatRefused) as refused:
        await stranger.joins(room)

    # then only Ann is in, each room names the other, and nobody but the bot writes there
    assert refused.value.code == "M_FORBIDDEN"
    state = await ann.asks("GET", f"{CLIENT}/rooms/{escaped(space)}/state/m.space.child/{room}")
    assert (state["via"], state["order"]) == ([bot.id.partition(":")[2]], "01")
    parent = await ann.asks("GET", f"{CLIENT}/rooms/{escaped(room)}/state/m.space.parent/{space}")
    assert parent["canonical"] is True
    with pytest.raises(ChatRefused):
        await ann.writes(space, "Hello?")
    await bot.until(lambda: any(one.room_id == room and one.creators for one in facts(bot)))
    known = await bot.database.write(lambda tx: tx.rooms.get(room))
    assert known is not None
    assert (known.name, known.encrypted, known.joined) == ("Table 1", True, True)
    assert (await rights(bot, room)).creators == frozenset({bot.id})


async def test_a_room_is_made_once(world: World, proxy: FaultProxy) -> None:
    # given a homeserver whose answer is lost, and then the bot's connection
    ann = await world.person("ann")
    account = await world.account()
    bot = await world.bot(account, through=proxy, send_deadline_s=0)
    wanted = OpenRoom(name="Table 1", alias=alias(), invited=(ann.id,), direct=True)
    proxy.fail("POST", "/createRoom", LosesAnswer())
    with pytest.raises(ChatUnavailable):
        await opens(bot, wanted)
    await bot.stops()

    # when the next process tries again, and again, then it is that room
    bot = await world.bot(account)
    first, second = await opens(bot, wanted), await opens(bot, wanted)
    assert first == second
    await ann.joins(first)
    assert await opens(bot, wanted) == first


async def test_an_address_that_is_somebody_elses(world: World) -> None:
    ann = await world.person("ann")
    bot = await world.bot()
    taken, open_to_us = alias(), alias()
    await ann.makes_room(room_alias_name=taken)
    theirs = await ann.makes_room(bot.id, room_alias_name=open_to_us)
    await bot.joins(theirs)

    for name in (taken, open_to_us):
        with pytest.raises(ChatRefused) as refused:
            await opens(bot, OpenRoom(name="Table 1", alias=name))
        assert refused.value.code == "M_ROOM_IN_USE"


async def test_inviting_is_repeatable(world: World) -> None:
    ann, bo = await world.person("ann"), await world.person("bo")
    bot = await world.bot()
    room = await opens(bot, OpenRoom(name="Table 1", alias=alias()))

    for _ in range(2):
        assert await bot.chat.send(parcel(room, Invite(user_id=ann.id))) is None
    await ann.joins(room)
    await bot.invites(room, ann.id)
    theirs = await ann.makes_room()
    with pytest.raises(ChatRefused) as refused:
        await bot.invites(theirs, bo.id)
    assert refused.value.code == "M_FORBIDDEN"


async def test_the_homeservers_pace_is_kept(world: World, proxy: FaultProxy) -> None:
    ann = await world.person("ann")
    bot = await world.bot(through=proxy, send_deadline_s=0)
    room = await opens(bot, OpenRoom(name="Table 1", alias=alias()))
    for path, content in (
        ("/invite", Invite(user_id=ann.id)),
        ("/createRoom", OpenRoom(name="Table 2", alias=alias())),
    ):
        proxy.fail("POST", path, Answers.too_fast(header="17"))
        with pytest.raises(ChatUnavailable) as later:
            await bot.chat.send(parcel(room, content))
        assert later.value.retry_after_s == 17


# ---------------------------------------------------------------- who may how much


@pytest.mark.parametrize("version", ["11", "12"])
async def test_who_stands_below_the_others(world: World, version: str) -> None:
    # given a room of Ann's with the bot, Bo and Cia
    ann, bo, cia = [await world.person(name) for name in ("ann", "bo", "cia")]
    bot = await world.listening()
    room = await ann.makes_room(bot.id, bo.id, cia.id, version=version)
    for person in (bo, cia):
        await person.joins(room)
    await bot.joins(room)
    await bot.until(lambda: any(one.levels for one in facts(bot)))
    everybody = (ann.id, bo.id, cia.id)
    assert await below(bot, room, everybody) == set()

    # when Cia may only read
    levels = await ann.asks("GET", f"{CLIENT}/rooms/{escaped(room)}/state/m.room.power_levels")
    users = {**levels["users"], cia.id: -1}
    await ann.sets(room, "m.room.power_levels", {**levels, "users": users})
    await bot.until(lambda: any(one.levels and cia.id in one.levels.users for one in facts(bot)))
    assert await below(bot, room, everybody) == {cia.id}

    # when nobody may write but those who are named; who made the room always may
    raised = {**levels, "users": {**levels["users"], bo.id: 50}, "events_default": 50}
    await ann.sets(room, "m.room.power_levels", raised)
    await bot.until(lambda: any(one.levels and one.levels.events_default for one in facts(bot)))
    assert await below(bot, room, everybody) == {cia.id}
    assert (await rights(bot, room)).creators == ({ann.id} if version == "12" else set())


async def test_rights_are_asked_for_where_they_were_not_known(world: World) -> None:
    # given a bot whose database is from before rights were kept, and a room it is not in any more
    ann, bo = await world.person("ann"), await world.person("bo")
    account = await world.account()
    bot = await world.bot(account)
    room, gone = await ann.makes_room(bot.id, bo.id), await ann.makes_room(bot.id)
    await bo.joins(room)
    await bot.joins(room)
    await bot.joins(gone)
    await bot.catches_up()
    levels = await ann.asks("GET", f"{CLIENT}/rooms/{escaped(room)}/state/m.room.power_levels")
    await ann.sets(room, "m.room.power_levels", {**levels, "users": {bo.id: -1}})
    await bot.catches_up()
    await bot.forgets_rights()
    await bot.stops()
    await ann.does(gone, "kick", bot.id)

    # when the next process starts, then it knows
    bot = await world.bot(account)
    await bot.catches_up()
    assert await below(bot, room, (ann.id, bo.id)) == {bo.id}
    assert (await rights(bot, room)).creators == {ann.id}


def facts(bot: Bot) -> list[RoomFacts]:
    return [one for batch in bot.intake.batches for one in batch.rooms]


async def rights(bot: Bot, room_id: RoomId) -> Rights:
    room = await bot.database.write(lambda tx: tx.rooms.get(room_id))
    assert room is not None
    assert room.rights is not None
    return room.rights


async def below(bot: Bot, room_id: RoomId, people: tuple[UserId, ...]) -> set[UserId]:
    known = await rights(bot, room_id)
    return {one for one in people if known.is_below(one)}
