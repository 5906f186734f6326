"""What people wrote, shown to the letter, each with a link to where they wrote it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import shorten

from bot.rendering.markdown import escape
from bot.rendering.masked import mask_word
from bot.rendering.parts import MAX_PART_BYTES, Block, Head, Ref, weight
from bot.wording import Wording
from flows.digest.quote import Attachment, Quote
from flows.digest.snapshot import Source
from flows.ids import RoomId
from flows.messages import MediaKind

Permalink = Callable[[RoomId, str], str]
"""The address of a message, by its room and its event id."""

_MARGIN_BYTES = 200
"""Left free beside a quote's words and its headings: marks, empty lines, "continued"."""

MAX_NAME = 100
"""Characters of a title or a name; what is longer is cut (a reply never is)."""

_TOKEN_DIGITS = 40
"""With its first word a token is as long as a Matrix event id in an address, so that a
message does not grow when the one takes the other's place."""

_BIDI = frozenset(("R", "AL", "AN", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
_UNBREAKABLE = frozenset("\u200d\ufe0e\ufe0f")
_IN_ADDRESS = str.maketrans(
    {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", " ": "%20", "\\": "%5C"}
)


def name(text: str, *, length: int = MAX_NAME) -> str:
    """A name or a title as literal Markdown of one line, cut where it is very long."""
    return escape(_one_line(text, length))


def _one_line(text: str, length: int) -> str:
    line = " ".join(text.split())
    short = shorten(line, length, placeholder=" …")
    # One word longer than all that is allowed would leave nothing but the dots.
    return short if short != "…" else line[: length - 1] + "…"


def apart(text: str) -> list[str]:
    """Somebody's words set apart, in pieces that go into one message each."""
    pieces = _pieces(text, MAX_PART_BYTES - 5 * _MARGIN_BYTES)
    return ["> " + escape(piece).replace("\n", "\n> ") for piece in pieces]


class Quoter:
    """Writes the quotes of one digest.

    Links to messages that are not sent yet get tokens. Those rest on every word that is
    quoted, so that nobody can write one into a reply.
    """

    def __init__(self, quotes: Iterable[Quote], wording: Wording, *, permalink: Permalink) -> None:
        self._wording = wording
        self._permalink = permalink
        self._mask = mask_word(wording)
        self._refs = 0
        words = hashlib.sha256()
        for quote in quotes:
            words.update(f"{quote.reply_no} {quote.text}\0".encode(errors="surrogatepass"))
        self._seed = words.hexdigest()

    def item(self, quote: Quote, heads: tuple[Head, ...], *, label: str = "") -> Iterator[Block]:
        """The quote as an item of a list, after a short `label` (Markdown)."""
        first = f"- {label}"
        for markdown, refs in self._written(quote, first, "  ", beside=_read(heads)):
            yield Block(markdown=markdown, heads=heads, refs=refs, item=True)

    def sources(self, quotes: Sequence[Quote]) -> tuple[str, tuple[Ref, ...]]:
        """Links to where the quotes were written, and nothing of their words."""
        links = [self._link(quote.source) for quote in quotes]
        refs = tuple(ref for _, own in links for ref in own)
        return ", ".join(markdown for markdown, _ in links), refs

    def quotation(self, quote: Quote, group: str, heads: tuple[Head, ...]) -> Iterator[Block]:
        """The quote set apart, under the name of its `group` (Markdown)."""
        for markdown, refs in self._written(quote, "> ", "> ", beside=(*_read(heads), group)):
            yield Block(markdown=f"**{group}**\n\n{markdown}", heads=heads, refs=refs)

    def _written(
        self, quote: Quote, first: str, further: str, *, beside: Sequence[str]
    ) -> Iterator[tuple[str, tuple[Ref, ...]]]:
        """The quote as Markdown; in several pieces only if it is too long for one message."""
        continues, continued = self._wording.say("(continues)"), self._wording.say("(continued)")
        tail, refs = self._tail(quote)
        taken = sum(len(other.encode()) for other in (*beside, tail, continues, continued))
        pieces = list(_pieces(quote.shown(self._mask), MAX_PART_BYTES - _MARGIN_BYTES - taken))
        for number, piece in enumerate(pieces, start=1):
            is_last = number == len(pieces)
            words = escape(piece)
            if number > 1:
                words = f"*{continued}* {words}"
            words = _joined(words, tail, quote) if is_last else f"{words} *{continues}*"
            yield first + words.replace("\n", "\n" + further), refs if is_last else ()

    def _tail(self, quote: Quote) -> tuple[str, tuple[Ref, ...]]:
        link, refs = self._link(quote.source)
        words = []
        if quote.attachment is not None:
            words.append(escape(self._attachment(quote.attachment, quote.file_shown(self._mask))))
        elif not quote.text:
            nothing = self._wording.say("(no text)")
            words.append(f"*{nothing}*")
        # Who was late is known in the group: it would tell who wrote a reply that was sealed.
        if quote.late and quote.source.event_id is not None:
            late = self._wording.say("(after the close)")
            words.append(f"*{late}*")
        return " ".join([*words, link]), refs

    def _attachment(self, attachment: Attachment, shown: str) -> str:
        file_name = _one_line(shown, MAX_NAME)
        match attachment.kind:
            case MediaKind.IMAGE:
                return self._wording.say("[photo: {name}]", name=file_name)
            case MediaKind.AUDIO:
                return self._wording.say("[sound: {name}]", name=file_name)
            case MediaKind.VIDEO:
                return self._wording.say("[film: {name}]", name=file_name)
            case MediaKind.FILE | None:
                return self._wording.say("[file: {name}]", name=file_name)

    def _link(self, source: Source) -> tuple[str, tuple[Ref, ...]]:
        refs: tuple[Ref, ...] = ()
        if source.event_id is not None:
            address = self._permalink(source.room_id, source.event_id)
        elif source.shown_by is not None:
            self._refs += 1
            made_of = f"{self._seed}/{source.shown_by}/{self._refs}"
            digits = hashlib.sha256(made_of.encode()).hexdigest()[:_TOKEN_DIGITS]
            refs = (Ref(token=f"quote-{digits}", effect_key=source.shown_by),)
            address = self._permalink(source.room_id, refs[0].token)
        else:
            address = self._permalink(source.room_id, "")
        label = escape(self._wording.say("source"))
        return f"[{label}]({address.translate(_IN_ADDRESS)})", refs


def _read(heads: Iterable[Head]) -> list[str]:
    return [head.markdown for head in heads]


def _joined(words: str, tail: str, quote: Quote) -> str:
    if not words:
        return tail
    written = quote.text + (quote.attachment.name if quote.attachment else "")
    # Writing from right to left would carry the link along to the wrong side; a line of
    # its own is out of its reach.
    turned = any(unicodedata.bidirectional(character) in _BIDI for character in written)
    return words + ("\\\n" if turned else " ") + tail


def _pieces(text: str, room: int) -> Iterator[str]:
    """The text, cut only where it takes more than `room` bytes."""
    while _size(text) > room:
        end = _good_end(text, _fitting(text, room))
        yield text[:end]
        text = text[end:]
    yield text


def _fitting(text: str, room: int) -> int:
    """How much of a text that is too long fits into `room` bytes, nearly.

    Measured a few times only: what somebody writes may be made to take long.
    """
    end = min(len(text) - 1, room)
    while (size := _size(text[:end])) > room:
        end = min(end - 1, end * room // size)
    return max(end, 1)


def _size(text: str) -> int:
    return weight(escape(text).replace("\n", "\n> "))


def _good_end(text: str, end: int) -> int:
    """The last place up to `end` where a reader expects a break: a line, a word, a sign."""
    for space in ("\n", " "):
        found = text.rfind(space, end * 3 // 4, end)
        if found > 0:
            return found + 1
    back = end
    while back > end // 2 and _is_joined(text, back):
        back -= 1
    return end if _is_joined(text, back) else back


def _is_joined(text: str, place: int) -> bool:
    """Whether the characters before and after `place` are shown as one."""
    before, after = text[place - 1], text[place]
    return (
        unicodedata.combining(after) > 0
        or after in _UNBREAKABLE
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
