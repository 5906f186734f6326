"""The number under which an organisation keeps a matter (Swedish: diarienummer)."""

from __future__ import annotations

MAX_REGISTRY_CHARS = 60


def registry_number(value: object) -> str | None:
    """A number as a registrar writes it, ``KS 2026/123``; None for what cannot be one.

    Organisations write them in many ways. It is one line, has a digit in it, and is not long.
    """
    if not isinstance(value, str):
        return None
    number = " ".join(value.split())
    sound = number.isprintable() and any(char.isdecimal() for char in number)
    return number if sound and len(number) <= MAX_REGISTRY_CHARS else None
