"""What a person watching sees: live in a terminal, a line for each event elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from typing_extensions import override

from demo.progress import Dot, Progress, TableSeen
from flows.packs.pack import StepKind

_LEAST_ROWS: Final = 24
_LEAST_COLUMNS: Final = 90
_REFRESH: Final = 4
_DIGESTS: Final = 6
_STYLES: Final = {
    Dot.NOTHING: "bright_black",
    Dot.TALKED: "blue",
    Dot.ANSWERED: "green",
    Dot.EDITED: "cyan",
    Dot.WITHDREW: "yellow",
}


class Display:
    """Shows progress. This one is for where nobody looks: it prints what happens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the terminal back."""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._began

    def phase(self, what: str) -> None:
        """Something that takes a while begins."""
        line = f"{self.elapsed_s:6.1f} s  {what}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def open(self, progress: Progress) -> None:
        """From now on there is a dialogue to look at."""
        self._progress = progress

    def changed(self) -> None:
        """There is something new in the progress."""
        if self._progress is not None:
            for line in self._progress.fresh():
                self.phase(line)


class LiveDisplay(Display):
    """The same for a person: the whole terminal, drawn anew several times a second."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._live: Live | None = None

    @override
    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    @override
    def phase(self, what: str) -> None:
        if self._live is None:
            super().phase(what)

    @override
    def open(self, progress: Progress) -> None:
        super().open(progress)
        self._live = Live(
            console=self._console,
            screen=True,
            refresh_per_second=_REFRESH,
            get_renderable=self._drawn,
            redirect_stderr=False,
        )
        self._live.start()

    @override
    def changed(self) -> None:
        """Seen at the next drawing."""

    def _drawn(self) -> RenderableType:
        if self._progress is None:
            return Text()
        return draw(self._progress, now_s=time.time(), elapsed_s=self.elapsed_s)


def display_for(console: Console) -> Display:
    """The display that suits where the output goes."""
    roomy = console.height >= _LEAST_ROWS and console.width >= _LEAST_COLUMNS
    return LiveDisplay(console) if console.is_terminal and roomy else Display(console)


# --------------------------------------------------------------------------- drawing


def draw(progress: Progress, *, now_s: float, elapsed_s: float) -> Layout:
    """The whole picture."""
    layout = Layout()
    layout.split_column(
        Layout(_head(progress, now_s, elapsed_s), name="head", size=4),
        Layout(name="middle"),
        Layout(_happened(progress), name="happened", size=8),
    )
    layout["middle"].split_row(
        Layout(_tables(progress), name="tables", ratio=3),
        Layout(_organizers(progress), name="organizers", ratio=2),
    )
    return layout


def _head(progress: Progress, now_s: float, elapsed_s: float) -> Panel:
    step = progress.step
    row = Table.grid(expand=True, padding=(0, 1))
    row.add_column(ratio=1)
    row.add_column(width=30)
    row.add_column(justify="right", width=8)
    if step is None:
        row.add_row(Text("People are coming in …"), "", "")
    else:
        left_s = progress.left_s(now_s)
        waits = left_s <= 0 and step.kind is StepKind.GROUP
        bar = ProgressBar(total=max(step.lasts_s, 0.1), completed=left_s, width=30)
        title = Text.assemble(
            (f"Step {progress.place + 1} of {len(progress.steps)}  ", "dim"), (step.title, "bold")
        )
        row.add_row(title, bar, Text("waiting" if waits else f"{left_s:3.0f} s"))
    marks = Text(overflow="ellipsis", no_wrap=True)
    for place, one in enumerate(progress.steps):
        style = "green" if place < progress.place else "bright_black"
        style = "bold yellow" if place == progress.place else style
        sign = "✓" if place < progress.place else "▶" if place == progress.place else "·"
        marks.append(f"{sign} {one.id}   ", style=style)
    return Panel(
        Group(row, marks), title="Runda", subtitle=f"{elapsed_s:.0f} s", border_style="blue"
    )


def _tables(progress: Progress) -> Panel:
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    together = progress.step is not None and progress.step.kind is StepKind.GROUP
    for table in progress.tables:
        grid.add_row(*_table(table, together=together))
    return Panel(grid, title="The tables", title_align="left")


def _table(table: TableSeen, *, together: bool) -> tuple[RenderableType, ...]:
    name = Text(table.name, style="bold" if table.here else "bright_black")
    kind = Text(f"{'🔒' if table.encrypted else '  '}v{table.version}", style="dim")
    dots = Text()
    for dot in table.dots:
        dots.append(dot.value, style=_STYLES[dot])
    dots.append((" ✅" if table.answered else " ▫️") if together else "   ")
    bot = Text(_first_line(table.bot_said), style="dim", no_wrap=True, overflow="ellipsis")
    said = Text(_first_line(table.people_said), style="italic", no_wrap=True, overflow="ellipsis")
    return name, kind, dots, Group(Text.assemble("🤖 ", bot), Text.assemble("💬 ", said))


def _organizers(progress: Progress) -> Panel:
    parts: list[RenderableType] = [Text(progress.board or "(nothing on the board yet)")]
    if progress.commands:
        parts.append(Text("\n" + "\n".join(progress.commands[-3:]), style="magenta"))
    if progress.digests:
        parts.append(
            Text(
                "\n" + "\n".join(f"📰 {one}" for one in progress.digests[-_DIGESTS:]), style="cyan"
            )
        )
    return Panel(Group(*parts), title="The organizers' room", title_align="left")


def _happened(progress: Progress) -> Panel:
    lines = list(progress.happened)[-6:]
    text = Text("\n".join(lines), no_wrap=True, overflow="ellipsis")
    return Panel(text, title="What happens", title_align="left", border_style="bright_black")


def _first_line(text: str) -> str:
    return " ".join(text.split("\n", 1)[0].split())
