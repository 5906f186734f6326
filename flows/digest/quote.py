"""A reply's own words, as spans of what is stored."""

from __future__ import annotations

from dataclasses import dataclass

from flows.digest.masks import Mask, MaskWord, covered
from flows.digest.snapshot import Source
from flows.ids import ReplyNo
from flows.messages import MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that is (a part of) an answer; `kind` is None where the chat did not say."""

    name: str
    kind: MediaKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A few words of a reply: `text` is ``reply.text[start:end]``, to the letter."""

    reply_no: ReplyNo
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A reply's own words: `text` is ``reply.text[start:end]``, to the letter.

    Empty where the answer is its attachment alone. `masks` are places of the *reply's* text
    (not of the span) that must not be shown, `file_masks` places of the attachment's name;
    what is shown to anybody is `shown` and `file_shown`.
    """

    reply_no: ReplyNo
    start: int
    end: int
    text: str
    source: Source
    late: bool = False
    attachment: Attachment | None = None
    masks: tuple[Mask, ...] = ()
    file_masks: tuple[Mask, ...] = ()

    def shown(self, word: MaskWord) -> str:
        """The words as a reader may see them, what must not be shown replaced by `word`."""
        return covered(self.text, self.masks, word, start=self.start)

    def file_shown(self, word: MaskWord) -> str:
        """The attachment's name as a reader may see it; "" without one."""
        if self.attachment is None:
            return ""
        return covered(self.attachment.name, self.file_masks, word)
