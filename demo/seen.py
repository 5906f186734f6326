"""An event as a client shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.ids import EventId, RoomId, UserId

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An event, decrypted where it could be.

    `target` is the message that an edit replaces, a reaction stands on or a redaction takes
    back. `readable` is False for an encrypted event whose key is not there. What has been
    taken back has no content.
    """

    room_id: RoomId
    event_id: EventId
    sender: UserId
    sent_ms: int
    kind: str
    content: Json
    target: EventId | None = None
    readable: bool = True
    encrypted: bool = False

    @property
    def is_message(self) -> bool:
        """Whether it is somebody's message: new, not an edit, and not taken back."""
        return self.kind == "m.room.message" and self.target is None and "body" in self.content

    @property
    def is_edit(self) -> bool:
        """Whether it gives an earlier message new words."""
        return self.kind == "m.room.message" and self.target is not None

    @property
    def text(self) -> str:
        """The words: of an edit the new ones, of a file its caption or name."""
        content = self.content.get("m.new_content", self.content)
        text = content.get("body", "")
        return text if isinstance(text, str) else ""

    @property
    def html(self) -> str | None:
        """The words as HTML, if they were sent so."""
        content = self.content.get("m.new_content", self.content)
        html = content.get("formatted_body")
        return html if isinstance(html, str) else None

    @property
    def mark(self) -> str | None:
        """The emoji, if it is a reaction."""
        if self.kind != "m.reaction":
            return None
        mark = self.content.get("m.relates_to", {}).get("key")
        return mark if isinstance(mark, str) else None


def seen(
    room_id: RoomId, raw: Mapping[str, Any], opened: tuple[str, Json] | None, *, encrypted: bool
) -> Seen:
    """The event `raw`, of which `opened` are kind and content; None if it cannot be read."""
    kind, content = opened or (raw["type"], {})
    return Seen(
        room_id=room_id,
        event_id=EventId(raw["event_id"]),
        sender=UserId(raw["sender"]),
        sent_ms=raw["origin_server_ts"],
        kind=kind,
        content=content,
        target=_target(raw, content),
        readable=opened is not None,
        encrypted=encrypted,
    )


def _target(raw: Mapping[str, Any], content: Mapping[str, Any]) -> EventId | None:
    if raw["type"] == "m.room.redaction":
        # Room version 11 moved the field into the content.
        redacted = content.get("redacts") or raw.get("redacts")
        return None if redacted is None else EventId(redacted)
    relation = content.get("m.relates_to") or {}
    if relation.get("rel_type") in {"m.replace", "m.annotation"}:
        return EventId(relation["event_id"])
    return None
