"""``python -m bench``: measures, prints the table, and says which goals were missed."""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from bench import (
    acknowledgement,
    backlog,
    closing,
    erasing,
    fan_out,
    growth,
    ingest,
    machine,
    process,
    siege,
    soak,
    table,
)
from bench.harness import Outcome, Plan
from demo.homeserver import REPOSITORY

BENCHES: dict[str, Callable[[Plan], Awaitable[Outcome]]] = {
    "ingest": ingest.run,
    "prompt-cpu": fan_out.on_the_fake,
    "start": process.start,
    "memory": process.memory,
    "growth": growth.run,
    "acknowledgement": acknowledgement.run,
    "backlog": backlog.run,
    "closing": closing.run,
    "erasing": erasing.run,
    "fan-out": fan_out.on_synapse,
}

LONG: dict[str, Callable[[Plan], Awaitable[Outcome]]] = {
    "flood": soak.steady,
    "rush": soak.rush,
    "day": soak.day,
    "siege": siege.run,
}
"""Only when asked for by name, as `make soak` and `make siege` do: they take twenty minutes."""

MISSED = 1
_ROUNDS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benches that were asked for; 1 if a goal was missed and that was to count."""
    wanted = _parser().parse_args(arguments)
    names = wanted.only or list(BENCHES)
    seed = secrets.randbelow(10**6) if wanted.seed is None else wanted.seed
    facts = machine.describe() | {"load before": machine.load(), "seed": str(seed)}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=_disk(wanted.folder)) as folder:
        plan = Plan(
            folder=Path(folder),
            rounds=wanted.rounds or (1 if wanted.quick else _ROUNDS),
            quick=wanted.quick,
            chance=random.Random(seed),
            tell=_tell,
        )
        outcomes = asyncio.run(_measure(plan, names))
    facts["load after"] = machine.load()
    print()
    for name, value in facts.items():
        print(f"{name}: {value}")
    if wanted.json is not None:
        wanted.json.write_bytes(_json(facts, outcomes, quick=wanted.quick))
    missed = any(figure.met is False for one in outcomes.values() for figure in one.figures)
    return MISSED if missed and wanted.strict else 0


async def _measure(plan: Plan, names: Sequence[str]) -> dict[str, Outcome]:
    outcomes = {}
    print(table.HEAD)
    for name in names:
        began = time.monotonic()
        _tell(f"{name} …")
        outcomes[name] = await (BENCHES | LONG)[name](plan)
        print(table.part(outcomes[name]), flush=True)
        _tell(f"{name}: {time.monotonic() - began:.0f} s")
    return outcomes


def _json(facts: dict[str, str], outcomes: dict[str, Outcome], *, quick: bool) -> bytes:
    figures: list[dict[str, Any]] = []
    for name, outcome in outcomes.items():
        figures += table.as_json(name, outcome)
    whole = {"machine": facts, "quick": quick, "figures": figures}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def _disk(folder: Path | None) -> Path:
    """Where to write: the disk that the project lies on, for /tmp may be no disk at all."""
    chosen = REPOSITORY / "build" if folder is None else folder
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def _tell(progress: str) -> None:
    sys.stderr.write(f"{progress}\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=BENCHES | LONG,
        metavar="NAME",
        help=f"measure this alone; may be repeated: {', '.join(BENCHES | LONG)}",
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, one round: shows that it runs, no more"
    )
    parser.add_argument(
        "--rounds", type=int, metavar="N", help=f"how often each (default {_ROUNDS})"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every value there too")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a goal is missed")
    parser.add_argument("--seed", type=int, help="of the order in which things are measured")
    parser.add_argument(
        "--folder", type=Path, help="where databases are written; its disk is measured (build)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
