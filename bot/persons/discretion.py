"""What of somebody's words may be passed on to a contact, or from her to a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.digest.snapshots import names_of
from bot.rendering.masked import mask_word
from flows.digest.masks import Mask, MaskKind, covered, find_masks
from flows.packs.pack import PersonalData

if TYPE_CHECKING:
    from bot.wording import Wording
    from bot.world import World
    from flows.dialogue import Dialogue
    from storage.transaction import Transaction


class Discretion:
    """Looks for personal data before words leave the room in which they were written."""

    def __init__(self, world: World) -> None:
        self._world = world

    def holds_back(self, tx: Transaction, dialogue: Dialogue, text: str) -> tuple[MaskKind, ...]:
        """What personal data is in it, if the pack says that such words go back to their author."""
        if dialogue.pack.personal_data is not PersonalData.HOLD:
            return ()
        return tuple(dict.fromkeys(mask.kind for mask in self._masks(tx, dialogue, text)))

    def shown(self, tx: Transaction, dialogue: Dialogue, text: str, words: Wording) -> str:
        """The words as others may read them: personal data is covered, as in a digest."""
        return covered(text, self._masks(tx, dialogue, text), mask_word(words))

    def _masks(self, tx: Transaction, dialogue: Dialogue, text: str) -> tuple[Mask, ...]:
        return find_masks(text, names_of(tx, dialogue, self._world))
