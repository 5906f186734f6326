"""What `runda check` looks at on this machine: files, folders, packs, the database."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.cli.findings import Finding, bad, good
from bot.config.place import may_be_read_by_others
from bot.config.values import Config, secret_files
from bot.packs.known import find_packs
from bot.rendering.problems import problem_sentence
from bot.wording import Wording
from flows.errors import PackError
from storage.copying import damage_of
from storage.errors import DatabaseUnusable
from storage.overview import Form, form_of, sqlite_file


def look_at_modes(config: Config, path: Path, words: Wording) -> Iterator[Finding]:
    """Secrets and the data folder must be for their owner alone."""
    files = secret_files(path)
    folders = dict.fromkeys((*(file.parent for file in files), config.data_folder))
    for place in (*files, *folders):
        what = words.say("{path} is for the bot alone", path=place)
        try:
            found = place.stat()
        except FileNotFoundError:
            # The data folder before the first start, or a secret that the environment holds.
            continue
        if may_be_read_by_others(found):
            right = "700" if stat.S_ISDIR(found.st_mode) else "600"
            yield bad(
                what,
                words.say(
                    "others on this machine may read it; run: chmod {mode} {path}",
                    mode=right,
                    path=place,
                ),
            )
        elif not os.access(place, os.R_OK):
            yield bad(what, words.say("you may not read it; run this as the bot's user"))
        else:
            yield good(what)


def look_at_database(config: Config, words: Wording) -> Iterator[Finding]:
    """It can be opened, and is not newer than this program. It is not changed."""
    what = words.say("database")
    try:
        form = form_of(config.database_url)
    except DatabaseUnusable as error:
        yield bad(what, str(error))
        return
    match form:
        case Form.ABSENT:
            yield good(words.say("database: will be made at the first start"))
        case Form.CURRENT if (damage := _damage(config)) is not None:
            yield bad(
                what,
                words.say(
                    "it is damaged ({reason}); stop the bot, keep the file, and put the newest "
                    "backup back: runda restore FOLDER --force",
                    reason=damage,
                ),
            )
        case Form.CURRENT:
            yield good(words.say("database: can be opened and is up to date"))
        case Form.OLDER:
            yield good(
                words.say("database: will be upgraded at the next start (make a backup before)")
            )
        case Form.NEWER:
            yield bad(
                what,
                words.say(
                    "it was made by a newer Runda; install that one again, or restore the "
                    "backup made before upgrading"
                ),
            )


def _damage(config: Config) -> str | None:
    file = sqlite_file(config.database_url)
    return None if file is None else damage_of(file)


def look_at_packs(folders: Sequence[Path], words: Wording) -> Iterator[Finding]:
    """Every pack that could be started can be read."""
    sound = []
    for file in find_packs(folders):
        try:
            sound.append(file.load().name)
        except PackError as error:
            problems = "\n".join(problem_sentence(one, words) for one in error.problems)
            yield bad(words.say("pack {name} ({path})", name=file.name, path=file.path), problems)
    yield good(words.say("packs: {names}", names=", ".join(sound)))
