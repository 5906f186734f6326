"""How far the dialogue has come, as far as it can be seen from outside: what is displayed.

Pure. It knows only what the people's process tells and what the organizer reads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from demo.news import CameIn, Did, Heard, News, WentHome
from demo.script import Act, Meant, PlannedStep, Where
from flows.packs.pack import StepKind

_KEPT: Final = 40


class Dot(StrEnum):
    """One person in the current step."""

    NOTHING = "○"
    TALKED = "•"
    ANSWERED = "●"
    EDITED = "◉"
    WITHDREW = "◌"


@dataclass(slots=True, kw_only=True)
class TableSeen:
    """A table as one looks at it: its people's dots, and what was said last."""

    name: str
    size: int
    encrypted: bool
    version: str
    here: bool = False
    dots: list[Dot] = field(default_factory=list)
    answered: bool = False
    """In a group step: the table has given its answer."""
    bot_said: str = ""
    people_said: str = ""

    def turn(self) -> None:
        """A new step: nobody has done anything in it."""
        self.dots = [Dot.NOTHING] * self.size
        self.answered = False


class Progress:
    """What has been seen so far; `feed` it with news."""

    def __init__(self, steps: Sequence[PlannedStep], tables: Sequence[TableSeen]) -> None:
        self.steps = steps
        self.tables = tables
        self.place = -1
        self.opened_ms = 0
        self.board = ""
        self.digests: list[str] = []
        self.commands: list[str] = []
        self.happened: deque[str] = deque(maxlen=_KEPT)
        self.home: WentHome | None = None
        self._untold: list[str] = []
        for table in tables:
            table.turn()

    @property
    def step(self) -> PlannedStep | None:
        """The step that is open; None before the first."""
        return self.steps[self.place] if self.place >= 0 else None

    def left_s(self, now_s: float) -> float:
        """How long the step is open still, as far as is known."""
        if self.step is None:
            return 0.0
        closes_s = self.opened_ms / 1000 + self.step.lasts_s
        if now_s > closes_s and self.step.kind is StepKind.GROUP:
            closes_s += self.step.grace_s
        return max(0.0, closes_s - now_s)

    # ----------------------------------------------------------------- the tables

    def feed(self, news: News) -> None:
        """Take news in."""
        match news:
            case CameIn():
                self.tables[news.table].here = True
                self._tell(f"{self.tables[news.table].name} is complete")
            case Heard():
                self._heard(news)
            case Did():
                self._did(news)
            case WentHome():
                self.home = news
                self._tell("everybody has gone home")

    def _heard(self, news: Heard) -> None:
        table = self.tables[news.table]
        table.bot_said = news.text
        places = [place for place, step in enumerate(self.steps) if step.id == news.step]
        if places and places[0] > self.place:
            self.place, self.opened_ms = places[0], news.at_ms
            for one in self.tables:
                one.turn()
                one.people_said = ""
            step = self.steps[self.place]
            self._tell(f"step {self.place + 1} of {len(self.steps)}: {step.title}")

    def _did(self, news: Did) -> None:
        table = self.tables[news.table]
        step = self.step
        if news.where is Where.ROOM and news.act in {Act.WRITE, Act.PHOTO}:
            table.people_said = news.text
        if step is not None and news.step == step.id:
            self._in_time(table, news)
        for line in _remarkable(table, news, step):
            self._tell(line)

    def _in_time(self, table: TableSeen, news: Did) -> None:
        before = table.dots[news.seat]
        match news.act:
            case Act.WITHDRAW:
                table.dots[news.seat] = Dot.WITHDREW
            case Act.EDIT:
                table.dots[news.seat] = Dot.EDITED
            case Act.MARK:
                table.answered = True
            case _ if news.meant is Meant.TALK:
                if before is Dot.NOTHING:
                    table.dots[news.seat] = Dot.TALKED
            case _ if news.meant is not Meant.ASIDE:
                table.dots[news.seat] = Dot.ANSWERED
                table.answered |= news.meant is Meant.GROUP
            case _:
                pass

    # -------------------------------------------------------------- the organizers

    def show_board(self, text: str) -> None:
        """The board looks like this now."""
        self.board = text

    def add_digest(self, title: str) -> None:
        """A digest has come; that of a step says which after a dot."""
        _, _, step = title.rpartition(" · ")
        self.digests.append(step)
        self._tell(f"a digest comes to the organizers: {step}")

    def add_command(self, text: str) -> None:
        """The organizer has written something, or the bot has answered it."""
        self.commands.append(text)
        self._tell(text)

    def fresh(self) -> list[str]:
        """What has happened since the last call."""
        untold, self._untold = self._untold, []
        return untold

    def _tell(self, line: str) -> None:
        self.happened.append(line)
        self._untold.append(line)


def _remarkable(table: TableSeen, news: Did, step: PlannedStep | None) -> Iterator[str]:
    who = f"{table.name}, {news.name}"
    late = step is not None and news.step not in {"", step.id}
    if news.act is Act.EDIT:
        yield f"{who}, edits {'an answer of before' if late else 'the answer'}"
    elif news.act is Act.WITHDRAW:
        yield f"{who}, takes an answer back"
    elif news.act is Act.PHOTO:
        yield f"{who}, sends a photo: {_short(news.text)}"
    elif news.act is Act.MARK:
        yield f"{who}, marks the table's answer with ✅"
    elif news.meant is Meant.GROUP:
        yield f"{table.name} answers: {_short(news.text)}"
    elif late and news.meant is Meant.INDIVIDUAL:
        yield f"{who}, answers late: {_short(news.text)}"


def _short(text: str, length: int = 70) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
