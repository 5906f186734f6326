"""Which locked versions have a known weakness, by records in the form OSV, as PyPA keeps them.

The records come as a folder or a ZIP that somebody has fetched; nothing is asked over a network.
"""

from __future__ import annotations

import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tests.supply.locks import Locked

_ECOSYSTEM = "PyPI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """A record that speaks of a version we have."""

    package: Locked
    record: str
    other_names: tuple[str, ...]
    mended_in: tuple[str, ...]

    def sentence(self) -> str:
        """What to do about it."""
        names = f" ({', '.join(self.other_names)})" if self.other_names else ""
        remedy = (
            f"mended in {', '.join(self.mended_in)}; raise it in pyproject.toml, then make lock"
            if self.mended_in
            else "not mended yet; look whether we are concerned, then accept it by its name"
        )
        return f"{self.package.name} {self.package.version}: {self.record}{names}, {remedy}"


class NoAdvisories(Exception):
    """There are no records where they were said to be; the text says what to do."""


def records_in(place: Path) -> Iterator[Mapping[str, Any]]:
    """All records of a folder or a ZIP.

    Raises:
        NoAdvisories: there are none, so that a wrong path cannot look like good news.
    """
    count = 0
    for name, raw in _files(place):
        record = json.loads(raw)
        if not isinstance(record, dict) or "id" not in record:
            raise NoAdvisories(f"{place}: {name} is no record in the form OSV")
        count += 1
        yield record
    if count == 0:
        raise NoAdvisories(
            f"{place}: there are no records; write the folder or the ZIP that holds PyPA's "
            "advisories in the form OSV, one JSON file each"
        )


def _files(place: Path) -> Iterator[tuple[str, bytes]]:
    if place.is_dir():
        for path in sorted(place.rglob("*.json")):
            yield str(path), path.read_bytes()
    elif place.is_file() and zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".json"):
                    yield name, archive.read(name)


def weaknesses(
    packages: Sequence[Locked],
    records: Iterable[Mapping[str, Any]],
    *,
    accepted: Iterable[str] = (),
) -> list[Weakness]:
    """What is known of these versions, by package.

    Args:
        accepted: names of records that somebody has looked at; one name of a record is enough.
    """
    by_name = defaultdict(list)
    for one in packages:
        by_name[one.name].append(one)
    known = frozenset(accepted)
    found: list[Weakness] = []
    for record in records:
        names = (str(record["id"]), *map(str, record.get("aliases", ())))
        if record.get("withdrawn") or known.intersection(names):
            continue
        for affected in record.get("affected", ()):
            package = affected.get("package", {})
            if package.get("ecosystem") != _ECOSYSTEM:
                continue
            ours = by_name.get(canonicalize_name(str(package.get("name", ""))), ())
            found += [
                Weakness(
                    package=one,
                    record=names[0],
                    other_names=names[1:],
                    mended_in=_mended_in(affected, one.version),
                )
                for one in ours
                if is_affected(one.version, affected)
            ]
    return sorted(found, key=lambda one: (one.package.name, one.record))


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether a version is listed, or lies in one of the ranges."""
    ours = Version(version)
    listed = (_version(str(one)) for one in affected.get("versions", ()))
    if any(one == ours for one in listed):
        return True
    return any(
        _in_range(ours, one.get("events", ()))
        for one in affected.get("ranges", ())
        if one.get("type") == "ECOSYSTEM"
    )


def _in_range(ours: Version, events: Iterable[Mapping[str, str]]) -> bool:
    inside = False
    for kind, limit in _in_order(events):
        reached = limit is None or ours >= limit
        if kind == "introduced":
            inside = inside or reached
        elif kind == "last_affected":
            inside = inside and (limit is None or ours <= limit)
        elif kind == "fixed":
            inside = inside and not reached
    return inside


def _in_order(events: Iterable[Mapping[str, str]]) -> list[tuple[str, Version | None]]:
    """Events by version; None stands for the very first."""
    read = [
        (kind, None if written == "0" else _version(written))
        for event in events
        for kind, written in event.items()
    ]
    sound = [(kind, limit) for kind, limit in read if limit is not None or kind == "introduced"]
    order = ("introduced", "fixed", "last_affected", "limit")
    first = Version("0.dev0")
    return sorted(sound, key=lambda one: (one[1] or first, order.index(one[0])))


def _mended_in(affected: Mapping[str, Any], version: str) -> tuple[str, ...]:
    ours = Version(version)
    fixed = {
        limit
        for one in affected.get("ranges", ())
        if one.get("type") == "ECOSYSTEM"
        for kind, limit in _in_order(one.get("events", ()))
        if kind == "fixed" and limit is not None and limit > ours
    }
    return tuple(str(one) for one in sorted(fixed)[:1])


def _version(written: str) -> Version | None:
    try:
        return Version(written)
    except InvalidVersion:
        # Some records name versions from before PEP 440; ours are never such.
        return None
