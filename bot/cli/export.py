"""``runda export``: a dialogue as files. Only reads the database.

With a folder it is the digest, in the forms that organizers get; without one it is what is
stored, word for word and whole, for programs.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bot.adapters.matrix.links import MatrixLinks
from bot.analyst import look
from bot.cli.configuration import configured
from bot.cli.new_config import PRIVATE_FILE
from bot.cli.terminal import OK, PROBLEM, Terminal
from bot.config import Config
from bot.export import gather, gather_digest, material_of
from bot.rendering.export import to_csv, to_json
from bot.rendering.forms.form import Form, every, every_length
from bot.rendering.forms.making import make
from bot.world import World
from flows.dialogue import Dialogue, Status
from flows.digest.verify import DigestNotTrue
from flows.export import ExportNotTrue
from flows.ids import DialogueId
from storage.instants import to_ms
from storage.overview import Reading, reading


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Write one dialogue."""
    config = configured(parsed, terminal)
    if parsed.folder is not None:
        return _write_forms(parsed, terminal, config)
    if parsed.format not in (None, Form.JSON, Form.CSV):
        terminal.complain(
            terminal.words.say(
                "{form} is a form of the digest; say where to write it with --folder",
                form=parsed.format,
            )
        )
        return PROBLEM
    output = None if parsed.output is None else Path(parsed.output)
    if output is not None and output.exists() and not parsed.force:
        problem = terminal.words.say(
            "{path} is already there; replace it with --force", path=output
        )
        terminal.complain(problem)
        return PROBLEM
    with reading(config.database_url) as seen:
        dialogue = _chosen(parsed.dialogue, seen, terminal)
        if dialogue is None:
            return PROBLEM
        export = gather(seen, dialogue, exported_ms=to_ms(terminal.now))
    try:
        content = to_csv(export) if _is_csv(parsed.format, output) else to_json(export)
    except ExportNotTrue as error:
        terminal.complain(str(error))
        return PROBLEM
    if output is None:
        sys.stdout.buffer.write(content)
        return OK
    return _write(output, content, terminal, export.exported)


def _chosen(name: str | None, seen: Reading, terminal: Terminal) -> Dialogue | None:
    if name is not None:
        dialogue = seen.tx.dialogues.get(DialogueId(name))
        if dialogue is None:
            known = ", ".join(one.id for one in seen.tx.dialogues.in_status()) or "–"
            problem = terminal.words.say(
                "There is no dialogue {name}; there are: {known}", name=name, known=known
            )
            terminal.complain(problem)
        return dialogue
    begun = seen.tx.dialogues.in_status(Status.RUNNING, Status.ENDED)
    if not begun:
        terminal.complain(terminal.words.say("No dialogue has begun yet: nothing to export."))
        return None
    return begun[-1]


def _write_forms(parsed: argparse.Namespace, terminal: Terminal, config: Config) -> int:
    folder = Path(parsed.folder)
    with reading(config.database_url) as seen:
        dialogue = _chosen(parsed.dialogue, seen, terminal)
        if dialogue is None:
            return PROBLEM
        world = World(config.matrix.user_id, config.organizers_room).ready(seen.tx)
        links = MatrixLinks(config.matrix.user_id)
        gathered = gather_digest(seen.tx, world, dialogue, links, now=terminal.now)
    try:
        looked = look(gathered.snapshot, gathered.meaning, None)
        material = material_of(gathered, looked.digest)
    except DigestNotTrue as error:
        terminal.complain(str(error))
        return PROBLEM
    wanted = every() if parsed.format is None else every_length(Form(parsed.format))
    files = make(material, wanted, dialogue.language)
    there = [file.name for file in files if (folder / file.name).exists()]
    if there and not parsed.force:
        problem = terminal.words.say(
            "{path} is already there; replace it with --force", path=folder / there[0]
        )
        terminal.complain(problem)
        return PROBLEM
    exported = material.digest.total.replies
    statuses = [_write(folder / file.name, file.data, terminal, exported) for file in files]
    return max(statuses)


def _is_csv(form: str | None, output: Path | None) -> bool:
    if form is not None:
        return form == "csv"
    return output is not None and output.suffix.lower() == ".csv"


def _write(output: Path, content: bytes, terminal: Terminal, exported: int) -> int:
    words = terminal.words
    waiting = output.with_name(f".{output.name}.part")
    try:
        # What people wrote: for whoever exported it, and nobody else on the machine.
        number = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(number, "wb") as file:
            os.fchmod(number, PRIVATE_FILE)
            file.write(content)
        waiting.replace(output)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        reason = error.strerror or error
        problem = words.say("{path} cannot be written ({reason})", path=output, reason=reason)
        terminal.complain(problem)
        return PROBLEM
    terminal.show(
        words.say_n("{path}: {number} answer", "{path}: {number} answers", exported, path=output)
    )
    return OK
