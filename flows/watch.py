"""What a reply is looked at for before anybody is shown it, and what is found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from flows.care.cases import tells_of_a_case
from flows.care.look import Danger, danger_in
from flows.digest.masks import MaskKind, find_masks


class Why(StrEnum):
    """Why a reply is held back, the gravest first."""

    DANGER = "danger"
    CASE = "case"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLookAt:
    """Words, and what they are looked at for besides danger.

    `names` are those of the dialogue's people; "" of them where neither question is asked.
    """

    text: str
    cases: bool = False
    personal: bool = False
    names: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What holds a reply back. `danger` if that is why, `kinds` for personal data."""

    why: Why
    danger: Danger | None = None
    kinds: tuple[MaskKind, ...] = ()


def look_at(one: ToLookAt) -> Found | None:
    """The gravest of what is found; None for nothing."""
    danger = danger_in(one.text)
    if danger is not None:
        return Found(why=Why.DANGER, danger=danger)
    if not one.cases and not one.personal:
        return None
    masks = find_masks(one.text, one.names)
    named = any(mask.kind is MaskKind.NAME for mask in masks)
    if one.cases and tells_of_a_case(one.text, names_somebody=named):
        return Found(why=Why.CASE)
    if one.personal and masks:
        return Found(why=Why.PERSONAL, kinds=tuple(dict.fromkeys(mask.kind for mask in masks)))
    return None
