"""Addresses and file names that a pack may contain.

Nothing here is fetched or opened: people's clients will do that with the one, and the other is
looked for beside the pack.
"""

from __future__ import annotations

import re

from flows.packs.table import Table, as_name, quoted, what_is
from flows.said import said

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
DOCUMENTS = (".pdf",)
MAX_LINK_CHARS = 1_000
MAX_FILE_NAME_CHARS = 80

_HTTPS = re.compile(r"https://(?P<host>[^/?#@:\[\]]+)(?::443)?(?=[/?#]|\Z)")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_LOCAL = ("localhost", "local", "localdomain", "internal", "lan", "home", "invalid", "test", "arpa")


def read_link(table: Table, key: str) -> str | None:
    """Read a public https address."""
    value = table.values[key]
    if not isinstance(value, str):
        table.note(
            key, said("{key} must be an address in quotes, not {it}", key=key, it=what_is(value))
        )
    elif not is_public_link(value):
        table.note(
            key,
            said(
                "{key} = {value} is no public address that begins with https://;"
                " copy it from the address line of your browser",
                key=key,
                value=quoted(value),
            ),
        )
    else:
        return value
    return None


def is_public_link(value: str) -> bool:
    """Whether it is https to a host with a public name: no IP address, nothing local, no login."""
    if len(value) > MAX_LINK_CHARS or not value.isprintable() or set(value) & set(' <>"\\'):
        return False
    match = _HTTPS.match(value)
    if match is None:
        return False
    try:
        host = match["host"].lower().encode("idna").decode("ascii")
    except UnicodeError:
        return False
    # A last part that begins with a letter is no IP address, however that may be written.
    return _HOST.fullmatch(host) is not None and host.rpartition(".")[2] not in _LOCAL


def read_file_name(table: Table, key: str, known: tuple[str, ...]) -> str | None:
    """Read the plain name of a file beside the pack that ends in one of the `known` ways."""
    value = table.values[key]
    if not isinstance(value, str):
        table.note(
            key,
            said("{key} must be a file's name in quotes, not {it}", key=key, it=what_is(value)),
        )
    elif len(value) > MAX_FILE_NAME_CHARS or _FILE_NAME.fullmatch(value) is None:
        table.note(
            key,
            said(
                "{key} = {value} is not the plain name of a file beside the pack; write only"
                ' a-z, 0-9, "-", "_" and ".", no folders, e.g. {key} = "{better}"',
                key=key,
                value=quoted(value),
                better=_better_name(value, known),
            ),
        )
    elif not value.lower().endswith(known):
        table.note(
            key,
            said(
                "{key} = {value} is of a kind that cannot be shown; it must end in one of {every}",
                key=key,
                value=quoted(value),
                every=", ".join(known),
            ),
        )
    else:
        return value
    return None


def _better_name(value: str, known: tuple[str, ...]) -> str:
    plain = value.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = plain.rpartition(".")
    ending = f".{ending.lower()}" if dot else ""
    return as_name(stem or plain, otherwise="picture") + (ending if ending in known else known[0])
