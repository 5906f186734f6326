"""The made-up rooms and people of the fake homeserver: known to it and to who asks it."""

from __future__ import annotations

from dataclasses import dataclass

from flows.ids import EventId, RoomId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many rooms with so many people each."""

    rooms: int
    people: int

    def room_id(self, room: int) -> RoomId:
        """A room; ids are as long as real ones, which keys of tables feel."""
        return RoomId(f"!room{room:014d}:bench.test")

    def room_ids(self) -> list[RoomId]:
        """All rooms."""
        return [self.room_id(room) for room in range(self.rooms)]

    def user_id(self, room: int, person: int) -> UserId:
        """A person of a room."""
        return UserId(f"@person-{room}-{person}:bench.test")

    def user_ids(self, room: int) -> list[UserId]:
        """The people of a room."""
        return [self.user_id(room, person) for person in range(self.people)]

    def prompt(self, room_id: str) -> EventId:
        """The message in a room that asked the question."""
        return EventId(f"$prompt-of-{room_id[1:19]}-{'0' * 13}")
