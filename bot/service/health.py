"""Two pages for whatever watches the process: does it live, and can it answer people."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.errors import ConfigError

if TYPE_CHECKING:
    from aiohttp import web

    from bot.service.vitals import Vitals
    from storage.database import Database

_ANSWERS_WITHIN_S = 5.0


class HealthPages:
    """``/healthz`` and ``/readyz``, each 200 or 503, in JSON; for this machine alone.

    ``/healthz``: event loop and database thread answer. If not, only a restart helps.
    ``/readyz``: what people write is taken and answered. If not, ``why`` says what is missing; a
    restart would hardly bring it.

    Args:
        address: host and port to listen at.
    """

    def __init__(self, vitals: Vitals, database: Database, address: tuple[str, int]) -> None:
        self._vitals = vitals
        self._database = database
        self._address = address
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        # Imported here: who asks for no pages need not keep a web server in memory.
        from aiohttp import web  # noqa: PLC0415

        app = web.Application()
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        host, port = self._address
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigError(
                "config.toml",
                [
                    (
                        f'health.listen = "{host}:{port}" cannot be used ({error.strerror}); '
                        "write another port, or leave it out"
                    )
                ],
            ) from error
        self._runner = runner
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def port(self) -> int:
        """Where it listens; the one it was given if it was asked for port 0."""
        addresses = [] if self._runner is None else self._runner.addresses
        return int(addresses[0][1]) if addresses else self._address[1]

    async def _alive(self, _request: web.Request) -> web.Response:
        # That this runs at all says that the event loop does.
        alive = await self._database.thread_answers(within_s=_ANSWERS_WITHIN_S)
        return _page({"alive": alive}, well=alive)

    async def _ready(self, _request: web.Request) -> web.Response:
        why = self._vitals.why_not_ready()
        if not why and not await self._database_answers():
            why = self._vitals.why_not_ready() or ["the database does not answer"]
        return _page({"ready": not why, "why": why}, well=not why)

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN_S):
                return await self._database.answers()
        except TimeoutError:
            return False


def _page(said: dict[str, object], *, well: bool) -> web.Response:
    from aiohttp import web  # noqa: PLC0415  as above

    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return web.json_response(said, status=status, headers={"Cache-Control": "no-store"})
