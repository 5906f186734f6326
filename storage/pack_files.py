"""The files of packs that have been started, as they were then.

Kept with the dialogue: after a restart, or when somebody has changed the folder, its groups are
shown what was there when it was ordered.
"""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa

from storage.tables import DialogueRow, PackFileRow, PackFileUseRow, table_of

_file = table_of(PackFileRow)
_use = table_of(PackFileUseRow)
_dialogue = table_of(DialogueRow)


class PackFiles:
    """Files of packs inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, owner: str, name: str, data: bytes) -> None:
        """Keep a file for a dialogue (or a series of them); the same bytes are kept once."""
        sha256 = hashlib.sha256(data).hexdigest()
        known = sa.select(_file.c.sha256).where(_file.c.sha256 == sha256)
        if self._db.scalar(known) is None:
            self._db.execute(sa.insert(_file).values(sha256=sha256, data=data))
        self._db.execute(sa.insert(_use).values(owner=owner, name=name, sha256=sha256))

    def get(self, owner: str, name: str) -> bytes | None:
        """The file, None if it was never kept.

        A dialogue that was not ordered by a person (a follow-up, the next of a series) has the
        files of the newest one before it that was run from the very same pack.
        """
        own = self._db.scalar(_data().where(_use.c.owner == owner, _use.c.name == name))
        if own is not None:
            return bytes(own)
        pack = sa.select(_dialogue.c.pack_text).where(_dialogue.c.dialogue_id == owner)
        earlier = (
            _data()
            .join(_dialogue, _dialogue.c.dialogue_id == _use.c.owner)
            .where(_use.c.name == name, _dialogue.c.pack_text == pack.scalar_subquery())
            .order_by(_dialogue.c.number.desc())
            .limit(1)
        )
        found = self._db.scalar(earlier)
        return None if found is None else bytes(found)


def _data() -> sa.Select[Any]:
    return sa.select(_file.c.data).join(_use, _use.c.sha256 == _file.c.sha256)
