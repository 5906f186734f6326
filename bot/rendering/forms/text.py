"""Text as files can hold it."""

from __future__ import annotations

import re

_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""What XML cannot hold, or discourages; none of it can be seen."""


def writable(text: str) -> str:
    """The text with each sign that XML cannot hold replaced by �, and lines ended one way."""
    return _UNWRITABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
