"""A pack as people will see it: what each step shows to whom, and when.

It is made of the same texts that a dialogue sends, so that it cannot show anything else. Shown
in a terminal by ``bot.cli.pack``, and in the organizers' room by ``bot.commands.shelf``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from babel.numbers import format_percent

from bot.config.care import DEFAULT_LINES
from bot.rendering.again import day_words, recurrence_words
from bot.rendering.consent import question_markdown
from bot.rendering.durations import spoken_length
from bot.rendering.markdown import render
from bot.rendering.notices import ask_for_answer_markdown, reminder_markdown
from bot.rendering.prompts import (
    PromptFacts,
    clock_time,
    file_markdown,
    private_prompt_markdown,
    prompt_markdown,
)
from bot.wording import Wording
from flows.packs.outline import OutlineLine, outline
from flows.packs.pack import Contact, FollowUp, Opening, Pack, Recurrence, Step, StepKind, Text
from flows.recurrence import add_months, occurrences

MOST_GROUPS = 100
_SHOWN_TIMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody sees, as Markdown, and who and where; "" where there is only that to say."""

    place: str
    markdown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One step, or something beside the steps, with a heading of plain text."""

    heading: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What is seen is in the language of `seen`, what is said about it in that of `words`.

    `starts_at` is None where only the time since the beginning shall be told. `now` is in the
    dialogue's zone: what comes again is looked for from then, or from the start. `private_chat`
    is the link that opens one.
    """

    pack: Pack
    starts_at: datetime | None
    now: datetime
    seen: Wording
    words: Wording
    groups: int = 3
    private_chat: str = "https://matrix.to/#/@runda"

    @property
    def title(self) -> str:
        """What the pack is called."""
        return self._in(self.pack.title)

    @property
    def purpose(self) -> str:
        """What it is for."""
        return self._in(self.pack.purpose)

    def parts(self) -> Iterator[Part]:
        """All of it, in the order in which it happens."""
        yield from self._before()
        yield from self._steps(self.pack, self.starts_at)
        if self.pack.recurrence is not None:
            yield self._again(self.pack.recurrence)
        for follow_up in self.pack.follow_ups:
            yield self._follow_up(follow_up)
            yield from self._steps(_as_pack(self.pack, follow_up), None)

    def total(self) -> str:
        """How long it lasts."""
        return self.words.say("In all: {length}", length=spoken_length(self._total_s(), self.words))

    def _total_s(self) -> float:
        plan = outline(self.pack, self.starts_at)
        first, last = plan[0], plan[-1]
        if first.begins_at is None or last.begins_at is None:
            return last.begins_after_s + (last.length_s or 0)
        return (last.begins_at - first.begins_at).total_seconds() + (last.length_s or 0)

    def _in(self, text: Text) -> str:
        known = self.seen.language in self.pack.languages
        return text.get(self.seen.language if known else self.pack.language)

    # ------------------------------------------------------------ beside the steps

    def _before(self) -> Iterator[Part]:
        if self.pack.asks_consent:
            place = self.words.say("before the first answer, in every group's room:")
            asked = question_markdown(self.pack, self.words, private=False)
            shown = Shown(place=place, markdown=asked)
            yield Part(heading=self.words.say("Consent"), shown=(shown,))
        elif self.pack.consent is not None:
            place = self.words.say("with the first question, and to those who open a private chat:")
            shown = Shown(place=place, markdown=self._in(self.pack.consent))
            yield Part(heading=self.words.say("Consent"), shown=(shown,))
        for contact in self.pack.contacts:
            yield self._contact(contact)
        if self.pack.themes:
            lines = [f"- {self._in(theme.title)}" for theme in self.pack.themes]
            place = self.words.say("headings that the digest sorts answers under:")
            shown = Shown(place=place, markdown="\n".join(lines))
            yield Part(heading=self.words.say("Themes"), shown=(shown,))

    def _contact(self, contact: Contact) -> Part:
        words = self.words
        shown = []
        if contact.questions:
            lines = [
                f"{number}. {self._in(question)}"
                for number, question in enumerate(contact.questions, start=1)
            ]
            place = words.say("in private, one after the other:")
            shown.append(Shown(place=place, markdown="\n".join(lines)))
        shown.append(
            Shown(
                place=words.say(
                    "reminded after {reminded}; a question without an answer after {wait} is noted "
                    "as such",
                    reminded=spoken_length(contact.remind_after_s, words),
                    wait=spoken_length(contact.wait_s, words),
                )
            )
        )
        title = self._in(contact.title)
        return Part(heading=words.say("Contact: {title}", title=title), shown=tuple(shown))

    def _again(self, recurrence: Recurrence) -> Part:
        words = self.words
        since = self.starts_at or self.now
        zone = since.tzinfo
        shown = []
        if isinstance(zone, ZoneInfo):
            coming = occurrences(recurrence, anchor=since.date(), zone=zone, after=since)
            days = islice(coming, min(_SHOWN_TIMES, recurrence.times or _SHOWN_TIMES))
            lines = [f"- {day_words(one.astimezone(zone).date(), words)}" for one in days]
            shown.append(Shown(place=words.say("the next times:"), markdown="\n".join(lines)))
        if recurrence.times is not None:
            told = words.say_n("{number} time in all", "{number} times in all", recurrence.times)
            shown.append(Shown(place=told))
        heading = words.say(
            "Again: {every} at {time}",
            every=recurrence_words(recurrence, words),
            time=_wall(recurrence.at, words),
        )
        return Part(heading=heading, shown=tuple(shown))

    def _follow_up(self, follow_up: FollowUp) -> Part:
        words = self.words
        parts = []
        if follow_up.after_months:
            parts.append(words.say_n("{number} month", "{number} months", follow_up.after_months))
        if follow_up.after_days:
            parts.append(words.say_n("{number} day", "{number} days", follow_up.after_days))
        place = words.say(
            "{after} after the last day, at {time}, with the same groups:",
            after=", ".join(parts),
            time=_wall(follow_up.at, words),
        )
        heading = words.say("Follow-up: {title}", title=self._in(follow_up.title))
        if self.starts_at is not None:
            last = outline(self.pack, self.starts_at)[-1]
            ends_at = (last.begins_at or self.starts_at) + timedelta(seconds=last.length_s or 0)
            day = add_months(ends_at.date(), follow_up.after_months)
            day += timedelta(days=follow_up.after_days)
            heading = f"{heading} · {day_words(day, words)}"
        return Part(heading=heading, shown=(Shown(place=place),))

    # ----------------------------------------------------------------- the steps

    def _steps(self, pack: Pack, starts_at: datetime | None) -> Iterator[Part]:
        told: set[tuple[int, str]] = set()
        for line, step in zip(outline(pack, starts_at), pack.steps, strict=True):
            shown = [
                *self._rooms(line, step, told),
                *self._opened(step, pack.steps),
                *self._private(line, step),
                *self._later(line, step),
                *self._organizers(line, step),
            ]
            told |= {(place, step.scenario_of(place)) for place in range(self.groups)}
            yield Part(heading=self._heading(line, step), shown=tuple(shown))

    def _heading(self, line: OutlineLine, step: Step) -> str:
        parts = [self._time(line, 0), self._in(line.title), kind_name(line.kind, self.words)]
        if line.length_s is not None:
            parts.append(spoken_length(line.length_s, self.words))
        if step.begins_at is not None:
            at = _wall(step.begins_at, self.words)
            parts.append(self.words.say("not before {time}", time=at))
        return " · ".join(parts)

    def _time(self, line: OutlineLine, after_s: float) -> str:
        """The wall clock's time some seconds into the step, or the time since the beginning."""
        if line.begins_at is not None:
            moment = line.begins_at + timedelta(seconds=after_s)
            time = clock_time(moment, self.words)
            begun = self.starts_at is None or moment.date() == self.starts_at.date()
            return time if begun else f"{moment:%Y-%m-%d} {time}"
        minutes, seconds = divmod(round(line.begins_after_s + after_s), 60)
        clock = f"+{minutes // 60}:{minutes % 60:02}"
        return f"{clock}:{seconds:02}" if seconds else clock

    def _facts(self, line: OutlineLine, step: Step, scenario: str, *, new: bool) -> PromptFacts:
        closes_at = None
        if line.begins_at is not None and step.length_s is not None:
            closes_at = line.begins_at + timedelta(seconds=step.length_s)
        return PromptFacts(
            closes_at=closes_at,
            length_s=step.length_s,
            private_chat=self.private_chat,
            scenario=self.pack.scenario(scenario),
            scenario_is_new=new,
            is_first=self._asks_first(step),
            help_lines=DEFAULT_LINES,
        )

    def _asks_first(self, step: Step) -> bool:
        """Whether nothing is asked before it, in the dialogue or the follow-up it belongs to."""
        runs = (self.pack.steps, *(later.steps for later in self.pack.follow_ups))
        firsts = (next((one for one in steps if one.kind.collects), None) for steps in runs)
        return any(step is one for one in firsts)

    def _rooms(self, line: OutlineLine, step: Step, told: set[tuple[int, str]]) -> Iterator[Shown]:
        """The prompt, once for each way in which groups see it."""
        ways: dict[tuple[str, bool], list[int]] = {}
        for place in range(self.groups):
            scenario = step.scenario_of(place)
            ways.setdefault((scenario, (place, scenario) not in told), []).append(place + 1)
        for (scenario, new), numbers in ways.items():
            facts = self._facts(line, step, scenario, new=new)
            markdown = prompt_markdown(step, self.pack, facts, self.seen)
            yield Shown(place=self._whose(numbers, alone=len(ways) == 1), markdown=markdown)
        if step.attached is not None:
            yield Shown(
                place=self.words.say("below it, the file {name}:", name=step.attached.name),
                markdown=file_markdown(step, self.pack, self.seen),
            )

    def _opened(self, step: Step, steps: Sequence[Step]) -> Iterator[Shown]:
        before = steps[: steps.index(step)]
        if step.kind is StepKind.GROUP and any(
            other.is_private and other.shown and other.tie == step.tie
            for other in before
            if other.tie
        ):
            place = self.words.say("then what its people answered in private, without names")
            yield Shown(place=place)

    def _whose(self, numbers: Sequence[int], *, alone: bool) -> str:
        if alone:
            return self.words.say("in the group's room:")
        listed = ", ".join(map(str, numbers))
        return self.words.say_n(
            "in the room of group {groups}:",
            "in the rooms of groups {groups}:",
            len(numbers),
            groups=listed,
        )

    def _private(self, line: OutlineLine, step: Step) -> Iterator[Shown]:
        if step.is_private:
            facts = self._facts(line, step, step.scenario_of(0), new=True)
            place = self.words.say("in private, to each:")
            if step.scenarios:
                place = self.words.say("in private, to each, here in group 1:")
            yield Shown(
                place=place,
                markdown=private_prompt_markdown(step, self.pack, facts, self.seen),
            )

    def _later(self, line: OutlineLine, step: Step) -> Iterator[Shown]:
        if step.length_s is None:
            return
        if step.remind_before_s is not None:
            time = self._time(line, step.length_s - step.remind_before_s)
            yield Shown(
                place=self.words.say("at {time}, to those who have not answered:", time=time),
                markdown=reminder_markdown(
                    step, step.remind_before_s, self.seen, private_chat=self.private_chat
                ),
            )
        if step.kind is StepKind.GROUP and step.opening is not Opening.ORGANIZER:
            time = self._time(line, step.length_s)
            yield Shown(
                place=self.words.say("at {time}, to groups without an answer:", time=time),
                markdown=ask_for_answer_markdown(step.grace_s, self.seen),
            )

    def _organizers(self, line: OutlineLine, step: Step) -> Iterator[Shown]:
        words = self.words
        lines = []
        if step.kind.asks_each:
            lines.append(words.say("the board counts those who have answered, group by group"))
        elif step.kind is StepKind.GROUP:
            lines.append(words.say("the board shows which groups have answered"))
        lines += self._opens_next(line, step)
        if step.kind.collects and step.length_s is not None:
            time = self._time(line, step.length_s)
            if step.opening is Opening.TIME:
                lines.append(words.say("at {time}, the digest of the step", time=time))
            else:
                lines.append(words.say("then the digest of the step"))
        if lines:
            place = words.say("in the organizers' room:")
            yield Shown(place=place, markdown="  \n".join(lines))

    def _opens_next(self, line: OutlineLine, step: Step) -> Iterator[str]:
        words = self.words
        latest = "" if step.length_s is None else self._time(line, step.length_s)
        match step.opening:
            case Opening.ORGANIZER:
                yield words.say("`!next` from you ends the step; the clock does not")
            case Opening.EVERYONE:
                yield words.say(
                    "the step ends when all have answered, at {time} at the latest", time=latest
                )
            case Opening.QUORUM:
                yield words.say(
                    "the step ends when {share} have answered, at {time} at the latest",
                    share=format_percent(step.quorum, locale=words.language),
                    time=latest,
                )
            case Opening.TIME:
                return


def kind_name(kind: StepKind, words: Wording) -> str:
    """What a kind is called by people."""
    return {
        StepKind.FILM: words.say("film"),
        StepKind.PICTURE: words.say("picture"),
        StepKind.BACKGROUND: words.say("background"),
        StepKind.EXERCISE: words.say("exercise"),
        StepKind.INDIVIDUAL: words.say("each on their own"),
        StepKind.GROUP: words.say("in groups"),
        StepKind.POLL: words.say("poll"),
        StepKind.CHECK_IN: words.say("check-in"),
        StepKind.BREAK: words.say("break"),
        StepKind.PLENARY: words.say("all together"),
    }[kind]


def _as_pack(pack: Pack, follow_up: FollowUp) -> Pack:
    return replace(pack, steps=follow_up.steps, title=follow_up.title)


def _wall(at: tuple[int, int], words: Wording) -> str:
    hour, minute = at
    separator = "." if words.language == "sv" else ":"
    return f"{hour:02}{separator}{minute:02}"


_WIDTH = 88


def preview_text(preview: Preview) -> str:
    """All of it as plain text."""
    return "\n".join(_lines(preview)) + "\n"


def _lines(preview: Preview) -> Iterator[str]:
    yield preview.title
    yield from textwrap.wrap(preview.purpose, _WIDTH)
    for part in preview.parts():
        yield ""
        yield f"── {part.heading} ──"
        for shown in part.shown:
            yield f"  {shown.place}"
            yield from _framed(shown.markdown)
    yield ""
    yield preview.total()


def _framed(markdown: str) -> Iterator[str]:
    if not markdown:
        return
    for line in render(markdown).text.splitlines():
        for piece in textwrap.wrap(line, _WIDTH - 4) or [""]:
            yield f"  │ {piece}".rstrip()
