"""The files beside a pack: what they may be, and what is wrong with one.

Nothing is opened or decoded here: a file's first bytes must say the same as its name, so that
nobody is handed a program that calls itself a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from flows.errors import Problem
from flows.packs.pack import Pack, Step
from flows.packs.places import Path as Place
from flows.packs.places import find_places
from flows.said import Said, said

MAX_FILE_BYTES = 10_000_000
MAX_TOGETHER_BYTES = 30_000_000
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """`begins` are the ways in which such a file may begin; None stands for any byte."""

    mime: str
    begins: tuple[tuple[int | None, ...], ...]


def _bytes(text: bytes) -> tuple[int | None, ...]:
    return tuple(text)


_JPEG = _Kind(mime="image/jpeg", begins=(_bytes(b"\xff\xd8\xff"),))
_KINDS = {
    ".png": _Kind(mime="image/png", begins=(_bytes(b"\x89PNG\r\n\x1a\n"),)),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".gif": _Kind(mime="image/gif", begins=(_bytes(b"GIF87a"), _bytes(b"GIF89a"))),
    ".webp": _Kind(
        mime="image/webp", begins=((*_bytes(b"RIFF"), None, None, None, None, *_bytes(b"WEBP")),)
    ),
    ".pdf": _Kind(mime="application/pdf", begins=(_bytes(b"%PDF-"),)),
}


def mime_of(name: str) -> str:
    """The media type of a file that a pack may name."""
    return _kind_of(name).mime


def _kind_of(name: str) -> _Kind:
    return _KINDS[PurePath(name).suffix.lower()]


def what_is_wrong(name: str, data: bytes) -> Said | None:
    """Say what is wrong with the file that a pack names so, None if nothing is."""
    if not data:
        return said("the file {name} is empty", name=name)
    if len(data) > MAX_FILE_BYTES:
        return too_large(name)
    if not any(_begins(data, beginning) for beginning in _kind_of(name).begins):
        return said(
            "the file {name} is not what its name says ({mime}); save it anew from the program"
            " that made it",
            name=name,
            mime=mime_of(name),
        )
    return None


def too_large(name: str) -> Said:
    """Say that a file is too large to be shown in a chat."""
    return said(
        "the file {name} is larger than {most} MB; make it smaller",
        name=name,
        most=MAX_FILE_BYTES // _MEGABYTE,
    )


def _begins(data: bytes, beginning: tuple[int | None, ...]) -> bool:
    start = data[: len(beginning)]
    return len(start) == len(beginning) and all(
        wanted is None or byte == wanted for byte, wanted in zip(start, beginning, strict=True)
    )


class NoSuchFile(Exception):
    """There is nothing of that name beside the pack."""


def media_problems(pack: Pack, source: str, read: Callable[[str], bytes]) -> tuple[Problem, ...]:
    """Everything that is wrong with the files a pack names, in order of line.

    Args:
        source: What the pack was read from, for the lines.
        read: Gives a file by its name, not more than a byte above what is allowed; raises
            `NoSuchFile`, or `OSError` if it cannot.
    """
    places = find_places(source)
    problems = []
    sizes: dict[str, int] = {}
    for place, step in _steps(pack):
        if step.attached is None:
            continue
        line = places.line((*place, "file"))
        name = step.attached.name
        found = read_sound(name, read)
        if isinstance(found, Said):
            problems.append(Problem(line=line, what=found))
        else:
            sizes[name] = len(found)
    if sum(sizes.values()) > MAX_TOGETHER_BYTES:
        what = said(
            "the files of this pack are larger than {most} MB together; make them smaller",
            most=MAX_TOGETHER_BYTES // _MEGABYTE,
        )
        problems.insert(0, Problem(line=None, what=what))
    return tuple(problems)


def read_sound(name: str, read: Callable[[str], bytes]) -> bytes | Said:
    """Give the file that a pack names so, or say what is wrong with it; `read` as above."""
    try:
        data = read(name)
    except NoSuchFile:
        return said("there is no file {name} beside the pack; put it there", name=name)
    except OSError as error:
        why = error.strerror or error
        return said("the file {name} cannot be read ({why})", name=name, why=why)
    wrong = what_is_wrong(name, data)
    return data if wrong is None else wrong


def _steps(pack: Pack) -> Iterator[tuple[Place, Step]]:
    for place, step in enumerate(pack.steps):
        yield ("step", place), step
    for outer, follow_up in enumerate(pack.follow_ups):
        for place, step in enumerate(follow_up.steps):
            yield ("follow_up", outer, "step", place), step


def media_names(pack: Pack) -> tuple[str, ...]:
    """The files that the steps of a pack and of its follow-ups show, each once."""
    attached = (step.attached for _, step in _steps(pack))
    return tuple(dict.fromkeys(one.name for one in attached if one is not None))
