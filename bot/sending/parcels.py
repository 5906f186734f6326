"""Effects on their way through the outbox: JSON text in, something the chat can send out.

An effect may need the id of a message of ours that is not sent yet: the message to edit,
the thread to post into, the link in a digest. It names that message by its key, and the
sender waits with the one until the other is out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
from storage.outbox import Effect, OutboxState, Sent

if TYPE_CHECKING:
    from storage.transaction import Transaction


_ASKS_IN = ('{"kind":"open_room"', '{"kind":"invite"')


@dataclass(frozen=True, slots=True)
class Ref:
    """A word in a text, `token`, that stands for the event id of the message of `key`."""

    token: str
    key: EffectKey


class NotYet(Exception):
    """The effect waits for another of ours to be sent first."""


class Never(Exception):
    """The effect speaks of a message of ours that was never sent, and never will be."""


def post(
    key: EffectKey,
    room_id: RoomId,
    markdown: str,
    *,
    under: EffectKey | None = None,
    thread: EventId | None = None,
    mentions: Sequence[UserId] = (),
    silent: bool = True,
    refs: Sequence[Ref] = (),
) -> Effect:
    """A new message.

    Args:
        under: the key of the message of ours whose thread it goes into;
        thread: or the message, anybody's, that roots it.
    """
    content: dict[str, object] = {"kind": "post", "markdown": markdown, "silent": silent}
    if under is not None:
        content["under"] = under
    if thread is not None:
        content["thread"] = thread
    if mentions:
        content["mentions"] = list(mentions)
    if refs:
        content["refs"] = [[ref.token, ref.key] for ref in refs]
    return _effect(key, room_id, content)


def post_file(
    tx: Transaction,
    key: EffectKey,
    room_id: RoomId,
    *,
    name: str,
    mime: str,
    data: bytes,
    markdown: str = "",
    thread: EventId | None = None,
    under: EffectKey | None = None,
) -> Effect:
    """A file with a caption, into a thread if one is named (by its root, or by that's key).

    The bytes are kept now, in this transaction, which is the one to put the effect into the
    outbox as well; they go when it has been carried out or given up.
    """
    content: dict[str, object] = {
        "kind": "post_file",
        "name": name,
        "mime": mime,
        "blob": tx.blobs.keep(data),
        "markdown": markdown,
    }
    if thread is not None:
        content["thread"] = thread
    if under is not None:
        content["under"] = under
    return _effect(key, room_id, content)


def revise(
    key: EffectKey,
    room_id: RoomId,
    target: EffectKey,
    markdown: str,
    *,
    refs: Sequence[Ref] = (),
) -> Effect:
    """New text for the message of the effect `target`."""
    content: dict[str, object] = {"kind": "revise", "of": target, "markdown": markdown}
    if refs:
        content["refs"] = [[ref.token, ref.key] for ref in refs]
    return _effect(key, room_id, content)


def react(key: EffectKey, room_id: RoomId, target: EventId, mark: str) -> Effect:
    """An emoji on somebody's message."""
    return _effect(key, room_id, {"kind": "react", "target": target, "mark": mark})


def react_to_own(key: EffectKey, room_id: RoomId, target: EffectKey, mark: str) -> Effect:
    """An emoji on the message of the effect `target`."""
    return _effect(key, room_id, {"kind": "react", "of": target, "mark": mark})


def take_back(key: EffectKey, room_id: RoomId, target: EffectKey) -> Effect:
    """Withdraw what the effect `target` sent."""
    return _effect(key, room_id, {"kind": "take_back", "of": target})


def join(key: EffectKey, room_id: RoomId) -> Effect:
    """Accept an invitation."""
    return _effect(key, room_id, {"kind": "join"})


def leave(key: EffectKey, room_id: RoomId) -> Effect:
    """Leave a room, or decline its invitation."""
    return _effect(key, room_id, {"kind": "leave"})


def open_room(
    key: EffectKey,
    near: RoomId,
    *,
    name: str,
    topic: str = "",
    encrypted: bool = False,
    space: bool = False,
    inside: EffectKey | None = None,
    order: str = "",
    open_to_all: bool = False,
    direct: bool = False,
    invited: Sequence[UserId] = (),
) -> Effect:
    """A new room; `opened` tells which one it has become.

    Args:
        near: a room in whose lane it is made, one after the other; it need not be related.
        inside: the key of the effect that makes the space it belongs to.
        open_to_all: whoever has its address may join. The address follows from the key, so
            the key must then hold something that nobody can guess.
    """
    content: dict[str, object] = {
        "kind": "open_room",
        "name": name,
        "alias": alias_of(key),
        "topic": topic,
        "encrypted": encrypted,
        "space": space,
        "order": order,
        "open_to_all": open_to_all,
        "direct": direct,
        "invited": list(invited),
    }
    if inside is not None:
        content["inside"] = inside
    return _effect(key, near, content)


def alias_of(key: EffectKey) -> str:
    """The local part of the address of the room that the effect `key` makes."""
    return f"runda-{hashlib.sha256(f'alias {key}'.encode()).hexdigest()[:16]}"


def opened(fate: Sent | None) -> RoomId | None:
    """The room that an `open_room` has made; None as long as there is none."""
    if fate is None or fate.event_id is None:
        return None
    return RoomId(fate.event_id)


def invite(key: EffectKey, room_id: RoomId, user_id: UserId) -> Effect:
    """An invitation to a room."""
    return _effect(key, room_id, {"kind": "invite", "user_id": user_id})


def asks_people_in(content: str) -> bool:
    """Whether an effect's content invites somebody, perhaps from another homeserver.

    That one may be away for days, and it is nobody else's fault.
    """
    return content.startswith(_ASKS_IN)


def _effect(key: EffectKey, room_id: RoomId, content: dict[str, object]) -> Effect:
    return Effect(key=key, room_id=room_id, content=orjson.dumps(content).decode())


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
