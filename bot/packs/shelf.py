"""Packs that organizers dropped, kept in the data folder: every version of each.

``NAME/3/NAME.toml`` with its media is the third version of a pack, ``NAME/current`` says which
version is started. Older ones stay: they are small, and an organizer may want them back.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One folder of kept packs; it need not exist yet."""

    folder: Path

    def keep(self, name: str, source: str, media: Iterable[tuple[str, bytes]]) -> int:
        """Keep a version of a pack, and return its number; it is not the current one yet.

        The newest version once more is that version: whoever is interrupted may do it again.
        """
        media = tuple(media)
        newest = max(self.versions(name), default=0)
        if newest and self._holds(name, newest, source, media):
            return newest
        place = self.folder / name
        place.mkdir(parents=True, exist_ok=True)
        # Written aside and then renamed: a version is whole, or it is not there.
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
        try:
            (aside / f"{name}.toml").write_text(source, "utf-8", newline="")
            for file_name, data in media:
                (aside / file_name).write_bytes(data)
            number = newest + 1
            aside.rename(place / str(number))
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return number

    def _holds(
        self, name: str, number: int, source: str, media: Iterable[tuple[str, bytes]]
    ) -> bool:
        kept = {path.name: path for path in (self.folder / name / str(number)).iterdir()}
        wanted = {f"{name}.toml": source.encode(), **dict(media)}
        return kept.keys() == wanted.keys() and all(
            kept[file].read_bytes() == data for file, data in wanted.items()
        )

    def is_current(self, name: str, number: int) -> bool:
        """Whether this version is the one that is started."""
        pointer = self.folder / name / _CURRENT
        return pointer.is_file() and pointer.read_text("ascii").strip() == str(number)

    def versions(self, name: str) -> tuple[int, ...]:
        """The numbers of the versions that are kept of a pack."""
        found = [one.name for one in (self.folder / name).glob("*") if one.name.isdecimal()]
        return tuple(sorted(map(int, found)))

    def take(self, name: str, number: int) -> None:
        """Let a version be the one that is started from now on."""
        pointer = self.folder / name / _CURRENT
        aside = pointer.with_suffix(".new")
        aside.write_text(f"{number}\n", "ascii")
        aside.replace(pointer)

    def current(self) -> Iterator[Path]:
        """The files of the current versions."""
        for pointer in self.folder.glob(f"*/{_CURRENT}"):
            name, number = pointer.parent.name, pointer.read_text("ascii").strip()
            path = pointer.parent / number / f"{name}.toml"
            if number.isdecimal() and path.is_file():
                yield path
