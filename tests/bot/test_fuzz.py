"""Some thousands of hostile events against the whole bot; `make fuzz` for many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.bot import look_at, target


@pytest.mark.parametrize("seed", [1, 2])
async def test_hostile_events_gain_nothing_and_stop_nothing(tmp_path: Path, seed: int) -> None:
    async with target(tmp_path / "bot", seed) as bot:
        report = await bot.plays(1_500)

    # Each good answer among them was taken; no right was gained, nothing of theirs became ours.
    assert report.faults == []
    assert report.events >= 1_500
    assert report.good >= 30
    # What was malformed is kept and counted.
    assert report.odd > 50
    assert report.bad > 5


@pytest.mark.parametrize(
    ("markdown", "fault"),
    [
        ("[x](https://evil.example)", "a link to https://evil.example"),
        ("[Olga](https://matrix.to/#/@olga:example.org)",
         "a link to https://matrix.to/#/@olga:example.org"),
        ("a\u202eb", "body turns the direction: 'a\\u202eb'"),
    ],
)  # fmt: skip
def test_the_look_at_what_is_posted_sees_what_is_wrong(markdown: str, fault: str) -> None:
    assert fault in look_at(markdown)
