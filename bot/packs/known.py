"""Which packs there are: those that come with Runda, and those in the operator's folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import flows.packs
from bot.packs.media import MAX_FILE_BYTES, NoSuchFile, media_problems, read_sound
from bot.packs.shelf import Shelf
from flows.errors import PackError, Problem
from flows.packs.pack import Pack
from flows.packs.parse import parse
from flows.said import Said, said

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

    def check(self) -> Pack:
        """The pack, if it and the files beside it are sound.

        Raises:
            PackError: with everything that is wrong with it, or with its files.
        """
        source = self.source()
        pack = parse(source, name=self.name)
        problems = media_problems(pack, source, self._read)
        if problems:
            raise PackError(self.name, problems)
        return pack

    def media(self, name: str) -> bytes:
        """A file beside the pack; `bot.packs.media.mime_of` names its type.

        Raises:
            PackError: it is not there, too large, or not what its name says.
        """
        found = read_sound(name, self._read)
        if isinstance(found, Said):
            raise PackError(self.name, (Problem(line=None, what=found),))
        return found

    def _read(self, name: str) -> bytes:
        folder = self.path.parent
        path = folder / name
        # A link may lead within the folder, and nowhere else.
        if PurePath(name).name != name or not path.resolve().is_relative_to(folder.resolve()):
            raise NoSuchFile
        try:
            with path.open("rb") as file:
                return file.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError as error:
            raise NoSuchFile from error


def find_packs(folders: Sequence[Path] = ()) -> tuple[PackFile, ...]:
    """Every pack, by name.

    One of the operator's goes before a shipped one of the same name, and one in an earlier
    folder before one in a later. A folder may have kept packs in it (`bot.packs.shelf`).
    """
    found: dict[str, PackFile] = {}
    for folder in (*folders, SHIPPED):
        for path in (*Shelf(folder).current(), *folder.glob("*.toml")):
            found.setdefault(path.stem, PackFile(path=path))
    return tuple(found[name] for name in sorted(found))
