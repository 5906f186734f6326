"""What stands in place of an account where a dialogue is anonymous, while it runs.

A pseudonym is made of the account and of a key that the dialogue alone has. Whoever has the key
can make it of every account there is, and so find who it belongs to; when the key is destroyed,
nobody can.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

import sqlalchemy as sa

from flows.ids import DialogueId, UserId
from storage.tables import MemberRow, PseudonymKeyRow, table_of

_key = table_of(PseudonymKeyRow)
_member = table_of(MemberRow)
_KEY_BYTES = 32


def make_key(db: sa.Connection, dialogue_id: DialogueId) -> None:
    """Give a dialogue its key."""
    db.execute(sa.insert(_key).values(dialogue_id=dialogue_id, key=secrets.token_bytes(_KEY_BYTES)))


def destroy_key(db: sa.Connection, dialogue_id: DialogueId) -> None:
    """Take it away for good, so that no pseudonym can be made any more."""
    here = _key.c.dialogue_id == dialogue_id
    # Overwritten before it is deleted, so that it does not rest on what the database makes of
    # a deleted row.
    db.execute(sa.update(_key).where(here).values(key=bytes(_KEY_BYTES)))
    db.execute(sa.delete(_key).where(here))


def key_of(db: sa.Connection, dialogue_id: DialogueId) -> bytes | None:
    """The key of a dialogue; None if it is not anonymous, or has been cut off."""
    found = db.scalar(sa.select(_key.c.key).where(_key.c.dialogue_id == dialogue_id))
    return None if found is None else bytes(found)


def keys(db: sa.Connection) -> list[bytes]:
    """Every key there is."""
    return [bytes(key) for key in db.scalars(sa.select(_key.c.key))]


def pseudonym(key: bytes, user_id: UserId) -> UserId:
    """What is stored in place of the account."""
    made = hmac.new(key, user_id.encode(errors="surrogatepass"), hashlib.sha256)
    return UserId(f"pseudonym-{made.hexdigest()}")


def accounts(db: sa.Connection, key: bytes) -> dict[UserId, UserId]:
    """The account behind each pseudonym, of everybody who is or was in a room of ours."""
    known = db.scalars(sa.select(_member.c.user_id).distinct())
    return {pseudonym(key, UserId(one)): UserId(one) for one in known}
