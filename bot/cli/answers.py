"""What `runda init` needs to know: from the options, else asked."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tzlocal import get_localzone_name

from bot.cli.terminal import Terminal
from bot.config.file import is_zone
from bot.config.problems import nearest_zone
from bot.errors import RundaError
from bot.wording import LANGUAGES, Wording, wording

_USER = re.compile(r"@[^:\s]+:\S+")
_DEFAULT_ZONE = "Europe/Stockholm"

Complaint = str | None
"""What is wrong with an answer, None if nothing is."""


class AnswersMissing(RundaError):
    """Nothing may be asked (--yes), and what is necessary was not given."""


class AnswerUnfit(RundaError):
    """An option's value cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything decided, before anything is done.

    With a `token` there is no logging in; then `password` may be empty.
    """

    server: str
    """Where the homeserver is to be looked for: an address, a server's name or an account."""
    user: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    replace_identity: bool
    room: str | None
    room_name: str
    organizers: tuple[str, ...]
    encrypted: bool
    timezone: str
    language: str
    data_folder: str


def gather(parsed: argparse.Namespace, terminal: Terminal) -> tuple[Answers, Terminal]:
    """The answers, and the terminal in the language that was chosen.

    Raises:
        AnswersMissing, AnswerUnfit: with what to write.
        NoAnswer: a question remained without an answer.
    """
    _refuse_unfit(parsed, terminal.words)
    if parsed.yes:
        _refuse_missing(parsed, terminal.words)
    asking = _Asking(parsed, terminal)
    language = asking.language()
    asking.terminal = Terminal(words=wording(language))
    server = asking.server()
    token = asking.token()
    return (
        Answers(
            server=server,
            user="" if token else asking.user(server),
            password=asking.password(token),
            token=token,
            replace_identity=parsed.replace_identity,
            room=parsed.room,
            room_name=asking.room_name(),
            organizers=asking.organizers(),
            encrypted=not parsed.plain,
            timezone=asking.timezone(),
            language=language,
            data_folder=parsed.data_folder or "data",
        ),
        asking.terminal,
    )


class _Asking:
    """One question after another; what the options say is not asked."""

    def __init__(self, parsed: argparse.Namespace, terminal: Terminal) -> None:
        self._parsed = parsed
        self.terminal = terminal

    def _ask(
        self, given: str | None, question: str, default: str, fits: Callable[[str], Complaint]
    ) -> str:
        if given:
            return given
        if self._parsed.yes:
            return default
        while True:
            answer = self.terminal.ask(question, default)
            complaint = fits(answer)
            if complaint is None:
                return answer
            self.terminal.complain(complaint)

    def language(self) -> str:
        words = self.terminal.words
        return self._ask(
            self._parsed.language,
            words.say("Language of the bot (sv, en)"),
            words.language,
            lambda answer: None if answer in LANGUAGES else words.say("Write sv or en."),
        )

    def server(self) -> str:
        words = self.terminal.words
        return self._ask(
            self._parsed.homeserver or self._parsed.user,
            words.say("Homeserver: its address, or the bot's account (@runda:example.org)"),
            "",
            lambda answer: None if answer else words.say("Write e.g. @runda:example.org."),
        )

    def token(self) -> str:
        """An access token, "" to log in with the password."""
        parsed, words = self._parsed, self.terminal.words
        if parsed.token_file:
            return secret_in(Path(parsed.token_file), words)
        if parsed.password_file:
            return ""
        way = self.terminal.ask(
            words.say(
                "Log in with the account's password (p), or use an access token that nothing "
                "else uses (t)"
            ),
            "p",
        )
        if not way.lower().startswith("t"):
            return ""
        return self._until_given(words.say("Access token (not shown)"))

    def password(self, token: str) -> str:
        """The password; with a token it is needed only by some homeservers, so not asked."""
        if self._parsed.password_file:
            return secret_in(Path(self._parsed.password_file), self.terminal.words)
        if token:
            return ""
        return self._until_given(self.terminal.words.say("Password (not shown)"))

    def _until_given(self, question: str) -> str:
        while True:
            answer = self.terminal.ask_secret(question)
            if answer:
                return answer

    def user(self, server: str) -> str:
        if server.startswith("@"):
            return server
        words = self.terminal.words
        return self._ask(
            self._parsed.user,
            words.say("The bot's account"),
            "",
            lambda answer: None if answer else words.say("Write e.g. @runda:example.org."),
        )

    def room_name(self) -> str:
        if self._parsed.room:
            return ""
        words = self.terminal.words
        return self._ask(
            self._parsed.room_name,
            words.say("Name of the organizers' room"),
            words.say("Runda: organizers"),
            lambda _: None,
        )

    def organizers(self) -> tuple[str, ...]:
        parsed, words = self._parsed, self.terminal.words
        if parsed.organizer or parsed.room:
            return tuple(dict.fromkeys(parsed.organizer or ()))
        answer = self._ask(
            None,
            words.say("Organizers to invite (accounts, with spaces between)"),
            "",
            lambda answer: _unfit_people(_listed(answer), words),
        )
        return tuple(dict.fromkeys(_listed(answer)))

    def timezone(self) -> str:
        words = self.terminal.words
        default = get_localzone_name() or _DEFAULT_ZONE
        return self._ask(
            self._parsed.timezone,
            words.say("Time zone"),
            # A server's clock is often set to UTC, which is nobody's wall clock.
            _DEFAULT_ZONE if default in ("UTC", "Etc/UTC") else default,
            lambda answer: _unfit_zone(answer, words),
        )


def secret_in(path: Path, words: Wording) -> str:
    """What stands in a file, without the line's end.

    Raises:
        AnswerUnfit: it cannot be read, or is empty.
    """
    try:
        secret = path.expanduser().read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        problem = words.say("{path} cannot be read ({reason})", path=path, reason=reason)
        raise AnswerUnfit(problem) from error
    if not secret:
        raise AnswerUnfit(words.say("{path} is empty", path=path))
    return secret


def _refuse_missing(parsed: argparse.Namespace, words: Wording) -> None:
    missing = []
    if not (parsed.homeserver or parsed.user):
        missing.append("--homeserver")
    if not (parsed.password_file or parsed.token_file):
        missing.append(words.say("--password-file or --token-file"))
    elif parsed.password_file and not parsed.token_file and not parsed.user:
        missing.append("--user")
    if not (parsed.organizer or parsed.room):
        missing.append("--organizer")
    if missing:
        raise AnswersMissing(
            words.say("with --yes these are needed too: {options}", options=", ".join(missing))
        )


def _refuse_unfit(parsed: argparse.Namespace, words: Wording) -> None:
    """Say everything that is wrong with the options, before anything is asked."""
    complaints = [
        parsed.organizer and _unfit_people(parsed.organizer, words),
        parsed.timezone and _unfit_zone(parsed.timezone, words),
        parsed.room and _unfit_room(parsed.room, words),
        parsed.user and _unfit_people([parsed.user], words),
    ]
    problems = [complaint for complaint in complaints if complaint]
    if problems:
        raise AnswerUnfit("\n".join(problems))


def _listed(answer: str) -> list[str]:
    return answer.replace(",", " ").replace(";", " ").split()


def _unfit_people(people: list[str], words: Wording) -> Complaint:
    wrong = [person for person in people if not _USER.fullmatch(person)]
    if wrong:
        return words.say(
            "{person} is not a Matrix account; write e.g. @anna:example.org", person=wrong[0]
        )
    return None if people else words.say("Write at least one, e.g. @anna:example.org.")


def _unfit_room(room: str, words: Wording) -> Complaint:
    if room.startswith("!"):
        return None
    return words.say("{room} is not the id of a room; it begins with !", room=room)


def _unfit_zone(zone: str, words: Wording) -> Complaint:
    if is_zone(zone):
        return None
    guess = nearest_zone(zone) or _DEFAULT_ZONE
    return words.say("{zone} is not a time zone; did you mean {guess}?", zone=zone, guess=guess)
