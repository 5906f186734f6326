"""Packs as organizers read of them in their room."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.durations import spoken_length
from bot.rendering.markdown import escape
from bot.rendering.preview import kind_name
from bot.rendering.problems import problem_sentence
from bot.wording import Wording
from flows.errors import Problem
from flows.packs.outline import outline
from flows.packs.pack import Pack, Text

MOST_PROBLEMS = 30
MOST_STEPS = 40


def problems_markdown(name: str, problems: Sequence[Problem], words: Wording) -> str:
    """What is wrong with a pack that somebody dropped."""
    head = words.say_n(
        "⚠️ **{name}** cannot be used yet: {number} problem.",
        "⚠️ **{name}** cannot be used yet: {number} problems.",
        len(problems),
        name=escape(name),
    )
    lines = [f"- {escape(problem_sentence(one, words))}" for one in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        lines.append(f"- … (+{len(problems) - MOST_PROBLEMS})")
    foot = words.say("Mend the file and drop it here again.")
    return "\n".join([head, "", *lines, "", foot])


def kept_markdown(pack: Pack, words: Wording, *, replaces: bool) -> str:
    """What a sound pack has in it, and what can be done with it."""
    head = words.say(
        "✅ **{title}** (`{name}`) is in order.",
        title=escape(_in(pack.title, pack, words)),
        name=pack.name,
    )
    return "\n\n".join(
        [head, _facts(pack, words), _steps(pack, words), _what_now(pack, words, replaces=replaces)]
    )


def _facts(pack: Pack, words: Wording) -> str:
    plan = outline(pack, None)
    total_s = plan[-1].begins_after_s + (plan[-1].length_s or 0)
    facts = [words.say_n("{number} step", "{number} steps", len(pack.steps))]
    if total_s:
        facts.append(spoken_length(total_s, words))
    facts.append(", ".join((*pack.languages, *pack.beside)))
    if pack.follow_ups:
        facts.append(words.say_n("{number} follow-up", "{number} follow-ups", len(pack.follow_ups)))
    return " · ".join(facts)


def _steps(pack: Pack, words: Wording) -> str:
    lines = []
    for number, step in enumerate(pack.steps[:MOST_STEPS], start=1):
        length = "" if step.length_s is None else f" · {spoken_length(step.length_s, words)}"
        title = escape(_in(step.title, pack, words))
        lines.append(f"{number}. {title} · {kind_name(step.kind, words)}{length}")
    return "\n".join(lines)


def _what_now(pack: Pack, words: Wording, *, replaces: bool) -> str:
    if replaces:
        return words.say(
            "There is a pack `{name}` already. Put ✅ on this message to use this one from now on; "
            "dialogues that run keep theirs.",
            name=pack.name,
        )
    return words.say(
        "Write `!preview {name}` to see it as the groups will, and `!start {name}` to start it.",
        name=pack.name,
    )


def _in(text: Text, pack: Pack, words: Wording) -> str:
    return text.get(words.language if words.language in pack.languages else pack.language)
