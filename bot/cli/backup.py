"""``runda backup``: everything the bot remembers, in a folder of its own, while it runs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bot.cli.configuration import config_path, configured
from bot.cli.terminal import OK, PROBLEM, Terminal
from bot.errors import BackupUnusable
from bot.service.backup import make_backup
from storage.overview import Form, form_of, sqlite_file

_OURS_ALONE = 0o077


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Make a backup, see that it can be restored, and say where it is."""
    config = configured(parsed, terminal)
    words = terminal.words
    path = config_path(parsed)
    if form_of(config.database_url) is Form.ABSENT:
        terminal.complain(words.say("there is nothing to back up yet: the bot has never run"))
        return PROBLEM
    os.umask(_OURS_ALONE)
    to = path.absolute().parent / "backups" if parsed.to is None else Path(parsed.to).absolute()
    try:
        made = make_backup(config, path, to, now=terminal.now)
    except BackupUnusable as error:
        terminal.complain(
            words.say(
                "no backup was made: {place}: {reason}. See that the folder is there, that you "
                "may write in it and that its disk is not full; earlier backups are as they were.",
                place=error.place,
                reason=error.reason,
            )
        )
        return PROBLEM
    terminal.show(words.say("backed up, and restored once to see that it holds: {path}", path=made))
    if sqlite_file(config.database_url) is None:
        terminal.show(
            words.say(
                "The database is PostgreSQL's and not in it. Back it up first, with pg_dump, and "
                "the rest with this command right after it."
            )
        )
    return OK
