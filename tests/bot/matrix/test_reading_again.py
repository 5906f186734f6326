"""Fetching one event anew, as is done when somebody has consented after she wrote."""

from __future__ import annotations

import pytest

from bot.errors import ChatRefused
from flows.ids import EventId
from flows.messages import Edited, Marked, Written
from tests.bot.matrix.conftest import World
from tests.bot.matrix.test_traps import encrypted_room


async def test_what_was_heard_is_read_again_just_so(world: World) -> None:
    ann = await world.person("ann")
    bot = await world.listening()
    room = await ann.makes_room(bot.id)
    await bot.joins(room)
    said = await ann.writes(room, "Fine")
    new = {"msgtype": "m.text", "body": "Very well"}
    change = {"rel_type": "m.replace", "event_id": said}
    edit = await ann.writes(room, "* Very well", **{"m.relates_to": change, "m.new_content": new})
    mark = {"m.relates_to": {"rel_type": "m.annotation", "event_id": said, "key": "1️⃣"}}
    marked = await ann.sends(room, "m.reaction", mark)
    await bot.until(lambda: len(bot.intake.incoming) == 3, within_s=60)

    again = [await bot.chat.read(room, event) for event in (said, edit, marked)]

    assert again == bot.intake.incoming
    assert [type(one) for one in again] == [Written, Edited, Marked]


async def test_what_is_deleted_or_never_was_is_not_there(world: World) -> None:
    ann = await world.person("ann")
    bot = await world.listening()
    room = await ann.makes_room(bot.id)
    await bot.joins(room)
    said = await ann.writes(room, "Fine")
    await ann.withdraws(room, said)

    assert await bot.chat.read(room, said) is None
    with pytest.raises(ChatRefused) as refused:
        await bot.chat.read(room, EventId("$never"))
    assert refused.value.code == "M_NOT_FOUND"


async def test_in_an_encrypted_room_it_is_decrypted_a_second_time(world: World) -> None:
    ann = await world.nio_person("ann")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)
    said = await ann.writes(room, "Fine")
    await bot.hears("Fine", within_s=60)

    for _ in range(2):
        again = await bot.chat.read(room, said)
        assert isinstance(again, Written)
        assert (again.text, again.sender) == ("Fine", ann.id)
