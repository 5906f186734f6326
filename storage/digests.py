"""Digests as they were posted, and whether they still hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from flows.ids import DialogueId, StepId
from storage.tables import DigestRow, table_of

_digest = table_of(DigestRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDigest:
    """A posted digest. `scope` is the step it is of, None for the whole dialogue.

    `document` is the JSON text of `flows.digest.document`. `stale`: a reply it speaks of was
    edited or withdrawn, or came late, after it was made. `shown` says which messages show it and
    what is in them, as ``bot.digest.digests`` wrote it down.
    """

    number: int
    dialogue_id: DialogueId
    scope: StepId | None
    made_ms: int
    document: str
    stale: bool
    shown: str | None = None


class Digests:
    """Digests inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(
        self,
        dialogue_id: DialogueId,
        scope: StepId | None,
        *,
        document: str,
        made_ms: int,
        shown: str | None = None,
    ) -> int:
        """Keep a digest and return its number.

        Earlier ones that it covers are history now, and stale no more: those of the same
        scope, or all of them if it is of the whole dialogue.
        """
        covered = [_digest.c.dialogue_id == dialogue_id]
        if scope is not None:
            covered.append(_digest.c.scope == scope)
        self._db.execute(sa.update(_digest).where(*covered).values(stale=False))
        added = self._db.execute(
            sa.insert(_digest)
            .values(
                dialogue_id=dialogue_id,
                scope=scope or "",
                made_ms=made_ms,
                document=document,
                stale=False,
                shown=shown,
            )
            .returning(_digest.c.digest_no)
        )
        return int(added.scalar_one())

    def note_shown(self, number: int, shown: str) -> None:
        """Write down which messages show a digest."""
        here = _digest.c.digest_no == number
        self._db.execute(sa.update(_digest).where(here).values(shown=shown))

    def newest_of(self, dialogue_id: DialogueId, scope: StepId | None) -> StoredDigest | None:
        """The newest digest of one scope, None if there is none."""
        query = (
            sa.select(_digest)
            .where(_digest.c.dialogue_id == dialogue_id, _digest.c.scope == (scope or ""))
            .order_by(_digest.c.digest_no.desc())
            .limit(1)
        )
        row = self._db.execute(query).one_or_none()
        return None if row is None else _to_digest(row)

    def newest(self, dialogue_id: DialogueId) -> list[StoredDigest]:
        """The newest digest of each scope of a dialogue."""
        query = (
            sa.select(_digest)
            .where(_digest.c.dialogue_id == dialogue_id)
            .order_by(_digest.c.digest_no)
        )
        by_scope = {row.scope: _to_digest(row) for row in self._db.execute(query)}
        return list(by_scope.values())

    def empty(self, dialogue_id: DialogueId) -> None:
        """Erase what all digests of a dialogue said; their numbers stay taken."""
        here = _digest.c.dialogue_id == dialogue_id
        self._db.execute(sa.update(_digest).where(here).values(document="{}", shown=None))

    def mark_stale(
        self, dialogue_id: DialogueId, scopes: Collection[StepId | None]
    ) -> list[StepId | None]:
        """Mark the newest digests of these scopes as overtaken; returns those newly marked."""
        overtaken = [
            digest
            for digest in self.newest(dialogue_id)
            if digest.scope in scopes and not digest.stale
        ]
        if overtaken:
            numbers = [digest.number for digest in overtaken]
            self._db.execute(
                sa.update(_digest).where(_digest.c.digest_no.in_(numbers)).values(stale=True)
            )
        return [digest.scope for digest in overtaken]


def _to_digest(row: sa.Row[Any]) -> StoredDigest:
    return StoredDigest(
        number=row.digest_no,
        dialogue_id=DialogueId(row.dialogue_id),
        scope=StepId(row.scope) if row.scope else None,
        made_ms=row.made_ms,
        document=row.document,
        stale=row.stale,
        shown=row.shown,
    )
