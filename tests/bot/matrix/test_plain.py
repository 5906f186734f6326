"""Unencrypted rooms, both ways, on a real homeserver."""

from __future__ import annotations

import pytest

from flows.messages import Written
from tests.bot.matrix.conftest import World


@pytest.mark.parametrize("version", ["11", "12"])
async def test_plain_both_ways(world: World, version: str) -> None:
    # given a room with the bot and Ann
    ann = await world.person("ann")
    bot = await world.bot()
    await bot.catches_up()
    room = await ann.makes_room(bot.id, version=version)
    bot.listens()
    await bot.until(lambda: any(batch.invitations for batch in bot.intake.batches))
    await bot.joins(room)

    # when both write
    prompt = await bot.posts(room, "How **are** you?")
    await ann.writes(room, "Fine")
    await bot.hears("Fine")

    # then both can read it
    [said] = bot.intake.incoming
    assert isinstance(said, Written)
    assert (said.sender, said.room_id) == (ann.id, room)
    [posted] = [event for event in await ann.reads(room) if event["event_id"] == prompt]
    assert posted["content"]["body"] == "How are you?"
    assert posted["content"]["formatted_body"] == "How <strong>are</strong> you?"
