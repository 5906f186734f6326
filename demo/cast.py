"""What the process of the simulated people is told: who they are, and where they sit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from demo.homeserver import Account
from demo.script import PlannedStep
from flows.ids import RoomId, StepId, UserId
from flows.packs.pack import StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One of the people; `name` is what others see."""

    name: str
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A group: its room, and who sits at it."""

    name: str
    room_id: RoomId
    encrypted: bool
    version: str
    people: tuple[Participant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everything."""

    homeserver: str
    bot: UserId
    seed: int
    steps: tuple[PlannedStep, ...]
    tables: tuple[Table, ...]
    ledger: str

    @property
    def people(self) -> int:
        """How many there are."""
        return sum(len(table.people) for table in self.tables)

    def save(self, path: Path) -> None:
        """Write it to a file that only we can read: it holds access tokens."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")


def load_cast(path: Path) -> Cast:
    """Read what `Cast.save` wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Cast(
        homeserver=raw["homeserver"],
        bot=UserId(raw["bot"]),
        seed=raw["seed"],
        steps=tuple(_step(one) for one in raw["steps"]),
        tables=tuple(_table(one) for one in raw["tables"]),
        ledger=raw["ledger"],
    )


def _step(raw: Mapping[str, Any]) -> PlannedStep:
    return PlannedStep(**{**raw, "id": StepId(raw["id"]), "kind": StepKind(raw["kind"])})


def _table(raw: Mapping[str, Any]) -> Table:
    people = tuple(
        Participant(name=one["name"], account=Account(**one["account"])) for one in raw["people"]
    )
    return Table(**{**raw, "people": people})
