"""Cross-signing: the bot's account vouches for its device, and nobody else's is touched."""

from __future__ import annotations

import base64
import shutil
from typing import Any

import pytest
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from bot.adapters.matrix.trust import canonical
from bot.errors import ConfigError
from tests.bot.matrix.conftest import Bot, World
from tests.fault_proxy import Answers, FaultProxy, LosesAnswer


def is_signed(value: dict[str, Any], user_id: str, public: str, *, name: str = "") -> bool:
    """Whether the signature under a value is good, checked by other means than ours."""
    signature = _raw(value["signatures"][user_id][f"ed25519:{name or public}"])
    bare = {key: part for key, part in value.items() if key not in {"signatures", "unsigned"}}
    key = ECC.import_key(b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00" + _raw(public))
    try:
        eddsa.new(key, "rfc8032").verify(canonical(bare), signature)
    except ValueError:
        return False
    return True


def _raw(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


async def published(world: World, bot: Bot) -> dict[str, Any]:
    """What others are told about the bot's account, its own part taken out."""
    ann = await world.person("ann")
    wanted: dict[str, Any] = {"device_keys": {bot.id: []}}
    answer = await ann.asks("POST", "/_matrix/client/v3/keys/query", wanted)
    return {
        "master": answer["master_keys"][bot.id],
        "self_signing": answer["self_signing_keys"][bot.id],
        "device": answer["device_keys"][bot.id][bot.account.device_id],
    }


async def test_the_account_vouches_for_its_device(world: World) -> None:
    bot = await world.bot()
    told = await published(world, bot)
    [master] = told["master"]["keys"].values()
    [self_signing] = told["self_signing"]["keys"].values()
    device = bot.account.device_id
    own = told["device"]["keys"][f"ed25519:{device}"]
    assert is_signed(told["self_signing"], bot.id, master)
    assert is_signed(told["device"], bot.id, self_signing)
    assert is_signed(told["device"], bot.id, own, name=device)
    assert is_signed(told["master"], bot.id, own, name=device)


async def test_the_identity_stays_from_start_to_start(world: World, proxy: FaultProxy) -> None:
    account = await world.account()
    bot = await world.bot(account, through=proxy)
    before = await published(world, bot)
    await bot.stops()
    bot = await world.bot(account, through=proxy)
    after = await published(world, bot)
    assert after == before
    assert len(proxy.seen("POST", "/device_signing/upload")) == 1
    assert len(proxy.seen("POST", "/signatures/upload")) == 1


@pytest.mark.parametrize("call", ["/device_signing/upload", "/signatures/upload"])
async def test_a_lost_answer_does_no_harm(world: World, proxy: FaultProxy, call: str) -> None:
    proxy.fail("POST", call, LosesAnswer())
    bot = await world.bot(through=proxy)
    told = await published(world, bot)
    [self_signing] = told["self_signing"]["keys"].values()
    assert is_signed(told["device"], bot.id, self_signing)


async def test_an_identity_that_is_not_ours_is_not_replaced(world: World) -> None:
    # given an account whose key folder is gone
    account = await world.account()
    bot = await world.bot(account)
    before = await published(world, bot)
    await bot.stops()
    shutil.rmtree(world.folder / account.device_id)

    # when it starts, then it says so and changes nothing
    with pytest.raises(ConfigError, match="cross-signing keys that are not Runda's"):
        await world.bot(account)
    assert (await published(world, bot))["master"] == before["master"]


async def test_a_homeserver_may_ask_for_the_password(world: World, proxy: FaultProxy) -> None:
    # given a homeserver that takes no keys without it
    wants = Answers(401, {"flows": [{"stages": ["m.login.password"]}], "session": "s"})
    account = await world.account()

    # then without one it says what to do
    proxy.fail("POST", "/device_signing/upload", wants)
    with pytest.raises(ConfigError, match="wants the password"):
        await world.bot(account, through=proxy)
    await world.ends_bots()

    # and with one it goes on
    proxy.fail("POST", "/device_signing/upload", wants)
    bot = await world.bot(account, through=proxy, password="secret")
    await published(world, bot)


async def test_an_unreadable_file_of_secrets_is_not_made_anew(world: World) -> None:
    account = await world.account()
    bot = await world.bot(account)
    await bot.stops()
    path = world.folder / account.device_id / "keys" / "secrets.json"
    path.write_text("{")
    with pytest.raises(ConfigError, match="put it back from the backup"):
        await world.bot(account)
    assert path.read_text() == "{"
