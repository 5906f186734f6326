"""The picture of a digest for the chat: its themes by size, and which groups raised them.

What stands in it, as values and in words; `drawing` makes the picture itself of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from textwrap import shorten

import orjson

from bot.wording import Wording
from flows.digest.document import Digest
from flows.digest.findings import Theme
from flows.digest.wording import Worded
from flows.ids import ThemeNo
from flows.packs.pack import StepKind

FEWEST_THEMES = 2
"""Of fewer there is nothing to compare."""

MOST_THEMES = 8
"""More would not be read on a phone."""

MOST_GROUPS = 12
"""So many circles fit beside each other; of more groups the number is told."""


MOST_LETTERS = 22
"""Of a group's name, below the picture."""


_MODEL = "*"
"""Behind a name that is a language model's; a font has no robot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A theme. `number_name` is what it is called if its name cannot be drawn.

    `raised` are the groups in their order, empty where `groups` tells them in words.
    """

    name: str
    number_name: str
    replies: int
    groups: str
    raised: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is drawn: a heading, the themes from large to small, and notes below."""

    title: str
    subtitle: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def mark(self) -> str:
        """The same for pictures that look the same."""
        return hashlib.sha256(self.as_bytes()).hexdigest()[:16]

    def as_bytes(self) -> bytes:
        """All of it, for the process that draws."""
        values = _writable(asdict(self))
        return orjson.dumps(values)


def picture_of(
    digest: Digest, wording: Wording, worded: Mapping[ThemeNo, Worded] | None = None
) -> Picture | None:
    """The picture that goes with a digest; None where it would say nothing.

    It comes with the digest of a whole dialogue, and with that of a group step, which looks
    back on its scenario. A sensitive theme is not in it: pictures are handed on.

    Args:
        worded: what a language model said of the themes, None for nothing.
    """
    worded = worded or {}
    closed = next((step for step in digest.steps if step.step_id == digest.scope), None)
    if digest.scope is not None and (closed is None or closed.kind is not StepKind.GROUP):
        return None
    themes = [one for one in digest.findings.shown if one.replies]
    drawn = [one for one in themes if not one.sensitive]
    if len(drawn) < FEWEST_THEMES:
        return None
    drawn.sort(key=lambda theme: (-len(theme.replies), theme.number))
    return Picture(
        title=wording.say("Themes by number of replies"),
        subtitle=_line(digest.title if closed is None else f"{digest.title} · {closed.title}"),
        rows=tuple(_row(theme, digest, worded, wording) for theme in drawn[:MOST_THEMES]),
        notes=tuple(_notes(drawn, len(themes) - len(drawn), digest, worded, wording)),
    )


def caption(picture: Picture, wording: Wording) -> str:
    """The picture in words, for those who do not see it. Plain text, not Markdown."""
    rows = []
    for row in picture.rows:
        size = wording.say_n("{number} reply", "{number} replies", row.replies)
        rows.append(f"{row.name}: {', '.join(filter(None, (size, row.groups)))}")
    return wording.say("{title}. {themes}.", title=picture.title, themes="; ".join(rows))


def _row(theme: Theme, digest: Digest, worded: Mapping[ThemeNo, Worded], wording: Wording) -> Row:
    name = _line(theme.name)
    if not theme.title and (label := _label(theme, worded)):
        name = f"{label} {_MODEL}"
    number_name = wording.say("Theme {number}", number=theme.number)
    groups = [group.group_id for group in digest.groups]
    few = len(groups) <= MOST_GROUPS
    told = wording.say("{raised} of {all} groups", raised=len(theme.groups), all=len(groups))
    return Row(
        name=name or number_name,
        number_name=number_name,
        replies=len(theme.replies),
        groups=told if len(groups) > 1 else "",
        raised=tuple(one in theme.groups for one in groups) if few and len(groups) > 1 else (),
    )


def _notes(
    drawn: Sequence[Theme],
    sensitive: int,
    digest: Digest,
    worded: Mapping[ThemeNo, Worded],
    wording: Wording,
) -> list[str]:
    notes = []
    left = len(drawn) - MOST_THEMES
    if left > 0:
        notes.append(wording.say_n("and {number} more theme", "and {number} more themes", left))
    if 1 < len(digest.groups) <= MOST_GROUPS:
        notes.append(_legend(digest, wording))
    if any(not theme.title and _label(theme, worded) for theme in drawn[:MOST_THEMES]):
        notes.append(wording.say("{mark} named by a language model", mark=_MODEL))
    if sensitive:
        notes.append(
            wording.say_n(
                "{number} sensitive theme is not drawn.",
                "{number} sensitive themes are not drawn.",
                sensitive,
            )
        )
    return notes


def _legend(digest: Digest, wording: Wording) -> str:
    """What the circles say; the groups by name, where their names do not end in the number."""
    named = list(enumerate((_line(group.name) for group in digest.groups), start=1))
    if all(not name or name.endswith(f" {place}") for place, name in named):
        return wording.say("Filled: the group of that number raised the theme.")
    names = ", ".join(
        f"{place}\u00a0{shorten(name, MOST_LETTERS, placeholder='…')}".replace(" ", "\u00a0")
        for place, name in named
    )
    return wording.say("Filled: the group raised the theme. {groups}", groups=names)


def _label(theme: Theme, worded: Mapping[ThemeNo, Worded]) -> str:
    """What a language model calls a theme, "" for nothing."""
    return worded[theme.number].label if theme.number in worded else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _writable(value: object) -> object:
    """The values without halves of signs, which no JSON can carry."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {name: _writable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(one) for one in value]
    return value
