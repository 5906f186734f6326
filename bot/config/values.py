"""The configuration: config.toml and the environment, checked, with the secrets in place.

`load_config` finds every problem at once and says what to write instead. Secrets never
stand in the file: it names a file that holds them, or they come by the environment.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot.config.care import CareConfig, read_line
from bot.config.file import (
    DATABASE_PASSWORD_VARIABLE,
    POSTGRES,
    SECTIONS,
    SQLITE,
    TOKEN_VARIABLE,
    CareSection,
    ConfigFile,
    LlmSection,
    ModerationSection,
    StorageSection,
    address_of,
)
from bot.config.place import Place
from bot.config.problems import describe
from bot.errors import ConfigError
from bot.wording import Wording, wording
from flows.ids import RoomId, UserId
from flows.packs.pack import Text
from flows.quiet import QuietHours, parse_quiet_hours

KEPT_PACKS = "packs"
"""The folder below the data folder for packs that organizers drop into their room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixConfig:
    """The bot's account. `device_id` belongs to the token; both live and die together."""

    homeserver: str
    """``https://matrix.example.org``, without a slash at the end."""
    user_id: UserId
    device_id: str
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmConfig:
    """Where a language model is: an endpoint that speaks as OpenAI's does."""

    base_url: str
    """``https://llm.example.org/v1``, without a slash at the end."""
    model: str
    api_key: str = field(default="", repr=False)
    within_s: float = 20.0
    """All themes of a digest together may take so long; what is not there by then is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The configuration, checked; paths are absolute and secrets are in place."""

    matrix: MatrixConfig
    organizers_room: RoomId
    data_folder: Path
    database_url: str = field(repr=False)
    zone: ZoneInfo
    language: str = "sv"
    pack_folders: tuple[Path, ...] = ()
    """Where packs are, besides those that come with Runda: first what organizers dropped into
    their room, then the operator's own."""
    pace: float = 1.0
    """Lengths are divided by it, so that a rehearsal can be quick."""
    board_interval_s: float = 10.0
    live_digest: bool = True
    """Whether a message in the organizers' room counts what an open step has gathered so far."""
    llm: LlmConfig | None = None
    """None: no language model is asked anything."""
    quiet_hours: QuietHours | None = None
    """When nobody is pinged, unless the organizers have set other hours."""
    encrypted_groups: bool = True
    """Whether the rooms that the bot makes for tables are encrypted."""
    care: CareConfig = field(default_factory=CareConfig)
    rules: Text | None = None
    """By which rules answers are held back where a pack says none; None: the bot's own."""
    meaning_rest_s: float | None = 5.0
    """So long after a reply came it is read with the sentence model; None: not before a digest."""
    log_level: str = "info"
    log_format: str = "console"
    allowed_servers: tuple[str, ...] = ()
    """Whose people may open a private chat though the bot does not know them; "*" is everybody."""
    health_address: tuple[str, int] | None = None
    """Where `/healthz` and `/readyz` are asked for; None: nowhere."""

    @property
    def kept_packs(self) -> Path:
        """Where packs are kept that organizers drop into their room."""
        return self.data_folder / KEPT_PACKS


def load_config(
    path: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    words: Wording | None = None,
    takes_open_secrets: bool = False,
) -> Config:
    """Read and check the configuration.

    Args:
        takes_open_secrets: for who tells of secrets that others may read in a way of its own.

    Raises:
        ConfigError: with every problem of the file, in the language of `words` (English).
    """
    words = words or wording("en")
    raw = _read_toml(path, words)
    place = Place(
        folder=path.absolute().parent,
        environ=environ,
        words=words,
        takes_open_secrets=takes_open_secrets,
    )
    for section in SECTIONS:
        # A section that is left out has its values all the same, or misses them by name.
        raw.setdefault(section, {})
    try:
        file = ConfigFile.model_validate(raw, context=place)
    except ValidationError as error:
        problems = [describe(detail, words) for detail in error.errors(include_url=False)]
        raise ConfigError(str(path), problems) from None
    return _settle(file, place)


def forget_secrets(environ: MutableMapping[str, str]) -> None:
    """Take the secrets out of the environment, which every child process would inherit."""
    for variable in (TOKEN_VARIABLE, DATABASE_PASSWORD_VARIABLE):
        environ.pop(variable, None)


def secret_files(path: Path) -> tuple[Path, ...]:
    """The files that a sound configuration names for its secrets."""
    raw = tomllib.loads(path.read_text("utf-8"))
    named = (
        raw.get("matrix", {}).get("access_token_file"),
        raw.get("storage", {}).get("database_password_file"),
        raw.get("llm", {}).get("api_key_file"),
    )
    folder = path.absolute().parent
    return tuple((folder / Path(name).expanduser()).absolute() for name in named if name)


def _read_toml(path: Path, words: Wording) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        problem = words.say(
            "there is no such file; make it with `runda init`, or name another with --config"
        )
        raise ConfigError(str(path), [problem]) from error
    except OSError as error:
        problem = words.say("cannot be read ({reason})", reason=error.strerror or error)
        raise ConfigError(str(path), [problem]) from error
    except UnicodeDecodeError as error:
        problem = words.say("is not written in UTF-8; save it again with that encoding")
        raise ConfigError(str(path), [problem]) from error
    except tomllib.TOMLDecodeError as error:
        problem = words.say("is not TOML: {reason}", reason=error)
        raise ConfigError(str(path), [problem]) from error


def _settle(file: ConfigFile, place: Place) -> Config:
    data_folder = place.path(file.storage.data_folder)
    return Config(
        matrix=MatrixConfig(
            homeserver=file.matrix.homeserver,
            user_id=UserId(file.matrix.user_id),
            device_id=file.matrix.device_id,
            access_token=_secret(place, TOKEN_VARIABLE, file.matrix.access_token_file),
        ),
        organizers_room=RoomId(file.organizers.room),
        allowed_servers=tuple(file.matrix.allowed_servers),
        data_folder=data_folder,
        database_url=_database_url(file.storage, data_folder, place),
        zone=ZoneInfo(file.dialogue.timezone),
        language=file.dialogue.language,
        pack_folders=(
            data_folder / KEPT_PACKS,
            *(place.path(folder) for folder in file.dialogue.packs),
        ),
        pace=file.dialogue.pace,
        board_interval_s=file.dialogue.board_interval_s,
        live_digest=file.dialogue.live_digest,
        llm=_llm(file.llm, place),
        care=_care(file.care),
        rules=_rules(file.moderation, file.dialogue.language),
        quiet_hours=parse_quiet_hours(file.dialogue.quiet_hours),
        encrypted_groups=file.groups.encrypted,
        log_level=file.log.level,
        log_format=file.log.format,
        health_address=address_of(file.health.listen) if file.health.listen else None,
    )


def _care(care: CareSection) -> CareConfig:
    return CareConfig(
        enabled=care.enabled,
        duty=tuple(map(UserId, care.duty)),
        lines=tuple(filter(None, map(read_line, care.lines))),
    )


def _rules(rules: ModerationSection, language: str) -> Text | None:
    """Those that are written; who reads another language reads the installation's first."""
    written = [
        (name, text) for name, text in (("sv", rules.rules_sv), ("en", rules.rules_en)) if text
    ]
    written.sort(key=lambda one: one[0] != language)
    return Text(versions=tuple(written)) if written else None


def _llm(llm: LlmSection, place: Place) -> LlmConfig | None:
    if not llm.base_url:
        return None
    key = place.secret(llm.api_key_file) if llm.api_key_file else ""
    return LlmConfig(base_url=llm.base_url, model=llm.model, api_key=key, within_s=llm.within_s)


def _database_url(storage: StorageSection, data_folder: Path, place: Place) -> str:
    if storage.database is None:
        return f"{SQLITE}{data_folder / 'runda.db'}"
    if storage.database.startswith(SQLITE):
        return f"{SQLITE}{place.path(storage.database.removeprefix(SQLITE))}"
    _, rest = storage.database.split("://", maxsplit=1)
    password = _secret(place, DATABASE_PASSWORD_VARIABLE, storage.database_password_file)
    if password and "@" in rest:
        user, server = rest.split("@", maxsplit=1)
        rest = f"{user}:{quote(password, safe='')}@{server}"
    return f"{POSTGRES[0]}{rest}"


def _secret(place: Place, variable: str, file: str | None) -> str:
    if place.environ.get(variable):
        return place.environ[variable].strip()
    return "" if file is None else place.secret(file)
