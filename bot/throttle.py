"""How often the bot answers one person: so many times at once, then one in so many seconds.

What people answer to a question is taken without a bound; this is for what they say to the bot
itself, so that one of them can neither fill rooms with its words nor keep it from the others. It
lives in memory: a restart forgives.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

MOST_REMEMBERED = 2_000


class Turn(Enum):
    """What a person gets who says something to the bot."""

    ANSWER = auto()
    SLOWER = auto()
    """No answer but a word that it was too fast; once, until answers come again."""
    SILENCE = auto()


class _Bucket(NamedTuple):
    level: float
    at: datetime
    told: bool


class Throttle:
    """Counts answers, person by person.

    Args:
        burst: so many are answered at once.
        every_s: one more for so many seconds of rest.
    """

    def __init__(self, *, burst: int, every_s: float) -> None:
        self._burst = burst
        self._every_s = every_s
        self._buckets: dict[str, _Bucket] = {}

    def turn(self, who: str, now: datetime) -> Turn:
        """Count what `who` says now, and tell what it is answered with."""
        before = self._buckets.pop(who, None)
        level, told = 0.0, False
        if before is not None:
            rested = max((now - before.at).total_seconds(), 0.0) / self._every_s
            level = max(before.level - rested, 0.0)
            told = before.told
        if level + 1 <= self._burst:
            self._put(who, _Bucket(level + 1, now, told=False))
            return Turn.ANSWER
        # Counted no further: who is patient for a moment is answered again.
        self._put(who, _Bucket(level, now, told=True))
        return Turn.SILENCE if told else Turn.SLOWER

    def _put(self, who: str, bucket: _Bucket) -> None:
        """Keep it, newest last; who has been silent longest is forgotten first."""
        if len(self._buckets) >= MOST_REMEMBERED:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[who] = bucket


def for_people() -> Throttle:
    """For what participants say to the bot: more than anybody needs."""
    return Throttle(burst=20, every_s=6)


def for_organizers() -> Throttle:
    """For commands: a page of them may be pasted at once."""
    return Throttle(burst=60, every_s=1)


def for_invitations() -> Throttle:
    """For private chats, of which a person needs one."""
    return Throttle(burst=10, every_s=600)
