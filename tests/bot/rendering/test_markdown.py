"""Markdown for chat, and the safety of what people wrote inside it."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.markdown import escape, render

TAG = re.compile(r"<[^>]*>")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

SIGNS = "ab <>&*_`~#-+=|[](){}!@:/\\.1\n\t\r\"'^$&;x\u00a0\u2028é😀"
tricky = st.text(st.sampled_from(SIGNS))
"""What Markdown, HTML and chat clients give a meaning to."""


def shown(markup: str) -> str:
    """What a reader sees of HTML: line breaks, and no tags."""
    without = TAG.sub("", re.sub(r"<br>\n?", "\n", markup))
    return html.unescape(without)


def plain(text: str) -> str:
    """What is left to show of a text: no invisible characters, one kind of line end."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@given(st.text() | tricky)
def test_an_escaped_text_is_shown_as_it_was_written(text: str) -> None:
    rendered = render(f"|{escape(text)}|")
    assert rendered.text == f"|{plain(text)}|"
    markup = rendered.html or html.escape(rendered.text, quote=False)
    assert shown(markup) == f"|{plain(text)}|"
    assert set(TAG.findall(markup)) <= {"<br>"}


@pytest.mark.parametrize("sign", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_nobody_turns_the_direction_of_what_we_write(sign: str) -> None:
    assert render(f"**{escape(f'a{sign}b')}**: שלום").text == "ab: שלום"


@given(tricky)
def test_an_escaped_text_never_leaves_its_place(text: str) -> None:
    rendered = render(f"before\n\n> - **Ann**: |{escape(text)}|\n\nafter")
    assert rendered.html is not None
    tags = set(TAG.findall(rendered.html))
    assert tags <= {"<br>"} | {
        f"<{end}{tag}>" for tag in ("p", "blockquote", "ul", "li", "strong") for end in ("", "/")
    }
    assert rendered.html.endswith("</blockquote>\n<p>after</p>")


@pytest.mark.parametrize(
    ("markdown", "text", "markup"),
    [
        pytest.param("Fine", "Fine", None, id="words alone need no HTML"),
        pytest.param("1 < 2 & 3", "1 < 2 & 3", None, id="nor do signs"),
        pytest.param("Are **you**?", "Are you?", "Are <strong>you</strong>?", id="bold"),
        pytest.param(
            "[here](https://runda.se)",
            "here (https://runda.se)",
            '<a href="https://runda.se">here</a>',
            id="link",
        ),
        pytest.param(
            "<https://runda.se>",
            "https://runda.se",
            '<a href="https://runda.se">https://runda.se</a>',
            id="bare link",
        ),
        pytest.param("[x](javascript:alert(1))", "[x](javascript:alert(1))", None, id="no script"),
        pytest.param("<b>x</b>", "<b>x</b>", None, id="no HTML of one's own"),
        pytest.param("a\nb", "a b", "a\nb", id="a line wrapped in the source"),
        pytest.param("a  \nb", "a\nb", "a<br>\nb", id="a line break"),
        pytest.param("# T\n\nx", "T\n\nx", "<h1>T</h1>\n<p>x</p>", id="heading"),
        pytest.param(
            "- a\n- b\n\n3. c\n4. d",
            "• a\n• b\n\n3. c\n4. d",
            '<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>',
            id="lists",
        ),
        pytest.param(
            "> a\n>\n> b\n\nc",
            "> a\n>\n> b\n\nc",
            "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n<p>c</p>",
            id="quotation",
        ),
        pytest.param("~~a~~ `b`", "a b", "<s>a</s> <code>b</code>", id="struck out, and code"),
        pytest.param("```\na\n```", "a", "<pre><code>a\n</code></pre>", id="block of code"),
        pytest.param("", "", None, id="nothing"),
    ],
)
def test_rendering(markdown: str, text: str, markup: str | None) -> None:
    rendered = render(markdown)
    assert (rendered.text, rendered.html) == (text, markup)


def test_a_table() -> None:
    rendered = render("|Group|Answers|\n|---|---|\n|1|6|\n\nend")
    assert rendered.text == "Group | Answers\n1 | 6\n\nend"
    assert rendered.html is not None
    assert rendered.html.startswith("<table>")


def test_a_picture_is_not_fetched_from_readers_devices() -> None:
    assert "<img" not in (render("![x](https://runda.se/x.png)").html or "")
