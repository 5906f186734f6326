"""A digest as chat messages: an overview for a phone's screen, and every answer in its thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from babel.dates import format_date

from bot.rendering import markdown
from bot.rendering.ballots import bars_markdown, numbers_markdown
from bot.rendering.count_notes import count_notes
from bot.rendering.digest_contacts import contact_blocks, contact_headline
from bot.rendering.found import Found
from bot.rendering.parts import Block, Head, RenderedPart, paginate
from bot.rendering.prompts import clock_time
from bot.rendering.quotes import Permalink, Quoter, name
from bot.wording import Wording
from flows.choices import Ballot, is_mere_choice
from flows.digest.document import (
    Counts,
    Delta,
    Digest,
    GroupAnswer,
    GroupPart,
    Participation,
    StepPart,
)
from flows.digest.quote import Quote
from flows.digest.wording import Worded
from flows.ids import GroupId, ThemeNo
from flows.packs.pack import StepKind

SHORT_ANSWERS = 400
"""Characters of all group answers together that still leave the overview one screen ..."""

MOST_GROUPS = 12
"""Listed one by one in the overview; of more, a phone's screen would show nothing else."""

ANSWER_FRAME = 60
"""... where each answer takes this much besides its words: its name, and the space around."""

MAX_QUESTION = 280
"""Characters of a question; enough to know it again."""


def render(
    digest: Digest,
    wording: Wording,
    *,
    permalink: Permalink,
    made_at: datetime | None = None,
    worded: Mapping[ThemeNo, Worded] | None = None,
    registry: str = "",
    erased_on: date | None = None,
    files_at: datetime | None = None,
) -> list[RenderedPart]:
    """Write a digest as messages, each of at most `MAX_PART_BYTES`.

    Args:
        permalink: The address of a message. For one that is not sent yet it is called with a
            token of lower-case letters, digits and hyphens, which it must leave as it is.
        made_at: When the replies were read, in the organizers' zone; None leaves it out.
        registry: The number under which the organisation keeps the dialogue, "" for none.
        erased_on: When what people wrote is erased, None where no day is set.
        worded: What a language model said of the themes, with replies by their `reply_no`.
        files_at: When the files were made that are older than what is said here; None for none.

    Returns:
        First the overview; what follows belongs into its thread.
    """
    quoter = Quoter(digest.all_quotes, wording, permalink=permalink)
    writer = _Writer(digest, wording, quoter, worded or {})
    overview = paginate(
        writer.overview(made_at, files_at, _kept(registry, erased_on, wording)), again=writer.again
    )
    details = [part for blocks in writer.across() for part in paginate(blocks, again=writer.again)]
    details += [
        part
        for step in _to_read(digest.steps)
        for part in paginate(writer.details(step), again=writer.again)
    ]
    asked = paginate(contact_blocks(digest.contacts, wording), again=writer.again)
    return [*overview, *details, *asked]


def _kept(registry: str, erased_on: date | None, wording: Wording) -> Iterator[str]:
    """Under which number the dialogue is kept, and until when its answers are."""
    if registry:
        yield wording.say("Registry number: {number}.", number=markdown.escape(registry))
    if erased_on is not None:
        day = format_date(erased_on, "d MMMM y", locale=wording.language)
        yield wording.say("The answers are erased {day}.", day=day)


def _to_read(steps: Iterable[StepPart]) -> list[StepPart]:
    """In the order of the pack, but what the groups answered before what each one thought."""
    listed = list(steps)
    begins: dict[str, int] = {}
    for place, step in enumerate(listed):
        begins.setdefault(step.scenario or step.step_id, place)
    return sorted(
        listed,
        key=lambda step: (begins[step.scenario or step.step_id], step.kind is not StepKind.GROUP),
    )


def _worded(quotes: Iterable[Quote], step: StepPart) -> list[Quote]:
    """The quotes without those that name an option and say nothing more: these are counted."""
    if not step.options:
        return list(quotes)
    ballot = Ballot(
        choosing=step.choosing, options=tuple((text.casefold(),) for text in step.options)
    )
    return [
        quote
        for quote in quotes
        if (quote.text or quote.attachment) and not is_mere_choice(quote.text, ballot)
    ]


class _Writer:
    """The texts of one digest in one language."""

    def __init__(
        self,
        digest: Digest,
        wording: Wording,
        quoter: Quoter,
        worded: Mapping[ThemeNo, Worded],
    ) -> None:
        self._digest = digest
        self._wording = wording
        self._quoter = quoter
        self._groups = {group.group_id: group for group in digest.groups}
        self._found = Found(digest, wording, quoter, self._group, worded)

    def across(self) -> Iterator[list[Block]]:
        """What is told of all answers together: a message per theme, and the groups in full."""
        yield from self._found.messages()
        if self._is_large:
            yield list(self._lines_of(self._digest.groups))

    def again(self, head: str) -> str:
        """A heading that stood in an earlier message already."""
        continued = self._wording.say("(continued)")
        return f"{head} *{continued}*"

    # ---------------------------------------------------------------- overview

    def overview(
        self, made_at: datetime | None, files_at: datetime | None, kept: Iterable[str]
    ) -> Iterator[Block]:
        """Who took part, who did not, and what there is to read."""
        say, digest = self._wording.say, self._digest
        yield Block(markdown=f"### {self._title()}\n\n{self._headline()}")
        if digest.silent and len(digest.silent) < len(digest.groups):
            names = self._names(digest.silent)
            yield Block(markdown=f"**{say('No answers from:')}** {names}")
        yield from self._chosen()
        yield from self._found.overview()
        yield from self._per_step()
        yield from self._per_group()
        yield from self._short_answers()
        notes = [*self._notes(digest.total), *self._ending(made_at, files_at, kept)]
        if notes:
            yield Block(markdown="\\\n".join(notes))

    def _title(self) -> str:
        digest = self._digest
        closed = next((step.title for step in digest.steps if step.step_id == digest.scope), None)
        if closed is None:
            return self._wording.say("Digest: {title}", title=name(digest.title))
        return self._wording.say(
            "Digest: {title} · {step}", title=name(digest.title), step=name(closed)
        )

    def _headline(self) -> str:
        say, say_n, total = self._wording.say, self._wording.say_n, self._digest.total
        answered = say(
            "{answered} of {present} have answered", answered=total.answered, present=total.present
        )
        replies = say_n("{number} reply", "{number} replies", total.replies)
        asked = [part for step in self._digest.steps for part in step.groups]
        group_answers = [f"**{text}**" for text in self._group_answers(asked)]
        via_link = contact_headline(self._digest.contacts, self._wording)
        return "\\\n".join([f"**{answered}** · {replies}", *group_answers, *via_link])

    def _group_answers(self, parts: Iterable[GroupPart]) -> list[str]:
        asked = [part.answer for part in parts if part.answer is not None]
        if not asked:
            return []
        given = asked.count(GroupAnswer.GIVEN)
        return [
            self._wording.say("{given} of {asked} group answers", given=given, asked=len(asked))
        ]

    @property
    def _is_large(self) -> bool:
        return len(self._digest.groups) > MOST_GROUPS

    def _per_group(self) -> Iterator[Block]:
        """Every group; of many only those that lack something, the rest stand in the thread."""
        if not self._is_large:
            yield from self._lines_of(self._digest.groups)
            return
        lacking = {
            part.group_id
            for step in self._digest.steps
            for part in step.groups
            if part.answer is not None and part.answer is not GroupAnswer.GIVEN
        }
        some = [one for one in self._digest.groups if one.silent or one.group_id in lacking]
        yield from self._lines_of(some[:MOST_GROUPS])
        text = self._wording.say("All {number} groups are in the thread.", number=len(self._groups))
        yield Block(markdown=text)

    def _lines_of(self, groups: Iterable[Participation]) -> Iterator[Block]:
        head = self._wording.say("Group by group")
        nothing = self._wording.say("no answers")
        for group in groups:
            asked = [
                part
                for step in self._digest.steps
                for part in step.groups
                if part.group_id == group.group_id and part.answer is not None
            ]
            words = [
                self._answered(group.counts.answered, group.counts.present),
                *self._own_answers(asked),
            ]
            if group.silent:
                words[0] = f"**{nothing}**"
            line = f"- {self._name(group)}: {' · '.join(words)}"
            yield Block(markdown=line, heads=(Head(f"**{head}**"),), item=True)

    def _answered(self, answered: int, present: int) -> str:
        return self._wording.say("{answered} of {present}", answered=answered, present=present)

    def _own_answers(self, asked: list[GroupPart]) -> list[str]:
        if len(asked) != 1:
            return self._group_answers(asked)
        match asked[0].answer:
            case GroupAnswer.GIVEN:
                return [self._wording.say("group answer ✓")]
            case GroupAnswer.MISSING:
                return [self._wording.say("no group answer")]
            case GroupAnswer.AWAITED | None:
                return [self._wording.say("group answer awaited")]

    def _per_step(self) -> Iterator[Block]:
        """For a whole dialogue; the digest of one step has said it all above."""
        if self._digest.scope is not None:
            return
        head = self._wording.say("Step by step")
        for step in self._digest.steps:
            numbers = self._group_answers(step.groups) or [self._answered(*step.answered)]
            if step.options:
                numbers.append(numbers_markdown(step.options, step.chosen))
            line = f"- {name(step.title)}: {' · '.join(numbers)}"
            yield Block(markdown=line, heads=(Head(f"**{head}**"),), item=True)

    def _chosen(self) -> Iterator[Block]:
        """What was chosen in the step that closed, as bars."""
        for step in self._digest.steps:
            if step.options and step.step_id == self._digest.scope:
                yield Block(markdown=bars_markdown(step.options, step.chosen))

    def _short_answers(self) -> Iterator[Block]:
        """The groups' answers themselves, if they are few and short."""
        given = [
            part
            for step in self._digest.steps
            for part in step.groups
            if self._digest.scope is not None and part.standing is not None
        ]
        texts = [part.standing.text for part in given if part.standing is not None]
        if sum(len(text) + ANSWER_FRAME for text in texts) <= SHORT_ANSWERS:
            head = self._wording.say("Group answers")
            yield from self._given(given, (Head(f"**{head}**"),))

    def _notes(self, counts: Counts) -> Iterator[str]:
        for place, text in enumerate(count_notes(counts, self._wording)):
            # What may be missing must not be overlooked; it comes first.
            yield f"**{text}**" if counts.unreadable and not place else text

    def _ending(
        self, made_at: datetime | None, files_at: datetime | None, kept: Iterable[str]
    ) -> Iterator[str]:
        if self._digest.all_quotes:
            yield self._wording.say("Every answer, with its source, is in the thread.")
        yield from kept
        if made_at is not None:
            moment = self._moment(made_at)
            delta = self._digest.delta
            if delta is None:
                yield self._wording.say("As of {moment}.", moment=moment)
            else:
                yield self._wording.say(
                    "Updated {moment}{changes}.",
                    moment=moment,
                    changes="".join(self._changes(delta)),
                )
        if files_at is not None:
            yield self._wording.say(
                "The files of {moment} are older than this: `!export` makes new ones.",
                moment=self._moment(files_at),
            )

    def _moment(self, at: datetime) -> str:
        day = format_date(at, "d MMMM", locale=self._wording.language)
        return f"{day} {clock_time(at, self._wording)}"

    def _changes(self, delta: Delta) -> Iterator[str]:
        """What is different since the digest that this one replaces: ", +3 replies"."""
        say_n = self._wording.say_n
        if delta.added:
            text = say_n("+{number} reply", "+{number} replies", delta.added)
            yield f", {text}"
        if delta.gone:
            text = say_n("{number} reply less", "{number} replies less", delta.gone)
            yield f", {text}"
        if delta.edited:
            text = say_n("{number} reply edited", "{number} replies edited", delta.edited)
            yield f", {text}"

    # ----------------------------------------------------------------- details

    def details(self, step: StepPart) -> Iterator[Block]:
        """Every answer of a step; nothing if there is none to show."""
        if not any(part.all_quotes or any(part.chosen) for part in step.groups):
            return
        title = name(step.title)
        if step.kind is StepKind.GROUP:
            text = self._wording.say("Group answers: {step}", step=title)
        else:
            text = self._wording.say("Individual answers: {step}", step=title)
        head = Head(f"### {text}")
        question = name(markdown.render(step.question).text, length=MAX_QUESTION)
        if question:
            yield Block(markdown=question, heads=(head,))
        yield from self._given((part for part in step.groups if part.standing), (head,))
        yield from self._individual(step, head)
        yield from self._lacking(step, head)

    def _given(self, parts: Iterable[GroupPart], heads: tuple[Head, ...]) -> Iterator[Block]:
        for part in parts:
            if part.standing is not None:
                yield from self._quoter.quotation(part.standing, self._name(part), heads)

    def _individual(self, step: StepPart, head: Head) -> Iterator[Block]:
        for part in step.groups:
            replies = self._wording.say_n("{number} reply", "{number} replies", len(part.quotes))
            if part.chosen:
                replies = numbers_markdown(step.options, part.chosen)
                if any(part.chosen):
                    line = f"**{self._name(part)}** · {replies}"
                    yield Block(markdown=line, heads=(head,))
            group = Head(f"**{self._name(part)}** · {replies}", about=part.group_id)
            for quote in _worded(part.quotes, step):
                yield from self._quoter.item(quote, (head, group))

    def _lacking(self, step: StepPart, head: Head) -> Iterator[Block]:
        say = self._wording.say
        missing = [part for part in step.groups if part.answer is GroupAnswer.MISSING]
        awaited = [part for part in step.groups if part.answer is GroupAnswer.AWAITED]
        silent = [part for part in step.groups if part.answer is None and not part.counts.replies]
        for text, parts in (
            (say("No group answer from:"), missing),
            (say("Group answer awaited from:"), awaited),
            (say("No answers from:"), silent),
        ):
            if parts:
                yield Block(markdown=f"**{text}** {self._names(parts)}", heads=(head,))

    # ------------------------------------------------------------------- names

    def _names(self, groups: Iterable[GroupPart | Participation]) -> str:
        return ", ".join(map(self._name, groups))

    def _group(self, group_id: GroupId) -> str:
        """The same, of a group by its id."""
        group = self._groups.get(group_id)
        return name(group_id) if group is None else self._name(group)

    def _name(self, group: GroupPart | Participation) -> str:
        """What the group is called; its number, if its room has no name."""
        return name(group.name) or self._wording.say("Group {group}", group=name(group.group_id))
