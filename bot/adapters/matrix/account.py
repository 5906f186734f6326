"""The bot's account: where it lives, and how it logs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from bot.errors import ChatRefused, ChatUnavailable, ConfigError
from flows.ids import UserId

_SINGLE_TRY = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixAccount:
    """A logged-in device of a Matrix user.

    `device_id` belongs to the token for ever: encryption keys and the homeserver's memory
    of what was sent hang on it.
    """

    homeserver: str
    user_id: UserId
    device_id: str
    access_token: str = field(repr=False)


async def discover(server_name: str) -> str:
    """The homeserver's address for what a person writes: a name, an address, or a user id.

    ``example.org`` and ``@bot:example.org`` are looked up as clients do
    (``/.well-known/matrix/client``); an address with a scheme is taken as it is.

    Raises:
        ConfigError: No homeserver answers there.
    """
    name = server_name.strip().rstrip("/")
    if name.startswith("@"):
        _, _, name = name.partition(":")
    base = name if "://" in name else await _well_known(name)
    async with Transport(base) as transport:
        try:
            versions = await transport.get("/_matrix/client/versions", deadline_s=_SINGLE_TRY)
        except (ChatUnavailable, ChatRefused) as error:
            raise _no_homeserver(server_name, base) from error
    if not isinstance(versions.get("versions"), list):
        raise _no_homeserver(server_name, base)
    return base


async def _well_known(name: str) -> str:
    fallback = f"https://{name}"
    async with Transport(fallback) as transport:
        try:
            answer = await transport.get("/.well-known/matrix/client", deadline_s=_SINGLE_TRY)
        except (ChatUnavailable, ChatRefused):
            return fallback
    told = answer.get("m.homeserver")
    base = told.get("base_url") if isinstance(told, dict) else None
    if isinstance(base, str) and urlsplit(base).scheme in ("http", "https"):
        return base.rstrip("/")
    return fallback


def _no_homeserver(written: str, base: str) -> ConfigError:
    return ConfigError(
        "homeserver",
        [f'no Matrix homeserver answers at {base} ("{written}"); write its address, https://…'],
    )


async def login(
    homeserver: str, user: str, password: str, device_name: str = "Runda"
) -> MatrixAccount:
    """Log in with a password and make a new device.

    Args:
        homeserver: An address, as from `discover`.
        user: ``@bot:example.org`` or ``bot``.

    Raises:
        ChatRefused: Wrong name or password (``M_FORBIDDEN``), or no login by password here.
        ChatUnavailable: The homeserver does not answer.
    """
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
        "initial_device_display_name": device_name,
    }
    async with Transport(homeserver) as transport:
        answer = await transport.post(f"{CLIENT}/login", body)
    return MatrixAccount(
        homeserver=homeserver.rstrip("/"),
        user_id=UserId(str(answer["user_id"])),
        device_id=str(answer["device_id"]),
        access_token=str(answer["access_token"]),
    )


async def account_of(homeserver: str, access_token: str) -> MatrixAccount:
    """The account a token belongs to, for an operator who has only the token.

    Raises:
        ChatLoggedOut: The token is not valid.
        ConfigError: It is the token of an application service, which has no device.
    """
    async with Transport(homeserver, access_token) as transport:
        answer = await transport.get(f"{CLIENT}/account/whoami")
    if not isinstance(answer.get("device_id"), str):
        raise ConfigError(
            "access_token", ["this token has no device; log in as a user of its own instead"]
        )
    return MatrixAccount(
        homeserver=homeserver.rstrip("/"),
        user_id=UserId(str(answer["user_id"])),
        device_id=answer["device_id"],
        access_token=access_token,
    )


async def check(transport: Transport, account: MatrixAccount) -> None:
    """Make sure that the token is that of the configured user and device.

    Raises:
        ConfigError: It is another's.
        ChatLoggedOut: The token is not valid.
    """
    answer = await transport.get(f"{CLIENT}/account/whoami")
    problems = []
    if answer.get("user_id") != account.user_id:
        problems.append(
            f"the access token belongs to {answer.get('user_id')}, but user_id is "
            f"{account.user_id}; put in the token of that user, or correct user_id"
        )
    elif answer.get("device_id") != account.device_id:
        problems.append(
            f"the access token belongs to device {answer.get('device_id')}, but device_id is "
            f"{account.device_id}; the two are given out together, so take both from one login"
        )
    if problems:
        raise ConfigError(account.homeserver, problems)


async def display_name(transport: Transport, account: MatrixAccount, name: str) -> None:
    """Set the name that people see."""
    await transport.put(
        f"{CLIENT}/profile/{escaped(account.user_id)}/displayname", {"displayname": name}
    )
