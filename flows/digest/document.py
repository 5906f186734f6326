"""A digest as values: what was said, where it stands, and how many took part.

It says nothing about how it looks; that is for the renderers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum, StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from flows.digest.findings import NOTHING_FOUND, Findings
from flows.digest.masks import Mask, MaskWord, covered
from flows.digest.quote import Attachment, Quote, Span
from flows.digest.snapshot import ContactRecord, ReplyRecord
from flows.errors import FlowError
from flows.ids import GroupId, ReplyNo, StepId
from flows.packs.pack import Choosing, StepKind

SCHEMA = 3
"""The version of the stored form; raised when an older one could not be read any more."""


class GroupAnswer(StrEnum):
    """How it stands with a group's own answer."""

    GIVEN = "given"
    MISSING = "missing"
    """Asked for once, and not given."""
    AWAITED = "awaited"
    """Not given yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many took part in something. What was only talk is in no count.

    `present` and `answered` are persons, the rest replies. `replies` is what was received and
    not withdrawn: each one quoted, or `sealed` (not opened yet), or `held` (back, by an
    organizer), or `replaced` (a group's earlier answer). `unreadable` messages may or may not
    have been replies.
    """

    present: int = 0
    answered: int = 0
    replies: int = 0
    sealed: int = 0
    held: int = 0
    replaced: int = 0
    late: int = 0
    withdrawn: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPart:
    """What one group said in one step.

    `answer` is how it stands with the group's answer, None in a step that asks for none.
    `standing` is that answer, `quotes` are the individual ones. `chosen` are the persons who
    chose each of the step's options.
    """

    group_id: GroupId
    name: str
    counts: Counts
    answer: GroupAnswer | None = None
    standing: Quote | None = None
    quotes: tuple[Quote, ...] = ()
    chosen: tuple[int, ...] = ()

    @property
    def all_quotes(self) -> tuple[Quote, ...]:
        """Every quote of this part."""
        return self.quotes if self.standing is None else (self.standing, *self.quotes)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPart:
    """One step, and what each group said in it; `options` are what could be chosen."""

    step_id: StepId
    kind: StepKind
    title: str
    question: str
    scenario: str
    sealed: bool
    groups: tuple[GroupPart, ...]
    options: tuple[str, ...] = ()
    choosing: Choosing = Choosing.SINGLE

    @property
    def chosen(self) -> tuple[int, ...]:
        """How many persons of all groups chose each of the options."""
        return tuple(map(sum, zip(*(part.chosen for part in self.groups), strict=True)))

    @property
    def answered(self) -> tuple[int, int]:
        """How many persons answered, and how many were there."""
        counts = [part.counts for part in self.groups]
        return sum(count.answered for count in counts), sum(count.present for count in counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """How many of one group took part, over all steps of the digest."""

    group_id: GroupId
    name: str
    counts: Counts

    @property
    def silent(self) -> bool:
        """Whether nothing at all came from this group."""
        return self.counts.replies == 0


class ContactState(StrEnum):
    """How it stands with a question to somebody who takes part from afar."""

    ANSWERED = "answered"
    WAITS = "waits"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPart:
    """A question to a remote contact and her answer, both to the letter.

    `group_id` is None for the pack's own questions. `answer_text` is empty without an answer.
    `masks` and `answer_masks` are places of them that must not be shown; what is shown to
    anybody is `shown` and `answer_shown`.
    """

    number: int
    role: str
    group_id: GroupId | None
    group_name: str
    state: ContactState
    text: str
    answer_text: str = ""
    masks: tuple[Mask, ...] = ()
    answer_masks: tuple[Mask, ...] = ()

    def shown(self, word: MaskWord) -> str:
        """The question as a reader may see it."""
        return covered(self.text, self.masks, word)

    def answer_shown(self, word: MaskWord) -> str:
        """Her answer as a reader may see it; "" without one."""
        return covered(self.answer_text, self.answer_masks, word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What has changed since the digest that this one replaces, in replies."""

    added: int = 0
    edited: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a step (`scope`) or a whole dialogue (None) gave, with evidence for every line.

    Steps are in the pack's order, groups as people count them. `total` counts a person
    who answered in two groups once. `delta` is None in the first digest of a scope.
    """

    dialogue_id: str
    title: str
    language: str
    scope: StepId | None
    total: Counts
    groups: tuple[Participation, ...]
    steps: tuple[StepPart, ...]
    findings: Findings = NOTHING_FOUND
    contacts: tuple[ContactPart, ...] = ()
    delta: Delta | None = None

    @property
    def all_quotes(self) -> tuple[Quote, ...]:
        """Every answer once, in the order of the digest; what `findings` quote are these."""
        parts = (part for step in self.steps for part in step.groups)
        return tuple(quote for part in parts for quote in part.all_quotes)

    @property
    def silent(self) -> tuple[Participation, ...]:
        """The groups from which nothing came."""
        return tuple(group for group in self.groups if group.silent)


class DigestUnreadable(FlowError):
    """A stored digest cannot be made whole: `reason` says why, without quoting anybody."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the stored digest cannot be read: {reason}")


def as_json(digest: Digest) -> dict[str, Any]:
    """The digest as plain dicts for storing, without a word of what people wrote.

    Quotes are reply numbers and spans: the words stay in one place, the replies, so that
    erasing somebody there erases them everywhere.
    """
    return {"schema": SCHEMA} | asdict(digest, dict_factory=_without_words)


def _without_words(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in fields
        if name not in ("text", "attachment", "answer_text")
    }


def from_json(
    document: Mapping[str, Any],
    replies: Iterable[ReplyRecord],
    contacts: Iterable[ContactRecord] = (),
) -> Digest:
    """Read a stored digest back, its words taken from the replies as they are now.

    Raises:
        DigestUnreadable: it is of another schema or damaged, or a reply that it quotes is
            gone or shorter now.
    """
    if document.get("schema") != SCHEMA:
        raise DigestUnreadable(f"schema {document.get('schema')!r}, and only {SCHEMA} is known")
    known = {reply.reply_no: reply for reply in replies}
    stored = {name: value for name, value in document.items() if name != "schema"}
    stored["contacts"] = _contacts(stored.get("contacts", ()), contacts)
    try:
        return _reader().validate_python(_with_words(stored, known))
    except ValidationError as error:
        places = [".".join(map(str, wrong["loc"])) for wrong in error.errors()]
        # The words are in the error that pydantic made: it must not travel along.
        raise DigestUnreadable(f"damaged at {', '.join(places)}") from None


@cache
def _reader() -> TypeAdapter[Digest]:
    return TypeAdapter(Digest)


_SPAN = frozenset(field.name for field in fields(Span)) - {"text"}
_QUOTE = frozenset(field.name for field in fields(Quote)) - {"text", "attachment"}


def _with_words(node: Any, replies: Mapping[ReplyNo, ReplyRecord]) -> Any:  # noqa: ANN401  JSON
    """The stored tree with the words put back wherever a span stands."""
    if isinstance(node, Mapping):
        if set(node) == _SPAN:
            return {**node, "text": _spanned(node, replies).text[node["start"] : node["end"]]}
        if set(node) == _QUOTE:
            reply = _spanned(node, replies)
            text = reply.text[node["start"] : node["end"]]
            return {**node, "text": text, "attachment": attachment_of(reply)}
        return {name: _with_words(value, replies) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_with_words(value, replies) for value in node]
    return node


def _contacts(
    parts: Iterable[Mapping[str, Any]], contacts: Iterable[ContactRecord]
) -> list[Mapping[str, Any]]:
    known = {one.number: one for one in contacts}
    gone = [part["number"] for part in parts if part["number"] not in known]
    if gone:
        raise DigestUnreadable(f"question {gone[0]} to a contact is gone")
    return [
        {
            **part,
            "text": known[part["number"]].question,
            "answer_text": known[part["number"]].answer or "",
        }
        for part in parts
    ]


def _spanned(node: Mapping[str, Any], replies: Mapping[ReplyNo, ReplyRecord]) -> ReplyRecord:
    number = node["reply_no"]
    reply = replies.get(number)
    if reply is None or node["end"] > len(reply.text):
        raise DigestUnreadable(f"reply {number} is gone or shorter now")
    return reply


def attachment_of(reply: ReplyRecord) -> Attachment | None:
    """The reply's file, None if it is words alone."""
    if reply.media is None:
        return None
    return Attachment(name=reply.media, kind=reply.media_kind)
