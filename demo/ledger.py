"""What the simulated people sent, as they wrote it down themselves: one JSON object a line.

The bot has no part in it. In the end it is held against what the bot says it received.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from demo.script import Act, Meant, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One thing that somebody sent, and that the homeserver took.

    `step` is the step it says something to ("" for none), `table` the name of its group's
    room. `target` is the event that is edited, taken back or marked. `text` is of a photo the
    caption, or its name if it has none. `pointing`: it stands in the thread of the question.
    `started_ms` and `taken_ms` are the sender's clock, before and after.
    """

    event_id: str
    act: Act
    where: Where
    meant: Meant
    room_id: str
    table: str
    person: str
    step: str
    text: str = ""
    media: str | None = None
    target: str | None = None
    pointing: bool = False
    encrypted: bool = False
    started_ms: int = 0
    taken_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the room shows of a message in the end: its time, and the bot's marks on it."""

    event_id: str
    server_ms: int
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Something somebody meant to do and did not, and why."""

    table: str
    person: str
    step: str
    why: str


Line = Sent | Receipt | Skipped
_KINDS: dict[str, type[Line]] = {"sent": Sent, "receipt": Receipt, "skipped": Skipped}


def write_line(file: IO[str], line: Line) -> None:
    """Append a line; it is on its way to the disk when this returns."""
    kind = next(name for name, of in _KINDS.items() if isinstance(line, of))
    file.write(json.dumps({"line": kind} | asdict(line), ensure_ascii=False) + "\n")
    file.flush()


def read_lines(path: Path) -> list[Line]:
    """Every line of a ledger."""
    with path.open(encoding="utf-8") as file:
        return list(_parsed(file))


def _parsed(lines: Iterable[str]) -> Iterator[Line]:
    for text in lines:
        values = json.loads(text)
        match values.pop("line"):
            case "sent":
                yield Sent(
                    **values
                    | {
                        "act": Act(values["act"]),
                        "where": Where(values["where"]),
                        "meant": Meant(values["meant"]),
                    }
                )
            case "receipt":
                yield Receipt(**values | {"marks": tuple(values["marks"])})
            case _:
                yield Skipped(**values)
