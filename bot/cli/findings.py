"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `remedy` says what is wrong with it and what to do, "" if nothing."""

    what: str
    remedy: str = ""

    @property
    def is_good(self) -> bool:
        """True if there is nothing to do."""
        return not self.remedy

    def told(self) -> str:
        """One line if it is good, the remedy below it if not."""
        if self.is_good:
            return f"✓ {self.what}"
        return "\n    ".join([f"✗ {self.what}", *self.remedy.splitlines()])


def good(what: str) -> Finding:
    """Nothing to do."""
    return Finding(what=what)


def bad(what: str, remedy: str) -> Finding:
    """Something to mend."""
    return Finding(what=what, remedy=remedy)
