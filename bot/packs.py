"""Which packs there are: those that come with Runda, and those in the operator's folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import flows.packs
from flows.errors import PackError, Problem
from flows.packs.pack import Pack
from flows.packs.parse import parse
from flows.said import said

SHIPPED = Path(flows.packs.__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    """A pack that has not been read yet."""

    path: Path

    @property
    def name(self) -> str:
        """What it is called: the file's name without ``.toml``."""
        return self.path.stem

    @property
    def is_shipped(self) -> bool:
        """True if it came with Runda."""
        return self.path.parent == SHIPPED

    def source(self) -> str:
        """The text of the file.

        Raises:
            PackError: it cannot be read as text.
        """
        try:
            return self.path.read_text("utf-8")
        except OSError as error:
            problem = said("cannot be read ({why})", why=error.strerror or error)
        except UnicodeDecodeError:
            problem = said("is not written in UTF-8; save it again with that encoding")
        raise PackError(self.name, (Problem(line=None, what=problem),))

    def load(self) -> Pack:
        """The pack.

        Raises:
            PackError: with everything that is wrong with it.
        """
        return parse(self.source(), name=self.name)


def find_packs(folders: Sequence[Path] = ()) -> tuple[PackFile, ...]:
    """Every pack, by name.

    One of the operator's goes before a shipped one of the same name, and one in an earlier
    folder before one in a later.
    """
    found: dict[str, PackFile] = {}
    for folder in (*folders, SHIPPED):
        for path in folder.glob("*.toml"):
            found.setdefault(path.stem, PackFile(path=path))
    return tuple(found[name] for name in sorted(found))
