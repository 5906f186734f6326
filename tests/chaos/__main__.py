"""`python -m tests.chaos`: the long run, and its reckoning as a table."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from demo.homeserver import Homeserver
from tests.chaos.play import Size
from tests.chaos.reaper import Reaper
from tests.chaos.run import Kills, Outcome, Run, differences
from tests.chaos.stage import stage

_DIGESTS = 4
"""Ordered after each step, so that there is always one to be cut off in."""

_PHASES = 20
"""Parts a step's kills are divided into: twelve while people answer, three, and five."""


async def once(
    homeserver: Homeserver, folder: Path, size: Size, kills: Kills, *, seed: int
) -> Outcome:
    """One run of the script, killed so often."""
    async with stage(homeserver, folder, folder.name, size) as scene:
        reaper = Reaper(scene.bot, random.Random(seed))
        return await Run(scene, reaper, kills).whole()


def divided(kills: int, size: Size) -> Kills:
    """So many kills, over the phases of all steps."""
    each = -(-kills // len(size.steps))
    closing, changing = max(1, each * 5 // _PHASES), max(1, each * 3 // _PHASES)
    return Kills(max(1, each - closing - changing), changing, closing)


async def _compare(size: Size, kills: int, seed: int, folder: Path) -> bool:
    async with Homeserver() as homeserver:
        calm = await once(homeserver, folder / "calm", size, Kills(0, 0, 0), seed=seed)
        _print("undisturbed", calm)
        killed = await once(homeserver, folder / "killed", size, divided(kills, size), seed=seed)
        _print(f"killed {killed.kills.total()} times (seed {seed})", killed)
    other = differences(killed.digest, calm.digest)
    say(f"\ndigests of both runs: {len(calm.digest)} lines, {len(other)} differ")
    say("\n".join(other[:40]))
    return calm.reckoning.holds and killed.reckoning.holds and not other


def say(line: str) -> None:
    """For the terminal, or whatever file it is led into."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _print(title: str, outcome: Outcome) -> None:
    say(f"\n{title}: {outcome.seconds:.0f} s, {outcome.starts} starts, {outcome.gaps} holes filled")
    for row in outcome.reckoning.rows:
        say(f"  {row.what:<34}{row.people:>7}{row.bot:>7}  {'' if row.agrees else '≠'}")
    for name, number in outcome.kills.most_common():
        say(f"  killed {name:<27}{number:>7}")
    for problem in outcome.reckoning.problems[:40]:
        say(f"  ! {problem}")


def main() -> int:
    """Run twice, compare, and tell; 0 if nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--tables", type=int, default=10)
    parser.add_argument("--seats", type=int, default=6)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    wish = parser.parse_args()
    size = Size(
        tables=wish.tables, seats=wish.seats, pairs=wish.pairs, rounds=wish.rounds, digests=4
    )
    with tempfile.TemporaryDirectory(prefix="runda-chaos-") as folder:
        holds = asyncio.run(_compare(size, wish.kills, wish.seed, Path(folder)))
    say("\nnothing lost, nothing twice" if holds else "\nNOT AS IT SHOULD BE")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
