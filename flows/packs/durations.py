"""How long something takes, as people write it: ``4 min``, ``1 h 30 min``, ``1 timme``."""

from __future__ import annotations

import re

SECOND, MINUTE, HOUR = 1, 60, 3600

_UNITS: dict[str, int] = {
    **dict.fromkeys(("h", "hr", "hour", "hours", "tim", "timme", "timmar"), HOUR),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minut", "minuter"), MINUTE),
    **dict.fromkeys(("s", "sec", "second", "seconds", "sek", "sekund", "sekunder"), SECOND),
}

_PART = re.compile(r"([0-9]{1,6})\s*([a-z]+)")
_WHOLE = re.compile(rf"\s*{_PART.pattern}(?:\s*{_PART.pattern}){{0,2}}\s*")


def parse_duration(text: str) -> int | None:
    """Return the seconds that `text` says, in Swedish or English, or None if it says none.

    Larger units come first and none comes twice, so that a slip of the pen is not obeyed.
    """
    text = text.lower()
    if not _WHOLE.fullmatch(text):
        return None
    parts = [(int(number), _UNITS.get(unit)) for number, unit in _PART.findall(text)]
    seconds = 0
    last_unit = HOUR + 1
    for number, unit in parts:
        if unit is None or unit >= last_unit:
            return None
        seconds += number * unit
        last_unit = unit
    return seconds


def format_duration(seconds: int) -> str:
    """Write the seconds the way a pack does: ``90`` is ``1 min 30 s``."""
    parts = []
    for unit, name in ((HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        number, seconds = divmod(seconds, unit)
        if number:
            parts.append(f"{number} {name}")
    return " ".join(parts) or "0 s"
