"""Everything of a dialogue in one file, to be kept as a public record.

A ZIP with `manifest.json`: which files it holds, each with its size and SHA-256 digest, of which
dialogue, under which registry number, and the head of the log of deeds. Made twice of the same,
it is the same to the byte.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from bot.rendering.export import neutral
from bot.rendering.log import to_csv

if TYPE_CHECKING:
    from flows.audit import Entry, Head
    from flows.dialogue import Dialogue
    from storage.transaction import Transaction

SCHEMA = "runda-archive/1"
MIME = "application/zip"
MANIFEST = "manifest.json"
_EARLIEST_YEAR = 1980
"""A ZIP knows no time before."""


class Held(NamedTuple):
    """A file in an archive."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What goes into an archive beside the forms of the digest."""

    dialogue: Dialogue
    pack_text: str
    log: Sequence[Entry]
    head: Head
    people: Sequence[tuple[str, str, str, str]]
    """The list of participants: table, name, role, organisation."""

    def files(self) -> list[Held]:
        """Log, list and pack, as files."""
        held = [Held("log.csv", to_csv(self.log)), Held("pack.toml", self.pack_text.encode())]
        if self.people:
            held.append(Held("participants.csv", _list(self.people)))
        return held


def beside(tx: Transaction, dialogue: Dialogue) -> Beside:
    """Read what an archive of a dialogue holds beside its digest.

    The log is the whole one: a part of it could not be checked.
    """
    settled = tx.seatings.settled()
    seated = [] if settled is None else tx.seatings.people(settled.number)
    return Beside(
        dialogue=dialogue,
        pack_text=tx.dialogues.pack_text(dialogue.id),
        log=tuple(tx.audit.all()),
        head=tx.audit.head(),
        people=tuple(
            (
                "" if one.table is None else str(one.table),
                one.person.name,
                one.person.role,
                one.person.organisation,
            )
            for one in seated
        ),
    )


def archive(forms: Iterable[Held], more: Beside, *, made_at: datetime) -> bytes:
    """The ZIP of these files and of what goes beside them.

    Args:
        made_at: When the replies were read, in the organizers' zone.
    """
    held = sorted([*forms, *more.files()])
    manifest = {
        "schema": SCHEMA,
        "dialogue": more.dialogue.id,
        "title": more.dialogue.pack.title.get(more.dialogue.language),
        "registry": more.dialogue.registry_number,
        "erased_on": None
        if more.dialogue.erased_on is None
        else more.dialogue.erased_on.isoformat(),
        "made_at": made_at.isoformat(timespec="seconds"),
        "log_head": str(more.head),
        "files": [
            {
                "name": one.name,
                "bytes": len(one.data),
                "sha256": hashlib.sha256(one.data).hexdigest(),
            }
            for one in held
        ],
    }
    told = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for one in (Held(MANIFEST, told.encode()), *held):
            file.writestr(_entry(one.name, made_at), one.data)
    return packed.getvalue()


def _entry(name: str, made_at: datetime) -> zipfile.ZipInfo:
    year = max(made_at.year, _EARLIEST_YEAR)
    moment = (year, made_at.month, made_at.day, made_at.hour, made_at.minute, made_at.second)
    entry = zipfile.ZipInfo(name, moment)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _list(people: Iterable[tuple[str, str, str, str]]) -> bytes:
    table = io.StringIO(newline="")
    rows = csv.writer(table, delimiter=";", quoting=csv.QUOTE_ALL)
    rows.writerow(("table", "name", "role", "organisation"))
    rows.writerows([neutral(cell) for cell in row] for row in people)
    return table.getvalue().encode("utf-8-sig")


def archive_name(dialogue: Dialogue) -> str:
    """What the file is called."""
    return f"{dialogue.id}.zip"
