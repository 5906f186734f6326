"""The cards for the tables: what stands on them, and that a phone can read them."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import segno

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
from bot.service.bounded import run_bounded
from tests.bot.seating.codes import HALF_PAGE_MM, codes_of

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


def test_a_phone_reads_its_tables_link_on_every_card() -> None:
    pages = codes_of(print_cards(CARDS))

    first = CARDS[0].first
    links = [card.link for card in CARDS]
    assert [[code.text for code in page] for page in pages] == [
        # Of A5, two to a page of A4: the space's code to the left, the table's to the right.
        [first, links[0], first, links[1]],
        [first, links[2]],
        # And of A4.
        [first, links[0]],
        [first, links[1]],
        [first, links[2]],
    ]
    # On its own half of the page, which is cut in the middle, and larger than the space's.
    upper, lower = pages[0][:2], pages[0][2:]
    assert {code.bottom_mm < HALF_PAGE_MM for code in upper} == {True}
    assert {code.bottom_mm - code.side_mm > HALF_PAGE_MM for code in lower} == {True}
    for small, large in (upper, lower, *pages[1:]):
        assert small.side_mm < large.side_mm
    assert pages[0][1].side_mm < pages[2][1].side_mm


def test_without_a_space_there_is_one_code() -> None:
    bound = [replace(card, first="", first_label="", label="") for card in CARDS[:2]]

    pages = codes_of(print_cards(bound))

    links = [card.link for card in bound]
    assert [[code.text for code in page] for page in pages] == [links, links[:1], links[1:]]


async def test_a_hundred_cards_are_set_within_the_bounds() -> None:
    many = [CARDS[n % 3] for n in range(100)]
    answer = await run_bounded(PRINT, order_of(many), seconds=SECONDS, megabytes=MEGABYTES)
    assert len(pypdf.PdfReader(io.BytesIO(pdf_of(answer))).pages) == 150
