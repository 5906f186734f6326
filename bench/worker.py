"""Measuring in a process of its own, so that nobody else's memory and imports are in it.

`Worker` is the end that asks. The other end imports one function, an asynchronous context
manager that prepares the work and yields what measures it; a line of JSON asks for each
measurement, a line of JSON answers.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson
import structlog

from bench.pipes import given

Json = dict[str, Any]
Measure = Callable[..., Awaitable[Json]]
Preparation = Callable[..., AbstractAsyncContextManager[Measure]]

_END_WITHIN_S = 10.0


class WorkerFailed(Exception):
    """The process ended before it answered; what it said stands on stderr."""


class Worker:
    """A process that measures. `work` is ``module:function``, `setup` its arguments."""

    def __init__(self, work: str, **setup: Any) -> None:
        self._work = work
        self._setup = setup
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start the process and wait until it is prepared."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.worker",
            self._work,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        try:
            await self._exchange(self._setup)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process."""
        await self._end()

    async def measure(self, **what: Any) -> Json:
        """One measurement."""
        return await self._exchange(what)

    async def _exchange(self, question: Json) -> Json:
        process = given(self._process)
        given(process.stdin).write(orjson.dumps(question) + b"\n")
        answer = await given(process.stdout).readline()
        if not answer:
            raise WorkerFailed(f"{self._work} ended with status {await process.wait()}")
        decoded: Json = orjson.loads(answer)
        return decoded

    async def _end(self) -> None:
        process = given(self._process)
        given(process.stdin).close()
        try:
            async with asyncio.timeout(_END_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _work(name: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    module, _, function = name.partition(":")
    prepare: Preparation = getattr(importlib.import_module(module), function)
    answers = os.fdopen(os.dup(1), "wb")
    # What libraries print belongs on the screen, not between the answers.
    os.dup2(2, 1)
    questions = await _standard_input()
    async with prepare(**orjson.loads(await questions.readline())) as measure:
        _answer(answers, {})
        while question := await questions.readline():
            _answer(answers, await measure(**orjson.loads(question)))


def _answer(answers: BinaryIO, value: Json) -> None:
    answers.write(orjson.dumps(value) + b"\n")
    answers.flush()


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=2**24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1]))
