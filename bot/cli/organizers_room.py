"""The organizers' room when it is not the one that the configuration names: it was replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.findings import Finding, bad
from bot.settings import organizers_rooms
from storage.errors import DatabaseUnusable
from storage.overview import reading

if TYPE_CHECKING:
    from bot.config.values import Config
    from bot.wording import Wording
    from flows.ids import RoomId
    from storage.transaction import Transaction

_SECTION = re.compile(r"\s*\[\s*(?P<name>[^\[\]]+?)\s*\]")
_ROOM = re.compile(r"\s*(?P<key>room|organizers\s*\.\s*room)\s*=")


def room_now(config: Config) -> RoomId:
    """The room that steers, as far as the database can be read."""
    try:
        with reading(config.database_url) as seen:
            return organizers_rooms(seen.tx, config.organizers_room)[-1]
    except DatabaseUnusable:
        # There is none yet, or what is wrong with it is told where it is looked at.
        return config.organizers_room


def look_at_the_named_room(
    config: Config, path: Path, now: RoomId, words: Wording
) -> Iterator[Finding]:
    """The configuration names the room that steers."""
    if now != config.organizers_room:
        yield bad(
            words.say("organizers.room = {room}", room=config.organizers_room),
            words.say(
                "this room has been replaced, and the bot has gone along; write in {place}: "
                'room = "{new}"',
                place=_place(path, words),
                new=now,
            ),
        )


def moved_sentence(config: Config, path: Path, tx: Transaction, words: Wording) -> str | None:
    """That the room was replaced, and what to write; None if it was not."""
    now = organizers_rooms(tx, config.organizers_room)[-1]
    if now == config.organizers_room:
        return None
    return words.say(
        "The organizers' room has been replaced, and the bot has gone along. Write in {place}: "
        'room = "{new}"',
        place=_place(path, words),
        new=now,
    )


def _place(path: Path, words: Wording) -> str:
    """The file, and the line if it stands there as people write it."""
    number = _line_of_room(path.read_text("utf-8"))
    if number is None:
        return words.say("{path}, under [organizers]", path=path)
    return words.say("{path}, line {number}", path=path, number=number)


def _line_of_room(text: str) -> int | None:
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        begins = _SECTION.match(line)
        if begins is not None:
            section = begins["name"]
            continue
        found = _ROOM.match(line)
        wanted = {"organizers": "room", "": "organizers.room"}.get(section)
        if found is not None and re.sub(r"\s", "", found["key"]) == wanted:
            return number
    return None
