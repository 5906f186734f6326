"""What a digest is written from as a file, and how its lines are called.

In a file an answer is called by its place in the digest, `#1` and so on. The number it has in
the database counts in the order of writing, which of a sealed answer nobody may know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from babel.dates import format_date

from bot.rendering.forms.report import Said
from bot.rendering.masked import mask_word
from bot.rendering.prompts import clock_time
from bot.wording import Wording
from flows.digest.document import ContactPart, Digest, GroupPart, StepPart
from flows.digest.findings import Theme
from flows.digest.public import Release
from flows.digest.quote import Quote
from flows.digest.wording import Worded
from flows.ids import GroupId, ReplyNo, ThemeNo
from flows.messages import MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A digest to be written as files. `worded` is what a language model said of its themes.

    `made_at` is when its replies were read, in the organizers' zone. `links` are the addresses
    of the messages in which the replies stand, as far as those can be had. `release` are the
    numbers for the public; None: those of a first summary. `registry` is the number under which
    the organisation keeps the dialogue, "" for none.
    """

    digest: Digest
    made_at: datetime
    links: Mapping[ReplyNo, str]
    worded: Mapping[ThemeNo, Worded] = field(default_factory=dict)
    registry: str = ""
    erased_on: date | None = None
    release: Release | None = None


class State(StrEnum):
    """What an export shows of a reply."""

    SHOWN = "shown"
    SEALED = "sealed"
    HELD = "held"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A reply as a row of a table: every reply that was received and not withdrawn is one.

    `quote` and `number` are None for one that is counted and not shown.
    """

    step: StepPart
    part: GroupPart
    state: State
    standing: bool = False
    number: int | None = None
    quote: Quote | None = None


class Lines:
    """How the answers, themes and groups of a digest are called, in one language."""

    def __init__(self, material: Material, wording: Wording) -> None:
        self.digest = material.digest
        self.wording = wording
        self._made_at = material.made_at
        self._links = material.links
        self._registry = material.registry
        self._erased_on = material.erased_on
        self.worded = material.worded
        self._word = mask_word(wording)
        quotes = self.digest.all_quotes
        self._numbers = {quote.reply_no: place for place, quote in enumerate(quotes, start=1)}
        self._quotes = {quote.reply_no: quote for quote in quotes}
        self._groups = {group.group_id: group.name for group in self.digest.groups}
        self._places = {
            quote.reply_no: (step, part)
            for step in self.digest.steps
            for part in step.groups
            for quote in part.all_quotes
        }

    @property
    def made(self) -> str:
        """When the replies were read, and the registry number if there is one."""
        day = format_date(self._made_at, "d MMMM y", locale=self.wording.language)
        moment = f"{day} {clock_time(self._made_at, self.wording)}"
        parts = [moment]
        if self._registry:
            parts.append(self.wording.say("registry number {number}", number=self._registry))
        if self._erased_on is not None:
            last = format_date(self._erased_on, "d MMMM y", locale=self.wording.language)
            parts.append(self.wording.say("the answers are erased {day}", day=last))
        return " · ".join(parts)

    @property
    def subtitle(self) -> str:
        """The step that a digest is of, "" for a whole dialogue."""
        steps = self.digest.steps
        return next((step.title for step in steps if step.step_id == self.digest.scope), "")

    def group(self, group_id: GroupId) -> str:
        """A group's name, or its number if its room has no name."""
        name = " ".join(self._groups.get(group_id, "").split())
        return name or self.wording.say("Group {group}", group=group_id)

    def number(self, reply_no: ReplyNo) -> int | None:
        """An answer's number in this document; None for one that is not shown."""
        return self._numbers.get(reply_no)

    def mark(self, reply_no: ReplyNo) -> str:
        """What an answer is called."""
        number = self.number(reply_no)
        return "–" if number is None else f"#{number}"

    def marks(self, reply_nos: Iterable[ReplyNo]) -> str:
        """What several answers are called, in the order of the document: ``#1–#4, #7``."""
        numbers = sorted(filter(None, map(self.number, reply_nos)))
        runs: list[list[int]] = []
        for number in numbers:
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return ", ".join(_run(run) for run in runs)

    def theme(self, theme: Theme) -> str:
        """A theme by its name; one that has none yet by its number."""
        name = " ".join(theme.name.split())
        return name or self.wording.say("Theme {number}", number=theme.number)

    def theme_of(self, number: ThemeNo | None) -> str:
        """The theme of that number by its name, "" for none."""
        theme = None if number is None else self.digest.findings.theme(number)
        return "" if theme is None or theme.hidden else self.theme(theme)

    def words(self, quote: Quote) -> str:
        """What a quote shows; "" where the answer is a file alone."""
        return quote.shown(self._word)

    def asked(self, part: ContactPart) -> str:
        """What a question to a contact shows."""
        return part.shown(self._word)

    def answered(self, part: ContactPart) -> str:
        """What her answer shows, "" without one."""
        return part.answer_shown(self._word)

    def file(self, quote: Quote) -> str:
        """The attached file, "" for none."""
        if quote.attachment is None:
            return ""
        say, name = self.wording.say, " ".join(quote.file_shown(self._word).split())
        match quote.attachment.kind:
            case MediaKind.IMAGE:
                return say("[photo: {name}]", name=name)
            case MediaKind.AUDIO:
                return say("[sound: {name}]", name=name)
            case MediaKind.VIDEO:
                return say("[film: {name}]", name=name)
            case MediaKind.FILE | None:
                return say("[file: {name}]", name=name)

    def is_late(self, quote: Quote) -> bool:
        """Whether it came after the close, where that may be told.

        In a group it is known who was late: it would tell who wrote a sealed answer.
        """
        return quote.late and quote.source.event_id is not None

    def link(self, quote: Quote) -> str | None:
        """Where the organizers can read it, if that is known."""
        return self._links.get(quote.reply_no)

    def quoted(self, quote: Quote, by: str | None = None, *, mark: str = "") -> Said:
        """A quote as a line of a report; where `by` is None its group is named."""
        notes = [self.file(quote)]
        if not quote.text and quote.attachment is None:
            notes.append(self.wording.say("(no text)"))
        if self.is_late(quote):
            notes.append(self.wording.say("(after the close)"))
        place = self._places.get(quote.reply_no)
        group = "" if place is None else self.group(place[1].group_id)
        return Said(
            words=self.words(quote),
            mark=mark or self.mark(quote.reply_no),
            by=group if by is None else by,
            note=" ".join(filter(None, notes)),
            link=self.link(quote),
        )

    def rows(self) -> Iterator[Row]:
        """Every reply, in the order of the digest; those not shown after those that are."""
        for step in self.digest.steps:
            for part in step.groups:
                for quote in part.all_quotes:
                    yield Row(
                        step=step,
                        part=part,
                        state=State.SHOWN,
                        standing=quote is part.standing,
                        number=self._numbers[quote.reply_no],
                        quote=quote,
                    )
                for state, number in (
                    (State.SEALED, part.counts.sealed),
                    (State.HELD, part.counts.held),
                    (State.REPLACED, part.counts.replaced),
                ):
                    for _ in range(number):
                        yield Row(step=step, part=part, state=state)

    def theme_by_reply(self) -> Mapping[ReplyNo, Theme]:
        """Under which theme each answer stands, hidden ones left out."""
        shown = self.digest.findings.shown
        return {reply_no: theme for theme in shown for reply_no in theme.replies}


def _run(numbers: Sequence[int]) -> str:
    """Numbers that follow on each other; two of them are named one by one."""
    if len(numbers) <= 2:  # noqa: PLR2004  as it says
        return ", ".join(f"#{number}" for number in numbers)
    return f"#{numbers[0]}–#{numbers[-1]}"
