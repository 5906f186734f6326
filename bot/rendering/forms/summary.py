"""The public summary: nobody's words, nobody's name, no number of fewer than five people."""

from __future__ import annotations

from collections.abc import Iterator

from bot.rendering import markdown
from bot.rendering.forms.full import alt_text
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
    Report,
    Table,
)
from bot.wording import Wording
from flows.digest.document import StepPart
from flows.digest.findings import Theme
from flows.digest.public import SMALLEST, Release, released
from flows.digest.roles import is_group


def public_summary(material: Material, wording: Wording) -> Report:
    """Write of a digest what everybody may read.

    No reply is quoted: nobody has been asked yet whether theirs may be. A theme that nobody
    has given a title has words of replies for a name, and so is called by its number; a
    sensitive one is left out.
    """
    lines = Lines(material, wording)
    return Report(
        kicker=wording.say("Public summary"),
        title=material.digest.title,
        subtitle=lines.subtitle,
        language=wording.language,
        made=lines.made,
        made_at=material.made_at,
        contents="",
        blocks=tuple(_Summary(lines, material.release or released(material.digest)).blocks()),
    )


class _Summary:
    def __init__(self, lines: Lines, release: Release) -> None:
        self._words = lines.wording
        self._digest = lines.digest
        self._release = release

    def blocks(self) -> Iterator[Block]:
        yield from self._figures()
        yield from self._asked()
        yield from self._themes()
        yield from self._method()

    def _figures(self) -> Iterator[Block]:
        say = self._words.say
        if self._release.answered is None:
            text = say("So few took part that no numbers are told.")
            yield Paragraph(text=text)
            return
        value = str(self._release.answered)
        if (present := self._release.present) is not None:
            value = say("{answered} of {present}", answered=value, present=present)
        groups = sum(is_group(one.group_id) for one in self._digest.groups)
        figures = [Figure(value=value, label=say("have answered"))]
        if groups:
            label = self._words.say_n("group", "groups", groups)
            figures.append(Figure(value=str(groups), label=label))
        yield Figures(items=tuple(figures))

    def _asked(self) -> Iterator[Block]:
        if not self._digest.steps:
            return
        yield Heading(text=self._words.say("What was asked"))
        for step in self._digest.steps:
            yield Heading(text=" ".join(step.title.split()), level=2)
            question = markdown.render(step.question).text
            if question:
                yield Paragraph(text=question)
            yield from self._chosen(step)

    def _chosen(self, step: StepPart) -> Iterator[Block]:
        """What was chosen, where that may be told. The total it could be taken from is above."""
        numbers = self._release.chosen.get(step.step_id)
        if not numbers:
            return
        say = self._words.say
        options = [" ".join(option.split()) for option in step.options]
        title = say("How many people chose what")
        bars = tuple(
            Bar(label=option, value=number)
            for option, number in zip(options, numbers, strict=True)
            if number is not None
        )
        if bars:
            yield Chart(title=title, alt=alt_text(title, bars, self._words), bars=bars)
        yield Table(
            caption=title,
            columns=(say("Option"), say("People")),
            rows=tuple(
                (option, self._number(number))
                for option, number in zip(options, numbers, strict=True)
            ),
            numeric=frozenset({1}),
        )

    def _themes(self) -> Iterator[Block]:
        say = self._words.say
        themes = [one for one in self._digest.findings.shown if not one.sensitive]
        numbers = self._release.themes
        if not themes or not numbers:
            return
        yield Heading(text=say("What people spoke about"))
        bars = tuple(
            Bar(label=self._name(theme), value=number)
            for theme in themes
            if (number := numbers[theme.number]) is not None
        )
        if bars:
            title = say("People who spoke about each theme")
            yield Chart(title=title, alt=alt_text(title, bars, self._words), bars=bars)
        yield Table(
            caption=say("Themes, and how many people spoke about them"),
            columns=(say("Theme"), say("People")),
            rows=tuple(
                (self._name(theme), self._number(numbers[theme.number])) for theme in themes
            ),
            numeric=frozenset({1}),
        )

    def _name(self, theme: Theme) -> str:
        title = " ".join(theme.title.split())
        return title or self._words.say("Theme {number}", number=theme.number)

    def _number(self, number: int | None) -> str:
        return self._words.say("not told") if number is None else str(number)

    def _method(self) -> Iterator[Block]:
        say = self._words.say
        yield Heading(text=say("How to read this"))
        yield Bullets(
            items=(
                say("Nobody's words are quoted here, and nobody is named."),
                say(
                    "Numbers of fewer than {smallest} people are not told, nor those from which "
                    "such a number could be worked out.",
                    smallest=SMALLEST,
                ),
                say(
                    "A number that has changed by fewer than {smallest} people since an earlier "
                    "version of this summary is told as it was there, or not at all.",
                    smallest=SMALLEST,
                ),
                say(
                    "One person can speak about several themes. A program has sorted the replies; "
                    "it is sometimes wrong."
                ),
                say(
                    "Those who took part are not chosen by lot; a share of them is not a share of "
                    "all."
                ),
            )
        )
