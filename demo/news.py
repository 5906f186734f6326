"""What the simulated people's process tells while it runs: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from demo.script import Act, Meant, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """Everybody at a table has come into its room."""

    table: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The bot said something in a table's room; `step` if it is that step's question."""

    table: int
    text: str
    step: str = ""
    at_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """Somebody sent something."""

    table: int
    seat: int
    name: str
    act: Act
    where: Where
    meant: Meant
    step: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WentHome:
    """Everybody is gone, and the ledger is complete."""

    sent: int
    skipped: int
    could_not_read: int


News = CameIn | Heard | Did | WentHome
_KINDS: Final[dict[str, type[News]]] = {
    "came_in": CameIn,
    "heard": Heard,
    "did": Did,
    "went_home": WentHome,
}


def to_line(news: News) -> str:
    """The news as a line, without its end."""
    kind = next(name for name, of in _KINDS.items() if isinstance(news, of))
    return json.dumps({"news": kind} | asdict(news), ensure_ascii=False)


def from_line(line: str) -> News:
    """What `to_line` wrote."""
    values = json.loads(line)
    kind = values.pop("news")
    if kind == "did":
        values |= {
            "act": Act(values["act"]),
            "where": Where(values["where"]),
            "meant": Meant(values["meant"]),
        }
    return _KINDS[kind](**values)
