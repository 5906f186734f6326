"""A language model of the organisation's own, asked to word themes. Off unless configured.

It is a guest: what it says goes through ``flows.digest.wording``, and whatever goes wrong with it
(it is slow, away, or talks nonsense) leaves the digest as it is without it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from bot.config.values import LlmConfig
from bot.rendering.forms.material import Lines, Material
from bot.wording import wording
from flows.digest.wording import SCHEMA, Task, Worded, accepted, messages_of, task_of
from flows.ids import ReplyNo, ThemeNo

if TYPE_CHECKING:
    from datetime import datetime

    import aiohttp

    from flows.digest.document import Digest
    from flows.digest.findings import Theme
    from flows.digest.quote import Quote

log = structlog.get_logger()

MOST_BYTES = 200_000
"""Of an answer; a model that goes on for longer has lost its way."""

MOST_REMEMBERED = 500
"""Themes of which is remembered what the model said."""

_AT_ONCE = 2


class LlmFailed(Exception):
    """The model gave nothing that could be read; `reason` quotes nobody."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


async def worded(material: Material, config: LlmConfig) -> Mapping[ThemeNo, Worded]:
    """What the model says of each theme, as far as it may be shown and came in time.

    Its statements name replies by their numbers in the files.
    """
    return await _asked(tasks_of(material), config, within_s=config.within_s)


class ChatWords:
    """What the model says of the themes of digests in chat.

    A digest is written anew again and again. What was said of a theme is remembered, in memory
    alone, for as long as its replies read the same: a text that changes its mind each time
    would help nobody.
    """

    def __init__(self, config: LlmConfig) -> None:
        self._config = config
        self._known: dict[str, Worded] = {}

    async def of(
        self, digest: Digest, made_at: datetime, *, within_s: float
    ) -> Mapping[ThemeNo, Worded]:
        """What may be said of each theme; its statements name replies by their `reply_no`.

        Args:
            within_s: no longer than this, nor than the operator allows.
        """
        material = Material(digest=digest, made_at=made_at, links={})
        asked = {
            local.mark: local
            for local in (
                _local(theme, shown, digest.language) for theme, shown in _themes(material)
            )
        }
        unknown = [local.task for mark, local in asked.items() if mark not in self._known]
        within_s = min(within_s, self._config.within_s)
        new = {}
        if unknown and within_s > 0:
            new = await _asked(unknown, self._config, within_s=within_s)
        for mark, local in asked.items():
            if local.task.theme in new:
                self._known[mark] = new[local.task.theme]
        found = {mark: self._known[mark] for mark in asked if mark in self._known}
        self._known = dict([*self._known.items()][-MOST_REMEMBERED:])
        return {one.theme: asked[mark].in_database(one) for mark, one in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Local:
    """A question in which replies are counted within their theme.

    So it stays the same when an answer comes that stands under another theme.
    """

    task: Task
    replies: Mapping[int, ReplyNo]

    @property
    def mark(self) -> str:
        asked = repr((self.task.theme, messages_of(self.task), sorted(self.task.numbers)))
        return hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()

    def in_database(self, worded: Worded) -> Worded:
        """The same, with replies by their number in the database."""
        statements = tuple(
            replace(one, replies=tuple(self.replies[number] for number in one.replies))
            for one in worded.statements
        )
        return replace(worded, statements=statements)


def _local(theme: Theme, shown: Sequence[tuple[Quote, int, str]], language: str) -> _Local:
    replies = {place: quote.reply_no for place, (quote, _, _) in enumerate(shown, start=1)}
    texts = {place: words for place, (_, _, words) in enumerate(shown, start=1)}
    return _Local(task=task_of(theme, language, texts), replies=replies)


async def _asked(
    tasks: Sequence[Task], config: LlmConfig, *, within_s: float
) -> dict[ThemeNo, Worded]:
    import aiohttp  # noqa: PLC0415  most bots have no model

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
            async with asyncio.timeout(within_s), asyncio.TaskGroup() as group:
                for task in tasks:
                    group.create_task(ask(task))
        except TimeoutError:
            log.warning("llm.late", themes=len(tasks), done=len(done))
    return dict(sorted(done.items()))


def tasks_of(material: Material) -> list[Task]:
    """A question for each theme that is shown and is not sensitive."""
    language = material.digest.language
    return [
        task_of(theme, language, {number: words for _, number, words in shown})
        for theme, shown in _themes(material)
    ]


def _themes(material: Material) -> Iterator[tuple[Theme, list[tuple[Quote, int, str]]]]:
    """The themes to ask about; of each reply its number in the files, and what it shows."""
    digest = material.digest
    lines = Lines(material, wording(digest.language))
    quotes = {quote.reply_no: quote for quote in digest.all_quotes}
    for theme in digest.findings.shown:
        own = [quotes[number] for number in theme.replies if number in quotes]
        shown = [(one, lines.number(one.reply_no) or 0, lines.words(one)) for one in own]
        if not theme.sensitive and any(words.strip() for _, _, words in shown):
            yield theme, shown


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
