"""docs/security.md and docs/privacy.md say nothing that is not so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.tables import METADATA

REPOSITORY = Path(__file__).parents[1]
SECURITY = (REPOSITORY / "docs" / "security.md").read_text("utf-8")
PRIVACY = (REPOSITORY / "docs" / "privacy.md").read_text("utf-8")
NAMED = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>\w+)`")
ROW = re.compile(r"^\| `(?P<table>\w+)` \| (?P<columns>[^|]*) \|(?P<rest>.*)\|$", re.MULTILINE)


def functions_of(file: str) -> set[str]:
    tree = ast.parse((REPOSITORY / file).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, functions)}


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = [(one["file"], one["test"]) for one in NAMED.finditer(SECURITY)]

    assert len(named) > 40
    assert [one for one in named if one[1] not in functions_of(one[0])] == []


def test_every_row_of_the_threat_model_is_shown_or_says_that_it_is_not_kept() -> None:
    rows = [line for line in SECURITY.splitlines() if line.startswith("| ")]
    claims = [line for line in rows if "shown by" not in line]

    assert len(claims) > 30
    assert [line for line in claims if "::" not in line and not line.endswith("| – |")] == []


def test_the_map_of_data_has_every_table_of_the_database() -> None:
    mapped = [row["table"] for row in ROW.finditer(PRIVACY)]

    # A table that is missing: say in docs/privacy.md what it holds, why, and until when.
    assert sorted(mapped) == sorted(METADATA.tables)


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_the_map_of_data_has_every_column_that_can_hold_words(table: str) -> None:
    (row,) = [row for row in ROW.finditer(PRIVACY) if row["table"] == table]
    texts = (sa.String, sa.LargeBinary)
    columns = [
        column.name for column in METADATA.tables[table].columns if isinstance(column.type, texts)
    ]

    # A column that is missing: look whether "what" and "until" still say all, then name it there.
    assert re.findall(r"`(\w+)`", row["columns"]) == columns
    assert all(cell.strip() for cell in row["rest"].split("|"))
