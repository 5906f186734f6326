"""``runda restore``: a backup in the place of what is there, or of what is lost."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path

from bot.cli.configuration import config_path, configured
from bot.cli.running import running_process
from bot.cli.terminal import OK, PROBLEM, Terminal
from bot.config.values import Config
from bot.errors import BackupUnusable
from bot.service.backup import Manifest, put_config_back, put_data_back, restoring, what_is_there
from flows.ids import UserId
from storage.database import Database

_OURS_ALONE = 0o077


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Look at the backup, then put it back; what is in its place is moved aside."""
    words = terminal.words
    backup, path = Path(parsed.backup).absolute(), config_path(parsed)
    os.umask(_OURS_ALONE)
    try:
        manifest = Manifest.read(backup)
        for written in put_config_back(backup, manifest, path):
            terminal.show(words.say("written: {path}", path=written))
        config = configured(parsed, terminal)
        if not _may_begin(config, parsed, terminal):
            return PROBLEM
        put_data_back(
            backup,
            manifest,
            config,
            now=terminal.now,
            finish=partial(_note, config.database_url, manifest),
        )
    except BackupUnusable as error:
        terminal.complain(
            words.say(
                "not restored: {place}: {reason}. Take another backup, or mend this; what was "
                "there is still there, at most under another name beside its place.",
                place=error.place,
                reason=error.reason,
            )
        )
        return PROBLEM
    terminal.show(words.say("restored: {path}", path=config.data_folder))
    terminal.show(
        words.say(
            "If the bot has run since the backup was made, log it in anew before you start it, or "
            "people's clients will not understand its keys: "
            "runda init --force --room '{room}'",
            room=config.organizers_room,
        )
    )
    return OK


def _may_begin(config: Config, parsed: argparse.Namespace, terminal: Terminal) -> bool:
    words = terminal.words
    number = running_process(config)
    if number is not None:
        terminal.complain(
            words.say("the bot is running (process {number}); stop it first", number=number)
        )
        return False
    there = what_is_there(config)
    if there and not parsed.force and not restoring(config).exists():
        terminal.complain(
            words.say(
                "{path} is already there; --force moves it aside and restores in its place",
                path=there[0],
            )
        )
        return False
    return True


def _note(database_url: str, manifest: Manifest) -> None:
    """Let the bot know that more has been said than its database remembers."""
    database = Database.open(database_url)
    try:
        database.write_now(
            lambda tx: tx.devices.note_restored(
                UserId(manifest.account), manifest.device, made_ms=manifest.made_ms
            )
        )
    finally:
        database.close()
