"""``make sbom``, ``make audit`` and ``make licences``."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tests.supply.advisories import NoAdvisories, records_in, weaknesses
from tests.supply.licences import licence_of, unexpected
from tests.supply.locks import packages_of
from tests.supply.sbom import sbom

REPOSITORY = Path(__file__).parents[2]
RUNTIME = REPOSITORY / "locks" / "runtime.txt"
ACCEPTED = Path(__file__).with_name("accepted.txt")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one of the three; 0 if all is well, 1 if something is not, 2 if it was asked wrongly."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply")
    tasks = parser.add_subparsers(dest="task", required=True)
    tasks.add_parser("sbom", help="a list of all parts, CycloneDX")
    tasks.add_parser("licences", help="packages and their licences, and what nobody expected")
    audit = tasks.add_parser("audit", help="known weaknesses of what the locks name")
    audit.add_argument("--advisories", type=Path, required=True, help="folder or ZIP of records")
    asked = parser.parse_args(arguments)
    match asked.task:
        case "sbom":
            return _sbom()
        case "licences":
            return _licences()
        case _:
            return _audit(asked.advisories)


def _sbom() -> int:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    document = sbom(
        packages_of(RUNTIME),
        name=project["name"],
        version=project["version"],
        licence=project["license"],
    )
    sys.stdout.write(f"{json.dumps(document, indent=2, sort_keys=True)}\n")
    return 0


def _licences() -> int:
    packages = packages_of(RUNTIME)
    for one in packages:
        licence = licence_of(one.name)
        sys.stdout.write(f"{one.name}\t{one.version}\t{licence or 'not installed here'}\n")
    problems = unexpected(packages)
    return _tell(problems)


def _audit(place: Path) -> int:
    locks = sorted((REPOSITORY / "locks").glob("*.txt"))
    locked = {one for lock in locks for one in packages_of(lock)}
    packages = sorted(locked, key=lambda one: (one.name, one.version))
    try:
        records = list(records_in(place))
    except NoAdvisories as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = weaknesses(packages, records, accepted=accepted())
    sys.stdout.write(f"{len(packages)} packages, {len(records)} records\n")
    return _tell([one.sentence() for one in dict.fromkeys(found)])


def accepted() -> list[str]:
    """Records that somebody has looked at: a name a line, and why behind it."""
    lines = ACCEPTED.read_text("utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def _tell(problems: Sequence[str]) -> int:
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
