"""Encrypted rooms, with nio's own client on the other side."""

from __future__ import annotations

import pytest

from tests.bot.matrix.conftest import World


@pytest.mark.parametrize("version", ["11", "12"])
async def test_encrypted_both_ways(world: World, version: str) -> None:
    # given an encrypted room with the bot, Ann, and Bo who has only been invited
    maker = await world.person("maker")
    ann, bo = await world.nio_person("ann"), await world.nio_person("bo")
    bot = await world.bot()
    await bot.catches_up()
    room = await maker.makes_room(bot.id, ann.id, bo.id, version=version, encrypted=True)
    bot.listens()
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
