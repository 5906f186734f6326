"""Links into Matrix, as ``matrix.to`` addresses that every client understands."""

from __future__ import annotations

from urllib.parse import quote

from flows.ids import RoomId, UserId

_BASE = "https://matrix.to/#/"
# `!`, `$` and `@` are what people and clients look for; they are legal in a fragment.
_SAFE = "!$@:"
# In the fragment, a second `#` would not be legal; clients read both, and copy this one whole.
_SAFE_ADDRESS = ":"


class MatrixLinks:
    """Links as the bot's account sees them; `own_id` tells its server, which knows the rooms."""

    def __init__(self, own_id: UserId) -> None:
        self._own_id = own_id
        # The part after the first colon: user names hold none, server names may (a port).
        self._server = own_id.partition(":")[2]

    def message(self, room_id: RoomId, event_id: str) -> str:
        """A link to a message; an empty event id leads to the room."""
        place = f"{_BASE}{quote(room_id, safe=_SAFE)}"
        if event_id:
            place += f"/{quote(event_id, safe=_SAFE)}"
        return f"{place}?via={quote(self._server, safe=_SAFE)}"

    def room(self, room_id: RoomId) -> str:
        """A link to a room."""
        return self.message(room_id, "")

    def address(self, alias: str) -> str:
        """The address of a room that the bot has made, ``#alias:server``."""
        return f"#{alias}:{self._server}"

    def by_address(self, alias: str) -> str:
        """A link to that room. Its address names the server, so it says no way there."""
        return f"{_BASE}{quote(self.address(alias), safe=_SAFE_ADDRESS)}"

    def person(self, user_id: UserId) -> str:
        """A link to somebody; clients offer to write to her."""
        return f"{_BASE}{quote(user_id, safe=_SAFE)}"

    def private_chat(self) -> str:
        """A link to the bot itself; clients offer to begin a private chat."""
        return f"{_BASE}{quote(self._own_id, safe=_SAFE)}"
