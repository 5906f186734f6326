"""What can be wrong with the database as a whole; the operator mends it."""

from __future__ import annotations


class DatabaseUnusable(Exception):
    """The database cannot be used; the text says why and what to do."""

    @classmethod
    def because(cls, url: str, error: BaseException) -> DatabaseUnusable:
        """The error for a driver's complaint; passwords in the URL are left out."""
        place = url.rsplit("@", maxsplit=1)[-1]
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return cls(
            f"the database {place} cannot be opened ({reason}); check that the folder exists, "
            "that you may write there and that the disk is not full"
        )


class DatabaseAway(DatabaseUnusable):
    """The database was there and is not now; the same transaction may go through later."""

    @classmethod
    def lost(cls, error: BaseException) -> DatabaseAway:
        """The error for a driver's complaint."""
        reason = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        return cls(f"the database does not answer ({reason.splitlines()[0]})")
