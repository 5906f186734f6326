"""Power levels: who may how much in a room. Pure.

Computed here, because what libraries say of it is wrong for rooms of version 12, where those
who made a room stand above every number and stand in no list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.adapters.matrix.events import Raw
from flows.ids import UserId
from storage.rights import Levels

_CREATORS_RULE_SINCE = 12
_MOST = 2**53
_LONGEST_NUMBER = 20


def creators(create: Raw) -> frozenset[UserId]:
    """Who stands above all levels, by the event with which the room began."""
    content = create.get("content")
    if not isinstance(content, Mapping):
        return frozenset()
    # Versions with names are other people's experiments; in them, a number must do.
    version = content.get("room_version")
    if not (isinstance(version, str) and version.isascii() and version.isdigit()):
        return frozenset()
    if len(version) > _LONGEST_NUMBER or int(version) < _CREATORS_RULE_SINCE:
        return frozenset()
    more = content.get("additional_creators")
    names = [create.get("sender"), *(more if isinstance(more, list) else ())]
    return frozenset(UserId(name) for name in names if isinstance(name, str))


def levels(content: Mapping[str, Any]) -> Levels:
    """The numbers of a room; what is no number there counts as nothing said."""
    users = content.get("users")
    named = users if isinstance(users, Mapping) else {}
    known = {UserId(name): _number(value) for name, value in named.items()}
    return Levels(
        users={name: level for name, level in known.items() if level is not None},
        users_default=_number(content.get("users_default")) or 0,
        events_default=_number(content.get("events_default")) or 0,
    )


def _number(value: object) -> int | None:
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER:
        # Rooms before version 10 may have them as text.
        try:
            value = int(value)
        except ValueError:
            return None
    if type(value) is not int:
        return None
    return max(-_MOST, min(value, _MOST))
