"""``make fuzz``: as many hostile events as are asked for, and what they came to."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.bot import Report, target

PER_BOT = 10_000
"""Events for one dialogue; then another begins."""


async def play(seed: int, events: int) -> Report:
    """One dialogue under hostile events."""
    with tempfile.TemporaryDirectory(prefix="runda-fuzz-") as folder:
        async with target(Path(folder) / "bot", seed) as bot:
            return await bot.plays(events)


def say(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Play dialogue after dialogue."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="how many hostile events")
    parser.add_argument("--seed", type=int, default=1, help="where the first dialogue begins")
    parsed = parser.parse_args()
    reports: list[Report] = []
    began = time.monotonic()
    say("  seed   events     good  set aside  unreadable  faults")
    while (made := sum(one.events for one in reports)) < parsed.events:
        one = asyncio.run(play(parsed.seed + len(reports), min(PER_BOT, parsed.events - made)))
        reports.append(one)
        say(
            f"{one.seed:6} {one.events:8} {one.good:8} {one.odd:10} {one.bad:11} "
            f"{len(one.faults):7}"
        )
        for fault in one.faults[:20]:
            say(f"       {fault}")
    faults = sum(len(one.faults) for one in reports)
    say(
        f"{sum(one.events for one in reports)} hostile events in {len(reports)} dialogues, "
        f"{sum(one.good for one in reports)} good answers among them, all taken unless named "
        f"above; {faults} faults; {time.monotonic() - began:.0f} s"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
