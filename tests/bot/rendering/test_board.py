"""The board on a phone: short lines, few of them however many groups there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rendering.board import MOST_LINES, BoardFacts, BoardLine, board_markdown, folded
from bot.rendering.markdown import render
from bot.wording import wording

SV, EN = wording("sv"), wording("en")
CLOSES = datetime(2026, 5, 4, 13, 12, tzinfo=ZoneInfo("Europe/Stockholm"))
PHONE = 40
"""Characters that a phone shows in a line."""


def facts(*lines: BoardLine, **changes: object) -> BoardFacts:
    sound = BoardFacts(
        title="Unga i Grums",
        ended=False,
        step_title="Var för sig",
        position=2,
        steps=5,
        closes_at=CLOSES,
        exact=False,
        waiting=False,
        is_group_step=False,
        collects=True,
        lines=lines,
        unreadable=0,
        digest_stale=False,
        left_minutes=4,
        next_title="I gruppen",
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def table(number: int, answered: int, **changes: object) -> BoardLine:
    sound = BoardLine(name=f"Bord {number}", present=6, answered=answered)
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def test_a_board_in_swedish() -> None:
    lines = [
        table(1, 6),
        table(2, 2, quiet_minutes=4),
        table(3, 0, help_wanted=True),
    ]

    assert render(board_markdown(facts(*lines), SV)).text.split("\n") == [
        "📋 Unga i Grums",
        "Steg 2 av 5: Var för sig",
        "⏳ till 13.12 · 4 min kvar",
        "⏭️ sedan: I gruppen",
        "",
        "✅ Bord 1: 6 av 6",
        "⬜ Bord 2: 2 av 6 · tyst i 4 minuter",
        "⬜ 🙋 Bord 3: 0 av 6",
        "",
        "8 av 18 personer har svarat",
    ]


def test_it_says_when_the_clock_stands_or_a_step_is_waited_for() -> None:
    paused = render(board_markdown(facts(paused=True), SV)).text.split("\n")
    waiting = facts(step_title="", closes_at=None, left_minutes=None, opens_at=CLOSES)
    enough = render(board_markdown(facts(enough=True), EN)).text.split("\n")

    assert paused[2] == "⏸️ pausad"
    assert render(board_markdown(waiting, SV)).text.split("\n")[:2] == [
        "📋 Unga i Grums",
        "⏭️ kl. 13.12: I gruppen",
    ]
    assert enough[2] == "⌛ enough have answered; closes at 13:12"


def test_while_nothing_is_collected_it_tells_only_who_wants_help() -> None:
    lines = [table(1, 0), table(2, 0, help_wanted=True)]
    text = render(board_markdown(facts(*lines, collects=False), EN)).text

    assert text.split("\n")[-1] == "🙋 Bord 2"
    assert "Bord 1" not in text


@pytest.mark.parametrize("groups", [10, 15, 50, 300])
@pytest.mark.parametrize("words", [SV, EN], ids=["sv", "en"])
def test_it_stays_short_however_many_groups_there_are(groups: int, words: object) -> None:
    assert words in (SV, EN)
    lines = [
        table(number, number % 7, quiet_minutes=number % 9, help_wanted=number % 50 == 7)
        for number in range(1, groups + 1)
    ]
    own = SV if words is SV else EN
    markdown = board_markdown(facts(*lines), own)
    shown = render(markdown).text.split("\n")

    assert len(markdown.encode()) < 8_000
    assert len(shown) <= MOST_LINES + 9
    told = [line for line in shown if ": " in line and line[:1] in "✅⬜" and "done" not in line]
    assert all(len(line) <= PHONE + 4 for line in told if " av 6" in line or " of 6" in line)


def test_where_groups_are_many_those_that_are_done_share_a_line() -> None:
    lines = [table(number, 6) for number in (1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 13)]
    lines += [table(4, 1), table(6, 3, quiet_minutes=9), table(14, 0, help_wanted=True)]
    shown = render(board_markdown(facts(*lines), EN)).text.split("\n")

    assert shown[5:9] == [
        "⬜ 🙋 Bord 14: 0 of 6",
        "⬜ Bord 6: 3 of 6 · quiet for 9 minutes",
        "⬜ Bord 4: 1 of 6",
        "✅ done: Bord 1–3, 5, 7–13",
    ]


def test_names_are_told_apart_in_few_words() -> None:
    names = folded(["Bord 2", "Bord 1", "Gäster", "Rum 10", "Bord 4"])
    assert render(names).text == "Bord 1–2, 4, Rum 10, Gäster"
    assert folded([]) == ""
