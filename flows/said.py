"""A sentence before it is in anybody's language.

``flows`` knows what is wrong and with what, and not who reads it. The English text is the
sentence's key in the catalogues, as it is for everything ``bot`` says by itself; ``make po``
collects it from the calls of `said`.
"""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Said:
    """An English text with blanks, ``{name}``, and what stands in them: values, or more of these.

    As a string it is English.
    """

    text: str
    values: tuple[tuple[str, object], ...] = ()

    @override
    def __str__(self) -> str:
        return self.text.format(**dict(self.values))


def said(text: str, /, **values: object) -> Said:
    """Say it later; `text` must stand in the call itself, for the catalogues."""
    return Said(text, tuple(values.items()))
