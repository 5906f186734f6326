"""What was written while the bot was away, and holes in what the homeserver tells."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.matrix import history, receiver
from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.transport import escaped
from demo.homeserver import Homeserver
from flows.ids import RoomId
from storage.journal import Batch
from tests.bot.matrix.conftest import Bot, World
from tests.bot.matrix.nio_person import NioPerson
from tests.bot.matrix.people import Person
from tests.bot.matrix.test_traps import encrypted_room
from tests.fault_proxy import Answers, Changes, FaultProxy, Holds

MANY = 240
"""More than a sync brings (100) and, with small pages, several pages of history."""


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 40)


async def writes_all(person: Person, room: RoomId, texts: Sequence[str]) -> None:
    for at in range(0, len(texts), 8):
        await asyncio.gather(*(person.writes(room, text) for text in texts[at : at + 8]))


async def in_rooms(
    world: World, ann: Person, number: int = 1, *, through: FaultProxy | None = None
) -> tuple[MatrixAccount, Bot, list[RoomId]]:
    """A bot that is in so many rooms of Ann's and has caught up."""
    account = await world.account()
    bot = await world.bot(account, through=through)
    rooms = [await ann.makes_room(bot.id) for _ in range(number)]
    for room in rooms:
        await bot.joins(room)
    await bot.catches_up()
    return account, bot, rooms


@pytest.mark.usefixtures("_small_pages")
async def test_a_plain_backlog_comes_in_whole(world: World) -> None:
    # given two rooms with the bot, which then stops
    ann = await world.person("ann")
    account, bot, rooms = await in_rooms(world, ann, 2)
    await bot.stops()

    # when much is written meanwhile
    texts = [f"m{number}" for number in range(MANY)]
    for at in range(0, MANY, 8):
        await asyncio.gather(*(ann.writes(rooms[at // 8 % 2], text) for text in texts[at : at + 8]))
    bot = await world.bot(account)
    await bot.catches_up()

    # then all of it is heard, each once, and no hole is left
    assert sorted(bot.intake.texts) == sorted(texts)
    assert await bot.database.write(lambda tx: tx.journal.gaps()) == []


@pytest.mark.usefixtures("_small_pages")
async def test_an_encrypted_backlog_comes_in_whole(world: World) -> None:
    # given an encrypted room with the bot, which then stops
    ann = await world.nio_person("ann")
    account = await world.account()
    bot = await world.bot(account)
    maker = await world.person("maker")
    room = await maker.makes_room(bot.id, ann.id, encrypted=True)
    await bot.joins(room)
    await bot.catches_up()
    await ann.joins(room)
    await bot.stops()

    # when much is written meanwhile
    texts = [f"m{number}" for number in range(MANY)]
    for text in texts:
        await ann.writes(room, text)
    bot = await world.bot(account)
    await bot.catches_up()

    # then all of it is heard and nothing waits
    assert sorted(bot.intake.texts) == sorted(texts)
    assert await bot.database.write(lambda tx: tx.journal.unreadable_by_room()) == {}


@pytest.mark.usefixtures("_small_pages")
async def test_a_hole_is_filled_on_after_a_restart(world: World, proxy: FaultProxy) -> None:
    # given a backlog, and a homeserver that fails after two pages of it
    ann = await world.person("ann")
    account, bot, (room,) = await in_rooms(world, ann, through=proxy)
    await bot.stops()
    texts = [f"m{number}" for number in range(MANY)]
    for text in texts:
        await ann.writes(room, text)

    # when the process is ended in the middle of the hole
    proxy.fail("GET", "/messages?", Answers.bad_gateway(), times=1000, after=2)
    bot = await world.bot(account, through=proxy)
    catching_up = asyncio.create_task(bot.catches_up())
    await bot.until(lambda: len(bot.intake.texts) >= 140)
    catching_up.cancel()
    await asyncio.wait([catching_up])
    await bot.stops()
    before = bot.intake.texts
    assert len(before) < MANY

    # then the next process hears the rest, and nothing again
    proxy.heal()
    bot = await world.bot(account, through=proxy)
    await bot.catches_up()
    assert sorted(before + bot.intake.texts) == sorted(texts)


@pytest.mark.usefixtures("_small_pages")
async def test_a_flood_while_listening(world: World, proxy: FaultProxy) -> None:
    # given a bot that cannot reach the homeserver for a moment
    ann = await world.person("ann")
    bot = await world.listening(through=proxy)
    room = await ann.makes_room(bot.id)
    await bot.joins(room)
    proxy.fail("GET", "/sync", Answers.bad_gateway(), times=2)

    # when more is written than one sync brings
    texts = [f"m{number}" for number in range(150)]
    for text in texts:
        await ann.writes(room, text)

    # then all of it is heard
    await bot.hears(*texts)
    assert sorted(bot.intake.texts) == sorted(texts)


@pytest.mark.usefixtures("_small_pages")
@pytest.mark.parametrize("how", ["slow", "fails"])
async def test_a_long_hole_in_one_room_keeps_no_other_waiting(
    world: World, proxy: FaultProxy, how: str
) -> None:
    # given two rooms, of which one has a hole that cannot be filled for now
    ann = await world.person("ann")
    account, bot, (noisy, quiet) = await in_rooms(world, ann, 2, through=proxy)
    await bot.stops()
    texts = [f"m{number}" for number in range(120)]
    await writes_all(ann, noisy, texts)
    goes_on = asyncio.Event()
    fault = Holds(goes_on) if how == "slow" else Answers.bad_gateway()
    proxy.fail("GET", f"{escaped(noisy)}/messages?", fault, times=100_000)

    # when the bot starts, and the other room says something, then it is heard
    bot = await world.bot(account, through=proxy)
    catching_up = asyncio.create_task(bot.catches_up())
    await bot.until(lambda: bool(proxy.seen("GET", f"{escaped(noisy)}/messages?")))
    await ann.writes(quiet, "while it starts")
    await bot.hears("while it starts", within_s=60)

    # and also what is in a hole of its own
    written = asyncio.Event()
    proxy.fail("GET", "/sync", Holds(written), times=1)
    more = [f"quiet {number}" for number in range(120)]
    await writes_all(ann, quiet, more)
    written.set()
    await bot.hears(*more, within_s=60)
    assert not catching_up.done()

    # and the first is filled when that can be done
    proxy.heal()
    goes_on.set()
    await catching_up
    assert sorted(bot.intake.texts) == sorted([*texts, "while it starts", *more])


@pytest.mark.usefixtures("_small_pages")
async def test_a_hole_that_is_never_filled_does_not_keep_the_bot_from_starting(
    world: World, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a room whose past the homeserver does not give
    monkeypatch.setattr(receiver, "_HOLES_WITHIN_S", 1.0)
    ann = await world.person("ann")
    account, bot, (room,) = await in_rooms(world, ann, through=proxy)
    await bot.stops()
    texts = [f"m{number}" for number in range(120)]
    await writes_all(ann, room, texts)
    goes_on = asyncio.Event()
    proxy.fail("GET", "/messages?", Holds(goes_on), times=100_000)

    # when the bot starts, then it does not wait for that, and reads it when it can be read
    bot = await world.bot(account, through=proxy)
    await bot.catches_up()
    assert len(bot.intake.texts) == 100
    bot.listens()
    proxy.heal()
    goes_on.set()
    await bot.hears(*texts, within_s=60)
    assert sorted(bot.intake.texts) == sorted(texts)


async def test_a_hole_that_may_not_be_read_is_given_up(world: World, proxy: FaultProxy) -> None:
    ann = await world.person("ann")
    _, bot, (room,) = await in_rooms(world, ann, through=proxy)
    for number in range(120):
        await ann.writes(room, f"m{number}")
    proxy.fail("GET", "/messages?", Answers(403, {"errcode": "M_FORBIDDEN"}), times=99)
    await bot.catches_up()
    assert len(bot.intake.texts) == 100
    assert await bot.database.write(lambda tx: tx.journal.gaps()) == []


@pytest.mark.usefixtures("_small_pages")
@pytest.mark.parametrize("encrypted", [False, True])
async def test_what_a_homeserver_kept_from_the_bot_is_found_by_looking_back(
    world: World, proxy: FaultProxy, *, encrypted: bool
) -> None:
    # given a homeserver that leaves messages out of what it tells, and says nothing of a hole
    ann = await world.nio_person("ann")
    bot = await world.bot(through=proxy)
    room = await encrypted_room(world, bot, ann) if encrypted else await plain_room(world, bot, ann)
    await bot.catches_up()
    heard = [f"heard {number}" for number in range(50)]
    for text in heard:
        await ann.writes(room, text)
    await bot.catches_up()
    proxy.fail("GET", "/sync", Changes(without_messages), times=1000)
    for number in range(3):
        await ann.writes(room, f"missed {number}")
    await bot.catches_up()
    proxy.heal()
    await bot.catches_up()
    assert bot.intake.texts == heard

    # when the bot looks back
    began = datetime.now(UTC) - timedelta(hours=1)
    pages = [page async for page in bot.chat.look_back(room, since=began)]
    found = [one for page in reversed(pages) for one in page]
    unseen = await bot.database.write(lambda tx: tx.journal.unseen(found))

    # then just those are unseen, readable, and come in once
    for _ in range(2):
        await bot.intake.take(Batch(account=bot.id, events=unseen))
    assert bot.intake.texts == [*heard, "missed 0", "missed 1", "missed 2"]
    assert await bot.database.write(lambda tx: tx.journal.unseen(found)) == []


async def plain_room(world: World, bot: Bot, ann: NioPerson) -> RoomId:
    maker = await world.person("maker")
    room = await maker.makes_room(bot.id, ann.id)
    await bot.joins(room)
    await ann.joins(room)
    return room


def without_messages(answer: bytes) -> bytes:
    said = json.loads(answer)
    for room in said.get("rooms", {}).get("join", {}).values():
        room["timeline"]["events"] = []
    return json.dumps(said).encode()


@pytest.mark.usefixtures("_small_pages")
async def test_a_hole_is_filled_though_both_sides_die_in_it(tmp_path: Path) -> None:
    # given a homeserver of the test's own, and a bot that is away while much is written
    async with Homeserver(tmp_path / "homeserver") as homeserver, AsyncExitStack() as stack:
        world = World(homeserver, tmp_path, stack)
        ann = await world.person("ann")
        account, bot, (room,) = await in_rooms(world, ann)
        await bot.stops()
        texts = [f"m{number}" for number in range(MANY)]
        for text in texts:
            await ann.writes(room, text)

        # when the homeserver is killed in the middle of the hole, and then the bot
        proxy = await stack.enter_async_context(FaultProxy(homeserver.url))
        in_the_hole = asyncio.Event()
        proxy.fail("GET", "/messages?", Holds(in_the_hole), times=1000, after=2)
        bot = await world.bot(account, through=proxy)
        catching_up = asyncio.create_task(bot.catches_up())
        await bot.until(lambda: len(proxy.seen("GET", "/messages?")) == 3, within_s=60)
        await homeserver.kill()
        in_the_hole.set()
        catching_up.cancel()
        await asyncio.wait([catching_up])
        await bot.stops()
        before = list(bot.intake.texts)
        assert 0 < len(before) < MANY

        # and both come back, while more is written
        await homeserver.start()
        await ann.writes(room, "after")
        bot = await world.bot(account)
        await bot.catches_up()

        # then all of it has been heard, each once, and no hole is left
        heard = before + bot.intake.texts
        assert sorted(heard) == sorted([*texts, "after"])
        assert heard[:100] == texts[-100:]
        assert await bot.database.write(lambda tx: tx.journal.gaps()) == []
