"""`runda backup` and `runda restore`: the pair fits, and a kill in the middle costs nothing."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.terminal import FOR_OPERATOR
from bot.service import backup as making
from flows.ids import EffectKey
from storage.copying import copy_sqlite
from storage.database import Database
from storage.migrate import NEWEST
from storage.outbox import Effect
from storage.transaction import Transaction
from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import BOT, ORGANIZERS, Installation
from tests.builders import NOW_MS

_MOST_STEPS = 60


@pytest.fixture
def ran(installation: Installation) -> Installation:
    """A bot that has run: there is a database, and keys."""
    _put(installation, "before")
    keys = _keys(installation)
    keys.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(keys)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE megolm (session TEXT)")
        database.commit()
    (keys.parent / "secrets.json").write_text("{}")
    return installation


def _keys(installation: Installation) -> Path:
    return installation.folder / "data" / "keys" / "keys.db"


def _put(installation: Installation, *names: str) -> None:
    database = installation.open()
    for name in names:
        database.write_now(lambda tx, name=name: _add(tx, name))  # type: ignore[misc]  # bound now
    database.close()


def _add(tx: Transaction, *names: str) -> None:
    tx.outbox.put(
        [Effect(key=EffectKey(name), room_id=ORGANIZERS, content="{}") for name in names],
        now_ms=NOW_MS,
    )


def _stored(installation: Installation) -> set[str]:
    database = installation.open()
    found = database.write_now(lambda tx: tx.outbox.due(now_ms=NOW_MS, besides=(), limit=9_999))
    database.close()
    return {one.key for one in found}


def _backups(installation: Installation) -> list[Path]:
    folder = installation.folder / "backups"
    return sorted(folder.glob("runda-*")) if folder.exists() else []


def _made(runda: Runda, installation: Installation) -> Path:
    outcome = runda("backup", "--config", installation.config)
    assert (outcome.status, outcome.complaint) == (0, "")
    (made,) = _backups(installation)
    assert outcome.shown == f"backed up, and restored once to see that it holds: {made}\n"
    return made


def _lose(installation: Installation) -> None:
    """The machine, all but its backups."""
    for name in ("data", "secrets", "packs"):
        shutil.rmtree(installation.folder / name)
    installation.config.unlink()


# ------------------------------------------------------------------- the whole way


def test_what_was_backed_up_is_there_again(runda: Runda, ran: Installation) -> None:
    # given a backup, and more that happens after it
    made = _made(runda, ran)
    _put(ran, "after")

    # when the machine is lost, and the backup put on another
    _lose(ran)
    (ran.folder / "packs").mkdir()
    outcome = runda("restore", made, "--config", ran.config)

    # then it is as it was, and knows that more may have been said
    assert (outcome.status, outcome.complaint) == (0, "")
    assert outcome.shown.splitlines()[:3] == [
        f"written: {ran.config}",
        f"written: {ran.folder / 'secrets' / 'access_token'}",
        f"restored: {ran.folder / 'data'}",
    ]
    assert _stored(ran) == {"before"}
    database = ran.open()
    past = database.write_now(lambda tx: tx.devices.begin(BOT, "RUNDA", now_ms=NOW_MS))
    database.close()
    assert past.restored_ms == making.Manifest.read(made).made_ms
    assert (_keys(ran).parent / "secrets.json").read_text() == "{}"
    assert {path.stat().st_mode & 0o077 for path in ran.folder.glob("data/**/*")} == {0}


def test_a_running_bot_is_backed_up_as_of_one_moment(runda: Runda, ran: Installation) -> None:
    # given somebody who writes pairs all the time, also into what is copied
    database, begun, end = ran.open(), threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not end.is_set():
            number += 1
            database.write_now(lambda tx, n=number: _add(tx, f"a{n}", f"b{n}"))  # type: ignore[misc]  # bound now
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(60)

    # when a backup is made meanwhile and restored
    try:
        made = _made(runda, ran)
    finally:
        end.set()
        writer.join()
    database.close()
    outcome = runda("restore", made, "--force", "--config", ran.config)

    # then every pair is there as a pair
    assert outcome.status == 0
    found = _stored(ran) - {"before"}
    assert found
    assert {key[1:] for key in found if key[0] == "a"} == {
        key[1:] for key in found if key[0] == "b"
    }


def test_a_key_on_its_way_is_in_the_backup(
    runda: Runda, ran: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a bot that moves a key from its database into its store between the two copies
    _put(ran, "key on its way")
    copy = copy_sqlite

    def moved_meanwhile(source: Path, target: Path) -> None:
        copy(source, target)
        with closing(sqlite3.connect(_keys(ran))) as keys:
            keys.execute("INSERT INTO megolm VALUES ('key on its way')")
            keys.commit()
        with closing(sqlite3.connect(ran.folder / "data" / "runda.db")) as database:
            database.execute("DELETE FROM outbox WHERE key = 'key on its way'")
            database.commit()
        monkeypatch.setattr(making, "copy_sqlite", copy)

    monkeypatch.setattr(making, "copy_sqlite", moved_meanwhile)
    made = _made(runda, ran)

    # then it is in one of the copies, or in both, and not in neither
    with closing(sqlite3.connect(made / "data" / "keys" / "keys.db")) as keys:
        assert keys.execute("SELECT session FROM megolm").fetchall() == [("key on its way",)]


# ------------------------------------------------------------------- what is refused


def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    runda: Runda, ran: Installation
) -> None:
    made = _made(runda, ran)
    copied = made / "data" / "runda.db"
    content = bytearray(copied.read_bytes())
    content[5000] ^= 0xFF
    copied.write_bytes(content)

    outcome = runda("restore", made, "--force", "--config", ran.config)

    assert outcome.status == 1
    assert outcome.complaint == (
        f"not restored: {copied}: not as it was written. Take another backup, or mend this; what "
        "was there is still there, at most under another name beside its place.\n"
    )
    assert _stored(ran) == {"before"}


def test_a_torn_database_is_not_taken_for_a_backup(runda: Runda, ran: Installation) -> None:
    _put(ran, *(f"many {number}" for number in range(300)))
    path = ran.folder / "data" / "runda.db"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])

    outcome = runda("backup", "--config", ran.config)

    assert outcome.status == 1
    assert [one for one in _backups(ran) if one.suffix != making.UNFINISHED] == []


def test_what_is_there_is_moved_aside_only_when_told(runda: Runda, ran: Installation) -> None:
    made = _made(runda, ran)
    _put(ran, "after")

    refused = runda("restore", made, "--config", ran.config)
    assert (refused.status, refused.shown) == (1, "")
    assert refused.complaint == (
        f"{ran.folder / 'data'} is already there; --force moves it aside and restores in its "
        "place\n"
    )
    assert _stored(ran) == {"before", "after"}

    outcome = runda("restore", made, "--force", "--config", ran.config)
    assert (outcome.status, outcome.complaint) == (0, "")
    assert _stored(ran) == {"before"}
    (aside,) = ran.folder.glob("data.before-*")
    with closing(sqlite3.connect(aside / "runda.db")) as database:
        assert ("after",) in database.execute("SELECT key FROM outbox").fetchall()


def test_a_backup_of_a_newer_program_is_refused(runda: Runda, ran: Installation) -> None:
    with closing(sqlite3.connect(ran.folder / "data" / "runda.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()

    outcome = runda("backup", "--config", ran.config)

    assert outcome.status == 1
    assert f"of version 9999, newer than {NEWEST}" in outcome.complaint


def test_nothing_to_back_up(runda: Runda, installation: Installation) -> None:
    outcome = runda("backup", "--config", installation.config)

    assert (outcome.status, outcome.shown) == (1, "")
    assert outcome.complaint == "there is nothing to back up yet: the bot has never run\n"


def test_of_postgresql_the_keys_are_backed_up(
    runda: Runda, ran: Installation, postgresql_url: str
) -> None:
    Database.open(postgresql_url).close()
    (ran.folder / "data" / "runda.db").unlink()
    config = ran.config.read_text()
    ran.config.write_text(f'{config}\n[storage]\ndatabase = "{postgresql_url}"\n')

    outcome = runda("backup", "--config", ran.config)

    assert (outcome.status, outcome.complaint) == (0, "")
    assert "with pg_dump" in outcome.shown
    (made,) = _backups(ran)
    assert sorted(path.name for path in (made / "data").rglob("*.db")) == ["keys.db"]

    # and put back, with the database told that it may be behind
    shutil.rmtree(ran.folder / "data")
    restored = runda("restore", made, "--config", ran.config)
    assert (restored.status, restored.complaint) == (0, "")
    database = Database.open(postgresql_url)
    past = database.write_now(lambda tx: tx.devices.begin(BOT, "RUNDA", now_ms=NOW_MS))
    database.close()
    assert past.restored_ms == making.Manifest.read(made).made_ms


# ------------------------------------------------------------------- killed in the middle


def test_killed_at_any_step_of_a_backup(runda: Runda, ran: Installation) -> None:
    first = _made(runda, ran)
    _put(ran, "after")

    steps = 0
    while _killed_at(steps, "backup", "--config", str(ran.config)):
        # then what there was is untouched, and nothing half is called a backup
        named = [one for one in _backups(ran) if one.suffix != making.UNFINISHED]
        assert named[0] == first
        assert [making.Manifest.read(one).version for one in named] == [NEWEST] * len(named)
        steps += 1

    assert steps > 5
    newest = max(_backups(ran), key=lambda one: making.Manifest.read(one).made_ms)
    assert runda("restore", newest, "--force", "--config", ran.config).status == 0
    assert _stored(ran) == {"before", "after"}


def test_killed_at_any_step_of_a_restore(runda: Runda, ran: Installation) -> None:
    made = _made(runda, ran)

    steps = 0
    _put(ran, "after")
    while _killed_at(steps, "restore", str(made), "--force", "--config", str(ran.config)):
        # then the old data are there, or the bot does not start before it is done again
        ready = ran.folder / f"data{making.CUT_OFF}"
        if ready.exists():
            refused = runda("run", "--config", ran.config)
            assert (refused.status, refused.complaint) == (
                FOR_OPERATOR,
                f"{ready} is there: a restore was cut off. Do it again: runda restore FOLDER\n",
            )
            again = runda("restore", made, "--force", "--config", ran.config)
            assert (again.status, again.complaint) == (0, "")
            assert _stored(ran) == {"before"}
            _put(ran, "after")
        else:
            assert _stored(ran) == {"before", "after"}
        steps += 1

    assert steps > 5
    assert _stored(ran) == {"before"}


def _killed_at(step: int, *words: str) -> bool:
    """Run a command that is killed before its next look at the disk after so many; else False."""
    assert step < _MOST_STEPS
    child = multiprocessing.get_context("fork").Process(target=_doomed, args=(step, words))
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def _doomed(step: int, words: tuple[str, ...]) -> None:
    left = [step]

    def counted(work: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object) -> object:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return work(*arguments)

        return called

    for owner, name in (
        (making, "copy_sqlite"),
        (making, "_write"),
        (making, "flush"),
        (Path, "rename"),
        (Path, "rmdir"),
    ):
        setattr(owner, name, counted(getattr(owner, name)))
    os._exit(main(list(words)))
