"""The themes of a dialogue as they are remembered from one digest to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from flows.ids import ReplyNo, ThemeNo

FEWEST_IN_COMMON = 2
LEAST_SHARE = 0.3
"""Of the smaller of two groups of replies, that the other must have too to be the same theme."""


class Origin(StrEnum):
    """Whose idea a theme was."""

    PACK = "pack"
    """The organizers', before anybody answered."""
    FOUND = "found"
    """Found by grouping answers that are alike."""
    MADE = "made"
    """An organizer's, on reading the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTheme:
    """One theme. Its number is never given to another.

    `heading` is the id of the pack's theme, "" for one that was found or made. `title` is what an
    organizer called it, "" for nothing. `into` is the theme it was merged into. `members` are the
    replies that stood under it last.
    """

    number: ThemeNo
    origin: Origin
    heading: str = ""
    title: str = ""
    language: str = ""
    hidden: bool = False
    into: ThemeNo | None = None
    members: frozenset[ReplyNo] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """An organizer put a reply under a theme, or outside all of them (None)."""

    reply_no: ReplyNo
    theme: ThemeNo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All themes of a dialogue, by number, and what organizers moved."""

    themes: tuple[BookTheme, ...] = ()
    pins: tuple[Pin, ...] = ()

    def theme(self, number: ThemeNo) -> BookTheme | None:
        """The theme of that number, if there is one."""
        return next((theme for theme in self.themes if theme.number == number), None)

    def standing(self, number: ThemeNo) -> BookTheme | None:
        """The theme that a number means now, merged ones followed to where they went."""
        seen: set[ThemeNo] = set()
        theme = self.theme(number)
        while theme is not None and theme.into is not None and theme.number not in seen:
            seen.add(theme.number)
            theme = self.theme(theme.into)
        return theme

    @property
    def is_touched(self) -> bool:
        """Whether an organizer has put anything right. What stands then stays where it is."""
        return bool(self.pins) or any(
            theme.title or theme.hidden or theme.into is not None or theme.origin is Origin.MADE
            for theme in self.themes
        )

    @property
    def next_number(self) -> ThemeNo:
        """A number that no theme has had."""
        return ThemeNo(max((theme.number for theme in self.themes), default=0) + 1)

    def with_theme(self, changed: BookTheme) -> Book:
        """The book with a theme in the place of the one of its number, or added."""
        others = [theme for theme in self.themes if theme.number != changed.number]
        themes = sorted((*others, changed), key=lambda theme: theme.number)
        return replace(self, themes=tuple(themes))

    def with_headings(self, headings: Iterable[str]) -> Book:
        """The book with a theme for each heading of the pack, which comes first in order."""
        book = self
        known = {theme.heading for theme in self.themes if theme.heading}
        for heading in headings:
            if heading not in known:
                added = BookTheme(number=book.next_number, origin=Origin.PACK, heading=heading)
                book = book.with_theme(added)
        return book

    def is_continued_by(self, replies: frozenset[ReplyNo]) -> bool:
        """Whether a group of replies is a theme that is known."""
        return any(
            theme.origin is Origin.FOUND and _continues(replies, theme.members)
            for theme in self.themes
        )

    def matched(
        self, found: Sequence[frozenset[ReplyNo]], languages: Sequence[str]
    ) -> tuple[Book, list[ThemeNo]]:
        """Give each group of replies the number of the theme it continues, or a new one.

        The two that have most replies in common go together first; no theme is continued by
        two groups.
        """
        rivals = [
            (len(replies & theme.members), -theme.number, place)
            for place, replies in enumerate(found)
            for theme in self.themes
            if theme.origin is Origin.FOUND
            and theme.language == languages[place]
            and _continues(replies, theme.members)
        ]
        given: dict[int, ThemeNo] = {}
        taken: set[int] = set()
        for _, minus_number, place in sorted(rivals, reverse=True):
            if place not in given and minus_number not in taken:
                given[place] = ThemeNo(-minus_number)
                taken.add(minus_number)
        book = self
        for place, language in enumerate(languages):
            if place not in given:
                added = BookTheme(number=book.next_number, origin=Origin.FOUND, language=language)
                book = book.with_theme(added)
                given[place] = added.number
        return book, [given[place] for place in range(len(found))]

    def renamed(self, number: ThemeNo, title: str) -> Book:
        """The book with a title for a theme."""
        return self._changed(number, title=title)

    def hidden(self, number: ThemeNo, *, hidden: bool) -> Book:
        """The book with a theme that is not shown (any more), or shown again."""
        return self._changed(number, hidden=hidden)

    def merged(self, into: ThemeNo, others: Iterable[ThemeNo]) -> Book:
        """The book with other themes, and all that ever was merged into them, as a part of one."""
        book = self
        for number in others:
            if number != into:
                book = book._changed(number, into=into)
        return book

    def moved(self, replies: Iterable[ReplyNo], theme: ThemeNo | None) -> Book:
        """The book with replies where an organizer wants them; None is outside every theme."""
        moved = set(replies)
        kept = [pin for pin in self.pins if pin.reply_no not in moved]
        added = [Pin(reply_no=number, theme=theme) for number in moved]
        pins = sorted((*kept, *added), key=lambda pin: pin.reply_no)
        return replace(self, pins=tuple(pins))

    def split(self, replies: Iterable[ReplyNo], title: str) -> tuple[Book, ThemeNo]:
        """The book with replies in a theme of their own, and its number."""
        made = BookTheme(number=self.next_number, origin=Origin.MADE, title=title)
        return self.with_theme(made).moved(replies, made.number), made.number

    def _changed(self, number: ThemeNo, **changes: Any) -> Book:
        theme = self.theme(number)
        if theme is None:
            raise KeyError(number)
        return self.with_theme(replace(theme, **changes))

    def remembering(self, members: Mapping[ThemeNo, frozenset[ReplyNo]]) -> Book:
        """The book with what stands under each theme now.

        What another scope's digest remembered of a theme stays, except what stands elsewhere now.
        """
        moved = frozenset().union(*members.values()) if members else frozenset()
        return replace(
            self,
            themes=tuple(
                replace(
                    theme,
                    members=(theme.members - moved) | members.get(theme.number, frozenset()),
                )
                for theme in self.themes
            ),
        )


EMPTY_BOOK = Book()


def _continues(replies: frozenset[ReplyNo], members: frozenset[ReplyNo]) -> bool:
    """Whether a group of replies is the theme that had these members."""
    common = len(replies & members)
    return common >= FEWEST_IN_COMMON and common >= LEAST_SHARE * min(len(replies), len(members))
