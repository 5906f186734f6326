"""Keys on their way: ours to the homeserver, other people's devices from it."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from bot.adapters.matrix.olm import Device, Machine
from bot.adapters.matrix.transport import CLIENT, Transport
from bot.errors import ChatRefused
from flows.ids import UserId

log = structlog.get_logger(__name__)

_MOST_USERS = 200
_OTHERS_TIMEOUT_MS = 5_000
"""How long the homeserver waits for other homeservers: a dead one must not hold up a room."""
_DEADLINE_S = 15.0
_BLOCK = 10
"""People or devices taken in at a time: one commit, and then others may run."""

T = TypeVar("T")

_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What nio raises at keys that are not as they should be."""


class DeviceKeys:
    """The devices we know, and what of ours the homeserver knows."""

    def __init__(self, transport: Transport, machine: Machine) -> None:
        self._transport = transport
        self._machine = machine
        self._known: set[UserId] = set()
        self._stale: set[UserId] = set()
        self._fallback_used = False

    # -------------------------------------------------------------------- ours

    def note_count(self, one_time_keys: int | None, *, fallback_used: bool) -> None:
        """Note how many keys the homeserver has left; 0 is a number, too."""
        if one_time_keys is not None:
            self._machine.uploaded_key_count = one_time_keys
        self._fallback_used = fallback_used

    @property
    def is_short(self) -> bool:
        """Whether `publish` has something to give."""
        return self._fallback_used or self._machine.is_short_of_keys()

    async def publish(self) -> None:
        """Give the homeserver the keys it is short of."""
        body = self._machine.keys_to_publish(fallback=self._fallback_used)
        if body is None:
            return
        try:
            answer = await self._transport.post(
                f"{CLIENT}/keys/upload", body, deadline_s=_DEADLINE_S
            )
        except ChatRefused as error:
            if "already exists" not in str(error):
                raise
            # A store put back from a backup makes keys again that were once published.
            # They are marked as such, and the next upload goes on with new ones.
            log.warning("keys.existed_already")
            self._machine.keys_published(None)
        else:
            counts = answer.get("one_time_key_counts")
            count = counts.get("signed_curve25519", 0) if isinstance(counts, dict) else None
            self._machine.keys_published(count)
            log.info("keys.published", one_time_keys=count)
        self._fallback_used = False

    # ------------------------------------------------------------------ others'

    @property
    def has_stale(self) -> bool:
        """Whether somebody's list of devices must be asked for anew."""
        return bool(self._stale)

    def note_changed(self, users: Iterable[UserId]) -> set[UserId]:
        """Note whose devices changed; those of them that matter to us."""
        changed = self._known.intersection(users)
        self._stale |= changed
        return changed

    def note_left(self, users: Iterable[UserId]) -> None:
        """Forget people of whose devices we hear no more; they are asked for when met again."""
        self._known.difference_update(users)
        self._stale.difference_update(users)

    async def query(self, users: Collection[UserId]) -> None:
        """Learn the devices of these people, as far as they are not known."""
        wanted = sorted(user for user in users if user not in self._known or user in self._stale)
        for at in range(0, len(wanted), _MOST_USERS):
            await self._query(wanted[at : at + _MOST_USERS])

    async def refresh(self) -> None:
        """Learn anew whose devices changed."""
        await self.query(tuple(self._stale))

    async def _query(self, users: Sequence[UserId]) -> None:
        # What changes while the answer is under way is noted again, and asked for again.
        self._stale.difference_update(users)
        try:
            answer = await self._transport.post(
                f"{CLIENT}/keys/query",
                {
                    "device_keys": dict.fromkeys(users, ()),
                    "timeout": _OTHERS_TIMEOUT_MS,
                },
                deadline_s=_DEADLINE_S,
            )
        except BaseException:
            self._stale.update(self._known.intersection(users))
            raise
        found = answer.get("device_keys")
        # Those on a homeserver that did not answer count as known: they are asked for
        # again when it says that something changed, not before every message.
        self._known.update(users)
        lists = found if isinstance(found, dict) else {}
        for block in _blocks(users):
            with self._machine.at_once():
                for user in block:
                    self._learn(user, lists.get(user))
            await asyncio.sleep(0)

    def _learn(self, user: UserId, devices: object) -> None:
        if not isinstance(devices, dict):
            log.info("devices.unknown", user_id=user)
            return
        try:
            self._machine.learn_devices(user, devices)
        except _MALFORMED as error:
            log.warning("devices.malformed", user_id=user, error=type(error).__name__)

    # ---------------------------------------------------------------- sessions

    async def open_sessions(self, devices: Collection[Device]) -> None:
        """Begin a session with each device that has a key to give."""
        wanted: dict[str, dict[str, str]] = defaultdict(dict)
        for device in devices:
            wanted[device.user_id][device.device_id] = "signed_curve25519"
        if not wanted:
            return
        answer = await self._transport.post(
            f"{CLIENT}/keys/claim",
            {"one_time_keys": wanted, "timeout": _OTHERS_TIMEOUT_MS},
            deadline_s=_DEADLINE_S,
        )
        given = answer.get("one_time_keys")
        claimed = [(user, *pair) for user in wanted for pair in _pairs(given, user)]
        for block in _blocks(claimed):
            with self._machine.at_once():
                for user, device_id, keys in block:
                    self._begin(user, device_id, keys)
            await asyncio.sleep(0)

    def _begin(self, user: str, device_id: str, keys: Mapping[str, Any]) -> None:
        try:
            self._machine.learn_one_time_key(user, device_id, keys)
        except (*_MALFORMED, StopIteration) as error:
            log.warning(
                "session.refused", user_id=user, device_id=device_id, error=type(error).__name__
            )

    async def send(self, kind: str, messages: Mapping[str, Mapping[str, Any]]) -> None:
        """Send messages to devices; the same to the homeserver's ears when it is repeated."""
        await self._transport.put(
            f"{CLIENT}/sendToDevice/{kind}/{secrets.token_hex(16)}",
            {"messages": messages},
            deadline_s=_DEADLINE_S,
        )

    async def mend_sessions(self) -> None:
        """Begin anew with devices whose session broke, and tell them so."""
        machine = self._machine
        broken = list(machine.wedged_devices)
        if broken:
            await self.open_sessions(broken)
            # One that has no key to give stays broken until it writes to us again.
            machine.wedged_devices = [one for one in machine.wedged_devices if one not in broken]
        while machine.outgoing_to_device_messages:
            message = machine.outgoing_to_device_messages[0]
            await self.send(message.type, message.as_dict()["messages"])
            machine.outgoing_to_device_messages.remove(message)


def _blocks(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(things), _BLOCK):
        yield things[at : at + _BLOCK]


def _pairs(given: object, user: str) -> list[tuple[str, Mapping[str, Any]]]:
    devices = given.get(user) if isinstance(given, dict) else None
    if not isinstance(devices, dict):
        return []
    return [(name, keys) for name, keys in devices.items() if isinstance(keys, dict)]
