"""A language model of the organisation's own, asked to word themes. Off unless configured.

It is a guest: what it says goes through ``flows.digest.wording``, and whatever goes wrong with it
(it is slow, away, or talks nonsense) leaves the digest as it is without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from bot.config import LlmConfig
from bot.rendering.forms.material import Lines
from bot.wording import wording
from flows.digest.wording import SCHEMA, Task, Worded, accepted, messages_of, task_of
from flows.ids import ThemeNo

if TYPE_CHECKING:
    import aiohttp

    from bot.rendering.forms.material import Material

log = structlog.get_logger()

MOST_BYTES = 200_000
"""Of an answer; a model that goes on for longer has lost its way."""

_AT_ONCE = 2


class LlmFailed(Exception):
    """The model gave nothing that could be read; `reason` quotes nobody."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


async def worded(material: Material, config: LlmConfig) -> Mapping[ThemeNo, Worded]:
    """What the model says of each theme, as far as it may be shown and came in time."""
    import aiohttp  # noqa: PLC0415  most bots have no model

    tasks = tasks_of(material)
    done: dict[ThemeNo, Worded] = {}
    gate = asyncio.Semaphore(_AT_ONCE)
    # A redirect would carry what people wrote to where the operator did not send it.
    async with aiohttp.ClientSession(trust_env=False) as session:

        async def ask(task: Task) -> None:
            async with gate:
                try:
                    answer = await _answer(session, task, config)
                except Exception as error:  # noqa: BLE001  a guest; its words stay out of the log
                    log.warning("llm.failed", theme=task.theme, error=type(error).__name__)
                    return
            found = accepted(answer, task)
            if found is None:
                log.warning("llm.rejected", theme=task.theme)
            else:
                done[task.theme] = found

        try:
            async with asyncio.timeout(config.within_s), asyncio.TaskGroup() as group:
                for task in tasks:
                    group.create_task(ask(task))
        except TimeoutError:
            log.warning("llm.late", themes=len(tasks), done=len(done))
    return dict(sorted(done.items()))


def tasks_of(material: Material) -> list[Task]:
    """A question for each theme that is shown and is not sensitive."""
    digest = material.digest
    lines = Lines(material, wording(digest.language))
    quotes = {quote.reply_no: quote for quote in digest.all_quotes}
    tasks = []
    for theme in digest.findings.shown:
        if theme.sensitive:
            continue
        own = [quotes[number] for number in theme.replies if number in quotes]
        shown = {lines.number(one.reply_no) or 0: lines.words(one) for one in own}
        task = task_of(theme, digest.language, shown)
        if task.replies:
            tasks.append(task)
    return tasks


async def _answer(session: aiohttp.ClientSession, task: Task, config: LlmConfig) -> str:
    schema = {"name": "theme", "strict": True, "schema": SCHEMA}
    body = {
        "model": config.model,
        "messages": list(messages_of(task)),
        "temperature": 0,
        "max_tokens": 800,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    headers = {"Content-Type": "application/json"}
    if config.api_key:
        headers["Authorization"] = f"Bearer {config.api_key}"
    address = f"{config.base_url}/chat/completions"
    async with session.post(
        address, data=orjson.dumps(body), headers=headers, allow_redirects=False
    ) as response:
        if response.status != 200:  # noqa: PLR2004  it went well
            raise LlmFailed(f"status {response.status}")
        read = b""
        async for piece in response.content.iter_chunked(1 << 14):
            read += piece
            if len(read) > MOST_BYTES:
                raise LlmFailed("too long")
    return _content(read)


def _content(read: bytes) -> str:
    try:
        document: Any = orjson.loads(read)
        content = document["choices"][0]["message"]["content"]
    except (orjson.JSONDecodeError, LookupError, TypeError) as error:
        raise LlmFailed("not the answer of a chat") from error
    if not isinstance(content, str):
        raise LlmFailed("no text")
    return content
