"""What organizers have set from their room, by name, in place of the configuration."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables import SettingRow, table_of

_setting = table_of(SettingRow)


class Settings:
    """Settings inside one transaction; what they mean is known to `bot.settings`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def all(self) -> dict[str, str]:
        """What has been set."""
        return {row.name: row.value for row in self._db.execute(sa.select(_setting))}

    def put(self, name: str, value: str) -> None:
        """Set something, in place of what was set before."""
        self.drop(name)
        self._db.execute(sa.insert(_setting).values(name=name, value=value))

    def drop(self, name: str) -> None:
        """Let the configuration decide again."""
        self._db.execute(sa.delete(_setting).where(_setting.c.name == name))
