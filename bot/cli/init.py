"""``runda init``: from an account on a homeserver to a configuration that runs."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import shutil
from pathlib import Path

from bot.adapters.matrix.account import MatrixAccount, account_of, discover, login
from bot.adapters.matrix.setting_up import establish_identity, log_out, make_room
from bot.cli.answers import Answers, AnswersMissing, AnswerUnfit, gather
from bot.cli.configuration import config_path
from bot.cli.new_config import NewConfig, Place
from bot.cli.running import key_folder
from bot.cli.terminal import OK, PROBLEM, USAGE, Terminal
from bot.errors import ChatLoggedOut, ChatRefused, ChatUnavailable, ConfigError, RundaError
from bot.service.logs import set_up_logs
from bot.wording import wording
from flows.ids import RoomId, UserId


class SetUpFailed(RundaError):
    """The set-up came to nothing; the text says why, and what to do."""


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Ask, log in, make the organizers' room, write the files."""
    place = Place(config_path(parsed))
    taken = place.taken()
    if taken and not parsed.force:
        terminal.complain(_already_there(taken[0], terminal))
        return PROBLEM
    try:
        answers, terminal = gather(parsed, terminal)
    except (AnswersMissing, AnswerUnfit) as error:
        terminal.complain(str(error))
        return USAGE
    # What the adapter logs for an operator of a running bot is told here in words.
    set_up_logs("warning", "console")
    asyncio.run(_set_up(answers, place, terminal))
    _tell_what_next(place.config, terminal)
    return OK


def _already_there(path: Path, terminal: Terminal) -> str:
    return terminal.words.say(
        "{path} is already there. Look through it with `runda check`, or write it anew with "
        "--force (and --room, to keep the organizers' room it names).",
        path=path,
    )


async def _set_up(answers: Answers, place: Place, terminal: Terminal) -> None:
    words = terminal.words
    try:
        with place.prepared(answers.data_folder):
            account = await _log_in(answers, terminal)
            try:
                await _identity(answers, account, place, terminal)
                room = await _room(answers, account, terminal)
                _write(answers, account, room, place, terminal)
            except BaseException:
                if not answers.token:
                    await _log_out(account, terminal)
                raise
    except OSError as error:
        path = error.filename or place.config.parent
        problem = words.say(
            "{path} cannot be written ({reason}); nothing was changed. Choose another folder "
            "with --config, or make this one yours.",
            path=path,
            reason=error.strerror or error,
        )
        raise SetUpFailed(problem) from error


async def _log_in(answers: Answers, terminal: Terminal) -> MatrixAccount:
    words = terminal.words
    homeserver = await discover(answers.server)
    terminal.show(words.say("✓ homeserver {address}", address=homeserver))
    try:
        if answers.token:
            account = await account_of(homeserver, answers.token)
        else:
            account = await login(homeserver, answers.user, answers.password)
    except ChatLoggedOut as error:
        problem = words.say(
            "The homeserver does not know this access token. It may have been ended by a "
            "log-out; get a new one, or log in with the password."
        )
        raise SetUpFailed(problem) from error
    except ChatRefused as error:
        raise SetUpFailed(_login_refused(error, answers, terminal)) from error
    except ChatUnavailable as error:
        problem = words.say(
            "The homeserver did not answer ({reason}); try again later.", reason=error
        )
        raise SetUpFailed(problem) from error
    terminal.show(
        words.say(
            "✓ logged in as {user}, device {device}",
            user=account.user_id,
            device=account.device_id,
        )
    )
    # What was discovered, not what the login told: the token goes where we sent it.
    return dataclasses.replace(account, homeserver=homeserver)


def _login_refused(error: ChatRefused, answers: Answers, terminal: Terminal) -> str:
    words = terminal.words
    if error.code == "M_FORBIDDEN":
        return words.say(
            "The homeserver does not accept this password for {user}. Check both; the account "
            "must have been made before (docs/operating.md).",
            user=answers.user,
        )
    return words.say(
        "The homeserver refuses the login ({reason}). If it has no login by password, get an "
        "access token from whoever runs it and use --token-file.",
        reason=error,
    )


async def _identity(
    answers: Answers, account: MatrixAccount, place: Place, terminal: Terminal
) -> None:
    folder = key_folder(place.folder(answers.data_folder))
    was_there = folder.exists()
    try:
        await establish_identity(
            account,
            folder,
            password=answers.password or None,
            replace_identity=answers.replace_identity,
        )
    except ConfigError:
        if not was_there:
            shutil.rmtree(folder)
        if not answers.replace_identity:
            terminal.complain(
                terminal.words.say(
                    "If the account has cross-signing keys from a client that somebody tried it "
                    "with, --replace-identity replaces them."
                )
            )
        raise
    except (ChatRefused, ChatUnavailable) as error:
        # The keys stay: they may have been published, and the next try must use the same.
        problem = terminal.words.say(
            "The encryption keys could not be published ({reason}). No configuration was "
            "written; run `runda init` again.",
            reason=error,
        )
        raise SetUpFailed(problem) from error
    terminal.show(terminal.words.say("✓ encryption keys, vouched for by the account"))


async def _room(answers: Answers, account: MatrixAccount, terminal: Terminal) -> RoomId:
    words = terminal.words
    if answers.room:
        terminal.show(words.say("✓ organizers' room {room}, as before", room=answers.room))
        return RoomId(answers.room)
    invited = [UserId(person) for person in answers.organizers if person != account.user_id]
    # In the bot's language, for whoever comes into a room that is empty as yet.
    topic = wording(answers.language).say(
        "Whoever is in this room steers Runda's dialogues. Write !help to see what you can do."
    )
    try:
        room = await make_room(
            account,
            name=answers.room_name,
            invite=invited,
            encrypted=answers.encrypted,
            topic=topic,
        )
    except (ChatRefused, ChatUnavailable) as error:
        problem = words.say(
            "The organizers' room could not be made ({reason}). No configuration was written. "
            "Check that the invited accounts exist and that the bot's account may make rooms; "
            "then run `runda init` again.",
            reason=error,
        )
        raise SetUpFailed(problem) from error
    terminal.show(
        words.say(
            "✓ organizers' room “{name}”, {people} invited",
            name=answers.room_name,
            people=", ".join(invited),
        )
    )
    return room


def _write(
    answers: Answers, account: MatrixAccount, room: RoomId, place: Place, terminal: Terminal
) -> None:
    config = NewConfig(
        homeserver=account.homeserver,
        user_id=account.user_id,
        device_id=account.device_id,
        room=room,
        data_folder=answers.data_folder,
        timezone=answers.timezone,
        language=answers.language,
    )
    place.write(config.text(terminal.words), account.access_token)
    for path in (place.config, place.token):
        terminal.show(terminal.words.say("✓ written: {path}", path=path))


async def _log_out(account: MatrixAccount, terminal: Terminal) -> None:
    """Take back the login of a set-up that failed."""
    try:
        await log_out(account)
    except RundaError as error:
        terminal.complain(
            terminal.words.say(
                "The login could not be taken back ({reason}); end the device {device} in the "
                "settings of the account.",
                reason=error,
                device=account.device_id,
            )
        )


def _tell_what_next(path: Path, terminal: Terminal) -> None:
    words = terminal.words
    option = "" if path == Path("config.toml").absolute() else f" --config {path}"
    terminal.show()
    terminal.show(words.say("Now:"))
    terminal.show(f"  runda check{option}   " + words.say("is everything in order?"))
    terminal.show(f"  runda run{option}     " + words.say("run the bot"))
