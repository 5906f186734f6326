"""What the locks name: versions, their hashes, and where they apply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

_REQUIREMENT = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?"
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A package as a lock names it; `marker` says on which systems, "" for all."""

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str = ""


def packages_of(lock: Path) -> list[Locked]:
    """Every package of a lock, by name.

    Raises:
        ValueError: a line is neither a package, a hash, nor a remark.
    """
    return sorted(_read(lock), key=lambda one: (one.name, one.version))


def _read(lock: Path) -> Iterator[Locked]:
    for entry in re.sub(r"\\\n\s*", " ", lock.read_text("utf-8")).splitlines():
        line = entry.strip()
        if not line or line.startswith("#"):
            continue
        found = _REQUIREMENT.match(line)
        if found is None:
            raise ValueError(f"{lock}: {line[:80]!r} is no package with its version")
        yield Locked(
            name=canonicalize_name(found["name"]),
            version=found["version"],
            hashes=tuple(sorted(_HASH.findall(line))),
            marker=(found["marker"] or "").partition("--hash")[0].strip(),
        )
