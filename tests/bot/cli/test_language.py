"""Where the configuration is looked for, and the language of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.language import find_config, operator_language, peek_language


@pytest.mark.parametrize(
    ("named", "environ", "found"),
    [
        (Path("a.toml"), {"RUNDA_CONFIG": "b.toml"}, "a.toml"),
        (None, {"RUNDA_CONFIG": "b.toml"}, "b.toml"),
        (None, {}, "config.toml"),
    ],
)
def test_where_the_file_is_looked_for(
    named: Path | None, environ: dict[str, str], found: str
) -> None:
    assert find_config(named, environ) == Path(found)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("[dialogue]\nlanguage = 'en'", "en"),
        ("[dialogue]\nlanguage = 7", None),
        ("dialogue = 7", None),
        ("[dialogue", None),
        ("", None),
    ],
)
def test_the_language_of_a_file_that_may_be_broken(
    tmp_path: Path, text: str, language: str | None
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)

    assert peek_language(path) == language


@pytest.mark.parametrize(
    ("configured", "environ", "language"),
    [
        pytest.param("en", {"RUNDA_LANGUAGE": "sv", "LANG": "en_GB.UTF-8"}, "sv", id="said"),
        pytest.param("sv", {"LANG": "en_GB.UTF-8"}, "sv", id="configured"),
        pytest.param(None, {"LANG": "sv_SE.UTF-8"}, "sv", id="of the terminal"),
        pytest.param(None, {"LC_ALL": "sv_SE", "LANG": "en_GB"}, "sv", id="LC_ALL before LANG"),
        pytest.param(None, {"LANG": "de_DE.UTF-8"}, "en", id="one we do not have"),
        pytest.param(None, {"RUNDA_LANGUAGE": "de", "LANG": "sv_SE"}, "sv", id="said in vain"),
        pytest.param(None, {}, "en", id="nothing known"),
    ],
)
def test_the_language_of_the_command_line(
    tmp_path: Path, configured: str | None, environ: dict[str, str], language: str
) -> None:
    path = tmp_path / "config.toml"
    if configured is not None:
        path.write_text(f'[dialogue]\nlanguage = "{configured}"\n')

    assert operator_language(path, environ) == language
