"""The operator's terminal: what is told goes to stdout, what is wrong to stderr."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import ConfigError, RundaError
from bot.service.tracebacks import visible
from bot.wording import Wording

OK, PROBLEM, USAGE = 0, 1, 2
FOR_OPERATOR = 78
"""Starting again changes nothing until somebody has mended it (EX_CONFIG of sysexits.h)."""
"""What a command returns to the shell."""


class NoAnswer(RundaError):
    """A question was put and nobody is there to answer."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command speaks and asks, in the operator's language."""

    words: Wording

    @property
    def now(self) -> datetime:
        """The moment at which the command is carried out."""
        return datetime.now(UTC)  # noqa: TID251  a command is of the moment; it tells the rest

    @property
    def operator(self) -> str:
        """Who gives the command, as the log of deeds names her: the machine's name for her."""
        try:
            return f"operator:{getpass.getuser()}"
        except (KeyError, OSError):  # a container may have a number that has no name
            return f"operator:{os.getuid()}"

    def show(self, text: str = "") -> None:
        """A line of what was asked for."""
        sys.stdout.write(f"{_harmless(text)}\n")

    def complain(self, text: str) -> None:
        """Something that went wrong, with what to do about it."""
        sys.stderr.write(f"{_harmless(text)}\n")

    def complain_all(self, error: ConfigError) -> None:
        """Every problem of a file, in the operator's language."""
        source = str(error).split(f": {len(error.problems)} problem(s)", maxsplit=1)[0]
        self.complain(
            self.words.say_n(
                "{source}: {number} problem",
                "{source}: {number} problems",
                len(error.problems),
                source=source,
            )
        )
        for problem in error.problems:
            self.complain(f"  - {problem}")

    def ask(self, question: str, default: str = "") -> str:
        """Put a question and return the answer, `default` if it is empty.

        Raises:
            NoAnswer: the input has ended.
        """
        shown = f"{question} [{default}]: " if default else f"{question}: "
        # On stderr, so that `runda init | tee` still shows the questions at once.
        sys.stderr.write(shown)
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:
            sys.stderr.write("\n")
            raise self._nobody()
        return answer.strip() or default

    def ask_secret(self, question: str) -> str:
        """Put a question whose answer is not shown.

        Raises:
            NoAnswer: there is no terminal that could hide the answer.
        """
        if not sys.stdin.isatty():
            # getpass would fall back to reading, and show, what is typed.
            raise self._nobody()
        return getpass.getpass(f"{question}: ", stream=sys.stderr).strip()

    def _nobody(self) -> NoAnswer:
        return NoAnswer(
            self.words.say(
                "nobody answers; give the answers as options (`runda init --help` lists them)"
            )
        )


def _harmless(text: str) -> str:
    """Lines in which nothing steers the terminal: names in them are other people's."""
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))
