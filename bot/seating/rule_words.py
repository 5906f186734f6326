"""Rules as organizers write them, and as the bot repeats them."""

from __future__ import annotations

import re
from typing import assert_never

from bot.errors import CommandError
from bot.rendering.markdown import escape
from bot.wording import Wording
from flows.grouping.people import PersonId, folded
from flows.grouping.rules import Apart, AtLeast, AtLeastEach, AtMost, Rule, Size, Together

_NUMBERS = {
    **dict.fromkeys(("en", "ett", "one", "a", "an"), 1),
    **dict.fromkeys(("tva", "two"), 2),
    **dict.fromkeys(("tre", "three"), 3),
    **dict.fromkeys(("fyra", "four"), 4),
    **dict.fromkeys(("fem", "five"), 5),
}
_MOST_GROUPS = 500
_NUMBER = r"(\d{1,3}|[a-z]+)"
_AT_MOST = re.compile(
    rf"(?:hogst|max|at most|no more than) {_NUMBER} (?:(?:person|personer|people|persons) )?"
    r"(?:fran|av|of|from) (?:samma|the same|en|one|each|varje)\b.*"
)
_AT_LEAST_EACH = re.compile(
    rf"(?:minst|at least) {_NUMBER} (?:(?:person|personer|people|persons) )?"
    r"(?:fran|av|of|from) (?:varje|var|each|every)\b.*"
)
_AT_LEAST = re.compile(rf"(?:minst|at least) {_NUMBER} (.+)")
_RANGE = re.compile(r"(?:storlek |size |om |of |med )?(\d{1,3}) ?(?:-|–|till|to) ?(\d{1,3})\b.*")
_OF = re.compile(r"(?:om|med|of|with|storlek|size) (\d{1,3})\b.*")
_COUNT = re.compile(r"(\d{1,3})(?: (?:grupper|bord|groups|tables))?")


def rule_of(said: str, words: Wording) -> Rule:
    """The rule somebody has written.

    Raises:
        CommandError: it is none; the error shows what can be written.
    """
    plain = folded(said)
    if found := _AT_MOST.fullmatch(plain):
        return AtMost(_number(found[1], words))
    if found := _AT_LEAST_EACH.fullmatch(plain):
        return AtLeastEach(_number(found[1], words))
    if found := _AT_LEAST.fullmatch(plain):
        alternatives = re.split(r" ?[/,] ?| eller | or ", found[2])
        return AtLeast(_number(found[1], words), tuple(filter(None, alternatives)))
    raise CommandError(how_to_write_rules(words))


def how_to_write_rules(words: Wording) -> str:
    """Every form of a rule, by example."""
    return words.say(
        "Write a rule like one of these:\n\n"
        "- `!rule at most 2 of the same organisation`\n"
        "- `!rule at least 1 teacher/head teacher` (a word of the role or organisation)\n"
        "- `!rule at least 2 of each organisation`\n"
        "- `!rule remove 1` removes the first of the rules"
    )


def _number(said: str, words: Wording) -> int:
    number = int(said) if said.isdecimal() else _NUMBERS.get(said, 0)
    if number < 1:
        raise CommandError(how_to_write_rules(words))
    return number


def size_of(said: str, words: Wording) -> Size:
    """How many tables, or how many at each.

    Raises:
        CommandError: neither was written.
    """
    plain = folded(said)
    if found := _RANGE.fullmatch(plain):
        smallest, largest = sorted((int(found[1]), int(found[2])))
        if smallest >= 1:
            return Size(smallest=smallest, largest=largest)
    if (found := _OF.fullmatch(plain)) and int(found[1]) >= 1:
        return Size(smallest=int(found[1]), largest=int(found[1]))
    if (found := _COUNT.fullmatch(plain)) and 1 <= int(found[1]) <= _MOST_GROUPS:
        return Size(groups=int(found[1]))
    message = words.say(
        "Write how many tables there shall be, `!groups 12`, or how many people at each: "
        "`!groups 5-7`."
    )
    raise CommandError(message)


def rule_text(rule: Rule, names: dict[PersonId, str], words: Wording) -> str:
    """A rule for people to read, as Markdown."""
    match rule:
        case AtMost(number):
            return words.say_n(
                "at most {number} of the same organisation at a table",
                "at most {number} of the same organisation at a table",
                number,
            )
        case AtLeastEach(number):
            return words.say_n(
                "at least {number} of each organisation at every table",
                "at least {number} of each organisation at every table",
                number,
            )
        case AtLeast(number, alternatives):
            return words.say(
                "at least {number} at every table: {who}",
                number=number,
                who=escape("/".join(alternatives)),
            )
        case Together(people):
            return words.say("together: {names}", names=_listed(people, names))
        case Apart(people):
            return words.say("apart: {names}", names=_listed(people, names))
        case _:
            assert_never(rule)


def _listed(people: frozenset[PersonId], names: dict[PersonId, str]) -> str:
    return ", ".join(escape(names[one]) for one in sorted(people) if one in names)
