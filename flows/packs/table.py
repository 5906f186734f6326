"""One table of a pack's source, read value by value; what is wrong is noted, not raised.

A reading returns None for what is missing or wrong, and has then noted why. Texts, which come
in several languages, are read in ``flows.packs.texts``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from flows.errors import Problem
from flows.packs.durations import format_duration, parse_duration
from flows.packs.kinds import KEYS_MEANT
from flows.packs.places import Path, Places
from flows.said import Said, said

MAX_NAME_CHARS = 40
MAX_DURATION_S = 31 * 24 * 3600
MAX_UNKNOWN_KEYS = 20
"""How many unknown keys of one table are named one by one."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])")

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found wrong so far, and where everything stands."""

    places: Places
    _problems: list[Problem] = field(default_factory=list)

    def note(self, path: Path, what: Said) -> None:
        """Note that something is wrong at `path`, or missing there."""
        self._problems.append(Problem(line=self.places.line(path), what=what))

    def in_order(self) -> tuple[Problem, ...]:
        """All problems, from the first line to the last; what is about no line comes first."""
        return tuple(sorted(self._problems, key=lambda problem: problem.line or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The keys and values written under `path`."""

    values: dict[str, object]
    path: Path
    findings: Findings

    def note(self, key: str, what: Said) -> None:
        """Note that something is wrong with the value of `key`, or that it is missing."""
        self.findings.note((*self.path, key), what)

    def inner(self, key: str, values: dict[str, object]) -> Table:
        """The table that stands under `key`."""
        return Table(values=values, path=(*self.path, key), findings=self.findings)

    def line(self, key: str) -> int | None:
        """Where `key` stands, or would."""
        return self.findings.places.line((*self.path, key))

    def refuse_unknown(
        self, known: Collection[str], *, of: Said, elsewhere: Mapping[str, Said]
    ) -> None:
        """Note every key that is not `known`; `elsewhere` says of some where they belong."""
        unknown = [key for key in self.values if key not in known]
        for key in unknown[:MAX_UNKNOWN_KEYS]:
            remedy = elsewhere.get(key) or _key_meant(key, known)
            self.note(
                key,
                said("{key} is not a key of {of}; {remedy}", key=quoted(key), of=of, remedy=remedy),
            )
        if len(unknown) > MAX_UNKNOWN_KEYS:
            rest = len(unknown) - MAX_UNKNOWN_KEYS
            self.note(
                unknown[MAX_UNKNOWN_KEYS],
                said("{count} more keys are not keys of {of}", count=rest, of=of),
            )

    def require(self, key: str, example: str) -> bool:
        """Whether `key` is there; note how to write it if not."""
        if key in self.values:
            return True
        self.note(key, said("{key} is missing; write e.g. {example}", key=key, example=example))
        return False

    def name(self, key: str) -> str | None:
        """Read a short name of a-z, 0-9 and hyphens."""
        return self.as_short_name(key, self.values[key])

    def as_short_name(self, key: str, value: object) -> str | None:
        """Read one value of `key` as such a name."""
        if not isinstance(value, str):
            self.note(
                key,
                said("{key} must be a short name in quotes, not {it}", key=key, it=what_is(value)),
            )
        elif not is_name(value):
            self.note(
                key,
                said(
                    "{key} = {value} is not a short name; write at most {most} of a-z, 0-9 and"
                    ' "-", e.g. {key} = "{better}"',
                    key=key,
                    value=quoted(value),
                    most=MAX_NAME_CHARS,
                    better=as_name(value, otherwise=key),
                ),
            )
        else:
            return value
        return None

    def flag(self, key: str) -> bool | None:
        """Read a yes or no."""
        value = self.values[key]
        if isinstance(value, bool):
            return value
        self.note(
            key,
            said(
                "{key} must be true or false, without quotes, not {it}", key=key, it=what_is(value)
            ),
        )
        return None

    def number(self, key: str, *, least: int, most: int) -> int | None:
        """Read a whole number."""
        value = self.values[key]
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.note(
            key,
            said(
                "{key} must be a whole number from {least} to {most}, without quotes",
                key=key,
                least=least,
                most=most,
            ),
        )
        return None

    def clock(self, key: str) -> tuple[int, int] | None:
        """Read hours and minutes on the wall clock."""
        value = self.values[key]
        match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is not None:
            return int(match[1]), int(match[2])
        shown = quoted(value) if isinstance(value, str) else what_is(value)
        self.note(
            key,
            said(
                '{key} must be a time of day in quotes, e.g. {key} = "13.00", not {it}',
                key=key,
                it=shown,
            ),
        )
        return None

    def duration(self, key: str) -> int | None:
        """Read a length of time in seconds."""
        value = self.values[key]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.note(key, _without_unit(key, value))
        elif not isinstance(value, str):
            self.note(
                key,
                said(
                    '{key} must be a time in quotes, e.g. "4 min", not {it}',
                    key=key,
                    it=what_is(value),
                ),
            )
        elif (seconds := parse_duration(value)) is None:
            self.note(
                key,
                said(
                    "{key} = {value} is not understood; write a time such as"
                    ' "90 s", "4 min" or "1 h 30 min"',
                    key=key,
                    value=quoted(value),
                ),
            )
        elif not 0 < seconds <= MAX_DURATION_S:
            self.note(
                key,
                said(
                    "{key} = {value} must be more than nothing, at most {most}",
                    key=key,
                    value=quoted(value),
                    most=format_duration(MAX_DURATION_S),
                ),
            )
        else:
            return seconds
        return None

    def word(self, key: str, known: type[Word], meant: Mapping[str, Word]) -> Word | None:
        """Read one of a few words; `meant` are others that somebody may write for them."""
        value = self.values[key]
        if not isinstance(value, str):
            self.note(
                key,
                said(
                    "{key} must be one of {every}, not {it}",
                    key=key,
                    every=listed(known),
                    it=what_is(value),
                ),
            )
        elif value not in set(known):
            self.note(key, unknown_word(key, value, tuple(known), meant))
        else:
            return known(value)
        return None


def unknown_word(key: str, value: str, known: tuple[str, ...], meant: Mapping[str, str]) -> Said:
    """Say that `value` is none of the `known` words, and which was probably meant."""
    nearest = meant.get(value.strip().lower()) or _nearest(value, known)
    if nearest is None:
        return said(
            "{key} = {value} is unknown; the known ones are {every}",
            key=key,
            value=quoted(value),
            every=listed(known),
        )
    return said(
        "{key} = {value} is unknown; did you mean {nearest}? The known ones are {every}",
        key=key,
        value=quoted(value),
        nearest=quoted(nearest),
        every=listed(known),
    )


def tables(table: Table, key: str, *, most: int) -> list[Table] | None:
    """Read the tables that are written again and again under ``[[key]]``; none is an empty list."""
    value = table.values.get(key, [])
    called = ".".join([*(part for part in table.path if isinstance(part, str)), key])
    if isinstance(value, dict):
        table.note(
            key, said("write [[{called}]], with two brackets, not [{called}]", called=called)
        )
    elif not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        table.note(key, said("{key} must be tables; write [[{called}]]", key=key, called=called))
    elif len(value) > most:
        table.note(
            key,
            said(
                "there are {count} [[{called}]] and may be {most}; make two packs",
                count=len(value),
                called=called,
                most=most,
            ),
        )
    else:
        return [
            Table(values=values, path=(*table.path, key, index), findings=table.findings)
            for index, values in enumerate(value)
        ]
    return None


def is_name(value: str) -> bool:
    """Whether it may stand in file names, keys and tables everywhere without quotes."""
    return len(value) <= MAX_NAME_CHARS and _NAME.fullmatch(value) is not None


def as_name(value: str, *, otherwise: str) -> str:
    """Return the nearest short name to `value`: ``Fråga 1`` is ``fraga-1``."""
    plain = unicodedata.normalize("NFKD", value[: 4 * MAX_NAME_CHARS]).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", plain.decode().lower())
    return "-".join(words)[:MAX_NAME_CHARS].strip("-") or otherwise


def suggestion(wrong: str, known: Collection[str]) -> Said:
    """Say which of the `known` was probably meant, or list them all."""
    nearest = _nearest(wrong, known)
    if nearest is not None:
        return said("did you mean {nearest}?", nearest=quoted(nearest))
    return said("the known ones are {every}", every=listed(known))


def _key_meant(key: str, known: Collection[str]) -> Said:
    meant = KEYS_MEANT.get(key.lower())
    if meant is not None and meant in known:
        return said("did you mean {nearest}?", nearest=quoted(meant))
    return suggestion(key, known)


def _nearest(wrong: str, known: Collection[str]) -> str | None:
    nearest = difflib.get_close_matches(wrong[:MAX_NAME_CHARS].lower(), sorted(known), n=1)
    return nearest[0] if nearest else None


def listed(names: Iterable[str]) -> str:
    """Show several names in a row."""
    return ", ".join(quoted(name) for name in names)


def quoted(value: str) -> str:
    """Show what somebody wrote: cut, on one line, with nothing in it that is not seen."""
    shown = value if len(value) <= MAX_NAME_CHARS else value[: MAX_NAME_CHARS - 1] + "…"
    return '"' + "".join(c if c.isprintable() else "·" for c in shown) + '"'


_KINDS_OF_VALUE: tuple[tuple[type | tuple[type, ...], Said], ...] = (
    (bool, said("true or false")),
    ((int, float), said("a number")),
    (str, said("a text")),
    (list, said("a list")),
    (dict, said("a table")),
)


def what_is(value: object) -> Said:
    """Name the kind of a TOML value, in words."""
    known = (name for kind, name in _KINDS_OF_VALUE if isinstance(value, kind))
    return next(known, said("a date or a time"))


MOST_MEANT = 1000
"""A bare number up to this is repeated with a unit, as what was probably meant."""


def _without_unit(key: str, value: float) -> Said:
    # Beyond this nobody meant it, and a number of thousands of digits cannot even be shown.
    number = int(value) if 0 < value < MOST_MEANT else 4
    return said(
        '{key} has no unit; write {key} = "{number} min" for minutes, or "{number} s" for seconds',
        key=key,
        number=number,
    )
