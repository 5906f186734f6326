"""What we send, as Matrix events. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, assert_never

from bot.chat import Post, PostFile, React, Revise
from bot.rendering.markdown import Rendered, render
from flows.ids import EffectKey, EventId, UserId

KEY = "se.runda.key"
"""Field of the content that carries the effect's key, so that the event can be found again."""

SEAL = "se.runda.seal"
"""Field beside the ciphertext that carries a digest of the key: it can be found even by
a device that cannot decrypt, and tells nothing to the homeserver."""


_PNG_HEAD_BYTES = 24


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event to be sent. Reactions are never encrypted: servers count them."""

    type: str
    content: dict[str, Any]
    encryptable: bool = True


def seal(once_key: EffectKey) -> str:
    """The digest of a key that stands beside ciphertext."""
    return hashlib.sha256(f"runda {once_key}".encode()).hexdigest()[:32]


def event_for(content: Post | Revise | React, once_key: EffectKey) -> Outgoing:
    """The event that says this."""
    match content:
        case Post():
            return Outgoing("m.room.message", _post(content, once_key))
        case Revise():
            return Outgoing("m.room.message", _revision(content, once_key))
        case React():
            return Outgoing("m.reaction", _reaction(content, once_key), encryptable=False)
        case _:
            assert_never(content)


def file_event(post: PostFile, where: dict[str, Any], once_key: EffectKey) -> Outgoing:
    """The event that says: here is a file.

    Args:
        where: as `MediaStore.put` says it.
    """
    rendered = render(post.markdown) if post.markdown else Rendered(text=post.name, html=None)
    content = _message(rendered, silent=False)
    # Without a caption, body and file name are the same: then clients show it once.
    content["msgtype"] = "m.image" if post.mime.startswith("image/") else "m.file"
    content["filename"] = post.name
    content["info"] = {"mimetype": post.mime, "size": len(post.data), **_extent(post.data)}
    content |= where
    content["m.mentions"] = {}
    content[KEY] = once_key
    _into_thread(content, post.thread)
    return Outgoing("m.room.message", content)


def _extent(data: bytes) -> dict[str, int]:
    """Width and height of a PNG: with them, clients keep room for it before it is loaded."""
    if len(data) < _PNG_HEAD_BYTES or not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return {}
    return {"w": int.from_bytes(data[16:20]), "h": int.from_bytes(data[20:24])}


def _post(post: Post, once_key: EffectKey) -> dict[str, Any]:
    content = _message(render(post.markdown), silent=post.silent)
    content["m.mentions"] = _mentions(post.mentions)
    content[KEY] = once_key
    _into_thread(content, post.thread)
    return content


def _into_thread(content: dict[str, Any], thread: EventId | None) -> None:
    if thread is not None:
        content["m.relates_to"] = {
            "rel_type": "m.thread",
            "event_id": thread,
            # For clients without threads it is shown as an answer to the thread's root.
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": thread},
        }


def _revision(revise: Revise, once_key: EffectKey) -> dict[str, Any]:
    rendered = render(revise.markdown)
    # What clients show that know no edits.
    content = _message(
        Rendered(
            text=f"* {rendered.text}",
            html=None if rendered.html is None else f"* {rendered.html}",
        ),
        silent=revise.silent,
    )
    content["m.new_content"] = {
        **_message(rendered, silent=revise.silent),
        "m.mentions": {},
    }
    content["m.relates_to"] = {"rel_type": "m.replace", "event_id": revise.target}
    content["m.mentions"] = {}
    content[KEY] = once_key
    return content


def _reaction(react: React, once_key: EffectKey) -> dict[str, Any]:
    relation = {"rel_type": "m.annotation", "event_id": react.target, "key": react.mark}
    return {"m.relates_to": relation, KEY: once_key}


def _message(rendered: Rendered, *, silent: bool) -> dict[str, Any]:
    content: dict[str, Any] = {
        "msgtype": "m.notice" if silent else "m.text",
        "body": rendered.text,
    }
    if rendered.html is not None:
        content["format"] = "org.matrix.custom.html"
        content["formatted_body"] = rendered.html
    return content


def _mentions(people: tuple[UserId, ...]) -> dict[str, Any]:
    # Always present: without it, clients look for names in the text and ping those.
    return {"user_ids": list(people)} if people else {}
