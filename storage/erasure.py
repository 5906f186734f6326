"""Letting the disk forget what has been erased."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from flows.ids import DialogueId
from storage.tables import (
    METADATA,
    ConsentQuestionRow,
    ConsentRow,
    ContactQuestionRow,
    DigestOrderRow,
    DigestRow,
    EarlyRow,
    ExportOrderRow,
    InboxRow,
    LeftAsideRow,
    MarkRow,
    OutboxRow,
    ParticipantRow,
    ReplyRow,
    RoundRow,
    ThemeReplyRow,
    ThemeRow,
    table_of,
)

_digest = table_of(DigestRow)
_early = table_of(EarlyRow)
_inbox = table_of(InboxRow)
_mark = table_of(MarkRow)
_outbox = table_of(OutboxRow)
_reply = table_of(ReplyRow)
_round = table_of(RoundRow)
_OF_DIALOGUE = tuple(
    table_of(row)
    for row in (
        ThemeReplyRow,
        ThemeRow,
        DigestOrderRow,
        ExportOrderRow,
        ContactQuestionRow,
        ConsentRow,
        ConsentQuestionRow,
        LeftAsideRow,
        ParticipantRow,
    )
)


def empty_log(connection: sa.Connection) -> None:
    """Empty SQLite's log, in which pages stay as they were before something was erased.

    To be called between two transactions. Whoever reads just now (`runda status`) keeps the
    log from being emptied, and is not waited for: the next erasure, or the end of the
    program, does it. PostgreSQL sees to it by itself, when it cleans up.
    """
    if connection.dialect.name != "sqlite":
        return
    driver = connection.connection.driver_connection
    if driver is None:
        return
    (waiting_ms,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        driver.execute(f"PRAGMA busy_timeout = {waiting_ms}")


_LOG = "audit"
"""Holds no answers, and is never changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much there was: standing answers, and the people who had given any."""

    answers: int
    people: int


class Erasure:
    """Erasing everything that people wrote in a dialogue, inside one transaction.

    That it took place stays: the dialogue, its rounds, and the numbers of its digests.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def dialogue(self, dialogue_id: DialogueId) -> Erased:
        """Erase; goes with `Transaction.erase_for_good`. Done again, it changes nothing."""
        replies = self._replies(dialogue_id)
        standing = sa.and_(_reply.c.reply_no.in_(replies), _reply.c.withdrawn_ms.is_(None))
        answers = self._db.scalar(sa.select(sa.func.count()).select_from(_reply).where(standing))
        people = self._db.scalar(
            sa.select(sa.func.count(sa.distinct(_reply.c.participant_no))).where(standing)
        )
        self._forget_unread(dialogue_id)
        events = sa.select(_reply.c.event_id).where(_reply.c.reply_no.in_(replies))
        self._db.execute(sa.delete(_mark).where(_mark.c.target.in_(events)))
        for table in _of_replies():
            self._db.execute(sa.delete(table).where(table.c.reply_no.in_(replies)))
        rounds = sa.select(_round.c.round_no).where(_round.c.dialogue_id == dialogue_id)
        self._db.execute(sa.delete(_reply).where(_reply.c.round_no.in_(rounds)))
        for table in _OF_DIALOGUE:
            self._db.execute(sa.delete(table).where(table.c.dialogue_id == dialogue_id))
        here = _digest.c.dialogue_id == dialogue_id
        self._db.execute(sa.update(_digest).where(here).values(document="{}", shown=None))
        return Erased(answers=answers or 0, people=people or 0)

    def left(self, dialogue_id: DialogueId) -> list[str]:
        """The tables in which anything of people is left, asked anew and by each row."""
        replies = self._replies(dialogue_id)
        found = [
            table.name
            for table in (_reply, *_of_replies())
            if self._any(table, table.c.reply_no.in_(replies))
        ]
        found += [
            table.name
            for table in _OF_DIALOGUE
            if self._any(table, table.c.dialogue_id == dialogue_id)
        ]
        said = sa.and_(_digest.c.dialogue_id == dialogue_id, _digest.c.document != "{}")
        waiting = sa.and_(
            _outbox.c.key.startswith(f"{dialogue_id}/", autoescape=True),
            _outbox.c.content.contains('"markdown"'),
            # What is sent in the place of words that had been tried to be said.
            ~_outbox.c.content.contains('"gone":true'),
        )
        found += [
            table.name
            for table, rest in ((_digest, said), (_outbox, waiting))
            if self._any(table, rest)
        ]
        return found

    def _any(self, table: sa.Table, where: sa.ColumnElement[bool]) -> bool:
        query = sa.select(sa.literal(1)).select_from(table).where(where).limit(1)
        return self._db.scalar(query) is not None

    def _replies(self, dialogue_id: DialogueId) -> sa.Select[tuple[int]]:
        return (
            sa.select(_reply.c.reply_no)
            .join(_round, _round.c.round_no == _reply.c.round_no)
            .where(_round.c.dialogue_id == dialogue_id)
        )

    def _forget_unread(self, dialogue_id: DialogueId) -> None:
        """What could not be read by the last close, and what speaks of messages that never came."""
        rounds = self._db.execute(
            sa.select(_round.c.room_id, sa.func.max(_round.c.closed_ms).label("closed_ms"))
            .where(_round.c.dialogue_id == dialogue_id)
            .group_by(_round.c.room_id)
        ).all()
        for row in rounds:
            here = (_inbox.c.room_id == row.room_id, _inbox.c.sent_ms <= (row.closed_ms or 0))
            self._db.execute(
                sa.update(_inbox)
                .where(*here, sa.text("state <> 0"))
                .values(state=0, raw=None, sender=None)
            )
            self._db.execute(sa.delete(_early).where(_early.c.room_id == row.room_id))


def _of_replies() -> list[sa.Table]:
    """Every table with rows about single replies, those of later versions too."""
    return [
        table
        for table in METADATA.sorted_tables
        if "reply_no" in table.c and table.name not in (_reply.name, _LOG)
    ]
