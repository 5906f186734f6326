"""The configuration a command works with."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bot.cli.language import find_config
from bot.cli.terminal import Terminal
from bot.config.values import Config, load_config


def config_path(parsed: argparse.Namespace) -> Path:
    """The file that is meant."""
    named = None if parsed.config is None else Path(parsed.config)
    return find_config(named, os.environ)


def configured(parsed: argparse.Namespace, terminal: Terminal) -> Config:
    """Its content.

    Raises:
        ConfigError: with every problem, in the operator's language.
    """
    return load_config(config_path(parsed), words=terminal.words)
