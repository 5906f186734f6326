"""`runda status`: everything at one moment, read from outside."""

from __future__ import annotations

import fcntl
import os
import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.settings import note_organizers_moved
from flows.ids import EffectKey, RoomId, StepId
from storage.instants import to_ms
from storage.journal import NewGap
from storage.outbox import Effect
from storage.tables import InboxRow
from storage.transaction import Transaction
from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import ORGANIZERS, TABLES, Installation, add_rows, answer

ONE, TWO = TABLES
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_before_the_first_start(runda: Runda, installation: Installation) -> None:
    outcome = runda("status", "--config", installation.config)

    assert (outcome.status, outcome.shown) == (1, "The bot is not running.\n")
    assert outcome.complaint == ("there is no database yet; the bot makes it when it is started\n")
    assert list((installation.folder / "data").iterdir()) == []


def test_a_dialogue_in_the_middle(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)
    dialogue = installation.start(database)
    answer(installation, 1, "Att alla är i tid")
    assert dialogue.closes_at is not None

    outcome = runda("status", "--config", installation.config)
    database.close()

    assert (outcome.status, outcome.complaint) == (0, "")
    assert [line for line in outcome.shown.splitlines() if "step 1" not in line] == [
        "The bot is not running.",
        "2 groups, 4 people.",
        "",
        "meetings-1  Better meetings",
        "    Bord 1: 1 of 2 have answered",
        "    Bord 2: 0 of 2 have answered",
        "  Your own answer: 1 answer",
        "",
        "Nothing is waiting to be sent.",
    ]
    # (near midnight the day stands before the time)
    until = dialogue.closes_at.astimezone(STOCKHOLM).strftime("%H:%M")
    assert re.search(rf"  step 1 of 2: Your own answer, until (\S+ )?{until}\n", outcome.shown)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        pytest.param('[organizers]\nroom = "{room}"\n', ", line 7", id="as runda init writes it"),
        pytest.param('[ organizers ]\n\n  room="{room}"\n', ", line 8", id="spaced"),
        pytest.param('[organizers]\n"room" = "{room}"\n', ", under [organizers]", id="quoted"),
    ],
)
def test_an_organizers_room_that_was_replaced(
    runda: Runda, installation: Installation, written: str, place: str
) -> None:
    # given a room that another has replaced, in which somebody is who sat at a table
    text = installation.config.read_text()
    section = f'[organizers]\nroom = "{ORGANIZERS}"\n'
    assert section in text
    installation.config.write_text(text.replace(section, written.format(room=ORGANIZERS)))
    new = RoomId("!new:example.org")
    database = installation.open()
    installation.make_groups(database)
    database.write_now(lambda tx: note_organizers_moved(tx, ORGANIZERS, new))
    database.write_now(lambda tx: tx.rooms.apply([installation.joined(new, "bo1")]))
    database.close()

    outcome = runda("status", "--config", installation.config)

    assert outcome.shown.splitlines()[1:3] == [
        (
            "The organizers' room has been replaced, and the bot has gone along. Write in "
            f'{installation.config}{place}: room = "{new}"'
        ),
        "2 groups, 3 people.",
    ]
    # and what is started reports there
    assert runda("start", "meetings", "--config", installation.config).status == 0
    database = installation.open()
    [dialogue] = database.write_now(lambda tx: tx.dialogues.in_status())
    database.close()
    assert dialogue.organizers_room == new


def test_what_is_stuck(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)
    dialogue = installation.open_step(database, installation.start(database), 1)
    now_ms = to_ms(installation.now - timedelta(days=2))

    def work(tx: Transaction) -> None:
        effects = [
            Effect(key=EffectKey(key), room_id=room, content="{}")
            for key, room in (("a/prompt", ONE), ("b/prompt", TWO), ("c/prompt", RoomId("!x:y")))
        ]
        tx.outbox.put(effects, now_ms=now_ms)
        tx.outbox.postpone(1, due_ms=now_ms, error="429 M_LIMIT_EXCEEDED")
        tx.outbox.fail(3, now_ms=now_ms, error="403 M_FORBIDDEN")
        tx.journal.keep_gaps([NewGap(room_id=ONE, start="s1", stop="s0")])
        tx.digests.add(dialogue.id, StepId("own"), document="{}", made_ms=now_ms)
        tx.digests.mark_stale(dialogue.id, {StepId("own")})

    database.write_now(work)
    unread = {"room_id": TWO, "sent_ms": now_ms, "state": 2, "sender": "@a:b", "raw": "{}"}
    odd = unread | {"event_id": "$odd", "state": 4}
    rows = [unread | {"event_id": "$a"}, unread | {"event_id": "$b"}, odd]
    add_rows(installation.url, InboxRow, *rows)

    outcome = runda("status", "--config", installation.config)
    database.close()

    lines = outcome.shown.splitlines()
    place = lines.index("  digest of own: answers have changed since it was made")
    assert lines[place - 4 : place] == [
        "    Bord 1: no answer yet",
        "    Bord 2: no answer yet",
        "  Your own answer: 0 answers",
        "  The group's answer: 0 of 2 groups have answered",
    ]
    oldest = (installation.now - timedelta(days=2)).astimezone(STOCKHOLM)
    assert lines[place + 2] == (
        f"2 messages are waiting to be sent, the oldest since {oldest:%Y-%m-%d %H:%M}."
    )
    assert lines[place + 3 :] == [
        "  given up: c/prompt to !x:y (403 M_FORBIDDEN)",
        "  tried in vain so far: a/prompt to Bord 1 (429 M_LIMIT_EXCEEDED)",
        "2 messages in Bord 2 cannot be read: the keys are missing.",
        "1 malformed event was set aside; nothing of it was acted on.",
        "1 gap in what was read is still to be filled.",
    ]


@pytest.mark.parametrize(
    ("written", "held", "told"),
    [
        pytest.param("self", True, "The bot is running (process {pid}).", id="running"),
        pytest.param("self", False, "The bot is not running.", id="the number is another's now"),
        pytest.param("4194305", True, "The bot is not running.", id="killed"),
        pytest.param("", False, "The bot is not running.", id="an empty file"),
    ],
)
def test_whether_the_bot_runs(
    runda: Runda, installation: Installation, written: str, held: bool, told: str
) -> None:
    installation.open().close()
    folder = installation.folder / "data" / "keys"
    folder.mkdir()
    with (folder / "lock").open("w") as lock:
        lock.write(str(os.getpid()) if written == "self" else written)
        lock.flush()
        if held:
            fcntl.flock(lock, fcntl.LOCK_EX)
        shown = runda("status", "--config", installation.config).shown

    assert shown.splitlines()[0] == told.format(pid=os.getpid())


def test_nothing_is_written_by_looking(runda: Runda, installation: Installation) -> None:
    database = installation.open()
    installation.make_groups(database)
    database.close()
    before = (installation.folder / "data" / "runda.db").read_bytes()

    runda("status", "--config", installation.config)

    assert (installation.folder / "data" / "runda.db").read_bytes() == before


def test_names_of_rooms_cannot_steer_the_terminal_or_forge_lines(
    runda: Runda, installation: Installation
) -> None:
    # given a room that somebody has given a telling name, with something that cannot be sent there
    database = installation.open()
    installation.make_groups(database)
    forged = "Bord\n0 groups, 0 people.\x1b[2J\x1b]0;x\x07\u202e\u200b"

    def work(tx: Transaction) -> None:
        room = tx.rooms.get(ONE)
        assert room is not None
        tx.rooms.put(replace(room, name=forged))

    database.write_now(work)
    installation.start(database)
    database.close()

    outcome = runda("status", "--config", installation.config)

    assert outcome.shown.count("groups, ") == 2
    assert "    Bord\\n0 groups, 0 people.\\x1b[2J" in outcome.shown
    assert [line for line in outcome.shown.splitlines() if not line.isprintable()] == []
