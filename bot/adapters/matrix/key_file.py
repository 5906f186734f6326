"""The file with the device's own secrets, beside the key store that they open."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigError

_SEED_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What must never be lost or shown.

    `pickle_key` opens the key store. The three seeds are the private halves of the
    account's cross-signing keys: whoever has them can vouch for devices in our name.
    """

    pickle_key: str
    master: bytes
    self_signing: bytes
    user_signing: bytes


def load_or_make(path: Path) -> Secrets:
    """Read the secrets, or make them at the first start.

    They are on disk before this returns, so before anything is published that rests on them.

    Raises:
        ConfigError: The file is there and cannot be read.
    """
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return _make(path)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path) from error
    try:
        kept = json.loads(text)
        return Secrets(
            pickle_key=str(kept["pickle_key"]),
            **{name: bytes.fromhex(kept[name]) for name in _SEEDS},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path) from error


_SEEDS = ("master", "self_signing", "user_signing")


def _make(path: Path) -> Secrets:
    values = {"pickle_key": secrets.token_urlsafe(32)}
    values |= {name: secrets.token_hex(_SEED_BYTES) for name in _SEEDS}
    written = path.with_suffix(".new")
    file = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as stream:
        json.dump(values, stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return load_or_make(path)


def _unreadable(path: Path) -> ConfigError:
    return ConfigError(
        str(path),
        [
            (
                "this file with the device's secrets cannot be read; put it back from the backup "
                "(without it the messages in encrypted rooms stay unreadable)"
            )
        ],
    )
