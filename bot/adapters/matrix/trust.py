"""Cross-signing: the account vouches for its own device.

Clients have begun to hide what comes from devices that nobody vouches for. The three keys
are made once, at the first start; their private halves stay in the device's own file.
"""

from __future__ import annotations

import base64
from typing import Any

import orjson
import structlog
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.key_file import Secrets
from bot.adapters.matrix.olm import Machine
from bot.adapters.matrix.transport import CLIENT, InteractionNeeded, Transport
from bot.errors import ChatUnavailable, ConfigError
from flows.ids import UserId

log = structlog.get_logger(__name__)


class SigningKey:
    """An Ed25519 key made of its seed."""

    def __init__(self, seed: bytes) -> None:
        self._key = ECC.construct(curve="Ed25519", seed=seed)
        self.public = _base64(self._key.public_key().export_key(format="raw"))

    def sign(self, value: dict[str, Any], user_id: UserId) -> dict[str, Any]:
        """The value with this key's signature beside those it has."""
        bare = {key: part for key, part in value.items() if key not in ("signatures", "unsigned")}
        signature = eddsa.new(self._key, "rfc8032").sign(canonical(bare))
        signatures = {**value.get("signatures", {})}
        signatures[user_id] = {
            **signatures.get(user_id, {}),
            f"ed25519:{self.public}": _base64(signature),
        }
        return {**value, "signatures": signatures}


class CrossSigning:
    """The account's three cross-signing keys.

    Args:
        password: For homeservers that ask for it before they take the keys.
        replace: Put ours in the place of others that the account has.
    """

    def __init__(
        self,
        transport: Transport,
        machine: Machine,
        account: MatrixAccount,
        secrets: Secrets,
        *,
        password: str | None,
        replace: bool,
    ) -> None:
        self._transport = transport
        self._machine = machine
        self._account = account
        self._master = SigningKey(secrets.master)
        self._self_signing = SigningKey(secrets.self_signing)
        self._user_signing = SigningKey(secrets.user_signing)
        self._password = password
        self._replace = replace

    @property
    def fingerprint(self) -> str:
        """What people can compare: the public half of the account's own key."""
        return self._master.public

    async def establish(self) -> None:
        """Publish the keys and sign our device, as far as that is not done.

        Raises:
            ConfigError: The account has cross-signing keys that are not ours.
        """
        user_id = self._account.user_id
        answer = await self._transport.post(
            f"{CLIENT}/keys/query", {"device_keys": {user_id: [self._account.device_id]}}
        )
        theirs = _public_key(answer, "master_keys", user_id)
        if theirs != self._master.public:
            if theirs is not None and not self._replace:
                raise self._another_identity()
            await self._publish()
        elif _public_key(answer, "self_signing_keys", user_id) != self._self_signing.public:
            await self._publish()
        signed = self._self_signing.sign(self._machine.device_keys(), user_id)
        device = _device(answer, user_id, self._account.device_id)
        if not self._has_signed(device):
            await self._sign_device(signed)
        self._machine.vouched_keys = signed

    async def _publish(self) -> None:
        body = self._keys()
        path = f"{CLIENT}/keys/device_signing/upload"
        try:
            await self._transport.post(path, body)
        except InteractionNeeded as error:
            if self._password is None:
                raise ConfigError(
                    self._account.homeserver,
                    [
                        (
                            f"the homeserver wants the password of {self._account.user_id} before"
                            " it takes new cross-signing keys; run `runda init` again and give it"
                        )
                    ],
                ) from error
            await self._transport.post(path, {**body, "auth": self._proof(error.session)})
        log.info("identity.published", user_id=self._account.user_id)

    def _keys(self) -> dict[str, Any]:
        user_id = self._account.user_id
        master = self._master.sign(self._key(self._master, "master"), user_id)
        by_device = self._machine.signed(
            {key: part for key, part in master.items() if key != "signatures"}
        )["signatures"][user_id]
        master["signatures"][user_id].update(by_device)
        return {
            "master_key": master,
            "self_signing_key": self._master.sign(
                self._key(self._self_signing, "self_signing"), user_id
            ),
            "user_signing_key": self._master.sign(
                self._key(self._user_signing, "user_signing"), user_id
            ),
        }

    def _key(self, key: SigningKey, usage: str) -> dict[str, Any]:
        return {
            "user_id": self._account.user_id,
            "usage": [usage],
            "keys": {f"ed25519:{key.public}": key.public},
        }

    def _proof(self, session: str) -> dict[str, Any]:
        return {
            "type": "m.login.password",
            "session": session,
            "identifier": {"type": "m.id.user", "user": self._account.user_id},
            "password": self._password,
        }

    def _has_signed(self, device: dict[str, Any]) -> bool:
        signatures = device.get("signatures", {}).get(self._account.user_id, {})
        return f"ed25519:{self._self_signing.public}" in signatures

    async def _sign_device(self, signed: dict[str, Any]) -> None:
        user_id, device_id = self._account.user_id, self._account.device_id
        answer = await self._transport.post(
            f"{CLIENT}/keys/signatures/upload", {user_id: {device_id: signed}}
        )
        if answer.get("failures"):
            raise ChatUnavailable(
                f"POST /keys/signatures/upload: the homeserver did not take the signature of "
                f"device {device_id}"
            )
        log.info("device.signed", user_id=user_id, device_id=device_id)

    def _another_identity(self) -> ConfigError:
        return ConfigError(
            str(self._account.user_id),
            [
                (
                    "the account already has cross-signing keys that are not Runda's (somebody "
                    "set them up in a client, or the key folder is gone); give Runda an account "
                    "of its own, or put its key folder back from the backup"
                )
            ],
        )


def canonical(value: dict[str, Any]) -> bytes:
    """JSON in the one form that is signed."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _base64(raw: bytes) -> str:
    # Without padding: with it, homeservers do not recognise the key's name.
    return base64.b64encode(raw).decode().rstrip("=")


def _public_key(answer: dict[str, Any], which: str, user_id: UserId) -> str | None:
    keys = answer.get(which, {}).get(user_id, {}).get("keys", {})
    return next(iter(keys.values()), None)


def _device(answer: dict[str, Any], user_id: UserId, device_id: str) -> dict[str, Any]:
    device: dict[str, Any] = answer.get("device_keys", {}).get(user_id, {}).get(device_id, {})
    return device
