"""With which device an account ran last, and what of that its homeserver may not know."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from flows.ids import UserId
from storage.tables import DeviceRow, table_of

_device = table_of(DeviceRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What an account has behind it.

    A homeserver recognises what is sent a second time by the device that sent it first; what was
    first tried before `new_since_ms` was sent by another. `restored_ms` is the moment of the backup
    that this database was restored from, None if it was not: what was sent after it is not in here.
    """

    new_since_ms: int = 0
    restored_ms: int | None = None


class Devices:
    """Devices inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def begin(self, account: UserId, device_id: str, *, now_ms: int) -> Past:
        """Note that the account runs with this device from now on; returns its past."""
        mine = _device.c.account == account
        row = self._db.execute(sa.select(_device).where(mine)).first()
        if row is None:
            self._db.execute(
                sa.insert(_device).values(account=account, device_id=device_id, new_since_ms=0)
            )
            return Past()
        if row.device_id == device_id:
            return Past(new_since_ms=row.new_since_ms, restored_ms=row.restored_ms)
        new = {"device_id": device_id, "new_since_ms": now_ms}
        self._db.execute(sa.update(_device).where(mine).values(new))
        return Past(new_since_ms=now_ms, restored_ms=row.restored_ms)

    def note_restored(self, account: UserId, device_id: str, *, made_ms: int) -> None:
        """Note that this database is a backup of that moment, made with that device."""
        if self.begin(account, device_id, now_ms=made_ms).restored_ms is None:
            known = _device.c.account == account
            self._db.execute(sa.update(_device).where(known).values(restored_ms=made_ms))
