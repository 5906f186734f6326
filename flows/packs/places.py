"""Where in a pack's source each key stands, so that a problem can name its line.

``tomllib`` tells no places. This scan follows its grammar closely enough to be exact for every
source that ``tomllib`` accepts, with one exception: a key in quotes that has escapes in it is
filed under its spelling. For a source that ``tomllib`` refuses it is a best effort, which ends
without complaint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The way to a value: keys, and positions (from 0) in lists; ``("step", 0, "text", "sv")``."""

MAX_DEPTH = 12
"""How far down a value may be; twice what any pack needs."""

# Possessive quantifiers (++, *+), and strings that end where the line or the source ends when
# nobody closed them, keep the scan linear whatever the source.
_TOKEN = re.compile(
    r'''
      (?P<string> """(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5}|\\?\Z)
                | \'\'\'(?:[^']++|'(?!\'\'))*+(?:'{3,5}|\Z)
                | "(?:[^"\\\n]++|\\[^\n])*+"?
                | '[^'\n]*+'? )
    | (?P<comment> \#[^\n]*+ )
    | (?P<newline> \n )
    | (?P<mark> [\[\]{},=.] )
    | (?P<word> [^\s\[\]{},=.\#"']++ )
    ''',
    re.VERBOSE | re.DOTALL,
)


class TooDeepError(Exception):
    """A value lies further down than `MAX_DEPTH`; `line` is where."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The line, counted from 1, on which each value of a source begins."""

    lines: Mapping[Path, int]

    def line(self, path: Path) -> int | None:
        """Return the line of the value, or of the nearest value around it that has one."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def find_places(source: str) -> Places:
    """Scan the source once.

    Raises:
        TooDeepError: Before anything that recurses has seen the source.
    """
    scanner = _Scanner(source)
    scanner.scan()
    return Places(lines=scanner.lines)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def _tokens(source: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(source):
        kind, text = match.lastgroup or "", match[0]
        if kind != "comment":
            yield _Token(kind, text, line)
        line += text.count("\n")
    while True:
        yield _Token("end", "", line)


class _Scanner:
    """One pass over the tokens; `_here` is the token that is looked at."""

    def __init__(self, source: str) -> None:
        self.lines: dict[Path, int] = {}
        self._last_index: dict[Path, int] = {}
        self._table: Path = ()
        self._stream = _tokens(source)
        self._here = next(self._stream)

    def scan(self) -> None:
        while self._here.kind != "end":
            if self._here.text == "[":
                self._header()
            elif self._here.kind != "newline":
                self._assignment(self._table)
            self._skip_line()

    def _advance(self) -> None:
        self._here = next(self._stream)

    def _skip_line(self) -> None:
        while self._here.kind not in ("newline", "end"):
            self._advance()
        self._advance()

    def _note(self, path: Path, line: int) -> None:
        if len(path) > MAX_DEPTH:
            raise TooDeepError(line)
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _header(self) -> None:
        """Read ``[a.b]`` or ``[[a.b]]``, and make it the table that the next lines are in."""
        line = self._here.line
        self._advance()
        repeated = self._here.text == "["
        if repeated:
            self._advance()
        self._table = self._resolved(self._key(), repeated=repeated, line=line)
        self._note(self._table, line)

    def _resolved(self, key: tuple[str, ...], *, repeated: bool, line: int) -> Path:
        path: Path = ()
        for position, part in enumerate(key):
            path += (part,)
            if repeated and position == len(key) - 1:
                self._note(path, line)
                self._last_index[path] = self._last_index.get(path, -1) + 1
            if path in self._last_index:
                path += (self._last_index[path],)
        return path

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        line = self._here.line
        while self._here.kind in ("word", "string"):
            parts.append(self._here.text.strip("\"'"))
            if len(parts) > MAX_DEPTH:
                raise TooDeepError(line)
            self._advance()
            if self._here.text == ".":
                self._advance()
        return tuple(parts)

    def _assignment(self, table: Path) -> None:
        line = self._here.line
        path = table + self._key()
        self._note(path, line)
        if self._here.text == "=":
            self._advance()
            self._value(path)

    def _value(self, path: Path) -> None:
        if self._here.text == "[":
            self._advance()
            self._list(path)
        elif self._here.text == "{":
            self._advance()
            self._inline_table(path)
        else:
            while self._here.text not in (",", "]", "}", "\n", ""):
                self._advance()

    def _list(self, path: Path) -> None:
        index = 0
        while self._here.text not in ("]", ""):
            if self._here.text == ",":
                index += 1
            elif self._here.text not in ("\n", "}"):
                self._note((*path, index), self._here.line)
                self._value((*path, index))
                continue
            self._advance()
        self._advance()

    def _inline_table(self, path: Path) -> None:
        while self._here.text not in ("}", ""):
            if self._here.kind in ("word", "string"):
                self._assignment(path)
            else:
                self._advance()
        self._advance()
