"""What is wrong with a pack, in the reader's language."""

from __future__ import annotations

from bot.wording import Wording
from flows.errors import Problem


def problem_sentence(problem: Problem, words: Wording) -> str:
    """Place, problem and remedy in one line."""
    told = words.tell(problem.what)
    if problem.line is None:
        return told
    return words.say("line {line}: {problem}", line=problem.line, problem=told)
