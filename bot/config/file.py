"""What may stand in config.toml, section by section, and what is looked at in each value.

A validator's complaint goes on where the value ended, "matrix.room = … is not the id of a
room"; ``bot.config.problems`` adds the place before it and the remedy after it.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from bot.config.care import DEFAULT_LINES, read_line, written_line
from bot.config.place import Place
from flows.packs.parse import MAX_CONSENT_CHARS
from flows.quiet import parse_quiet_hours

TOKEN_VARIABLE = "RUNDA_ACCESS_TOKEN"  # noqa: S105  the name of a variable, no secret
DATABASE_PASSWORD_VARIABLE = "RUNDA_DATABASE_PASSWORD"  # noqa: S105  likewise
SQLITE = "sqlite:///"
POSTGRES = ("postgresql+psycopg://", "postgresql://", "postgres://")

_HIGHEST_PORT = 65_535
_SERVER = re.compile(r"\*|[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_TOKEN = re.compile(r"(syt|mat|mct|mcr)_\w{8,}")


def _place(info: ValidationInfo) -> Place:
    return cast("Place", info.context)


def _homeserver(value: str, info: ValidationInfo) -> str:
    address = urlsplit(value)
    if address.scheme not in ("http", "https") or not address.hostname or address.query:
        raise ValueError(_place(info).words.say("is not the address of a homeserver"))
    return value.rstrip("/")


def _user(value: str, info: ValidationInfo) -> str:
    if not re.fullmatch(r"@[^:\s]+:\S+", value):
        raise ValueError(_place(info).words.say("is not a Matrix account"))
    return value


def _room(value: str, info: ValidationInfo) -> str:
    words = _place(info).words
    if value.startswith("#"):
        raise ValueError(words.say("is the room's address, not its id"))
    if not re.fullmatch(r"!\S+", value):
        raise ValueError(words.say("is not the id of a room"))
    return value


def _server(value: str, info: ValidationInfo) -> str:
    if not re.fullmatch(_SERVER, value):
        raise ValueError(_place(info).words.say("is not the name of a server"))
    return value.lower()


def _token_file(value: str | None, info: ValidationInfo) -> str | None:
    place = _place(info)
    if place.environ.get(TOKEN_VARIABLE):
        return value
    if value is None:
        raise ValueError(place.words.say("is missing, and so is {name}", name=TOKEN_VARIABLE))
    if _TOKEN.match(value):
        # The value is not repeated: it would end in a log or on somebody's screen.
        raise ValueError(place.words.say("holds the token itself instead of the name of a file"))
    place.secret(value)
    return value


def _password_file(value: str | None, info: ValidationInfo) -> str | None:
    place = _place(info)
    if value is not None and not place.environ.get(DATABASE_PASSWORD_VARIABLE):
        place.secret(value)
    return value


def _database(value: str | None, info: ValidationInfo) -> str | None:
    words = _place(info).words
    if value is None:
        return None
    if value.startswith(SQLITE):
        if value.removeprefix(SQLITE) in ("", ":memory:"):
            raise ValueError(words.say("names no file"))
        return value
    if not value.startswith(POSTGRES):
        raise ValueError(words.say("is not the address of a database Runda can use"))
    if urlsplit(value).password is not None:
        raise ValueError(words.say("holds a password; secrets have a file of their own"))
    return value


def _hours(value: str, info: ValidationInfo) -> str:
    if value and parse_quiet_hours(value) is None:
        raise ValueError(_place(info).words.say("is not two times of day"))
    return value


def is_zone(name: str) -> bool:
    """Whether a time zone has this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zone(value: str, info: ValidationInfo) -> str:
    if not is_zone(value):
        raise ValueError(_place(info).words.say("is not a time zone"))
    return value


def _folder(value: str, info: ValidationInfo) -> str:
    place = _place(info)
    if not place.path(value).is_dir():
        folder = str(place.path(value))
        raise ValueError(place.words.say("is not a folder ({folder})", folder=folder))
    return value


def _endpoint(value: str, info: ValidationInfo) -> str:
    address = urlsplit(value)
    if value and (
        address.scheme not in ("http", "https")
        or not address.hostname
        or address.query
        or address.username is not None
    ):
        raise ValueError(_place(info).words.say("is not the address of a language model"))
    return value.rstrip("/")


def _help_line(value: str, info: ValidationInfo) -> str:
    if read_line(value) is None:
        words = _place(info).words
        raise ValueError(words.say("is not “number; name; day it was last checked”"))
    return value


def _model(value: str, info: ValidationInfo) -> str:
    if info.data.get("base_url") and not value:
        raise ValueError(_place(info).words.say("is empty"))
    return value


def _rules(value: str, info: ValidationInfo) -> str:
    if len(value) > MAX_CONSENT_CHARS:
        raise ValueError(
            _place(info).words.say("is longer than {most} characters", most=MAX_CONSENT_CHARS)
        )
    return value.strip()


def _key_file(value: str, info: ValidationInfo) -> str:
    place = _place(info)
    if value:
        place.secret(value)
    return value


def address_of(written: str) -> tuple[str, int]:
    """Host and port of an address as it stands in the file, ``127.0.0.1:8009``.

    Raises:
        ValueError: it is none.
    """
    host, _, port = written.rpartition(":")
    number = int(port) if port.isascii() and port.isdecimal() else 0
    if not host or not 0 < number <= _HIGHEST_PORT:
        raise ValueError(written)
    return host.removeprefix("[").removesuffix("]"), number


def _listen(value: str, info: ValidationInfo) -> str:
    words = _place(info).words
    if not value:
        return value
    try:
        host, _ = address_of(value)
    except ValueError:
        raise ValueError(words.say("is not an address and a port")) from None
    try:
        is_ours = ip_address(host).is_loopback
    except ValueError:
        is_ours = host == "localhost"
    if not is_ours:
        raise ValueError(words.say("can be reached from other machines"))
    return value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, validate_default=True)


class MatrixSection(_Section):
    """The bot's account on its homeserver."""

    homeserver: Annotated[str, AfterValidator(_homeserver)] = Field(
        examples=["https://matrix.example.org"]
    )
    user_id: Annotated[str, AfterValidator(_user)] = Field(examples=["@runda:example.org"])
    device_id: Annotated[str, Field(min_length=1)] = Field(examples=["RUNDABOT"])
    access_token_file: Annotated[str | None, AfterValidator(_token_file)] = Field(
        default=None, examples=["secrets/access_token"]
    )
    allowed_servers: list[Annotated[str, AfterValidator(_server)]] = Field(
        default=[], examples=[["example.com"]]
    )


class OrganizersSection(_Section):
    """Who steers: whoever is in this room."""

    room: Annotated[str, AfterValidator(_room)] = Field(examples=["!abcdefgh:example.org"])


class StorageSection(_Section):
    """Where things are kept."""

    data_folder: Annotated[str, Field(min_length=1)] = Field(default="data", examples=["data"])
    database: Annotated[str | None, AfterValidator(_database)] = Field(
        default=None, examples=["postgresql+psycopg://runda@localhost/runda"]
    )
    database_password_file: Annotated[str | None, AfterValidator(_password_file)] = Field(
        default=None, examples=["secrets/database_password"]
    )


class DialogueSection(_Section):
    """How dialogues run."""

    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Europe/Stockholm", examples=["Europe/Stockholm"]
    )
    language: Literal["sv", "en"] = Field(default="sv", examples=["sv"])
    packs: list[Annotated[str, AfterValidator(_folder)]] = Field(default=[], examples=[["packs"]])
    pace: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = Field(
        default=1.0, examples=[1.0]
    )
    board_interval_s: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] = Field(
        default=10.0, examples=[10.0]
    )
    live_digest: bool = Field(default=True, examples=[True])
    quiet_hours: Annotated[str, AfterValidator(_hours)] = Field(
        default="", examples=["21.00-07.00"]
    )


class CareSection(_Section):
    """What is done when somebody may be in danger."""

    enabled: bool = Field(default=True, examples=[True])
    duty: list[Annotated[str, AfterValidator(_user)]] = Field(
        default=[], examples=[["@jour:example.org"]]
    )
    lines: list[Annotated[str, AfterValidator(_help_line)]] = Field(
        default=[written_line(line) for line in DEFAULT_LINES],
        examples=[["112; SOS Alarm; 2026-11-25"]],
    )


class ModerationSection(_Section):
    """The rules by which answers are held back, for packs that say none."""

    rules_sv: Annotated[str, AfterValidator(_rules)] = Field(
        default="", examples=["Arrangörerna håller inne svar som pekar ut någon."]
    )
    rules_en: Annotated[str, AfterValidator(_rules)] = Field(
        default="", examples=["The organizers hold back answers that point somebody out."]
    )


class LlmSection(_Section):
    """A language model that may word themes; without an address there is none."""

    base_url: Annotated[str, AfterValidator(_endpoint)] = Field(
        default="", examples=["https://llm.example.org/v1"]
    )
    model: Annotated[str, AfterValidator(_model)] = Field(default="", examples=["a-model-of-yours"])
    api_key_file: Annotated[str, AfterValidator(_key_file)] = Field(
        default="", examples=["secrets/llm_key"]
    )
    within_s: Annotated[float, Field(ge=1, le=45, allow_inf_nan=False)] = Field(
        default=20.0, examples=[20.0]
    )


class GroupsSection(_Section):
    """The rooms that the bot makes for tables."""

    encrypted: bool = Field(default=True, examples=[False])


class LogSection(_Section):
    """What is told to whoever runs the process."""

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", examples=["info"])
    format: Literal["console", "json"] = Field(default="console", examples=["console"])


class HealthSection(_Section):
    """Where a monitoring system on this machine may ask how the bot is."""

    listen: Annotated[str, AfterValidator(_listen)] = Field(default="", examples=["127.0.0.1:8009"])


class ConfigFile(_Section):
    """The whole file."""

    matrix: MatrixSection
    organizers: OrganizersSection
    storage: StorageSection
    dialogue: DialogueSection
    care: CareSection
    moderation: ModerationSection
    llm: LlmSection
    groups: GroupsSection
    log: LogSection
    health: HealthSection


SECTIONS: dict[str, type[BaseModel]] = {
    "matrix": MatrixSection,
    "organizers": OrganizersSection,
    "storage": StorageSection,
    "dialogue": DialogueSection,
    "care": CareSection,
    "moderation": ModerationSection,
    "llm": LlmSection,
    "groups": GroupsSection,
    "log": LogSection,
    "health": HealthSection,
}
"""What `ConfigFile` is made of."""
