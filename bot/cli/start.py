"""``runda start``: order a dialogue; the running bot begins it when it is due."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from bot.cli.configuration import configured
from bot.cli.moments import read_moment, shown_moment
from bot.cli.running import running_process
from bot.cli.terminal import OK, PROBLEM, USAGE, Terminal
from bot.config import Config
from bot.nearest import nearest
from bot.orders import NoGroups, Order, StillRunning, order_start
from bot.packs import PackFile, find_packs
from bot.rendering.problems import problem_sentence
from flows.dialogue import Dialogue
from flows.errors import PackError
from storage.database import Database
from storage.overview import reading

_FASTEST = 1000


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Write the order into the database."""
    words = terminal.words
    if parsed.pace is not None and not 0 < parsed.pace <= _FASTEST:
        terminal.complain(
            words.say("--pace: write a number above 0 and up to {most}", most=_FASTEST)
        )
        return USAGE
    config = configured(parsed, terminal)
    now = terminal.now
    starts_at = now if parsed.at is None else read_moment(parsed.at, config.zone, terminal)
    file = _pack(parsed.pack, config.pack_folders, terminal)
    if file is None:
        return PROBLEM
    order = Order(
        pack=file,
        starts_at=starts_at,
        zone=config.zone.key,
        language=parsed.language or config.language,
        organizers_room=config.organizers_room,
        pace=parsed.pace or config.pace,
    )
    dialogue = _ordered(order, config, now, terminal)
    if dialogue is None:
        return PROBLEM
    _tell(dialogue, config, now, terminal)
    return OK


def _pack(name: str, folders: tuple[Path, ...], terminal: Terminal) -> PackFile | None:
    known = {file.name: file for file in find_packs(folders)}
    if name in known:
        return known[name]
    words = terminal.words
    guess = nearest(name.removesuffix(".toml"), list(known))
    if guess is not None:
        problem = words.say(
            "There is no pack {name}; did you mean {guess}?", name=name, guess=guess
        )
    else:
        names = ", ".join(known)
        problem = words.say("There is no pack {name}; there are {names}.", name=name, names=names)
    terminal.complain(problem)
    return None


def _ordered(order: Order, config: Config, now: datetime, terminal: Terminal) -> Dialogue | None:
    words = terminal.words
    with reading(config.database_url):
        # Only a database that the bot has made and brought up to date can hold groups.
        pass
    database = Database.open(config.database_url)
    try:
        return database.write_now(lambda tx: order_start(tx, order, now=now))
    except NoGroups:
        problem = words.say(
            "There are no groups yet. Make a room for each group and invite {bot} to it, as an "
            "organizer; the running bot then comes.",
            bot=config.matrix.user_id,
        )
    except StillRunning as error:
        problem = words.say(
            "{dialogue} is not finished, and a group does one thing at a time. Wait until "
            "it ends, or end it in the organizers' room.",
            dialogue=error.dialogue.id,
        )
    except PackError as error:
        problem = "\n".join(
            [
                words.say("The pack {name} cannot be started:", name=error.name),
                *(f"  - {problem_sentence(one, words)}" for one in error.problems),
            ]
        )
    finally:
        database.close()
    terminal.complain(problem)
    return None


def _tell(dialogue: Dialogue, config: Config, now: datetime, terminal: Terminal) -> None:
    words = terminal.words
    groups = words.say_n("{number} group", "{number} groups", len(dialogue.groups))
    if dialogue.starts_at <= now:
        text = words.say(
            "{dialogue} begins now with {groups}.", dialogue=dialogue.id, groups=groups
        )
    else:
        local = dialogue.starts_at.astimezone(config.zone)
        text = words.say(
            "{dialogue} begins {time} with {groups}.",
            dialogue=dialogue.id,
            time=shown_moment(local, now, words),
            groups=groups,
        )
    terminal.show(text)
    if running_process(config) is None:
        terminal.complain(
            words.say("The bot does not seem to run: start it with `runda run`, or nothing begins.")
        )
