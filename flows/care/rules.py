"""What a rule is, and what rules are written with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

END = r"(?= ?(?:$|[.,]))"
"""Where a clause ends."""


class Level(StrEnum):
    """How near the danger is that somebody writes of."""

    ACUTE = "acute"
    """She means to take her life, has tried, or has a way to."""
    PASSIVE = "passive"
    """She does not want to live, or harms herself; nothing says that she will act."""
    OTHER = "other"
    """Somebody else is in danger, by what she writes: her daughter, a friend."""

    @property
    def weight(self) -> int:
        """The graver, the higher; between her own danger and another's it decides nothing."""
        return 2 if self is Level.ACUTE else 1

    @property
    def is_own(self) -> bool:
        """Whether it is the writer herself who may be in danger."""
        return self is not Level.OTHER


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with a name that an organisation can talk about."""

    name: str
    level: Level
    pattern: str
    finds: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "finds", re.compile(self.pattern))


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The rules of a language (`code`), the graver ones first, and what takes their meaning away.

    `plan` makes acute what would be passive. Right before what is found are looked for `denied`
    (`not_so`, if that begins with its own `subject`) and `reported`; anywhere before it
    `not_denied`, two denials that make none; anywhere in its sentence `past`, which `still`
    outdoes. `hints` are parts of words without which no rule can fit.
    """

    code: str
    rules: tuple[Rule, ...]
    plan: re.Pattern[str]
    subject: re.Pattern[str]
    denied: re.Pattern[str]
    not_so: re.Pattern[str]
    not_denied: re.Pattern[str]
    reported: re.Pattern[str]
    past: re.Pattern[str]
    still: re.Pattern[str]
    hints: re.Pattern[str]


def gap(besides: str) -> Callable[[int], str]:
    """A pattern of at most so many words between, none of them one of `besides`."""
    forbidden = "|".join(besides.split())
    return lambda most: rf"(?:(?!(?:{forbidden})\b)\w+ ){{0,{most}}}"


def any_of(*patterns: str) -> str:
    """A pattern that fits where one of them does."""
    return f"(?:{'|'.join(patterns)})"
