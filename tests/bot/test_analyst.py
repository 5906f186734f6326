"""The child that looks across answers is asked beside the event loop."""

from __future__ import annotations

import threading

from typing_extensions import override

from bot.digest.analyst import Analyst, AnalystFailed

packed_in: list[int] = []


class Word(str):
    """A text that remembers which thread packed it."""

    __slots__ = ()

    @override
    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        packed_in.append(threading.get_ident())
        return str, (str(self),)


async def test_what_is_asked_is_packed_beside_the_event_loop() -> None:
    packed_in.clear()
    analyst = Analyst()
    try:
        rows = await analyst.embed([Word("soup")])
    except AnalystFailed:
        rows = []  # where no sentence model is installed
    finally:
        await analyst.close()

    assert len(rows) <= 1
    assert packed_in != []
    assert threading.get_ident() not in packed_in
