"""The figures as a person reads them, and as a program does."""

from __future__ import annotations

from typing import Any

from bench.harness import Figure, Outcome

_WHAT = 52
_MEASURED = 28


HEAD = f"{'':{_WHAT}} {'median [least–most]':>{_MEASURED}}  goal"


def part(outcome: Outcome) -> str:
    """A part of the table: medians, how far the others lie, and whether the goals are met."""
    lines = ["", outcome.title, *(_line(figure) for figure in outcome.figures)]
    return "\n".join(lines)


def _line(figure: Figure) -> str:
    measured = f"{_number(figure, figure.median)} {figure.unit}".rstrip()
    if len(figure.values) > 1:
        least, most = _number(figure, min(figure.values)), _number(figure, max(figure.values))
        measured += f" [{least}–{most}]"
    return f"  {figure.what:{_WHAT - 2}} {measured:>{_MEASURED}}  {_goal(figure)}".rstrip()


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    sign = "≥" if figure.goal.at_least else "≤"
    goal = f"{sign} {figure.goal.bound:g} {figure.unit}".rstrip()
    return f"{goal}  {'✓' if figure.met else '✗'}"


def _number(figure: Figure, value: float) -> str:
    return f"{value:.{figure.digits}f}"


def as_json(name: str, outcome: Outcome) -> list[dict[str, Any]]:
    """The same figures, with every value."""
    return [
        {
            "bench": name,
            "title": outcome.title,
            "what": figure.what.strip(),
            "unit": figure.unit,
            "median": figure.median,
            "least": min(figure.values),
            "most": max(figure.values),
            "values": list(figure.values),
            "goal": None if figure.goal is None else figure.goal.bound,
            "met": figure.met,
        }
        for figure in outcome.figures
    ]
