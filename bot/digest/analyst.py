"""Looking across answers without getting in the way: in a process of its own, kept for a while.

The libraries that find themes take a second to load and a hundred megabytes and more. They are
loaded in a child, one at a time, which ends when there has been nothing to do for a minute, and
with the bot. What needs none of them is done in a thread.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import struct
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from flows.digest.analyse import Meaning, analyse, needs_much
from flows.digest.book import Book
from flows.digest.compose import compose
from flows.digest.document import Delta, Digest
from flows.digest.snapshot import Snapshot

log = structlog.get_logger()

IDLE_S = 60.0
TAKES_AT_MOST_S = 300.0
"""By the wall: of what takes longer something is wrong."""

_LENGTH = struct.Struct("!Q")
_PROGRAM = "from bot.digest.analyst import serve; serve()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A digest, not checked yet, and the book of themes as it is after it."""

    digest: Digest
    book: Book


class AnalystFailed(Exception):
    """The child ended, or took too long; what was asked of it came to nothing."""


def look(snapshot: Snapshot, meaning: Meaning | None, delta: Delta | None) -> Looked:
    """Look across the answers, and make the digest."""
    findings, book = analyse(snapshot, meaning)
    return Looked(digest=compose(snapshot, findings, delta=delta), book=book)


class Analyst:
    """Asks the child, starts it when there is something to ask, and ends it."""

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._turn = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None
        self._ending: asyncio.TimerHandle | None = None

    async def look(
        self, snapshot: Snapshot, meaning: Meaning | None, delta: Delta | None
    ) -> Looked:
        """Make a digest; not in this process if it takes much.

        A digest never depends on the child: if that fails, it is made without findings.
        """
        if not needs_much(snapshot):
            return await asyncio.to_thread(look, snapshot, meaning, delta)
        try:
            looked = await self._ask("look", snapshot, meaning, delta)
        except AnalystFailed:
            log.exception("analyst.failed", dialogue_id=snapshot.dialogue_id, scope=snapshot.scope)
            digest = await asyncio.to_thread(compose, snapshot, delta=delta)
            return Looked(digest=digest, book=snapshot.book)
        if not isinstance(looked, Looked):
            raise TypeError(f"the analyst answered with {type(looked)}")
        return looked

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """What the sentence model makes of texts, half-precision numbers as bytes.

        Raises:
            AnalystFailed: it came to nothing.
        """
        rows: list[bytes] = await self._ask("embed", list(texts))
        if len(rows) != len(texts):
            raise AnalystFailed("embed")
        return rows

    async def close(self) -> None:
        """End the child, if there is one."""
        self._stop_waiting()
        child, self._child = self._child, None
        if child is not None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _ask(self, what: str, *values: object) -> Any:  # noqa: ANN401  as it was asked
        async with self._turn:
            self._stop_waiting()
            try:
                async with asyncio.timeout(TAKES_AT_MOST_S):
                    # Ten thousand replies take a tenth of a second to write down, and to read.
                    question = await asyncio.to_thread(pickle.dumps, (what, values))
                    answer = await asyncio.to_thread(_unpacked, await self._asked(question))
            except Exception as error:
                # Away, too slow, or its answer is none: a new one begins with nothing of that.
                await self.close()
                raise AnalystFailed(what) from error
            except BaseException:
                # Cancelled in between: what the child answers belongs to nobody any more.
                await asyncio.shield(self.close())
                raise
            else:
                return answer
            finally:
                loop = asyncio.get_running_loop()
                self._ending = loop.call_later(self._idle_s, self._end_quietly)

    async def _asked(self, question: bytes) -> bytes:
        child = self._child
        if child is None or child.returncode is not None:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                _PROGRAM,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                # A Ctrl-C at the terminal is the bot's to handle.
                start_new_session=True,
            )
            self._child = child
        if child.stdin is None or child.stdout is None:
            raise EOFError("the child has no pipes")
        child.stdin.write(_LENGTH.pack(len(question)))
        child.stdin.write(question)
        await child.stdin.drain()
        (length,) = _LENGTH.unpack(await child.stdout.readexactly(_LENGTH.size))
        return await child.stdout.readexactly(length)

    def _stop_waiting(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _end_quietly(self) -> None:
        """Nothing to do for a while: without its input the child ends."""
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
        self._child = None


def _unpacked(raw: bytes) -> Any:  # noqa: ANN401  as it was asked
    # Our own child wrote this, of values that this process gave it.
    answer = pickle.loads(raw)  # noqa: S301
    if answer is None:
        raise EOFError("the child could not do it")
    return answer[0]


# ------------------------------------------------------------------- the child


def serve() -> None:
    """The child's life: answer what comes in until the input ends, as it does with the bot."""
    os.nice(5)  # whoever answers a message goes first
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get in between.
    os.dup2(2, 1)
    while len(head := questions.read(_LENGTH.size)) == _LENGTH.size:
        what, values = pickle.loads(questions.read(_LENGTH.unpack(head)[0]))  # noqa: S301  ours
        answer = pickle.dumps(_answer(what, values))
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _answer(what: str, values: Sequence[Any]) -> tuple[Any] | None:
    try:
        return (_QUESTIONS[what](*values),)
    except Exception as error:  # noqa: BLE001  the bot is told, and makes do without
        # The kind alone: the words of people may be in its text.
        sys.stderr.write(f"analyst: {what} failed with {type(error).__name__}\n")
        return None


def _embed(texts: Sequence[str]) -> list[bytes]:
    from flows.digest.sentences import embed  # noqa: PLC0415  beside what needs it

    made = embed(texts)
    if made is None or made.rows is None:
        return []
    return [row.astype("float16").tobytes() for row in made.rows]


_QUESTIONS: dict[str, Callable[..., object]] = {"look": look, "embed": _embed}
