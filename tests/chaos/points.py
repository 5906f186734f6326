"""Where the bot can be killed: each durable boundary, as a function that is passed there.

The product knows nothing of this. A child process (`tests.chaos.doomed`) wraps one function and
kills itself at the n-th passing.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

VARIABLE = "RUNDA_TEST_DOOM"
TELLS = "doom.came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A boundary: before or after a function, `where` is ``module:Class.function``."""

    name: str
    where: str
    after: bool


HEARING = (
    Point(name="after response", where="bot.adapters.matrix.sync:heard", after=False),
    Point(name="in transaction", where="bot.hearing.intake:DurableIntake._take", after=True),
    Point(name="after commit", where="bot.hearing.intake:DurableIntake.take", after=True),
    Point(
        name="keys heard, not noted",
        where="bot.adapters.matrix.encryption:Encryption.hear_device_messages",
        after=True,
    ),
    Point(
        name="decrypted, not marked", where="bot.hearing.intake:DurableIntake.resolve", after=False
    ),
    Point(name="gap page read", where="bot.adapters.matrix.history:History._page", after=True),
    Point(name="gap page kept", where="storage.journal:Journal.move_gap", after=True),
)
SENDING = (
    Point(name="claimed, not sent", where="bot.sending.sender:Sender._deliver", after=False),
    Point(name="sent, not marked", where="bot.adapters.matrix.sender:Sender._put", after=True),
    Point(name="in marking sent", where="storage.outbox:Outbox.note_sent", after=True),
)
ERASING = (
    Point(name="in correcting", where="storage.replies:Replies.revise", after=True),
    Point(name="in erasing", where="storage.replies:Replies.withdraw", after=True),
    Point(name="erased, log not empty", where="storage.transaction:empty_log", after=False),
)
STEERING = (
    Point(name="in command", where="bot.commands.desk:CommandDesk.handle", after=True),
    Point(name="digest read", where="bot.digest.digests:Digests.begin", after=True),
    Point(name="digest in posting", where="bot.digest.digests:Digests.finish", after=True),
    Point(name="digest posted", where="bot.digest.making:DigestMaker._is_made", after=True),
    Point(
        name="keys shared, not sent",
        where="bot.adapters.matrix.sharing:RoomKeys.encrypt",
        after=True,
    ),
)
ALL = (*HEARING, *SENDING, *ERASING, *STEERING)
_BY_NAME = {point.name: point for point in ALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doom:
    """Be killed at the `times`-th passing of a point."""

    point: Point
    times: int

    def as_text(self) -> str:
        """For the environment of the child process."""
        return f"{self.point.name}*{self.times}"

    @classmethod
    def parse(cls, text: str) -> Doom:
        """What `as_text` wrote."""
        name, _, times = text.partition("*")
        return cls(point=_BY_NAME[name], times=int(times))


def set_up(doom: Doom) -> None:
    """Wrap the function of a doom in this process."""
    module_name, _, path = doom.point.where.partition(":")
    owner: Any = importlib.import_module(module_name)
    *outer, name = path.split(".")
    for one in outer:
        owner = getattr(owner, one)
    setattr(owner, name, _wrapped(getattr(owner, name), doom))


def _wrapped(function: Callable[..., Any], doom: Doom) -> Callable[..., Any]:
    left = [doom.times]

    def pass_() -> None:
        left[0] -= 1
        if left[0] == 0:
            _die(doom.point)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            if not doom.point.after:
                pass_()
            result = await function(*args, **kwargs)
            if doom.point.after:
                pass_()
            return result

        return awaited

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if not doom.point.after:
            pass_()
        result = function(*args, **kwargs)
        if doom.point.after:
            pass_()
        return result

    return called


def _die(point: Point) -> NoReturn:
    sys.stderr.write(f"{TELLS} {point.name}\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL does not return")
