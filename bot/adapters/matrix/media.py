"""Files onto the homeserver and from it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from bot.adapters.matrix import attachments
from bot.adapters.matrix.transport import SEND_DEADLINE_S, Transport, escaped
from bot.chat import PostFile
from bot.errors import ChatRefused

_UPLOAD = "/_matrix/media/v3/upload"
_DOWNLOAD = "/_matrix/client/v1/media/download"
_OLD_DOWNLOAD = "/_matrix/media/v3/download"
_ADDRESS = re.compile(r"mxc://(?P<server>[A-Za-z0-9.:\[\]-]{1,255})/(?P<id>[A-Za-z0-9_-]{1,255})")
_MIME = re.compile(r"[\w.+-]{1,127}/[\w.+-]{1,127}(; ?charset=[\w-]{1,40})?")


class MediaStore:
    """The files of one homeserver, as the bot's account sees them."""

    def __init__(self, transport: Transport, *, deadline_s: float = SEND_DEADLINE_S) -> None:
        self._transport = transport
        self._deadline_s = deadline_s

    async def put(self, file: PostFile, *, encrypted: bool) -> dict[str, Any]:
        """Upload a file; where it is, as a message's content says it (`url` or `file`)."""
        if not encrypted:
            mime = file.mime if _MIME.fullmatch(file.mime) else "application/octet-stream"
            return {"url": await self._upload(file.data, mime, {"filename": file.name})}
        sealed, said = await asyncio.to_thread(attachments.encrypted, file.data)
        # The homeserver learns neither what it is nor what it is called.
        return {"file": said | {"url": await self._upload(sealed, "application/octet-stream", {})}}

    async def _upload(self, data: bytes, mime: str, query: Mapping[str, str]) -> str:
        path = f"{_UPLOAD}?{urlencode(query)}" if query else _UPLOAD
        answer = await self._transport.upload(path, data, mime, deadline_s=self._deadline_s)
        address = answer.get("content_uri")
        if not isinstance(address, str):
            raise ChatRefused("POST /upload: the homeserver's answer names no file", code="")
        return address

    async def fetch(self, address: str, *, most_bytes: int) -> bytes:
        """A file of somebody's message, in plain; see `bot.chat.Chat.fetch`."""
        said = _said(address)
        file = said.get("file")
        url = file.get("url") if isinstance(file, dict) else said.get("url")
        raw = await self._download(url, most_bytes)
        if not isinstance(file, dict):
            return raw
        return await asyncio.to_thread(attachments.decrypted, raw, file)

    async def _download(self, url: object, most_bytes: int) -> bytes:
        found = _ADDRESS.fullmatch(url) if isinstance(url, str) else None
        if found is None:
            raise ChatRefused("the message does not say where its file is", code="BAD_ADDRESS")
        where = f"{escaped(found['server'])}/{escaped(found['id'])}"
        try:
            return await self._transport.download(f"{_DOWNLOAD}/{where}", most_bytes=most_bytes)
        except ChatRefused as error:
            if error.code != "M_UNRECOGNIZED":
                raise
        # A homeserver from before files were asked for with a token.
        return await self._transport.download(f"{_OLD_DOWNLOAD}/{where}", most_bytes=most_bytes)


def _said(address: str) -> Mapping[str, Any]:
    try:
        said = orjson.loads(address)
    except orjson.JSONDecodeError:
        said = None
    return said if isinstance(said, dict) else {}
