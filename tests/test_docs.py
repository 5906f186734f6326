"""The pages for people say nothing of the repository that is not so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from bot.cli.commands import commands
from bot.commands.desk import COMMANDS
from bot.wording import wording

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path
    for path in (*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"))
    if path.is_file()
)
OF_OPERATORS = ("operating.md", "performance.md")
"""Pages where `storage.database` is an option and `bot.ready` a line of the log."""
CODE = ("bot", "flows", "storage")
FOLDERS = (*CODE, "bench", "demo", "docs", "locks", "tests")

FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(rf"(?:{'|'.join(FOLDERS)})(?:/[\w.-]+)*/?[\w.*-]*")
NAME = re.compile(rf"(?:{'|'.join(CODE)})(?:\.\w+)+")


def page_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def each_page(*, besides: Collection[str] = ()) -> pytest.MarkDecorator:
    pages = [page for page in PAGES if page.name not in besides]
    return pytest.mark.parametrize("page", pages, ids=page_of)


def spans(page: Path) -> Iterator[str]:
    """What stands between backticks, blocks of code apart."""
    yield from SPAN.findall(FENCED.sub("", page.read_text("utf-8")))


def commands_of(page: Path) -> Iterator[str]:
    """What a reader is told to type: lines of blocks of code, and what stands in backticks."""
    yield from spans(page)
    for block in FENCED.findall(page.read_text("utf-8")):
        yield from block.splitlines()


def headings(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    lines = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@each_page()
def test_every_path_that_is_named_exists(page: Path) -> None:
    named = [span for span in spans(page) if "/" in span and PATH.fullmatch(span)]

    assert [path for path in named if not list(REPOSITORY.glob(path.rstrip("/")))] == []


@each_page(besides=OF_OPERATORS)
def test_every_name_of_the_code_exists(page: Path) -> None:
    named = [span for span in spans(page) if NAME.fullmatch(span)]

    assert [name for name in named if not is_there(name)] == []


def is_there(name: str) -> bool:
    """Whether a dotted name leads to a module, a class, a function or a method."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@each_page()
def test_every_link_leads_somewhere(page: Path) -> None:
    inside = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    dead = []
    for link in inside:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in headings(target)):
            dead.append(link)

    assert dead == []


def test_the_map_shows_every_folder_of_code_and_every_module_at_its_top() -> None:
    text = (REPOSITORY / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    places = [
        path.relative_to(REPOSITORY).as_posix()
        for package in CODE
        for path in (REPOSITORY / package).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    ]
    known = [place for place in places if not Path(place).name.startswith("__")]

    assert [place for place in sorted(known) if f"`{place}" not in text] == []


def test_every_invariant_says_where_it_is_held_and_which_tests_show_it() -> None:
    text = (REPOSITORY / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    one = re.compile(r"^\*\*Invariant: .+?(?=^\*\*Invariant: |^## )", re.MULTILINE | re.DOTALL)
    invariants = one.findall(text)

    assert len(invariants) >= 10
    for invariant in invariants:
        assert re.search(r"^Held: .*`", invariant, re.MULTILINE), invariant
        assert re.search(r"^Shown: .*`", invariant, re.MULTILINE), invariant


def test_the_readme_lists_the_commands_of_the_organizers_room() -> None:
    rows = re.findall(r"^\| `!(\w+).*?\| `!(\w+)", readme(), re.MULTILINE)

    assert rows == [(command.swedish, command.english) for command in COMMANDS]


def test_the_readme_names_the_commands_of_the_operator() -> None:
    for name in commands(wording("en")):
        assert re.search(rf"`{name}`|runda {name}\b", readme()), name


@each_page()
def test_targets_of_make_that_are_named_exist(page: Path) -> None:
    there = re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = {found[1] for line in commands_of(page) if (found := re.match(r"make ([\w-]+)", line))}

    assert named <= set(there)


@each_page()
def test_commands_of_runda_that_are_named_exist(page: Path) -> None:
    there = commands(wording("en"))
    calls = (re.match(r"(?:\S*bin/)?runda (\w+)", line) for line in commands_of(page))

    assert {call[1] for call in calls if call} <= set(there)


def test_the_index_of_decisions_is_whole() -> None:
    folder = REPOSITORY / "docs" / "decisions"
    numbers = [int(path.name[:4]) for path in sorted(folder.glob("0*.md"))]
    index = (folder / "README.md").read_text("utf-8")

    # Some numbers are not used: several people wrote pages at once, each with a range.
    assert numbers == sorted(set(numbers))
    # In whatever order: rows that several people add meet at the end of the table.
    assert sorted(set(re.findall(r"^\| \[\d+\]\((.+)\)", index, re.MULTILINE))) == [
        path.name for path in sorted(folder.glob("0*.md"))
    ]


def readme() -> str:
    return (REPOSITORY / "README.md").read_text("utf-8")
