"""A pack as people will see it: what each step shows the groups and the organizers, and when."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rendering.durations import spoken_length
from bot.rendering.markdown import render
from bot.rendering.notices import ask_for_answer_markdown, reminder_markdown
from bot.rendering.prompts import (
    PromptFacts,
    clock_time,
    private_prompt_markdown,
    prompt_markdown,
)
from bot.wording import Wording
from flows.packs.outline import OutlineLine, outline
from flows.packs.pack import Pack, Step, StepKind

_WIDTH = 88
_PRIVATE_CHAT = "https://matrix.to/#/@runda"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What is seen is in the language of `seen`, what is said about it in that of `words`."""

    pack: Pack
    starts_at: datetime | None
    seen: Wording
    words: Wording

    def lines(self) -> Iterator[str]:
        """All of it, line by line."""
        language = self._language()
        yield self.pack.title.get(language)
        yield from textwrap.wrap(self.pack.purpose.get(language), _WIDTH)
        plan = outline(self.pack, self.starts_at)
        for line, step in zip(plan, self.pack.steps, strict=True):
            yield ""
            yield self._heading(line)
            yield from self._group(line, step)
            yield from self._organizers(line, step)
        total_s = sum(step.length_s or 0 for step in self.pack.steps)
        yield ""
        yield self.words.say("In all: {length}", length=spoken_length(total_s, self.words))

    def _language(self) -> str:
        known = self.seen.language in self.pack.languages
        return self.seen.language if known else self.pack.language

    def _heading(self, line: OutlineLine) -> str:
        parts = [self._time(line, 0), line.title.get(self._language()), self._kind(line.kind)]
        if line.length_s is not None:
            parts.append(spoken_length(line.length_s, self.words))
        return f"── {' · '.join(parts)} ──"

    def _kind(self, kind: StepKind) -> str:
        return {
            StepKind.FILM: self.words.say("film"),
            StepKind.PICTURE: self.words.say("picture"),
            StepKind.BACKGROUND: self.words.say("background"),
            StepKind.EXERCISE: self.words.say("exercise"),
            StepKind.INDIVIDUAL: self.words.say("each on their own"),
            StepKind.GROUP: self.words.say("in groups"),
            StepKind.POLL: self.words.say("poll"),
            StepKind.CHECK_IN: self.words.say("check-in"),
            StepKind.BREAK: self.words.say("break"),
            StepKind.PLENARY: self.words.say("all together"),
        }[kind]

    def _time(self, line: OutlineLine, after_s: float) -> str:
        """The wall clock's time some seconds into the step, or the time since the beginning."""
        if line.begins_at is not None:
            return clock_time(line.begins_at + timedelta(seconds=after_s), self.words)
        minutes, seconds = divmod(round(line.begins_after_s + after_s), 60)
        clock = f"+{minutes // 60}:{minutes % 60:02}"
        return f"{clock}:{seconds:02}" if seconds else clock

    def _group(self, line: OutlineLine, step: Step) -> Iterator[str]:
        closes_at = None
        if line.begins_at is not None and step.length_s is not None:
            closes_at = line.begins_at + timedelta(seconds=step.length_s)
        facts = PromptFacts(closes_at=closes_at, length_s=step.length_s, private_chat=_PRIVATE_CHAT)
        yield from self._message(
            self.words.say("in the group's room:"),
            prompt_markdown(step, self.pack, facts, self.seen),
        )
        if step.kind is StepKind.GROUP and self._opens_sealed(step):
            yield "  " + self.words.say("then what its people answered in private, without names")
        if step.kind is StepKind.INDIVIDUAL and step.sealed:
            yield from self._message(
                self.words.say("in private, to each:"),
                private_prompt_markdown(step, self.pack, facts, self.seen),
            )
        if step.length_s is None:
            return
        if step.remind_before_s is not None:
            yield from self._message(
                self.words.say(
                    "at {time}, to those who have not answered:",
                    time=self._time(line, step.length_s - step.remind_before_s),
                ),
                reminder_markdown(
                    step, step.remind_before_s, self.seen, private_chat=_PRIVATE_CHAT
                ),
            )
        if step.kind is StepKind.GROUP:
            yield from self._message(
                self.words.say(
                    "at {time}, to groups without an answer:", time=self._time(line, step.length_s)
                ),
                ask_for_answer_markdown(step.grace_s, self.seen),
            )

    def _opens_sealed(self, step: Step) -> bool:
        before = self.pack.steps[: self.pack.steps.index(step)]
        return any(
            other.kind is StepKind.INDIVIDUAL and other.sealed and other.scenario == step.scenario
            for other in before
            if other.scenario
        )

    def _message(self, place: str, markdown: str) -> Iterator[str]:
        yield f"  {place}"
        for line in render(markdown).text.splitlines():
            for part in textwrap.wrap(line, _WIDTH - 4) or [""]:
                yield f"  │ {part}".rstrip()

    def _organizers(self, line: OutlineLine, step: Step) -> Iterator[str]:
        if not step.kind.collects or step.length_s is None:
            return
        words = self.words
        yield "  " + words.say("in the organizers' room:")
        if step.kind is StepKind.INDIVIDUAL:
            yield "  │ " + words.say("the board counts those who have answered, group by group")
        else:
            yield "  │ " + words.say("the board shows which groups have answered")
        yield "  │ " + words.say(
            "at {time}, the digest of the step", time=self._time(line, step.length_s)
        )
