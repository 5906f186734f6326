"""``runda person``: what is stored of somebody, an answer taken back, everything erased.

For people who ask for their rights outside the chat. To see is done at once; what changes
something is ordered in the database, and the running bot carries it out: what it has posted has to
go as well.
"""

from __future__ import annotations

import argparse
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_datetime

from bot.cli.configuration import configured
from bot.cli.private_file import write_file
from bot.cli.running import running_process
from bot.cli.terminal import OK, PROBLEM, USAGE, NoAnswer, Terminal
from bot.persons.ordered import new_key, order, reply_of
from bot.persons.personal import personal_text
from bot.wording import wording
from flows.audit import MOST_REASON_CHARS, Act
from flows.ids import ReplyNo, UserId
from storage.database import Database
from storage.instants import from_ms, to_ms
from storage.overview import reading
from storage.person_orders import PersonOrder, Wanted

if TYPE_CHECKING:
    from bot.config.values import Config
    from storage.replies import Reply
    from storage.transaction import Transaction

_ACCOUNT = re.compile(r"@[^\s:]+:\S+")
_YES = frozenset({"y", "yes", "j", "ja"})
_SHORT = 60


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Read who is meant, then do it or order it."""
    words = terminal.words
    config = configured(parsed, terminal)
    if parsed.name is not None:
        if parsed.what == "forget" and parsed.account is None and parsed.name.strip():
            return _forget_name(parsed, terminal, config)
        terminal.complain(
            words.say(
                "--name is for `runda person forget --name NAME` alone: a name on a list of "
                "participants, without an account"
            )
        )
        return USAGE
    if parsed.account is None or not _ACCOUNT.fullmatch(parsed.account):
        terminal.complain(
            words.say("write the account as the chat knows it, such as @anna:example.org")
        )
        return USAGE
    user_id = UserId(parsed.account)
    match parsed.what:
        case "show":
            return _show(user_id, parsed, terminal, config)
        case "withdraw":
            return _withdraw(user_id, parsed, terminal, config)
        case _:
            return _forget(user_id, parsed, terminal, config)


# ---------------------------------------------------------------- to see


def _show(user_id: UserId, parsed: argparse.Namespace, terminal: Terminal, config: Config) -> int:
    """The file that she gets herself when she writes `my data`."""
    words = terminal.words
    output = None if parsed.out is None else Path(parsed.out)
    if output is not None and output.exists() and not parsed.force:
        terminal.complain(
            words.say("{path} is already there; replace it with --force", path=output)
        )
        return PROBLEM
    with reading(config.database_url) as seen:
        spoken = seen.tx.people.languages().get(user_id, config.language)
        text = personal_text(seen.tx, user_id, wording(spoken), config.zone.key)
    database = Database.open(config.database_url)
    try:
        database.write_now(
            lambda tx: tx.audit.add(
                Act.EXPORT,
                actor=terminal.operator,
                at_ms=to_ms(terminal.now),
                subject="person",
                reason=_reason(parsed),
            )
        )
    finally:
        database.close()
    if output is None:
        terminal.show(text.rstrip("\n"))
        return OK
    status = write_file(output, text.encode(), terminal)
    if status == OK:
        terminal.show(words.say("written: {path}", path=output))
    return status


# ---------------------------------------------------------------- to take back


def _withdraw(
    user_id: UserId, parsed: argparse.Namespace, terminal: Terminal, config: Config
) -> int:
    words = terminal.words
    with reading(config.database_url) as seen:
        if parsed.answer is None:
            return _list(seen.tx, user_id, terminal, config)
        reply = reply_of(seen.tx, user_id, ReplyNo(parsed.answer))
    if reply is None:
        terminal.complain(
            words.say(
                "{account} has no answer {number}; `runda person withdraw {account}` lists those "
                "that there are.",
                account=user_id,
                number=parsed.answer,
            )
        )
        return PROBLEM
    question = words.say(
        "Take answer {number} of {account} back? Its words are erased.",
        number=reply.reply_no,
        account=user_id,
    )
    if not _is_sure(question, parsed, terminal):
        return PROBLEM
    wanted = _order(Wanted.WITHDRAW, user_id, parsed, terminal, reply_no=reply.reply_no)
    return _put(wanted, terminal, config)


def _list(tx: Transaction, user_id: UserId, terminal: Terminal, config: Config) -> int:
    words = terminal.words
    standing = _standing(tx, user_id)
    for reply in standing:
        terminal.show(_line(reply, terminal, config))
    if not standing:
        terminal.show(words.say("No answer of {account} is stored.", account=user_id))
    else:
        terminal.show(words.say("Write the number of one after the account to take it back."))
    return OK


def _line(reply: Reply, terminal: Terminal, config: Config) -> str:
    local = from_ms(reply.sent_ms).astimezone(config.zone)
    moment = format_datetime(local, "d MMM y HH:mm", locale=terminal.words.language)
    text = " ".join(reply.text.split())
    short = text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()}…"
    return f"{reply.reply_no}  {moment}  {short}"


# ---------------------------------------------------------------- to be forgotten


def _forget(user_id: UserId, parsed: argparse.Namespace, terminal: Terminal, config: Config) -> int:
    words = terminal.words
    with reading(config.database_url) as seen:
        standing = len(_standing(seen.tx, user_id))
    question = words.say_n(
        "Erase everything of {account}, {number} answer among it, for good?",
        "Erase everything of {account}, {number} answers among it, for good?",
        standing,
        account=user_id,
    )
    if not _is_sure(question, parsed, terminal):
        return PROBLEM
    return _put(_order(Wanted.FORGET, user_id, parsed, terminal), terminal, config)


def _forget_name(parsed: argparse.Namespace, terminal: Terminal, config: Config) -> int:
    words = terminal.words
    name: str = " ".join(parsed.name.split())
    with reading(config.database_url) as seen:
        people = seen.tx.seatings.named(name)
    accounts = sorted({one.user_id for one in people if one.user_id is not None})
    alone = [one for one in people if one.user_id is None]
    for account in accounts:
        terminal.complain(
            words.say(
                "{name} stands on a list with the account {account}; that is forgotten with "
                "`runda person forget {account}`.",
                name=name,
                account=account,
            )
        )
    if not alone:
        terminal.complain(
            words.say("No list of participants has the name {name} without an account.", name=name)
        )
        return PROBLEM
    question = words.say_n(
        "Erase {name} from the lists of participants ({number} place), for good?",
        "Erase {name} from the lists of participants ({number} places), for good?",
        len(alone),
        name=name,
    )
    if not _is_sure(question, parsed, terminal):
        return PROBLEM
    return _put(_order(Wanted.FORGET_NAME, name, parsed, terminal), terminal, config)


# ---------------------------------------------------------------- what they share


def _standing(tx: Transaction, user_id: UserId) -> list[Reply]:
    """Her replies that she has not taken back."""
    return [
        reply
        for dialogue_id, number in tx.people.seats(user_id)
        for reply in tx.replies.of_person(dialogue_id, number)
        if reply.withdrawn_ms is None
    ]


def _is_sure(question: str, parsed: argparse.Namespace, terminal: Terminal) -> bool:
    if parsed.yes:
        return True
    words = terminal.words
    try:
        answer = terminal.ask(words.say("{question} Write yes", question=question))
    except NoAnswer:
        terminal.complain(words.say("nobody answers; write --yes if you are sure"))
        return False
    if answer.casefold() in _YES:
        return True
    terminal.complain(words.say("Nothing has been done."))
    return False


def _reason(parsed: argparse.Namespace) -> str:
    """Why, as the log of deeds keeps it."""
    return " ".join((parsed.reason or "").split())[:MOST_REASON_CHARS]


def _order(
    wanted: Wanted,
    who: str,
    parsed: argparse.Namespace,
    terminal: Terminal,
    *,
    reply_no: ReplyNo | None = None,
) -> PersonOrder:
    now: datetime = terminal.now
    return PersonOrder(
        key=new_key(),
        wanted=wanted,
        who=who,
        reply_no=reply_no,
        actor=terminal.operator,
        reason=_reason(parsed),
        ordered_ms=to_ms(now),
    )


def _put(wanted: PersonOrder, terminal: Terminal, config: Config) -> int:
    words = terminal.words
    database = Database.open(config.database_url)
    try:
        database.write_now(lambda tx: order(tx, wanted))
    finally:
        database.close()
    if running_process(config) is None:
        terminal.show(words.say("Ordered."))
        terminal.complain(
            words.say(
                "The bot does not seem to run: start it with `runda run`, and it does this first."
            )
        )
    else:
        terminal.show(
            words.say(
                "Ordered: the bot does it within a minute. `runda log` shows when it is done."
            )
        )
    return OK
