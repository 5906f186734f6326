"""Effects on their way through the outbox: JSON text in, something the chat can send out.

An effect may need the id of a message of ours that is not sent yet: the message to edit,
the thread to post into, the link in a digest. It names that message by its key, and the
sender waits with the one until the other is out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bot.chat import Content, Join, Leave, Post, React, Revise, TakeBack
from flows.ids import EffectKey, EventId, RoomId, UserId
from storage.outbox import Effect, OutboxState, Sent


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
    mentions: Sequence[UserId] = (),
    silent: bool = True,
    refs: Sequence[Ref] = (),
) -> Effect:
    """A new message; `under` is the key of the message of ours whose thread it goes into."""
    content: dict[str, object] = {"kind": "post", "markdown": markdown, "silent": silent}
    if under is not None:
        content["under"] = under
    if mentions:
        content["mentions"] = list(mentions)
    if refs:
        content["refs"] = [[ref.token, ref.key] for ref in refs]
    return _effect(key, room_id, content)


def revise(key: EffectKey, room_id: RoomId, target: EffectKey, markdown: str) -> Effect:
    """New text for the message of the effect `target`."""
    return _effect(key, room_id, {"kind": "revise", "of": target, "markdown": markdown})


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


def _effect(key: EffectKey, room_id: RoomId, content: dict[str, object]) -> Effect:
    return Effect(key=key, room_id=room_id, content=orjson.dumps(content).decode())


@dataclass(frozen=True, slots=True)
class Packed:
    """An effect's content as it lay in the outbox, and the keys of ours it speaks of."""

    values: Mapping[str, Any]
    speaks_of: tuple[EffectKey, ...]


def open_content(content: str) -> Packed:
    """Read the JSON text of an effect."""
    values: dict[str, Any] = orjson.loads(content)
    keys = [values[name] for name in ("of", "under") if name in values]
    keys += [key for _, key in values.get("refs", ())]
    return Packed(values, tuple(EffectKey(key) for key in keys))


def unpack(
    packed: Packed, fates: Mapping[EffectKey, Sent], *, waits_for_links: bool = True
) -> Content:
    """What to send, with the ids of our own messages filled in.

    Args:
        fates: what became of the effects it speaks of, as far as there are any.
        waits_for_links: whether a link in a text to a message not sent yet is waited for;
            else it leads to the room alone.

    Raises:
        NotYet: one of them is not sent yet.
        Never: one of them was given up, or never existed.
    """
    values = packed.values
    match values["kind"]:
        case "post":
            return _post(values, fates, waits_for_links=waits_for_links)
        case "revise":
            return Revise(target=_sent(values["of"], fates), markdown=values["markdown"])
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
        case unknown:
            message = f"the outbox holds a {unknown!r}, which this program does not know"
            raise Never(message)


def _post(
    values: Mapping[str, Any], fates: Mapping[EffectKey, Sent], *, waits_for_links: bool
) -> Post:
    markdown: str = values["markdown"]
    for token, key in values.get("refs", ()):
        markdown = markdown.replace(token, _sent_or_nothing(key, fates, waits=waits_for_links))
    under = values.get("under")
    return Post(
        markdown=markdown,
        thread=None if under is None else _sent(under, fates),
        mentions=tuple(UserId(user) for user in values.get("mentions", ())),
        silent=values["silent"],
    )


def _sent(key: str, fates: Mapping[EffectKey, Sent]) -> EventId:
    found = fates.get(EffectKey(key))
    if found is None or found.state is OutboxState.FAILED:
        message = f"the message it belongs to ({key}) was not sent"
        raise Never(message)
    if found.event_id is None:
        raise NotYet(key)
    return found.event_id


def _sent_or_nothing(key: str, fates: Mapping[EffectKey, Sent], *, waits: bool) -> str:
    """For a link in a text: if its message never came, the link leads to the room alone."""
    try:
        return _sent(key, fates)
    except Never:
        return ""
    except NotYet:
        if waits:
            raise
        return ""
