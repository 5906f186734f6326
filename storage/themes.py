"""Themes of a dialogue, and where organizers put replies."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from flows.digest.book import Book, BookTheme, Origin, Pin
from flows.ids import DialogueId, ReplyNo, ThemeNo
from storage.tables import ThemeReplyRow, ThemeRow, table_of

_theme = table_of(ThemeRow)
_reply = table_of(ThemeReplyRow)


class Themes:
    """Books of themes inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def book(self, dialogue_id: DialogueId) -> Book:
        """The themes of a dialogue, by number."""
        members: dict[ThemeNo, set[ReplyNo]] = defaultdict(set)
        pins = []
        rows = sa.select(_reply).where(_reply.c.dialogue_id == dialogue_id)
        for row in self._db.execute(rows.order_by(_reply.c.reply_no)):
            if row.number is not None:
                members[ThemeNo(row.number)].add(ReplyNo(row.reply_no))
            if row.pinned:
                pin = None if row.pin is None else ThemeNo(row.pin)
                pins.append(Pin(reply_no=ReplyNo(row.reply_no), theme=pin))
        themes = sa.select(_theme).where(_theme.c.dialogue_id == dialogue_id)
        return Book(
            themes=tuple(
                BookTheme(
                    number=ThemeNo(row.number),
                    origin=Origin(row.origin),
                    heading=row.heading,
                    title=row.title,
                    language=row.language,
                    hidden=row.hidden,
                    into=None if row.into_number is None else ThemeNo(row.into_number),
                    members=frozenset(members[ThemeNo(row.number)]),
                )
                for row in self._db.execute(themes.order_by(_theme.c.number))
            ),
            pins=tuple(pins),
        )

    def keep(self, dialogue_id: DialogueId, book: Book) -> None:
        """Keep a book in the place of the one there is. Writes what is different only."""
        before = self.book(dialogue_id)
        if book == before:
            return
        self._keep_themes(dialogue_id, before, book)
        self._keep_replies(dialogue_id, before, book)

    def _keep_themes(self, dialogue_id: DialogueId, before: Book, book: Book) -> None:
        known = {theme.number: theme for theme in before.themes}
        for theme in book.themes:
            values = {
                "origin": theme.origin.value,
                "heading": theme.heading,
                "title": theme.title,
                "language": theme.language,
                "hidden": theme.hidden,
                "into_number": theme.into,
            }
            if theme.number not in known:
                key = {"dialogue_id": dialogue_id, "number": theme.number}
                self._db.execute(sa.insert(_theme).values(**key, **values))
            elif theme != known[theme.number]:
                here = sa.and_(_theme.c.dialogue_id == dialogue_id, _theme.c.number == theme.number)
                self._db.execute(sa.update(_theme).where(here).values(**values))

    def _keep_replies(self, dialogue_id: DialogueId, before: Book, book: Book) -> None:
        was, now = _places(before), _places(book)
        changed = [number for number in {*was, *now} if was.get(number) != now.get(number)]
        if not changed:
            return
        here = sa.and_(
            _reply.c.dialogue_id == dialogue_id, _reply.c.reply_no == sa.bindparam("changed")
        )
        self._db.execute(sa.delete(_reply).where(here), [{"changed": one} for one in changed])
        rows = [
            {
                "dialogue_id": dialogue_id,
                "reply_no": number,
                "number": now[number][0],
                "pinned": now[number][1],
                "pin": now[number][2],
            }
            for number in sorted(changed)
            if number in now
        ]
        if rows:
            self._db.execute(sa.insert(_reply), rows)


def _places(book: Book) -> dict[ReplyNo, tuple[ThemeNo | None, bool, ThemeNo | None]]:
    """For each reply its theme, whether it is pinned, and to what."""
    stands = {number: theme.number for theme in book.themes for number in theme.members}
    pins = {pin.reply_no: pin.theme for pin in book.pins}
    return {
        number: (stands.get(number), number in pins, pins.get(number))
        for number in {*stands, *pins}
    }
