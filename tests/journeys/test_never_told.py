"""What people write on a real homeserver is told by the real process to nobody but them.

The bot runs as an operator would run it who wants to see all: level debug, Python's own development
mode. Every place where somebody can write has a word of its own; then the log, the pages, what
commands print, and all that can be seen of the processes are searched for these words, and for the
secrets.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest

from bot.adapters.matrix.transport import CLIENT, escaped
from bot.config.file import TOKEN_VARIABLE
from bot.errors import ChatRefused
from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import RoomId
from tests.fault_proxy import Echoes, FaultProxy
from tests.journeys.test_stopping import free_port
from tests.journeys.workshop import Workshop, until, until_true, workshop
from tests.places import SIGN, Words

PACK = """
languages = ["sv"]
ask_consent = false
title.sv = "Prov"
purpose.sv = "Att prova."

[[step]]
id = "enskilt"
kind = "individual"
length = "20 min"
title.sv = "Var för sig"
text.sv = "Vad tänker du?"

[[step]]
id = "val"
kind = "poll"
length = "20 min"
title.sv = "Val"
text.sv = "Vad väljer du?"
options.sv = ["{option}", "något annat"]

[[step]]
id = "grupp"
kind = "group"
length = "20 min"
title.sv = "Tillsammans"
text.sv = "Vad säger ni?"
"""


class Onlooker:
    """Somebody on the same machine who looks at the bot's processes again and again."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.seen: set[bytes] = set()
        self.seen_of_children: set[bytes] = set()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._ends.wait(0.02):
            own = _shown_of(self._pid, "cmdline")
            for pid in _family(self._pid):
                command = _shown_of(pid, "cmdline")
                shown = {command, _shown_of(pid, "environ")} - {b""}
                self.seen |= shown
                # (For a moment a child is still what its parent is.)
                if command not in (b"", own):
                    self.seen_of_children |= shown

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()


def _shown_of(pid: int, what: str) -> bytes:
    """What everybody with this account can read of a process; nothing if it has ended."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def _family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            born = children.read_text().split()
        except OSError:  # it has ended meanwhile
            continue
        for child in born:
            yield from _family(int(child))


@contextmanager
def telling_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A process started now tells all that Python can be made to tell."""
    temporary = folder / "temporary"
    temporary.mkdir()
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONDEVMODE", "1")
        patch.setenv("PYTHONASYNCIODEBUG", "1")
        patch.setenv("TMPDIR", str(temporary))
        # A token may come by the environment; then it is the process's alone.
        patch.setenv(TOKEN_VARIABLE, (folder / "access_token").read_text())
        yield temporary


async def page(port: int, path: str) -> str:
    """What a page of the process says."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as answer,
    ):
        return await answer.text()


async def raw(person: Client, room_id: RoomId, kind: str, content: object) -> None:
    """Send an event as no client would, never encrypted."""
    name = kind.replace(".", "")[:40]
    path = f"{CLIENT}/rooms/{escaped(room_id)}/send/{kind}/raw-{name}-{abs(hash(str(content)))}"
    await person.ask("PUT", path, content)


@pytest.mark.timeout(400)
async def test_what_people_write_leaves_the_process_by_no_other_way(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    told: list[str] = []
    pack = PACK.format(option=words.at("poll option"))
    port = free_port()
    async with (
        FaultProxy(homeserver.url) as proxy,
        workshop(
            homeserver, tmp_path, fresh_name, encrypted=lambda table: table == 2, pack=pack
        ) as scene,
    ):
        # given a process that tells all it can, before whose homeserver something goes wrong
        bot = scene.bot
        await bot.stop()
        config = bot.config.read_text().replace(homeserver.url, proxy.url)
        config += f'[log]\nlevel = "debug"\n[health]\nlisten = "127.0.0.1:{port}"\n'
        bot.config.write_text(config)
        with telling_all(tmp_path, monkeypatch) as temporary:
            await bot.start()
        assert bot.process is not None

        with Onlooker(bot.process.pid) as onlooker:
            # when every place is written in, and every part of the homeserver repeats it
            await _people_have_names(scene, words)
            await scene.order("!starta test")
            plain, hidden = scene.tables
            for table in scene.tables:
                await scene.shows(table.people[0], table.room_id, "Vad tänker du?")
            await _alone(scene, words)
            await _hostile(scene, words)
            await _breaks(scene, words, tmp_path / "data" / "runda.db")
            told += [await page(port, "/healthz"), await page(port, "/readyz")]
            _repeat_all(proxy, plain.room_id)
            await scene.order("!nästa")
            await scene.shows(plain.people[0], plain.room_id, "Vad väljer du?")
            await scene.shows(hidden.people[0], hidden.room_id, "Vad väljer du?")
            told += [await page(port, "/healthz"), await page(port, "/readyz")]
            await _together(scene, words)
            told += [
                await asyncio.to_thread(_printed, scene, command)
                for command in ("status", "check", "log")
            ]
            # and files are made of it, and pictures, in processes of their own
            await scene.order("!exportera json")
            await until(lambda: "export.made" in bot.log.read_text(), "an export")
            # and it ends in the worst way, with its stack on stderr
            os.kill(bot.process.pid, signal.SIGABRT)
            await asyncio.to_thread(bot.process.wait, 60)
            bot.kill()

        # then most of it is in the database: the words have been where they could leak
        files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        kept = b"".join(path.read_bytes() for path in files)
        assert set(words.found_in(kept.decode("utf-8", "replace"))) >= {
            *("private answer", "encrypted private answer", "open talk", "encrypted talk"),
            *("room name", "display name", "second wording", "group answer", "photo caption"),
        }
        # the homeserver has repeated them, and the process has told of its troubles
        log = bot.log.read_text()
        assert "effect.refused" in log
        assert "IntegrityError" in log
        assert "Fatal Python error: Aborted" in log
        # and none of it is anywhere else
        assert words.found_in(log) == []
        # (names of rooms are what `runda status` is for)
        assert set(words.found_in("".join(told))) <= {"room name"}
        assert words.found_in(b"".join(onlooker.seen).decode("utf-8", "replace")) == []
        assert [path.name for path in temporary.rglob("*")] == []
        # nor are the secrets
        token = (tmp_path / "access_token").read_text().strip()
        children = b"".join(onlooker.seen_of_children)
        outside = (log.encode(), "".join(told).encode(), children, kept)
        assert [token.encode() in one for one in outside] == [False] * len(outside)
        assert len(onlooker.seen_of_children) > 1


async def _people_have_names(scene: Workshop, words: Words) -> None:
    plain, _ = scene.tables
    anna = plain.people[0]
    path = f"{CLIENT}/profile/{escaped(anna.id)}/displayname"
    await anna.ask("PUT", path, {"displayname": words.at("display name")})
    for kind, content in (
        ("m.room.name", {"name": words.at("room name")}),
        ("m.room.topic", {"topic": words.at("room topic")}),
    ):
        path = f"{CLIENT}/rooms/{escaped(plain.room_id)}/state/{kind}/"
        await scene.organizer.ask("PUT", path, content)

    async def heard() -> bool:
        return words.all["room name"] in _kept(scene)

    await until_true(heard, "the room's name in the database")
    stranger = await scene.organizer.create_room(
        words.at("another room"), invite=[scene.bot.user_id], topic=words.at("another topic")
    )
    await scene.organizer.write(stranger, words.at("in another room"))


async def _alone(scene: Workshop, words: Words) -> None:
    (anna, bo), (cia, _) = (table.people for table in scene.tables)
    plain, hidden = (table.room_id for table in scene.tables)
    own = await scene.open_private_chat(anna)
    answer = await anna.write(own, f"Vi borde {words.at('private answer')}")
    await scene.marked(anna, own, answer, "👍")
    await anna.edit(own, answer, f"Vi borde {words.at('second wording')}")
    hers = await scene.open_private_chat(cia, encrypted=True)
    taken = await cia.write(hers, f"Vi borde {words.at('encrypted private answer')}")
    await scene.marked(cia, hers, taken, "👍")
    await bo.write(plain, words.at("open talk"))
    await bo.photo(
        plain,
        b"\x89PNG\r\n",
        name=f"{words.at('photo name')}.png",
        caption=words.at("photo caption"),
    )
    await bo.file(plain, words.at("file bytes").encode(), name=words.at("file name"), mime="a/b")
    await cia.write(hidden, words.at("encrypted talk"))
    gone = await bo.write(plain, words.at("withdrawn"))
    await bo.withdraw(plain, gone)
    await scene.order(f"!starta {words.at('command')}")
    await scene.order(f"!säg alla {words.at('said to all')}")
    await scene.shows(bo, plain, words.all["said to all"])


async def _hostile(scene: Workshop, words: Words) -> None:
    """Events that no client sends, each with words where nobody expects them."""
    bo, room_id = scene.tables[0].people[1], scene.tables[0].room_id
    hidden = scene.tables[1]
    odd: list[tuple[str, Any]] = [
        ("m.room.message", {"msgtype": words.at("message type"), "body": "?"}),
        ("m.room.message", {"msgtype": "m.text", "body": {"x": words.at("body in a dict")}}),
        ("m.room.message", {"msgtype": "m.text", "body": [words.at("body in a list")]}),
        ("m.room.message", {words.at("name of a field"): 1, "msgtype": "m.text", "body": "?"}),
        (
            "m.room.message",
            {
                "msgtype": "m.text",
                "body": "?",
                "format": "org.matrix.custom.html",
                "formatted_body": f"<b>{words.at('formatted')}",
            },
        ),
        (
            "m.room.message",
            {
                "msgtype": "m.text",
                "body": "?",
                "m.relates_to": {"rel_type": words.at("relation"), "event_id": "$" + SIGN},
            },
        ),
        (
            "m.room.message",
            {"msgtype": "m.image", "body": "?", "url": words.at("address"), "info": 7},
        ),
        (f"org.example.{words.at('type of event')}", {"body": words.at("in an unknown event")}),
        ("m.reaction", {"m.relates_to": {"key": words.at("reaction"), "event_id": 5}}),
        (
            "org.matrix.msc3381.poll.start",
            {"org.matrix.msc3381.poll.start": {"answers": words.at("a poll of theirs")}},
        ),
        (
            "m.poll.response",
            {"m.poll.response": {"answers": [words.at("an answer to a poll")]}},
        ),
    ]
    garbage = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": words.at("no ciphertext"),
        "session_id": words.at("no session"),
        "sender_key": words.at("no key"),
        "device_id": words.at("no device"),
    }
    taken = 0
    for kind, content in odd:
        # Encrypted too, since a homeserver refuses the worst of what it can read.
        taken += await _takes(hidden.people[0].send(hidden.room_id, kind, content))
        taken += await _takes(raw(bo, room_id, kind, content))
    assert taken > len(odd)
    # in a room that nobody else reads
    dan = hidden.people[1]
    own = await scene.open_private_chat(dan, encrypted=True)
    await raw(dan, own, "m.room.encrypted", garbage)
    await raw(dan, own, "m.room.encrypted", {"algorithm": words.at("way")})
    last = await bo.write(room_id, words.at("after the hostile"))

    async def heard() -> bool:
        return words.all["after the hostile"] in _kept(scene)

    await until_true(heard, f"{last} in the database")


async def _takes(sending: Awaitable[object]) -> bool:
    """Whether the homeserver takes it."""
    try:
        await sending
    except ChatRefused:
        return False
    return True


def _kept(scene: Workshop) -> str:
    return "".join(
        path.read_bytes().decode("utf-8", "replace")
        for path in (scene.bot.folder / "data").glob("runda.db*")
    )


async def _breaks(scene: Workshop, words: Words, database: Path) -> None:
    """A mistake of ours: the statement fails whose parameters are what somebody wrote."""
    bo = scene.tables[0].people[1]
    own = await scene.open_private_chat(bo)
    with sqlite3.connect(database) as connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON reply WHEN NEW.text LIKE '%zqxodd%' "
            "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    await bo.write(own, words.at("odd answer"))
    await until(lambda: "IntegrityError" in scene.bot.log.read_text(), "the mistake")
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER broken")


def _repeat_all(proxy: FaultProxy, room_id: RoomId) -> None:
    """What goes to this room comes back in errors that may pass, and in one that does not."""
    room = f"/rooms/{escaped(room_id)}/send/"
    proxy.fail("PUT", room, Echoes(500), times=4)
    proxy.fail("PUT", room, Echoes(400))
    proxy.fail("PUT", room, Echoes(429))
    proxy.fail("POST", "/media/", Echoes(500))


async def _together(scene: Workshop, words: Words) -> None:
    (anna, bo), (cia, _) = (table.people for table in scene.tables)
    plain, hidden = (table.room_id for table in scene.tables)
    await anna.write(plain, words.all["poll option"])
    await bo.write(plain, f"{words.at('no option')} kanske")
    await cia.write(hidden, "1")
    await scene.order("!nästa")
    for person, room_id in ((anna, plain), (cia, hidden)):
        await scene.shows(person, room_id, "Vad säger ni?")
    given = await anna.write(plain, f"Gruppsvar: {words.at('group answer')}")
    await scene.marked(anna, plain, given, "✅")
    await cia.write(hidden, f"Gruppsvar: {words.at('encrypted group answer')}")
    await scene.order("!nästa")
    await scene.shows(scene.organizer, scene.organizers_room, words.all["group answer"])


def _printed(scene: Workshop, command: str) -> str:
    """What a command prints, and complains of, however it ends."""
    done = subprocess.run(scene.bot.command(command), capture_output=True, check=False, timeout=120)
    return (done.stdout + done.stderr).decode()
