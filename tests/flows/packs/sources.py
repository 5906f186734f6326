"""Sources of packs, put together for tests, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import PackError
from flows.packs.kinds import KIND_KEYS, STEP_KEYS
from flows.packs.pack import StepKind, Text
from flows.packs.parse import parse

EXAMPLE = (Path(__file__).parents[3] / "flows" / "packs" / "example.toml").read_text("utf-8")

KINDS = (
    '"film", "picture", "background", "exercise", "individual", "group", "plenary", "poll",'
    ' "break", "check-in"'
)

BACKGROUND_KEYS = ", ".join(f'"{key}"' for key in (*STEP_KEYS, *KIND_KEYS[StepKind.BACKGROUND]))

HEAD = """\
languages = ["sv"]
title = "T"
purpose = "P"
"""
"""A sound beginning, three lines long; the first step begins on line 4."""


Keys = dict[str, str | None]


def step(**changes: str | None) -> str:
    """Write a sound background step of five lines; None takes a key away, others come last."""
    keys: Keys = {"id": '"a"', "kind": '"background"', "title": '"T"', "text": '"X"'}
    keys |= changes
    lines = [f"{key} = {value}" for key, value in keys.items() if value is not None]
    return "\n".join(["[[step]]", *lines, ""])


def individual(**changes: str | None) -> str:
    keys: Keys = {"kind": '"individual"', "length": '"4 min"'}
    return step(**keys | changes)


def group(**changes: str | None) -> str:
    keys: Keys = {"id": '"b"', "kind": '"group"', "length": '"4 min"'}
    return step(**keys | changes)


def problems(source: str, *, name: str = "test") -> list[str]:
    with pytest.raises(PackError) as caught:
        parse(source, name=name)
    assert caught.value.name == name
    return [problem.sentence for problem in caught.value.problems]


def text(swedish: str, english: str) -> Text:
    return Text(versions=(("sv", swedish), ("en", english)))
