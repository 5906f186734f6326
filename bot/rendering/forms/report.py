"""A report as values: what stands in it and in which order, and nothing of how it looks.

Every form that is read from top to bottom (PDF, DOCX, Markdown) is written from the same
report, so that they cannot say different things. All texts are plain: whoever writes a form
escapes what would mean something in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; `level` 1 begins a chapter."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A few sentences. `aside`: what may be read past."""

    text: str
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A key figure and what it counts."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The key figures, beside each other."""

    items: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """Short lines, one under the other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a header. `numeric` are the places of the columns that hold numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody wrote, as it may be shown.

    `mark` is what the line is called by ("#12"), `by` who said it (a group, never a person),
    `note` what else a reader must know, `link` where it was written.
    """

    words: str
    mark: str
    by: str
    note: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """Words of people, one after the other."""

    items: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of a chart, `value` long. `of` is how long it could have been, if that is known."""

    label: str
    value: int
    of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars to be drawn. `alt` says in words what they show, for those who do not see them."""

    title: str
    alt: str
    bars: tuple[Bar, ...]


Block = Heading | Paragraph | Figures | Bullets | Table | Quotes | Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report.

    `made_at` is when the replies were read, in the organizers' zone; `made` says it in words.
    """

    kicker: str
    title: str
    subtitle: str
    language: str
    made: str
    made_at: datetime
    contents: str
    blocks: tuple[Block, ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Chart))
