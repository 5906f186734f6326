"""A dialogue as a public record: its registry number, and everything of it in one file."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile

import pytest

from bot.chat import PostFile
from flows.audit import Act, Head
from flows.errors import PackError
from flows.packs.parse import parse
from flows.registry import registry_number
from tests.bot.journey import Journey
from tests.bot.test_exporting import CHILD_S
from tests.builders import ANN, OLGA, ORGANIZERS, pack_toml, step_toml


async def asked(journey: Journey, command: str) -> str:
    before = len(journey.texts(ORGANIZERS))
    await journey.writes(OLGA, command)
    return "\n".join(journey.texts(ORGANIZERS)[before:])


async def some_has_been_said(journey: Journey) -> None:
    await journey.writes(OLGA, "!start lunch")
    await journey.writes_in_private(ANN, "We should have soup more often.")


# ------------------------------------------------------------------ the number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("KS 2026/123", "KS 2026/123"),
        ("  dnr   KS-2026.00123 ", "dnr KS-2026.00123"),
        ("Socialnämnden", None),
        ("1" * 61, None),
        ("KS 2026\u202e/123", None),
        (2026, None),
    ],
)
def test_what_a_registry_number_is(written: object, number: str | None) -> None:
    assert registry_number(written) == number


async def test_the_number_stands_in_the_digest_the_files_and_the_log(journey: Journey) -> None:
    await some_has_been_said(journey)

    said = await asked(journey, "!diarienummer KS 2026/123")

    assert said.replace("\\", "").startswith("✅ lunch-1 har diarienummer **KS 2026/123**")
    assert "Registry number: KS 2026/123" in (await asked(journey, "!digest")).replace("\\", "")
    entries = await journey.database.write(lambda tx: list(tx.audit.all()))
    assert (Act.REGISTRY, "lunch-1", "KS 2026/123") in [
        (one.deed.act, one.deed.dialogue, one.deed.subject) for one in entries
    ]
    await journey.writes(OLGA, "!export json, md")
    await journey.until(lambda: len(_files(journey)) == len(("json", "md")), within_s=CHILD_S)
    document, report = (file.data.decode() for file in _files(journey))
    assert json.loads(document)["registry"] == "KS 2026/123"
    assert "registry number KS 2026/123" in report.replace("\\", "")


async def test_the_number_survives_a_restart_and_can_be_taken_away(journey: Journey) -> None:
    await some_has_been_said(journey)
    await journey.writes(OLGA, "!registry lunch-1 KS 2026/123")

    await journey.bot_is_killed()
    await journey.bot_starts()

    assert "**KS 2026/123**" in (await asked(journey, "!registry")).replace("\\", "")
    assert "has no registry number" in await asked(journey, "!registry none")
    assert "has a digit in it" in await asked(journey, "!registry unknown")


async def test_a_pack_can_bring_its_number(journey: Journey) -> None:
    journey.has_pack("kept", 'registry = "SN 2026/7"\n' + pack_toml(step_toml("plenary", "bye")))

    await journey.writes(OLGA, "!start kept")

    assert "**SN 2026/7**" in (await asked(journey, "!registry")).replace("\\", "")


def test_a_pack_whose_number_is_none_is_told_what_to_write() -> None:
    with pytest.raises(PackError) as caught:
        parse('registry = "to come"\n' + pack_toml(step_toml("plenary")), name="kept")

    assert 'e.g. registry = "KS 2026/123"' in str(caught.value)


# ------------------------------------------------------------------ the archive


def _files(journey: Journey) -> list[PostFile]:
    return [one.file for one in journey.shown(ORGANIZERS) if one.file is not None]


@pytest.mark.timeout(CHILD_S * 2)
async def test_everything_comes_in_one_zip_whose_checksums_are_right(journey: Journey) -> None:
    await some_has_been_said(journey)
    await journey.writes(OLGA, "!registry KS 2026/123")

    said = await asked(journey, "!export all")
    await journey.until(lambda: len(_files(journey)) == 1, within_s=CHILD_S)

    (file,) = _files(journey)
    assert file.name == "lunch-1.zip"
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(held.pop("manifest.json"))
    assert {one["name"]: (one["bytes"], one["sha256"]) for one in manifest["files"]} == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in held.items()
    }
    full = {f"lunch-1.{form}" for form in ("pdf", "docx", "xlsx", "csv", "json", "md")}
    assert full | {"log.csv", "pack.toml"} <= set(held)
    assert (manifest["dialogue"], manifest["registry"]) == ("lunch-1", "KS 2026/123")
    # The order itself is in the log, and the head is the one that the room was told.
    head = Head.read(said.partition("In the log: `")[2].partition("`")[0])
    assert manifest["log_head"] == str(head)
    rows = list(csv.DictReader(io.StringIO(held["log.csv"].decode("utf-8-sig")), delimiter=";"))
    assert (rows[-1]["act"], rows[-1]["subject"]) == ("export", "everything")
    assert head is not None
    assert rows[-1]["digest"] == head.digest


@pytest.mark.timeout(CHILD_S * 2)
async def test_the_day_of_erasure_stands_in_the_digest_and_its_files(journey: Journey) -> None:
    await some_has_been_said(journey)
    await journey.writes(OLGA, "!retention 2027-06-01")

    assert "The answers are erased 1 June 2027." in await asked(journey, "!digest")
    await journey.writes(OLGA, "!export json, md")
    await journey.until(lambda: len(_files(journey)) == len(("json", "md")), within_s=CHILD_S)
    document, report = (file.data.decode() for file in _files(journey))
    assert json.loads(document)["erased_on"] == "2027-06-01"
    assert "the answers are erased 1 June 2027" in report
