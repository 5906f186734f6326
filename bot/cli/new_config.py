"""Writing a new configuration and the token beside it: all of it or nothing."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.wording import Wording

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
TOKEN_FILE = Path("secrets") / "access_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConfig:
    """What goes into the file; what it leaves out has its default."""

    homeserver: str
    user_id: str
    device_id: str
    room: str
    data_folder: str
    timezone: str
    language: str

    def text(self, words: Wording) -> str:
        """The file, in TOML, with a few words for whoever opens it."""
        sections = {
            "matrix": {
                "homeserver": self.homeserver,
                "user_id": self.user_id,
                "device_id": self.device_id,
                "access_token_file": TOKEN_FILE.as_posix(),
            },
            "organizers": {"room": self.room},
            "storage": {"data_folder": self.data_folder},
            "dialogue": {"timezone": self.timezone, "language": self.language},
        }
        head = words.say("# Runda's configuration. config.example.toml shows every option.")
        return "\n".join([head, *(_section(name, values) for name, values in sections.items())])


def _section(name: str, values: Mapping[str, str]) -> str:
    # The strings of JSON are strings of TOML too.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()]
    return f"\n[{name}]\n{''.join(lines)}".rstrip("\n")


class Place:
    """The folder of a configuration that is to be written, and what is in it already."""

    def __init__(self, path: Path) -> None:
        self.config = path.absolute()
        self.token = self.config.parent / TOKEN_FILE

    def folder(self, written: str) -> Path:
        """A folder as the configuration names it."""
        return self.config.parent / Path(written).expanduser()

    def taken(self) -> list[Path]:
        """What would be replaced."""
        return [path for path in (self.config, self.token) if path.exists()]

    @contextmanager
    def prepared(self, data_folder: str) -> Iterator[None]:
        """The folders, made and known to be ours to write in; gone again after an error.

        Raises:
            OSError: somebody else's folder, a full disk.
        """
        made = [
            *_make_folder(self.config.parent),
            *_make_folder(self.token.parent),
            *_make_folder(self.folder(data_folder)),
        ]
        try:
            for folder in {self.config.parent, self.token.parent}:
                with tempfile.TemporaryFile(dir=folder):
                    pass
            yield
        except BaseException:
            for folder in reversed(made):
                # What has come into it in the meantime is not ours to remove.
                with suppress(OSError):
                    folder.rmdir()
            raise

    def write(self, config: str, token: str) -> None:
        """Put both files in their places, the configuration last: it makes the other count.

        Raises:
            OSError: then both places are as they were.
        """
        before = self.token.read_bytes() if self.token.exists() else None
        _replace(self.token, f"{token}\n".encode())
        try:
            _replace(self.config, config.encode())
        except OSError:
            if before is None:
                self.token.unlink()
            else:
                _replace(self.token, before)
            raise


def _make_folder(path: Path) -> list[Path]:
    """Make a folder that only we may enter, with those above it; those made, outermost first."""
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=PRIVATE_FOLDER)
    return missing[::-1]


def _replace(path: Path, content: bytes) -> None:
    """Put a file in its place whole: readers see the old one or the new one."""
    # mkstemp makes it readable for us alone, before there is anything in it.
    number, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            os.fchmod(number, PRIVATE_FILE)
            file.write(content)
            file.flush()
            os.fsync(number)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
