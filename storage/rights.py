"""Who may how much in a room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from flows.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Numbers by which a room ranks its members; who is not named has `users_default`.

    `events_default` is what one needs to write.
    """

    users: Mapping[UserId, int] = field(default_factory=dict)
    users_default: int = 0
    events_default: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What is known of a room's ranks. In newer rooms its `creators` stand above all numbers."""

    creators: frozenset[UserId] = frozenset()
    levels: Levels = field(default_factory=Levels)

    def is_below(self, user_id: UserId) -> bool:
        """Whether a member stands below what the room gives everybody, or needs of writers."""
        if user_id in self.creators:
            return False
        levels = self.levels
        own = levels.users.get(user_id, levels.users_default)
        return own < max(levels.users_default, levels.events_default)


def to_text(rights: Rights) -> str:
    """As a room's row keeps it."""
    levels = rights.levels
    return orjson.dumps(
        {
            "creators": sorted(rights.creators),
            "users": dict(levels.users),
            "users_default": levels.users_default,
            "events_default": levels.events_default,
        }
    ).decode()


def from_text(text: str) -> Rights:
    """The way back."""
    kept = orjson.loads(text)
    levels = Levels(
        users=kept["users"],
        users_default=kept["users_default"],
        events_default=kept["events_default"],
    )
    return Rights(creators=frozenset(kept["creators"]), levels=levels)
