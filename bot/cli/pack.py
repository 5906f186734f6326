"""``runda pack``: list packs, begin one, check them, see beforehand what people will see."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli.configuration import config_path
from bot.cli.moments import read_moment
from bot.cli.new_pack import write_starter
from bot.cli.terminal import OK, PROBLEM, USAGE, Terminal
from bot.cli.which_pack import pack_named
from bot.config.values import load_config
from bot.packs.known import PackFile, find_packs
from bot.rendering.preview import MOST_GROUPS, Preview, preview_text
from bot.wording import wording
from flows.errors import PackError

_DEFAULT_ZONE = ZoneInfo("Europe/Stockholm")


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Do what the first word says."""
    if parsed.what == "list":
        return _list(parsed, terminal)
    if not parsed.packs:
        problem = terminal.words.say("runda pack {what}: which pack?", what=parsed.what)
        terminal.complain(problem)
        return USAGE
    if parsed.what == "new":
        return max([write_starter(written, terminal) for written in parsed.packs])
    if not 1 <= parsed.groups <= MOST_GROUPS:
        problem = terminal.words.say("--groups: write a number from 1 to {most}", most=MOST_GROUPS)
        terminal.complain(problem)
        return USAGE
    packs = find_packs(_folders(parsed, terminal))
    found = [_found(written, packs, terminal) for written in parsed.packs]
    files = [file for file in found if file is not None]
    if len(files) < len(found):
        return PROBLEM
    if parsed.what == "check":
        return max([_check(file, terminal) for file in files])
    return max([_preview(file, parsed, terminal) for file in files])


def _folders(parsed: argparse.Namespace, terminal: Terminal) -> tuple[Path, ...]:
    """The operator's own; none where there is no configuration: packs are written anywhere."""
    if parsed.config is None and not config_path(parsed).exists():
        return ()
    return load_config(config_path(parsed), words=terminal.words).pack_folders


def _found(written: str, packs: Sequence[PackFile], terminal: Terminal) -> PackFile | None:
    """A file of that name, else the pack."""
    path = Path(written)
    if path.suffix == ".toml" or path.exists():
        return PackFile(path=path)
    return pack_named(written, packs, terminal)


def _list(parsed: argparse.Namespace, terminal: Terminal) -> int:
    status = OK
    for file in find_packs(_folders(parsed, terminal)):
        try:
            pack = file.load()
        except PackError as error:
            status = PROBLEM
            number = len(error.problems)
            what = terminal.words.say_n(
                "cannot be used: {number} problem (`runda pack check {name}`)",
                "cannot be used: {number} problems (`runda pack check {name}`)",
                number,
                name=file.name,
            )
        else:
            what = pack.title.get(terminal.words.language)
        place = terminal.words.say("comes with Runda") if file.is_shipped else str(file.path)
        terminal.show(f"{file.name}  {what}  ({place})")
    return status


def _check(file: PackFile, terminal: Terminal) -> int:
    try:
        pack = file.check()
    except PackError as error:
        for problem in error.problems:
            line = "" if problem.line is None else f":{problem.line}"
            terminal.complain(f"{file.path}{line}: {terminal.words.tell(problem.what)}")
        return PROBLEM
    terminal.show(
        terminal.words.say_n(
            "{path}: in order, {number} step",
            "{path}: in order, {number} steps",
            len(pack.steps),
            path=file.path,
        )
    )
    return OK


def _preview(file: PackFile, parsed: argparse.Namespace, terminal: Terminal) -> int:
    try:
        pack = file.load()
    except PackError:
        return _check(file, terminal)
    zone = _zone(parsed, terminal)
    starts_at = None
    if parsed.at is not None:
        today = terminal.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        # Nothing begins, so a time of day that has been is as good as any.
        starts_at = read_moment(parsed.at, zone, terminal, since=today)
    language = parsed.language or pack.language
    preview = Preview(
        pack=pack,
        starts_at=starts_at,
        now=terminal.now.astimezone(zone),
        seen=wording(language),
        words=terminal.words,
        groups=parsed.groups,
    )
    terminal.show(preview_text(preview).removesuffix("\n"))
    return OK


def _zone(parsed: argparse.Namespace, terminal: Terminal) -> ZoneInfo:
    if parsed.config is None and not config_path(parsed).exists():
        return _DEFAULT_ZONE
    return load_config(config_path(parsed), words=terminal.words).zone
