"""A chat message's HTML becomes Markdown that a terminal can show."""

from __future__ import annotations

import pytest

from bot.rendering.markdown import render
from demo.markup import markdown_of


@pytest.mark.parametrize(
    "markdown",
    [
        "### Sammanställning\n\n**5 av 6** har svarat",
        "**Grupp för grupp**\n\n- Bord 1: 4 av 4\n- Bord 2: *inget*",
        "**Bord 1**\n\n> Ring hem, inte mejla.\n> Samma dag.",
        "Se [källa](https://matrix.to/#/!a/$b)",
    ],
)
def test_what_we_send_comes_back(markdown: str) -> None:
    html = render(markdown).html

    assert html is not None
    assert markdown_of(html).split() == markdown.split()
