"""What can be wrong with what people give to ``flows``.

Named for what happened, sorted by who can mend it. All problems come at once, each with its
place and with what to write instead, so that a person mends a file in one go.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.said import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong and what to write instead; `line` counts from 1, None is the file."""

    line: int | None
    what: Said

    @property
    def message(self) -> str:
        """Problem and remedy, in English."""
        return str(self.what)

    @property
    def sentence(self) -> str:
        """Place, problem and remedy in one line, in English."""
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class FlowError(Exception):
    """Anything ``flows`` refuses; never raised itself."""


class PackError(FlowError):
    """A pack cannot be used as it is written; its author can mend it.

    `name` is the pack's, without ``.toml``; `problems` is never empty and is in order of line.
    """

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        self.name = name
        self.problems = problems
        lines = [f"{name}.toml: {len(problems)} problem(s)"]
        lines += [f"  - {problem.sentence}" for problem in problems]
        super().__init__("\n".join(lines))
