"""What a sentence model made of replies: a row of numbers each, dropped when the words change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from flows.digest.snapshot import ReplyKind
from flows.ids import ReplyNo
from storage.chunks import chunked
from storage.tables import HoldRow, MeaningRow, ReplyRow, table_of

_meaning = table_of(MeaningRow)
_reply = table_of(ReplyRow)
_hold = table_of(HoldRow)


class Meanings:
    """Rows of a sentence model inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def newest(self, model: str) -> ReplyNo:
        """The last reply that has a row of this model; 0 if none has."""
        query = sa.select(sa.func.max(_meaning.c.reply_no)).where(_meaning.c.model == model)
        return ReplyNo(self._db.execute(query).scalar_one() or 0)

    def words_after(self, reply_no: ReplyNo, *, limit: int) -> list[tuple[ReplyNo, str]]:
        """The words of the replies stored after one, oldest first.

        Talk has none, nor what is held back or not looked at yet.
        """
        query = (
            sa.select(_reply.c.reply_no, _reply.c.text)
            .where(
                _reply.c.reply_no > reply_no,
                _reply.c.kind != ReplyKind.TALK.value,
                _reply.c.looked == 1,
                _reply.c.reply_no.not_in(sa.select(_hold.c.reply_no)),
            )
            .order_by(_reply.c.reply_no)
            .limit(limit)
        )
        return [(ReplyNo(row.reply_no), row.text) for row in self._db.execute(query)]

    def keep(self, model: str, made: Sequence[tuple[ReplyNo, str, bytes]]) -> None:
        """Keep rows, each with the words it was made of; what reads otherwise now gets none."""
        if not made:
            return
        numbers = [number for number, _, _ in made]
        query = sa.select(_reply.c.reply_no, _reply.c.text).where(_reply.c.reply_no.in_(numbers))
        reads = {row.reply_no: row.text for row in self._db.execute(query)}
        true = [(number, row) for number, text, row in made if reads.get(number) == text]
        self._db.execute(sa.delete(_meaning).where(_meaning.c.reply_no.in_(numbers)))
        if true:
            rows = [{"reply_no": number, "model": model, "row": row} for number, row in true]
            self._db.execute(sa.insert(_meaning), rows)

    def of(self, model: str, replies: Iterable[ReplyNo]) -> Mapping[ReplyNo, bytes]:
        """The rows of these replies, as far as there are any of this model."""
        found: dict[ReplyNo, bytes] = {}
        for some in chunked(list(replies)):
            query = sa.select(_meaning.c.reply_no, _meaning.c.row).where(
                _meaning.c.reply_no.in_(some), _meaning.c.model == model
            )
            found |= {ReplyNo(row.reply_no): row.row for row in self._db.execute(query)}
        return found
