"""`make demo`: a whole dialogue with simulated people, on a homeserver of its own."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.errors import ChatRefused, ChatUnavailable
from bot.packs.known import find_packs
from bot.wording import wording
from demo.crowd import PeopleGone
from demo.display import Display, display_for
from demo.homeserver import HomeserverError
from demo.markup import markdown_of
from demo.patience import StageError
from demo.run import LANGUAGE, Outcome, Run, Wish
from flows.errors import PackError
from flows.packs.pack import Pack

_FAILED: Final = 1
_INTERRUPTED: Final = 130
_PROBLEMS_SHOWN: Final = 25
_SHORTEST_STEP_S: Final = 2.0
"""A step shorter than this leaves nobody the time to write."""
_MOST_PEOPLE: Final = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo.

    The exit status is 0 only if every count agrees and the sentence model found the themes.
    """
    wish, keep = _read_arguments(arguments)
    console = Console()
    try:
        return asyncio.run(_run(wish, console, keep=keep))
    except (KeyboardInterrupt, asyncio.CancelledError):  # Ctrl-C, SIGTERM
        console.print("\nInterrupted. Everything has been ended.")
        return _INTERRUPTED


async def _run(wish: Wish, console: Console, *, keep: bool) -> int:
    _end_on_sigterm()
    _say_hello(wish, console)
    with display_for(console) as display:
        run = Run(wish, display)
        status = _FAILED
        try:
            async with run.staged():
                outcome = await run.play()
                display.close()
                _show(outcome, display, console)
                status = 0 if outcome.holds else _FAILED
                if keep:
                    await _keep(run, console)
        except* (StageError, PeopleGone, HomeserverError, ChatRefused, ChatUnavailable) as group:
            display.close()
            for error in _causes(group):
                console.print(f"✘ {error}", style="red", markup=False)
            console.print(f"What was written is in {wish.folder}", markup=False)
            status = _FAILED
    return status


def _end_on_sigterm() -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _causes(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _causes(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


# ------------------------------------------------------------------------- arguments


def _read_arguments(arguments: Sequence[str] | None) -> tuple[Wish, bool]:
    parser = argparse.ArgumentParser(prog="make demo ARGS=…", description=__doc__)
    option = parser.add_argument
    option("--people", type=int, default=60, metavar="N", help="participants (60)")
    option("--groups", type=int, default=10, metavar="N", help="tables they sit at (10)")
    option("--pack", default="grums", metavar="NAME", help="which dialogue (grums)")
    option(
        "--pace",
        type=float,
        metavar="X",
        help="divide every length by it (else as quick as this machine can follow)",
    )
    option("--seed", type=int, default=1, metavar="N", help="another one, another play (1)")
    option("--folder", type=Path, metavar="DIR", help="where to write (else a new one)")
    option("--plain", action="store_true", help="no encryption anywhere")
    option("--keep", action="store_true", help="leave homeserver and bot running until Ctrl-C")
    parsed = parser.parse_args(arguments)
    problems = [*_unfit_numbers(parsed.people, parsed.groups), *_unfit_folder(parsed.folder)]
    pack, problem = _pack(parsed.pack)
    problems += [problem] if pack is None else _unfit_pace(parsed.pace, pack)
    if problems or pack is None:
        parser.error("\n  ".join(["", *problems]))
    return _wish(parsed, pack), parsed.keep


def _wish(parsed: argparse.Namespace, pack: Pack) -> Wish:
    folder = parsed.folder
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="runda-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    size, more = divmod(parsed.people, parsed.groups)
    return Wish(
        pack=pack,
        tables=tuple(size + (table < more) for table in range(parsed.groups)),
        seed=parsed.seed,
        folder=folder.resolve(),
        encrypted=not parsed.plain,
        pace=parsed.pace,
    )


def _unfit_numbers(people: int, groups: int) -> list[str]:
    problems = []
    if groups < 1:
        problems.append(f"--groups {groups}: there must be at least one table")
    elif people < groups:
        problems.append(
            f"--people {people} cannot sit at --groups {groups}: that leaves tables empty"
        )
    if people > _MOST_PEOPLE:
        problems.append(f"--people {people}: this demo goes up to {_MOST_PEOPLE}")
    return problems


def _unfit_folder(folder: Path | None) -> list[str]:
    if folder is None or not folder.exists():
        return []
    if not folder.is_dir():
        return [f"--folder {folder}: is not a folder"]
    if any(folder.iterdir()):
        return [f"--folder {folder}: is not empty; name one that is, or one that does not exist"]
    return []


def _unfit_pace(pace: float | None, pack: Pack) -> list[str]:
    lengths = [step.length_s for step in pack.steps if step.kind.collects and step.length_s]
    most = min(lengths, default=0) / _SHORTEST_STEP_S
    if pace is None or (0 < pace <= most):
        return []
    return [f"--pace {pace}: write a number from 1 to {most:.0f} for {pack.name}"]


def _pack(name: str) -> tuple[Pack | None, str]:
    """The pack, or what is wrong."""
    packs = {file.name: file for file in find_packs()}
    if name not in packs:
        return None, f"--pack {name}: there is none of that name; there are {', '.join(packs)}"
    try:
        return packs[name].load(), ""
    except PackError as error:
        return None, f"--pack {name}: {error}"


# -------------------------------------------------------------------------- the words


def _say_hello(wish: Wish, console: Console) -> None:
    secret = "every second one encrypted" if wish.encrypted else "none encrypted"
    console.print(
        f"[bold]Runda[/bold]: {sum(wish.tables)} simulated people at {len(wish.tables)} tables "
        f"({secret}) run the dialogue [bold]{wish.pack.name}[/bold] in compressed time."
    )
    console.print(f"Written to {wish.folder}", markup=False, highlight=False)


def _show(outcome: Outcome, display: Display, console: Console) -> None:
    console.print()
    console.print(Panel(Markdown(_digest_to_show(outcome)), title="The digest, as it came"))
    console.print(_counts(outcome))
    _show_verdict(outcome, console)
    _show_themes(outcome, console)
    files = Table.grid(padding=(0, 2))
    for what, path in outcome.files.items():
        files.add_row(Text(what), Text(str(path)))
    console.print(Panel(files, title="Written", title_align="left"))
    told = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in outcome.timings)
    console.print(
        f"{display.elapsed_s:.0f} s in all, at pace {outcome.pace:g} ({told}).",
        markup=False,
        highlight=False,
    )


def _digest_to_show(outcome: Outcome) -> str:
    """The overview, and what the groups answered; the rest is in the file."""
    head = wording(LANGUAGE).say("Group answers: {step}", step="")
    shown = [outcome.digest.overview]
    shown += [part for part in outcome.digest.parts if part.text.startswith(head)]
    return "\n\n".join(markdown_of(seen.html or seen.text) for seen in shown)


def _counts(outcome: Outcome) -> Table:
    table = Table(title="What the people sent, and what the bot received", title_justify="left")
    table.add_column("")
    table.add_column("people's ledger", justify="right")
    table.add_column("bot's export", justify="right")
    table.add_column("")
    for row in outcome.reconciliation.rows:
        sign = Text("✓", style="green") if row.agrees else Text("✘", style="bold red")
        table.add_row(row.what, str(row.people), str(row.bot), sign)
    return table


def _show_verdict(outcome: Outcome, console: Console) -> None:
    found = outcome.reconciliation
    if found.holds:
        console.print("✓ Every answer is there, once, with its last words.", style="bold green")
        return
    console.print("✘ THE COUNTS DO NOT RECONCILE", style="bold red")
    for problem in found.problems[:_PROBLEMS_SHOWN]:
        console.print(f"  - {problem}", style="red", markup=False)
    if len(found.problems) > _PROBLEMS_SHOWN:
        console.print(f"  … and {len(found.problems) - _PROBLEMS_SHOWN} more", style="red")


def _show_themes(outcome: Outcome, console: Console) -> None:
    themes = outcome.themes
    if themes.problem:
        console.print(f"✘ {themes.problem}", style="bold red", markup=False)
        return
    if themes.are_too_few:
        console.print(f"– {themes.answers} answers are too few for themes.")
        return
    console.print(
        f"✓ {themes.number} themes, found with the sentence model {themes.model}.",
        style="bold green",
        markup=False,
        highlight=False,
    )


async def _keep(run: Run, console: Console) -> None:
    stage = run.stage
    participant = stage.tables[0].people[0]
    console.print(
        Panel(
            Text(
                "Log in with any Matrix client:\n\n"
                f"  homeserver   {stage.homeserver.url}\n"
                f"  organizer    {stage.organizer_account.user_id}\n"
                f"  password     {stage.organizer_account.password}\n"
                f"  participant  {participant.account.user_id} ({participant.name})\n"
                f"  password     {participant.account.password}\n\n"
                "A new device cannot read what was encrypted before it was there: as the "
                "organizer,\nwrite !sammanställning in the organizers' room, and a new digest "
                "comes.\n\nCtrl-C ends everything."
            ),
            title="It keeps running",
            title_align="left",
        )
    )
    try:
        while True:
            stage.check_bot()
            await asyncio.sleep(1)
    finally:
        console.print("Ending …")


if __name__ == "__main__":
    sys.exit(main())
