"""Who did what, appended and never changed; the database itself refuses anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from flows.audit import EMPTY, MOST_REASON_CHARS, Deed, Entry, Head, follow
from flows.ids import DialogueId
from storage.tables import AuditRow, table_of

_audit = table_of(AuditRow)


class Audit:
    """The log of deeds, inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(
        self,
        act: str,
        *,
        actor: str,
        at_ms: int,
        dialogue: str = "",
        room: str = "",
        subject: str = "",
        reason: str = "",
    ) -> Entry:
        """Note a deed; see `flows.audit.Deed` for what may stand in it, and `Act` for `act`.

        The note commits with what was done, or not at all. Nothing of a person's answer, and no
        participant's name or account, may be passed.
        """
        deed = Deed(
            at_ms=at_ms,
            actor=_line(actor),
            act=str(act),
            dialogue=dialogue,
            room=room,
            subject=_line(subject),
            reason=_line(reason)[:MOST_REASON_CHARS],
        )
        self._alone()
        entry = follow(self.head(), deed)
        self._db.execute(
            sa.insert(_audit).values(
                number=entry.number,
                at_ms=deed.at_ms,
                actor=deed.actor,
                act=deed.act,
                dialogue_id=deed.dialogue,
                room_id=deed.room,
                subject=deed.subject,
                reason=deed.reason,
                digest=entry.digest,
            )
        )
        return entry

    def _alone(self) -> None:
        """Let nobody else append until this transaction ends: two would follow the same head."""
        if self._db.dialect.name == "postgresql":
            self._db.execute(sa.text("LOCK TABLE audit IN EXCLUSIVE MODE"))

    def head(self) -> Head:
        """The last entry, as it can be published."""
        query = sa.select(_audit.c.number, _audit.c.digest).order_by(_audit.c.number.desc())
        row = self._db.execute(query.limit(1)).first()
        return EMPTY if row is None else Head(number=row.number, digest=row.digest)

    def last(self, number: int) -> list[Entry]:
        """The last `number` entries, in their order."""
        query = sa.select(_audit).order_by(_audit.c.number.desc()).limit(number)
        return [_to_entry(row) for row in self._db.execute(query)][::-1]

    def all(self) -> Iterator[Entry]:
        """The whole log, in its order."""
        for row in self._db.execute(sa.select(_audit).order_by(_audit.c.number)):
            yield _to_entry(row)

    def of_dialogue(self, dialogue_id: DialogueId) -> list[Entry]:
        """What was done to a dialogue."""
        query = sa.select(_audit).where(_audit.c.dialogue_id == dialogue_id)
        return [_to_entry(row) for row in self._db.execute(query.order_by(_audit.c.number))]


def _line(text: str) -> str:
    """One line: nobody may write something that looks like an entry of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _to_entry(row: sa.Row[Any]) -> Entry:
    return Entry(
        number=row.number,
        deed=Deed(
            at_ms=row.at_ms,
            actor=row.actor,
            act=row.act,
            dialogue=row.dialogue_id,
            room=row.room_id,
            subject=row.subject,
            reason=row.reason,
        ),
        digest=row.digest,
    )
