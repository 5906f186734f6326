"""What people write is in no log, no metric, no output of a command and no file left behind.

A dialogue in which every place where somebody can write has a word of its own; then all that the
process tells anybody but the people in the rooms is searched for these words.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from typing_extensions import override

from bot.cli import main
from bot.replies.corrections import Corrections
from bot.service.logs import set_up_logs
from flows.ids import UserId
from flows.messages import Edited, Media, MediaKind
from storage.instants import to_ms
from storage.journal import MemberChange, Membership, RoomFacts
from tests.bot.journey import LUNCH, Journey
from tests.bot.logging_state import logging_as_before
from tests.builders import ANN, BO, BOT, CIA, DAN, OLGA, ORGANIZERS, STRANGER, TABLE_1, TABLE_2
from tests.fakes import FakeChat
from tests.places import SIGN, Words

EVA = UserId("@eva:elsewhere.org")
PACK = f"""{LUNCH}
[[contact]]
id = "cook"
title.en = "Cook"
wait = "72 h"
questions.en = ["What is fresh today?"]
"""


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logging and the last resorts are of the whole process."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with logging_as_before():
        yield


class Teller(FakeChat):
    """A homeserver whose errors repeat what was sent, as the worst of them do."""

    echoes = ""

    @override
    def _fail(self, parcel: object) -> None:
        super()._fail(parcel)  # type: ignore[arg-type]  # as it came
        if self.echoes and self.echoes in repr(parcel):
            raise ArithmeticError(repr(parcel))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("form", ["console", "json"])
async def test_what_people_write_is_told_to_nobody_but_those_in_the_rooms(
    unset_journey: Journey,
    form: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a process that logs all it can, and a folder for temporary files of its own
    journey, words, log = unset_journey, Words(), StringIO()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    set_up_logs("debug", form, log)
    logging.getLogger("asyncio").setLevel(logging.DEBUG)
    journey.chat.__class__ = Teller
    journey.has_pack("lunch", PACK)
    await journey.begins()

    # when every place is written in, in rooms and by people with telling names
    await people_have_names(journey, words)
    await organizers_prepare(journey, words)
    await alone(journey, words)
    await together(journey, words)
    await afterwards(journey, words)
    await what_breaks(journey, words, monkeypatch)
    await journey.writes_in_private(ANN, "my answers")

    # then most of it is in the database or in rooms: the words have been where they could leak
    kept = stored(tmp_path) + posted(journey)
    assert len(words.all) > 30
    assert set(words.found_in(kept)) >= {
        *("private answer", "second wording", "open answer", "group answer", "list name"),
        *("room name", "display name", "contact answer", "question", "key came", "hold reason"),
    }

    # and none of it is anywhere else
    why = journey.app.vitals.why_not_ready()
    await journey.bot_is_killed()
    printed = "".join(capfd.readouterr())
    await asyncio.to_thread(commands, tmp_path, journey)
    shown = "".join(capfd.readouterr())
    assert "command.called" in log.getvalue()
    assert "Traceback" in log.getvalue()
    assert words.found_in(log.getvalue()) == []
    assert words.found_in(str(why)) == []
    assert words.found_in(printed) == []
    # (what `runda status` and `runda log` are for: names of rooms, and reasons of organizers)
    assert set(words.found_in(shown)) <= {"room name", "hold reason"}
    assert left_behind(temporary) == []


async def people_have_names(journey: Journey, words: Words) -> None:
    for room_id, name in ((TABLE_1, words.at("room name")), (TABLE_2, "Table 2")):
        journey.chat.hear(
            rooms=[RoomFacts(room_id=room_id, name=name, encrypted=False, joined=True)],
            members=[
                MemberChange(
                    room_id=room_id,
                    user_id=who,
                    membership=Membership.JOIN,
                    name=words.at("display name"),
                    sent_ms=to_ms(journey.now),
                )
                for who in (ANN, DAN)
            ],
        )
    strange = journey.chat.add_room(words.at("invited to"), STRANGER)
    journey.chat.invite(strange, STRANGER)
    await journey.settles()


async def organizers_prepare(journey: Journey, words: Words) -> None:
    table = f"Name;Role;Matrix\n{words.at('list name')};{words.at('list role')};{ANN}\n"
    wrong = f"{words.at('list account')};x;no account {words.at('list oddity')}\n"
    await drops(journey, f"{words.at('list file')}.csv", (table + wrong).encode())
    await drops(journey, "list.csv", f"\0\xff{words.at('list nonsense')}".encode("latin-1"))
    broken = LUNCH.replace('kind = "group"', f'kind = "{words.at("pack kind")}"')
    await drops(journey, f"{words.at('pack file')}.toml", broken.encode())
    await drops(journey, "broken.toml", f'a = "{words.at("pack nonsense")}'.encode())
    await drops(journey, "broken.zip", b"PK\x03\x04" + words.at("zip nonsense").encode())
    await journey.drops(OLGA, f"{words.at('other file')}.exe", words.at("other bytes").encode())
    for line in ("!{}", "!start {}", "!start lunch at {}", "!settings {}", "!move {}", "!log {}"):
        await journey.writes(OLGA, line.format(words.at(f"command {line[:6]}")))
    await journey.writes(OLGA, f"!contact cook {EVA}")
    room = next(
        room
        for room in journey.chat.rooms.values()
        if room.made_as is not None and room.made_as.direct
    )
    journey.chat.change_membership(room.room_id, EVA)
    await journey.settles()
    await journey.starts_lunch()
    await journey.writes(EVA, words.at("contact answer"), room=room.room_id)


async def drops(journey: Journey, name: str, data: bytes) -> None:
    """A file is dropped, and is worked off."""
    before = len(journey.texts(ORGANIZERS))
    await journey.drops(OLGA, name, data)
    await journey.until(
        lambda: len(journey.texts(ORGANIZERS)) > before and journey.app.seating.is_idle,
        within_s=60,
    )
    await journey.settles()


async def alone(journey: Journey, words: Words) -> None:
    answer = await journey.writes_in_private(ANN, f"We should have {words.at('private answer')}")
    await journey.edits(ANN, answer, f"We should have {words.at('second wording')}")
    gone = await journey.writes_in_private(ANN, words.at("withdrawn"))
    await journey.withdraws(ANN, gone)
    await journey.writes(CIA, words.at("open answer"))
    photo = Media(
        kind=MediaKind.IMAGE,
        name=f"{words.at('photo name')}.jpg",
        mime=words.at("photo type"),
        size=9,
        address='{"url":"mxc://example.org/photo"}',
    )
    await journey.writes(BO, words.at("photo caption"), media=photo)
    await journey.writes(CIA, f"ask: {words.at('question')}")
    await journey.writes(DAN, f"!{words.at('no command')}")
    await journey.writes_in_private(STRANGER, words.at("a strangers words"))
    later = journey.message(DAN, f"We should have {words.at('key came')}")
    await journey.happens(later, encrypted=True)
    lost = journey.message(DAN, words.at("key is lost"))
    await journey.happens(lost, encrypted=True)
    journey.chat.key_arrives(later)
    journey.chat.key_is_missing(lost)
    await journey.settles()


async def together(journey: Journey, words: Words) -> None:
    await journey.writes(OLGA, "!next")
    talk = await journey.writes(CIA, words.at("talk"))
    await journey.edits(CIA, talk, words.at("talk edited"))
    given = await journey.writes(ANN, f"Group answer: {words.at('group answer')}")
    await journey.marks(BO, given)
    await journey.writes(OLGA, f"!hold {journey.prompt(TABLE_1, 'Alone')} {words.at('hold why')}")
    await journey.writes(
        OLGA, f"!hold https://matrix.to/#/{TABLE_1}/{given} {words.at('hold reason')}"
    )
    await journey.writes(OLGA, f"!say {words.at('said to all')}")
    await journey.writes(CIA, f"Group answer: {words.at('other answer')}")


async def afterwards(journey: Journey, words: Words) -> None:
    await journey.writes(OLGA, "!next")
    await journey.writes(OLGA, "!export json, excel")
    await journey.until(
        lambda: sum(one.file is not None for one in journey.shown(ORGANIZERS)) >= 2, within_s=120
    )
    await journey.writes(OLGA, f"!theme {words.at('theme name')} 1")
    await journey.writes(OLGA, "!next")
    await journey.writes(ANN, words.at("after the end"))


async def what_breaks(journey: Journey, words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistakes of ours, whose exceptions say what they could not deal with."""
    chat = journey.chat
    assert isinstance(chat, Teller)
    chat.echoes = words.at("not sent")
    await journey.writes(OLGA, "!say " + chat.echoes)
    edit = Corrections.edit

    def breaks(self: Corrections, tx: object, one: Edited, *rest: object, **more: object) -> None:
        if SIGN in one.text:
            raise ValueError(one.text, one)
        edit(self, tx, one, *rest, **more)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(Corrections, "edit", breaks)
    answer = await journey.writes_in_private(BO, words.at("before the mistake"))
    await journey.edits(BO, answer, words.at("at the mistake"))
    monkeypatch.setattr(Corrections, "edit", edit)
    batch = journey.edit(BO, answer, words.at("a future"))
    await journey.happens(replace(batch, sent_ms=2**61))


def stored(folder: Path) -> str:
    """All that the database holds, its log of changes included."""
    return "".join(
        path.read_bytes().decode("utf-8", "replace") for path in sorted(folder.glob("runda.db*"))
    )


def posted(journey: Journey) -> str:
    return "".join(
        one.text for room in journey.chat.rooms.values() for one in journey.shown(room.room_id)
    )


def commands(folder: Path, journey: Journey) -> None:
    """The operator looks at this bot from the terminal."""
    folder = folder / "operator"
    folder.mkdir()
    token = folder / "access_token"
    token.touch(mode=0o600)
    token.write_text("not-a-real-token")
    (folder / "config.toml").write_text(
        f'[matrix]\nhomeserver = "http://127.0.0.1:9"\nuser_id = "{BOT}"\ndevice_id = "RUNDA"\n'
        f'access_token_file = "access_token"\n[organizers]\nroom = "{ORGANIZERS}"\n'
        f'[storage]\ndata_folder = ".."\ndatabase = "{journey.url}"\n'
    )
    for command in ("status", "check", "log"):
        main([command, "--config", str(folder / "config.toml")])


def left_behind(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*")]
