"""A disk that takes nothing under the key store: no key is taken for kept that is not."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import KeysUnusable
from flows.ids import RoomId
from tests.bot.matrix.conftest import Bot, World


def _read_only(bot: Bot) -> None:
    """As a disk that the system has put to read-only; SQLite's own SQLITE_READONLY."""
    database = bot.chat._encryption._machine.store.database
    database.execute_sql("PRAGMA query_only = 1")


async def test_a_key_that_cannot_be_kept_ends_the_process_and_comes_again(world: World) -> None:
    # given a bot in an encrypted room, whose key store takes nothing any more
    ann = await world.nio_person("ann")
    maker = await world.person("maker")
    account = await world.account()
    bot = await world.bot(account)
    room: RoomId = await maker.makes_room(bot.id, ann.id, encrypted=True)
    await bot.joins(room)
    await bot.catches_up()
    await ann.joins(room)
    _read_only(bot)

    # when somebody writes whose key has to be kept
    await ann.writes(room, "Hello")
    with pytest.raises(KeysUnusable) as caught:
        async with asyncio.timeout(60):
            await bot.catches_up()
    assert "keys.db cannot be used (attempt to write a readonly database)" in str(caught.value)
    await bot.stops()

    # then the next process, on a disk that is mended, has the key and reads it
    bot = await world.bot(account)
    await bot.catches_up()
    assert bot.intake.texts == ["Hello"]
