"""``runda start``: order a dialogue; the running bot begins it when it is due."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cli.configuration import configured
from bot.cli.moments import read_moment, shown_moment
from bot.cli.running import running_process
from bot.cli.terminal import OK, PROBLEM, USAGE, Terminal
from bot.cli.which_pack import pack_named
from bot.config.values import Config
from bot.dialogues.orders import (
    ComesAlready,
    NeedsLeading,
    NeverAgain,
    NoGroups,
    Order,
    StillRunning,
    order_at_own_pace,
    order_series,
    order_start,
)
from bot.packs.known import find_packs
from bot.rendering.problems import problem_sentence
from bot.settings import organizers_rooms
from bot.wording import Wording
from flows.audit import Act
from flows.dialogue import Dialogue
from flows.errors import PackError
from flows.packs.pack import Pack
from storage.database import Database
from storage.instants import to_ms
from storage.overview import reading
from storage.transaction import Transaction

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
    file = pack_named(parsed.pack, find_packs(config.pack_folders), terminal)
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
    kind = _Kind(own_pace=parsed.own_pace, has_time=parsed.at is not None)
    ordered = _ordered(order, kind, config, now, terminal)
    if ordered is None:
        return PROBLEM
    _tell(ordered, config, now, terminal)
    return OK


@dataclass(frozen=True, slots=True)
class _Kind:
    """How it was ordered: each group at its own pace, and whether with a time."""

    own_pace: bool
    has_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ordered:
    """What has been ordered: dialogues, and when the first of a series comes, if it is one."""

    pack: Pack
    dialogues: tuple[Dialogue, ...] = ()
    next_at: datetime | None = None
    series: str = ""


def _order(tx: Transaction, order: Order, kind: _Kind, now: datetime) -> _Ordered:
    """As `!start` does: of a pack that recurs a series, and a dialogue only if there is a time."""
    pack = order.pack.load()
    if kind.own_pace:
        return _Ordered(pack=pack, dialogues=tuple(order_at_own_pace(tx, order, now=now)))
    if pack.recurrence is None:
        return _Ordered(pack=pack, dialogues=(order_start(tx, order, now=now),))
    series, first = order_series(tx, order, now=now)
    dialogues = (order_start(tx, order, now=now),) if kind.has_time else ()
    return _Ordered(pack=pack, dialogues=dialogues, next_at=first, series=series.id)


def _order_and_note(
    tx: Transaction, order: Order, kind: _Kind, now: datetime, operator: str
) -> _Ordered:
    """Order it, and note in the log who did."""
    order = replace(order, organizers_room=organizers_rooms(tx, order.organizers_room)[-1])
    ordered = _order(tx, order, kind, now)
    at_ms = to_ms(now)
    for dialogue in ordered.dialogues:
        tx.audit.add(Act.START, actor=operator, at_ms=at_ms, dialogue=dialogue.id)
    if ordered.series:
        tx.audit.add(Act.SERIES, actor=operator, at_ms=at_ms, subject=ordered.series)
    return ordered


def _ordered(
    order: Order, kind: _Kind, config: Config, now: datetime, terminal: Terminal
) -> _Ordered | None:
    with reading(config.database_url):
        # Only a database that the bot has made and brought up to date can hold groups.
        pass
    database = Database.open(config.database_url)
    try:
        return database.write_now(
            lambda tx: _order_and_note(tx, order, kind, now, terminal.operator)
        )
    except _WhyNot as error:
        terminal.complain(_what_first(error, order, config, terminal.words))
        return None
    finally:
        database.close()


_WhyNot = (NoGroups, StillRunning, NeedsLeading, ComesAlready, NeverAgain, PackError)


def _what_first(
    why_not: NoGroups | StillRunning | NeedsLeading | ComesAlready | NeverAgain | PackError,
    order: Order,
    config: Config,
    words: Wording,
) -> str:
    """What has to be done before it can be ordered."""
    match why_not:
        case NoGroups():
            return words.say(
                "There are no groups yet. Make a room for each group and invite {bot} to it, as an "
                "organizer; the running bot then comes.",
                bot=config.matrix.user_id,
            )
        case StillRunning():
            return words.say(
                "{dialogue} is not finished, and a group does one thing at a time. Wait until "
                "it ends, or end it in the organizers' room.",
                dialogue=why_not.dialogue.id,
            )
        case NeedsLeading():
            return words.say(
                "{pack} is not made for groups at their own pace: somebody has to lead it. Start "
                "it without --own-pace.",
                pack=order.pack.name,
            )
        case ComesAlready():
            return words.say(
                "{pack} comes again and again already. End that first in the organizers' room, "
                "with !stop series.",
                pack=order.pack.name,
            )
        case NeverAgain():
            return words.say(
                "{pack} says that it comes again, but no day within five years fits.",
                pack=order.pack.name,
            )
        case PackError():
            head = words.say("The pack {name} cannot be started:", name=why_not.name)
            lines = [f"  - {problem_sentence(one, words)}" for one in why_not.problems]
            return "\n".join([head, *lines])


def _tell(ordered: _Ordered, config: Config, now: datetime, terminal: Terminal) -> None:
    words = terminal.words
    for dialogue in ordered.dialogues:
        terminal.show(_begins(dialogue, config, now, words))
    if any(dialogue.own_pace for dialogue in ordered.dialogues):
        terminal.show(words.say("Each group writes done when it is ready to go on."))
    if ordered.next_at is not None:
        local = ordered.next_at.astimezone(config.zone)
        terminal.show(
            words.say(
                "{pack} comes by itself, next {time}, until !stop series is written in the "
                "organizers' room.",
                pack=ordered.pack.name,
                time=shown_moment(local, now, words),
            )
        )
    if running_process(config) is None:
        terminal.complain(
            words.say("The bot does not seem to run: start it with `runda run`, or nothing begins.")
        )


def _begins(dialogue: Dialogue, config: Config, now: datetime, words: Wording) -> str:
    groups = words.say_n("{number} group", "{number} groups", len(dialogue.groups))
    if dialogue.starts_at <= now:
        return words.say(
            "{dialogue} begins now with {groups}.", dialogue=dialogue.id, groups=groups
        )
    local = dialogue.starts_at.astimezone(config.zone)
    return words.say(
        "{dialogue} begins {time} with {groups}.",
        dialogue=dialogue.id,
        time=shown_moment(local, now, words),
        groups=groups,
    )
