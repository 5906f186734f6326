"""Who is called when somebody may be in danger, and what she herself is given to call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flows.ids import UserId

OLD_AFTER = timedelta(days=365)
"""So long after somebody last checked it, a number is checked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpLine:
    """A number to call. `about` says for whom and when, "" for the bot's own words if it has any.

    `last_checked` is the day on which somebody last made sure of it.
    """

    name: str
    number: str
    last_checked: date
    about: str = ""

    def is_old(self, today: date) -> bool:
        """Whether it is time to make sure of it again."""
        return today - self.last_checked > OLD_AFTER


_WRITTEN = date(2026, 11, 25)

DEFAULT_LINES = (
    HelpLine(name="SOS Alarm", number="112", last_checked=_WRITTEN),
    HelpLine(name="Vårdguiden", number="1177", last_checked=_WRITTEN),
    HelpLine(name="Mind Självmordslinjen", number="90101", last_checked=_WRITTEN),
    HelpLine(name="Bris", number="116 111", last_checked=_WRITTEN),
    HelpLine(name="Kvinnofridslinjen", number="020-50 50 50", last_checked=_WRITTEN),
)


def read_line(written: str) -> HelpLine | None:
    """``number; name; last checked`` and perhaps ``; for whom``; None if it is not that."""
    parts = [part.strip() for part in written.split(";")]
    if len(parts) not in (_FEWEST_PARTS, _FEWEST_PARTS + 1) or not all(parts[:_FEWEST_PARTS]):
        return None
    try:
        checked = date.fromisoformat(parts[2])
    except ValueError:
        return None
    if not any(sign.isdecimal() for sign in parts[0]):
        return None
    about = parts[_FEWEST_PARTS] if len(parts) > _FEWEST_PARTS else ""
    return HelpLine(number=parts[0], name=parts[1], last_checked=checked, about=about)


_FEWEST_PARTS = 3


def written_line(line: HelpLine) -> str:
    """As `read_line` reads it."""
    parts = (line.number, line.name, line.last_checked.isoformat(), line.about)
    return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareConfig:
    """How the bot cares. `duty` are the people who are called.

    Without anybody on duty the organizers are told that there is something, and not whose.
    `alerts`: False in a dry run, where nobody is called.
    """

    enabled: bool = True
    duty: tuple[UserId, ...] = ()
    lines: tuple[HelpLine, ...] = DEFAULT_LINES
    alerts: bool = True
