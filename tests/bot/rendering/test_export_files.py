"""The files of an export: whole, without names, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.export import CSV_COLUMNS, neutral, original, to_csv, to_json
from flows.digest.snapshot import ReplyKind
from flows.export import Export, ExportNotTrue, ExportRevision
from flows.messages import MediaKind
from tests.flows.digest.samples import texts
from tests.flows.exports import export, exported


def document(whole: Export) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(to_json(whole))
    return read


def rows(whole: Export) -> list[dict[str, str]]:
    """The table as a program reads it that undoes what `neutral` did."""
    text = to_csv(whole).decode("utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    return [{name: original(cell) for name, cell in row.items()} for row in reader]


# ------------------------------------------------------------------------- JSON


def test_everything_stored_is_in_the_json() -> None:
    whole = export(
        exported(
            2,
            media="flip.jpg",
            media_kind=MediaKind.IMAGE,
            late=True,
            sealed=True,
            opened=True,
            declared_ms=1_777_975_300_008,
            edited_ms=1_777_975_310_000,
            revisions=(ExportRevision(text="More", replaced_ms=1_777_975_310_000),),
        ),
        exported(1, "gone", withdrawn_ms=1_777_975_320_000, media="gone.jpg"),
    )
    assert document(whole) == {
        "schema": "runda-export/1",
        "dialogue": {
            "id": "grums-1",
            "status": "ended",
            "language": "sv",
            "created_at": "2026-05-05T09:56:40.000Z",
            "exported_at": "2026-05-05T14:06:40.000Z",
        },
        "pack": {"name": "grums", "title": "Unga i Grums"},
        "counts": {"received": 2, "withdrawn": 1, "exported": 1},
        "steps": [
            {
                "id": "alone",
                "kind": "individual",
                "title": "On your own",
                "text": "What do *you* do?",
                "text_version": "0123456789ab",
                "scenario": "emma",
                "sealed": True,
            }
        ],
        "groups": [{"id": "2", "name": "Bord 2"}, {"id": "10", "name": "Bord 10"}],
        "rounds": [
            {
                "step": "alone",
                "group": "2",
                "opened_at": "2026-05-05T10:00:00.000Z",
                "closed_at": "2026-05-05T10:04:00.500Z",
                "present": 6,
                "no_answer": False,
                "unreadable": 0,
            }
        ],
        "replies": [
            {
                "reply": 1,
                "step": "alone",
                "scenario": "emma",
                "text_version": "0123456789ab",
                "group": "2",
                "person": 1,
                "kind": "individual",
                "text": None,
                "media": None,
                "sent_at": "2026-05-05T10:01:40.007Z",
                "received_at": "2026-05-05T10:01:41.000Z",
                "late": False,
                "sealed": False,
                "opened": False,
                "declared_at": None,
                "edited_at": None,
                "withdrawn_at": "2026-05-05T10:02:00.000Z",
                "held": None,
                "revisions": [],
            },
            {
                "reply": 2,
                "step": "alone",
                "scenario": "emma",
                "text_version": "0123456789ab",
                "group": "2",
                "person": 2,
                "kind": "individual",
                "text": "More adults",
                "media": {"name": "flip.jpg", "kind": "image"},
                "sent_at": "2026-05-05T10:01:40.007Z",
                "received_at": "2026-05-05T10:01:41.000Z",
                "late": True,
                "sealed": True,
                "opened": True,
                "declared_at": "2026-05-05T10:01:40.008Z",
                "edited_at": "2026-05-05T10:01:50.000Z",
                "withdrawn_at": None,
                "held": None,
                "revisions": [{"text": "More", "replaced_at": "2026-05-05T10:01:50.000Z"}],
            },
        ],
    }


@pytest.mark.parametrize("write", [to_json, to_csv])
def test_what_was_withdrawn_has_no_words_in_any_file(write: Any) -> None:
    gone = exported(
        1,
        "SECRET",
        media="SECRET.jpg",
        withdrawn_ms=1,
        revisions=(ExportRevision(text="SECRET too", replaced_ms=1),),
    )
    assert b"SECRET" not in write(export(gone))


@pytest.mark.parametrize("write", [to_json, to_csv])
def test_an_export_that_does_not_add_up_is_not_written(write: Any) -> None:
    with pytest.raises(ExportNotTrue):
        write(replace(export(exported(1)), received=2))


@pytest.mark.parametrize(
    ("at_ms", "written"),
    [
        pytest.param(-5, "1970-01-01T00:00:00.000Z", id="before all"),
        pytest.param(10**18, "9999-12-31T23:59:59.999Z", id="claimed by a homeserver"),
    ],
)
def test_an_impossible_instant_does_not_stop_an_export(at_ms: int, written: str) -> None:
    reply = document(export(exported(1, sent_ms=at_ms)))["replies"][0]
    assert reply["sent_at"] == written


@given(said=st.lists(texts, max_size=5))
def test_json_keeps_every_text_to_the_letter(said: list[str]) -> None:
    whole = export(*(exported(no, text) for no, text in enumerate(said)))
    assert [reply["text"] for reply in document(whole)["replies"]] == said


# -------------------------------------------------------------------------- CSV


def test_a_row_of_the_table() -> None:
    whole = export(exported(1, '=1+1; "now"\nand later', kind=ReplyKind.TALK, late=True))
    assert to_csv(whole).decode() == (
        "\ufeff" + ";".join(f'"{name}"' for name in CSV_COLUMNS) + "\r\n"
        '"grums-1";"1";"emma";"alone";"On your own";"individual";"0123456789ab";"2";"Bord 2";'
        '"1";"talk";"\'=1+1; ""now""\nand later";"";"2026-05-05 10:01:40";"2026-05-05 10:01:41";'
        '"TRUE";"FALSE";"FALSE";"";"";"";"";"0"\r\n'
    )


@given(said=st.lists(texts, max_size=5))
def test_the_table_keeps_every_text_to_the_letter(said: list[str]) -> None:
    whole = export(*(exported(no, text) for no, text in enumerate(said)))
    assert [row["text"] for row in rows(whole)] == said


@given(text=texts, group=texts, media=texts)
def test_no_cell_can_run_as_a_formula(text: str, group: str, media: str) -> None:
    whole = export(exported(1, text, media=media))
    named = replace(whole, groups=tuple(replace(one, name=group) for one in whole.groups))
    reader = csv.reader(io.StringIO(to_csv(named).decode("utf-8-sig"), newline=""), delimiter=";")
    for row in reader:
        assert len(row) == len(CSV_COLUMNS)
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in row)  # noqa: RUF001  the wide signs are meant


CALLS = "=cmd|'/C calc'!A0"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("between", [*",;\t|\n\r", '"', "','", "'", ', "', '","'])
def test_no_cell_can_run_where_another_separator_is_expected(separator: str, between: str) -> None:
    """A double click on a machine of another country splits the rows elsewhere."""
    text = f"ord{between}{CALLS}{between}ord{between}+1{between}-1{between}@a"
    whole = export(exported(1, text))
    written = to_csv(whole).decode("utf-8-sig")
    cells = [
        cell
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator)
        for cell in row
    ]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n"))]
    assert [row["text"] for row in rows(whole)] == [text]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("bra;=1+1", "bra;'=1+1"),
        ("att göra:\n- mer\n'- mindre", "att göra:\n'- mer\n''- mindre"),
        ("a = b, - 2", "a = b, - 2"),
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+46 70", "'+46 70"),
        ("- one", "'- one"),
        ("@room", "'@room"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("'=x", "''=x"),
        ("'x", "'x"),
        ("x=1", "x=1"),
        ("", ""),
    ],
)
def test_cells_are_neutralised_and_can_be_had_back(cell: str, written: str) -> None:
    assert neutral(cell) == written
    assert original(written) == cell


@given(cell=st.one_of(texts, st.text(alphabet="'=+-@\t\rx")))
def test_neutralising_loses_nothing(cell: str) -> None:
    assert original(neutral(cell)) == cell
