"""Who did what, as a chain: each entry's digest is made of it and of the digest before.

Whoever changes, takes out or puts in an entry breaks the chain from there on. Whoever makes the
whole chain anew, or cuts off its end, is found by a *head* that was published earlier: the number
and digest of the last entry there was at the time.

An entry holds what organizers and operators did. It holds no answer, and no participant's name.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

NOTHING_BEFORE = "0" * 64
"""What stands in for a digest before the first entry."""

MOST_REASON_CHARS = 500
_HEAD = re.compile(r"(?P<number>[0-9]{1,18})[:-](?P<digest>[0-9a-f]{64})", re.IGNORECASE)


class Act(StrEnum):
    """What is noted. A value, once written, keeps its meaning for ever: it is part of the chain."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    NEXT = "next"
    SKIP = "skip"
    STOP = "stop"
    SERIES = "series"
    SERIES_END = "series end"
    SAY = "say"
    DIGEST = "digest"
    HOLD = "hold back"
    RELEASE = "release"
    APPROVE = "approve"
    EXPORT = "export"
    ERASE = "erase"
    TAKE_BACK = "take back"
    WITHDRAW_CONSENT = "withdraw consent"
    RETENTION = "retention"
    LEGAL_HOLD = "legal hold"
    LEGAL_HOLD_END = "legal hold end"
    REGISTRY = "registry number"
    SETTING = "setting"
    THEME = "theme"
    INVITE = "invite"
    CONTACT = "contact"
    BOOKING = "booking"
    BOOKING_END = "booking end"
    PACK = "pack"
    CARE = "care"
    ANONYMOUS = "made anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that somebody did.

    Attributes:
        actor: An organizer's account, `operator:` and a name, `runda` for what the bot did by
            itself, or `participant`: those are not named.
        dialogue: Its id, "" where it concerns none. `room` likewise.
        subject: What it was done to, by number or by name of ours: a reply's number, a setting.
        reason: In the words of who did it. Never a person's answer.
    """

    at_ms: int
    actor: str
    act: str
    dialogue: str = ""
    room: str = ""
    subject: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A deed in its place in the chain; the first has number 1."""

    number: int
    deed: Deed
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry at some time, by which whoever wrote it down can check the log later."""

    number: int
    digest: str

    @override
    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def of(cls, entry: Entry) -> Head:
        """The head of a log that ends with `entry`."""
        return cls(number=entry.number, digest=entry.digest)

    @classmethod
    def read(cls, text: str) -> Head | None:
        """A head as `str` writes it; None for anything else."""
        match = _HEAD.fullmatch(text.strip())
        if match is None:
            return None
        return cls(number=int(match["number"]), digest=match["digest"].lower())


EMPTY = Head(number=0, digest=NOTHING_BEFORE)
"""The head of a log in which nothing has been noted."""


def follow(head: Head, deed: Deed) -> Entry:
    """The entry that comes after `head`."""
    number = head.number + 1
    return Entry(number=number, deed=deed, digest=_digest(head.digest, number, deed))


def _digest(before: str, number: int, deed: Deed) -> str:
    # A list in a fixed order and with every character escaped: one way to write an entry.
    canonical = json.dumps(
        [
            before,
            number,
            deed.at_ms,
            deed.actor,
            deed.act,
            deed.dialogue,
            deed.room,
            deed.subject,
            deed.reason,
        ],
        ensure_ascii=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


class Wrong(StrEnum):
    """How a log can be found to have been tampered with."""

    MISSING = "missing"
    """An entry of this number should be here, and is not."""
    CHANGED = "changed"
    """This entry, or one before it, is not as it was written."""
    CUT = "cut"
    """The log once went as far as this number."""
    NOT_THE_SAME = "not the same"
    """This entry had another digest when its head was published."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the log is wrong, and how."""

    number: int
    wrong: Wrong


def faults(entries: Iterable[Entry], heads: Sequence[Head] = ()) -> list[Fault]:
    """What is wrong with a log, in its order; nothing, if nobody has tampered with it.

    Each entry is held against the digest that stands in the entry before, so that one that was
    changed is one fault and not as many as come after it.

    Args:
        entries: The whole log, by number.
        heads: Heads that were published earlier. Without them, a log that was made anew as a
            whole, or lost its end, cannot be told from a true one.
    """
    found: list[Fault] = []
    before, expected = NOTHING_BEFORE, 1
    published = {head.number: head.digest for head in heads if head.number}
    for entry in entries:
        if entry.number != expected:
            found.append(Fault(expected, Wrong.MISSING))
        elif entry.digest != _digest(before, entry.number, entry.deed):
            found.append(Fault(entry.number, Wrong.CHANGED))
        if published.pop(entry.number, entry.digest) != entry.digest:
            found.append(Fault(entry.number, Wrong.NOT_THE_SAME))
        before, expected = entry.digest, entry.number + 1
    found += [
        Fault(number, Wrong.CUT if number >= expected else Wrong.NOT_THE_SAME)
        for number in sorted(published)
    ]
    return found
