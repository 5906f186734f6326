"""A long message cut into several, each small enough to be posted by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flows.ids import EffectKey

MAX_PART_BYTES = 12_000
"""Of a part's Markdown, in UTF-8. Matrix takes events of 64 KiB, and a message holds its text
twice (as HTML, where escapes grow, and as plain text), once more larger when encrypted."""


def weight(markdown: str) -> int:
    """How many of a part's bytes it takes up.

    Tabs and hard spaces count twice: of all characters they grow most on their way, and an
    answer full of them would make a message that no homeserver takes.
    """
    doubled = markdown.count("\t") + markdown.count("\u00a0")
    return len(markdown.encode(errors="surrogatepass")) + doubled


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A link to a message that has not been sent yet, the one of the effect `effect_key`.

    `token` stands in the link where the event id will stand. It occurs nowhere else.
    """

    token: str
    effect_key: EffectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPart:
    """One message. Before it is sent, every token of `refs` is replaced in `markdown`."""

    markdown: str
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """A heading. `about` tells apart two that read the same: groups may share a name."""

    markdown: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Something that stays in one piece. `heads` are the headings it stands under.

    `item`: an item of a list, which joins the item before it.
    """

    markdown: str
    heads: tuple[Head, ...] = ()
    refs: tuple[Ref, ...] = ()
    item: bool = False


def paginate(blocks: Iterable[Block], *, again: Callable[[str], str]) -> list[RenderedPart]:
    """Put blocks into as few parts as hold them, in order.

    Headings are written where they change, and at the top of each part; one that has been
    seen in an earlier part goes through `again` first ("… (continued)").
    """
    pages = _Pages(again)
    for block in blocks:
        pages.add(block)
    return pages.parts()


class _Pages:
    def __init__(self, again: Callable[[str], str]) -> None:
        self._again = again
        self._done: list[RenderedPart] = []
        self._text = ""
        self._refs: list[Ref] = []
        self._last: Block | None = None

    def add(self, block: Block) -> None:
        before = () if self._last is None else self._last.heads
        shared = _shared(before, block.heads)
        new = [head.markdown for head in block.heads[shared:]]
        addition = self._joined(block, new)
        if self._text and weight(self._text + addition) > MAX_PART_BYTES:
            self._turn()
            seen = [self._again(head.markdown) for head in block.heads[:shared]]
            addition = self._joined(block, [*seen, *new])
        self._text += addition
        self._refs += block.refs
        self._last = block

    def parts(self) -> list[RenderedPart]:
        if self._text:
            self._turn()
        return self._done

    def _joined(self, block: Block, heads: Sequence[str]) -> str:
        pieces = [*heads, block.markdown]
        if not self._text:
            return "\n\n".join(pieces)
        listed = block.item and not heads and self._last is not None and self._last.item
        return ("\n" if listed else "\n\n") + "\n\n".join(pieces)

    def _turn(self) -> None:
        self._done.append(RenderedPart(markdown=self._text, refs=tuple(self._refs)))
        self._text = ""
        self._refs = []


def _shared(before: Sequence[Head], after: Sequence[Head]) -> int:
    """How many headings, from the top, stay as they were."""
    for place, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            return place
    return min(len(before), len(after))
