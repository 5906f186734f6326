"""Decrypting what people write in encrypted rooms, and asking for keys that are missing."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import orjson
import structlog
from vodozemac import MegolmMessage

from bot.adapters.matrix.events import Raw, meaning, sent_ms
from bot.adapters.matrix.keys import DeviceKeys
from bot.adapters.matrix.olm import Machine
from flows.ids import RoomId, UserId
from storage.journal import InboxState, Pending, Resolved

log = structlog.get_logger(__name__)

_MEGOLM = "m.megolm.v1.aes-sha2"

_READ = frozenset(("m.room.message", "m.reaction"))
"""What may be encrypted. Not state: a member could make others seem to have left. Not
redactions: whether somebody may redact is for the homeserver to say, and it cannot see."""

_OF_ROOMS = "m.room."
"""What no client encrypts except to forge it: the other kinds mean nothing to us."""

_ASK_AFTER_S = 4.0
"""A key often comes a moment after the message."""

_REMEMBERED = 20_000


class Failure(Enum):
    """Why an event cannot be read."""

    NO_KEY = auto()
    """The key is not here, or opens only later messages; it may come."""
    MALFORMED = auto()
    """It will never be readable."""


@dataclass(slots=True)
class _Missing:
    room_id: RoomId
    sender: UserId
    device_id: str
    sender_key: str
    ask_at: float


class Reader:
    """Decrypts room events."""

    def __init__(self, machine: Machine, keys: DeviceKeys, own_id: UserId) -> None:
        self._machine = machine
        self._keys = keys
        self._own_id = own_id
        self._missing: dict[str, _Missing] = {}
        # Which event used an index of a session: a second one is a replay.
        self._used: dict[tuple[str, int], tuple[str, int]] = {}

    def open_event(self, raw: Raw, room_id: RoomId) -> Raw | None:
        """The event in plain; None if that cannot be done now."""
        opened = self._open(raw, room_id)
        return None if isinstance(opened, Failure) else opened

    def judge(self, pending: Pending) -> Resolved:
        """Try a journaled event; a missing key is noted, to be asked for."""
        raw = _parsed(pending.raw)
        opened = Failure.MALFORMED if raw is None else self._open(raw, pending.room_id)
        incoming = None
        if opened is Failure.NO_KEY:
            state = InboxState.UNREADABLE
            self._note_missing(raw or {}, pending)
        elif opened is Failure.MALFORMED:
            state = InboxState.BAD
            log.warning("event.unreadable", event_id=pending.event_id, room_id=pending.room_id)
        else:
            state = InboxState.DONE
            incoming = meaning(opened, pending.room_id, self._own_id)
        return Resolved(
            room_id=pending.room_id,
            event_id=pending.event_id,
            sent_ms=pending.sent_ms,
            state=state,
            incoming=incoming,
        )

    def _open(self, raw: Raw, room_id: RoomId) -> Raw | Failure:
        content, sender = raw.get("content"), raw.get("sender")
        if not isinstance(content, dict) or not isinstance(sender, str):
            return Failure.MALFORMED
        session_id, ciphertext = content.get("session_id"), content.get("ciphertext")
        if not isinstance(session_id, str) or not isinstance(ciphertext, str):
            return Failure.MALFORMED
        session = self._machine.inbound_group_store.find(room_id, session_id)
        if session is None or not self._machine.may_be_of(sender, session.sender_key):
            return Failure.NO_KEY
        try:
            index = MegolmMessage.from_base64(ciphertext).message_index()
            if index < session.first_known_index:
                return Failure.NO_KEY
            plain, _ = session.decrypt(ciphertext)
            payload = orjson.loads(plain)
        except ValueError:
            return Failure.MALFORMED
        if self._is_replay(raw, session_id, index):
            return Failure.MALFORMED
        return _unwrapped(raw, content, payload, room_id)

    def _is_replay(self, raw: Raw, session_id: str, index: int) -> bool:
        used_by = (str(raw.get("event_id")), sent_ms(raw))
        if self._used.setdefault((session_id, index), used_by) != used_by:
            return True
        if len(self._used) > _REMEMBERED:
            del self._used[next(iter(self._used))]
        return False

    # ------------------------------------------------------------ missing keys

    def _note_missing(self, raw: Raw, pending: Pending) -> None:
        content = raw["content"]
        session_id, device_id = content["session_id"], content.get("device_id")
        if session_id in self._missing or self._machine.has_asked_for(session_id):
            return
        self._missing[session_id] = _Missing(
            room_id=pending.room_id,
            sender=pending.sender,
            device_id=device_id if isinstance(device_id, str) and device_id else "*",
            # Newer clients neither give it nor ask for it, older ones do.
            sender_key=str(content.get("sender_key", "")),
            ask_at=time.monotonic() + _ASK_AFTER_S,
        )

    def note_arrived(self, session_id: str) -> None:
        """A key came; it need not be asked for."""
        self._missing.pop(session_id, None)

    async def ask_for_keys(self) -> None:
        """Ask those who wrote what we cannot read for the keys, once for each session."""
        now = time.monotonic()
        due = [session for session, one in self._missing.items() if one.ask_at <= now]
        for session_id in due:
            one = self._missing[session_id]
            # Noted first: only keys that were asked for are taken.
            self._machine.note_request(one.room_id, session_id)
            await self._keys.send(
                "m.room_key_request",
                {one.sender: {one.device_id: self._request(one, session_id)}},
            )
            self._missing.pop(session_id, None)
            log.info("key.requested", room_id=one.room_id, user_id=one.sender)

    def _request(self, one: _Missing, session_id: str) -> dict[str, Any]:
        return {
            "action": "request",
            "requesting_device_id": self._machine.device_id,
            "request_id": secrets.token_hex(16),
            "body": {
                "algorithm": _MEGOLM,
                "room_id": one.room_id,
                "session_id": session_id,
                "sender_key": one.sender_key,
            },
        }


def _unwrapped(raw: Raw, content: Raw, payload: object, room_id: RoomId) -> Raw | Failure:
    """The plain event inside, with the sender and time that the homeserver vouches for."""
    if not isinstance(payload, dict) or payload.get("room_id") != room_id:
        return Failure.MALFORMED
    kind, inner = payload.get("type"), payload.get("content")
    if not isinstance(kind, str) or not isinstance(inner, dict):
        return Failure.MALFORMED
    if kind.startswith(_OF_ROOMS) and kind not in _READ:
        return Failure.MALFORMED
    if kind not in _READ:
        inner = {}
    # Threads, answers and edits stand outside, where the homeserver can see them.
    relation = content.get("m.relates_to")
    if "m.relates_to" not in inner and isinstance(relation, dict):
        inner["m.relates_to"] = relation
    return {
        "type": kind if kind in _READ else "",
        "content": inner,
        "event_id": raw.get("event_id"),
        "sender": raw.get("sender"),
        "origin_server_ts": raw.get("origin_server_ts"),
    }


def _parsed(text: str) -> Raw | None:
    try:
        raw = orjson.loads(text)
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None
