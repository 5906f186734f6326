"""Readable by a client that leaves out devices nobody has vouched for: `make js-check`."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from flows.ids import EventId, RoomId, UserId
from tests.bot.matrix.conftest import World

FOLDER = Path(__file__).parent


class JsPerson:
    """A process that is one person."""

    def __init__(self, user_id: UserId, process: asyncio.subprocess.Process) -> None:
        self.id = user_id
        self._process = process
        self.said: list[dict[str, Any]] = []

    async def hears(self, **wanted: object) -> dict[str, Any]:
        """Wait until the process has said this."""
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            while True:
                for one in self.said:
                    if wanted.items() <= one.items():
                        return one
                line = await self._process.stdout.readline()
                assert line, "the process has ended"
                self.said.append(json.loads(line))

    def order(self, **what: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")

    async def joins(self, room_id: RoomId) -> None:
        self.order(join=room_id)
        await self.hears(joined=room_id)

    async def cannot_read(self, event_id: EventId) -> str:
        return str((await self.hears(unread=event_id))["reason"])


@asynccontextmanager
async def js_person(world: World, name: str) -> AsyncIterator[JsPerson]:
    """Somebody with matrix-js-sdk, ready."""
    account = await world.homeserver.register(f"{name}-{secrets.token_hex(4)}")
    process = await asyncio.create_subprocess_exec(
        "node",
        str(FOLDER / "person.mjs"),
        *(world.homeserver.url, account.user_id, account.device_id, account.access_token),
        cwd=FOLDER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        person = JsPerson(account.user_id, process)
        await person.hears(ready=True)
        yield person
    finally:
        process.kill()
        await process.wait()


async def test_both_ways_and_for_whoever_comes_late(world: World) -> None:
    async with js_person(world, "ann") as ann, js_person(world, "bo") as bo:
        # given an encrypted room with the bot, Ann, and somebody whose device nobody vouches for
        maker, unsigned = await world.person("maker"), await world.nio_person("unsigned")
        bot = await world.listening()
        room = await maker.makes_room(bot.id, ann.id, unsigned.id, encrypted=True)
        await bot.joins(room)
        await ann.joins(room)
        await unsigned.joins(room)

        # when the bot asks, then she reads it, and the bot reads her answer
        prompt = await bot.posts(room, "How are you?")
        await ann.hears(read=prompt, text="How are you?")
        ann.order(room=room, write="Fine")
        await bot.hears("Fine", within_s=60)

        # and what the other's device wrote she cannot read: the mode is in force
        hidden = await unsigned.writes(room, "unsigned")
        assert "UNSIGNED" in await ann.cannot_read(hidden)

        # when Bo comes, who was not invited then, he reads what was asked before
        await maker.does(room, "invite", bo.id)
        await bo.joins(room)
        await bo.hears(read=prompt, text="How are you?")
        bo.order(room=room, write="Me too")
        await bot.hears("Me too", within_s=60)
