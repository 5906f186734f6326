"""`runda log`: who did what, and whether it is still as it was written."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.audit import Act, Head
from storage.database import Database
from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import Installation, answer

ANNA = "@anna:example.org"


@pytest.fixture
def kept(installation: Installation) -> Installation:
    """Three deeds."""
    database = installation.open()
    for number, act in enumerate((Act.START, Act.HOLD, Act.STOP)):
        _note(database, act, 1_790_000_000_000 + number)
    database.close()
    return installation


def _note(database: Database, act: Act, at_ms: int) -> None:
    database.write_now(
        lambda tx: tx.audit.add(
            act, actor=ANNA, at_ms=at_ms, dialogue="meetings-1", reason="because"
        )
    )


def _head(installation: Installation) -> Head:
    database = installation.open()
    head = database.write_now(lambda tx: tx.audit.head())
    database.close()
    return head


def _tamper(installation: Installation, statement: str) -> None:
    engine = sa.create_engine(installation.url)
    with engine.begin() as connection:
        for name in ("update", "delete"):
            connection.execute(sa.text(f"DROP TRIGGER audit_no_{name}"))
        connection.execute(sa.text(statement))
    engine.dispose()


def test_the_last_lines(runda: Runda, kept: Installation) -> None:
    outcome = runda("log", "--config", kept.config)

    assert (outcome.status, outcome.complaint) == (0, "")
    assert outcome.shown.splitlines()[1] == (
        f"2. 2026-09-21 16:13 · {ANNA} · held back a reply meetings-1 – because"
    )


def test_csv_for_its_owner_alone(runda: Runda, kept: Installation, tmp_path: Path) -> None:
    output = tmp_path / "log.csv"

    outcome = runda("log", "--csv", output, "--config", kept.config)
    shown = runda("log", "--csv", "--config", kept.config)

    assert (outcome.status, stat.S_IMODE(output.stat().st_mode)) == (0, 0o600)
    text = output.read_bytes().decode("utf-8-sig")
    assert shown.shown.lstrip("\ufeff").replace("\r\n", "\n") == text.replace("\r\n", "\n")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(row["act"], row["reason"]) for row in rows] == [
        ("start", "because"),
        ("hold back", "because"),
        ("stop", "because"),
    ]


def test_a_log_that_is_whole(runda: Runda, kept: Installation) -> None:
    head = _head(kept)

    outcome = runda("log", "--verify", "--head", str(head), "--config", kept.config)

    assert (outcome.status, outcome.complaint) == (0, "")
    assert outcome.shown == f"3 entries, and the log is whole.\nhead: {head}\n"


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE audit SET reason = '' WHERE number = 2", "entry 2 is not as it was written\n"),
        ("DELETE FROM audit WHERE number = 2", "entry 2 has been taken out\n"),
        ("DELETE FROM audit WHERE number = 3", "the log has lost its end: entry 3 was there\n"),
    ],
)
def test_tampering_is_found(
    runda: Runda, kept: Installation, statement: str, complaint: str
) -> None:
    head = _head(kept)
    _tamper(kept, statement)

    outcome = runda("log", "--verify", "--head", str(head), "--config", kept.config)

    assert (outcome.status, outcome.shown, outcome.complaint) == (1, "", complaint)


def test_a_head_that_is_none_is_told_how_to_write(runda: Runda, kept: Installation) -> None:
    outcome = runda("log", "--verify", "--head", "3", "--config", kept.config)

    assert (outcome.status, outcome.shown) == (2, "")
    assert outcome.complaint.startswith("--head: write the number, a colon and the 64 signs")


def _lines(runda: Runda, installation: Installation) -> list[str]:
    lines = runda("log", "--config", installation.config).shown.splitlines()
    return [line.partition(" · ")[2] for line in lines]


def test_a_start_is_noted_with_the_operator(
    runda: Runda, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "karin")
    database = installation.open()
    installation.make_groups(database)
    database.close()

    runda("start", "meetings", "--config", installation.config)

    assert _lines(runda, installation) == ["operator karin · started meetings-1"]


def test_an_export_is_noted_with_the_operator_and_shows_the_head(
    runda: Runda, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "karin")
    database = installation.open()
    installation.make_groups(database)
    installation.start(database)
    database.close()
    answer(installation, 1, "tavlan")
    config = installation.config

    stored = runda("export", "--config", config, "--output", tmp_path / "all.json")
    after_stored = _head(installation)
    digest = runda("export", "--config", config, "--folder", tmp_path, "--format", "md")

    assert stored.shown.splitlines()[-1] == f"Noted in the log; its head: {after_stored}"
    assert digest.shown.splitlines()[-1] == f"Noted in the log; its head: {_head(installation)}"
    assert _lines(runda, installation) == [
        "operator karin · exported meetings-1 stored",
        "operator karin · exported meetings-1 full/md public/md",
    ]
