"""Making the files that organizers ask for, beside everything else, and posting them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.bell import Called
from bot.digest.llm import worded
from bot.exports.archive import MIME, Beside, Held, archive, archive_name, beside
from bot.exports.reading import Gathered, gather_digest, material_of, note_handed_out
from bot.rendering.forms.form import Length, Wanted, every
from bot.rendering.forms.making import File, make_apart
from bot.sending.parcels import post, post_file
from bot.wording import Wording, wording
from flows.digest.verify import DigestNotTrue
from flows.ids import EffectKey
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.config.values import LlmConfig
    from bot.digest.analyst import Analyst
    from bot.rendering.forms.material import Material
    from bot.world import World
    from storage.database import Database
    from storage.export_orders import ExportOrder
    from storage.transaction import Transaction

log = structlog.get_logger()


class Exporting(Called):
    """Carries out orders for files, one after the other.

    What was said is read in one transaction, looked at and written in child processes while the
    bot does other things, and posted in another that also forgets the order. A crash in between
    leaves the order, and it is carried out anew.

    Args:
        posted: called when there is something new in the outbox.
        catch_up: has everything looked at that came in time; what is not, is in no file.
        llm: a language model that is asked about the themes, None for none.
    """

    def __init__(
        self,
        *,
        database: Database,
        world: World,
        links: Links,
        analyst: Analyst,
        now: Callable[[], datetime],
        posted: Callable[[], None],
        catch_up: Callable[[Transaction], None],
        llm: LlmConfig | None = None,
    ) -> None:
        super().__init__()
        self._database = database
        self._world = world
        self._links = links
        self._analyst = analyst
        self._now = now
        self._posted = posted
        self._catch_up = catch_up
        self._llm = llm

    async def run(self) -> None:
        """Carry out orders, for ever; those from before the start first."""
        self.wake()
        while True:
            await self._bell.wait()
            await self.carry_out()

    async def carry_out(self) -> int:
        """Carry out everything that is ordered; returns how many orders that were."""
        done = 0
        while order := await self._database.write(lambda tx: tx.export_orders.oldest()):
            try:
                await self._carry_out(order)
            except Exception:  # one digest whose files cannot be made must not stop the next order
                log.exception("export.failed", key=order.key)
                await self._database.write(partial(self._refuse, order=order, reason=""))
            self._posted()
            done += 1
        return done

    async def _carry_out(self, order: ExportOrder) -> None:
        gathered = await self._database.write(lambda tx: self._read(tx, order))
        looked = await self._analyst.look(gathered.snapshot, gathered.meaning, None)
        try:
            material = await asyncio.to_thread(material_of, gathered, looked.digest)
        except DigestNotTrue as error:
            log.exception("export.refused", key=order.key)
            reason = str(error)
            await self._database.write(lambda tx: self._refuse(tx, order, reason))
            return
        if self._llm is not None:
            material = replace(material, worded=await worded(material, self._llm))
        wanted = to_wanted(order.wanted)
        language = material.digest.language
        files = await self._made(material, wanted, language)
        if EVERYTHING in order.wanted:
            await self._pack(order, files, material)
        else:
            await self._database.write(lambda tx: self._post(tx, order, files, material))
        log.info("export.made", key=order.key, files=len(files))

    async def _made(
        self, material: Material, wanted: Sequence[Wanted], language: str
    ) -> tuple[File, ...]:
        unwanted = threading.Event()
        try:
            return await asyncio.to_thread(
                make_apart, material, wanted, language, unwanted=unwanted
            )
        finally:
            # Cancelled, the thread would go on, and the process could not end before it.
            unwanted.set()

    def _read(self, tx: Transaction, order: ExportOrder) -> Gathered:
        dialogue = tx.dialogues.get(order.dialogue_id)
        if dialogue is None:
            raise LookupError(f"{order.dialogue_id} is ordered, and is not there")
        world = self._world.ready(tx)
        self._catch_up(tx)
        return gather_digest(tx, world, dialogue, self._links, now=self._now())

    def _post(
        self, tx: Transaction, order: ExportOrder, files: Sequence[File], material: Material
    ) -> None:
        if not tx.export_orders.done(order.key):
            return
        note_handed_out(tx, order.key, material, to_wanted(order.wanted))
        words = wording(material.digest.language)
        effects = [
            post_file(
                tx,
                EffectKey(f"{order.key}/{number}"),
                order.room_id,
                name=file.name,
                mime=file.mime,
                data=file.data,
                markdown=_caption(file, material, words),
            )
            for number, file in enumerate(files)
        ]
        tx.outbox.put(effects, now_ms=to_ms(self._now()))

    async def _pack(self, order: ExportOrder, files: Sequence[File], material: Material) -> None:
        """Post one archive of the files and of what goes beside them."""
        more = await self._database.write(lambda tx: self._beside(tx, order))
        held = [Held(file.name, file.data) for file in files]
        data = await asyncio.to_thread(archive, held, more, made_at=material.made_at)
        words = wording(more.dialogue.language)
        number = len(held) + len(more.files())
        caption = words.say_n(
            "For the organizers: {number} file, and `manifest.json` with its checksum.",
            "For the organizers: {number} files, and `manifest.json` with their checksums.",
            number,
        )

        def put(tx: Transaction) -> None:
            if not tx.export_orders.done(order.key):
                return
            note_handed_out(tx, order.key, material, every())
            effect = post_file(
                tx,
                EffectKey(f"{order.key}/archive"),
                order.room_id,
                name=archive_name(more.dialogue),
                mime=MIME,
                data=data,
                markdown=caption,
            )
            tx.outbox.put([effect], now_ms=to_ms(self._now()))

        await self._database.write(put)

    def _beside(self, tx: Transaction, order: ExportOrder) -> Beside:
        dialogue = tx.dialogues.get(order.dialogue_id)
        if dialogue is None:
            raise LookupError(f"{order.dialogue_id} is ordered, and is not there")
        return beside(tx, dialogue)

    def _refuse(self, tx: Transaction, order: ExportOrder, reason: str) -> None:
        if not tx.export_orders.done(order.key):
            return
        dialogue = tx.dialogues.get(order.dialogue_id)
        words = wording("" if dialogue is None else dialogue.language)
        text = words.say("⚠️ The files could not be made. Tell whoever runs the bot.")
        if reason:
            text = words.say(
                "⚠️ The files were not made, because the digest does not agree with the stored "
                "answers: {reason}. Tell whoever runs the bot.",
                reason=reason,
            )
        refused = post(EffectKey(f"{order.key}/refused"), order.room_id, text)
        tx.outbox.put([refused], now_ms=to_ms(self._now()))


EVERYTHING = "everything"
"""What an order names that wants one archive of all there is."""


def to_names(wanted: Sequence[Wanted]) -> tuple[str, ...]:
    """Files as an order names them."""
    return tuple(f"{one.length}/{one.form}" for one in wanted)


def to_wanted(names: Sequence[str]) -> tuple[Wanted, ...]:
    """The files that an order names; what this program does not make is left out."""
    if EVERYTHING in names:
        return every()
    known = dict(zip(to_names(every()), every(), strict=True))
    return tuple(known[name] for name in names if name in known)


def _caption(file: File, material: Material, words: Wording) -> str:
    number = material.digest.total.replies
    if file.wanted.length is Length.PUBLIC:
        return words.say("For everybody to read: nobody is quoted or named.")
    return words.say_n(
        "For the organizers: {number} reply.", "For the organizers: {number} replies.", number
    )
