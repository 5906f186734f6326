"""``runda log``: who did what, and whether anybody has tampered with it. Only reads."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.configuration import configured
from bot.cli.private_file import write_file
from bot.cli.terminal import OK, PROBLEM, USAGE, Terminal
from bot.rendering.log import fault_sentence, line, to_csv
from flows.audit import Head, faults
from storage.overview import Reading, reading

if TYPE_CHECKING:
    from bot.config.values import Config

_LINES = 20
_TERMINAL = "-"


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Show the log, write it, or check it."""
    heads = [Head.read(text) for text in parsed.head]
    if None in heads:
        terminal.complain(
            terminal.words.say(
                "--head: write the number, a colon and the 64 signs of the digest, as the export "
                "showed them"
            )
        )
        return USAGE
    config = configured(parsed, terminal)
    with reading(config.database_url) as seen:
        if parsed.csv is not None:
            status = _write(parsed.csv, seen, terminal)
        elif parsed.verify or heads:
            status = OK
        else:
            status = _show(seen, config, terminal)
        if status == OK and (parsed.verify or heads):
            return _verify(seen, [head for head in heads if head is not None], terminal)
    return status


def _show(seen: Reading, config: Config, terminal: Terminal) -> int:
    entries = seen.tx.audit.last(_LINES)
    for entry in entries:
        terminal.show(line(entry, config.zone, terminal.words))
    if not entries:
        terminal.show(terminal.words.say("Nothing has been noted yet."))
    return OK


def _write(where: str, seen: Reading, terminal: Terminal) -> int:
    content = to_csv(seen.tx.audit.all())
    if where == _TERMINAL:
        sys.stdout.buffer.write(content)
        return OK
    return write_file(Path(where), content, terminal)


def _verify(seen: Reading, heads: list[Head], terminal: Terminal) -> int:
    words = terminal.words
    found = faults(seen.tx.audit.all(), heads)
    for fault in found:
        terminal.complain(fault_sentence(fault, words))
    if found:
        return PROBLEM
    head = seen.tx.audit.head()
    terminal.show(
        words.say_n(
            "{number} entry, and the log is whole.",
            "{number} entries, and the log is whole.",
            head.number,
        )
    )
    terminal.show(words.say("head: {head}", head=head))
    if not heads:
        terminal.show(
            words.say(
                "Whether its end was cut off can only be told with --head and an earlier head."
            )
        )
    return OK
