"""Backups: the database, the keys and what else the data folder holds, of moments that fit.

The database is copied first and the keys after it. A message with a key leaves the database only
when the key is in the key store: so a key that the copied database has no more is in the copied
store. The other way round it would be in neither.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from bot.config.values import Config, secret_files
from bot.errors import BackupUnusable
from storage.copying import copy_sqlite, damage_of, flush, version_of
from storage.errors import DatabaseUnusable
from storage.migrate import NEWEST
from storage.overview import sqlite_file

MANIFEST = "backup.json"
UNFINISHED = ".part"
CUT_OFF = ".restoring"
"""Ends the name of a folder that a restore is about to put in the place of the data folder."""

_DATABASE = "runda.db"
_DATA = "data"
_CONFIG = "config"
_KEYS = Path("keys") / "keys.db"
_NOT_COPIED = frozenset(("lock",))
_PRIVATE = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself.

    `files` are the digests of all files, by their path in the backup. `homes` says of files of
    the configuration where they belong: relative to the folder of `config.toml`, or absolute.
    """

    made_ms: int
    account: str
    device: str
    version: str | None
    """Of the database; None if that is on a server of its own."""
    files: dict[str, str]
    homes: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """That of a backup.

        Raises:
            BackupUnusable: it is none, or a part of it is missing or other than it was.
        """
        try:
            manifest = cls(**json.loads((folder / MANIFEST).read_text("utf-8")))
            for name, digest in manifest.files.items():
                if _digest(folder / name) != digest:
                    raise BackupUnusable(folder / name, "not as it was written")
        except (OSError, ValueError, TypeError) as error:
            raise BackupUnusable(folder, _words(error)) from error
        return manifest


def make_backup(config: Config, config_file: Path, to: Path, *, now: datetime) -> Path:
    """Copy everything into a new folder below `to`, and look whether it can be restored.

    The bot may run meanwhile. A folder is called a backup only when it is whole and on the disk.

    Raises:
        BackupUnusable: it cannot be made, or what was made does not hold.
    """
    made = _unused(to / f"runda-{now:%Y%m%d-%H%M%S}")
    work = made.with_name(made.name + UNFINISHED)
    try:
        to.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        for left in to.glob(f"runda-*{UNFINISHED}"):
            shutil.rmtree(left)
        work.mkdir(mode=_PRIVATE)
        _copy(config, config_file, work, now)
        _try_out(work)
        for folder in (*_folders(work), work):
            flush(folder)
        work.rename(made)
        flush(to)
    except (OSError, DatabaseUnusable) as error:
        raise BackupUnusable(work, _words(error)) from error
    return made


def _copy(config: Config, config_file: Path, work: Path, now: datetime) -> None:
    database = sqlite_file(config.database_url)
    data = work / _DATA
    data.mkdir(mode=_PRIVATE)
    if database is not None:
        copy_sqlite(database, data / _DATABASE)
    keys = config.data_folder / _KEYS
    (data / _KEYS).parent.mkdir(mode=_PRIVATE)
    if keys.exists():
        copy_sqlite(keys, data / _KEYS)
    left_out = (*_with_logs(keys), *(() if database is None else _with_logs(database)))
    for path in _files(config.data_folder):
        if path not in left_out and path.name not in _NOT_COPIED:
            _copy_file(path, data / path.relative_to(config.data_folder))
    homes = _copy_config(config_file, work)
    manifest = Manifest(
        made_ms=int(now.timestamp() * 1000),
        account=config.matrix.user_id,
        device=config.matrix.device_id,
        version=None if database is None else version_of(data / _DATABASE),
        files={str(path.relative_to(work)): _digest(path) for path in _files(work)},
        homes=homes,
    )
    _write(work / MANIFEST, json.dumps(asdict(manifest), indent=2, sort_keys=True).encode())


def _copy_config(config_file: Path, work: Path) -> dict[str, str]:
    """The configuration and its secrets, and where each belongs."""
    base = config_file.absolute().parent
    homes = {}
    for number, path in enumerate((config_file.absolute(), *secret_files(config_file))):
        if path.exists():
            copied = f"{_CONFIG}/{number}-{path.name}"
            _copy_file(path, work / copied)
            inside = path.is_relative_to(base)
            homes[copied] = str(path.relative_to(base) if inside else path)
    return homes


def _try_out(work: Path) -> None:
    """Restore it beside itself, and see that both databases are whole and of this program."""
    manifest = Manifest.read(work)
    with tempfile.TemporaryDirectory(dir=work.parent, prefix=".try-") as scratch:
        data = Path(scratch) / _DATA
        lay_out(work, data)
        look_at(data, manifest)


def lay_out(backup: Path, data: Path) -> None:
    """Make the data folder of a backup, whole and on the disk."""
    for path in _files(backup / _DATA):
        _copy_file(path, data / path.relative_to(backup / _DATA))
    for folder in (*_folders(data), data):
        folder.chmod(_PRIVATE)
        flush(folder)


def look_at(data: Path, manifest: Manifest) -> None:
    """See that a restored data folder can be used.

    Raises:
        BackupUnusable: it cannot, or a newer program is needed for it.
    """
    for path in (data / _DATABASE, data / _KEYS):
        if path.exists():
            damage = damage_of(path)
            if damage is not None:
                raise BackupUnusable(path, damage)
    if manifest.version is None:
        return
    found = version_of(data / _DATABASE)
    if found != manifest.version:
        raise BackupUnusable(data / _DATABASE, f"of version {found}, not {manifest.version}")
    if found > NEWEST:
        raise BackupUnusable(data / _DATABASE, f"of version {found}, newer than {NEWEST}")


def put_config_back(backup: Path, manifest: Manifest, config_file: Path) -> list[Path]:
    """Write the configuration and its secrets where they are not; returns what was written."""
    base = config_file.absolute().parent
    written = []
    for copied, home in manifest.homes.items():
        place = config_file.absolute() if _is_config(copied) else base / home
        if not place.exists():
            place.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            _copy_file(backup / copied, place)
            flush(place.parent)
            written.append(place)
    return written


def _is_config(copied: str) -> bool:
    return copied.startswith(f"{_CONFIG}/0-")


def restoring(config: Config) -> Path:
    """Where a restore is made ready; left there only by one that was cut off."""
    return config.data_folder.with_name(config.data_folder.name + CUT_OFF)


def what_is_there(config: Config) -> list[Path]:
    """Data that a restore would replace: the data folder and a database that is elsewhere."""
    database = sqlite_file(config.database_url)
    folder = config.data_folder
    found = [folder] if folder.exists() and any(folder.iterdir()) else []
    if database is not None and database.exists() and not database.is_relative_to(folder):
        found += [path for path in _with_logs(database) if path.exists()]
    return found


def put_data_back(
    backup: Path,
    manifest: Manifest,
    config: Config,
    *,
    now: datetime,
    finish: Callable[[], None],
) -> None:
    """Put the data of a backup in the place of what is there, which is moved aside.

    `finish` is called when it is in its place; only then does the restore count as done.

    Cut off at any point, it leaves `restoring` behind, and the bot does not start until it
    has been done again.

    Raises:
        BackupUnusable: it does not hold, or cannot be written.
    """
    ready = restoring(config)
    aside = f".before-{now:%Y%m%d-%H%M%S}"
    database = sqlite_file(config.database_url)
    try:
        if ready.exists():
            shutil.rmtree(ready)
        ready.mkdir(mode=_PRIVATE, parents=True)
        flush(ready.parent)
        data = ready / _DATA
        data.mkdir(mode=_PRIVATE)
        lay_out(backup, data)
        look_at(data, manifest)
        for path in what_is_there(config):
            path.rename(_unused(path.with_name(path.name + aside)))
        if database is not None and database != config.data_folder / _DATABASE:
            database.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            _copy_file(data / _DATABASE, database)
            (data / _DATABASE).unlink()
            flush(database.parent)
        if config.data_folder.exists():
            config.data_folder.rmdir()
        data.rename(config.data_folder)
        flush(config.data_folder.parent)
        finish()
        ready.rmdir()
    except OSError as error:
        raise BackupUnusable(ready, _words(error)) from error


# ---------------------------------------------------------------------- files


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _folders(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_dir())


def _with_logs(database: Path) -> list[Path]:
    """A database, and the files beside it in which its newest part may be."""
    return [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]


def _copy_file(path: Path, target: Path) -> None:
    target.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    _write(target, path.read_bytes())


def _write(target: Path, content: bytes) -> None:
    number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(number)


def _unused(path: Path) -> Path:
    """The path, with a number behind it if there is something there."""
    names = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(one for one in chain((path,), names) if not one.exists())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
