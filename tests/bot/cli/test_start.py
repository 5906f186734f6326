"""`runda start`: an order in the database, which the running bot carries out."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.dialogue import Status
from flows.ids import DialogueId
from storage.transaction import Transaction
from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import ORGANIZERS, Installation

NOT_RUNNING = "The bot does not seem to run: start it with `runda run`, or nothing begins.\n"


def test_now(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)

    outcome = runda("start", "meetings", "--config", installation.config, "--pace", "60")

    (dialogue,) = database.write_now(lambda tx: tx.dialogues.in_status(Status.PLANNED))
    database.close()
    assert (outcome.status, outcome.shown) == (0, "meetings-1 begins now with 2 groups.\n")
    assert outcome.complaint == NOT_RUNNING
    assert (dialogue.id, dialogue.pace, dialogue.language) == ("meetings-1", 60.0, "sv")
    assert dialogue.starts_at >= installation.now - timedelta(seconds=1)


def test_at_a_time_in_the_zone_of_the_configuration(
    runda: Runda, installation: Installation
) -> None:
    database = installation.open()
    installation.make_groups(database)

    outcome = runda(
        "start",
        "meetings",
        "--config",
        installation.config,
        "--at",
        "2090-06-01 13",
        "--language",
        "en",
    )

    def read(tx: Transaction) -> tuple[str, str, str]:
        (dialogue,) = tx.dialogues.in_status(Status.PLANNED)
        (alarm,) = tx.occurrences.waiting(dialogue.id)
        local = dialogue.starts_at.astimezone(ZoneInfo("Europe/Stockholm"))
        return f"{local:%Y-%m-%d %H:%M}", alarm.wall_time, dialogue.language

    assert outcome.shown == "meetings-1 begins 2090-06-01 13:00 with 2 groups.\n"
    assert database.write_now(read) == (
        "2090-06-01 13:00",
        "2090-06-01T13:00:00 Europe/Stockholm",
        "en",
    )
    database.close()


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        pytest.param(
            ("meting",), 1, "There is no pack meting; did you mean meetings?\n", id="misspelt"
        ),
        pytest.param(
            ("meetings", "--at", "soon"),
            1,
            "--at: “soon” is not a time I understand. Write for example 13.00 or "
            "2026-12-01 13.00.\n",
            id="no time",
        ),
        pytest.param(
            ("meetings", "--at", "2090-03-26 02:30"),
            1,
            "--at: The clock jumps over 02:30 that night. Write for example 03:30.\n",
            id="a time that is skipped",
        ),
        pytest.param(
            ("meetings", "--pace", "0"),
            2,
            "--pace: write a number above 0 and up to 1000\n",
            id="no pace",
        ),
        pytest.param(
            ("meetings",),
            1,
            "There are no groups yet. Make a room for each group and invite @runda:example.org "
            "to it, as an organizer; the running bot then comes.\n",
            id="no groups",
        ),
    ],
)
def test_what_cannot_be_started(
    runda: Runda, installation: Installation, words: tuple[str, ...], status: int, complaint: str
) -> None:
    installation.open().close()

    outcome = runda("start", *words, "--config", installation.config)

    assert (outcome.status, outcome.complaint) == (status, complaint)


def test_a_time_that_comes_twice_is_told(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)
    database.close()

    outcome = runda(
        "start", "meetings", "--config", installation.config, "--at", "2090-10-29 02:30"
    )

    assert outcome.complaint == (
        f"The clock shows 02:30 twice that night; the first is meant.\n{NOT_RUNNING}"
    )


def test_one_dialogue_at_a_time(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)
    installation.start(database)
    database.close()

    outcome = runda("start", "meetings", "--config", installation.config)

    assert (outcome.status, outcome.complaint) == (
        1,
        (
            "meetings-1 is not finished, and a group does one thing at a time. Wait until it "
            "ends, or end it in the organizers' room.\n"
        ),
    )


def test_before_the_first_start_nothing_is_made(runda: Runda, installation: Installation) -> None:
    outcome = runda("start", "meetings", "--config", installation.config)

    assert outcome.status == 1
    assert list((installation.folder / "data").iterdir()) == []


def recurs(installation: Installation) -> None:
    """The pack comes once a month, and may be run at one's own pace."""
    path = installation.folder / "packs" / "meetings.toml"
    head, _, steps = path.read_text().partition("[[step]]")
    rule = '[recurrence]\nevery = "month"\nat = "13.00"\n\n'
    path.write_text(f"self_paced = true\n{head}{rule}[[step]]{steps}")


Kept = tuple[list[str], list[tuple[str, str]], list[str]]


def kept(tx: Transaction) -> Kept:
    """The series that go on, what rings for them, and the planned dialogues."""
    going = [one.id for one in tx.series.going()]
    alarms = [
        (alarm.alarm.value, alarm.wall_time[11:])
        for one in going
        for alarm in tx.occurrences.waiting(DialogueId(one))
    ]
    return going, alarms, [one.id for one in tx.dialogues.in_status(Status.PLANNED)]


def test_a_pack_that_recurs_begins_its_series(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)
    recurs(installation)

    outcome = runda("start", "meetings", "--config", installation.config)

    (series,) = database.write_now(lambda tx: tx.series.going())
    (alarm,) = database.write_now(lambda tx: tx.occurrences.waiting(DialogueId(series.id)))
    assert outcome.status == 0
    assert outcome.shown == (
        f"meetings comes by itself, next {alarm.wall_time[:10]} 13:00, until !stop series is "
        "written in the organizers' room.\n"
    )
    assert database.write_now(kept) == (
        [series.id],
        [("series", "13:00:00 Europe/Stockholm")],
        [],
    )
    assert series.organizers_room == ORGANIZERS

    again = runda("start", "meetings", "--config", installation.config)

    database.close()
    assert (again.status, again.complaint) == (
        1,
        (
            "meetings comes again and again already. End that first in the organizers' room, "
            "with !stop series.\n"
        ),
    )


def test_with_a_time_there_is_a_dialogue_then_too(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)
    recurs(installation)

    outcome = runda(
        "start", "meetings", "--config", installation.config, "--at", "2090-06-01 13:00"
    )

    going, alarms, planned = database.write_now(kept)
    database.close()
    assert outcome.shown == (
        "meetings-1 begins 2090-06-01 13:00 with 2 groups.\n"
        "meetings comes by itself, next 2090-07-01 13:00, until !stop series is written in the "
        "organizers' room.\n"
    )
    assert (len(going), alarms, planned) == (
        1,
        [("series", "13:00:00 Europe/Stockholm")],
        ["meetings-1"],
    )


def test_at_own_pace_each_group_has_a_dialogue(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)
    recurs(installation)

    outcome = runda("start", "meetings", "--config", installation.config, "--own-pace")

    planned = database.write_now(lambda tx: tx.dialogues.in_status(Status.PLANNED))
    database.close()
    assert outcome.shown == (
        "meetings-1 begins now with 1 group.\n"
        "meetings-2 begins now with 1 group.\n"
        "Each group writes done when it is ready to go on.\n"
    )
    assert [(one.own_pace, [group.name for group in one.groups]) for one in planned] == [
        (True, ["Bord 1"]),
        (True, ["Bord 2"]),
    ]


def test_a_pack_that_somebody_must_lead_is_not_started_so(
    runda: Runda, installation: Installation
) -> None:
    database = installation.open()
    installation.make_groups(database)

    outcome = runda("start", "meetings", "--config", installation.config, "--own-pace")

    assert database.write_now(kept) == ([], [], [])
    database.close()
    assert (outcome.status, outcome.complaint) == (
        1,
        (
            "meetings is not made for groups at their own pace: somebody has to lead it. Start it "
            "without --own-pace.\n"
        ),
    )
