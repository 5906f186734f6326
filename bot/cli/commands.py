"""Which commands there are, their options, and the modules that carry them out.

Options stand here and not with what carries them out, so that help need not load that.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from bot.cli.parser import Parser
from bot.cli.terminal import Terminal
from bot.rendering.forms.form import Form
from bot.service.loading import undisturbed, without
from bot.wording import LANGUAGES, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A word after ``runda``, and a module that has ``run(parsed, terminal)``, the exit status."""

    name: str
    about: str
    add_options: Callable[[Parser, Wording], None]

    def run(self, parsed: argparse.Namespace, terminal: Terminal) -> int:
        """Load the module and let it do its work."""
        # Rich is there where the demo is; structlog would load it to draw tracebacks that we
        # do not draw: 3 MB.
        with undisturbed(), without("rich"):
            module = import_module(f"bot.cli.{self.name}")
        status: int = module.run(parsed, terminal)
        return status


def commands(words: Wording) -> dict[str, Command]:
    """Every command, in the order in which an operator comes to need them."""
    known = (
        Command(
            name="init",
            about=words.say("log the bot in, make the organizers' room, write the configuration"),
            add_options=_init,
        ),
        Command(
            name="check",
            about=words.say("look through everything and tell what is wrong"),
            add_options=_config_alone,
        ),
        Command(
            name="run",
            about=words.say("run the bot until it is stopped (Ctrl-C or SIGTERM)"),
            add_options=_config_alone,
        ),
        Command(
            name="start",
            about=words.say("order a dialogue, now or at a time; the running bot begins it"),
            add_options=_start,
        ),
        Command(
            name="status",
            about=words.say("show how far the dialogues have come and what is stuck"),
            add_options=_config_alone,
        ),
        Command(
            name="export",
            about=words.say("write the answers of a dialogue, and its digest, to files"),
            add_options=_export,
        ),
        Command(
            name="person",
            about=words.say(
                "show what is stored of somebody, take back an answer of hers, erase everything"
            ),
            add_options=_person,
        ),
        Command(
            name="log",
            about=words.say("show who did what, as CSV, and check that nobody has changed it"),
            add_options=_log,
        ),
        Command(
            name="backup",
            about=words.say("copy everything the bot remembers, also while it runs"),
            add_options=_backup,
        ),
        Command(
            name="restore",
            about=words.say("put a backup in the place of what is there"),
            add_options=_restore,
        ),
        Command(
            name="pack",
            about=words.say(
                "begin a pack, check it, see beforehand what people will see, list them"
            ),
            add_options=_pack,
        ),
        Command(
            name="version",
            about=words.say("show the version of this program"),
            add_options=_nothing,
        ),
    )
    return {command.name: command for command in known}


def overview(words: Wording) -> str:
    """What `runda` alone shows."""
    known = commands(words)
    wide = max(len(name) for name in known)
    lines = [f"  {name.ljust(wide)}  {command.about}" for name, command in known.items()]
    return "\n".join(
        [
            words.say("Runda: group dialogue in the chat people already have."),
            "",
            words.say("usage: ") + "runda " + words.say("COMMAND …"),
            "",
            *lines,
            "",
            words.say("`runda COMMAND --help` shows what a command can be told."),
        ]
    )


def _nothing(_parser: Parser, _words: Wording) -> None:
    """No options of its own."""


def _config_alone(parser: Parser, _words: Wording) -> None:
    parser.add_config()


def _init(parser: Parser, words: Wording) -> None:
    parser.add_config()
    option = parser.options.add_argument
    file = words.say("FILE")
    option(
        "--homeserver",
        metavar=words.say("ADDRESS"),
        help=words.say("e.g. https://matrix.example.org, or the server's name"),
    )
    option("--user", metavar="@runda:example.org", help=words.say("the bot's account"))
    option("--password-file", metavar=file, help=words.say("log in with the password in it"))
    option("--token-file", metavar=file, help=words.say("use the access token in it"))
    option(
        "--replace-identity",
        action="store_true",
        help=words.say("replace cross-signing keys that somebody else has made for the account"),
    )
    option(
        "--organizer",
        metavar="@anna:example.org",
        action="append",
        help=words.say("invite to the organizers' room (may be repeated)"),
    )
    option("--room-name", metavar=words.say("NAME"), help=words.say("of the organizers' room"))
    option(
        "--room",
        metavar="!ID",
        help=words.say("keep this organizers' room instead of making one (after a new login)"),
    )
    option("--plain", action="store_true", help=words.say("make the organizers' room unencrypted"))
    option("--timezone", metavar="Europe/Stockholm", help=words.say("whose clock is meant"))
    parser.add_choice("--language", LANGUAGES, help=words.say("what the bot speaks"))
    option(
        "--data-folder",
        metavar=words.say("FOLDER"),
        help=words.say("for the database and the keys (beside the configuration: data)"),
    )
    option("--yes", action="store_true", help=words.say("ask nothing: take what is usual"))
    option("--force", action="store_true", help=words.say("replace a configuration that exists"))


def _start(parser: Parser, words: Wording) -> None:
    parser.arguments.add_argument(
        "pack", metavar=words.say("PACK"), help=words.say("its name (`runda pack list`)")
    )
    parser.add_config()
    option = parser.options.add_argument
    option(
        "--at",
        metavar=words.say("TIME"),
        help=words.say('e.g. "13:00", "tomorrow 9:30" or "2026-12-01 13:00" (else now)'),
    )
    parser.add_choice(
        "--language", LANGUAGES, help=words.say("of this dialogue (else the configured one)")
    )
    option(
        "--pace",
        metavar="N",
        type=float,
        help=words.say("divide every length by it, for a rehearsal"),
    )
    option(
        "--own-pace",
        action="store_true",
        help=words.say("each group goes on by itself when it is done"),
    )


def _export(parser: Parser, words: Wording) -> None:
    parser.arguments.add_argument(
        "dialogue",
        metavar=words.say("DIALOGUE"),
        nargs="?",
        help=words.say("e.g. grums-1 (else the latest)"),
    )
    parser.add_config()
    parser.add_choice(
        "--format",
        tuple(form.value for form in Form),
        help=words.say("else that of the file's name; with --folder else all"),
    )
    option = parser.options.add_argument
    option(
        "--folder",
        metavar=words.say("FOLDER"),
        help=words.say("write the digest into it: PDF, DOCX, XLSX, CSV, JSON, Markdown"),
    )
    option(
        "--all",
        metavar=words.say("FILE"),
        help=words.say(
            "write one ZIP of everything: replies as stored, digest, log, list, pack, checksums"
        ),
    )
    option(
        "--output",
        metavar=words.say("FILE"),
        help=words.say("where to write the replies as they are stored (else to the terminal)"),
    )
    option("--force", action="store_true", help=words.say("replace a file that exists"))


def _person(parser: Parser, words: Wording) -> None:
    parser.arguments.add_argument(
        "what",
        choices=("show", "withdraw", "forget"),
        metavar="show|withdraw|forget",
        help=words.say("what to do"),
    )
    parser.arguments.add_argument(
        "account",
        metavar=words.say("ACCOUNT"),
        nargs="?",
        help=words.say("whose, e.g. @anna:example.org"),
    )
    parser.arguments.add_argument(
        "answer",
        metavar=words.say("NUMBER"),
        nargs="?",
        type=int,
        help=words.say("with withdraw: which answer (without it they are listed)"),
    )
    parser.add_config()
    option = parser.options.add_argument
    option(
        "--out",
        metavar=words.say("FILE"),
        help=words.say("with show: where to write it (else to the terminal)"),
    )
    option("--force", action="store_true", help=words.say("replace a file that exists"))
    option(
        "--name",
        metavar=words.say("NAME"),
        help=words.say("with forget: somebody on a list of participants who has no account"),
    )
    option("--yes", action="store_true", help=words.say("ask nothing: you are sure"))
    option(
        "--reason",
        metavar=words.say("TEXT"),
        help=words.say("why, for the log of who did what, such as a case number; no name"),
    )


def _log(parser: Parser, words: Wording) -> None:
    parser.add_config()
    option = parser.options.add_argument
    option(
        "--csv",
        metavar=words.say("FILE"),
        nargs="?",
        const="-",
        help=words.say("the whole log as CSV, into a file or to the terminal"),
    )
    option(
        "--verify",
        action="store_true",
        help=words.say("check that no entry was changed, taken out or put in"),
    )
    option(
        "--head",
        metavar="N:DIGEST",
        action="append",
        default=[],
        help=words.say(
            "with --verify: a head as an export showed it; finds a log that lost its end (may be "
            "repeated)"
        ),
    )


def _backup(parser: Parser, words: Wording) -> None:
    parser.add_config()
    parser.options.add_argument(
        "--to",
        metavar=words.say("FOLDER"),
        help=words.say("make it in there (else in `backups` beside the configuration)"),
    )


def _restore(parser: Parser, words: Wording) -> None:
    parser.arguments.add_argument(
        "backup", metavar=words.say("FOLDER"), help=words.say("the backup, a folder runda-…")
    )
    parser.add_config()
    parser.options.add_argument(
        "--force",
        action="store_true",
        help=words.say("move aside what is there, and restore in its place"),
    )


def _pack(parser: Parser, words: Wording) -> None:
    parser.arguments.add_argument(
        "what",
        choices=("new", "check", "preview", "list"),
        metavar="new|check|preview|list",
        help=words.say("what to do"),
    )
    parser.arguments.add_argument(
        "packs",
        metavar=words.say("PACK"),
        nargs="*",
        help=words.say("a file, or the name of a pack"),
    )
    parser.add_config()
    parser.add_choice("--language", LANGUAGES, help=words.say("of the preview"))
    parser.options.add_argument(
        "--at", metavar=words.say("TIME"), help=words.say("when the previewed dialogue begins")
    )
    parser.options.add_argument(
        "--groups",
        metavar="N",
        type=int,
        default=3,
        help=words.say("how many groups the preview has (3)"),
    )
