"""nio's encryption machine, with what we do differently.

Synchronous and local: it speaks with a file, never with the homeserver.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import vodozemac
from typing_extensions import override

from bot.adapters.matrix.key_store import Store
from bot.adapters.matrix.nio_parts import (
    ForwardedRoomKeyEvent,
    InboundGroupSession,
    KeysClaimResponse,
    KeysQueryResponse,
    Olm,
    OlmDevice,
    OlmEvent,
    OutboundGroupSession,
    OutgoingKeyRequest,
    ToDeviceEvent,
)

__all__ = ["Device", "Machine", "OutboundGroupSession"]

Device = OlmDevice

_OWN_SESSIONS_KEPT = 10
"""Of a room: as many reach back over some weeks, or a hundred messages and more each."""


class Machine(Olm):  # type: ignore[misc]  # nio carries no types
    """The account's keys, sessions with devices, and room keys."""

    _message_index_store_size = 20_000

    vouched_keys: dict[str, Any] | None = None
    """Our device's keys with the signature of the account that vouches for them."""

    @classmethod
    def open(cls, folder: Path, user_id: str, device_id: str, pickle_key: str) -> Machine:
        """Open the store in `folder`, or make it at the first start."""
        # At DEBUG nio logs whole messages and keys; what it warns of we log ourselves.
        logging.getLogger("nio").setLevel(logging.CRITICAL)
        store = Store(
            user_id, device_id, str(folder), pickle_key=pickle_key, database_name="keys.db"
        )
        return cls(user_id, device_id, store)

    def close(self) -> None:
        """Close the store."""
        self.store.database.close()

    def at_once(self) -> AbstractContextManager[Any]:
        """Everything saved within is saved together, or not at all."""
        atomic: AbstractContextManager[Any] = self.store.database.atomic()
        return atomic

    # ------------------------------------------------------------------ trust
    # The store would be asked for each message: 1 ms of SQL for an answer that is
    # always the same, as nobody can compare emoji with a bot.

    @override
    def is_device_verified(self, device: OlmDevice) -> bool:
        return False

    @override
    def is_device_blacklisted(self, device: OlmDevice) -> bool:
        return False

    @override
    def is_device_ignored(self, device: OlmDevice) -> bool:
        return True

    # ------------------------------------------------------------- our own keys

    def keys_to_publish(self, *, fallback: bool) -> dict[str, Any] | None:
        """The body of a key upload; None if the homeserver has what it needs.

        Their private halves are on disk when this returns: were they not, a crash after
        the upload would leave the homeserver with keys that nobody can use.

        Args:
            fallback: Whether to make a new key for when the one-time keys are used up.
        """
        if self.account.shared and not fallback and not self.is_short_of_keys():
            return None
        if not self.account.shared or self.is_short_of_keys():
            # Those of an upload whose answer was lost are still there, and go again.
            waiting = len(self.account.one_time_keys["curve25519"])
            lacking = self.account.max_one_time_keys - (self.uploaded_key_count or 0) - waiting
            self.account.generate_one_time_keys(max(lacking, 0))
        inner = self.account._account  # nio has no door to fallback keys  # noqa: SLF001
        if (fallback or not self.account.shared) and not inner.fallback_key:
            inner.generate_fallback_key()
        self.save_account()
        body: dict[str, Any] = {
            "one_time_keys": {
                f"signed_curve25519:{name}": self.signed({"key": key})
                for name, key in self.account.one_time_keys["curve25519"].items()
            },
            "fallback_keys": {
                f"signed_curve25519:{name}": self.signed({"key": key.to_base64(), "fallback": True})
                for name, key in inner.fallback_key.items()
            },
        }
        if not self.account.shared:
            body["device_keys"] = self.device_keys()
        return body

    def is_short_of_keys(self) -> bool:
        """Whether others are about to take the last of the keys we gave out."""
        count = self.uploaded_key_count
        return count is not None and count <= self.account.max_one_time_keys // 2

    def keys_published(self, one_time_keys: int | None) -> None:
        """Note that the homeserver has our keys, and how many."""
        self.account.shared = True
        self.uploaded_key_count = one_time_keys
        self.mark_keys_as_published()
        self.save_account()

    def device_keys(self) -> dict[str, Any]:
        """What others must know of this device."""
        identity = self.account.identity_keys
        return self.signed(
            {
                "algorithms": list(self._algorithms),
                "device_id": self.device_id,
                "user_id": self.user_id,
                "keys": {f"{kind}:{self.device_id}": key for kind, key in identity.items()},
            }
        )

    def signed(self, value: dict[str, Any]) -> dict[str, Any]:
        """The value with this device's signature."""
        signature = self.sign_json(value)
        return {
            **value,
            "signatures": {self.user_id: {f"ed25519:{self.device_id}": signature}},
        }

    # ----------------------------------------------------------- device messages

    def hear(self, raw: Mapping[str, Any]) -> tuple[str, str] | None:
        """Take in a message to this device; its room and session if it brought a room key.

        Raises whatever a malformed message makes nio raise.
        """
        event = ToDeviceEvent.parse_event(dict(raw))
        # The rest is about comparing emoji and about keys for our own other devices.
        if not isinstance(event, OlmEvent):
            return None
        try:
            with self.at_once():
                heard = self.handle_to_device_event(event)
                # The one-time key that a new session used up is taken out of the account
                # only after nio has saved it.
                self.save_account()
        except ValueError:
            # Also from a session that cannot be made: the other side must start anew.
            self._mark_device_for_unwedging(event.sender, event.sender_key)
            raise
        room_id, session_id = getattr(heard, "room_id", None), getattr(heard, "session_id", None)
        return (room_id, session_id) if room_id and session_id else None

    @override
    def create_group_session(
        self, sender_key: str, sender_fp_key: str, room_id: str, session_id: str, session_key: str
    ) -> None:
        try:
            session = InboundGroupSession(session_key, sender_fp_key, sender_key, room_id)
        except ValueError:
            return
        # nio would also put a key that opens fewer messages in place of the one it has.
        if session.id == session_id and self.inbound_group_store.add(session):
            self.save_inbound_group_session(session)

    @override
    def _should_accept_forward(
        self, sender: str, sender_key: str, event: ForwardedRoomKeyEvent
    ) -> bool:
        # nio takes keys only from our own verified devices, of which there are none. We
        # take one that we asked for, from the device whose own session it is.
        request = self.outgoing_key_requests.get(event.session_id)
        content = event.source["content"]
        return bool(
            request is not None
            and event.algorithm == request.algorithm
            and event.room_id == request.room_id
            and content["sender_key"] == sender_key
            and not content.get("forwarding_curve25519_key_chain")
        )

    def has_asked_for(self, session_id: str) -> bool:
        """Whether a key was asked for and has not come."""
        return session_id in self.outgoing_key_requests

    def note_request(self, room_id: str, session_id: str) -> None:
        """Remember that a key was asked for; only then is it accepted when it comes."""
        request = OutgoingKeyRequest(session_id, session_id, room_id, self._megolm_algorithm)
        self.outgoing_key_requests[session_id] = request
        self.store.add_outgoing_key_request(request)

    # ------------------------------------------------------- room keys of our own

    def keep_own_session(self, room_id: str, session: OutboundGroupSession) -> None:
        """Keep a new room key, for those who come later."""
        self.store.keep_own_session(room_id, session, most=_OWN_SESSIONS_KEPT)

    def own_sessions(self, room_id: str) -> list[OutboundGroupSession]:
        """The room keys that were in use in a room, as they were at their first message."""
        sessions: list[OutboundGroupSession] = self.store.own_sessions(room_id)
        return sessions

    # ------------------------------------------------------------------- devices

    def learn_devices(self, user_id: str, devices: Mapping[str, Any]) -> None:
        """Take in the homeserver's list of a person's devices, as far as it is in order."""
        sound = {name: keys for name, keys in devices.items() if _is_sound(user_id, name, keys)}
        # A list that left a device out for a while (it came from another server) would
        # otherwise have marked it as gone for ever.
        back = {
            name: device
            for name, device in self.device_store[user_id].items()
            if device.deleted and name in sound
        }
        for device in back.values():
            device.deleted = False
        with self.at_once():
            if back:
                self.store.save_device_keys({user_id: back})
            self._handle_key_query(KeysQueryResponse({user_id: sound}, {}))

    def learn_one_time_key(self, user_id: str, device_id: str, keys: Mapping[str, Any]) -> None:
        """Begin a session with a device, with a key of it that was claimed."""
        with self.at_once():
            self._handle_key_claiming(KeysClaimResponse({user_id: {device_id: keys}}, {}))

    def may_be_of(self, user_id: str, sender_key: str) -> bool:
        """False if the identity key is known to be of a device of somebody else.

        A device that is not known (logged out since, perhaps) is taken on the homeserver's
        word: refusing it would lose what was written with it.
        """
        if self.device_store.device_from_sender_key(user_id, sender_key) is not None:
            return True
        return not any(
            device.curve25519 == sender_key and device.user_id != user_id
            for device in self.device_store
        )

    def encrypt_for(
        self, device: OlmDevice, kind: str, content: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """A message that only this device can read; None without a session with it.

        It says whose device ours is. Somebody who has just come has not asked the homeserver
        yet, and her client may leave out the keys of devices it knows nothing of.
        """
        session = self.session_store.get(device.curve25519)
        if session is None:
            return None
        plain = {
            "sender": self.user_id,
            "keys": {"ed25519": self.account.identity_keys["ed25519"]},
            "recipient": device.user_id,
            "recipient_keys": {"ed25519": device.ed25519},
            "type": kind,
            "content": content,
            "sender_device_keys": self.vouched_keys or self.device_keys(),
        }
        sealed = session.encrypt(json.dumps(plain))
        self.store.save_session(device.curve25519, session)
        number, ciphertext = sealed.to_parts()
        body = base64.b64encode(ciphertext).decode().rstrip("=")
        return {
            "algorithm": self._olm_algorithm,
            "sender_key": self.account.identity_keys["curve25519"],
            "ciphertext": {device.curve25519: {"type": number, "body": body}},
        }


def _is_sound(user_id: str, device_id: str, keys: Any) -> bool:
    try:
        vodozemac.Ed25519PublicKey.from_base64(keys["keys"][f"ed25519:{device_id}"])
        vodozemac.Curve25519PublicKey.from_base64(keys["keys"][f"curve25519:{device_id}"])
        vodozemac.Ed25519Signature.from_base64(keys["signatures"][user_id][f"ed25519:{device_id}"])
        json.dumps(keys, allow_nan=False)
        unsigned = keys.get("unsigned", {})
        return (
            keys["user_id"] == user_id
            and keys["device_id"] == device_id
            and isinstance(unsigned, dict)
            and isinstance(unsigned.get("device_display_name") or "", str)
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
