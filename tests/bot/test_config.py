"""The configuration file: what is made of it, and what is said about a bad one."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config.file import SECTIONS, ConfigFile
from bot.config.place import may_be_read_by_others
from bot.config.values import Config, LlmConfig, MatrixConfig, load_config
from bot.errors import ConfigError
from flows.ids import RoomId, UserId

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TOKEN = "not-a-real-token"

SOUND = """
[matrix]
homeserver = "https://matrix.example.org"
user_id = "@runda:example.org"
device_id = "RUNDABOT"
access_token_file = "secrets/access_token"

[organizers]
room = "!abc:example.org"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a token in its place."""
    (tmp_path / "secrets").mkdir()
    secret(tmp_path / "secrets" / "access_token", f"{TOKEN}\n")
    return tmp_path


def secret(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content)


def load(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Config:
    path = folder / "config.toml"
    path.write_text(text)
    return load_config(path, environ=environ or {})


def problems(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, environ)
    return caught.value.problems


def with_line(section: str, line: str) -> str:
    """The sound file with one more line in a section."""
    if f"[{section}]" not in SOUND:
        return f"{SOUND}\n[{section}]\n{line}\n"
    return SOUND.replace(f"[{section}]\n", f"[{section}]\n{line}\n")


def test_what_is_left_out_has_its_default(folder: Path) -> None:
    assert load(folder, SOUND) == Config(
        matrix=MatrixConfig(
            homeserver="https://matrix.example.org",
            user_id=UserId("@runda:example.org"),
            device_id="RUNDABOT",
            access_token=TOKEN,
        ),
        organizers_room=RoomId("!abc:example.org"),
        data_folder=folder / "data",
        database_url=f"sqlite:///{folder}/data/runda.db",
        zone=ZoneInfo("Europe/Stockholm"),
        language="sv",
        pack_folders=(folder / "data" / "packs",),
        pace=1.0,
        board_interval_s=10.0,
        live_digest=True,
        log_level="info",
        log_format="console",
    )


def test_secrets_are_not_shown_when_a_configuration_is(folder: Path) -> None:
    text = with_line("storage", 'database = "postgresql://runda@localhost/runda"')
    config = load(folder, text, {"RUNDA_DATABASE_PASSWORD": "hemligt"})

    assert TOKEN not in repr(config)
    assert "hemligt" not in repr(config)


def test_every_problem_is_told_at_once(folder: Path) -> None:
    text = """
    [matrix]
    homeserver = "matrix.example.org"
    device_id = 7
    acess_token_file = "secrets/access_token"

    [organizers]
    room = "#organizers:example.org"

    [dialogue]
    timezone = "Stockholm"
    langauge = "sv"
    packs = ["elsewhere"]
    pace = 0

    [log]
    level = "loud"
    """
    elsewhere = folder / "elsewhere"
    assert problems(folder, text) == (
        (
            'matrix.homeserver = "matrix.example.org" is not the address of a homeserver; '
            'write e.g. homeserver = "https://matrix.example.org"'
        ),
        'matrix.user_id is missing; write e.g. user_id = "@runda:example.org"',
        'matrix.device_id = 7 is not a text in quotes; write e.g. device_id = "RUNDABOT"',
        (
            "matrix.access_token_file is missing, and so is RUNDA_ACCESS_TOKEN; "
            'write e.g. access_token_file = "secrets/access_token"'
        ),
        "matrix.acess_token_file is unknown; did you mean access_token_file?",
        (
            'organizers.room = "#organizers:example.org" is the room\'s address, not its id; '
            'write e.g. room = "!abcdefgh:example.org"'
        ),
        'dialogue.timezone = "Stockholm" is not a time zone; did you mean "Europe/Stockholm"?',
        f'dialogue.packs = "elsewhere" is not a folder ({elsewhere}); write e.g. packs = ["packs"]',
        "dialogue.pace = 0 is too small; write e.g. pace = 1.0",
        "dialogue.langauge is unknown; did you mean language?",
        (
            'log.level = "loud" is not one of the choices; '
            'write one of "debug", "info", "warning", "error"'
        ),
    )


def test_the_message_has_the_place_first(folder: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(folder, with_line("log", 'format = "xml"'))

    assert str(caught.value) == (
        f"{folder}/config.toml: 1 problem(s)\n"
        '  - log.format = "xml" is not one of the choices; write one of "console", "json"'
    )


@pytest.mark.parametrize(
    ("section", "line", "problem"),
    [
        pytest.param(
            "matrix",
            'access_token = "syt_cnVuZGE_aaaa"',
            "matrix.access_token: secrets are not written in the configuration; put it alone in "
            'a file and write access_token_file = "the file\'s name" '
            "(or set RUNDA_ACCESS_TOKEN or RUNDA_DATABASE_PASSWORD)",
            id="the token",
        ),
        pytest.param(
            "storage",
            'database_password = "hemligt"',
            "storage.database_password: secrets are not written in the configuration; put it "
            'alone in a file and write database_password_file = "the file\'s name" '
            "(or set RUNDA_ACCESS_TOKEN or RUNDA_DATABASE_PASSWORD)",
            id="the password",
        ),
        pytest.param(
            "storage",
            'database = "postgresql://runda:hemligt@localhost/runda"',
            "storage.database holds a password; secrets have a file of their own; "
            'write e.g. database = "postgresql+psycopg://runda@localhost/runda"',
            id="the password in the address",
        ),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(
    folder: Path, section: str, line: str, problem: str
) -> None:
    assert problems(folder, with_line(section, line)) == (problem,)


def test_a_token_where_its_file_belongs_is_not_repeated(folder: Path) -> None:
    text = SOUND.replace("secrets/access_token", "syt_cnVuZGE_abcdefghijkl")

    assert problems(folder, text) == (
        (
            "matrix.access_token_file holds the token itself instead of the name of a file; "
            'write e.g. access_token_file = "secrets/access_token"'
        ),
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(None, "cannot be read (No such file or directory)", id="not there"),
        pytest.param("", "does not hold one word", id="empty"),
        pytest.param("two words", "does not hold one word", id="something else"),
    ],
)
def test_a_secret_file_that_holds_no_secret(folder: Path, content: str | None, what: str) -> None:
    path = folder / "secrets" / "access_token"
    path.unlink() if content is None else path.write_text(content)

    (problem,) = problems(folder, SOUND)

    assert problem == (
        f"matrix.access_token_file names {path}, which {what}; "
        'write e.g. access_token_file = "secrets/access_token"'
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_secret_that_others_may_read_is_refused(folder: Path, mode: int) -> None:
    path = folder / "secrets" / "access_token"
    path.chmod(mode)

    (problem,) = problems(folder, SOUND)

    assert problem == (
        f"matrix.access_token_file names {path}, which others on this machine may read; "
        f"run: chmod 600 {path}"
    )
    assert TOKEN not in problem


@pytest.mark.parametrize(
    ("mode", "open_to_others"),
    [(0o640, False), (0o440, False), (0o400, False), (0o660, True), (0o644, True)],
)
def test_what_root_gives_to_the_bots_group_is_for_the_bot(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mode: int, *, open_to_others: bool
) -> None:
    path = folder / "secrets" / "access_token"
    path.chmod(mode)
    found = os.stat_result((*path.stat()[:4], 0, *path.stat()[5:]))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert may_be_read_by_others(found) is open_to_others


@pytest.mark.parametrize("server", ["example.com", "Example.com:8448", "*", "[2001:db8::1]"])
def test_servers_that_are_allowed(folder: Path, server: str) -> None:
    text = with_line("matrix", f'allowed_servers = ["{server}"]')

    assert load(folder, text).allowed_servers == (server.lower(),)


@pytest.mark.parametrize("server", ["", "@ann:example.com", "https://example.com", "a b"])
def test_what_is_no_server(folder: Path, server: str) -> None:
    (problem,) = problems(folder, with_line("matrix", f'allowed_servers = ["{server}"]'))

    assert problem == (
        f'matrix.allowed_servers = "{server}" is not the name of a server; '
        'write e.g. allowed_servers = ["example.com"]'
    )


def test_the_environment_goes_before_the_files(folder: Path) -> None:
    text = SOUND.replace('access_token_file = "secrets/access_token"\n', "")

    assert load(folder, text, {"RUNDA_ACCESS_TOKEN": "other"}).matrix.access_token == "other"


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("sqlite:///mine.db", "sqlite:///{folder}/mine.db"),
        ("sqlite:////var/lib/runda/runda.db", "sqlite:////var/lib/runda/runda.db"),
        ("postgresql://runda@db:5433/runda", "postgresql+psycopg://runda:p%40ss@db:5433/runda"),
        ("postgres://runda@db/runda", "postgresql+psycopg://runda:p%40ss@db/runda"),
        ("postgresql+psycopg:///runda?host=/run/pg", "postgresql+psycopg:///runda?host=/run/pg"),
    ],
)
def test_the_address_of_the_database(folder: Path, written: str, url: str) -> None:
    text = with_line("storage", f'database = "{written}"')
    config = load(folder, text, {"RUNDA_DATABASE_PASSWORD": "p@ss"})

    assert config.database_url == url.format(folder=folder)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("sqlite:///:memory:", "names no file"),
        ("mysql://localhost/runda", "is not the address of a database Runda can use"),
    ],
)
def test_an_address_of_no_database(folder: Path, written: str, what: str) -> None:
    (problem,) = problems(folder, with_line("storage", f'database = "{written}"'))

    assert problem.startswith(f"storage.database {what}; write e.g. ")


def test_paths_are_relative_to_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "packs").mkdir()
    text = with_line("storage", 'data_folder = "elsewhere"') + '[dialogue]\npacks = ["packs"]\n'
    monkeypatch.chdir("/")

    config = load(folder, text)

    assert (config.data_folder, config.pack_folders) == (
        folder / "elsewhere",
        (folder / "elsewhere" / "packs", folder / "packs"),
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("europe/stockholm", "Europe/Stockholm"),
        ("Europe/Stokholm", "Europe/Stockholm"),
        ("helsinki", "Europe/Helsinki"),
        ("New York", "America/New_York"),
    ],
)
def test_the_zone_that_was_meant(folder: Path, written: str, meant: str) -> None:
    (problem,) = problems(folder, with_line("dialogue", f'timezone = "{written}"'))

    assert problem == (
        f'dialogue.timezone = "{written}" is not a time zone; did you mean "{meant}"?'
    )


@pytest.mark.parametrize("written", ["Europe", "../etc/passwd", "/etc/localtime", "", "Mars/Base"])
def test_no_zone_at_all(folder: Path, written: str) -> None:
    (problem,) = problems(folder, with_line("dialogue", f'timezone = "{written}"'))

    assert problem.startswith(f'dialogue.timezone = "{written}" is not a time zone; ')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            SOUND + "[loging]\nlevel = 'info'",
            "loging is unknown; did you mean log?",
            id="misspelt section",
        ),
        pytest.param(
            SOUND + "[colours]",
            "colours is unknown; what can stand there: "
            "matrix, organizers, storage, dialogue, care, moderation, llm, groups, log, health",
            id="unknown section",
        ),
        pytest.param(
            "log = 'info'" + SOUND,
            "log must be a section: write [log] on a line of its own",
            id="no section",
        ),
        pytest.param(
            SOUND + "[dialogue]\npace = true",
            "dialogue.pace = true is not a number; write e.g. pace = 1.0",
            id="not a number",
        ),
        pytest.param(
            SOUND + "[dialogue]\npace = nan",
            "dialogue.pace = NaN is not a number; write e.g. pace = 1.0",
            id="no number at all",
        ),
        pytest.param(
            SOUND + "[dialogue]\npacks = 'packs'",
            'dialogue.packs = "packs" is not a list in [ ]; write e.g. packs = ["packs"]',
            id="not a list",
        ),
        pytest.param(
            SOUND + "[dialogue]\npacks = [1]",
            'dialogue.packs = 1 is not a text in quotes; write e.g. packs = ["packs"]',
            id="not a text in a list",
        ),
    ],
)
def test_wrong_kinds_are_told_in_words(folder: Path, text: str, problem: str) -> None:
    assert problems(folder, text) == (problem,)


def test_a_file_that_is_not_toml_says_where(folder: Path) -> None:
    (problem,) = problems(folder, "[matrix]\nhomeserver = https://matrix.example.org\n")

    assert problem == "is not TOML: Invalid value (at line 2, column 14)"


def test_no_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "config.toml", environ={})

    assert caught.value.problems == (
        "there is no such file; make it with `runda init`, or name another with --config",
    )


# ---------------------------------------------------------------- the example


def test_the_example_loads_when_the_required_values_are_filled_in(folder: Path) -> None:
    wanted = tomllib.loads(SOUND)
    text = EXAMPLE.read_text()
    for section in wanted.values():
        for key, value in section.items():
            text = text.replace(f'\n{key} = ""', f'\n{key} = "{value}"')

    assert load(folder, text) == load(folder, SOUND)


def test_the_defaults_the_example_shows_are_the_defaults(folder: Path) -> None:
    # given the example with every commented value switched on
    secret(folder / "secrets" / "database_password", "hemligt")
    shown = re.sub(r"^#(?=\w+ = )", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    optional = shown[shown.index("[storage]") :]

    # then nothing changes (SQLite has no password)
    assert load(folder, SOUND + optional) == load(folder, SOUND)


def test_the_example_shows_every_option_and_nothing_else() -> None:
    shown = re.sub(r"^#(?=\w+ = )", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    options = {section: list(values) for section, values in tomllib.loads(shown).items()}

    assert options == {section: list(model.model_fields) for section, model in SECTIONS.items()}


def test_the_sections_are_those_of_the_file() -> None:
    assert {name: found.annotation for name, found in ConfigFile.model_fields.items()} == SECTIONS


# ---------------------------------------------------------------- when answers are held back


def test_rules_in_one_language_are_read_in_both(folder: Path) -> None:
    text = '[moderation]\nrules_en = """\nWe hold back threats.\n"""\n'

    found = load(folder, SOUND + text).rules

    assert found is not None
    assert [found.get(language) for language in ("sv", "en")] == ["We hold back threats."] * 2


def test_without_rules_the_bots_own_count(folder: Path) -> None:
    assert load(folder, SOUND).rules is None


def test_rules_are_no_book(folder: Path) -> None:
    (problem,) = problems(folder, f'{SOUND}[moderation]\nrules_sv = "{"å" * 2001}"\n')

    assert "is longer than 2000 characters" in problem


# ---------------------------------------------------------------- a language model


def test_there_is_no_language_model_unless_one_is_named(folder: Path) -> None:
    assert load(folder, SOUND).llm is None


def test_a_language_model(folder: Path) -> None:
    secret(folder / "key", "hemlig\n")
    text = '[llm]\nbase_url = "http://localhost:11434/v1/"\nmodel = "m"\napi_key_file = "key"\n'

    found = load(folder, SOUND + text).llm

    assert found == LlmConfig(base_url="http://localhost:11434/v1", model="m", api_key="hemlig")
    assert "hemlig" not in repr(found)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            'base_url = "llm.example.org"\nmodel = "m"',
            "llm.base_url is not the address of a language model; "
            'write e.g. base_url = "https://llm.example.org/v1"',
            id="no address",
        ),
        pytest.param(
            'base_url = "https://me:hemlig@llm.example.org/v1"\nmodel = "m"',
            "llm.base_url is not the address of a language model; "
            'write e.g. base_url = "https://llm.example.org/v1"',
            id="a password in it",
        ),
        pytest.param(
            'base_url = "https://llm.example.org/v1"',
            'llm.model = "" is empty; write e.g. model = "a-model-of-yours"',
            id="no model",
        ),
    ],
)
def test_what_is_wrong_with_a_language_model(folder: Path, text: str, problem: str) -> None:
    assert problems(folder, f"{SOUND}[llm]\n{text}\n") == (problem,)


# ---------------------------------------------------------------- health


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("127.0.0.1:8009", ("127.0.0.1", 8009)),
        ("localhost:1", ("localhost", 1)),
        ("[::1]:65535", ("::1", 65535)),
        ("", None),
    ],
)
def test_where_health_is_asked_for(
    folder: Path, written: str, address: tuple[str, int] | None
) -> None:
    config = load(folder, with_line("health", f'listen = "{written}"'))
    assert config.health_address == address


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        pytest.param("8009", "is not an address and a port", id="no host"),
        pytest.param("127.0.0.1", "is not an address and a port", id="no port"),
        pytest.param("127.0.0.1:0", "is not an address and a port", id="port 0"),
        pytest.param("127.0.0.1:65536", "is not an address and a port", id="port too large"),
        pytest.param("0.0.0.0:8009", "can be reached from other machines", id="everybody"),
        pytest.param("10.0.0.1:8009", "can be reached from other machines", id="the network"),
        pytest.param("example.org:8009", "can be reached from other machines", id="a name"),
    ],
)
def test_what_is_wrong_with_it(folder: Path, written: str, problem: str) -> None:
    assert problems(folder, with_line("health", f'listen = "{written}"')) == (
        f'health.listen = "{written}" {problem}; write e.g. listen = "127.0.0.1:8009"',
    )
