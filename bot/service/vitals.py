"""How the process is: when it last heard something, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable

SILENT_S = 90.0
"""A homeserver that has nothing to say says so every thirty seconds. Of one that has said nothing
for so long, something is wrong."""


class Vitals:
    """What the parts of the bot tell of themselves.

    Args:
        ticks: seconds that nobody sets, as `time.monotonic` gives them.
    """

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._heard_at = ticks()
        self.has_heard = False
        """Whether the chat has said anything to this process."""
        self.is_ready = False
        """Whether everything missed has been heard."""
        self.is_stopping = False
        self.database_away: str | None = None
        """Why the database cannot be used, None if it can."""

    def heard(self) -> None:
        """The chat has said something, be it that there is nothing new."""
        self._heard_at = self._ticks()
        self.has_heard = True

    @property
    def silent_s(self) -> float:
        """For how long the chat has said nothing."""
        return self._ticks() - self._heard_at

    def why_not_ready(self) -> list[str]:
        """What keeps the bot from answering people; nothing if it is ready."""
        why = []
        if self.is_stopping:
            why.append("it is stopping")
        if self.database_away is not None:
            why.append(self.database_away)
        if not self.is_ready:
            why.append("it is still reading what was written while it was away")
        if self.silent_s > SILENT_S:
            why.append(f"the homeserver has said nothing for {self.silent_s:.0f} s")
        return why
