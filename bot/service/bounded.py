"""Work on what strangers made, or work that takes long: in a process of its own, bounded.

The child gets bytes and gives back JSON, so that nothing it read can become code here. It
has so much processor time and so much memory, and may write no file. It costs about a tenth
of a second, and leaves nothing in the memory of the bot.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from contextlib import suppress
from enum import StrEnum
from importlib import import_module
from typing import Any

import orjson
import structlog

from bot.errors import RundaError

log = structlog.get_logger()

_MEGABYTE = 1 << 20
_SLOW_MACHINE = 5.0
"""A busy machine gives a child less than a processor: so much longer may it take by the wall."""
_START_S = 10.0
_OUT_OF_MEMORY = 3


class Bound(StrEnum):
    """Which bound was met."""

    TIME = "time"
    MEMORY = "memory"
    CRASH = "crash"
    """None of the two: the work itself failed, by a mistake of ours or a hostile file."""


class BoundExceeded(RundaError):
    """The work was stopped; `bound` says by what."""

    def __init__(self, function: str, bound: Bound) -> None:
        self.bound = bound
        super().__init__(f"{function} was stopped: {bound.value}")


async def run_bounded(function: str, data: bytes, *, seconds: float, megabytes: int) -> Any:  # noqa: ANN401  what the function gave
    """Call a function of ours in a child process.

    Args:
        function: ``module:name``; it takes bytes and gives something that JSON can carry.
        seconds: of processor time.
        megabytes: on top of what the child needs to have the function's module loaded.

    Raises:
        BoundExceeded: it took more than that, or failed.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.service.bounded",
        function,
        str(math.ceil(seconds)),
        str(megabytes),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Nothing of the bot's surroundings: a token may be among them.
        env={"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path), "LANG": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(_START_S + seconds * _SLOW_MACHINE):
            output, _ = await child.communicate(data)
    except TimeoutError as error:
        raise BoundExceeded(function, Bound.TIME) from error
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if child.returncode == 0:
        return orjson.loads(output)
    bound = _bound(child.returncode or 0)
    log.warning("bounded.stopped", function=function, bound=bound.value, status=child.returncode)
    raise BoundExceeded(function, bound)


def _bound(status: int) -> Bound:
    import signal  # noqa: PLC0415  only when something went wrong

    if status == _OUT_OF_MEMORY:
        return Bound.MEMORY
    killed = status in {-signal.SIGXCPU, -signal.SIGKILL}
    return Bound.TIME if killed else Bound.CRASH


def _main(function: str, seconds: str, megabytes: str) -> int:
    module, _, name = function.partition(":")
    call = getattr(import_module(module), name)
    _limit(int(seconds), int(megabytes))
    # A library that talks to the terminal shall not talk into the result.
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)
        try:
            answer.write(orjson.dumps(call(sys.stdin.buffer.read())))
        except MemoryError:
            return _OUT_OF_MEMORY
    return 0


def _limit(seconds: int, megabytes: int) -> None:
    import resource  # noqa: PLC0415  the bot itself needs it not

    used = _used_seconds(resource.getrusage(resource.RUSAGE_SELF))
    limits = {
        resource.RLIMIT_CPU: math.ceil(used) + seconds,
        resource.RLIMIT_AS: _address_space() + megabytes * _MEGABYTE,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in limits.items():
        _, hard = resource.getrlimit(what)
        lowered = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # At the soft limit of time comes SIGXCPU, which ends the process by itself.
        resource.setrlimit(what, (lowered, lowered + (what == resource.RLIMIT_CPU)))


def _used_seconds(usage: Any) -> float:  # noqa: ANN401  the type is hidden on other systems
    return float(usage.ru_utime + usage.ru_stime)


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  before pathlib is needed
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
