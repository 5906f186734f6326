"""What a phone reads on printed cards: the codes of a PDF, found on its pages as pictures."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
import zxingcpp

_MM_PER_POINT = 25.4 / 72
_DOTS_PER_MM = 6
_QR = zxingcpp.barcode_formats_from_str("QRCode")
HALF_PAGE_MM = 148.5
"""Where a page of A4 is cut into two of A5."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code on a page: where its lower left corner is, from the top left, and how wide it is."""

    text: str
    left_mm: float
    bottom_mm: float
    side_mm: float


def codes_of(pdf: bytes) -> list[list[Code]]:
    """The codes on each page: those of the upper half first, and from left to right."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_codes(page) for page in document]
    finally:
        document.close()


def _codes(page: pypdfium2.PdfPage) -> list[Code]:
    picture = page.render(scale=_DOTS_PER_MM * _MM_PER_POINT, grayscale=True).to_numpy()
    found = zxingcpp.read_barcodes(picture, formats=_QR)
    codes = []
    for one in found:
        corner = one.position.bottom_left
        side = one.position.bottom_right.x - corner.x
        codes.append(Code(one.text, *(dots / _DOTS_PER_MM for dots in (corner.x, corner.y, side))))
    return sorted(codes, key=lambda code: (code.bottom_mm > HALF_PAGE_MM, code.left_mm))
