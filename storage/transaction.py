"""One transaction, and the repositories in it, each named by what it keeps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING

from storage.anonymity import Anonymity
from storage.audit import Audit
from storage.blobs import Blobs
from storage.calls import HelpCalls
from storage.care import CareAlerts
from storage.confirmations import Confirmations
from storage.consents import Consents
from storage.contacts import Contacts
from storage.devices import Devices
from storage.dialogues import Dialogues
from storage.digest_orders import DigestOrders
from storage.digests import Digests
from storage.dropped import DroppedFiles
from storage.early import Early
from storage.erasure import Erasure, empty_log
from storage.export_orders import ExportOrders
from storage.handed_out import HandedOut
from storage.holds import Holds
from storage.hot import savepoint
from storage.journal import Journal
from storage.meanings import Meanings
from storage.occurrences import Occurrences
from storage.outbox import Outbox
from storage.pack_files import PackFiles
from storage.people import People
from storage.person_orders import PersonOrders
from storage.rehearsals import Rehearsals
from storage.replies import Replies
from storage.rooms import Rooms
from storage.rounds import Rounds
from storage.seating import Seatings
from storage.series import AllSeries
from storage.settings import Settings
from storage.themes import Themes
from storage.told import Told
from storage.told_troubles import ToldTroubles

if TYPE_CHECKING:
    import sqlalchemy as sa


class Transaction:
    """Everything that can be read and written, all or nothing."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._after_commit: list[Callable[[], None]] = []
        self._after_rollback: list[Callable[[], None]] = []
        self._erases = False

    @cached_property
    def journal(self) -> Journal:
        """What came from the chat."""
        return Journal(self._db)

    @cached_property
    def devices(self) -> Devices:
        """The devices that accounts run with."""
        return Devices(self._db)

    @cached_property
    def rooms(self) -> Rooms:
        """Rooms and who is in them."""
        return Rooms(self._db)

    @cached_property
    def dialogues(self) -> Dialogues:
        """Runs of packs."""
        return Dialogues(self._db)

    @cached_property
    def rounds(self) -> Rounds:
        """Steps in groups."""
        return Rounds(self._db)

    @cached_property
    def people(self) -> People:
        """Participants."""
        return People(self._db)

    @cached_property
    def person_orders(self) -> PersonOrders:
        """What operators have ordered for persons."""
        return PersonOrders(self._db)

    @cached_property
    def replies(self) -> Replies:
        """What was answered."""
        return Replies(self._db)

    @cached_property
    def pack_files(self) -> PackFiles:
        """The files of packs that have been started."""
        return PackFiles(self._db)

    @cached_property
    def calls(self) -> HelpCalls:
        """Groups that wait for help."""
        return HelpCalls(self._db)

    @cached_property
    def outbox(self) -> Outbox:
        """What is to be sent."""
        return Outbox(self._db)

    @cached_property
    def blobs(self) -> Blobs:
        """Files on their way out."""
        return Blobs(self._db)

    @cached_property
    def care(self) -> CareAlerts:
        """Who may be in danger."""
        return CareAlerts(self._db)

    @cached_property
    def consents(self) -> Consents:
        """Who has said yes to what."""
        return Consents(self._db)

    @cached_property
    def contacts(self) -> Contacts:
        """Who is asked from afar."""
        return Contacts(self._db)

    @cached_property
    def dropped(self) -> DroppedFiles:
        """Files that organizers dropped."""
        return DroppedFiles(self._db)

    @cached_property
    def early(self) -> Early:
        """What speaks of messages that have not come."""
        return Early(self._db)

    @cached_property
    def erasure(self) -> Erasure:
        """Erasing what people wrote in a dialogue."""
        return Erasure(self._db)

    @cached_property
    def export_orders(self) -> ExportOrders:
        """Files that are asked for."""
        return ExportOrders(self._db)

    @cached_property
    def handed_out(self) -> HandedOut:
        """Files that were made."""
        return HandedOut(self._db)

    @cached_property
    def occurrences(self) -> Occurrences:
        """What falls due."""
        return Occurrences(self._db)

    @cached_property
    def confirmations(self) -> Confirmations:
        """Commands that wait for a ✅."""
        return Confirmations(self._db)

    @cached_property
    def series(self) -> AllSeries:
        """Packs that are run again and again."""
        return AllSeries(self._db)

    @cached_property
    def holds(self) -> Holds:
        """Replies held back."""
        return Holds(self._db)

    @cached_property
    def settings(self) -> Settings:
        """What organizers have set from their room."""
        return Settings(self._db)

    @cached_property
    def told_troubles(self) -> ToldTroubles:
        """What lasts and has been told."""
        return ToldTroubles(self._db)

    @cached_property
    def rehearsals(self) -> Rehearsals:
        """Packs tried out with made-up people."""
        return Rehearsals(self._db)

    @cached_property
    def digest_orders(self) -> DigestOrders:
        """Digests that are to be made."""
        return DigestOrders(self._db)

    @cached_property
    def themes(self) -> Themes:
        """What answers are about, as far as it is remembered."""
        return Themes(self._db)

    @cached_property
    def told(self) -> Told:
        """Of whom messages of ours speak."""
        return Told(self._db)

    @cached_property
    def meanings(self) -> Meanings:
        """What a sentence model made of replies."""
        return Meanings(self._db)

    @cached_property
    def digests(self) -> Digests:
        """What was posted as a digest."""
        return Digests(self._db)

    @cached_property
    def seatings(self) -> Seatings:
        """Lists of participants, and who sits where."""
        return Seatings(self._db)

    @cached_property
    def anonymity(self) -> Anonymity:
        """What makes a dialogue anonymous."""
        return Anonymity(self._db)

    @cached_property
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self._db)

    def ask(self) -> None:
        """Ask the database something that costs nothing, to see whether it answers."""
        self._db.exec_driver_sql("SELECT 1")

    def try_writing(self) -> None:
        """Write what changes nothing, to see whether the disk takes it."""
        if self._db.dialect.name == "sqlite":
            self._db.exec_driver_sql("PRAGMA user_version = 0")
        else:
            self.ask()

    def savepoint(self) -> AbstractContextManager[None]:
        """A part that can fail alone: ``with tx.savepoint(): ...`` rolls back to here."""
        return savepoint(self._db)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once this transaction is on disk (in the database thread)."""
        self._after_commit.append(action)

    def after_rollback(self, action: Callable[[], None]) -> None:
        """Run `action` if this transaction comes to nothing."""
        self._after_rollback.append(action)

    def erase_for_good(self) -> None:
        """Once this transaction is on disk, let the disk keep nothing of what it erased."""
        if not self._erases:
            self._erases = True
            self.after_commit(lambda: empty_log(self._db))

    def run_hooks(self, *, committed: bool) -> None:
        """Called by the database when the transaction has ended."""
        for action in self._after_commit if committed else self._after_rollback:
            action()
