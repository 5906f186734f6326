"""The simulated people's client reads and writes in plain and encrypted rooms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from demo.client import Client
from demo.homeserver import Homeserver
from demo.person import drawing


@pytest.fixture
async def people(homeserver: Homeserver, fresh_name: str) -> AsyncIterator[list[Client]]:
    """Ann, Bo and Cia."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                Client(homeserver.url, await homeserver.register(f"client-{fresh_name}-{name}"))
            )
            for name in ("ann", "bo", "cia")
        ]


@pytest.mark.parametrize("version", ["11", "12"])
@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_everything_that_can_be_done_in_a_room(
    people: list[Client], version: str, *, encrypted: bool
) -> None:
    # given a room that all have come into by its link
    ann, bo, cia = people
    room = await ann.create_room("Bord 1", encrypted=encrypted, version=version, by_link=True)
    await asyncio.gather(bo.join(room), cia.join(room))
    for person in people:
        await person.sync()

    # when all write at once, and Ann corrects herself, sends a photo and takes one back
    await asyncio.gather(*(person.write(room, "Hej från Åmål") for person in people))
    answer = await ann.write(room, "Ett svar")
    edit = await ann.edit(room, answer, "Ett bättre svar")
    mark = await bo.react(room, answer, "✅")
    under = await cia.write(room, "Bra", thread=answer)
    await ann.photo(room, drawing(1), caption="Tavlan")
    gone = await ann.photo(room, drawing(2))
    await ann.withdraw(room, gone)

    # then Bo sees just that
    seen = await bo.sync()
    by_id = {one.event_id: one for one in seen}
    assert [one.text for one in seen if one.is_message] == [
        *["Hej från Åmål"] * 3,
        "Ett svar",
        "Bra",
        "Tavlan",
    ]
    assert (by_id[edit].text, by_id[edit].target) == ("Ett bättre svar", answer)
    assert (by_id[mark].mark, by_id[mark].target) == ("✅", answer)
    assert by_id[under].content["m.relates_to"]["event_id"] == answer
    assert {one.encrypted for one in seen if one.is_message} == {encrypted}
    assert bo.unreadable == 0

    # and Cia, who looks back, sees the same
    await cia.sync()
    history = await cia.history(room)
    assert [one.text for one in history if one.is_message] == [
        one.text for one in seen if one.is_message
    ]


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_a_private_chat_can_be_written_in_before_the_other_has_come(
    people: list[Client], *, encrypted: bool
) -> None:
    ann, bo, _ = people
    await bo.sync()
    room = await ann.direct_chat(bo.id, encrypted=encrypted)
    await ann.write(room, "Är du där?")

    await bo.sync()
    assert bo.invitations == {room}
    await bo.join(room)

    assert [one.text for one in await bo.sync() if one.is_message] == ["Är du där?"]


async def test_another_device_can_log_in(homeserver: Homeserver, people: list[Client]) -> None:
    ann = people[0]

    async with await Client.login(homeserver.url, ann.id, ann.account.password) as other:
        assert other.id == ann.id
        assert other.account.device_id != ann.account.device_id
