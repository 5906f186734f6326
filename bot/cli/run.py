"""``runda run``: the bot itself."""

from __future__ import annotations

import argparse
import asyncio

from bot.app import run as run_app
from bot.cli.configuration import configured
from bot.cli.terminal import OK, Terminal
from bot.logs import set_up_logs


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Run until told to stop."""
    config = configured(parsed, terminal)
    set_up_logs(config.log_level, config.log_format)
    asyncio.run(run_app(config))
    return OK
