"""The command ``runda``.

Little is imported here: `runda version` and `runda --help` answer at once, and each command
brings what it needs when it is called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from bot.cli.commands import commands, overview
from bot.cli.language import operator_language
from bot.cli.parser import Parser
from bot.cli.terminal import OK, PROBLEM, USAGE, Terminal
from bot.errors import ConfigError, RundaError
from bot.nearest import nearest
from bot.wording import wording
from storage.errors import DatabaseUnusable

INTERRUPTED = 130
"""What a shell returns for a command that Ctrl-C has ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, 1 (a problem, told on stderr) or 2 (usage)."""
    written = sys.argv[1:] if arguments is None else list(arguments)
    sys.excepthook = _mistake
    try:
        terminal = Terminal(words=wording(operator_language(_named_config(written), os.environ)))
        return _run(written, terminal)
    except KeyboardInterrupt:
        # The cursor stands behind a half-written answer, or behind ^C.
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output (`runda status | head`) has seen enough. Python would
        # complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEM
    except RundaError as error:
        sys.stderr.write(f"{error}\n")
        return PROBLEM


def _mistake(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Show an error that nobody foresaw: where it came from, and not the words it quotes."""
    from bot.service.tracebacks import shown_exception  # noqa: PLC0415  hardly ever needed

    sys.stderr.write(f"{shown_exception(error)}\n")


def _run(written: Sequence[str], terminal: Terminal) -> int:
    if not written or written[0] in ("-h", "--help", "help"):
        terminal.show(overview(terminal.words))
        return OK
    name, *rest = written
    command = commands(terminal.words).get("version" if name == "--version" else name)
    if command is None:
        return _no_command(name, terminal)
    parser = Parser(terminal.words, command=name, about=command.about)
    command.add_options(parser, terminal.words)
    try:
        return command.run(parser.parse_args(rest), terminal)
    except SystemExit as error:
        # argparse ends the process itself, after --help or a slip in the usage.
        return error.code if isinstance(error.code, int) else PROBLEM
    except ConfigError as error:
        terminal.complain_all(error)
    except DatabaseUnusable as error:
        terminal.complain(str(error))
    return PROBLEM


def _no_command(name: str, terminal: Terminal) -> int:
    known = list(commands(terminal.words))
    guess = nearest(name, known)
    if guess is not None:
        problem = terminal.words.say(
            "runda: there is no command {name}; did you mean {guess}?", name=name, guess=guess
        )
    else:
        problem = terminal.words.say(
            "runda: there is no command {name}; there are {known}",
            name=name,
            known=", ".join(known),
        )
    terminal.complain(problem)
    return USAGE


def _named_config(written: Sequence[str]) -> Path | None:
    """What follows --config, looked for before the rest: help speaks its language too."""
    for position, word in enumerate(written):
        if word == "--config" and position + 1 < len(written):
            return Path(written[position + 1])
        if word.startswith("--config="):
            return Path(word.removeprefix("--config="))
    return None
