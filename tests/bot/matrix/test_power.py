"""Power levels as rooms have them, and as somebody may write them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.matrix import power
from flows.ids import UserId
from storage.rights import Levels
from tests.builders import ANN, BO


def create(**content: Any) -> dict[str, Any]:
    return {"type": "m.room.create", "sender": ANN, "content": content}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(create(room_version="11", creator=ANN), set(), id="before the rule"),
        pytest.param(create(room_version="12"), {ANN}, id="the maker"),
        pytest.param(
            create(room_version="12", additional_creators=[BO, 7]), {ANN, BO}, id="and others"
        ),
        pytest.param(create(room_version="12", additional_creators="@x:y"), {ANN}, id="no list"),
        pytest.param(create(room_version="org.example.13"), set(), id="a named version"),
        pytest.param(create(room_version="1" * 5000), set(), id="no version"),
        pytest.param(create(room_version="²"), set(), id="no digit"),
        pytest.param(create(), set(), id="version 1"),
        pytest.param({"sender": ANN, "content": []}, set(), id="no content"),
    ],
)
def test_who_stands_above_all(event: dict[str, Any], expected: set[UserId]) -> None:
    assert power.creators(event) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({}, Levels(), id="nothing"),
        pytest.param(
            {"users": {ANN: 100, BO: -1}, "users_default": 1, "events_default": 2},
            Levels(users={ANN: 100, BO: -1}, users_default=1, events_default=2),
            id="numbers",
        ),
        pytest.param(
            {"users": {ANN: "100", BO: " 5 "}, "users_default": "-1"},
            Levels(users={ANN: 100, BO: 5}, users_default=-1),
            id="old rooms",
        ),
        pytest.param(
            {"users": {ANN: "a", BO: None}, "users_default": [], "events_default": True},
            Levels(),
            id="no numbers",
        ),
        pytest.param({"users": [ANN]}, Levels(), id="no people"),
        pytest.param({"users": {ANN: 10**30}}, Levels(users={ANN: 2**53}), id="huge"),
        pytest.param({"users": {ANN: "9" * 5000}}, Levels(), id="a long text"),
    ],
)
def test_the_numbers(content: dict[str, Any], expected: Levels) -> None:
    assert power.levels(content) == expected
