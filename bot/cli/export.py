"""``runda export``: a dialogue as files.

With a folder it is the digest, in the forms that organizers get; without one it is what is
stored, word for word and whole, for programs. Either is noted in the log of who did what.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.matrix.links import MatrixLinks
from bot.cli.configuration import configured
from bot.cli.private_file import write_file
from bot.cli.terminal import OK, PROBLEM, Terminal
from bot.config.values import Config
from bot.digest.analyst import look
from bot.exports.archive import Held, archive, beside
from bot.exports.exporting import EVERYTHING, to_names
from bot.exports.reading import gather, gather_digest, material_of, note_handed_out
from bot.rendering.export import to_csv, to_json
from bot.rendering.forms.form import Form, Wanted, every, every_length
from bot.rendering.forms.making import make
from bot.rendering.forms.material import Material
from bot.world import World
from flows.audit import Act, Head
from flows.dialogue import Dialogue, Status
from flows.digest.verify import DigestNotTrue
from flows.export import ExportNotTrue
from flows.ids import DialogueId, EffectKey
from storage.database import Database
from storage.instants import to_ms
from storage.overview import Reading, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was noted in the log: what the operator is told of it, and what it is called."""

    told: str
    key: EffectKey


def run(parsed: argparse.Namespace, terminal: Terminal) -> int:
    """Write one dialogue."""
    config = configured(parsed, terminal)
    if parsed.all is not None:
        return _write_all(parsed, terminal, config)
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
        world = World(config.matrix.user_id, config.organizers_room).ready(seen.tx)
        export = gather(seen, world, dialogue, exported_ms=to_ms(terminal.now))
    try:
        content = to_csv(export) if _is_csv(parsed.format, output) else to_json(export)
    except ExportNotTrue as error:
        terminal.complain(str(error))
        return PROBLEM
    noted = _noted(config, dialogue, "stored", terminal)
    if output is None:
        # Beside the file and not in it.
        terminal.complain(noted.told)
        sys.stdout.buffer.write(content)
        return OK
    status = _write(output, content, terminal, export.exported)
    terminal.show(noted.told)
    return status


def _noted(config: Config, dialogue: Dialogue, subject: str, terminal: Terminal) -> Noted:
    """Note in the log that something is handed out, before it is."""
    database = Database.open(config.database_url)
    try:
        entry = database.write_now(
            lambda tx: tx.audit.add(
                Act.EXPORT,
                actor=terminal.operator,
                at_ms=to_ms(terminal.now),
                dialogue=dialogue.id,
                subject=subject,
            )
        )
    finally:
        database.close()
    told = terminal.words.say("Noted in the log; its head: {head}", head=Head.of(entry))
    return Noted(told=told, key=EffectKey(f"{dialogue.id}/log/{entry.number}"))


def _remember(config: Config, noted: Noted, material: Material, wanted: Sequence[Wanted]) -> None:
    """Remember which files of a digest are handed out, before they are."""
    database = Database.open(config.database_url)
    try:
        database.write_now(lambda tx: note_handed_out(tx, noted.key, material, wanted))
    finally:
        database.close()


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
    noted = _noted(config, dialogue, " ".join(to_names(wanted)), terminal)
    _remember(config, noted, material, wanted)
    exported = material.digest.total.replies
    statuses = [_write(folder / file.name, file.data, terminal, exported) for file in files]
    terminal.show(noted.told)
    return max(statuses)


def _write_all(parsed: argparse.Namespace, terminal: Terminal, config: Config) -> int:
    """One archive: what is stored, word for word, beside what organizers get."""
    words = terminal.words
    output = Path(parsed.all)
    if output.exists() and not parsed.force:
        terminal.complain(
            words.say("{path} is already there; replace it with --force", path=output)
        )
        return PROBLEM
    with reading(config.database_url) as seen:
        dialogue = _chosen(parsed.dialogue, seen, terminal)
    if dialogue is None:
        return PROBLEM
    # Noted first, so that the archive's own entry stands in the log that is in it.
    noted = _noted(config, dialogue, EVERYTHING, terminal)
    with reading(config.database_url) as seen:
        world = World(config.matrix.user_id, config.organizers_room).ready(seen.tx)
        links = MatrixLinks(config.matrix.user_id)
        gathered = gather_digest(seen.tx, world, dialogue, links, now=terminal.now)
        stored = gather(seen, world, dialogue, exported_ms=to_ms(terminal.now))
        more = beside(seen.tx, dialogue)
    try:
        material = material_of(gathered, look(gathered.snapshot, gathered.meaning, None).digest)
        whole = [Held("stored.json", to_json(stored)), Held("stored.csv", to_csv(stored))]
        if dialogue.is_anonymous:
            # They tell the group of each private answer, and every vote.
            whole = []
    except (DigestNotTrue, ExportNotTrue) as error:
        terminal.complain(str(error))
        return PROBLEM
    _remember(config, noted, material, every())
    forms = [Held(one.name, one.data) for one in make(material, every(), dialogue.language)]
    data = archive([*forms, *whole], more, made_at=material.made_at)
    status = _write(output, data, terminal, stored.exported)
    terminal.show(noted.told)
    return status


def _is_csv(form: str | None, output: Path | None) -> bool:
    if form is not None:
        return form == "csv"
    return output is not None and output.suffix.lower() == ".csv"


def _write(output: Path, content: bytes, terminal: Terminal, exported: int) -> int:
    status = write_file(output, content, terminal)
    if status == OK:
        words = terminal.words
        terminal.show(
            words.say_n(
                "{path}: {number} answer", "{path}: {number} answers", exported, path=output
            )
        )
    return status
