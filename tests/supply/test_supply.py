"""Parts, weaknesses and licences, from the locks and without a network."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.supply import licences
from tests.supply.__main__ import REPOSITORY, RUNTIME, main
from tests.supply.advisories import is_affected, weaknesses
from tests.supply.licences import licence_of, parts_of, unexpected
from tests.supply.locks import Locked, packages_of

AIOHTTP = Locked(name="aiohttp", version="3.14.5", hashes=("0" * 64,))


def record(**changes: Any) -> dict[str, Any]:
    """Somebody has found that our aiohttp can be made to fall over."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "3.9"}, {"fixed": "3.15.1"}]}]
    package = {"ecosystem": "PyPI", "name": "AioHTTP"}
    sound = {
        "id": "PYSEC-2026-1",
        "aliases": ["CVE-2026-1"],
        "affected": [{"package": package, "ranges": ranges, "versions": ["3.9"]}],
    }
    return {**sound, **changes}


# -------------------------------------------------------------------- weaknesses


def test_a_locked_version_with_a_weakness_is_named_with_its_remedy() -> None:
    (found,) = weaknesses([AIOHTTP], [record()])

    assert found.sentence() == (
        "aiohttp 3.14.5: PYSEC-2026-1 (CVE-2026-1), mended in 3.15.1; raise it in pyproject.toml, "
        "then make lock"
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"withdrawn": "2026-02-01T00:00:00Z"}, id="withdrawn"),
        pytest.param({"affected": []}, id="of nothing"),
        pytest.param(
            {
                "affected": [
                    {"package": {"ecosystem": "npm", "name": "aiohttp"}, "versions": ["3.14.5"]}
                ]
            },
            id="another ecosystem",
        ),
    ],
)
def test_other_records_say_nothing(changes: dict[str, Any]) -> None:
    assert weaknesses([AIOHTTP], [record(**changes)]) == []


def test_one_that_was_looked_at_is_accepted_by_any_of_its_names() -> None:
    assert weaknesses([AIOHTTP], [record()], accepted=["CVE-2026-1"]) == []


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.0", True),
        ("1.2", False),
        ("1.5rc1", False),
        ("2.0", True),
        ("2.3", True),
        ("2.3.1", False),
        ("4.0.0", True),
    ],
)
def test_versions_in_ranges_and_lists(version: str, *, expected: bool) -> None:
    events = [
        {"introduced": "2.0"},
        {"last_affected": "2.3"},
        {"introduced": "0"},
        {"fixed": "1.2"},
    ]
    affected = {
        "ranges": [{"type": "ECOSYSTEM", "events": events}, {"type": "GIT", "events": []}],
        "versions": ["4.0", "2004d"],
    }

    assert is_affected(version, affected) is expected


@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
def test_an_audit_reads_what_it_is_given(
    *, as_zip: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = {"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}
    bad = record(affected=[{"package": {"ecosystem": "PyPI", "name": "orjson"}, **everything}])
    place = tmp_path / "vulns"
    place.mkdir()
    (place / "one.json").write_text(json.dumps(bad))
    if as_zip:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            archive.write(place / "one.json", "orjson/one.json")
        place = tmp_path / "all.zip"

    status = main(["audit", "--advisories", str(place)])

    told = capsys.readouterr()
    assert status == 1
    assert re.search(r"^\d+ packages, 1 records$", told.out, re.MULTILINE)
    assert re.fullmatch(r"orjson \S+: PYSEC-2026-1 \(CVE-2026-1\), not mended yet; .*\n", told.err)


def test_an_audit_of_nothing_is_no_good_news(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--advisories", str(tmp_path / "nowhere")]) == 2
    assert "there are no records" in capsys.readouterr().err
    (tmp_path / "odd.json").write_text("[]")
    assert main(["audit", "--advisories", str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("advisories", "made", "status"),
    [
        pytest.param(None, ["test"], 0, id="no records"),
        pytest.param("all.zip", ["test", "audit ADVISORIES=all.zip"], 1, id="a weakness"),
    ],
)
def test_ci_audits_what_it_is_given_and_fails_with_it(
    advisories: str | None, made: list[str], status: int, tmp_path: Path
) -> None:
    # given a make that notes what it is asked, and whose audit finds something
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "$*" >> "$NOTED"\ntest "$1" != audit\n')
    make.chmod(0o755)
    noted = tmp_path / "noted"
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "NOTED": str(noted)}
    if advisories is not None:
        environ["ADVISORIES"] = advisories

    done = subprocess.run([REPOSITORY / ".ci" / "run"], env=environ, check=False)

    assert noted.read_text().splitlines() == made
    assert done.returncode == status


# ------------------------------------------------------------------------- parts


def test_the_list_of_parts_is_that_of_the_lock(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom"]) == 0

    text = capsys.readouterr().out
    document = json.loads(text)
    locked = packages_of(RUNTIME)
    named = [(one["name"], one["version"]) for one in document["components"]]
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert named == [(one.name, one.version) for one in locked]
    assert len(named) > 50
    (orjson,) = (one for one in document["components"] if one["name"] == "orjson")
    assert orjson["purl"] == f"pkg:pypi/orjson@{orjson['version']}"
    assert all(one["properties"][0]["name"] == "runda:sha256" for one in document["components"])
    # every part may be referred to once, and everything that is referred to is a part
    refs = [one["bom-ref"] for one in document["components"]]
    assert len(set(refs)) == len(refs)
    assert set(document["dependencies"][0]["dependsOn"]) == set(refs)
    # nothing says from where this machine gets its packages, or when the list was made
    assert set(re.findall(r"https?://([^/\"]+)", text)) == {"cyclonedx.org"}
    main(["sbom"])
    assert capsys.readouterr().out == text


def test_a_lock_that_cannot_be_read_is_no_short_list(tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_text("orjson>=3\n")

    with pytest.raises(ValueError, match="orjson>=3"):
        packages_of(tmp_path / "odd.txt")


# ---------------------------------------------------------------------- licences


def test_no_part_has_a_licence_that_nobody_expected() -> None:
    assert unexpected(packages_of(RUNTIME)) == []


def test_licences_are_known_of_what_is_installed() -> None:
    told = {one.name: licence_of(one.name) for one in packages_of(RUNTIME)}

    assert told["aiohttp"] == "Apache-2.0 AND MIT"
    assert sum(licence is not None for licence in told.values()) > 50


def test_an_unexpected_licence_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "KNOWN_BY_HAND", {"aiohttp": "MIT AND SSPL-1.0"})

    (told,) = unexpected([AIOHTTP])

    assert told == (
        "aiohttp 3.14.5: MIT AND SSPL-1.0; look at it, then add it to tests/supply/licences.py or "
        "take the package out"
    )


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("MIT", ["MIT"]),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", ["MPL-2.0", "Apache-2.0", "MIT"]),
        ("Apache-2.0 WITH LLVM-exception", ["Apache-2.0"]),
    ],
)
def test_the_parts_of_an_expression(expression: str, parts: list[str]) -> None:
    assert parts_of(expression) == parts
