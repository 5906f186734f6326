"""Reading what was written after ``runda``, and the help that shows what can be."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from typing_extensions import override

from bot.cli.terminal import USAGE
from bot.wording import Wording


class Parser(argparse.ArgumentParser):
    """argparse, speaking the operator's language where it lets us.

    What belongs to every use of a command goes into `arguments`, what may be left out into
    `options`.
    """

    def __init__(self, words: Wording, *, command: str, about: str) -> None:
        super().__init__(
            prog=f"runda {command}",
            description=about,
            add_help=False,
            # `--pa` must not come to mean --password-file one day and --pace the next.
            allow_abbrev=False,
        )
        self.words = words
        self.arguments = self.add_argument_group(words.say("arguments"))
        self.options = self.add_argument_group(words.say("options"))
        self.options.add_argument(
            "-h", "--help", action="help", help=words.say("show this help and do nothing else")
        )

    def add_config(self) -> None:
        """Most commands read the configuration."""
        self.options.add_argument(
            "--config",
            metavar=self.words.say("FILE"),
            help=self.words.say("the configuration (else RUNDA_CONFIG, else ./config.toml)"),
        )

    def add_choice(self, name: str, choices: Sequence[str], *, help: str) -> None:  # noqa: A002
        """An option that takes one of a few words."""
        self.options.add_argument(name, choices=choices, metavar="|".join(choices), help=help)

    @override
    def format_usage(self) -> str:
        """The first line, in the operator's language."""
        return self._translated(super().format_usage())

    @override
    def format_help(self) -> str:
        """All of it, likewise."""
        return self._translated(super().format_help())

    def _translated(self, text: str) -> str:
        return text.replace("usage: ", self.words.say("usage: "), 1)

    @override
    def error(self, message: str) -> NoReturn:
        """Say what is wrong with what was written, and where the help is."""
        self.print_usage(sys.stderr)
        remedy = self.words.say("`{command} --help` says more.", command=self.prog)
        self.exit(USAGE, f"{self.prog}: {message}\n{remedy}\n")
