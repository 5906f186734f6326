"""What every test can ask for: a real homeserver, and a database of either kind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from demo.homeserver import Homeserver
from tests import postgresql

_numbers = count(1)

# A deadline per example measures how busy the machine is, not whether the code is right.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def homeserver() -> Iterator[Homeserver]:
    """A homeserver without rate limits, shared by the tests of a worker.

    Register people under names of their own (`fresh_name`). A test that stops or kills a
    homeserver starts its own: ``async with Homeserver() as homeserver``.
    """
    server = Homeserver()
    with asyncio.Runner() as runner:
        runner.run(server.start())
    yield server
    with asyncio.Runner() as runner:
        runner.run(server.stop())
    server.remove()


@pytest.fixture
def fresh_name() -> str:
    """The beginning of account names that no other test on the same homeserver uses."""
    return f"t{next(_numbers)}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL server, shared by the tests of a worker."""
    with postgresql.running() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'runda.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: postgresql.Server) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    name = f"test_{next(_numbers)}"
    yield postgresql_server.new_database(name)
    postgresql_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database; the test runs once for each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
