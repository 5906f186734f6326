"""Cards for the tables, as one PDF: what is on them, and how they are set.

`print_in_child` runs in a bounded child: setting takes long, and much memory.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

PRINT = "bot.seating.cards:print_in_child"
SECONDS = 60.0
MEGABYTES = 1_500
_TEMPLATE = Path(__file__).with_name("cards.typ")
_BORDER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What stands on the card of a table.

    `address` is what somebody types who cannot scan; `first` is the link to the space that
    has to be entered before, with its words, "" if there is none.
    """

    name: str
    link: str
    address: str
    steps: tuple[str, ...]
    first: str = ""
    first_label: str = ""
    label: str = ""


def order_of(cards: Sequence[Card]) -> bytes:
    """Cards on their way to the child."""
    return orjson.dumps([asdict(card) for card in cards])


def pdf_of(answer: str) -> bytes:
    """And the PDF on its way back."""
    return base64.b64decode(answer)


def print_in_child(payload: bytes) -> str:
    """What the child does."""
    cards: list[dict[str, Any]] = orjson.loads(payload)
    return base64.b64encode(print_cards([Card(**one) for one in cards])).decode()


def print_cards(cards: Sequence[Card]) -> bytes:
    """All cards: two to a page of A4, to be cut, and then each on a page of its own."""
    import typst  # noqa: PLC0415  in the child: 30 MB that nothing else needs

    pictures = {}
    shown = []
    for number, card in enumerate(cards):
        pictures[f"code-{number}.svg"] = qr_svg(card.link)
        if card.first:
            pictures[f"first-{number}.svg"] = qr_svg(card.first)
        shown.append(asdict(card))
    files = {
        "main": _TEMPLATE.read_bytes(),
        "cards.json": orjson.dumps(shown),
        **pictures,
    }
    # Files by name, all in memory; its types know of paths and bytes alone.
    return bytes(typst.compile(files, ignore_system_fonts=True))  # type: ignore[call-overload]  # as said


def qr_svg(link: str) -> bytes:
    """A link as a code that a phone reads from a table's other side."""
    import segno  # noqa: PLC0415  in the child

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=_BORDER, scale=4)
    return out.getvalue()
