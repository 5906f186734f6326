"""The bot speaks to its homeserver, and to a language model if the operator named one."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bot.journey import LUNCH, Journey
from tests.builders import ANN, BO, CIA, OLGA, TABLE_1, pack_toml, step_toml

REPOSITORY = Path(__file__).parents[2]
CODE = [
    path for folder in ("bot", "flows", "storage") for path in (REPOSITORY / folder).rglob("*.py")
]

NETWORKS = ("aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "urllib3")
"""What can open a connection; `urllib.request` is looked for by its whole name."""
SHELLS = ("os.popen", "os.system", "pty", "subprocess")
LINKED = pack_toml(
    step_toml(
        "film",
        "watch",
        'link = "https://films.example.org/one"',
        length="5 min",
    ),
    step_toml("individual", "alone", length="10 min"),
    step_toml("plenary", "bye"),
)


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, and every dotted name that it calls."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def using(*names: str) -> set[str]:
    return {
        path.relative_to(REPOSITORY).as_posix()
        for path in CODE
        if any(
            one == name or one.startswith(f"{name}.") for one in imported(path) for name in names
        )
    }


def test_only_these_modules_can_reach_the_network() -> None:
    assert using(*NETWORKS, "urllib.request", "asyncio.open_connection") == {
        # the homeserver that config.toml names, and while `runda init` and `runda check` look at it
        "bot/adapters/matrix/transport.py",
        "bot/adapters/matrix/examination.py",
        # the language model that config.toml names
        "bot/digest/llm.py",
        # pages that only this machine can ask for
        "bot/service/health.py",
        # the socket of systemd
        "bot/service/supervisor.py",
    }


def test_no_module_reaches_a_shell() -> None:
    assert using(*SHELLS, "asyncio.create_subprocess_shell") == set()
    # children are this program, started with a list of words of ours
    assert using("asyncio.create_subprocess_exec") == {
        "bot/digest/analyst.py",
        "bot/service/bounded.py",
    }


def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    odd = tmp_path / "odd.py"
    odd.write_text("from urllib import request\nimport os\nos.system('x')\n")

    assert {"urllib.request", "os.system"} <= set(imported(odd))


async def test_links_of_packs_and_people_are_never_followed(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a process in which each look-up of a name and each connection is seen
    reached: list[object] = []

    def refused(*where: Any, **_: Any) -> None:
        reached.append(where)
        raise OSError("nobody shall be reached")

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(socket.socket, "connect", lambda _, where: refused(where))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda _, where: refused(where))

    # when a pack with links runs, and people write links wherever they can
    journey.has_pack("linked", LINKED)
    dropped = LUNCH.replace('purpose.en = "', 'purpose.en = "https://packs.example.org/ ')
    await journey.drops(OLGA, "dropped.toml", dropped.encode())
    await journey.writes(OLGA, "!preview linked")
    await journey.writes(OLGA, "!start linked")
    await journey.writes(OLGA, "!next")
    await journey.writes_in_private(ANN, "see http://169.254.169.254/latest/meta-data")
    await journey.writes(BO, "![x](https://pictures.example.org/x.png)")
    await journey.writes(CIA, "<img src='http://127.0.0.1:8080/'>")
    await journey.writes(OLGA, "!say https://matrix.example.org/ for all")
    await journey.writes(OLGA, "!next")

    # then the links are shown, and nobody was asked for anything
    assert any("films.example.org" in text for text in journey.texts(TABLE_1))
    assert reached == []
    with pytest.raises(OSError, match="nobody shall be reached"):
        socket.create_connection(("example.org", 80))
