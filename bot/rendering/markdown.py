"""Markdown as we write it, turned into the HTML and the plain text that chat clients show.

`escape` is for what people wrote: inside our own Markdown it must be words and nothing else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_WORDS = ("a", "br", "code", "del", "em", "s", "strong")
_BLOCKS = ("p", "hr", "pre", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6")
_TABLES = ("table", "thead", "tbody", "tr", "th", "td")
_TAGS = frozenset((*_WORDS, *_BLOCKS, *_TABLES))
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "code": {"class"}}
_SCHEMES = {"https", "http", "mailto", "matrix"}

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Invisible, and not expressible in Markdown: dropped. The latter would turn the direction in
which all that follows is read, our own words too; Arabic and Hebrew need none of them."""
_PUNCTUATION = re.compile(r"""([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])""")
_SPACE_AFTER = frozenset(("heading_close", "table_close", "fence", "code_block", "hr"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as text and, if it is more than text, as HTML (else None)."""

    text: str
    html: str | None


def escape(text: str) -> str:
    """Markdown that shows `text` literally: no links, mentions, headings or lists.

    Lines stay lines, and the whole is one paragraph, so that it can stand anywhere in a
    paragraph, a list item or a quotation without leaving it.
    """
    lines = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    written = [line and _escaped_line(line) for line in lines]
    # A line break is a backslash before the line's end. At the very end it would be a
    # backslash to be read, so there the character itself is named.
    trailing = 0
    while len(written) > 1 and not written[-1]:
        written.pop()
        trailing += 1
    return "\\\n".join(written) + "&#10;" * trailing


def _escaped_line(line: str) -> str:
    # Space at the edges of a line would be dropped, or make a block of code.
    core = line.strip()
    start = line.find(core) if core else len(line)
    end = start + len(core)
    return _named(line[:start]) + _PUNCTUATION.sub(r"\\\1", core) + _named(line[end:])


def _named(space: str) -> str:
    return "".join(f"&#{ord(character)};" for character in space)


# The same prompt goes to every group, and parsing it costs more than posting it.
@lru_cache(maxsize=128)
def render(markdown: str) -> Rendered:
    """Turn CommonMark (with tables and ~~strikethrough~~) into text and safe HTML."""
    parser = _parser()
    tokens = parser.parse(markdown)
    text = _Plain().blocks(tokens).strip("\n")
    raw = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        raw,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes=set(_SCHEMES),
        link_rel=None,
    ).strip("\n")
    if clean.startswith("<p>") and clean.endswith("</p>") and clean.count("<p>") == 1:
        clean = clean[3:-4]
    return Rendered(text=text, html=None if html.unescape(clean) == text else clean)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    # A picture would be fetched from the reader's device; it stays a link.
    return parser.enable(["table", "strikethrough"]).disable("image")


class _Plain:
    """Writes parsed Markdown as plain text that reads well by itself."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._prefixes: list[str] = []
        self._numbers: list[int | None] = []
        self._marker = ""
        self._cells: list[str] | None = None
        self._space_due: str | None = None

    def blocks(self, tokens: Sequence[Token]) -> str:
        """The text of a document."""
        for token in tokens:
            self._block(token)
        return "\n".join(self._parts)

    def _block(self, token: Token) -> None:
        match token.type:
            case "inline" | "fence" | "code_block" | "hr":
                self._words(_words_of(token))
            case "bullet_list_open":
                self._numbers.append(None)
            case "ordered_list_open":
                start = token.attrGet("start")
                self._numbers.append(1 if start is None else int(start))
            case "tr_open":
                self._cells = []
            case "tr_close":
                self._end_row()
            case "list_item_open":
                self._open_item()
            case "blockquote_open":
                self._prefixes.append("> ")
            case "list_item_close" | "blockquote_close":
                self._close()
            case _:
                pass
        self._after(token)

    def _after(self, token: Token) -> None:
        """Empty lines, where a reader expects them."""
        if token.type in ("bullet_list_close", "ordered_list_close"):
            self._numbers.pop()
            due = not self._numbers
        elif token.type == "paragraph_close":
            due = not token.hidden
        else:
            due = token.type in _SPACE_AFTER
        if due:
            self._space_due = "".join(self._prefixes)

    def _words(self, text: str) -> None:
        if self._cells is None:
            self._line(text)
        else:
            self._cells.append(text)

    def _end_row(self) -> None:
        cells, self._cells = self._cells or [], None
        self._line(" | ".join(cells))

    def _open_item(self) -> None:
        number = self._numbers[-1]
        if number is None:
            self._marker = "• "
        else:
            self._marker = f"{number}. "
            self._numbers[-1] = number + 1
        self._prefixes.append(" " * len(self._marker))

    def _close(self) -> None:
        self._prefixes.pop()
        if self._space_due is not None:  # it falls outside of what was closed
            self._space_due = "".join(self._prefixes)

    def _line(self, text: str) -> None:
        rest = first = "".join(self._prefixes)
        if self._marker:
            first = first[: -len(self._marker)] + self._marker
            self._marker = ""
        if self._space_due is not None and self._parts:
            self._parts.append(self._space_due.rstrip())
        self._space_due = None
        head, *tail = text.split("\n")
        self._parts.append(first + head)
        self._parts.extend(rest + line for line in tail)


def _words_of(token: Token) -> str:
    if token.type == "inline":
        return _inline(token.children or ())
    return "―――" if token.type == "hr" else token.content.rstrip("\n")


def _inline(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline" | "text_special":
                parts.append(token.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "link_open":
                links.append((str(token.attrGet("href") or ""), len(parts)))
            case "link_close":
                href, since = links.pop()
                label = "".join(parts[since:])
                if href not in (label, f"mailto:{label}"):
                    parts.append(f" ({href})")
            case _:
                pass
    return "".join(parts)
