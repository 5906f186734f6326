"""From the HTML that a chat message carries to Markdown that a terminal can show."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

_BEFORE: Final = {
    "h1": "\n# ",
    "h2": "\n## ",
    "h3": "\n### ",
    "h4": "\n#### ",
    "p": "\n\n",
    "br": "  \n",
    "strong": "**",
    "em": "*",
    "del": "~~",
    "code": "`",
    "hr": "\n\n---\n\n",
}
_AFTER: Final = {
    "h1": "\n",
    "h2": "\n",
    "h3": "\n",
    "h4": "\n",
    "p": "\n\n",
    "strong": "**",
    "em": "*",
    "del": "~~",
    "code": "`",
    "ul": "\n",
    "ol": "\n",
}


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._links: list[str] = []
        self._quotes: list[int] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")
            self.parts.append("[")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "blockquote":
            self._quotes.append(len(self.parts))
        else:
            self.parts.append(_BEFORE.get(tag, ""))

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self.parts.append(f"]({self._links.pop()})")
        elif tag == "blockquote" and self._quotes:
            since = self._quotes.pop()
            quoted = "".join(self.parts[since:]).strip("\n")
            self.parts[since:] = ["\n\n", *(f"> {line}\n" for line in quoted.split("\n")), "\n"]
        else:
            self.parts.append(_AFTER.get(tag, ""))

    @override
    def handle_data(self, data: str) -> None:
        # A line's end between two blocks is only there for whoever reads the HTML.
        if data.strip("\n"):
            self.parts.append(data)


def markdown_of(html: str) -> str:
    """The Markdown of a message's HTML, as far as our own messages go."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    lines: list[str] = []
    for line in "".join(writer.parts).split("\n"):
        if line.strip() or (lines and lines[-1].strip()):
            lines.append(line)
    return "\n".join(lines).strip("\n")
