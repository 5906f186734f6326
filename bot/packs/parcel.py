"""A pack as somebody drops it: one TOML, or a ZIP of one TOML and its media.

`examine` runs in a bounded process of its own (``bot.service.bounded``), for whatever it is given.
What it found sound is opened again by `unpacked`, which relies on it.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from bot.packs.media import (
    MAX_FILE_BYTES,
    MAX_TOGETHER_BYTES,
    NoSuchFile,
    media_names,
    media_problems,
)
from flows.errors import PackError, Problem
from flows.packs.parse import parse
from flows.packs.syntax import MAX_SOURCE_BYTES
from flows.said import Said, said

MAX_PARCEL_BYTES = 10_000_000
MAX_MEMBERS = 200

_TOML = ".toml"
_OF_MACOS = ("__MACOSX/", ".DS_Store")
_ENCRYPTED = 0x1
_UNIX = 3
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
_NOT_WHOLE = said("the file is no whole ZIP; make it anew")


class Refused(Exception):
    """The parcel is none that can be used; `what` says why."""

    def __init__(self, what: Said) -> None:
        self.what = what
        super().__init__(str(what))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found: problems, or (without any) a sound pack and its files."""

    name: str
    problems: tuple[Problem, ...]


def examine(framed: bytes) -> dict[str, Any]:
    """Look through a parcel, given as its file's name, a line break, and its bytes."""
    file_name, _, data = framed.partition(b"\n")
    verdict = _verdict(file_name.decode(), data)
    return {
        "name": verdict.name,
        "problems": [
            {"line": problem.line, "what": _as_json(problem.what)} for problem in verdict.problems
        ],
    }


def frame(file_name: str, data: bytes) -> bytes:
    """Make what `examine` takes."""
    return b"\n".join((file_name.replace("\n", " ").encode(), data))


def verdict_of(answer: dict[str, Any]) -> Verdict:
    """Read what `examine` gave."""
    return Verdict(
        name=answer["name"],
        problems=tuple(
            Problem(line=one["line"], what=_from_json(one["what"])) for one in answer["problems"]
        ),
    )


def _as_json(what: Said) -> list[Any]:
    values = {
        name: {"said": _as_json(value)} if isinstance(value, Said) else value
        for name, value in what.values
    }
    return [what.text, values]


def _from_json(written: list[Any]) -> Said:
    text, values = written
    return Said(
        text,
        tuple(
            (name, _from_json(value["said"]) if isinstance(value, dict) else value)
            for name, value in values.items()
        ),
    )


def _verdict(file_name: str, data: bytes) -> Verdict:
    stem = PurePosixPath(file_name.replace("\\", "/")).name
    name = stem.rpartition(".")[0] or stem
    try:
        parcel = unpacked(file_name, data)
        name = parcel.name
        pack = parse(parcel.source, name=name)
        problems = media_problems(pack, parcel.source, parcel.media)
    except Refused as refused:
        problems = (Problem(line=None, what=refused.what),)
    except PackError as error:
        problems = error.problems
    return Verdict(name=name, problems=problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """An opened parcel; the media are read when they are asked for."""

    name: str
    source: str
    files: dict[str, zipfile.ZipInfo]
    archive: zipfile.ZipFile | None

    def media(self, name: str) -> bytes:
        """A file beside the pack; raises `NoSuchFile`."""
        if self.archive is None or name not in self.files:
            raise NoSuchFile
        try:
            return _read(self.archive, self.files[name], MAX_FILE_BYTES + 1)
        except _BROKEN as error:
            raise Refused(_NOT_WHOLE) from error

    def all_media(self) -> Iterator[tuple[str, bytes]]:
        """The files that the pack names, one after the other."""
        for name in media_names(parse(self.source, name=self.name)):
            yield name, self.media(name)


def unpacked(file_name: str, data: bytes) -> Parcel:
    """Open a parcel.

    Raises:
        Refused: it is no pack, or made to do harm.
    """
    plain = PurePosixPath(file_name.replace("\\", "/")).name
    if not plain.lower().endswith(".zip"):
        return Parcel(name=plain[: -len(_TOML)], source=_text(data), files={}, archive=None)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        return _opened(archive)
    except _BROKEN as error:
        raise Refused(_NOT_WHOLE) from error


def _opened(archive: zipfile.ZipFile) -> Parcel:
    files = _files(archive)
    sources = [name for name in files if name.lower().endswith(_TOML)]
    if len(sources) != 1:
        raise Refused(
            said(
                "there are {count} .toml files in the ZIP; put exactly one in, and its files"
                " beside it",
                count=len(sources),
            )
        )
    (name,) = sources
    if sum(info.file_size for info in files.values()) > MAX_TOGETHER_BYTES + MAX_SOURCE_BYTES:
        raise Refused(_too_much())
    source = _text(_read(archive, files.pop(name), MAX_SOURCE_BYTES + 1))
    return Parcel(name=name[: -len(_TOML)], source=source, files=files, archive=archive)


def _files(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """What is in the ZIP, by plain name; all of it may be in one folder."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Refused(
            said(
                "there are {count} files in the ZIP and may be {most}; put in only what the pack"
                " needs",
                count=len(infos),
                most=MAX_MEMBERS,
            )
        )
    infos = [one for one in infos if not one.is_dir() and not _is_of_macos(one.filename)]
    files: dict[str, zipfile.ZipInfo] = {}
    folders = set()
    for info in infos:
        _refuse_member(info)
        path = PurePosixPath(info.filename)
        folders.add(path.parent)
        if path.name.casefold() in {name.casefold() for name in files}:
            raise Refused(
                said("{name} is in the ZIP twice; keep one of them", name=_shown(path.name))
            )
        files[path.name] = info
    if len(folders) > 1 or any(len(folder.parts) > 1 for folder in folders):
        raise Refused(said("the files in the ZIP lie in several folders; put all into one"))
    return files


def _is_of_macos(name: str) -> bool:
    return name.startswith(_OF_MACOS[0]) or PurePosixPath(name).name in _OF_MACOS


def _refuse_member(info: zipfile.ZipInfo) -> None:
    name = info.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise Refused(
            said(
                "{name} in the ZIP leads out of its folder; that is not allowed", name=_shown(name)
            )
        )
    mode = info.external_attr >> 16
    if info.create_system == _UNIX and mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        raise Refused(
            said(
                "{name} in the ZIP is a link and no file; put the file itself in", name=_shown(name)
            )
        )
    if info.flag_bits & _ENCRYPTED:
        raise Refused(said("the ZIP is locked with a password; make it without one"))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(
            said("the ZIP is packed in a way that I do not read; make it with the usual settings")
        )
    if info.file_size > MAX_FILE_BYTES:
        raise Refused(
            said("{name} in the ZIP is larger than {most} MB", name=_shown(name), most=10)
        )


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in name[:80])


def _too_much() -> Said:
    return said(
        "the files of this pack are larger than {most} MB together; make them smaller", most=30
    )


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    # What the directory says of sizes may be a lie: no more than this is unpacked in any case.
    with archive.open(info) as file:
        return file.read(most)


def _text(data: bytes) -> str:
    if len(data) > MAX_SOURCE_BYTES:
        raise Refused(said("the file is larger than 1 MB; a pack is text alone"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(said("the file is not text; save it as UTF-8")) from error
