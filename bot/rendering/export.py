"""A dialogue's replies as files: JSON for programs, CSV for a spreadsheet.

JSON, schema ``runda-export/1``, UTF-8. Instants are RFC 3339 in UTC with milliseconds, null
where something has not happened::

    schema      "runda-export/1"
    dialogue    id, status, language, created_at, exported_at
    pack        name, title
    counts      received, withdrawn, exported; received - withdrawn = exported
    steps       id, kind, title, text, text_version, scenario, sealed; in the pack's order
    groups      id, name; as people count them
    rounds      step, group, opened_at, closed_at, present, no_answer, unreadable
    replies     reply, step, scenario, text_version, group, person, kind (individual, group,
                talk), text, media ({name, kind} or null), sent_at, received_at, late, sealed,
                opened, declared_at, edited_at, withdrawn_at, held, revisions ([{text,
                replaced_at}], the oldest first); by number

A reply that was withdrawn is listed with `text` and `media` null and no revisions. One that the bot
holds back (`held`: care, case, personal, or not looked at yet) has an empty text. `person`
tells persons of this dialogue apart; no account and no name of a person is in any field that
is not somebody's own words. Fields may be added within a version, and readers ignore those
they do not know; one that changes or goes makes the next version.

CSV has one row per reply and the columns of `CSV_COLUMNS`, instants in UTC as spreadsheets
read them. It is made to be opened by a double click in a Swedish Excel: UTF-8 with a byte
order mark, and `;` between the cells, because a system whose decimal sign is a comma would
put a comma-separated row into one cell. Other programs ask for the separator, or guess it.

A cell that begins with ``= + - @`` (or their wide forms), a tab, a carriage return or a new
line could run as a formula: it gets a `'` in front (one more, if it already has some). So does
one of those four signs behind a separator, a quotation mark or the end of a line inside a cell:
a spreadsheet that expects another separator begins a cell there. To have the text back, take
one `'` away wherever one or more stand in such a place.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from flows.digest.ordering import group_order
from flows.export import Export, ExportReply, ExportRevision, ExportRound, ExportStep, reconcile
from flows.ids import StepId

SCHEMA = "runda-export/1"

CSV_COLUMNS = (
    "dialogue",
    "reply",
    "scenario",
    "step",
    "step_title",
    "step_kind",
    "text_version",
    "group",
    "group_name",
    "person",
    "kind",
    "text",
    "media",
    "sent_utc",
    "received_utc",
    "late",
    "sealed",
    "opened",
    "declared_utc",
    "edited_utc",
    "withdrawn_utc",
    "held",
    "revisions",
)

# The last four are the wide forms, which some systems take for the same signs.
_SIGN = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_BEGINS = r"""(?<![^,;|\t\r\n"])"""
"""Where a cell begins for one system or another."""
_FORMULA = re.compile(rf"{_BEGINS}'*(?={_SIGN})|\A'*(?=[\t\r\n])")
_NEUTRALISED = re.compile(rf"{_BEGINS}'('*)(?={_SIGN})|\A'('*)(?=[\t\r\n])")

_LAST_MS = 253_402_300_799_999
"""The end of the year 9999. Homeservers can claim any instant; what lies outside is clamped."""


# ----------------------------------------------------------------------- JSON


def to_json(export: Export) -> bytes:
    """Everything, for programs.

    Raises:
        ExportNotTrue: the counts do not reconcile.
    """
    reconcile(export)
    return orjson.dumps(_document(export), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _document(export: Export) -> dict[str, Any]:
    scenarios = {step.step_id: step.scenario for step in export.steps}
    order = {step.step_id: place for place, step in enumerate(export.steps)}
    rounds = sorted(export.rounds, key=lambda r: (order[r.step_id], group_order(r.group_id)))
    groups = sorted(export.groups, key=lambda group: group_order(group.group_id))
    return {
        "schema": SCHEMA,
        "dialogue": {
            "id": export.dialogue_id,
            "status": export.status,
            "language": export.language,
            "created_at": _instant(export.created_ms),
            "exported_at": _instant(export.exported_ms),
        },
        "pack": {"name": export.pack, "title": export.title},
        "counts": {
            "received": export.received,
            "withdrawn": export.withdrawn,
            "exported": export.exported,
        },
        "steps": [_step(step) for step in export.steps],
        "groups": [{"id": group.group_id, "name": group.name} for group in groups],
        "rounds": [_round(round_) for round_ in rounds],
        "replies": [_reply(reply, scenarios) for reply in _numbered(export)],
    }


def _numbered(export: Export) -> list[ExportReply]:
    return sorted(export.replies, key=lambda reply: reply.reply_no)


def _step(step: ExportStep) -> dict[str, Any]:
    return {
        "id": step.step_id,
        "kind": step.kind,
        "title": step.title,
        "text": step.text,
        "text_version": step.text_version,
        "scenario": step.scenario,
        "sealed": step.sealed,
    }


def _round(round_: ExportRound) -> dict[str, Any]:
    return {
        "step": round_.step_id,
        "group": round_.group_id,
        "opened_at": _instant(round_.opened_ms),
        "closed_at": _instant(round_.closed_ms),
        "present": round_.present,
        "no_answer": round_.no_answer,
        "unreadable": round_.unreadable,
    }


def _reply(reply: ExportReply, scenarios: Mapping[StepId, str]) -> dict[str, Any]:
    gone = reply.withdrawn_ms is not None
    has_media = reply.media is not None and not gone
    return {
        "reply": reply.reply_no,
        "step": reply.step_id,
        "scenario": scenarios[reply.step_id],
        "text_version": reply.text_version,
        "group": reply.group_id,
        "person": reply.person,
        "kind": reply.kind,
        "text": None if gone else reply.text,
        "media": {"name": reply.media, "kind": reply.media_kind} if has_media else None,
        "sent_at": _instant(reply.sent_ms),
        "received_at": _instant(reply.received_ms),
        "late": reply.late,
        "sealed": reply.sealed,
        "opened": reply.opened,
        "declared_at": _instant(reply.declared_ms),
        "edited_at": _instant(reply.edited_ms),
        "withdrawn_at": _instant(reply.withdrawn_ms),
        "held": reply.held,
        "revisions": [] if gone else [_revision(revision) for revision in reply.revisions],
    }


def _revision(revision: ExportRevision) -> dict[str, Any]:
    return {"text": revision.text, "replaced_at": _instant(revision.replaced_ms)}


def _instant(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    return f"{_moment(at_ms).replace(' ', 'T')}.{_clamped(at_ms) % 1000:03}Z"


# ------------------------------------------------------------------------ CSV


def to_csv(export: Export) -> bytes:
    """One row per reply, for a spreadsheet.

    Raises:
        ExportNotTrue: the counts do not reconcile.
    """
    reconcile(export)
    steps = {step.step_id: step for step in export.steps}
    names = {group.group_id: group.name for group in export.groups}
    table = io.StringIO(newline="")
    rows = csv.DictWriter(table, CSV_COLUMNS, delimiter=";", quoting=csv.QUOTE_ALL)
    rows.writeheader()
    for reply in _numbered(export):
        cells = _cells(reply, steps[reply.step_id], names[reply.group_id])
        rows.writerow(
            {"dialogue": neutral(export.dialogue_id)}
            | {name: neutral(cell) for name, cell in cells.items()}
        )
    return table.getvalue().encode("utf-8-sig")


def _cells(reply: ExportReply, step: ExportStep, group_name: str) -> dict[str, str]:
    gone = reply.withdrawn_ms is not None
    return {
        "reply": str(reply.reply_no),
        "scenario": step.scenario,
        "step": step.step_id,
        "step_title": step.title,
        "step_kind": step.kind,
        "text_version": reply.text_version,
        "group": reply.group_id,
        "group_name": group_name,
        "person": str(reply.person),
        "kind": reply.kind,
        "text": "" if gone else reply.text,
        "media": "" if gone else reply.media or "",
        "sent_utc": _cell_moment(reply.sent_ms),
        "received_utc": _cell_moment(reply.received_ms),
        "late": _flag(value=reply.late),
        "sealed": _flag(value=reply.sealed),
        "opened": _flag(value=reply.opened),
        "declared_utc": _cell_moment(reply.declared_ms),
        "edited_utc": _cell_moment(reply.edited_ms),
        "withdrawn_utc": _cell_moment(reply.withdrawn_ms),
        "held": reply.held or "",
        "revisions": str(0 if gone else len(reply.revisions)),
    }


def neutral(cell: str) -> str:
    """The cell, with a `'` in front of all that a spreadsheet could take for a formula."""
    return _FORMULA.sub(r"'\g<0>", cell)


def original(cell: str) -> str:
    """The cell's text before `neutral`."""
    return _NEUTRALISED.sub(r"\1\2", cell)


def _flag(*, value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _cell_moment(at_ms: int | None) -> str:
    return "" if at_ms is None else _moment(at_ms)


def _moment(at_ms: int) -> str:
    # In whole seconds first: a float of milliseconds would round some of them up.
    return f"{datetime.fromtimestamp(_clamped(at_ms) // 1000, UTC):%Y-%m-%d %H:%M:%S}"


def _clamped(at_ms: int) -> int:
    return min(max(at_ms, 0), _LAST_MS)
