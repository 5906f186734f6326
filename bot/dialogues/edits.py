"""Edits of messages that show how a dialogue stands; of those not yet sent the newest is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.ids import DialogueId, EffectKey
    from storage.transaction import Transaction


class Edits:
    """The last edit of each dialogue's message, as far as this process has ordered one."""

    def __init__(self) -> None:
        self._last: dict[DialogueId, EffectKey] = {}

    def make_way(
        self, tx: Transaction, dialogue_id: DialogueId, key: EffectKey, *, beginning: str
    ) -> None:
        """Withdraw what waits to be sent, for another edit.

        Args:
            key: that of the other edit.
            beginning: how the keys of all edits of the message begin.
        """
        earlier = self._last.get(dialogue_id)
        if earlier is None:
            # One may have been waiting when the bot was started.
            tx.outbox.withdraw_all_waiting(beginning)
        else:
            tx.outbox.withdraw_waiting(earlier)
        self._last[dialogue_id] = key

    def forget(self, dialogue_id: DialogueId) -> None:
        """There is a new message, which was never edited."""
        self._last.pop(dialogue_id, None)
