"""Taking back what quotes people: digests, and files made of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.sending.unsaying import unsay
from flows.ids import DialogueId
from storage.instants import to_ms

if TYPE_CHECKING:
    from storage.transaction import Transaction

_QUOTES = ("/-/digest-", "/-/export/")
"""In the keys of what the bot has posted that may quote anybody: digests, their edits, files."""


def unsay_digests(
    tx: Transaction, dialogue_id: DialogueId, *, now: datetime, anew: bool = True
) -> None:
    """Take back every digest and file that may quote, and have the digests made `anew`.

    A digest is normally written anew in its place; but an edit leaves what was there before
    in the room's history.
    """
    for what in _QUOTES:
        unsay(tx, f"{dialogue_id}/", what, now=now)
    for digest in tx.digests.newest(dialogue_id) if anew else ():
        tx.digest_orders.put(dialogue_id, digest.scope, due_ms=to_ms(now), fresh=True)
    tx.digests.empty(dialogue_id)
