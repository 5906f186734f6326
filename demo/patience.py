"""Waiting for something that ought to come, and saying what if it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class StageError(Exception):
    """Something does not stand; the text says what, and where to read more."""


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    """Do something within a time.

    Raises:
        StageError: it took longer.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise StageError(f"{what}: not within {seconds:.0f} s") from error
