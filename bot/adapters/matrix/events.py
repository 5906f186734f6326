"""What an event of a Matrix room means to a dialogue.

Pure. Events come from anybody, so nothing here trusts a shape: what is not as it should
be means nothing, and never raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import orjson

from flows.ids import EventId, RoomId, UserId
from flows.messages import Edited, Incoming, Marked, Media, MediaKind, Withdrawn, Written

Raw = Mapping[str, Any]
"""An event as JSON has it."""

_MEDIA = {
    "m.image": MediaKind.IMAGE,
    "m.audio": MediaKind.AUDIO,
    "m.video": MediaKind.VIDEO,
    "m.file": MediaKind.FILE,
}
_NOT_SAID = frozenset(("m.notice", "m.server_notice", "m.key.verification.request"))
"""Message types that are not somebody's words: bots' talk, the server's, a client's."""

_SILENT = tuple(_NOT_SAID)
"""The same, to look for what may be of any type."""

_MOST_MS = 2**62
_LONGEST_ID = 255


def meaning(raw: Raw, room_id: RoomId, own_id: UserId) -> Incoming | None:
    """What an event says, or None if it says nothing to a dialogue.

    Our own events, state events, notices, redacted events and odd shapes say nothing.

    Args:
        raw: A plain event, or a decrypted one with the outer event's id, sender and time.
    """
    kind = raw.get("type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None or "state_key" in raw:
        return None
    content, sender, event_id = raw.get("content"), raw.get("sender"), raw.get("event_id")
    if not (isinstance(content, dict) and is_id(sender) and is_id(event_id)) or sender == own_id:
        return None
    return read(raw, content, room_id, EventId(event_id), UserId(sender))


def is_odd(raw: Raw, own_id: UserId) -> bool:
    """Whether an event without a meaning is one that nobody's client should have sent.

    Those that mean nothing by the rules are not odd: redacted ones, notices, state.

    Args:
        raw: As for `meaning`, which found nothing in it; or an encrypted one.
    """
    kind = raw.get("type")
    if not isinstance(kind, str):
        return True
    if (kind not in _READERS and kind != "m.room.encrypted") or "state_key" in raw:
        return False
    content, sender = raw.get("content"), raw.get("sender")
    if not (isinstance(content, dict) and is_id(sender) and is_id(raw.get("event_id"))):
        return True
    if sender == own_id or not content or kind == "m.room.encrypted":
        return False
    if kind == "m.room.redaction":
        return "redacted_because" not in _unsigned(raw)
    return content.get("msgtype") not in _SILENT


def _unsigned(raw: Raw) -> Raw:
    unsigned = raw.get("unsigned")
    return unsigned if isinstance(unsigned, dict) else {}


def is_id(value: object) -> TypeGuard[str]:
    """Whether it can be the name of a person, a room or an event."""
    # No name is longer. Some are keys of an index, and PostgreSQL takes no key of any length,
    # nor this one character.
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and "\x00" not in value


def sent_ms(raw: Raw) -> int:
    """The sender's homeserver's time, as far as it is a time."""
    value = raw.get("origin_server_ts")
    if type(value) is int and 0 <= value < _MOST_MS:
        return value
    return 0


def _message(
    raw: Raw, content: Raw, room_id: RoomId, event_id: EventId, sender: UserId
) -> Incoming | None:
    relation = content.get("m.relates_to")
    if not isinstance(relation, dict):
        relation = {}
    if relation.get("rel_type") == "m.replace":
        return _edit(raw, content, room_id, event_id, sender)
    said = _said(content)
    if said is None:
        return None
    text, media = said
    thread, reply_to, quoted = _place(relation)
    if quoted and text.startswith("> "):
        text = _without_quotation(text)
    return Written(
        room_id=room_id,
        event_id=event_id,
        sender=sender,
        sent_ms=sent_ms(raw),
        text=text,
        thread=thread,
        reply_to=reply_to,
        media=media,
    )


def _edit(
    raw: Raw, content: Raw, room_id: RoomId, event_id: EventId, sender: UserId
) -> Incoming | None:
    target, new = _id(content["m.relates_to"].get("event_id")), content.get("m.new_content")
    said = _said(new) if isinstance(new, dict) else None
    if target is None or said is None:
        return None
    text, _ = said
    return Edited(
        room_id=room_id,
        event_id=event_id,
        sender=sender,
        sent_ms=sent_ms(raw),
        target=target,
        # Older clients repeat the quotation of a reply in the new text as well.
        text=_without_quotation(text) if text.startswith("> <@") else text,
    )


def _redaction(
    raw: Raw, content: Raw, room_id: RoomId, event_id: EventId, sender: UserId
) -> Incoming | None:
    # Room version 11 moved the field into the content.
    target = _id(raw.get("redacts")) or _id(content.get("redacts"))
    if target is None:
        return None
    return Withdrawn(
        room_id=room_id, event_id=event_id, sender=sender, sent_ms=sent_ms(raw), target=target
    )


def _reaction(
    raw: Raw, content: Raw, room_id: RoomId, event_id: EventId, sender: UserId
) -> Incoming | None:
    relation = content.get("m.relates_to")
    if not isinstance(relation, dict) or relation.get("rel_type") != "m.annotation":
        return None
    target, mark = _id(relation.get("event_id")), relation.get("key")
    if target is None or not isinstance(mark, str) or not mark:
        return None
    return Marked(
        room_id=room_id,
        event_id=event_id,
        sender=sender,
        sent_ms=sent_ms(raw),
        target=target,
        mark=_clean(mark),
    )


_Reader = Callable[[Raw, Raw, RoomId, EventId, UserId], Incoming | None]
_READERS: dict[str, _Reader] = {
    "m.room.message": _message,
    "m.room.redaction": _redaction,
    "m.reaction": _reaction,
}


def _said(content: Raw) -> tuple[str, Media | None] | None:
    kind, body = content.get("msgtype"), content.get("body")
    if not isinstance(kind, str) or not isinstance(body, str) or kind in _NOT_SAID:
        return None
    body = _clean(body)
    media_kind = _MEDIA.get(kind)
    if media_kind is None:
        return body, None
    filename = content.get("filename")
    name = _clean(filename) if isinstance(filename, str) and filename else body
    return body, _media(content, media_kind, name)


def _media(content: Raw, kind: MediaKind, name: str) -> Media | None:
    """The attached file; None if the message does not say where it is."""
    file, url, info = content.get("file"), content.get("url"), content.get("info")
    if isinstance(file, dict) and isinstance(file.get("url"), str):
        address: dict[str, Any] = {"file": file}
    elif isinstance(url, str):
        address = {"url": url}
    else:
        return None
    try:
        where = orjson.dumps(address).decode()
    except orjson.JSONEncodeError:  # nested deeper than JSON may be written
        return None
    info = info if isinstance(info, dict) else {}
    mime, size = info.get("mimetype"), info.get("size")
    return Media(
        kind=kind,
        name=name,
        mime=_clean(mime) if isinstance(mime, str) else "application/octet-stream",
        size=size if type(size) is int and 0 <= size < _MOST_MS else None,
        address=where,
    )


def _place(relation: Raw) -> tuple[EventId | None, EventId | None, bool]:
    """The thread, the message answered, and whether the text may quote one."""
    if not relation:
        return None, None, False
    thread = _id(relation.get("event_id")) if relation.get("rel_type") == "m.thread" else None
    answered = relation.get("m.in_reply_to")
    answered_id = _id(answered.get("event_id")) if isinstance(answered, dict) else None
    # In a thread, clients name the latest message for the sake of those who know no
    # threads; that is not an answer to it.
    fallback = thread is not None and relation.get("is_falling_back") is True
    return thread, None if fallback else answered_id, answered_id is not None


def _without_quotation(text: str) -> str:
    """The text after the quotation with which older clients begin a reply."""
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if not line.startswith(">")), len(lines))
    if first < len(lines) and not lines[first].strip():
        first += 1
    return "\n".join(lines[first:])


def _id(value: object) -> EventId | None:
    return EventId(value) if is_id(value) else None


def _clean(text: str) -> str:
    # PostgreSQL cannot hold this one character, which JSON can.
    return text.replace("\x00", "") if "\x00" in text else text
