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
        told: BaseException | None = error
        while isinstance(told, TransactionGone):
            told = told.__cause__
        reason = str(getattr(told, "orig", None) or told or "").strip() or type(error).__name__
        return cls(f"the database does not answer ({reason.splitlines()[0]})")


class DatabaseDamaged(DatabaseUnusable):
    """The file is not what it was: torn, or overwritten. Nobody can go on with it."""

    @classmethod
    def found(cls, place: str, error: BaseException) -> DatabaseDamaged:
        """The error for a driver's complaint."""
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        where = place.rsplit("@", maxsplit=1)[-1]
        return cls(
            f"the database {where} is damaged ({reason}); keep the file, and put "
            "the newest backup back: runda restore FOLDER --force"
        )


class TransactionGone(BaseException):
    """A whole transaction has come to nothing, whatever part of it the error came from.

    SQLite takes a transaction back when the disk is full. What is done after that would stand
    alone. So this is no Exception: who makes do without one odd message must not catch it.
    """
