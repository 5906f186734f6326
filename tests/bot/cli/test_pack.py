"""`runda pack`: what there is, whether it is sound, and what people will see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import PACK, Installation

BROKEN = PACK.replace('kind = "group"', 'kind = "grupp"').replace('id = "own"\n', "")


def test_the_list(runda: Runda, installation: Installation) -> None:
    (installation.folder / "packs" / "broken.toml").write_text(BROKEN)

    outcome = runda("pack", "list", "--config", installation.config)

    assert outcome.status == 1
    folder = installation.folder / "packs"
    assert [line for line in outcome.shown.splitlines() if "comes with" not in line] == [
        f"broken  cannot be used: 2 problems (`runda pack check broken`)  ({folder}/broken.toml)",
        f"meetings  Better meetings  ({folder}/meetings.toml)",
    ]


def test_the_shipped_ones_need_no_configuration(
    runda: Runda, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    outcome = runda("pack", "list")

    assert outcome.status == 0
    assert "grums  How are our young people? What do we do together?  (comes with Runda)\n" in (
        outcome.shown
    )


def test_a_sound_pack(runda: Runda, installation: Installation) -> None:
    path = installation.folder / "packs" / "meetings.toml"

    outcome = runda("pack", "check", path, "grums", "--config", installation.config)

    assert (outcome.status, outcome.complaint) == (0, "")
    assert outcome.shown.splitlines()[0] == f"{path}: in order, 2 steps"


def test_every_problem_with_its_line(runda: Runda, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(BROKEN)

    outcome = runda("pack", "check", path)

    assert (outcome.status, outcome.shown) == (1, "")
    lines = [line.split(": ", maxsplit=1)[0] for line in outcome.complaint.splitlines()]
    assert lines == [f"{path}:8", f"{path}:19"]


def test_a_file_that_is_not_there(runda: Runda, tmp_path: Path) -> None:
    outcome = runda("pack", "check", tmp_path / "nothing.toml")

    assert (outcome.status, outcome.complaint) == (
        1,
        f"{tmp_path}/nothing.toml: cannot be read (No such file or directory)\n",
    )


def test_a_pack_that_is_none(runda: Runda, installation: Installation) -> None:
    outcome = runda("pack", "preview", "metings", "--config", installation.config)

    assert (outcome.status, outcome.complaint) == (
        1,
        "There is no pack metings; did you mean meetings?\n",
    )


def test_which_pack(runda: Runda) -> None:
    assert runda("pack", "check").status == 2


def test_what_people_will_see_and_when(runda: Runda, installation: Installation) -> None:
    outcome = runda(
        "pack",
        "preview",
        "meetings",
        *("--config", installation.config),
        *("--at", "2090-06-01 13:00"),
        *("--language", "en"),
    )

    assert (outcome.status, outcome.complaint) == (0, "")
    shown = [line for line in outcome.shown.splitlines() if not line.startswith("  │ ✍️")]
    assert [line for line in shown if not line.startswith("  │")] == [
        "Better meetings",
        "To meet better.",
        "",
        "── Consent ──",
        "  before the first answer, in every group's room:",
        "",
        "── 13:00 · Your own answer · each on their own · 4 minutes ──",
        "  in the group's room:",
        "  in private, to each:",
        "  in the organizers' room:",
        "",
        "── 13:04 · The group's answer · in groups · 10 minutes ──",
        "  in the group's room:",
        "  then what its people answered in private, without names",
        "  at 13:12, to those who have not answered:",
        "  at 13:14, to groups without an answer:",
        "  in the organizers' room:",
        "",
        "In all: 14 minutes",
    ]
    assert shown.count("  │ What makes a meeting good?") == 2
    assert "  │ at 13:14, the digest of the step" in shown


def test_a_time_of_day_that_has_been_will_do(runda: Runda, installation: Installation) -> None:
    outcome = runda("pack", "preview", "meetings", "--config", installation.config, "--at", "00:00")

    assert (outcome.status, outcome.complaint) == (0, "")
    assert "── 00:04 · Gruppens svar · in groups · 10 minutes ──\n" in outcome.shown


def test_without_a_time_it_counts_from_the_beginning(
    runda: Runda, installation: Installation
) -> None:
    outcome = runda("pack", "preview", "meetings", "--config", installation.config)

    assert "── +0:04 · Gruppens svar · in groups · 10 minutes ──\n" in outcome.shown
    assert "  at +0:12, to those who have not answered:\n" in outcome.shown


def test_a_pack_to_begin_with(
    runda: Runda, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    outcome = runda("pack", "new", "our-talk")

    assert (outcome.status, outcome.complaint) == (0, "")
    assert runda("pack", "check", "our-talk.toml").shown == "our-talk.toml: in order, 5 steps\n"
    again = runda("pack", "new", "our-talk")
    assert (again.status, again.complaint) == (
        1,
        "our-talk.toml is there already; take another name\n",
    )
    wrong = runda("pack", "new", "Vårt samtal")
    assert (wrong.status, wrong.complaint) == (
        1,
        (
            "Vårt samtal: a pack's name may have only a-z, 0-9 and hyphens; write e.g. "
            "`runda pack new vart-samtal`\n"
        ),
    )


ROTATING = """
languages = ["en"]
title = "Two stories"
purpose = "Each group begins with another one."
consent = "The municipality reads this."
[[contact]]
id = "strategist"
title = "Health strategist"
questions = ["What can the region do?"]
[[scenario]]
id = "anna"
title = "Anna"
text = "Anna is 14."
[[scenario]]
id = "omar"
title = "Omar"
text = "Omar is 15."
[[step]]
id = "first"
kind = "group"
scenarios = ["anna", "omar"]
length = "10 min"
next = "everyone"
title = "First"
text = "What would you do?"
[[step]]
id = "after-lunch"
kind = "group"
scenarios = ["anna", "omar"]
turn = 2
begins_at = "13.00"
length = "10 min"
title = "Second"
text = "And here?"
[[follow_up]]
id = "later"
after = "6 months"
at = "09.00"
title = "Half a year later"
[[follow_up.step]]
id = "since"
kind = "individual"
length = "3 h"
title = "Since then"
text = "What has happened?"
"""


def test_which_group_gets_what_and_what_comes_later(runda: Runda, tmp_path: Path) -> None:
    path = tmp_path / "stories.toml"
    path.write_text(ROTATING)

    outcome = runda("pack", "preview", path, "--at", "2090-06-01 11:30", "--groups", "3")

    assert (outcome.status, outcome.complaint) == (0, "")
    shown = [line for line in outcome.shown.splitlines() if line and line[:3] != "  │"]
    assert shown == [
        "Two stories",
        "Each group begins with another one.",
        "── Consent ──",
        "  before the first answer, in every group's room:",
        "── Contact: Health strategist ──",
        "  in private, one after the other:",
        "  reminded after 24 hours; a question without an answer after 3 days is noted as such",
        "── 11:30 · First · in groups · 10 minutes ──",
        "  in the rooms of groups 1, 3:",
        "  in the room of group 2:",
        "  at 11:40, to groups without an answer:",
        "  in the organizers' room:",
        "── 13:00 · Second · in groups · 10 minutes · not before 13:00 ──",
        "  in the rooms of groups 1, 3:",
        "  in the room of group 2:",
        "  at 13:10, to groups without an answer:",
        "  in the organizers' room:",
        "── Follow-up: Half a year later · Friday 1 December 2090 ──",
        "  6 months after the last day, at 09:00, with the same groups:",
        "── +0:00 · Since then · each on their own · 3 hours ──",
        "  in the group's room:",
        "  in private, to each:",
        "  in the organizers' room:",
        "In all: 1 hour 40 minutes",
    ]
    texts = [line.removeprefix("  │ ") for line in outcome.shown.splitlines()]
    assert [text for text in texts if text.startswith("📖")] == [
        "📖 Anna",
        "📖 Omar",
        "📖 Omar",
        "📖 Anna",
    ]
    assert "the step ends when all have answered, at 11:40 at the latest" in texts
    # The consent is asked for once, in a message of its own.
    assert texts.count("> The municipality reads this.") == 1


def test_a_consent_text_that_is_only_shown(runda: Runda, tmp_path: Path) -> None:
    path = tmp_path / "stories.toml"
    path.write_text("ask_consent = false\n" + ROTATING)

    outcome = runda("pack", "preview", path, "--at", "2090-06-01 11:30", "--groups", "3")

    texts = [line.removeprefix("  │ ") for line in outcome.shown.splitlines()]
    assert "  with the first question, and to those who open a private chat:" in texts
    # By itself, and where it is read: with the first question of the two ways in which groups
    # see it, and again in the follow-up, in the room and in private.
    assert texts.count("The municipality reads this.") == 1
    assert texts.count("> The municipality reads this.") == 2 + 2


def test_how_many_groups(runda: Runda) -> None:
    outcome = runda("pack", "preview", "example", "--groups", "0")

    assert (outcome.status, outcome.complaint) == (2, "--groups: write a number from 1 to 100\n")


def test_problems_in_swedish(runda: Runda, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNDA_LANGUAGE", "sv")
    path = tmp_path / "broken.toml"
    path.write_text(PACK.replace('kind = "group"', 'kind = "helgrupp"'))

    outcome = runda("pack", "check", path)

    assert outcome.complaint.startswith(
        f'{path}:20: kind = "helgrupp" är okänt; menade du "plenary"? Det som finns är "film",'
    )


RECURRING = """
languages = ["en"]
title = "The monthly meeting"
purpose = "We meet."
[recurrence]
every = "first tuesday"
at = "13.00"
skip_holidays = true
skip_months = [7]
times = 20
[[step]]
id = "month"
kind = "group"
length = "20 min"
title = "This month"
text = "What has moved?"
"""


def test_the_next_times_of_a_pack_that_comes_again(runda: Runda, tmp_path: Path) -> None:
    path = tmp_path / "monthly.toml"
    path.write_text(RECURRING)

    outcome = runda("pack", "preview", path, "--at", "2090-04-04 13:00")

    # The first Tuesday of May is no holiday that year; July is left out.
    assert outcome.shown.partition("── Again")[2].splitlines()[:8] == [
        ": the first Tuesday of the month at 13:00 ──",
        "  the next times:",
        "  │ • Tuesday 2 May 2090",
        "  │ • Tuesday 1 August 2090",
        "  │ • Tuesday 5 September 2090",
        "  │ • Tuesday 3 October 2090",
        "  │ • Tuesday 7 November 2090",
        "  20 times in all",
    ]
