"""Where the configuration lies, and which language the operator is spoken to in.

Apart from ``bot.config.values``, which takes a fifth of a second to load.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from bot.wording import LANGUAGES

CONFIG_NAME = "config.toml"
CONFIG_VARIABLE = "RUNDA_CONFIG"
LANGUAGE_VARIABLE = "RUNDA_LANGUAGE"
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def find_config(named: Path | None, environ: Mapping[str, str]) -> Path:
    """Where the configuration is looked for: --config, RUNDA_CONFIG, ./config.toml."""
    return named or Path(environ.get(CONFIG_VARIABLE) or CONFIG_NAME)


def operator_language(named: Path | None, environ: Mapping[str, str]) -> str:
    """The language of the command line.

    RUNDA_LANGUAGE, then what the configuration says, then that of the terminal; English for
    a language we do not have.
    """
    chosen = environ.get(LANGUAGE_VARIABLE) or peek_language(find_config(named, environ))
    return chosen if chosen in LANGUAGES else terminal_language(environ)


def terminal_language(environ: Mapping[str, str]) -> str:
    """The language the terminal is set to (LANG), English if it is none of ours."""
    locale = next((environ[name] for name in _LOCALE_VARIABLES if environ.get(name)), "")
    language = locale[:2].lower()
    return language if language in LANGUAGES else "en"


def peek_language(path: Path) -> str | None:
    """The language the file asks for, if it can be read at all.

    What is wrong with the file is for ``bot.config.values`` to say.
    """
    try:
        language = tomllib.loads(path.read_text("utf-8"))["dialogue"]["language"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return language if isinstance(language, str) else None
