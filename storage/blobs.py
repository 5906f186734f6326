"""Files on their way out, kept until they are sent.

The outbox names them by their hash: the same file for fifteen rooms is kept once.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from storage.outbox import OutboxState
from storage.tables import BlobRow, OutboxRow, table_of

_blob = table_of(BlobRow)
_outbox = table_of(OutboxRow)


class Blobs:
    """Files inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, data: bytes) -> str:
        """Keep bytes; returns the name that the effect shall carry in its content."""
        sha256 = hashlib.sha256(data).hexdigest()
        known = sa.select(_blob.c.sha256).where(_blob.c.sha256 == sha256)
        if self._db.scalar(known) is None:
            self._db.execute(sa.insert(_blob).values(sha256=sha256, data=data))
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """The bytes, None if they are not kept (any more)."""
        found = self._db.scalar(sa.select(_blob.c.data).where(_blob.c.sha256 == sha256))
        return None if found is None else bytes(found)

    def drop_unneeded(self) -> int:
        """Forget what no waiting effect speaks of; returns how many that were.

        Effects that wait are few, and files fewer: they are looked through. A count beside
        each file would have to be right through every way in which an effect can end.
        """
        waits = (
            sa.select(_outbox.c.number)
            .where(sa.text(f"outbox.state = {int(OutboxState.WAITING)}"))
            .where(_outbox.c.content.contains(_blob.c.sha256))
        )
        return self._db.execute(sa.delete(_blob).where(~waits.exists())).rowcount
