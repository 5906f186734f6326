"""Unencrypted rooms, both ways, on a real homeserver."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.matrix.account import account_of, discover, login
from bot.adapters.matrix.content import KEY
from bot.adapters.matrix.setting_up import make_room
from bot.adapters.matrix.transport import escaped
from bot.chat import Leave, Post, React, Revise, TakeBack
from bot.errors import ChatRefused, ConfigError
from flows.ids import EffectKey, EventId, RoomId
from flows.messages import Edited, Marked, Withdrawn, Written
from storage.journal import Membership
from tests.bot.matrix.conftest import World, parcel
from tests.fault_proxy import FaultProxy, Hangs


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


@pytest.mark.parametrize("version", ["11", "12"])
async def test_both_ways(world: World, version: str) -> None:
    # given a room with the bot and Ann
    ann = await world.person("ann")
    bot = await world.listening()
    room = await ann.makes_room(bot.id, version=version)
    await bot.until(lambda: any(batch.invitations for batch in bot.intake.batches))
    await bot.joins(room)

    # when the bot asks, and Ann answers, corrects herself, marks and takes back
    prompt = await bot.posts(room, "How **are** you?")
    relation = {"rel_type": "m.thread", "event_id": prompt}
    said = await ann.writes(room, "Fine", **{"m.relates_to": relation})
    new = {"msgtype": "m.text", "body": "Very well"}
    change = {"rel_type": "m.replace", "event_id": said}
    edit = await ann.writes(room, "* Very well", **{"m.relates_to": change, "m.new_content": new})
    mark = {"m.relates_to": {"rel_type": "m.annotation", "event_id": prompt, "key": "✅"}}
    marked = await ann.sends(room, "m.reaction", mark)
    await bot.until(lambda: len(bot.intake.incoming) == 3)
    withdrawal = await ann.withdraws(room, said)
    await bot.until(lambda: len(bot.intake.incoming) == 4)

    # then both know what the other did
    heard = bot.intake.incoming
    common: Any = {"room_id": room, "sender": ann.id}
    times = [one.sent_ms for one in heard]
    assert heard == [
        Written(event_id=said, text="Fine", thread=prompt, sent_ms=times[0], **common),
        Edited(event_id=edit, text="Very well", target=said, sent_ms=times[1], **common),
        Marked(event_id=marked, mark="✅", target=prompt, sent_ms=times[2], **common),
        Withdrawn(event_id=withdrawal, target=said, sent_ms=times[3], **common),
    ]
    assert 0 < times[0] <= times[1] <= times[2] <= times[3]
    [posted] = [event for event in await ann.reads(room) if event["event_id"] == prompt]
    assert posted["content"]["body"] == "How are you?"
    assert posted["content"]["formatted_body"] == "How <strong>are</strong> you?"


async def test_what_the_bot_can_do_in_a_room(world: World) -> None:
    # given a message of the bot
    ann = await world.person("ann")
    bot = await world.bot()
    room = await ann.makes_room(bot.id)
    await bot.joins(room)
    prompt = await bot.posts(room, "One", key="first")

    # when it is changed, marked, answered in a thread, and the answer taken back
    await bot.chat.send(parcel(room, Revise(target=prompt, markdown="Two")))
    await bot.chat.send(parcel(room, React(target=prompt, mark="✅")))
    answer = await bot.chat.send(
        parcel(room, Post(markdown="Hello", thread=prompt, mentions=(ann.id,), silent=False))
    )
    assert answer is not None
    await bot.chat.send(parcel(room, TakeBack(target=answer)))

    # then Ann's client sees just that
    events = {event["event_id"]: event for event in await ann.reads(room)}
    first = events[prompt]
    assert first["unsigned"]["m.relations"]["m.replace"]["content"]["m.new_content"] == {
        "msgtype": "m.notice",
        "body": "Two",
        "m.mentions": {},
    }
    assert first["content"][KEY] == "first"
    assert events[answer]["content"] == {}
    [mark] = [event for event in events.values() if event["type"] == "m.reaction"]
    assert mark["content"]["m.relates_to"]["key"] == "✅"


async def test_the_same_transaction_posts_once(world: World) -> None:
    bot = await world.bot()
    room = await make_room(bot.account, name="Organizers", invite=[], encrypted=False)
    once = parcel(room, Post(markdown="Once"))
    assert await bot.chat.send(once) == await bot.chat.send(once)


async def test_joining_and_leaving_twice_is_harmless(world: World) -> None:
    ann = await world.person("ann")
    bot = await world.bot()
    room = await ann.makes_room(bot.id)
    await bot.joins(room)
    await bot.joins(room)
    await bot.chat.send(parcel(room, Leave()))
    await bot.chat.send(parcel(room, Leave()))


async def test_what_the_homeserver_refuses(world: World) -> None:
    ann = await world.person("ann")
    bot = await world.bot()
    room = await ann.makes_room()
    with pytest.raises(ChatRefused) as outside:
        await bot.posts(room, "Hello")
    ours = await make_room(bot.account, name="Ours", invite=[], encrypted=False)
    with pytest.raises(ChatRefused) as too_large:
        await bot.posts(ours, "x" * 70_000)
    assert (outside.value.code, too_large.value.code) == ("M_FORBIDDEN", "M_TOO_LARGE")


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_forgotten_effect_is_found_by_its_key(world: World, *, encrypted: bool) -> None:
    # given a message of a process whose keys are gone, behind many others
    account = await world.account()
    bot = await world.bot(account)
    room = await make_room(bot.account, name="Ours", invite=[], encrypted=encrypted)
    key = EffectKey("grums-1/step/1/prompt/0")
    posted = await bot.posts(room, "Hello", key=key)
    for number in range(20):
        await bot.posts(room, f"more {number}")

    # when the next one looks for it
    await bot.stops()
    bot = await world.bot(account)

    # then it is found, another is not, and it stops at the time given
    assert await bot.chat.find(room, key, since=ago(hours=1)) == posted
    assert await bot.chat.find(room, EffectKey("other"), since=ago(hours=1)) is None
    assert await bot.chat.find(room, key, since=ago(hours=-2)) is None


async def test_coming_and_going(world: World) -> None:
    # given the bot in three rooms
    ann, bo = await world.person("ann"), await world.person("bo")
    bot = await world.listening()
    kicked = await ann.makes_room(bot.id, name="Table 1")
    banned = await ann.makes_room(bot.id)
    left = await ann.makes_room(bot.id)
    for room in (kicked, banned, left):
        await bot.joins(room)

    # when somebody joins, the room is named anew and replaced, and the bot leaves all three
    await ann.does(kicked, "invite", bo.id)
    await bo.joins(kicked)
    await ann.sets(kicked, "m.room.name", {"name": "Table 2"})
    await ann.sets(kicked, "m.room.tombstone", {"replacement_room": "!new", "body": "moved"})
    await bot.until(
        # Whoever is put out in the same moment is not told it any more.
        lambda: any(one.successor for batch in bot.intake.batches for one in batch.rooms)
    )
    await ann.writes(kicked, "the last word")
    await ann.does(kicked, "kick", bot.id)
    await ann.does(banned, "ban", bot.id)
    await bot.chat.send(parcel(left, Leave()))
    await bot.until(lambda: sum(len(batch.departures) for batch in bot.intake.batches) == 3)

    # then all of it was heard
    batches = bot.intake.batches
    departures = {one.room_id: one for batch in batches for one in batch.departures}
    assert (departures[kicked].by, departures[kicked].banned) == (ann.id, False)
    assert (departures[banned].by, departures[banned].banned) == (ann.id, True)
    assert departures[left].by is None
    facts = [one for batch in batches for one in batch.rooms if one.room_id == kicked]
    assert facts[0].joined is True
    assert [one.name for one in facts if one.name] == ["Table 1", "Table 2"]
    assert "!new" in [one.successor for one in facts]
    members = [one for batch in batches for one in batch.members if one.room_id == kicked]
    assert [one.membership for one in members if one.user_id == bo.id][-1] is Membership.JOIN
    assert ann.id in [one.user_id for one in members]
    assert bot.intake.texts == ["the last word"]


async def test_the_first_sync_takes_what_is_and_not_what_was(world: World) -> None:
    # given a room where something was said, a pending invitation, and no position
    ann = await world.person("ann")
    bot = await world.bot()
    room = await ann.makes_room(bot.id, name="Table 1")
    await bot.joins(room)
    await ann.writes(room, "long ago")
    private = await ann.makes_room(bot.id, is_direct=True)

    # when the bot catches up for the first time
    await bot.catches_up()
    bot.listens()
    await ann.writes(room, "now")
    await bot.hears("now")

    # then it knows the room and the people, and what was said since
    assert bot.intake.texts == ["now"]
    first = bot.intake.batches[0]
    assert [one.name for one in first.rooms] == ["Table 1"]
    assert {one.user_id for one in first.members} == {ann.id, bot.id}
    [invitation] = first.invitations
    assert (invitation.room_id, invitation.inviter, invitation.direct) == (private, ann.id, True)
    assert not invitation.encrypted


async def test_a_second_process_is_refused(world: World) -> None:
    account = await world.account()
    await world.bot(account)
    with pytest.raises(ConfigError, match=r"already running with this account \(process \d+\)"):
        await world.bot(account)


async def test_the_token_must_be_of_the_configured_device(world: World) -> None:
    account = await world.account()
    with pytest.raises(ConfigError, match="belongs to device"):
        await world.bot(replace(account, device_id="OTHER"))
    other = await world.account()
    with pytest.raises(ConfigError, match="belongs to @"):
        await world.bot(replace(account, user_id=other.user_id))


async def test_logging_in(world: World) -> None:
    made = await world.homeserver.register(f"login-{EventId(str(id(world)))}", password="secret")
    account = await login(world.homeserver.url, made.user_id, "secret")
    assert account.user_id == made.user_id
    assert account.device_id != made.device_id
    assert await account_of(account.homeserver, account.access_token) == account
    with pytest.raises(ChatRefused):
        await login(world.homeserver.url, made.user_id, "wrong")


async def test_finding_the_homeserver(world: World) -> None:
    url = world.homeserver.url
    assert await discover(f" {url}/ ") == url
    with pytest.raises(ConfigError, match="no Matrix homeserver answers at http://127"):
        await discover("http://127.0.0.1:9")
    with pytest.raises(ConfigError, match="no Matrix homeserver answers at https://"):
        await discover("@bot:127.0.0.1:9")


async def test_a_hung_post_is_tried_again_and_holds_up_no_other_room(
    world: World, proxy: FaultProxy
) -> None:
    # given a homeserver that says nothing, for hours, to the first post in one room
    bot = await world.bot(through=proxy, put_timeout_s=1)
    slow, other = [
        await make_room(bot.account, name=name, invite=[], encrypted=False) for name in "ab"
    ]
    proxy.fail("PUT", escaped(slow), Hangs())

    # when the bot posts in both
    order: list[str] = []

    async def post(room: RoomId) -> None:
        await bot.posts(room, "Hello")
        order.append(room)

    async with asyncio.timeout(60):
        await asyncio.gather(post(slow), post(other))

    # then the other room did not wait, and the one was reached by the second try
    assert order == [other, slow]
    assert len(proxy.seen("PUT", escaped(slow))) == 2
