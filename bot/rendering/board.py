"""The board as text: made for a phone, one short line per group.

Where groups are many, those that are done share a line, and those that need somebody stand
first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rendering.markdown import escape
from bot.rendering.prompts import clock_time
from bot.wording import Wording

_BREAK = "  \n"
"""A new line in the same paragraph: a list would take a third of a phone's width."""

_QUIET_TOLD_FROM = 3
"""Minutes without a word before the board speaks of it."""

FOLDED_FROM = 13
"""So many groups do not fit on a phone's screen any more, one on each line."""

MOST_LINES = 30
"""So many groups at most have a line of their own when some are folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """A group: how many of those present have answered, and how long it has been quiet.

    `help_wanted`: it has called, and nobody has said yet that it was helped.
    """

    name: str
    present: int
    answered: int = 0
    group_answer: bool = False
    quiet_minutes: int = 0
    help_wanted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFacts:
    """A dialogue at a moment.

    `closes_at` is local time, `left_minutes` how long that is from now; `next_title` is the
    step that comes then, "" for none. `lines` are one for each group; only if the step
    `collects` do they say who has answered. `opens_at` is local time as well: the next step
    begins then, and none is open. `enough` have answered: the step closes in a moment.
    """

    title: str
    ended: bool
    step_title: str
    position: int
    steps: int
    closes_at: datetime | None
    exact: bool
    waiting: bool
    is_group_step: bool
    collects: bool
    lines: tuple[BoardLine, ...]
    unreadable: int
    digest_stale: bool
    left_minutes: int | None = None
    next_title: str = ""
    opens_at: datetime | None = None
    paused: bool = False
    enough: bool = False


def board_markdown(facts: BoardFacts, words: Wording) -> str:
    """The board as Markdown."""
    parts = [_head(facts, words)]
    if facts.lines and facts.collects:
        parts.append(_BREAK.join(_lines(facts, words)))
        parts.append(_sum(facts, words))
    else:
        calling = [line for line in facts.lines if line.help_wanted]
        parts.append(_BREAK.join(f"🙋 {escape(line.name)}" for line in calling))
    if facts.unreadable:
        parts.append(
            words.say_n(
                "🔒 {number} message cannot be decrypted yet.",
                "🔒 {number} messages cannot be decrypted yet.",
                facts.unreadable,
            )
        )
    if facts.digest_stale:
        parts.append(
            words.say(
                "♻️ Answers have changed since the digest was made. `!digest` makes a new one."
            )
        )
    return "\n\n".join(filter(None, parts))


def _head(facts: BoardFacts, words: Wording) -> str:
    title = escape(facts.title)
    if facts.ended:
        return words.say("📋 **{title}** – ended.", title=title)
    lines = [f"📋 **{title}**"]
    if facts.step_title:
        lines.append(
            words.say(
                "Step {position} of {steps}: **{step}**",
                position=facts.position,
                steps=facts.steps,
                step=escape(facts.step_title),
            )
        )
    lines += _times(facts, words)
    if facts.opens_at is not None:
        time = clock_time(facts.opens_at, words)
        lines.append(words.say("⏭️ at {time}: {step}", time=time, step=escape(facts.next_title)))
    elif facts.next_title:
        lines.append(words.say("⏭️ next: {step}", step=escape(facts.next_title)))
    return _BREAK.join(lines)


def _times(facts: BoardFacts, words: Wording) -> Iterator[str]:
    if facts.paused:
        yield words.say("⏸️ paused")
        return
    if facts.closes_at is None:
        return
    time = clock_time(facts.closes_at, words, exact=facts.exact)
    if facts.waiting:
        yield words.say("⌛ waiting for missing answers until {time}", time=time)
    elif facts.enough:
        yield words.say("⌛ enough have answered; closes at {time}", time=time)
    elif facts.left_minutes:
        left = words.say_n("{number} min left", "{number} min left", facts.left_minutes)
        yield words.say("⏳ until {time} · {left}", time=time, left=left)
    else:
        yield words.say("⏳ until {time}", time=time)


def _lines(facts: BoardFacts, words: Wording) -> Iterator[str]:
    """A line for each group; where they are many, fewer."""
    if len(facts.lines) < FOLDED_FROM:
        yield from (_line(line, facts, words) for line in facts.lines)
        return
    done = [line for line in facts.lines if _is_done(line, facts) and not line.help_wanted]
    left = [line for line in facts.lines if line not in done]
    # Those that need somebody first; Python keeps the order of the rest.
    left.sort(key=lambda line: (not line.help_wanted, -line.quiet_minutes))
    yield from (_line(line, facts, words) for line in left[:MOST_LINES])
    if left[MOST_LINES:]:
        names = folded([line.name for line in left[MOST_LINES:]])
        yield words.say("⬜ on their way: {names}", names=names)
    if done:
        yield words.say("✅ done: {names}", names=folded([line.name for line in done]))


def _is_done(line: BoardLine, facts: BoardFacts) -> bool:
    if facts.is_group_step:
        return line.group_answer
    return line.present > 0 and line.answered >= line.present


def _line(line: BoardLine, facts: BoardFacts, words: Wording) -> str:
    done = _is_done(line, facts)
    name = escape(line.name)
    if facts.is_group_step:
        text = f"{name} · 👥 {line.present}"
    else:
        text = words.say(
            "{name}: {answered} of {present}",
            name=name,
            answered=line.answered,
            present=line.present,
        )
    if not done and line.quiet_minutes >= _QUIET_TOLD_FROM:
        text += words.say_n(
            " · quiet for {number} minute", " · quiet for {number} minutes", line.quiet_minutes
        )
    mark = "✅" if done else "⬜"
    return f"{mark} 🙋 {text}" if line.help_wanted else f"{mark} {text}"


def folded(names: Sequence[str]) -> str:
    """Names in as few words as tell them apart: "Table 1-4, 7, Guests", escaped."""
    numbered: dict[str, list[int]] = {}
    others = []
    for name in names:
        found = re.fullmatch(r"(.*?)([1-9][0-9]{0,5})", name, re.DOTALL)
        if found is None:
            others.append(escape(name))
        else:
            numbered.setdefault(found[1], []).append(int(found[2]))
    told = [escape(f"{stem}{_ranges(numbers)}") for stem, numbers in numbered.items()]
    return ", ".join([*told, *others])


def _ranges(numbers: Iterable[int]) -> str:
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _sum(facts: BoardFacts, words: Wording) -> str:
    if facts.is_group_step:
        return words.say(
            "**{answered} of {groups} groups have answered**",
            answered=sum(line.group_answer for line in facts.lines),
            groups=len(facts.lines),
        )
    return words.say(
        "**{answered} of {present} people have answered**",
        answered=sum(line.answered for line in facts.lines),
        present=sum(line.present for line in facts.lines),
    )
