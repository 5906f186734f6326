"""The packs that ship, and what the page about writing packs promises of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.packs.known import PackFile
from flows.errors import PackError
from flows.ids import StepId
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
from flows.packs.pack import Pack, Recurrence, Step, StepKind, Text
from flows.packs.parse import parse

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "flows" / "packs").glob("*.toml"))
PAGE = (ROOT / "docs" / "writing-packs.md").read_text("utf-8")
TUTORIAL, REFERENCE = PAGE.split("## Everything that can stand in a pack")

FIGURE = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBERED = re.compile(r"^(\d+)\. ", re.MULTILINE)
HELP_LINES = ("**112**", "**1177**", "**90101**", "**116 111**")
PHONE_CHARS = 32
CONSENT_WORDS = 120
MINUTES = {"grums": 66, "storuman": 93, "storuman-manad": 45, "nordmaling": 101, "kristinehamn": 95}
STEPS = {
    "grums": (
        "welcome mapping alex alex-alone alex-group break story-alone story-group "
        "reflection closing m3-hello m3-alone m3-group m12-hello m12-poll m12-alone "
        "m12-group m24-hello m24-poll m24-alone m24-group"
    ),
    "storuman": (
        "welcome samrad-now samrad-group franvaro-now franvaro-group manadsmote-now "
        "manadsmote-group suicidprevention-now suicidprevention-group break "
        "foraldragrupper-now foraldragrupper-group samisk-halsa-now samisk-halsa-group "
        "kompetens-now kompetens-group send-on closing later-now later-group"
    ),
    "storuman-manad": ("welcome since-last own-alone own-together until-next closing"),
    "nordmaling": (
        "welcome barn-unga-alone barn-unga-table aldre-alone aldre-table break "
        "vuxna-alone vuxna-table violence-help violence-alone reflections hosts closing "
        "later-hello later-poll later-alone"
    ),
    "skelleftea": ("hello status needs closing"),
    "kristinehamn": (
        "welcome film picture exercise first-alone first-together break second-alone "
        "second-together next-steps easier about-package closing autumn-hello "
        "autumn-easier autumn-alone autumn-together"
    ),
}


def shipped(path: Path) -> Pack:
    return parse(path.read_text("utf-8"), name=path.stem)


def named(name: str) -> Pack:
    return shipped(ROOT / "flows" / "packs" / f"{name}.toml")


def every_step(pack: Pack) -> list[Step]:
    """The steps of the pack and of what follows it."""
    return [*pack.steps, *(step for one in pack.follow_ups for step in one.steps)]


def every_text(pack: Pack) -> Iterator[tuple[str, Text]]:
    """Every text that people read, with where it stands."""
    yield "title", pack.title
    yield "purpose", pack.purpose
    if pack.consent is not None:
        yield "consent", pack.consent
    for theme in pack.themes:
        yield f"theme {theme.id}", theme.title
    for scenario in pack.scenarios:
        yield f"scenario {scenario.id}", scenario.title
        yield f"scenario {scenario.id}", scenario.text
    for contact in pack.contacts:
        yield f"contact {contact.id}", contact.title
        yield from ((f"contact {contact.id}", question) for question in contact.questions)
    for follow_up in pack.follow_ups:
        yield f"follow-up {follow_up.id}", follow_up.title
    for step in every_step(pack):
        yield f"step {step.id}", step.title
        yield f"step {step.id}", step.text
        yield from ((f"step {step.id}", option) for option in step.options if option.get("sv"))


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_there_is_one_for_each_dialogue() -> None:
    assert [path.stem for path in SHIPPED] == [
        "example",
        "grums",
        "kristinehamn",
        "nordmaling",
        "skelleftea",
        "storuman-manad",
        "storuman",
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_it_and_its_files_are_sound(path: Path) -> None:
    pack = PackFile(path=path).check()

    attached = [step.attached.name for step in every_step(pack) if step.attached]
    assert all((path.parent / name).is_file() for name in attached)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_text_is_in_swedish_and_english(path: Path) -> None:
    pack = shipped(path)

    assert pack.languages == ("sv", "en")
    texts = list(every_text(pack))
    assert [where for where, text in texts if not (text.get("sv") and text.get("en"))] == []
    assert [where for where, text in texts if text.get("sv") == text.get("en")] == []
    assert [
        theme.id for theme in pack.themes if len(dict(theme.keywords)) != len(("sv", "en"))
    ] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_both_languages_ask_the_same_number_of_questions(path: Path) -> None:
    for where, text in every_text(shipped(path)):
        swedish, english = text.get("sv"), text.get("en")
        assert NUMBERED.findall(swedish) == NUMBERED.findall(english), where
        assert swedish.count("\n\n") == english.count("\n\n"), where


@pytest.mark.parametrize(("name", "minutes"), MINUTES.items())
def test_it_lasts_as_long_as_it_says(name: str, minutes: int) -> None:
    source = (ROOT / "flows" / "packs" / f"{name}.toml").read_text("utf-8")
    head = " ".join(re.findall(r"^# ?(.*)$", source.partition("languages")[0], re.MULTILINE))

    assert sum(step.length_s or 0 for step in named(name).steps) == minutes * 60
    assert f"{minutes} minutes" in head


@pytest.mark.parametrize(("name", "ids"), STEPS.items())
def test_its_ids_stay_as_they_are(name: str, ids: str) -> None:
    """Answers are stored under them: a new step gets a new id, an old one keeps its own."""
    assert [step.id for step in every_step(named(name))] == ids.split()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_nobody_sees_what_others_think_before_the_group_talks_about_it(path: Path) -> None:
    """Where a group and its people are asked about the same thing, they are asked alone first."""
    for steps in (shipped(path).steps, *(one.steps for one in shipped(path).follow_ups)):
        for place, step in enumerate(steps):
            tied = [one for one in steps[:place] if one.tie and one.tie == step.tie]
            if step.kind is StepKind.GROUP and tied:
                assert any(one.is_private for one in tied), step.id


def test_grums_asks_what_has_happened_after_three_twelve_and_twenty_four_months() -> None:
    assert [one.after_months for one in named("grums").follow_ups] == [3, 12, 24]


def test_grums_spreads_its_second_story_over_the_groups() -> None:
    step = named("grums").step(StepId("story-alone"))

    assert step is not None
    assert [step.scenario_of(place) for place in range(4)] == ["sam", "kim", "sam", "kim"]


def test_storuman_walks_every_item_alone_and_together() -> None:
    pack = named("storuman")
    checked = [step.scenario for step in pack.steps if step.kind is StepKind.CHECK_IN]

    assert checked == [
        step.scenario for step in pack.steps if step.scenario and step.kind is StepKind.GROUP
    ]
    assert len(checked) == 7
    assert all(step.no_cases for step in pack.steps if step.kind.collects)
    assert [len(contact.questions) for contact in pack.contacts] == [2]


def test_the_monthly_meeting_comes_on_first_tuesdays_but_not_in_july() -> None:
    pack = named("storuman-manad")

    assert pack.recurrence == Recurrence(
        every="first tuesday", at=(13, 0), skip_holidays=True, skip_months=(7,)
    )
    asked = next(step for step in pack.steps if step.id == "own-alone")
    assert len({asked.scenario_of(place) for place in range(3)}) == 3


def test_nordmaling_says_where_to_turn_before_it_asks_about_violence() -> None:
    steps = named("nordmaling").steps
    asks = next(place for place, step in enumerate(steps) if step.stays_private)
    before = steps[asks - 1]

    for _, text in before.text.versions:
        assert text.startswith("- **112**")
    assert steps[asks].remind_before_s is None, "nobody is pressed to answer"
    assert [theme.id for theme in named("nordmaling").themes if theme.sensitive] == ["vald"]


def test_the_consent_texts_are_short() -> None:
    for pack in map(shipped, SHIPPED):
        for language, text in pack.consent.versions if pack.consent else ():
            assert len(text.split()) <= CONSENT_WORDS, (pack.name, language)
    assert named("nordmaling").consent is not None


def test_skelleftea_gives_each_committee_its_own_measure_four_times_a_year() -> None:
    pack = named("skelleftea")
    status = pack.step(StepId("status"))

    assert status is not None
    assert len({status.scenario_of(place) for place in range(4)}) == 4
    assert (len(status.options), status.asks_number) == (4, True)
    assert pack.recurrence is not None
    assert (pack.recurrence.every, pack.recurrence.times) == ("quarter", 4)


def test_kristinehamn_asks_the_same_in_the_autumn() -> None:
    pack = named("kristinehamn")
    (autumn,) = pack.follow_ups
    (spring_poll,) = (step for step in pack.steps if step.kind is StepKind.POLL)
    (autumn_poll,) = (step for step in autumn.steps if step.kind is StepKind.POLL)

    assert pack.self_paced
    assert autumn.after_months == 6
    assert (spring_poll.title, spring_poll.options) == (autumn_poll.title, autumn_poll.options)


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

    # as `runda pack check` prints them
    said = (f"better-meetings.toml:{one.line}: {one.message}\n" for one in caught.value.problems)
    assert blocks(TUTORIAL, "text") == ["".join(said)]


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
