"""The cards for the tables: what stands on them, and that a phone can read them."""

from __future__ import annotations

import io

import pypdf
import segno

from bot.bounded import run_bounded
from bot.seating.cards import (
    MEGABYTES,
    PRINT,
    SECONDS,
    Card,
    order_of,
    pdf_of,
    print_cards,
    qr_svg,
)

CARDS = [
    Card(
        name=f"Bord {n}",
        link=f"https://matrix.to/#/%23runda-{n}abc:example.org",
        address=f"#runda-{n}abc:example.org",
        steps=("Öppna appen.", "Skanna den lilla koden.", "Skanna den stora koden."),
        first="https://matrix.to/#/%23runda-space:example.org",
        first_label="1. Först hit",
        label="2. Sedan hit",
    )
    for n in (1, 2, 3)
]
A4_POINTS = (595, 842)


def test_two_to_a_page_and_then_one() -> None:
    pages = pypdf.PdfReader(io.BytesIO(print_cards(CARDS))).pages
    names = [[n for n in (1, 2, 3) if f"Bord {n}" in page.extract_text()] for page in pages]
    assert names == [[1, 2], [3], [1], [2], [3]]
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {
        A4_POINTS
    }


def test_a_card_says_the_address_and_the_way() -> None:
    text = pypdf.PdfReader(io.BytesIO(print_cards(CARDS))).pages[2].extract_text()
    for words in (CARDS[0].address, *CARDS[0].steps, "1. Först hit", "2. Sedan hit"):
        assert words in text, words


def test_the_code_is_the_link_and_has_its_margin() -> None:
    svg = qr_svg(CARDS[0].link).decode()
    code = segno.make(CARDS[0].link, error="m", micro=False)
    side = (len(code.matrix) + 2 * 2) * 4
    assert f'width="{side}" height="{side}"' in svg
    # Large enough to be read across a table, small enough to be printed at 6 cm.
    assert len(code.matrix) <= 41


async def test_a_hundred_cards_are_set_within_the_bounds() -> None:
    many = [CARDS[n % 3] for n in range(100)]
    answer = await run_bounded(PRINT, order_of(many), seconds=SECONDS, megabytes=MEGABYTES)
    assert len(pypdf.PdfReader(io.BytesIO(pdf_of(answer))).pages) == 150
