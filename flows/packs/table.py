"""One table of a pack's source, read value by value; what is wrong is noted, not raised.

A reading returns None for what is missing or wrong, and has then noted why.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from flows.errors import Problem
from flows.packs.durations import format_duration, parse_duration
from flows.packs.pack import Text
from flows.packs.places import Path, Places
from flows.packs.syntax import hidden_character

MAX_NAME_CHARS = 40
MAX_DURATION_S = 31 * 24 * 3600
MAX_UNKNOWN_KEYS = 20
"""How many unknown keys of one table are named one by one."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found wrong so far, and where everything stands."""

    places: Places
    _problems: list[Problem] = field(default_factory=list)

    def note(self, path: Path, message: str) -> None:
        """Note that something is wrong at `path`, or missing there."""
        self._problems.append(Problem(line=self.places.line(path), message=message))

    def in_order(self) -> tuple[Problem, ...]:
        """All problems, from the first line to the last; what is about no line comes first."""
        return tuple(sorted(self._problems, key=lambda problem: problem.line or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The keys and values written under `path`."""

    values: dict[str, object]
    path: Path
    findings: Findings

    def note(self, key: str, message: str) -> None:
        """Note that something is wrong with the value of `key`, or that it is missing."""
        self.findings.note((*self.path, key), message)

    def refuse_unknown(self, known: Collection[str], *, of: str, elsewhere: dict[str, str]) -> None:
        """Note every key that is not `known`; `elsewhere` says of some where they belong."""
        unknown = [key for key in self.values if key not in known]
        for key in unknown[:MAX_UNKNOWN_KEYS]:
            remedy = elsewhere.get(key) or suggestion(key, known)
            self.note(key, f"{quoted(key)} is not a key of {of}; {remedy}")
        if len(unknown) > MAX_UNKNOWN_KEYS:
            rest = len(unknown) - MAX_UNKNOWN_KEYS
            self.note(unknown[MAX_UNKNOWN_KEYS], f"{rest} more keys are not keys of {of}")

    def name(self, key: str) -> str | None:
        """Read a short name of a-z, 0-9 and hyphens."""
        value = self.values[key]
        if not isinstance(value, str):
            self.note(key, f"{key} must be a short name in quotes, not {what_is(value)}")
        elif not is_name(value):
            self.note(
                key,
                f"{key} = {quoted(value)} is not a short name; write at most {MAX_NAME_CHARS} of"
                f' a-z, 0-9 and "-", e.g. {key} = "{as_name(value, otherwise=key)}"',
            )
        else:
            return value
        return None

    def flag(self, key: str) -> bool | None:
        """Read a yes or no."""
        value = self.values[key]
        if isinstance(value, bool):
            return value
        self.note(key, f"{key} must be true or false, without quotes, not {what_is(value)}")
        return None

    def duration(self, key: str) -> int | None:
        """Read a length of time in seconds."""
        value = self.values[key]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.note(key, f"{key} has no unit; {_with_units(key, value)}")
        elif not isinstance(value, str):
            self.note(key, f'{key} must be a time in quotes, e.g. "4 min", not {what_is(value)}')
        elif (seconds := parse_duration(value)) is None:
            self.note(
                key,
                f"{key} = {quoted(value)} is not understood; write a time such as"
                ' "90 s", "4 min" or "1 h 30 min"',
            )
        elif not 0 < seconds <= MAX_DURATION_S:
            most = format_duration(MAX_DURATION_S)
            self.note(key, f"{key} = {quoted(value)} must be more than nothing, at most {most}")
        else:
            return seconds
        return None

    def text(self, key: str, languages: tuple[str, ...], *, most: int, lines: bool) -> Text | None:
        """Read a text in every language; `lines` allows line breaks."""
        value = self.values[key]
        if isinstance(value, dict):
            inner = Table(values=value, path=(*self.path, key), findings=self.findings)
            return inner._versions(key, languages, most=most, lines=lines)
        if not isinstance(value, str):
            self.note(key, f"{key} must be text in quotes, not {what_is(value)}")
        elif len(languages) != 1:
            each = " and ".join(f'{key}.{language} = "…"' for language in languages)
            self.note(key, f"{key} is in one language only; write {each}")
        elif (version := self._version(key, key, most=most, lines=lines)) is not None:
            return Text(versions=((languages[0], version),))
        return None

    def _versions(
        self, of: str, languages: tuple[str, ...], *, most: int, lines: bool
    ) -> Text | None:
        versions = {}
        for language in languages:
            if language not in self.values:
                self.findings.note(
                    self.path,
                    f"{of}.{language} is missing; write it, or take {quoted(language)}"
                    " out of languages",
                )
                continue
            version = self._version(language, f"{of}.{language}", most=most, lines=lines)
            if version is not None:
                versions[language] = version
        return Text(versions=tuple(versions.items())) if len(versions) == len(languages) else None

    def _version(self, key: str, called: str, *, most: int, lines: bool) -> str | None:
        value = self.values[key]
        if not isinstance(value, str):
            self.note(key, f"{called} must be text in quotes, not {what_is(value)}")
            return None
        value = value.strip()
        if not value:
            self.note(key, f"{called} is empty; write what people shall read")
        elif len(value) > most:
            self.note(
                key,
                f"{called} has {len(value)} characters and may have {most};"
                " shorten it or make two steps of it",
            )
        elif (hidden := hidden_character(value)) is not None:
            self.note(key, f"{called} contains the invisible character {hidden}; remove it")
        elif not lines and "\n" in value:
            self.note(key, f"{called} must be one line; put the rest in the text of a step")
        else:
            return value
        return None


def is_name(value: str) -> bool:
    """Whether it may stand in file names, keys and tables everywhere without quotes."""
    return len(value) <= MAX_NAME_CHARS and _NAME.fullmatch(value) is not None


def as_name(value: str, *, otherwise: str) -> str:
    """Return the nearest short name to `value`: ``Fråga 1`` is ``fraga-1``."""
    plain = unicodedata.normalize("NFKD", value[: 4 * MAX_NAME_CHARS]).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", plain.decode().lower())
    return "-".join(words)[:MAX_NAME_CHARS].strip("-") or otherwise


def suggestion(wrong: str, known: Collection[str]) -> str:
    """Say which of the `known` was probably meant, or list them all."""
    nearest = difflib.get_close_matches(wrong[:MAX_NAME_CHARS].lower(), sorted(known), n=1)
    if nearest:
        return f"did you mean {quoted(nearest[0])}?"
    return f"the known ones are {listed(known)}"


def listed(names: Iterable[str]) -> str:
    """Show several names in a row."""
    return ", ".join(quoted(name) for name in names)


def quoted(value: str) -> str:
    """Show what somebody wrote: cut, on one line, with nothing in it that is not seen."""
    shown = value if len(value) <= MAX_NAME_CHARS else value[: MAX_NAME_CHARS - 1] + "…"
    return '"' + "".join(c if c.isprintable() else "·" for c in shown) + '"'


def what_is(value: object) -> str:
    """Name the kind of a TOML value, in words."""
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "a table"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "a date or a time")


MOST_MEANT = 1000
"""A bare number up to this is repeated with a unit, as what was probably meant."""


def _with_units(key: str, value: float) -> str:
    # Beyond this nobody meant it, and a number of thousands of digits cannot even be shown.
    number = int(value) if 0 < value < MOST_MEANT else 4
    return f'write {key} = "{number} min" for minutes, or "{number} s" for seconds'
