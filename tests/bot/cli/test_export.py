"""`runda export`: files whose counts are those of the database."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from storage.tables import RevisionRow
from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import Installation, add_rows, answer

PHOTO = json.dumps({"kind": "image", "name": "tavla.jpg", "mime": "image/jpeg", "size": 9})


@pytest.fixture
def answered(installation: Installation) -> Installation:
    """Four answers: one edited, one withdrawn, one a photo."""
    database = installation.open()
    installation.make_groups(database)
    installation.start(database)
    database.close()
    answer(installation, 1, "Att alla är i tid", edited_ms=1_790_000_002_000)
    answer(installation, 2, "", withdrawn_ms=1_790_000_003_000)
    answer(installation, 3, "tavlan", media=PHOTO, round_no=2)
    answer(installation, 4, "=1+1", shown_by="key", late=True)
    revision = {"reply_no": 1, "event_id": "$e", "text": "Alla", "replaced_ms": 1_790_000_002_000}
    add_rows(installation.url, RevisionRow, revision)
    return installation


def test_json_to_the_terminal(runda: Runda, answered: Installation) -> None:
    outcome = runda("export", "--config", answered.config)

    document: dict[str, Any] = json.loads(outcome.shown)
    assert outcome.status == 0
    assert outcome.complaint.startswith("Noted in the log; its head: 1:")
    assert document["counts"] == {"received": 4, "withdrawn": 1, "exported": 3}
    assert document["dialogue"]["id"] == "meetings-1"
    assert [reply["text"] for reply in document["replies"]] == [
        "Att alla är i tid",
        None,
        "tavlan",
        "=1+1",
    ]
    assert [revision["text"] for revision in document["replies"][0]["revisions"]] == ["Alla"]
    assert document["replies"][2]["media"] == {"name": "tavla.jpg", "kind": "image"}
    assert "@p1:example.org" not in json.dumps(document)


def test_a_file_for_its_owner_alone(runda: Runda, answered: Installation, tmp_path: Path) -> None:
    output = tmp_path / "answers.csv"

    outcome = runda("export", "meetings-1", "--config", answered.config, "--output", output)

    assert outcome.status == 0
    assert outcome.shown.startswith(f"{output}: 3 answers\nNoted in the log; its head: 1:")
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    rows = list(csv.DictReader(StringIO(output.read_text("utf-8-sig")), delimiter=";"))
    assert [row["text"] for row in rows] == ["Att alla är i tid", "", "tavlan", "'=1+1"]


def test_a_file_that_is_there_is_kept(runda: Runda, answered: Installation, tmp_path: Path) -> None:
    output = tmp_path / "answers.json"
    output.write_text("mine")

    kept = runda("export", "--config", answered.config, "--output", output)
    text = output.read_text()
    replaced = runda("export", "--config", answered.config, "--output", output, "--force")

    assert (kept.status, kept.complaint) == (
        1,
        f"{output} is already there; replace it with --force\n",
    )
    assert (text, replaced.status) == ("mine", 0)
    assert json.loads(output.read_text())["counts"]["exported"] == 3


def test_a_place_that_cannot_be_written(
    runda: Runda, answered: Installation, tmp_path: Path
) -> None:
    output = tmp_path / "nowhere" / "answers.json"

    outcome = runda("export", "--config", answered.config, "--output", output)

    assert (outcome.status, outcome.complaint) == (
        1,
        f"{output} cannot be written (No such file or directory)\n",
    )


def test_another_name(runda: Runda, answered: Installation) -> None:
    outcome = runda("export", "grums-7", "--config", answered.config)

    assert (outcome.status, outcome.complaint) == (
        1,
        "There is no dialogue grums-7; there are: meetings-1\n",
    )


def test_nothing_has_begun(runda: Runda, installation: Installation) -> None:
    installation.open().close()

    outcome = runda("export", "--config", installation.config)

    assert (outcome.status, outcome.complaint) == (
        1,
        "No dialogue has begun yet: nothing to export.\n",
    )


# ------------------------------------------------------------------ forms of the digest


def test_the_digest_in_every_form(runda: Runda, answered: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    outcome = runda("export", "--config", answered.config, "--folder", folder)

    names = sorted(path.name for path in folder.iterdir())
    full = [f"meetings-1.{form}" for form in ("csv", "docx", "json", "md", "pdf", "xlsx")]
    assert (outcome.status, outcome.complaint) == (0, "")
    assert names == sorted([*full, *(n for n in names if n.startswith("meetings-1-"))])
    assert len(names) == 9
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    counts = json.loads((folder / "meetings-1.json").read_text())["counts"]
    assert (counts["received"], counts["withdrawn"], counts["exported"]) == (4, 1, 3)


def test_one_form_is_not_written_over_another(
    runda: Runda, answered: Installation, tmp_path: Path
) -> None:
    mine = tmp_path / "meetings-1.csv"
    mine.write_text("mine")

    kept = runda("export", "--config", answered.config, "--folder", tmp_path, "--format", "csv")

    assert (kept.status, mine.read_text()) == (1, "mine")
    assert kept.complaint == f"{mine} is already there; replace it with --force\n"


def test_a_form_that_needs_a_folder(runda: Runda, answered: Installation) -> None:
    outcome = runda("export", "--config", answered.config, "--format", "pdf")

    assert (outcome.status, outcome.complaint) == (
        1,
        "pdf is a form of the digest; say where to write it with --folder\n",
    )


# ------------------------------------------------------------------------ everything


def test_everything_in_one_zip_with_its_checksums(
    runda: Runda, answered: Installation, tmp_path: Path
) -> None:
    output = tmp_path / "all.zip"

    outcome = runda("export", "--all", output, "--config", answered.config)

    assert (outcome.status, outcome.complaint) == (0, "")
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    with zipfile.ZipFile(output) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(held.pop("manifest.json"))
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in held.items()
    }
    assert {"stored.json", "stored.csv", "log.csv", "pack.toml", "meetings-1.pdf"} <= set(held)
    assert json.loads(held["stored.json"])["counts"]["exported"] == 3
    assert outcome.shown.splitlines() == [
        f"{output}: 3 answers",
        f"Noted in the log; its head: {manifest['log_head']}",
    ]


def test_a_zip_that_is_there_is_kept(runda: Runda, answered: Installation, tmp_path: Path) -> None:
    output = tmp_path / "all.zip"
    output.write_text("mine")

    outcome = runda("export", "--all", output, "--config", answered.config)

    assert outcome.status == 1
    assert output.read_text() == "mine"
