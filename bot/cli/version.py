"""``runda version``."""

from __future__ import annotations

import argparse
from importlib.metadata import version

from bot.cli.terminal import OK, Terminal


def run(_parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Show the version."""
    terminal.show(f"runda {version('runda')}")
    return OK
