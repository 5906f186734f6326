"""The rules of the repository that a machine can check."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
LOCKS = sorted((REPOSITORY / "locks").glob("*.txt"))
PACKAGES = ("bot", "flows", "storage", "demo", "bench", "tests")

# Put together from parts, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/" + "(?:work|root|home)" + r"/\w")
TEXT_LIMIT = 1 << 20


def tracked_files() -> list[Path]:
    """Every file of the repository: what git knows, and what it would take in."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(listing, cwd=REPOSITORY, capture_output=True, check=True)
    paths = (REPOSITORY / name for name in answer.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def requirements(lock: Path) -> list[str]:
    """The entries of a lock, each with its hashes on one line."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def test_there_are_locks() -> None:
    assert {lock.stem for lock in LOCKS} == {"build", "dev", "runtime", "synapse"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_says_nothing_of_where_packages_come_from(lock: Path) -> None:
    text = lock.read_text()

    assert not re.findall(r"\w+://\S+", text)
    assert not re.findall(r"^\s*--(?!hash)\S+", text, flags=re.MULTILINE)
    assert not re.findall(r"\b[\w-]+\.(?:org|com|net|io)\b", text)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_a_version_and_hashes_for_everything(lock: Path) -> None:
    entries = requirements(lock)

    assert entries
    entry = re.compile(r"[\w.-]+==[\w.!+-]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [line for line in entries if not entry.fullmatch(line)] == []


def test_the_tools_use_the_same_versions_as_the_program() -> None:
    def versions(lock: str) -> set[str]:
        return {line.split(" ")[0] for line in requirements(REPOSITORY / "locks" / lock)}

    assert versions("runtime.txt") <= versions("dev.txt")


def test_no_file_speaks_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}: {line.strip()[:80]}"
        for path in tracked_files()
        if path.stat().st_size < TEXT_LIMIT
        for line in path.read_text(encoding="utf-8", errors="ignore").splitlines()
        if MACHINE_PATHS.search(line)
    ]
    assert found == []


def test_every_folder_of_code_is_a_package() -> None:
    folders = {
        path.parent
        for path in tracked_files()
        if path.suffix == ".py" and path.relative_to(REPOSITORY).parts[0] in PACKAGES
    }
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_the_papers_are_there(name: str) -> None:
    assert (REPOSITORY / name).stat().st_size > 0


def test_the_licence_is_whole() -> None:
    text = (REPOSITORY / "LICENSE").read_text()

    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert [int(number) for number in re.findall(r"^(\d+)\.\S", text, re.MULTILINE)] == list(
        range(1, 16)
    )
    assert "Appendix" in text
