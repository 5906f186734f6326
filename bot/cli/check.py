"""``runda check``: everything that can be wrong, looked at before it hurts."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator

from bot.cli.check_care import look_at_care
from bot.cli.check_matrix import look_at_matrix
from bot.cli.check_storage import look_at_database, look_at_modes, look_at_packs
from bot.cli.configuration import config_path
from bot.cli.findings import Finding, bad, good
from bot.cli.organizers_room import look_at_the_named_room, room_now
from bot.cli.terminal import OK, PROBLEM, Terminal
from bot.config.values import load_config
from bot.errors import ConfigError


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Look at everything, also after a problem, and tell all of it."""
    problems = 0
    for finding in _findings(parsed, terminal):
        problems += not finding.is_good
        terminal.show(finding.told())
    if problems == 0:
        return OK
    terminal.complain(
        terminal.words.say_n("{number} problem to mend", "{number} problems to mend", problems)
    )
    return PROBLEM


def _findings(parsed: argparse.Namespace, terminal: Terminal) -> Iterator[Finding]:
    words, path = terminal.words, config_path(parsed)
    try:
        config = load_config(path, words=words, takes_open_secrets=True)
    except ConfigError as error:
        # Without a configuration there is no knowing where the rest would be.
        for problem in error.problems:
            yield bad(words.say("configuration {path}", path=path), problem)
        yield from look_at_packs((), words)
        return
    yield good(words.say("configuration {path}", path=path.absolute()))
    yield from look_at_modes(config, path, words)
    yield from look_at_care(config.care, terminal.now.astimezone(config.zone).date(), words)
    yield from look_at_database(config, words)
    yield from look_at_packs(config.pack_folders, words)
    room_id = room_now(config)
    yield from look_at_the_named_room(config, path, room_id, words)
    yield from asyncio.run(look_at_matrix(config, room_id, words))
