"""Files both ways on a real homeserver; nio's own encryption as a second opinion."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from nio.crypto.attachments import decrypt_attachment, encrypt_attachment

from bot.adapters.matrix import attachments
from bot.adapters.matrix.content import KEY
from bot.adapters.matrix.setting_up import make_room
from bot.adapters.matrix.transport import Transport, escaped
from bot.chat import PostFile
from bot.errors import ChatRefused
from tests.bot.matrix.conftest import Bot, World, parcel
from tests.bot.matrix.people import Person
from tests.bot.matrix.test_traps import encrypted_room
from tests.fault_proxy import Changes, FaultProxy

PDF = b"%PDF-1.7 " + bytes(range(256)) * 300
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + (640).to_bytes(4) + (480).to_bytes(4)
MOST = 1_000_000


async def downloaded(person: Person, mxc: str) -> bytes:
    server, _, media = mxc.removeprefix("mxc://").partition("/")
    path = f"/_matrix/client/v1/media/download/{escaped(server)}/{escaped(media)}"
    async with Transport(person.homeserver, person.account.access_token) as transport:
        return await transport.download(path, most_bytes=MOST)


async def uploaded(person: Person, data: bytes) -> str:
    async with Transport(person.homeserver, person.account.access_token) as transport:
        answer = await transport.upload("/_matrix/media/v3/upload", data, "text/csv")
    return str(answer["content_uri"])


async def test_a_file_in_a_thread(world: World) -> None:
    ann = await world.person("ann")
    bot = await world.bot()
    room = await ann.makes_room(bot.id)
    await bot.joins(room)
    prompt = await bot.posts(room, "The map:")

    file = PostFile(
        name="kårta.pdf", mime="application/pdf", data=PDF, markdown="A **map**", thread=prompt
    )
    once = parcel(room, file, key="file-1")
    sent = await bot.chat.send(once)
    assert await bot.chat.send(once) == sent

    [shown] = [one["content"] for one in await ann.reads(room) if one["event_id"] == sent]
    assert await downloaded(ann, shown.pop("url")) == PDF
    assert shown == {
        "msgtype": "m.file",
        "body": "A map",
        "format": "org.matrix.custom.html",
        "formatted_body": "A <strong>map</strong>",
        "filename": "kårta.pdf",
        "info": {"mimetype": "application/pdf", "size": len(PDF)},
        "m.mentions": {},
        "m.relates_to": {
            "rel_type": "m.thread",
            "event_id": prompt,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": prompt},
        },
        KEY: "file-1",
    }


async def test_a_picture_without_a_caption(world: World) -> None:
    bot = await world.bot()
    room = await make_room(bot.account, name="Ours", invite=[], encrypted=False)
    ann = await world.person("ann")
    await bot.chat.send(parcel(room, PostFile(name="wall.png", mime="image/png", data=PNG)))

    await bot.invites(room, ann.id)
    await ann.joins(room)
    [shown] = [one["content"] for one in await ann.reads(room) if "url" in one["content"]]
    assert (shown["msgtype"], shown["body"], shown["filename"]) == (
        "m.image",
        "wall.png",
        "wall.png",
    )
    assert shown["info"] == {"mimetype": "image/png", "size": len(PNG), "w": 640, "h": 480}


async def test_a_file_in_an_encrypted_room(world: World) -> None:
    # given an encrypted room with Ann
    ann = await world.nio_person("ann")
    bot = await world.listening()
    room = await encrypted_room(world, bot, ann)

    # when the bot posts a file, then she can decrypt it, and only she
    await bot.chat.send(
        parcel(room, PostFile(name="a.pdf", mime="application/pdf", data=PDF, markdown="Cards"))
    )
    await ann.reads_until("Cards")
    [source] = [one for one in ann.read.values() if one["content"]["body"] == "Cards"]
    file = source["content"]["file"]
    async with Transport(ann.client.homeserver, ann.account.access_token) as transport:
        server, _, media = file["url"].removeprefix("mxc://").partition("/")
        path = f"/_matrix/client/v1/media/download/{server}/{media}"
        sealed = await transport.download(path, most_bytes=MOST)
    assert sealed != PDF
    plain = decrypt_attachment(sealed, file["key"]["k"], file["hashes"]["sha256"], file["iv"])
    assert plain == PDF

    # when the message is heard again as one of hers would be, then the bot can fetch the file
    address = json.dumps({"file": file})
    assert await bot.chat.fetch(address, most_bytes=MOST) == PDF


async def test_fetching_what_somebody_sent(world: World) -> None:
    ann, bot = await world.person("ann"), await world.bot()
    plain = json.dumps({"url": await uploaded(ann, PDF)})
    sealed, keys = encrypt_attachment(PDF)
    file = json.dumps({"file": {**keys, "url": await uploaded(ann, sealed)}})

    assert await bot.chat.fetch(plain, most_bytes=len(PDF)) == PDF
    assert await bot.chat.fetch(file, most_bytes=len(PDF)) == PDF


async def test_no_more_is_read_than_is_allowed(world: World, proxy: FaultProxy) -> None:
    ann, bot = await world.person("ann"), await world.bot(through=proxy)
    address = json.dumps({"url": await uploaded(ann, PDF)})

    # neither when the homeserver says how long it is, nor when it does not
    assert await code(bot, address, most_bytes=len(PDF) - 1) == "TOO_LARGE"
    proxy.fail("GET", "/media/download", Changes(lambda body: body * 100))
    assert await code(bot, address, most_bytes=len(PDF)) == "TOO_LARGE"
    assert await bot.chat.fetch(address, most_bytes=len(PDF)) == PDF


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"hashes": {"sha256": "A" * 43}}, id="another file"),
        pytest.param({"iv": "AAAA"}, id="iv too short"),
        pytest.param({"key": {"k": "AAAA"}}, id="key too short"),
        pytest.param({"key": "k"}, id="key no object"),
        pytest.param({"hashes": None}, id="no hash"),
        pytest.param({"iv": 7}, id="iv no text"),
    ],
)
async def test_a_file_whose_description_is_wrong(world: World, change: dict[str, Any]) -> None:
    ann, bot = await world.person("ann"), await world.bot()
    sealed, keys = attachments.encrypted(PDF)
    address = json.dumps({"file": {**keys, "url": await uploaded(ann, sealed), **change}})

    expected = "DAMAGED" if change.get("hashes") else "BAD_ADDRESS"
    assert await code(bot, address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "[]",
        "no JSON",
        "{}",
        '{"url":7}',
        '{"url":"https://elsewhere/x"}',
        '{"url":"mxc://a/../../_synapse/admin"}',
        '{"url":"mxc://a/b?c"}',
        '{"file":{"url":"mxc:///b"}}',
    ],
)
async def test_addresses_that_are_none(world: World, address: str) -> None:
    assert await code(await world.bot(), address) == "BAD_ADDRESS"


async def test_a_file_that_is_not_there(world: World) -> None:
    bot = await world.bot()
    server = bot.id.partition(":")[2]
    address = json.dumps({"url": f"mxc://{server}/{secrets.token_hex(12)}"})
    assert await code(bot, address) == "M_NOT_FOUND"


async def code(bot: Bot, address: str, *, most_bytes: int = MOST) -> str:
    """What a fetch is refused with."""
    with pytest.raises(ChatRefused) as refused:
        await bot.chat.fetch(address, most_bytes=most_bytes)
    return refused.value.code


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 100_000])
def test_what_one_encrypts_the_other_decrypts(length: int) -> None:
    data = secrets.token_bytes(length)
    sealed, file = attachments.encrypted(data)
    assert attachments.decrypted(sealed, file) == data
    assert (
        decrypt_attachment(sealed, file["key"]["k"], file["hashes"]["sha256"], file["iv"]) == data
    )
    theirs, keys = encrypt_attachment(data)
    assert attachments.decrypted(theirs, keys) == data
