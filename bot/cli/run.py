"""``runda run``: the bot itself."""

from __future__ import annotations

import argparse
import asyncio
import os

from bot.app import run as run_app
from bot.cli.configuration import configured
from bot.cli.new_config import PRIVATE_FOLDER
from bot.cli.terminal import FOR_OPERATOR, OK, Terminal
from bot.config.values import forget_secrets
from bot.errors import ChatLoggedOut
from bot.service.backup import restoring
from bot.service.logs import guard_the_process, set_up_logs
from storage.errors import DatabaseDamaged

_OURS_ALONE = 0o077


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Run until told to stop."""
    config = configured(parsed, terminal)
    forget_secrets(os.environ)
    cut_off = restoring(config)
    if cut_off.exists():
        terminal.complain(
            terminal.words.say(
                "{path} is there: a restore was cut off. Do it again: runda restore FOLDER",
                path=cut_off,
            )
        )
        return FOR_OPERATOR
    # Answers and keys: nobody else on the machine may read what is written from here on.
    os.umask(_OURS_ALONE)
    config.data_folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    set_up_logs(config.log_level, config.log_format)
    guard_the_process()
    try:
        asyncio.run(run_app(config))
    except ChatLoggedOut:
        terminal.complain(
            terminal.words.say(
                "The homeserver does not accept the access token any more. Log in anew and keep "
                "the organizers' room: runda init --force --room '{room}'",
                room=config.organizers_room,
            )
        )
        return FOR_OPERATOR
    except DatabaseDamaged as error:
        terminal.complain(str(error))
        return FOR_OPERATOR
    return OK
