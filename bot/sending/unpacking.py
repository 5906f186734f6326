"""Effects on their way out of the outbox: JSON text becomes something the chat can send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bot.chat import (
    Content,
    Invite,
    Join,
    Leave,
    OpenRoom,
    Post,
    PostFile,
    React,
    Revise,
    TakeBack,
)
from flows.ids import EffectKey, EventId, RoomId, UserId
from storage.outbox import OutboxState, Sent


class NotYet(Exception):
    """The effect waits for another of ours to be sent first."""


class Never(Exception):
    """The effect speaks of a message of ours that was never sent, and never will be."""


@dataclass(frozen=True, slots=True)
class Packed:
    """An effect's content as it lay in the outbox, and the keys of ours it speaks of.

    `blob` names the bytes it needs, if it needs any.
    """

    values: Mapping[str, Any]
    speaks_of: tuple[EffectKey, ...]
    blob: str | None = None


def open_content(content: str) -> Packed:
    """Read the JSON text of an effect."""
    values: dict[str, Any] = orjson.loads(content)
    keys = [values[name] for name in ("of", "under", "inside") if name in values]
    keys += [key for _, key in values.get("refs", ())]
    speaks_of = tuple(EffectKey(key) for key in keys)
    return Packed(values, speaks_of, blob=values.get("blob"))


def unpack(
    packed: Packed,
    fates: Mapping[EffectKey, Sent],
    *,
    room_id: RoomId,
    waits_for_links: bool = True,
    data: bytes | None = None,
) -> Content:
    """What to send, with the ids of our own messages filled in.

    Args:
        fates: what became of the effects it speaks of, as far as there are any.
        room_id: where it goes. What belongs to a message of a room that this one has replaced
            stands by itself: no thread and no edit reaches from one room into another.
        waits_for_links: whether a link in a text to a message not sent yet is waited for;
            else it leads to the room alone.
        data: the bytes of `packed.blob`, None if they are not kept (any more).

    Raises:
        NotYet: one of them is not sent yet.
        Never: one of them was given up, or never existed.
    """
    values = packed.values
    match values["kind"]:
        case "post":
            return _post(values, fates, room_id, waits_for_links=waits_for_links)
        case "revise":
            text = _with_links(values, fates, waits=waits_for_links)
            target = _sent_here(values["of"], fates, room_id)
            return Post(markdown=text) if target is None else Revise(target=target, markdown=text)
        case "react":
            own = "of" in values
            target = _sent(values["of"], fates) if own else EventId(values["target"])
            return React(target=target, mark=values["mark"])
        case "take_back":
            return TakeBack(target=_sent(values["of"], fates))
        case "join":
            return Join()
        case "leave":
            return Leave()
        case _:
            return _unpack_rarer(values, fates, room_id, data)


def _unpack_rarer(
    values: Mapping[str, Any],
    fates: Mapping[EffectKey, Sent],
    room_id: RoomId,
    data: bytes | None,
) -> Content:
    match values["kind"]:
        case "post_file":
            return _file(values, fates, room_id, data)
        case "open_room":
            return _room(values, fates)
        case "invite":
            return Invite(user_id=UserId(values["user_id"]))
        case unknown:
            message = f"the outbox holds a {unknown!r}, which this program does not know"
            raise Never(message)


def _post(
    values: Mapping[str, Any],
    fates: Mapping[EffectKey, Sent],
    room_id: RoomId,
    *,
    waits_for_links: bool,
) -> Post:
    return Post(
        markdown=_with_links(values, fates, waits=waits_for_links),
        thread=_thread(values, fates, room_id),
        mentions=tuple(UserId(user) for user in values.get("mentions", ())),
        silent=values["silent"],
    )


def _file(
    values: Mapping[str, Any],
    fates: Mapping[EffectKey, Sent],
    room_id: RoomId,
    data: bytes | None,
) -> PostFile:
    if data is None:
        message = "the file itself is not kept any more"
        raise Never(message)
    return PostFile(
        name=values["name"],
        mime=values["mime"],
        data=data,
        markdown=values["markdown"],
        thread=_thread(values, fates, room_id),
    )


def _thread(
    values: Mapping[str, Any], fates: Mapping[EffectKey, Sent], room_id: RoomId
) -> EventId | None:
    if "under" in values:
        return _sent_here(values["under"], fates, room_id)
    thread = values.get("thread")
    return None if thread is None else EventId(thread)


def _room(values: Mapping[str, Any], fates: Mapping[EffectKey, Sent]) -> OpenRoom:
    inside = values.get("inside")
    return OpenRoom(
        name=values["name"],
        alias=values["alias"],
        topic=values["topic"],
        encrypted=values["encrypted"],
        space=values["space"],
        parent=None if inside is None else RoomId(_sent(inside, fates)),
        order=values["order"],
        open_to_all=values["open_to_all"],
        direct=values["direct"],
        invited=tuple(UserId(one) for one in values["invited"]),
    )


def _with_links(values: Mapping[str, Any], fates: Mapping[EffectKey, Sent], *, waits: bool) -> str:
    markdown: str = values["markdown"]
    for token, key in values.get("refs", ()):
        markdown = markdown.replace(token, _sent_or_nothing(key, fates, waits=waits))
    return markdown


def _sent(key: str, fates: Mapping[EffectKey, Sent]) -> EventId:
    found = fates.get(EffectKey(key))
    if found is None or found.state is OutboxState.FAILED:
        message = f"the message it belongs to ({key}) was not sent"
        raise Never(message)
    if found.event_id is None:
        raise NotYet(key)
    return found.event_id


def _sent_here(key: str, fates: Mapping[EffectKey, Sent], room_id: RoomId) -> EventId | None:
    """The message, None if it stands in a room that this one has replaced."""
    event_id = _sent(key, fates)
    return event_id if fates[EffectKey(key)].room_id == room_id else None


def _sent_or_nothing(key: str, fates: Mapping[EffectKey, Sent], *, waits: bool) -> str:
    """For a link in a text: if its message never came, the link leads to the room alone."""
    found = fates.get(EffectKey(key))
    if found is not None and found.parked:
        return ""
    try:
        return _sent(key, fates)
    except Never:
        return ""
    except NotYet:
        if waits:
            raise
        return ""
