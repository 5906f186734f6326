"""What organizers may set from their room; what they have not set, the configuration says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.ids import RoomId
from flows.packs.pack import Text
from flows.quiet import QuietHours, parse_quiet_hours

if TYPE_CHECKING:
    from storage.transaction import Transaction

LANGUAGE, REMINDERS, QUIET, BOARD = "language", "reminders", "quiet_hours", "board_interval_s"
_MOVED = "organizers_room_after "


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the bot behaves in this installation.

    `language` is that of new dialogues and of what is told unasked. `reminders`: whether those
    who have not answered are reminded at all. `board_interval_s` is the shortest time between
    two edits of a board. `rules` are those by which answers are held back where a pack says none,
    None for the bot's own words.
    """

    language: str = "sv"
    reminders: bool = True
    quiet_hours: QuietHours | None = None
    board_interval_s: float = 10.0
    rules: Text | None = None


def settings_now(tx: Transaction, configured: Settings) -> Settings:
    """The settings as they are: what was set from the room goes before the configuration."""
    stored = tx.settings.all()
    now = configured
    if LANGUAGE in stored:
        now = replace(now, language=stored[LANGUAGE])
    if REMINDERS in stored:
        now = replace(now, reminders=stored[REMINDERS] == "on")
    if QUIET in stored:
        now = replace(now, quiet_hours=parse_quiet_hours(stored[QUIET]))
    if BOARD in stored:
        now = replace(now, board_interval_s=float(stored[BOARD]))
    return now


def organizers_rooms(tx: Transaction, configured: RoomId) -> tuple[RoomId, ...]:
    """The room that the configuration names, and those that have replaced it, one after the other.

    The last one steers. Which room followed which is kept by the room that was replaced, so that
    a configuration that names another room is taken at its word.
    """
    stored = tx.settings.all()
    rooms = [configured]
    while (after := stored.get(f"{_MOVED}{rooms[-1]}")) is not None and after not in rooms:
        rooms.append(RoomId(after))
    return tuple(rooms)


def note_organizers_moved(tx: Transaction, old: RoomId, new: RoomId) -> None:
    """From now on the new room steers in the place of the old one."""
    tx.settings.put(f"{_MOVED}{old}", new)
