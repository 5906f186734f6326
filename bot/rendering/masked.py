"""The words that stand where something must not be shown."""

from __future__ import annotations

from typing import assert_never

from bot.wording import Wording
from flows.digest.masks import MaskKind, MaskWord


def mask_word(wording: Wording) -> MaskWord:
    """What a reader sees in the place of each kind."""

    def word(kind: MaskKind) -> str:
        match kind:
            case MaskKind.PERSONAL_NUMBER:
                return wording.say("[personal number]")
            case MaskKind.PHONE:
                return wording.say("[phone number]")
            case MaskKind.EMAIL:
                return wording.say("[e-mail address]")
            case MaskKind.ADDRESS:
                return wording.say("[address]")
            case MaskKind.NAME:
                return wording.say("[name]")
            case _:
                assert_never(kind)

    return word
