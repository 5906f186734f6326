"""An answer of `/sync`, turned into one batch for the journal.

Pure. Works on the raw JSON: checking each event against a schema would cost twenty times
what keeping it costs, and shapes are checked where they are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from bot.adapters.matrix import power
from bot.adapters.matrix.decoding import encoded
from bot.adapters.matrix.events import Raw, is_id, is_odd, meaning, sent_ms
from flows.ids import EventId, RoomId, UserId
from storage.journal import (
    Arrived,
    Batch,
    Departure,
    Invitation,
    MemberChange,
    Membership,
    NewGap,
    RoomFacts,
)

_STATE = (
    "m.room.create",
    "m.room.member",
    "m.room.name",
    "m.room.encryption",
    "m.room.power_levels",
    "m.room.tombstone",
)
RIGHTS = ("m.room.create", "m.room.power_levels")
"""What tells who may how much."""

_LONGEST_NAME = 100
_TIMELINE_LIMIT = 100  # Synapse gives no more, whatever one asks for.


def _filter(timeline_limit: int) -> str:
    # Members are not loaded lazily: only so does every change of membership arrive, and
    # the whole list when the bot comes into a room. Rights rest on that list.
    wanted = {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "timeline": {"limit": timeline_limit},
            "state": {"types": list(_STATE)},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
        },
    }
    return quote(orjson.dumps(wanted))


_FIRST = f"/_matrix/client/v3/sync?set_presence=offline&timeout=0&filter={_filter(1)}"
_NEXT = f"/_matrix/client/v3/sync?set_presence=offline&filter={_filter(_TIMELINE_LIMIT)}"


def path(since: str | None, timeout_ms: int) -> str:
    """What to ask the homeserver for; the first answer comes without waiting."""
    if since is None:
        return _FIRST
    return f"{_NEXT}&timeout={timeout_ms}&since={quote(since, safe='')}"


Open = Callable[[Raw, RoomId], Raw | None]
"""Decrypts an event; None if that cannot be done now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One answer: what is to be kept, and what only matters while the process lives."""

    batch: Batch
    key_count: int | None
    """One-time keys the server has left for others to take; None if it did not say."""
    fallback_used: bool
    """Whether somebody had to take the key that is there for when those are used up."""
    changed_devices: tuple[UserId, ...]
    left_devices: tuple[UserId, ...]
    """People with whom no room is shared any more: their devices change unheard."""

    @property
    def is_empty(self) -> bool:
        """Whether the answer brought nothing but a new position."""
        batch = self.batch
        return not (
            batch.events
            or batch.rooms
            or batch.members
            or batch.invitations
            or batch.departures
            or batch.to_device
            or batch.gaps
        )


@dataclass(slots=True)
class _Gathering:
    own_id: UserId
    since: str | None
    open: Open
    events: list[Arrived] = field(default_factory=list)
    rooms: list[RoomFacts] = field(default_factory=list)
    members: list[MemberChange] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    gaps: list[NewGap] = field(default_factory=list)


def heard(answer: Raw, *, own_id: UserId, since: str | None, open_event: Open) -> Heard:
    """Sort an answer into a batch.

    Args:
        since: The position it was asked with. None means the first sync of the account:
            what was written before is none of our business, but who is where is.
        open_event: Decrypts; an event it cannot open is kept raw.
    """
    gathering = _Gathering(own_id, since, open_event)
    rooms = _dict(answer.get("rooms"))
    for room_id, room in _rooms(rooms, "join"):
        _joined(gathering, room_id, room)
    for room_id, room in _rooms(rooms, "invite"):
        _invited(gathering, room_id, room)
    for room_id, room in _rooms(rooms, "leave"):
        _left(gathering, room_id, room)
    count = _dict(answer.get("device_one_time_keys_count")).get("signed_curve25519")
    if count is None and "device_one_time_keys_count" in answer:
        count = 0
    spare = answer.get("device_unused_fallback_key_types")
    devices = _dict(answer.get("device_lists"))
    return Heard(
        batch=Batch(
            account=own_id,
            position=answer["next_batch"],
            events=gathering.events,
            rooms=gathering.rooms,
            members=gathering.members,
            invitations=gathering.invitations,
            departures=gathering.departures,
            to_device=_to_device(answer),
            gaps=gathering.gaps,
        ),
        key_count=count if isinstance(count, int) else None,
        fallback_used=isinstance(spare, list) and "signed_curve25519" not in spare,
        changed_devices=_users(devices.get("changed")),
        left_devices=_users(devices.get("left")),
    )


def facts_of(state: Sequence[Raw], room_id: RoomId, own_id: UserId) -> list[RoomFacts]:
    """What the state of a joined room tells, as a batch would bring it."""
    gathering = _Gathering(own_id, None, lambda _raw, _room: None)
    _state(gathering, room_id, tuple(state))
    return gathering.rooms


def arrived(raw: Raw, room_id: RoomId, own_id: UserId, open_event: Open) -> Arrived | None:
    """A timeline event for the journal; None if it means nothing to a dialogue."""
    if raw.get("type") == "m.room.encrypted" and not is_odd(raw, own_id):
        return _arrived_encrypted(raw, room_id, own_id, open_event)
    incoming = meaning(raw, room_id, own_id)
    if incoming is not None:
        return Arrived(
            room_id=room_id,
            event_id=incoming.event_id,
            sender=incoming.sender,
            sent_ms=incoming.sent_ms,
            incoming=incoming,
        )
    return _set_aside(raw, room_id) if is_odd(raw, own_id) else None


def _arrived_encrypted(
    raw: Raw, room_id: RoomId, own_id: UserId, open_event: Open
) -> Arrived | None:
    sender, event_id = raw["sender"], raw["event_id"]
    if sender == own_id or not raw["content"] or "state_key" in raw:
        return None  # without content it was redacted
    opened = open_event(raw, room_id)
    incoming = None if opened is None else meaning(opened, room_id, own_id)
    if opened is not None and incoming is None:
        return _set_aside(raw, room_id) if is_odd(opened, own_id) else None
    return Arrived(
        room_id=room_id,
        event_id=EventId(event_id),
        sender=UserId(sender),
        sent_ms=sent_ms(raw),
        incoming=incoming,
        raw=encoded(raw) if opened is None else None,
    )


def _set_aside(raw: Raw, room_id: RoomId) -> Arrived:
    """An event that nobody can make sense of, as it came."""
    text = encoded(raw)
    sender, event_id = raw.get("sender"), raw.get("event_id")
    if not is_id(event_id):
        # It needs a name of its own; no homeserver gives one that begins so.
        event_id = f"odd-{hashlib.sha256(text.encode()).hexdigest()}"
    return Arrived(
        room_id=room_id,
        event_id=EventId(event_id),
        sender=UserId(sender if is_id(sender) else ""),
        sent_ms=sent_ms(raw),
        raw=text,
        odd=True,
    )


def _joined(gathering: _Gathering, room_id: RoomId, room: Raw) -> None:
    timeline = _dict(room.get("timeline"))
    events = _events(timeline)
    state = _events(_dict(room.get("state")))
    if gathering.since is not None and not _has_a_past(gathering.own_id, timeline, events):
        # Who is in the room carries its time, and an old change changes nothing.
        state = [raw for raw in state if raw.get("type") == "m.room.member"]
    _state(gathering, room_id, (*state, *events))
    if gathering.since is None:
        return
    _timeline(gathering, room_id, timeline, events)


def _has_a_past(own_id: UserId, timeline: Raw, events: list[Raw]) -> bool:
    """Whether there is anything in a room between the last answer and this timeline.

    If not, no state can have changed there. What a homeserver tells of it all the same is how
    things stood on another branch of the room's history: where two people change something at
    once, Synapse gives the state before the later event, which knows nothing of the other.
    """
    return timeline.get("limited") is True or any(
        raw.get("type") == "m.room.member"
        and raw.get("state_key") == own_id
        and _dict(raw.get("content")).get("membership") == Membership.JOIN.value
        for raw in events
    )


def _timeline(gathering: _Gathering, room_id: RoomId, timeline: Raw, events: list[Raw]) -> None:
    for raw in events:
        event = arrived(raw, room_id, gathering.own_id, gathering.open)
        if event is not None:
            gathering.events.append(event)
    start = timeline.get("prev_batch")
    if timeline.get("limited") is True and isinstance(start, str):
        gathering.gaps.append(NewGap(room_id=room_id, start=start, stop=gathering.since))


def _state(gathering: _Gathering, room_id: RoomId, events: tuple[Raw, ...]) -> None:
    """Changes of state, from oldest to newest."""
    facts: dict[str, Any] = {}
    for raw in events:
        kind = raw.get("type")
        if kind not in _STATE or not isinstance(raw.get("state_key"), str):
            continue
        if raw["state_key"] != "" and kind != "m.room.member":
            continue  # a second name or encryption, beside the room's own
        content = _dict(raw.get("content"))
        if kind == "m.room.member":
            change = _member_change(raw, content, room_id)
            if change is None:
                continue
            gathering.members.append(change)
            if change.user_id == gathering.own_id and change.membership is Membership.JOIN:
                facts["joined"] = True
        else:
            facts |= _fact(raw, kind, content)
    if facts:
        gathering.rooms.append(RoomFacts(room_id=room_id, **facts))


def _fact(raw: Raw, kind: str, content: Raw) -> dict[str, Any]:
    match kind:
        case "m.room.name":
            return {"name": _text_of(content.get("name"))}
        case "m.room.encryption":
            return {"encrypted": True}
        case "m.room.create":
            return {"creators": power.creators(raw), **_before(content)}
        case "m.room.power_levels":
            return {"levels": power.levels(content)}
        case _:
            successor = content.get("replacement_room")
            return {"successor": RoomId(successor)} if is_id(successor) else {}


def _before(content: Raw) -> dict[str, Any]:
    room_id = _dict(content.get("predecessor")).get("room_id")
    return {"predecessor": RoomId(room_id)} if is_id(room_id) else {}


def _member_change(raw: Raw, content: Raw, room_id: RoomId) -> MemberChange | None:
    try:
        membership = Membership(content.get("membership", ""))
    except ValueError:
        return None
    if not is_id(raw["state_key"]):
        return None
    name = _text_of(content.get("displayname"))
    return MemberChange(
        room_id=room_id,
        user_id=UserId(raw["state_key"]),
        membership=membership,
        name=name or None,
        sent_ms=sent_ms(raw),
    )


def _invited(gathering: _Gathering, room_id: RoomId, room: Raw) -> None:
    inviter, direct, name, encrypted = None, False, None, False
    for raw in _events(_dict(room.get("invite_state"))):
        content = _dict(raw.get("content"))
        kind = raw.get("type")
        if kind == "m.room.member" and raw.get("state_key") == gathering.own_id:
            inviter, direct = raw.get("sender"), content.get("is_direct") is True
        elif kind == "m.room.name":
            name = _text_of(content.get("name"))
        elif kind == "m.room.encryption":
            encrypted = True
    if is_id(inviter):
        gathering.invitations.append(
            Invitation(
                room_id=room_id,
                inviter=UserId(inviter),
                direct=direct,
                name=name or None,
                encrypted=encrypted,
            )
        )


def _left(gathering: _Gathering, room_id: RoomId, room: Raw) -> None:
    timeline = _dict(room.get("timeline"))
    events = _events(timeline)
    state = _events(_dict(room.get("state")))
    by, banned = None, False
    for raw in (*state, *events):
        if raw.get("type") == "m.room.member" and raw.get("state_key") == gathering.own_id:
            by = raw.get("sender")
            banned = _dict(raw.get("content")).get("membership") == "ban"
    if gathering.since is not None:
        # What was written before the bot was shown out still counts.
        _timeline(gathering, room_id, timeline, events)
    known = is_id(by) and by != gathering.own_id
    gathering.departures.append(
        Departure(room_id=room_id, by=UserId(str(by)) if known else None, banned=banned)
    )


def _to_device(answer: Raw) -> list[str]:
    return [encoded(raw) for raw in _events(_dict(answer.get("to_device")))]


def _users(names: object) -> tuple[UserId, ...]:
    if not isinstance(names, list):
        return ()
    return tuple(UserId(name) for name in names if is_id(name))


def _rooms(rooms: Raw, kind: str) -> Iterator[tuple[RoomId, Raw]]:
    for room_id, room in _dict(rooms.get(kind)).items():
        if is_id(room_id):
            yield RoomId(room_id), _dict(room)


def _events(block: Raw) -> list[Raw]:
    events = block.get("events")
    if not isinstance(events, list):
        return []
    return [raw for raw in events if isinstance(raw, dict)]


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text_of(value: object) -> str:
    """A name, in one line and no longer than anybody reads: it stands in our own messages."""
    if not isinstance(value, str):
        return ""
    return " ".join(value.replace("\x00", "").split())[:_LONGEST_NAME]
