"""The bot goes on when its database comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage import database
from tests import postgresql
from tests.bot.journey import Journey
from tests.builders import ANN, BO, TABLE_1


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    """A server of the test's own, which it may stop."""
    with postgresql.running() as server:
        yield server


async def test_answers_given_while_the_database_is_away_come_in_when_it_is_back(
    unset_journey: Journey, server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a step that is open, and a database that is stopped
    monkeypatch.setattr(database, "PAUSES_S", (0.02,))
    journey = unset_journey
    journey.url = server.new_database("journey")
    await journey.begins()
    await journey.starts_lunch()
    server.stop()

    # when people write meanwhile
    answers = [journey.message(who, f"Soup {number}") for number in range(3) for who in (ANN, BO)]
    for one in answers:
        journey.chat.hear_event(one)
    await journey.until(lambda: "database.unavailable" in names(journey), within_s=60)
    assert [journey.bot_marks(one.event_id) for one in answers] == [[]] * len(answers)

    # then everything is taken when it is back, and the operator has read so
    server.start()
    await journey.until(lambda: "database.back" in names(journey), within_s=60)
    await journey.settles()
    assert [journey.bot_marks(one.event_id) for one in answers] == [["👍"]] * len(answers)
    assert journey.heads(TABLE_1) == ["Hello", "Alone"]
    assert [name for name in names(journey) if name.startswith("database.")] == [
        "database.unavailable",
        "database.back",
    ]
    assert journey.errors == []


def names(journey: Journey) -> list[str]:
    return [log["event"] for log in journey.logs]
