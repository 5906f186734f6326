"""The full report, for the organizers: everything a digest says, each line with its source."""

from __future__ import annotations

from collections.abc import Iterator

from bot.rendering import markdown
from bot.rendering.comparing import raised_by, verdict
from bot.rendering.count_notes import count_notes
from bot.rendering.forms.material import Lines, Material
from bot.rendering.forms.report import (
    Bar,
    Block,
    Bullets,
    Chart,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Quotes,
    Report,
    Said,
    Table,
)
from bot.wording import Wording
from flows.digest.book import Origin
from flows.digest.document import ContactPart, ContactState, GroupAnswer, GroupPart, StepPart
from flows.digest.findings import Comparison, Proposal, Remark, Theme

MOST_BARS = 20
"""Of one chart; more would be too thin to be read, and go into the next."""

MOST_SHARES = 8
"""Groups named beside a theme; those where most raised it come first."""


def full_report(material: Material, wording: Wording) -> Report:
    """Write a digest as a report."""
    lines = Lines(material, wording)
    return Report(
        kicker=wording.say("Report for the organizers"),
        title=material.digest.title,
        subtitle=lines.subtitle,
        language=wording.language,
        made=lines.made,
        made_at=material.made_at,
        contents=wording.say("Contents"),
        blocks=tuple(_Full(lines).blocks()),
    )


class _Full:
    """The chapters of one report."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._words = lines.wording
        self._digest = lines.digest
        self._findings = lines.digest.findings

    def blocks(self) -> Iterator[Block]:
        yield from self._summary()
        yield from self._participation()
        yield from self._themes()
        yield from self._proposals()
        yield from self._remarks()
        yield from self._across_groups()
        yield from self._via_link()
        for step in self._digest.steps:
            yield from self._answers(step)
        yield from self._method()

    # ----------------------------------------------------------------- summary

    def _summary(self) -> Iterator[Block]:
        say, say_n, total = self._words.say, self._words.say_n, self._digest.total
        figures = [
            Figure(
                value=say(
                    "{answered} of {present}", answered=total.answered, present=total.present
                ),
                label=say("have answered"),
            ),
            Figure(value=str(total.replies), label=say_n("reply", "replies", total.replies)),
        ]
        asked = [p.answer for s in self._digest.steps for p in s.groups if p.answer is not None]
        if asked:
            given = asked.count(GroupAnswer.GIVEN)
            value = say("{answered} of {present}", answered=given, present=len(asked))
            figures.append(Figure(value=value, label=say("group answers")))
        if self._findings.analysed:
            themes, proposals = len(self._findings.shown), len(self._findings.proposals)
            figures.append(Figure(value=str(themes), label=say("themes")))
            figures.append(Figure(value=str(proposals), label=say("proposals")))
        yield Figures(items=tuple(figures))
        silent = self._digest.silent
        remarks = list(count_notes(self._digest.total, self._words))
        if silent and len(silent) < len(self._digest.groups):
            names = ", ".join(self._lines.group(group.group_id) for group in silent)
            remarks.insert(0, say("No answers from: {names}.", names=names))
        if remarks:
            yield Bullets(items=tuple(remarks))

    # ----------------------------------------------------------- participation

    def _participation(self) -> Iterator[Block]:
        say, groups = self._words.say, self._digest.groups
        if not groups:
            return
        yield Heading(text=say("Who took part"))
        bars = tuple(
            Bar(
                label=self._lines.group(group.group_id),
                value=group.counts.answered,
                of=group.counts.present,
            )
            for group in groups
        )
        yield from self._charts(say("How many answered, group by group"), bars)
        rows = tuple(self._group_row(place) for place in range(len(groups)))
        yield Table(
            caption=say("Participation, group by group"),
            columns=(
                say("Group"),
                say("Present"),
                say("Answered"),
                say("Silent"),
                say("Replies"),
                say("Group answers"),
            ),
            rows=(*rows, self._total_row()),
            numeric=frozenset(range(1, 6)),
        )

    def _group_row(self, place: int) -> tuple[str, ...]:
        group = self._digest.groups[place]
        counts = group.counts
        return (
            self._lines.group(group.group_id),
            str(counts.present),
            str(counts.answered),
            str(counts.present - counts.answered),
            str(counts.replies),
            self._given(
                part
                for step in self._digest.steps
                for part in step.groups
                if part.group_id == group.group_id
            ),
        )

    def _total_row(self) -> tuple[str, ...]:
        total = self._digest.total
        return (
            self._words.say("All"),
            str(total.present),
            str(total.answered),
            str(total.present - total.answered),
            str(total.replies),
            self._given(part for step in self._digest.steps for part in step.groups),
        )

    def _given(self, parts: Iterator[GroupPart]) -> str:
        asked = [part.answer for part in parts if part.answer is not None]
        if not asked:
            return "–"
        given = asked.count(GroupAnswer.GIVEN)
        return self._words.say("{answered} of {present}", answered=given, present=len(asked))

    def _charts(self, title: str, bars: tuple[Bar, ...]) -> Iterator[Chart]:
        for start in range(0, len(bars), MOST_BARS):
            some = bars[start : start + MOST_BARS]
            yield Chart(title=title, alt=alt_text(title, some, self._words), bars=some)

    # ------------------------------------------------------------------ themes

    def _themes(self) -> Iterator[Block]:
        say, themes = self._words.say, self._findings.shown
        if not themes:
            return
        yield Heading(text=say("Themes"))
        yield Paragraph(text=self._where_themes_come_from(), aside=True)
        bars = tuple(
            Bar(label=self._lines.theme(theme), value=len(theme.replies)) for theme in themes
        )
        yield from self._charts(say("Replies in each theme"), bars)
        for theme in themes:
            yield from self._theme(theme)
        if self._findings.outside:
            number = len(self._findings.outside)
            yield Heading(text=say("Outside every theme"), level=2)
            text = self._words.say_n(
                "{number} reply stands under no theme: {marks}",
                "{number} replies stand under no theme: {marks}",
                number,
                marks=self._lines.marks(self._findings.outside),
            )
            yield Paragraph(text=text)

    def _where_themes_come_from(self) -> str:
        say, origins = self._words.say, {theme.origin for theme in self._findings.shown}
        if origins == {Origin.FOUND}:
            return say(
                "The themes were found by a program that puts replies with like words and "
                "meanings together. Their names are words of the replies, until somebody names "
                "them."
            )
        if Origin.FOUND not in origins:
            return say(
                "The themes were given by the organizers. A program has put each reply under the "
                "theme it is most like."
            )
        return say(
            "Some themes were given by the organizers; the rest were found by a program that puts "
            "replies with like words and meanings together."
        )

    def _theme(self, theme: Theme) -> Iterator[Block]:
        say, say_n = self._words.say, self._words.say_n
        yield Heading(text=f"{theme.number}. {self._lines.theme(theme)}", level=2)
        facts = [
            say_n("{number} reply", "{number} replies", len(theme.replies)),
            say_n("{number} person", "{number} people", theme.persons),
            say_n("{number} group", "{number} groups", len(theme.groups)),
        ]
        if theme.number in self._findings.alone:
            facts.append(say("raised by one group only"))
        if theme.number in self._findings.common:
            facts.append(say("raised in every group"))
        if theme.sensitive:
            facts.append(say("sensitive"))
        yield Paragraph(text=" · ".join(facts))
        yield from self._worded(theme)
        if theme.quotes:
            yield Quotes(items=tuple(self._lines.quoted(quote) for quote in theme.quotes))
        if theme.replies:
            marks = say("Replies: {marks}", marks=self._lines.marks(theme.replies))
            if theme.unsure:
                unsure = say("unsure: {marks}", marks=self._lines.marks(theme.unsure))
                marks = f"{marks} ({unsure})"
            yield Paragraph(text=marks, aside=True)

    def _worded(self, theme: Theme) -> Iterator[Block]:
        worded = self._lines.worded.get(theme.number)
        if worded is None:
            return
        say = self._words.say
        head = say("Worded by a language model, from the replies that are named:")
        if worded.label:
            head = say(
                "Worded by a language model, from the replies that are named. A name it suggests: "
                "{label}.",
                label=worded.label,
            )
        yield Paragraph(text=head, aside=True)
        lines = [
            f"{one.text} ({', '.join(f'#{number}' for number in one.replies)})"
            for one in worded.statements
        ]
        if lines:
            yield Bullets(items=tuple(lines))

    # --------------------------------------------------------------- proposals

    def _proposals(self) -> Iterator[Block]:
        say, proposals = self._words.say, self._findings.proposals
        if not proposals:
            return
        yield Heading(text=say("Proposals"))
        text = say(
            "Every reply in which something seems to be asked for, in people's own words. None "
            "is merged with another; those that say nearly the same are named beside each other."
        )
        yield Paragraph(text=text, aside=True)
        yield Quotes(items=tuple(map(self._proposal, proposals)))

    def _proposal(self, proposal: Proposal) -> Said:
        lines, theme = self._lines, self._lines.theme_of(proposal.theme)
        by = [lines.group(proposal.group_id), theme, lines.mark(proposal.quote.reply_no)]
        if proposal.like:
            numbers = ", ".join(map(str, proposal.like))
            by.append(self._words.say("like proposal {numbers}", numbers=numbers))
        mark = self._words.say("Proposal {number}", number=proposal.number)
        return lines.quoted(proposal.quote, " · ".join(filter(None, by)), mark=mark)

    # ------------------------------------------------- questions and judgements

    def _remarks(self) -> Iterator[Block]:
        say, found = self._words.say, self._findings
        chapters = (
            (say("Open questions"), found.questions),
            (say("Criticism"), found.criticism),
            (say("Praise"), found.praise),
        )
        for title, remarks in chapters:
            if remarks:
                yield Heading(text=title)
                yield Quotes(items=tuple(map(self._remark, remarks)))

    def _remark(self, remark: Remark) -> Said:
        by = (self._lines.group(remark.group_id), self._lines.theme_of(remark.theme))
        return self._lines.quoted(remark.quote, " · ".join(filter(None, by)))

    # ----------------------------------------------------------- between groups

    def _across_groups(self) -> Iterator[Block]:
        say, comparisons = self._words.say, self._findings.comparisons
        listed = [one for one in comparisons if self._lines.theme_of(one.theme)]
        if not listed:
            return
        yield Heading(text=say("What groups share, and where they differ"))
        yield Table(
            caption=say("Themes across the groups: how many of those who answered raised each"),
            columns=(say("Theme"), say("Raised by"), say("Verdict")),
            rows=tuple(
                (self._lines.theme_of(one.theme), self._raised_by(one), verdict(one, self._words))
                for one in listed
            ),
        )

    def _raised_by(self, comparison: Comparison) -> str:
        group = self._lines.group
        return raised_by(comparison, self._words, group=group, most=MOST_SHARES) or "–"

    # ---------------------------------------------------------------- via link

    def _via_link(self) -> Iterator[Block]:
        parts = self._digest.contacts
        if not parts:
            return
        say = self._words.say
        answered = sum(part.state is ContactState.ANSWERED for part in parts)
        yield Heading(text=say("Questions via link"))
        counted = say(
            "Via link: {answered} of {asked} questions answered",
            answered=answered,
            asked=len(parts),
        )
        yield Paragraph(text=counted)
        yield Quotes(items=tuple(said for part in parts for said in self._asked(part)))

    def _asked(self, part: ContactPart) -> Iterator[Said]:
        say = self._words.say
        asker = "" if part.group_id is None else self._lines.group(part.group_id)
        yield Said(
            words=self._lines.asked(part),
            mark=say("Question {number}", number=part.number),
            by=asker,
        )
        role = " ".join(part.role.split())
        if part.state is ContactState.ANSWERED:
            yield Said(
                words=self._lines.answered(part),
                mark=say("Answer {number}", number=part.number),
                by=role,
            )
        elif part.state is ContactState.OVERDUE:
            yield Said(words="", mark=role, by=say("has not answered in time"))
        else:
            yield Said(words="", mark=role, by=say("has not answered yet"))

    # ----------------------------------------------------------------- answers

    def _answers(self, step: StepPart) -> Iterator[Block]:
        say = self._words.say
        yield Heading(text=say("All answers: {step}", step=" ".join(step.title.split())))
        question = markdown.render(step.question).text
        if question:
            yield Paragraph(text=question, aside=True)
        answered, present = step.answered
        counted = say("{answered} of {present} have answered", answered=answered, present=present)
        yield Paragraph(text=counted)
        yield from self._chosen(step)
        for part in step.groups:
            yield from self._part(part)

    def _chosen(self, step: StepPart) -> Iterator[Block]:
        """What was chosen in a poll or a check-in: all together as bars, each group in a table."""
        if not step.options:
            return
        title = self._words.say("How many people chose what")
        options = tuple(" ".join(option.split()) for option in step.options)
        pairs = zip(options, step.chosen, strict=True)
        yield from self._charts(title, tuple(Bar(label=one, value=n) for one, n in pairs))
        yield Table(
            caption=title,
            columns=(self._words.say("Group"), *options),
            rows=(
                *(
                    (self._lines.group(part.group_id), *map(str, part.chosen))
                    for part in step.groups
                ),
                (self._words.say("All"), *map(str, step.chosen)),
            ),
            numeric=frozenset(range(1, len(options) + 1)),
        )

    def _part(self, part: GroupPart) -> Iterator[Block]:
        say, group = self._words.say, self._lines.group(part.group_id)
        yield Heading(text=group, level=2)
        if part.standing is not None:
            yield Quotes(items=(self._lines.quoted(part.standing, say("The group's answer")),))
        if part.quotes:
            yield Quotes(items=tuple(self._lines.quoted(quote, "") for quote in part.quotes))
        if part.answer is GroupAnswer.MISSING:
            yield Paragraph(text=say("No group answer."))
        elif part.answer is GroupAnswer.AWAITED:
            yield Paragraph(text=say("The group's answer is awaited."))
        elif not part.counts.replies:
            yield Paragraph(text=say("No answers."))

    # ------------------------------------------------------------------ method

    def _method(self) -> Iterator[Block]:
        say, total = self._words.say, self._digest.total
        yield Heading(text=say("How to read this"))
        read = [
            say(
                "Every quote is copied from a reply to the letter. The number after # is the same "
                "wherever that reply stands in this document."
            ),
            say(
                "Personal numbers, phone numbers, e-mail addresses and known names are replaced "
                "by a word in square brackets."
            ),
            say(
                "Counts add up: {received} received, {withdrawn} withdrawn, {shown} shown or "
                "counted here.",
                received=total.replies + total.withdrawn,
                withdrawn=total.withdrawn,
                shown=total.replies,
            ),
            say(
                "Those who took part are not chosen by lot; a share of them is not a share of all."
            ),
        ]
        if self._findings.analysed:
            read.append(
                say(
                    "Themes, proposals, questions and judgements are found by a program that is "
                    "sometimes wrong. Read the replies before you decide anything."
                )
            )
        if self._findings.model:
            read.append(say("Sentence model: {model}.", model=self._findings.model))
        yield Bullets(items=tuple(read))


def alt_text(title: str, bars: tuple[Bar, ...], wording: Wording) -> str:
    """A chart in words."""
    shown = [
        f"{bar.label} {bar.value}"
        if bar.of is None
        else wording.say(
            "{label} {value} of {whole}", label=bar.label, value=bar.value, whole=bar.of
        )
        for bar in bars
    ]
    return f"{title}: {', '.join(shown)}."
