"""Effects on their way into the outbox, as JSON text; `bot.sending.unpacking` reads it back.

An effect may need the id of a message of ours that is not sent yet: the message to edit,
the thread to post into, the link in a digest. It names that message by its key, and the
sender waits with the one until the other is out.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from flows.ids import EffectKey, EventId, RoomId, UserId
from storage.outbox import Effect, Sent

if TYPE_CHECKING:
    from storage.transaction import Transaction


_ASKS_IN = ('{"kind":"open_room"', '{"kind":"invite"')


@dataclass(frozen=True, slots=True)
class Ref:
    """A word in a text, `token`, that stands for the event id of the message of `key`."""

    token: str
    key: EffectKey


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
        invited: if anybody is, its address is drawn by chance, since nobody needs it. One that
            could be guessed could be given to another room of ours before, and what is meant
            for them would be said in there.
        open_to_all: whoever has its address may join. The address follows from the key, so
            the key must then hold something that nobody can guess.
    """
    content: dict[str, object] = {
        "kind": "open_room",
        "name": name,
        "alias": f"runda-{secrets.token_hex(8)}" if invited else alias_of(key),
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
