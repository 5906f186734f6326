"""Lengths of time as a person says them."""

from __future__ import annotations

import pytest

from bot.rendering.durations import spoken_length
from bot.wording import wording

HOUR = 3600


@pytest.mark.parametrize(
    ("seconds", "swedish", "english"),
    [
        (45, "45 sekunder", "45 seconds"),
        (5400, "1 timme 30 minuter", "1 hour 30 minutes"),
        (24 * HOUR, "24 timmar", "24 hours"),
        (48 * HOUR - 1, "2 dagar", "2 days"),
        (48 * HOUR, "2 dagar", "2 days"),
        (49 * HOUR, "2 dagar 1 timme", "2 days 1 hour"),
        (72 * HOUR - 20, "3 dagar", "3 days"),
        (336 * HOUR, "14 dagar", "14 days"),
    ],
)
def test_a_length_is_said_in_the_units_people_use(
    seconds: float, swedish: str, english: str
) -> None:
    assert spoken_length(seconds, wording("sv")) == swedish
    assert spoken_length(seconds, wording("en")) == english
