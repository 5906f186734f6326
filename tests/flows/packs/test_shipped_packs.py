"""The packs that ship, and what the page about writing packs promises of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.errors import PackError
from flows.packs.kinds import (
    CONTACT_KEYS,
    CONTACT_OPTIONAL_KEYS,
    FOLLOW_UP_KEYS,
    KIND_KEYS,
    OPTIONAL_KEYS,
    PACK_KEYS,
    PACK_OPTIONAL_KEYS,
    RECURRENCE_KEYS,
    RECURRENCE_OPTIONAL_KEYS,
    SCENARIO_KEYS,
    STEP_KEYS,
    THEME_KEYS,
    THEME_OPTIONAL_KEYS,
)
from flows.packs.outline import outline
from flows.packs.pack import Pack, StepKind
from flows.packs.parse import parse

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "flows" / "packs").glob("*.toml"))
PAGE = (ROOT / "docs" / "writing-packs.md").read_text("utf-8")
TUTORIAL, REFERENCE = PAGE.split("## Everything that can stand in a pack")

FIGURE = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBERED = re.compile(r"^(\d+)\. ", re.MULTILINE)
HELP_LINES = ("**112**", "**1177**", "**90101**", "**116 111**")
PHONE_CHARS = 32


def shipped(path: Path) -> Pack:
    return parse(path.read_text("utf-8"), name=path.stem)


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_it_is_sound_in_swedish_and_english(path: Path) -> None:
    pack = shipped(path)

    assert pack.languages == ("sv", "en")
    assert all(step.text.get("sv") != step.text.get("en") for step in pack.steps)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_both_languages_ask_the_same_number_of_questions(path: Path) -> None:
    for step in shipped(path).steps:
        swedish, english = step.text.get("sv"), step.text.get("en")
        assert NUMBERED.findall(swedish) == NUMBERED.findall(english), step.id
        assert swedish.count("\n\n") == english.count("\n\n"), step.id


def test_grums_runs_as_planned() -> None:
    pack = shipped(ROOT / "flows" / "packs" / "grums.toml")

    assert [
        (line.begins_after_s // 60, line.step_id, line.kind.value, (line.length_s or 0) // 60)
        for line in outline(pack, None)
    ] == [
        (0, "welcome", "background", 3),
        (3, "mapping", "background", 5),
        (8, "alex", "background", 2),
        (10, "alex-alone", "individual", 4),
        (14, "alex-group", "group", 12),
        (26, "break", "break", 10),
        (36, "sam-alone", "individual", 4),
        (40, "sam-group", "group", 12),
        (52, "reflection", "individual", 4),
        (56, "closing", "plenary", 10),
    ]
    assert [step.id for step in pack.steps if step.kind is StepKind.INDIVIDUAL and step.sealed] == [
        "alex-alone",
        "sam-alone",
    ]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_grums_says_where_to_turn_first_and_last(language: str) -> None:
    pack = shipped(ROOT / "flows" / "packs" / "grums.toml")

    for step in (pack.steps[0], pack.steps[-1]):
        assert [line for line in HELP_LINES if line not in step.text.get(language)] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_figures_fit_on_a_phone(path: Path) -> None:
    for step in shipped(path).steps:
        for _, text in step.text.versions:
            for figure in FIGURE.findall(text):
                assert max(map(len, figure.splitlines())) <= PHONE_CHARS


def test_the_tutorial_builds_the_example() -> None:
    example = (ROOT / "flows" / "packs" / "example.toml").read_text("utf-8")

    assert "\n".join(blocks(TUTORIAL, "toml")) == example


def test_what_the_tutorial_says_of_a_slip_is_true() -> None:
    example = "\n".join(blocks(TUTORIAL, "toml"))

    with pytest.raises(PackError) as caught:
        parse(example.replace('length = "4 min"', "lenght = 4"), name="better-meetings")

    assert blocks(TUTORIAL, "text") == [f"{caught.value}\n"]


@pytest.mark.parametrize("block", blocks(REFERENCE, "toml"))
def test_the_examples_of_the_reference_are_sound(block: str) -> None:
    head = blocks(TUTORIAL, "toml")[0]

    parse(block if "languages" in block else head + block, name="test")


def rows(heading: str) -> list[list[str]]:
    """The cells of the rows of keys below a heading of the reference."""
    section = REFERENCE.split(f"### {heading}\n")[1].split("\n### ")[0]
    return [
        [cell.strip().strip("`[]") for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| `")
    ]


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("The pack", (*PACK_KEYS, *PACK_OPTIONAL_KEYS)),
        ("Every step", STEP_KEYS),
        ("What belongs to some kinds", OPTIONAL_KEYS),
        ("Scenarios", SCENARIO_KEYS),
        ("Themes", (*THEME_KEYS, *THEME_OPTIONAL_KEYS)),
        ("Contacts", (*CONTACT_KEYS, *CONTACT_OPTIONAL_KEYS)),
        ("Again and again", (*RECURRENCE_KEYS, *RECURRENCE_OPTIONAL_KEYS)),
        ("Follow-ups", FOLLOW_UP_KEYS),
    ],
)
def test_the_reference_has_every_key_and_no_other(heading: str, keys: tuple[str, ...]) -> None:
    assert sorted(row[0] for row in rows(heading)) == sorted(keys)


def test_the_reference_says_which_kinds_have_a_key() -> None:
    cells = {row[0]: row[1:-1] for row in rows("What belongs to some kinds")}

    assert {key: [cell in {"may", "must"} for cell in row] for key, row in cells.items()} == {
        key: [key in KIND_KEYS[kind] for kind in StepKind] for key in OPTIONAL_KEYS
    }


def test_the_reference_shows_every_kind_and_every_table() -> None:
    packs = [
        parse(block if "languages" in block else blocks(TUTORIAL, "toml")[0] + block, name="test")
        for block in blocks(REFERENCE, "toml")
    ]

    assert {step.kind for pack in packs for step in pack.steps} == set(StepKind)
    for part in ("themes", "scenarios", "contacts", "recurrence", "follow_ups", "beside"):
        assert [pack for pack in packs if getattr(pack, part)] != [], part
    assert [pack.self_paced for pack in packs].count(True) == 1
