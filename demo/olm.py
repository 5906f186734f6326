"""The encryption of one simulated client: its keys, its sessions, the room keys it has.

Kept in memory and written straight on vodozemac, so that the bot's encryption is met by
one of another make. Local: it never speaks with the homeserver.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from Crypto.Cipher import AES
from Crypto.Random import get_random_bytes
from vodozemac import (
    Account,
    AnyOlmMessage,
    Curve25519PublicKey,
    GroupSession,
    InboundGroupSession,
    MegolmMessage,
    PreKeyMessage,
    Session,
    SessionKey,
)

from flows.ids import RoomId, UserId

OLM: Final = "m.olm.v1.curve25519-aes-sha2"
MEGOLM: Final = "m.megolm.v1.aes-sha2"

_ONE_TIME_KEYS = 10
"""Enough for a table; whoever comes after them takes the fallback key."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Device:
    """Somebody's client, as others know it."""

    user_id: UserId
    device_id: str
    curve25519: str
    ed25519: str


def devices_of(answer: Mapping[str, Any], user_id: UserId) -> list[Device]:
    """The devices of a person in an answer to ``/keys/query``."""
    listed = answer.get("device_keys", {}).get(user_id, {})
    return [
        Device(
            user_id=user_id,
            device_id=device_id,
            curve25519=keys["keys"][f"curve25519:{device_id}"],
            ed25519=keys["keys"][f"ed25519:{device_id}"],
        )
        for device_id, keys in listed.items()
    ]


class Keys:
    """The keys of one device."""

    def __init__(self, user_id: UserId, device_id: str) -> None:
        self.user_id = user_id
        self.device_id = device_id
        self._account = Account()
        self._sessions: defaultdict[str, list[Session]] = defaultdict(list)
        self._outbound: dict[RoomId, GroupSession] = {}
        self._inbound: dict[tuple[RoomId, str], InboundGroupSession] = {}

    @property
    def curve25519(self) -> str:
        """The identity key, by which others find the sessions with this device."""
        return self._account.curve25519_key.to_base64()

    @property
    def ed25519(self) -> str:
        """The fingerprint."""
        return self._account.ed25519_key.to_base64()

    def to_publish(self) -> Json:
        """The body of ``/keys/upload``: this device, one-time keys and a fallback key."""
        account = self._account
        account.generate_one_time_keys(_ONE_TIME_KEYS)
        # Both are there, only vodozemac's stubs have forgotten them.
        account.generate_fallback_key()  # type: ignore[attr-defined]
        spare = account.fallback_key  # type: ignore[attr-defined]
        body = {
            "device_keys": self._signed(
                {
                    "algorithms": [OLM, MEGOLM],
                    "device_id": self.device_id,
                    "user_id": self.user_id,
                    "keys": {
                        f"curve25519:{self.device_id}": self.curve25519,
                        f"ed25519:{self.device_id}": self.ed25519,
                    },
                }
            ),
            "one_time_keys": {
                f"signed_curve25519:{name}": self._signed({"key": key.to_base64()})
                for name, key in account.one_time_keys.items()
            },
            "fallback_keys": {
                f"signed_curve25519:{name}": self._signed(
                    {"key": key.to_base64(), "fallback": True}
                )
                for name, key in spare.items()
            },
        }
        account.mark_keys_as_published()
        return body

    def _signed(self, value: Json) -> Json:
        signature = self._account.sign(_canonical(value)).to_base64()
        return {**value, "signatures": {self.user_id: {f"ed25519:{self.device_id}": signature}}}

    # ------------------------------------------------------------ device to device

    def knows(self, device: Device) -> bool:
        """Whether there is a session with the device."""
        return bool(self._sessions[device.curve25519])

    def begin(self, device: Device, one_time_key: Mapping[str, Any]) -> None:
        """Begin a session with a device, with a key that was claimed of it."""
        session = self._account.create_outbound_session(
            Curve25519PublicKey.from_base64(device.curve25519),
            Curve25519PublicKey.from_base64(one_time_key["key"]),
        )
        self._sessions[device.curve25519].append(session)

    def seal(self, device: Device, kind: str, content: Json) -> Json:
        """A message that only this device can read."""
        letter = {
            "type": kind,
            "content": content,
            "sender": self.user_id,
            "keys": {"ed25519": self.ed25519},
            "recipient": device.user_id,
            "recipient_keys": {"ed25519": device.ed25519},
        }
        session = self._sessions[device.curve25519][-1]
        number, ciphertext = session.encrypt(json.dumps(letter).encode()).to_parts()
        body = b64encode(ciphertext).decode().rstrip("=")
        return {
            "algorithm": OLM,
            "sender_key": self.curve25519,
            "ciphertext": {device.curve25519: {"type": number, "body": body}},
        }

    def hear(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Take in messages to this device; those with room keys count, others are dropped."""
        for event in events:
            letter = self._opened(event)
            if letter is not None and letter.get("type") == "m.room_key":
                key = letter["content"]
                session = InboundGroupSession(SessionKey(key["session_key"]))
                self._inbound.setdefault((key["room_id"], key["session_id"]), session)

    def _opened(self, event: Mapping[str, Any]) -> Json | None:
        content = event.get("content", {})
        part = content.get("ciphertext", {}).get(self.curve25519)
        if event.get("type") != "m.room.encrypted" or part is None:
            return None
        sender_key = content["sender_key"]
        message = AnyOlmMessage.from_parts(part["type"], _unpadded(part["body"]))
        first = message.to_pre_key()
        plain = next(self._tried(sender_key, message, first), None)
        if plain is None:
            if first is None:
                return None
            try:
                session, plain = self._account.create_inbound_session(
                    Curve25519PublicKey.from_base64(sender_key), first
                )
            except ValueError:
                # The same letter a second time: its one-time key is used up.
                return None
            self._sessions[sender_key].append(session)
        letter: Json = json.loads(plain)
        return letter if letter["recipient"] == self.user_id else None

    def _tried(
        self, sender_key: str, message: AnyOlmMessage, first: PreKeyMessage | None
    ) -> Iterator[bytes]:
        for session in reversed(self._sessions[sender_key]):
            if first is not None and not session.session_matches(first):
                continue
            try:
                yield session.decrypt(message)
            except ValueError:
                # When two begin a session at once, there are two: it was the other one.
                continue

    # ----------------------------------------------------------------------- rooms

    def room_key(self, room_id: RoomId) -> Json:
        """The key of what this device writes in a room from now on."""
        session = self._outbound.get(room_id)
        if session is None:
            session = self._outbound[room_id] = GroupSession()
            own = InboundGroupSession(session.session_key)
            self._inbound[room_id, session.session_id] = own
        return {
            "algorithm": MEGOLM,
            "room_id": room_id,
            "session_id": session.session_id,
            "session_key": session.session_key.to_base64(),
        }

    def forget_room_key(self, room_id: RoomId) -> None:
        """Write with a new key from now on: somebody who has the old one is gone."""
        self._outbound.pop(room_id, None)

    def encrypt(self, room_id: RoomId, kind: str, content: Json) -> Json:
        """The content of an encrypted event; `room_key` must have been given out."""
        session = self._outbound[room_id]
        plain = json.dumps({"type": kind, "content": content, "room_id": room_id})
        encrypted: Json = {
            "algorithm": MEGOLM,
            "ciphertext": session.encrypt(plain.encode()).to_base64(),
            "session_id": session.session_id,
            "sender_key": self.curve25519,
            "device_id": self.device_id,
        }
        if "m.relates_to" in content:
            encrypted["m.relates_to"] = content["m.relates_to"]
        return encrypted

    def decrypt(self, room_id: RoomId, content: Mapping[str, Any]) -> tuple[str, Json] | None:
        """Kind and content inside an encrypted event; None if its key is not here."""
        session = self._inbound.get((room_id, content["session_id"]))
        message = MegolmMessage.from_base64(content["ciphertext"])
        if session is None or message.message_index() < session.first_known_index:
            return None
        plain = json.loads(session.decrypt(message).plaintext)
        inner: Json = plain["content"]
        if "m.relates_to" in content:
            inner.setdefault("m.relates_to", content["m.relates_to"])
        return plain["type"], inner


def encrypt_file(data: bytes) -> tuple[bytes, Json]:
    """A file for an encrypted room, and what is needed to open it (the event's `file`)."""
    key, prefix = get_random_bytes(32), get_random_bytes(8)
    cipher = AES.new(key, AES.MODE_CTR, nonce=prefix, initial_value=0)
    sealed = cipher.encrypt(data)
    return sealed, {
        "v": "v2",
        "key": {
            "kty": "oct",
            "alg": "A256CTR",
            "ext": True,
            "k": b64encode(key, altchars=b"-_").decode().rstrip("="),
            "key_ops": ["encrypt", "decrypt"],
        },
        "iv": b64encode(prefix + bytes(8)).decode().rstrip("="),
        "hashes": {"sha256": b64encode(hashlib.sha256(sealed).digest()).decode().rstrip("=")},
    }


def _canonical(value: Json) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _unpadded(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4))
