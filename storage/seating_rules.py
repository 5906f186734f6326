"""Rules about who sits with whom, as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from flows.grouping.rules import Apart, AtLeast, AtLeastEach, AtMost, Rule, Rules, Size, Together


def rules_json(rules: Rules) -> str:
    """Rules as text, for the database and for a child process."""
    size = rules.size
    values = {
        "size": [size.groups, size.smallest, size.largest],
        "rules": [_rule_json(rule) for rule in rules.rules],
    }
    return orjson.dumps(values).decode()


def _rule_json(rule: Rule) -> list[Any]:
    match rule:
        case AtMost() | AtLeastEach():
            return [rule.kind, rule.number]
        case AtLeast():
            return [rule.kind, rule.number, list(rule.words)]
        case Together() | Apart():
            return [rule.kind, sorted(rule.people)]


def rules_from_json(value: Mapping[str, Any]) -> Rules:
    """And back."""
    groups, smallest, largest = value["size"]
    return Rules(
        size=Size(groups=groups, smallest=smallest, largest=largest),
        rules=tuple(_rule(*rule) for rule in value["rules"]),
    )


def _rule(kind: str, what: Any, words: Sequence[str] = ()) -> Rule:  # noqa: ANN401  by its kind
    match kind:
        case "at_most":
            return AtMost(what)
        case "at_least_each":
            return AtLeastEach(what)
        case "at_least":
            return AtLeast(what, tuple(words))
        case "together":
            return Together(frozenset(what))
        case "apart":
            return Apart(frozenset(what))
        case unknown:
            message = f"the database holds a rule {unknown!r}, which this program does not know"
            raise ValueError(message)
