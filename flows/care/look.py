"""Looking at what somebody has written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.care.english import ENGLISH
from flows.care.english_others import ENGLISH_OTHERS
from flows.care.others import RULE, Others
from flows.care.plain import plain, quoted
from flows.care.rules import Language, Level, Rule
from flows.care.swedish import SWEDISH
from flows.care.swedish_others import SWEDISH_OTHERS

_LANGUAGES = (SWEDISH, ENGLISH)
_OTHERS = {others.code: others for others in (SWEDISH_OTHERS, ENGLISH_OTHERS)}
_MOST_SIGNS = 20_000
"""A message on a chat network is no longer; whatever comes after is not looked at."""


@dataclass(frozen=True, slots=True)
class Danger:
    """What was found: how near it is, by which rule, and in which language it was written."""

    level: Level
    rule: str
    language: str


def danger_in(text: str) -> Danger | None:
    """The gravest that a text says about its own author, or else about somebody she worries for.

    Talk about the subject, about people in general, about what is long past, and what is denied
    are not found. Nor is everything else that a person would hear: docs/care.md has the measure.
    """
    text = text[:_MOST_SIGNS]
    said = plain(text)
    gravest = _own_danger(said)
    if gravest is not None:
        return gravest
    for language in _LANGUAGES:
        others = _OTHERS[language.code]
        if others.worries(said) or _repeats(language, others, text, said):
            return Danger(Level.OTHER, RULE, language.code)
    return None


def _repeats(language: Language, others: Others, text: str, said: str) -> bool:
    """Whether words of danger are repeated that somebody has said whom the writer worries for."""
    if others.who.search(said) is None:
        return False
    if any(
        others.repeats(said[: found.start()])
        for rule in language.rules
        for found in rule.finds.finditer(said)
    ):
        return True
    return any(
        others.repeats(plain(before)) and _own_danger(plain(words)) is not None
        for before, words in quoted(text)
    )


def _own_danger(said: str) -> Danger | None:
    gravest: Danger | None = None
    for language in _LANGUAGES:
        if language.hints.search(said) is None:
            continue
        for rule in _that_fit(language, said):
            level = rule.level
            if level is Level.PASSIVE and language.plan.search(said):
                level = Level.ACUTE
            if gravest is None or level.weight > gravest.level.weight:
                gravest = Danger(level, rule.name, language.code)
    return gravest


def _that_fit(language: Language, said: str) -> Iterator[Rule]:
    for rule in language.rules:
        if any(_counts(language, said, found) for found in rule.finds.finditer(said)):
            yield rule


def _counts(language: Language, said: str, found: re.Match[str]) -> bool:
    """Whether what was found is said of oneself, now, and not denied."""
    before = said[: found.start()]
    if found.group()[:1] in ".,":
        before = f"{before}{found.group()[:2]}"
    begins = before.rfind(" . ") + 1
    ends = said.find(" . ", found.end())
    sentence = said[begins : ends if ends >= 0 else len(said)]
    others = _OTHERS[language.code]
    if language.reported.search(before) or others.repeats(before):
        return False
    if others.are_meant(said, *found.span()):
        return False
    if language.past.search(sentence) and not language.still.search(sentence):
        return False
    if language.not_denied.search(before[begins:]):
        return True
    # "I can't go on and I'm ending it": a new subject is a new clause, and not denied with it.
    denied = language.not_so if language.subject.match(found.group()) else language.denied
    return denied.search(before) is None
