"""The whole bot, from the bytes of a sync answer to what rooms show, under hostile events."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import sqlalchemy as sa
import vodozemac
from nio.crypto import InboundGroupSession
from structlog.testing import capture_logs
from typing_extensions import override

from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.content import event_for
from bot.adapters.matrix.decoding import decoded
from bot.adapters.matrix.encryption import Encryption
from bot.adapters.matrix.history import History
from bot.adapters.matrix.keys import DeviceKeys
from bot.adapters.matrix.olm import Machine
from bot.adapters.matrix.reading import Reader
from bot.adapters.matrix.receiver import Receiver
from bot.adapters.matrix.rooms import EncryptedRooms
from bot.adapters.matrix.sharing import RoomKeys
from bot.adapters.matrix.transport import Transport
from bot.chat import Post
from flows.ids import EffectKey, EventId, RoomId, UserId
from storage.database import Database
from storage.instants import to_ms
from storage.journal import InboxState
from storage.tables import InboxRow, ReplyRow, table_of
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import ANN, BO, BOT, CIA, DAN, OLGA, ORGANIZERS, STRANGER, TABLE_1, TABLE_2
from tests.fakes import FakeChat, Message, Room
from tests.fuzz.hostile import EVIL, TROLLS, Hostile, answer_for

ODDS = 32
"""Hostile events per answer and room, at most twice."""

_STEERING = (
    "dialogue", "setting", "series", "hold", "confirmation", "rehearsal", "seating", "seated",
    "table_room", "export_order", "pack_file", "pack_file_use", "dropped_file", "contact",
)  # fmt: skip
"""What only organizers change."""

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Answers(Transport):
    """A homeserver that says what it is told to."""

    def __init__(self) -> None:
        super().__init__("http://nowhere.invalid")
        self.next_answer = b"{}"

    @override
    async def request(self, method: str, *_: object, **__: object) -> dict[str, Any]:
        """The next answer to what is asked, nothing to what is told."""
        if method != "GET":
            return {}
        answer = decoded(self.next_answer)
        assert isinstance(answer, dict), self.next_answer[:300]
        return answer


class AnyRooms(dict[RoomId, Room]):
    """A chat network in which every room exists."""

    def __missing__(self, room_id: RoomId) -> Room:
        self[room_id] = Room(room_id=room_id, name="")
        return self[room_id]


class AnyChat(FakeChat):
    """A chat network in which every message exists, too."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.rooms = AnyRooms()

    @override
    def message(self, event_id: EventId) -> Message:
        for one in self._messages():
            if one.event_id == event_id:
                return one
        unseen = Message(event_id=event_id, sender=STRANGER, text="", sent_at=self._now())
        self.rooms[RoomId("!elsewhere:example.org")].messages.append(unseen)
        return unseen


@dataclass(kw_only=True)
class Report:
    """What a round of hostile events came to."""

    seed: int
    events: int
    good: int
    odd: int
    bad: int
    faults: list[str]


class Sealing:
    """Keys that hostile people have given the bot, and that it has given them."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._sessions: dict[tuple[RoomId, UserId], vodozemac.GroupSession] = {}
        self._account = vodozemac.Account()
        machine.account.generate_one_time_keys(1)
        [key] = machine.account.one_time_keys["curve25519"].values()
        own = machine.account.identity_keys["curve25519"]
        self._own = own
        self._olm = self._account.create_outbound_session(
            vodozemac.Curve25519PublicKey.from_base64(own),
            vodozemac.Curve25519PublicKey.from_base64(key),
        )

    def __call__(self, room: RoomId, sender: UserId, plain: bytes) -> dict[str, Any]:
        """The content of an encrypted event; without a room, of a message to the device."""
        if not room:
            kind, body = self._olm.encrypt(plain).to_parts()
            sealed = {"type": kind, "body": base64.b64encode(body).decode().rstrip("=")}
            return {
                "algorithm": "m.olm.v1.curve25519-aes-sha2",
                "sender_key": self._account.curve25519_key.to_base64(),
                "ciphertext": {self._own: sealed},
            }
        session = self._sessions.get((room, sender))
        if session is None:
            session = self._sessions[room, sender] = vodozemac.GroupSession()
            inbound = InboundGroupSession(
                session.session_key.to_base64(), "A" * 43, f"key of {sender}", room
            )
            self._machine.inbound_group_store.add(inbound)
        return {
            "algorithm": "m.megolm.v1.aes-sha2",
            "ciphertext": session.encrypt(plain).to_base64(),
            "session_id": session.session_id,
            "device_id": "TROLL",
        }


class Target:
    """A bot in the middle of a dialogue, and everything that must hold afterwards."""

    def __init__(self, journey: Journey, seed: int, folder: Path) -> None:
        self.journey = journey
        self.seed = seed
        self.answers = Answers()
        self.good: list[tuple[EventId, str]] = []
        self._number = 0
        self._faults: list[str] = []
        self._machine = Machine.open(folder, BOT, "DEVICE", "secret")
        self.hostile = Hostile(seed, seal=Sealing(self._machine))

    def receives(self) -> Receiver:
        """Everything of the adapter that hears, from the first byte on."""
        account = MatrixAccount(
            homeserver="http://nowhere.invalid", user_id=BOT, device_id="DEVICE", access_token="x"
        )
        rooms = EncryptedRooms(self.answers)
        encryption = Encryption(self.answers, rooms, account, Path())
        keys = DeviceKeys(self.answers, self._machine)
        encryption._machine = self._machine
        encryption._keys = keys
        encryption._reader = Reader(self._machine, keys, BOT)
        encryption._room_keys = RoomKeys(self.answers, self._machine, keys, BOT)
        database = self.journey.database
        receiver = Receiver(
            transport=self.answers,
            database=database,
            own_id=BOT,
            rooms=rooms,
            encryption=encryption,
            history=History(self.answers, database, BOT, encryption.open_event),
        )
        receiver._since = "s0"
        return receiver

    # ------------------------------------------------------------ what happens

    async def plays(self, events: int) -> Report:
        """A whole dialogue under so many events, most of them while the groups answer together."""
        journey = self.journey
        await journey.begins()
        for one in (ANN, BO, CIA, DAN):
            await journey.opens_private_chat(one)
        await journey.starts_lunch()
        before = await self._steering()
        receiver = self.receives()
        await self._hears(receiver, min(events // 8, 200))
        self._faults += await self._not_taken()
        self._compare(before, await self._steering())
        await journey.time_passes(11)
        before = await self._steering()
        await self._hears(receiver, events)
        self._faults += await self._not_taken()
        self._compare(before, await self._steering())
        odd, bad = await journey.database.write(_set_aside)
        await journey.writes(OLGA, "!stop lunch-1")
        await journey.time_passes(5)
        self._look_at_rooms()
        self._faults += [f"logged: {one}" for one in journey.errors]
        if journey.app.world.organizers != {OLGA}:
            self._faults.append(f"organizers: {sorted(journey.app.world.organizers)}")
        self._machine.close()
        return Report(
            seed=self.seed,
            events=self.hostile.made,
            good=len(self.good),
            odd=odd,
            bad=bad,
            faults=self._faults,
        )

    async def _hears(self, receiver: Receiver, events: int) -> None:
        while self.hostile.made < events:
            self._number += 1
            good = self._good_events()
            self.answers.next_answer = answer_for(self.hostile, self._number, good, odds=ODDS)
            await receiver._hear(self.journey.app.intake, 0)
            await receiver._encryption.upkeep()
            if self._number % 20 == 0:
                self._see_prompts()
                await self.journey.settles()
        await self.journey.settles()

    def _good_events(self) -> dict[RoomId, list[dict[str, Any]]]:
        journey = self.journey
        journey.now += timedelta(milliseconds=500)
        events: dict[RoomId, list[dict[str, Any]]] = {}
        for who in (ANN, CIA):
            text = f"Group answer: good {self._number} of {who}"
            number = EventId(f"$good{self._number}{who[:2]}")
            together = journey.app.world.view(journey.home(who)).current
            room = journey.home(who) if together and together.collects else journey.private[who]
            raw = {
                "type": "m.room.message",
                "event_id": number,
                "sender": who,
                "origin_server_ts": to_ms(journey.now),
                "content": {"msgtype": "m.text", "body": text},
            }
            events.setdefault(room, []).append(raw)
            self.good.append((number, text))
            if self._number % 4 == 0:
                # Marked by anybody, edited by others: it stays what it is.
                self.hostile.targets.append(number)
        return events

    def _see_prompts(self) -> None:
        for room in (TABLE_1, TABLE_2, ORGANIZERS):
            self.hostile.targets += [one.event_id for one in self.journey.shown(room)[-3:]]

    # ------------------------------------------------------------ what must hold

    async def _not_taken(self) -> list[str]:
        def texts(tx: Transaction) -> dict[str, str]:
            reply = table_of(ReplyRow)
            rows = tx._db.execute(sa.select(reply.c.event_id, reply.c.text))
            return {row.event_id: row.text for row in rows}

        stored = await self.journey.database.write(texts)
        return [
            f"good reply {number}: {stored.get(number)!r} for {text!r}"
            for number, text in self.good
            if stored.get(number) != text
        ]

    async def _steering(self) -> dict[str, list[tuple[object, ...]]]:
        def dump(tx: Transaction) -> dict[str, list[tuple[object, ...]]]:
            return {
                name: [tuple(row) for row in tx._db.execute(sa.text(f"SELECT * FROM {name}"))]
                for name in _STEERING
            }

        return await self.journey.database.write(dump)

    def _compare(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        for name, rows in before.items():
            if rows != after[name]:
                self._faults.append(f"{name} changed: {rows} -> {after[name]}"[:600])

    def _look_at_rooms(self) -> None:
        people = {ANN, BO, CIA, DAN, OLGA, *TROLLS}
        for room in self.journey.chat.rooms.values():
            inside = people if room.room_id.endswith(EVIL) else people - {OLGA}
            for message in room.messages:
                if message.sender != BOT:
                    continue
                if not set(message.mentions) <= inside:
                    self._faults.append(f"mentions: {message.mentions} in {room.room_id}")
                self._faults += look_at(message.text)


def look_at(markdown: str) -> list[str]:
    """What people's words have become in a message of ours that they must not become."""
    event = event_for(Post(markdown=markdown), EffectKey("key"))
    content = event.content
    faults = []
    if content["m.mentions"] != {}:
        faults.append(f"mentions {content['m.mentions']}")
    if len(orjson.dumps(content)) > 65_000:
        faults.append(f"{len(orjson.dumps(content))} bytes")
    faults += [
        f"{name} turns the direction: {content[name]!r}"[:300]
        for name in ("body", "formatted_body")
        if _BIDI.search(content.get(name, ""))
    ]
    page = _Page()
    page.feed(content.get("formatted_body", ""))
    faults += [f"a link to {link}" for link in page.links if not _is_ours(link)]
    faults += [f"a tag {tag}" for tag in page.tags - _TAGS]
    return faults


_TAGS = {"a", "br", "code", "em", "strong", "p", "hr", "pre", "blockquote", "ul", "ol", "li", "h1",
         "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td", "s", "del"}  # fmt: skip


def _is_ours(link: str) -> bool:
    """To a room, a message in it, or the bot; never to anybody else."""
    place = unquote(link.removeprefix("https://matrix.to/#/"))
    return link.startswith("https://matrix.to/#/") and (place.startswith("!") or place == BOT)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def _set_aside(tx: Transaction) -> tuple[int, int]:
    inbox = table_of(InboxRow)
    empty = tx._db.scalar(
        sa.select(sa.func.count()).where(
            inbox.c.state.in_((int(InboxState.BAD), int(InboxState.ODD))), inbox.c.raw.is_(None)
        )
    )
    assert empty == 0, f"{empty} events are set aside without what came"
    return tx.journal.count(InboxState.ODD), tx.journal.count(InboxState.BAD)


@asynccontextmanager
async def target(folder: Path, seed: int) -> AsyncIterator[Target]:
    """A bot on a database of its own."""
    (folder / "keys").mkdir(parents=True)
    Database.open(f"sqlite:///{folder / 'runda.db'}").close()
    journey = Journey(folder, folder / "runda.db")
    journey.settles_within_s = 200.0
    journey.chat = AnyChat(journey.shown_now)
    with capture_logs() as journey.logs:
        yield Target(journey, seed, folder / "keys")
        await journey.bot_is_killed()
