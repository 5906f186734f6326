"""Lists of participants as people really make them, and as nobody should."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.seating.listed import Fault, Listed, ReadList, from_json
from bot.seating.reading import packed, read_list
from bot.service.bounded import run_bounded

PLAIN = "Namn;Roll;Organisation\nÅsa Öberg;lärare;Skolan\nBo Ek;präst;Kyrkan\n"


def faults(read: ReadList) -> list[tuple[Fault, int | None, dict[str, str]]]:
    return [(one.fault, one.row, dict(one.values)) for one in read.problems]


def names(read: ReadList) -> list[str]:
    return [one.name for one in read.people]


def workbook(fill: Callable[[Worksheet], None], *more: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Deltagare"
    fill(sheet)
    for title in more:
        book.create_sheet(title).append(["Namn"])
        book[title].append(["Någon Annan"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"]
)
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_every_separator_and_encoding(separator: str, encoding: str) -> None:
    read = read_list(PLAIN.replace(";", separator).encode(encoding))
    assert read.people == (
        Listed(row=2, name="Åsa Öberg", role="lärare", organisation="Skolan"),
        Listed(row=3, name="Bo Ek", role="präst", organisation="Kyrkan"),
    )
    assert read.problems == ()


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param(
            "Förnamn;Efternamn;Titel;Arbetsgivare;Chatt-ID;Bord",
            id="Swedish",
        ),
        pytest.param(
            "First name;Last name;Title;Employer;Matrix;Table",
            id="English",
        ),
        pytest.param(
            " FORNAMN: ;efternamn*;Yrke;Arbetsplats;konto;grupp",
            id="as people type",
        ),
    ],
)
def test_headings(heading: str) -> None:
    read = read_list(f"{heading}\nÅsa;Ek;kurator;Region;@a:x.se;Bord 3\n".encode())
    assert read.people == (
        Listed(
            row=2,
            name="Åsa Ek",
            role="kurator",
            organisation="Region",
            account="@a:x.se",
            table=3,
        ),
    )
    assert read.problems == ()


def test_what_stands_above_the_headings_and_blank_rows_do_no_harm() -> None:
    text = "Deltagarlista 2026;;\n;;\nNamn;Roll;Organisation\n\n;;\nAnn;;Skolan\n ; ;\nBo;;\n"
    read = read_list(text.encode())
    assert [(one.row, one.name) for one in read.people] == [(6, "Ann"), (8, "Bo")]
    assert read.problems == ()


def test_without_headings_it_is_guessed_and_said() -> None:
    read = read_list("1;Ann Ek;@ann:x.se;lärare;Skolan\n2;Bo Al;@bo:x.se;präst;Kyrkan\n".encode())
    assert read.people[0] == Listed(
        row=1, name="Ann Ek", role="lärare", organisation="Skolan", account="@ann:x.se"
    )
    said = {"name": "2", "role": "4", "organisation": "5"}
    assert faults(read) == [(Fault.NO_HEADER, None, said)]


def test_a_list_of_names_alone() -> None:
    assert names(read_list(b"Namn\nAnn Ek\nBo Al\n")) == ["Ann Ek", "Bo Al"]


def test_quoted_cells_keep_separators_and_lines() -> None:
    read = read_list(b'Namn,Organisation\n"Ek, Ann","Skolan\nNorra"\nBo,Kyrkan\n')
    assert [(one.name, one.organisation) for one in read.people] == [
        ("Ek, Ann", "Skolan Norra"),
        ("Bo", "Kyrkan"),
    ]


def test_who_shall_sit_with_whom() -> None:
    text = (
        "Namn;Tillsammans med;Inte med\n"
        "Ann;Bo och cia;\nBo;;Dan\nCia;;Ann\nDan;Ann;Zoe\nEva;;Bo / Ann\n"
    )
    read = read_list(text.encode())
    assert [(one.name, one.together, one.apart) for one in read.people] == [
        ("Ann", (3, 4), ()),
        ("Bo", (), (5,)),
        ("Cia", (), (2,)),
        ("Dan", (2,), ()),
        ("Eva", (), (2, 3)),
    ]
    assert faults(read) == [(Fault.UNKNOWN_FRIEND, 5, {"name": "Zoe"})]


HEAD = "Namn;Roll;Organisation;Matrix;Bord;Tillsammans med\n"


@pytest.mark.parametrize(
    ("rows", "fault", "row", "values", "kept"),
    [
        pytest.param(";lärare;Skolan;;;", Fault.NO_NAME, 2, {}, [], id="no name"),
        pytest.param(
            "Ann;;;@ann:x.se;;\nAnna;;;@ANN:x.se;;",
            Fault.SAME_ACCOUNT,
            3,
            {"first": "2"},
            ["Ann"],
            id="same account",
        ),
        pytest.param(
            "Åsa Ek;;Skolan;;;\nåsa  ek;;skolan;;;",
            Fault.SAME_PERSON,
            3,
            {"first": "2"},
            ["Åsa Ek"],
            id="same person",
        ),
        pytest.param(
            "Ann;;;@ann;;", Fault.BAD_ACCOUNT, 2, {"account": "@ann"}, ["Ann"], id="half an account"
        ),
        pytest.param(
            "Ann;;;;fönstret;", Fault.BAD_TABLE, 2, {"table": "fönstret"}, ["Ann"], id="no table"
        ),
        pytest.param("Ann;;;;0;", Fault.BAD_TABLE, 2, {"table": "0"}, ["Ann"], id="table nought"),
        pytest.param(
            f"{'A' * 121};;;;;", Fault.LONG, 2, {"most": "120"}, ["A" * 120], id="a long name"
        ),
        pytest.param(
            "Ann;;A;;;\nAnn;;B;;;\nBo;;;;;Ann",
            Fault.MANY_FRIENDS,
            4,
            {"name": "Ann"},
            ["Ann", "Ann", "Bo"],
            id="two of one name",
        ),
    ],
)
def test_every_problem_is_named_by_its_row(
    rows: str, fault: Fault, row: int, values: dict[str, str], kept: list[str]
) -> None:
    read = read_list(f"{HEAD}{rows}\n".encode())
    assert (fault, row, values) in faults(read)
    assert names(read) == kept


def test_columns_nobody_knows_and_addresses_are_told() -> None:
    read = read_list(b"Namn;Skostorlek;E-post\nAnn;38;ann@x.se\n")
    assert faults(read) == [
        (Fault.UNKNOWN_COLUMN, None, {"columns": "Skostorlek"}),
        (Fault.EMAIL_UNUSED, None, {}),
    ]


def test_a_workbook_with_merged_cells_numbers_formulas_and_hidden_rows() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Deltagare i Grums", None, None, None])
        sheet.merge_cells("A1:D1")
        sheet.append(["Namn", "Roll", "Organisation", "Bord"])
        sheet.append(["Ann", "lärare", "Skolan", 3.0])
        sheet.append(["Bo", "rektor", None, 4])
        sheet.merge_cells("C3:C4")
        sheet.append(["Cia", '=HYPERLINK("http://x","kurator")', "Region", None])
        sheet.append(["Dold", "spion", "Region", None])
        sheet.row_dimensions[6].hidden = True

    read = read_list(workbook(fill))
    assert read.people == (
        Listed(row=3, name="Ann", role="lärare", organisation="Skolan", table=3),
        Listed(row=4, name="Bo", role="rektor", organisation="Skolan", table=4),
        Listed(row=5, name="Cia", organisation="Region"),
    )
    assert faults(read) == [
        (Fault.HIDDEN_ROWS, None, {"rows": "6", "number": "1"}),
        (Fault.FORMULA, 5, {"column": "B"}),
    ]


def test_of_several_sheets_one_is_asked_for() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Namn"])
        sheet.append(["Ann"])

    data = workbook(fill, "Reserv")
    asked = read_list(data)
    assert not asked.is_usable
    assert (faults(asked), asked.sheets) == (
        [(Fault.WHICH_SHEET, None, {"sheet": ""})],
        ("Deltagare", "Reserv"),
    )
    assert names(read_list(data, sheet="2")) == ["Någon Annan"]
    assert names(read_list(data, sheet="deltagare")) == ["Ann"]
    assert faults(read_list(data, sheet="7")) == [(Fault.NO_SUCH_SHEET, None, {"sheet": "7"})]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 61_000_000)
    return out.getvalue()


def archive_of(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        pytest.param(b"", Fault.NOBODY, id="nothing"),
        pytest.param(b"\n\n;;\n", Fault.NOBODY, id="blank rows"),
        pytest.param(b"Namn;Roll\n", Fault.NOBODY, id="headings alone"),
        pytest.param(b"a" * 5_000_001, Fault.TOO_LARGE, id="too large"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Fault.OLD_FORMAT, id="an old or locked one"
        ),
        pytest.param(b"%PDF-1.7", Fault.OTHER_FORMAT, id="a PDF"),
        pytest.param(archive_of("content.xml"), Fault.OTHER_FORMAT, id="another office's"),
        pytest.param(archive_of("xl/workbook.xml"), Fault.BROKEN, id="a broken workbook"),
        pytest.param(b"PK\x03\x04rubbish", Fault.BROKEN, id="half an archive"),
        pytest.param(bomb(), Fault.BOMB, id="a bomb"),
        pytest.param(bytes(range(256)) * 9, Fault.NO_TEXT, id="a picture"),
        pytest.param(
            b"Namn\n" + b"".join(b"P%d\n" % n for n in range(2001)), Fault.TOO_MANY, id="too many"
        ),
        pytest.param(b"a\n" * 20_002, Fault.TOO_MANY, id="far too many"),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(data: bytes, fault: Fault) -> None:
    read = read_list(data)
    assert [one.fault for one in read.problems if one.fault is not Fault.NO_HEADER] == [fault]
    assert not read.is_usable


def with_entities(declared: str) -> bytes:
    """A workbook whose only name is the entity `x`, in every part where it may stand."""

    def fill(sheet: Worksheet) -> None:
        sheet.append(["Namn"])
        sheet.append(["Ann"])

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(fill))) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name).decode()
            if ">Ann<" in part:
                part = part[part.index("?>") + 2 :].lstrip() if part.startswith("<?") else part
                root = re.match(r"<(\w+)", part)
                assert root is not None
                part = f"<!DOCTYPE {root[1]} [{declared}]>{part.replace('>Ann<', '>&x;<')}"
            after.writestr(name, part)
    return out.getvalue()


def test_a_workbook_pulls_nothing_in_and_does_not_multiply(tmp_path: Path) -> None:
    # given a file of this machine, and workbooks that name it, or name a thousand million names
    (tmp_path / "secret").write_text("hemligt")
    tens = "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefghi", "bcdefghix", strict=True)
    )
    pulling = f'<!ENTITY x SYSTEM "file://{tmp_path}/secret">'
    growing = f'<!ENTITY a "Bo">{tens}'

    plain, pulled, grown = (
        read_list(with_entities(one)) for one in ('<!ENTITY x "Bo">', pulling, growing)
    )

    # then what a workbook may say of itself is read, and neither of the others
    assert names(plain) == ["Bo"]
    assert (pulled.people, grown.people) == ((), ())
    assert "hemligt" not in str(pulled)
    assert len(str(grown)) < 1_000


async def test_it_comes_out_of_the_child_as_it_was_read() -> None:
    payload = packed(f"{HEAD}Ann;;;@ann;3;Bo\nBo;;;;;\n".encode(), "")
    result = await run_bounded(
        "bot.seating.reading:read_in_child", payload, seconds=10, megabytes=300
    )
    assert from_json(result) == read_list(f"{HEAD}Ann;;;@ann;3;Bo\nBo;;;;;\n".encode())
