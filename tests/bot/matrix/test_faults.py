"""Every fault at every endpoint that the bot uses: few requests, nothing lost, nothing twice.

All endpoints fail at once, each in a room of its own: a fault costs one wait and not a dozen.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.matrix import receiver, transport
from bot.adapters.matrix.setting_up import make_room
from bot.adapters.matrix.transport import CLIENT, escaped
from bot.chat import Invite, Join, Leave, OpenRoom, Parcel, Post, PostFile, React, Revise, TakeBack
from bot.errors import ChatLoggedOut, ChatUnavailable
from flows.ids import EffectKey, EventId, RoomId, UserId
from tests.bot.matrix.conftest import Bot, World, parcel
from tests.bot.matrix.people import Person
from tests.fault_proxy import (
    Answers,
    CutsAnswer,
    Drips,
    Fault,
    FaultProxy,
    Hangs,
    LosesAnswer,
    Resets,
    WrongClock,
)

MOST_TRIES = 8
"""Of one call, where two go wrong: three, and some more for a machine that is busy."""

QUICK_DRIP = Drips(0.002)
CLOCK_BEHIND = WrongClock(-7200)

TRANSIENT = [
    pytest.param(Answers.too_fast(), 2, id="429 without a time"),
    pytest.param(Answers.too_fast(header="0"), 2, id="429 no time to wait"),
    pytest.param(Answers(500, {"errcode": "M_UNKNOWN"}), 2, id="500"),
    pytest.param(Answers.bad_gateway(), 2, id="502 a page for people"),
    pytest.param(Answers(200, "<html>captive portal</html>"), 2, id="200 a page for people"),
    pytest.param(CutsAnswer(), 2, id="cut answer"),
    pytest.param(LosesAnswer(), 2, id="lost answer"),
    pytest.param(Resets(), 2, id="reset"),
    pytest.param(Hangs(), 1, id="hang"),
    pytest.param(Drips(5.0), 1, id="drip too slow to wait for"),
    pytest.param(QUICK_DRIP, 2, id="drip"),
    pytest.param(CLOCK_BEHIND, 2, id="clock two hours behind"),
]


def make_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds instead of half minutes; the pauses between tries short as well.

    Only when the stage is set: there a busy machine may take longer.
    """
    monkeypatch.setattr(transport, "TIMEOUT_S", 4.0)
    monkeypatch.setattr(transport, "FILE_TIMEOUT_S", 4.0)
    monkeypatch.setattr(transport, "_BACK_OFF_START_S", 0.02)
    monkeypatch.setattr(receiver, "_ANSWER_WITHIN_S", 4.0)
    monkeypatch.setattr(receiver, "_LONG_POLL_MS", 500)
    monkeypatch.setattr(receiver, "_FIRST_PAUSE_S", 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A bot that listens through the proxy, Ann, who speaks with the homeserver itself, and a room.

    The bot is in the room, except to try joining it. Somebody else is in none.
    """

    bot: Bot
    ann: Person
    guest: Person
    room: RoomId
    proxy: FaultProxy
    fault: Fault
    times: int

    def breaks(self, method: str, part: str) -> None:
        self.proxy.fail(method, part, self.fault, times=self.times)

    async def sends(self, wanted: Parcel) -> EventId | None:
        """As the outbox does: again under the same id, and not for ever."""
        for _ in range(3):
            try:
                return await self.bot.chat.send(wanted)
            except ChatUnavailable:
                await asyncio.sleep(0.05)
        return await self.bot.chat.send(wanted)

    def bounded(self, method: str, part: str) -> None:
        """The faulty requests came, each was made up for, and not many more."""
        passes = self.fault in (QUICK_DRIP, CLOCK_BEHIND)
        seen = len(self.proxy.seen(method, part))
        assert (0 if passes else self.times) < seen <= MOST_TRIES, (method, part, seen)

    async def member(self, room: RoomId, user_id: str) -> object:
        path = f"{CLIENT}/rooms/{escaped(room)}/state/m.room.member/{escaped(user_id)}"
        return (await self.ann.asks("GET", path)).get("membership")


def texts(events: list[dict[str, Any]]) -> list[str]:
    return [one["content"]["body"] for one in events if "body" in one["content"]]


async def posting(stage: Stage) -> None:
    room = stage.room
    part = f"/{escaped(room)}/send/m.room.message/"
    stage.breaks("PUT", part)
    posted = await stage.sends(parcel(room, Post(markdown="once")))
    events = await stage.ann.reads(room)
    assert texts(events) == ["once"]
    assert [one["event_id"] for one in events if "body" in one["content"]] == [posted]
    stage.bounded("PUT", part)


async def marking(stage: Stage) -> None:
    room = stage.room
    said = await stage.ann.writes(room, "Fine")
    part = f"/{escaped(room)}/send/m.reaction/"
    stage.breaks("PUT", part)
    await stage.sends(parcel(room, React(target=said, mark="👍")))
    events = await stage.ann.reads(room)
    assert [one["type"] for one in events].count("m.reaction") == 1
    stage.bounded("PUT", part)


async def revising_and_taking_back(stage: Stage) -> None:
    room = stage.room
    first = await stage.bot.posts(room, "first")
    stage.breaks("PUT", f"/{escaped(room)}/send/m.room.message/")
    await stage.sends(parcel(room, Revise(target=first, markdown="second")))
    part = f"/{escaped(room)}/redact/"
    stage.breaks("PUT", part)
    await stage.sends(parcel(room, TakeBack(target=first)))
    events = await stage.ann.reads(room)
    assert [one["content"] for one in events if one["event_id"] == first] == [{}]
    assert [one["type"] for one in events].count("m.room.redaction") == 1
    stage.bounded("PUT", part)


async def joining(stage: Stage) -> None:
    await comes_or_goes(stage, f"/join/{escaped(stage.room)}", Join(), "join")


async def leaving(stage: Stage) -> None:
    await comes_or_goes(stage, f"/rooms/{escaped(stage.room)}/leave", Leave(), "leave")


async def comes_or_goes(stage: Stage, part: str, content: Join | Leave, membership: str) -> None:
    stage.breaks("POST", part)
    await stage.sends(parcel(stage.room, content))
    assert await stage.member(stage.room, stage.bot.id) == membership
    stage.bounded("POST", part)


async def making_a_room(stage: Stage) -> None:
    alias = f"runda-{secrets.token_hex(8)}"
    stage.breaks("POST", "/createRoom")
    opened = await stage.sends(
        parcel(RoomId("!anywhere"), OpenRoom(name="Table", alias=alias, invited=(stage.guest.id,)))
    )
    address = f"#{alias}:{stage.bot.id.partition(':')[2]}"
    found = await stage.guest.asks("GET", f"{CLIENT}/directory/room/{escaped(address)}")
    assert found["room_id"] == opened
    # No second one that nobody knows the address of: the guest was invited to one.
    invited = (await stage.guest.asks("GET", f"{CLIENT}/sync"))["rooms"].get("invite", {})
    assert list(invited) == [opened]
    stage.bounded("POST", "/createRoom")


async def inviting(stage: Stage) -> None:
    room = stage.room
    part = f"/rooms/{escaped(room)}/invite"
    stage.breaks("POST", part)
    friend = UserId(f"@friend-{secrets.token_hex(4)}:runda.test")
    await stage.sends(parcel(room, Invite(user_id=friend)))
    assert await stage.member(room, friend) == "invite"
    stage.bounded("POST", part)


async def sending_a_file(stage: Stage) -> None:
    room = stage.room
    stage.breaks("POST", "/upload")
    file = PostFile(name="map.pdf", mime="application/pdf", data=b"%PDF" * 1000)
    await stage.sends(parcel(room, file))
    [shown] = [one["content"] for one in await stage.ann.reads(room) if "url" in one["content"]]
    stage.bounded("POST", "/upload")
    stage.breaks("GET", "/media/download/")
    address = f'{{"url":"{shown["url"]}"}}'
    assert await stage.bot.chat.fetch(address, most_bytes=9999) == file.data
    stage.bounded("GET", "/media/download/")


async def looking_back(stage: Stage) -> None:
    room = stage.room
    key = EffectKey(f"key-{secrets.token_hex(4)}")
    posted = await stage.bot.posts(room, "Hello", key=key)
    part = f"/rooms/{escaped(room)}/messages"
    stage.breaks("GET", part)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert await stage.bot.chat.find(room, key, since=hour_ago) == posted
    stage.bounded("GET", part)


async def hearing(stage: Stage) -> None:
    room = stage.room
    stage.breaks("GET", "/sync")
    said = [f"{number} {secrets.token_hex(4)}" for number in range(5)]
    for text in said:
        await stage.ann.writes(room, text)
    await stage.bot.hears(*said, within_s=60)
    assert [text for text in stage.bot.intake.texts if text in said] == said


DEEDS: list[Callable[[Stage], Coroutine[None, None, None]]] = [
    posting,
    marking,
    revising_and_taking_back,
    joining,
    leaving,
    making_a_room,
    inviting,
    sending_a_file,
    looking_back,
    hearing,
]


@pytest.mark.parametrize(("fault", "times"), TRANSIENT)
async def test_a_fault_at_every_endpoint_that_rooms_use(
    world: World,
    proxy: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
    *,
    fault: Fault,
    times: int,
) -> None:
    # given a bot that listens, and a room for each endpoint
    bot = await world.bot(through=proxy, put_timeout_s=4)
    ann, guest = await world.person("ann"), await world.person("guest")
    rooms = [await ann.makes_room(bot.id) for _ in (*DEEDS, "afterwards")]
    for deed, room in zip((*DEEDS, None), rooms, strict=True):
        if deed is not joining:
            await bot.joins(room)
    await bot.catches_up()
    proxy.requests.clear()
    make_impatient(monkeypatch)
    bot.listens()

    # when every endpoint fails in this way, while all of them are used
    async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
        for deed, room in zip(DEEDS, rooms, strict=False):
            stage = Stage(
                bot=bot, ann=ann, guest=guest, room=room, proxy=proxy, fault=fault, times=times
            )
            tasks.create_task(deed(stage))

    # then each deed was done, once (each looks for itself), and the bot still listens
    after = secrets.token_hex(4)
    await ann.writes(rooms[-1], after)
    await bot.hears(after, within_s=60)


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        pytest.param(Answers.too_fast(), 2, id="429"),
        pytest.param(Answers.bad_gateway(), 2, id="502"),
        pytest.param(CutsAnswer(), 2, id="cut answer"),
        pytest.param(LosesAnswer(), 2, id="lost answer"),
        pytest.param(Hangs(), 1, id="hang"),
    ],
)
async def test_a_fault_at_every_endpoint_of_the_start(
    world: World,
    proxy: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
    *,
    fault: Fault,
    times: int,
) -> None:
    """Keys are published under the same faults; what was done before is found done."""
    account = await world.account()
    make_impatient(monkeypatch)
    parts = ("/whoami", "/keys/upload", "/keys/query", "/device_signing/upload", "/signatures/")
    for part in parts:
        for method in ("GET", "POST"):
            proxy.fail(method, part, fault, times=times)
    bot: Bot | None = None
    async with asyncio.timeout(120):
        while bot is None:
            try:
                bot = await world.bot(account, through=proxy)
            except ChatUnavailable:
                # As the bot does: it waits, and connects again.
                await world.ends_bots()
    proxy.heal()
    for part in parts:
        assert len(proxy.seen("GET", part) + proxy.seen("POST", part)) <= 2 * MOST_TRIES, part
    await bot.catches_up()
    ann = await world.person("ann")
    room = await ann.makes_room(bot.id)
    await bot.joins(room)
    await bot.posts(room, "Hello")
    assert texts(await ann.reads(room)) == ["Hello"]


async def test_a_token_that_expired_ends_every_call_at_the_first_answer(
    world: World, proxy: FaultProxy
) -> None:
    bot = await world.bot(through=proxy)
    room = await make_room(bot.account, name="Ours", invite=[], encrypted=False)
    for method in ("GET", "PUT", "POST"):
        proxy.fail(method, "/_matrix/", Answers.logged_out(), times=1000)
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: bot.chat.send(parcel(room, Post(markdown="no"))),
        lambda: bot.chat.send(parcel(room, Join())),
        lambda: bot.chat.send(parcel(room, PostFile(name="a", mime="text/csv", data=b"1"))),
        lambda: bot.chat.find(room, EffectKey("x"), since=datetime.now(UTC)),
        lambda: bot.chat.fetch('{"url":"mxc://runda.test/x"}', most_bytes=9),
        bot.catches_up,
    ]
    for call in calls:
        before = len(proxy.requests)
        with pytest.raises(ChatLoggedOut):
            await call()
        assert len(proxy.requests) - before == 1


async def test_a_clock_that_is_wrong_is_seen(world: World, proxy: FaultProxy) -> None:
    bot = await world.bot(through=proxy)
    assert abs(bot.chat.clock_ahead_s) < 60
    for by_s in (7200, -7200):
        # All of them, since the last answer of catching up is the one that counts.
        proxy.fail("GET", "/sync", WrongClock(by_s), times=1000)
        await bot.catches_up()
        proxy.heal()
        assert bot.chat.clock_ahead_s == pytest.approx(by_s, abs=60)
