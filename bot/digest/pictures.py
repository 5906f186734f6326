"""Having the picture of a digest drawn, by a process of its own that is bounded."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.service.bounded import BoundExceeded, run_bounded

if TYPE_CHECKING:
    from bot.rendering.forms.picture import Picture

log = structlog.get_logger()

_FUNCTION = "bot.rendering.forms.drawing:as_png"
WITHIN_S = 15.0
"""By the wall. A digest waits no longer for its picture."""
_CPU_S = 10
_MEGABYTES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture as a file; `mark` is that of the picture it was drawn from."""

    mark: str
    png: bytes
    caption: str


async def drawn(picture: Picture, caption: str) -> Drawn | None:
    """The picture as a PNG; None if it could not be drawn in time. The log says so."""
    try:
        async with asyncio.timeout(WITHIN_S):
            written = await run_bounded(
                _FUNCTION, picture.as_bytes(), seconds=_CPU_S, megabytes=_MEGABYTES
            )
    except (BoundExceeded, TimeoutError, OSError) as error:
        log.warning("picture.failed", error=type(error).__name__)
        return None
    return Drawn(mark=picture.mark, png=base64.b64decode(written), caption=caption)
