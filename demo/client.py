"""A lean Matrix client over HTTP, for simulated people: real, encrypting, and cheap.

Sixty of them share one process, so none syncs more often than its owner asks it to. It
reads and writes in plain and encrypted rooms; keys are kept in memory and die with it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

import aiohttp

from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from bot.errors import ChatRefused
from demo.homeserver import Account
from demo.olm import MEGOLM, Keys, encrypt_file
from demo.seen import Seen, seen
from demo.sharing import RoomKeys
from flows.ids import EventId, RoomId, UserId

Json = dict[str, Any]

ENCRYPTION: Final[Json] = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": MEGOLM},
}
_FILTER: Final = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "account_data": {"types": []},
            "ephemeral": {"types": []},
            "state": {"lazy_load_members": True},
            "timeline": {"limit": 100},
        },
    },
    separators=(",", ":"),
)
_PAGE = 500
_LONGEST_POLL_S = 30.0


class Client:
    """One device of one person.

    Use as a context manager, or call `start` and `close`.

    Args:
        homeserver: base address, ``http://127.0.0.1:20123``.
        account: somebody registered and logged in (`demo.homeserver.Homeserver.register`).
        encrypts: publish keys at the start. One that does not can neither read nor write
            in encrypted rooms, and costs nothing in the beginning.
    """

    def __init__(self, homeserver: str, account: Account, *, encrypts: bool = True) -> None:
        self.account = account
        self.encrypts = encrypts
        self.invitations: set[RoomId] = set()
        self._homeserver = homeserver
        self._transport = Transport(homeserver, account.access_token)
        self._keys = Keys(account.user_id, account.device_id)
        self._room_keys = RoomKeys(self._transport, self._keys, self._transaction)
        self._position: str | None = None
        self._encrypted: dict[RoomId, bool] = {}
        self._waiting: list[tuple[RoomId, Json]] = []
        self._syncing = asyncio.Lock()
        self._numbers = count(1)
        self._run = secrets.token_hex(4)

    @classmethod
    async def login(
        cls, homeserver: str, user_id: UserId, password: str, *, encrypts: bool = True
    ) -> Client:
        """A new device for an account that exists; `start` it before use.

        Raises:
            ChatRefused: wrong password.
        """
        async with Transport(homeserver) as transport:
            answer = await transport.post(
                f"{CLIENT}/login",
                {
                    "type": "m.login.password",
                    "identifier": {"type": "m.id.user", "user": user_id},
                    "password": password,
                    "initial_device_display_name": "Runda demo",
                },
                deadline_s=0,
            )
        account = Account(
            user_id=UserId(answer["user_id"]),
            device_id=answer["device_id"],
            access_token=answer["access_token"],
            password=password,
        )
        return cls(homeserver, account, encrypts=encrypts)

    @property
    def id(self) -> UserId:
        """The person's account."""
        return self.account.user_id

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        await self.close()

    async def start(self) -> None:
        """Publish this device's keys, so that others can write to it encrypted."""
        if self.encrypts:
            await self._transport.post(f"{CLIENT}/keys/upload", self._keys.to_publish())

    async def close(self) -> None:
        """Give the connections back."""
        await self._transport.close()

    async def ask(self, method: str, path: str, body: object = None) -> Json:
        """Call any address of the homeserver with this person's token."""
        return await self._transport.request(method, path, body)

    # ----------------------------------------------------------------------- rooms

    async def create_room(
        self,
        name: str = "",
        *,
        invite: Sequence[UserId] = (),
        encrypted: bool = False,
        version: str = "12",
        by_link: bool = False,
        topic: str = "",
        **more: Any,
    ) -> RoomId:
        """Make a room and be its first member.

        Args:
            by_link: whoever knows the room's id may join; else only the invited.
            more: further fields of ``/createRoom``, as they stand in the specification.
        """
        body: Json = {
            "preset": "public_chat" if by_link else "private_chat",
            "visibility": "private",
            "room_version": version,
            "invite": list(invite),
            "initial_state": [ENCRYPTION] if encrypted else [],
            **({"name": name} if name else {}),
            **({"topic": topic} if topic else {}),
            **more,
        }
        # Once: asked a second time, the homeserver would make a second room.
        answer = await self._transport.post(f"{CLIENT}/createRoom", body, deadline_s=0)
        room_id = RoomId(answer["room_id"])
        self._encrypted[room_id] = encrypted
        return room_id

    async def direct_chat(
        self, user_id: UserId, *, encrypted: bool = False, version: str = "12"
    ) -> RoomId:
        """Open a private chat with somebody, as a client does from a link to a person."""
        return await self.create_room(
            invite=[user_id],
            encrypted=encrypted,
            version=version,
            preset="trusted_private_chat",
            is_direct=True,
        )

    async def join(self, room_id: RoomId) -> None:
        """Come into a room: by its link, or by the invitation to it."""
        await self._transport.post(f"{CLIENT}/join/{escaped(room_id)}", {})
        self.invitations.discard(room_id)

    async def leave(self, room_id: RoomId) -> None:
        """Leave a room, or decline the invitation to it."""
        await self._transport.post(f"{CLIENT}/rooms/{escaped(room_id)}/leave", {})
        self.invitations.discard(room_id)

    async def invite(self, room_id: RoomId, user_id: UserId) -> None:
        """Invite somebody into a room."""
        path = f"{CLIENT}/rooms/{escaped(room_id)}/invite"
        await self._transport.post(path, {"user_id": user_id})

    async def members(self, room_id: RoomId) -> frozenset[UserId]:
        """Who is in the room now; asked of the homeserver each time."""
        path = f"{CLIENT}/rooms/{escaped(room_id)}/joined_members"
        answer = await self._transport.get(path)
        return frozenset(UserId(user_id) for user_id in answer["joined"])

    # --------------------------------------------------------------------- writing

    async def write(
        self,
        room_id: RoomId,
        text: str,
        *,
        thread: EventId | None = None,
        reply_to: EventId | None = None,
    ) -> EventId:
        """Write a message; into the thread of a message, or as a reply to one, if given."""
        content: Json = {"msgtype": "m.text", "body": text, "m.mentions": {}}
        relation: Json = {}
        if thread is not None:
            falling_back = reply_to is None
            relation = {"rel_type": "m.thread", "event_id": thread}
            relation["is_falling_back"] = falling_back
        if thread is not None or reply_to is not None:
            relation["m.in_reply_to"] = {"event_id": reply_to or thread}
            content["m.relates_to"] = relation
        return await self.send(room_id, "m.room.message", content)

    async def edit(self, room_id: RoomId, target: EventId, text: str) -> EventId:
        """Give one's own message new words."""
        content = {
            "msgtype": "m.text",
            "body": f"* {text}",
            "m.mentions": {},
            "m.new_content": {"msgtype": "m.text", "body": text, "m.mentions": {}},
            "m.relates_to": {"rel_type": "m.replace", "event_id": target},
        }
        return await self.send(room_id, "m.room.message", content)

    async def react(self, room_id: RoomId, target: EventId, mark: str) -> EventId:
        """Put an emoji on a message; never encrypted, by protocol."""
        relation = {"rel_type": "m.annotation", "event_id": target, "key": mark}
        return await self.send(room_id, "m.reaction", {"m.relates_to": relation})

    async def withdraw(self, room_id: RoomId, target: EventId) -> EventId:
        """Take back a message or a reaction (a redaction)."""
        path = f"{CLIENT}/rooms/{escaped(room_id)}/redact/{escaped(target)}/{self._transaction()}"
        return EventId((await self._transport.put(path, {}))["event_id"])

    async def photo(
        self, room_id: RoomId, png: bytes, *, name: str = "foto.png", caption: str = ""
    ) -> EventId:
        """Send a PNG, with a caption if there is one; encrypted if the room is."""
        content: Json = {"msgtype": "m.image", "body": caption or name, "filename": name}
        return await self._send_file(room_id, png, content, mime="image/png")

    async def file(self, room_id: RoomId, data: bytes, *, name: str, mime: str) -> EventId:
        """Send a file; encrypted if the room is."""
        content: Json = {"msgtype": "m.file", "body": name, "filename": name}
        return await self._send_file(room_id, data, content, mime=mime)

    async def _send_file(
        self, room_id: RoomId, data: bytes, content: Json, *, mime: str
    ) -> EventId:
        content |= {"info": {"mimetype": mime, "size": len(data)}, "m.mentions": {}}
        if await self.is_encrypted(room_id):
            sealed, file = encrypt_file(data)
            url = await self._upload(sealed, "application/octet-stream", "")
            content["file"] = {**file, "url": url}
        else:
            content["url"] = await self._upload(data, mime, content["filename"])
        return await self.send(room_id, "m.room.message", content)

    async def send(self, room_id: RoomId, kind: str, content: Json) -> EventId:
        """Send an event of any kind, encrypted if the room is (reactions never are)."""
        if kind != "m.reaction" and await self.is_encrypted(room_id):
            content = await self._room_keys.encrypt(room_id, kind, content)
            kind = "m.room.encrypted"
        path = f"{CLIENT}/rooms/{escaped(room_id)}/send/{kind}/{self._transaction()}"
        return EventId((await self._transport.put(path, content))["event_id"])

    def _transaction(self) -> str:
        return f"{self._run}-{next(self._numbers)}"

    async def _upload(self, data: bytes, mime: str, name: str) -> str:
        url = f"{self._homeserver}/_matrix/media/v3/upload?{urlencode({'filename': name})}"
        headers = {
            "Authorization": f"Bearer {self.account.access_token}",
            "Content-Type": mime,
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=data, headers=headers, raise_for_status=True) as answer,
        ):
            address: str = (await answer.json())["content_uri"]
            return address

    # --------------------------------------------------------------------- reading

    async def sync(self, *, timeout_s: float = 0.0) -> list[Seen]:
        """What is new since the last call, in all joined rooms, oldest first in each.

        What cannot be decrypted is kept back, and comes with a later call once its key is
        there. Rooms this person is invited to are in `invitations`.

        Args:
            timeout_s: wait this long for something to happen; 0 asks and returns.
        """
        async with self._syncing:
            return await self._sync(timeout_s)

    async def _sync(self, timeout_s: float) -> list[Seen]:
        since = self._position
        query = {
            "filter": _FILTER,
            "timeout": str(int(timeout_s * 1000)),
            "set_presence": "offline",
        }
        if since is not None:
            query["since"] = since
        path = f"{CLIENT}/sync?{urlencode(query, quote_via=quote)}"
        answer = await self._transport.get(path, timeout_s=timeout_s + _LONGEST_POLL_S)
        if self.encrypts:
            self._keys.hear(answer.get("to_device", {}).get("events", ()))
            self._room_keys.note_devices(answer.get("device_lists", {}))
        rooms = answer.get("rooms", {})
        self.invitations |= {RoomId(room_id) for room_id in rooms.get("invite", {})}
        waiting, self._waiting = self._waiting, []
        shown = self._shown(waiting)
        for room_id, room in rooms.get("join", {}).items():
            shown += self._shown(
                (RoomId(room_id), raw) for raw in await self._new(room_id, room, since)
            )
        self._position = answer["next_batch"]
        return shown

    async def _new(self, room_id: RoomId, room: Json, since: str | None) -> list[Json]:
        """The room's new events, with those that did not fit into the answer."""
        timeline = room.get("timeline", {})
        events: list[Json] = timeline.get("events", [])
        for event in (*room.get("state", {}).get("events", ()), *events):
            self._note_state(room_id, event)
        if timeline.get("limited") and since is not None:
            events = [*await self._before(room_id, timeline["prev_batch"], since), *events]
        return events

    async def history(self, room_id: RoomId) -> list[Seen]:
        """All events of a room, oldest first; those without a key are not `readable`."""
        return [self._seen(room_id, raw) for raw in await self._before(room_id, None, None)]

    async def _before(self, room_id: RoomId, start: str | None, end: str | None) -> list[Json]:
        events: list[Json] = []
        while True:
            query = {"dir": "b", "limit": str(_PAGE)}
            query |= {"from": start} if start else {}
            query |= {"to": end} if end else {}
            path = f"{CLIENT}/rooms/{escaped(room_id)}/messages?{urlencode(query)}"
            page = await self._transport.get(path)
            events += page["chunk"]
            start = page.get("end")
            if not start or not page["chunk"]:
                return events[::-1]

    def _shown(self, events: Iterable[tuple[RoomId, Json]]) -> list[Seen]:
        shown = []
        for room_id, raw in events:
            event = self._seen(room_id, raw)
            if event.readable:
                shown.append(event)
            else:
                self._waiting.append((room_id, raw))
        return shown

    def _seen(self, room_id: RoomId, raw: Json) -> Seen:
        kind, content = raw["type"], raw["content"]
        opened: tuple[str, Json] | None = (kind, content)
        encrypted = kind == "m.room.encrypted" and "ciphertext" in content
        if encrypted:
            opened = self._keys.decrypt(room_id, content)
        return seen(room_id, raw, opened, encrypted=encrypted)

    @property
    def unreadable(self) -> int:
        """How many messages wait for their key."""
        return len(self._waiting)

    # ------------------------------------------------------------------ encryption

    async def is_encrypted(self, room_id: RoomId) -> bool:
        """Whether the room is encrypted; the homeserver is asked the first time."""
        known = self._encrypted.get(room_id)
        if known is None:
            path = f"{CLIENT}/rooms/{escaped(room_id)}/state/m.room.encryption/"
            try:
                await self._transport.get(path)
            except ChatRefused as error:
                if error.code != "M_NOT_FOUND":
                    raise
                known = False
            else:
                known = True
            self._encrypted[room_id] = known
        return known

    def _note_state(self, room_id: RoomId, event: Mapping[str, Any]) -> None:
        if event["type"] == "m.room.encryption":
            self._encrypted[room_id] = True
        elif event["type"] == "m.room.member":
            self._room_keys.note_member(room_id, str(event["content"].get("membership")))
