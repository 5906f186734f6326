"""Works out what takes longer than a transaction may: reads lists, seats people, prints cards.

What is to be done stands in the database, so a restart goes on where it was. Whatever has
been changed meanwhile counts: what was worked out for an earlier state is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, assert_never

import structlog

from bot.bell import Called
from bot.errors import ChatLoggedOut, ChatRefused, ChatUnavailable
from bot.seating import cards, children
from bot.seating.cells import MOST_BYTES
from bot.seating.list_problems import unusable_markdown
from bot.seating.listed import Listed, ReadList, from_json
from bot.seating.reading import packed
from bot.seating.rooms import KEYS
from bot.sending.parcels import alias_of, post, post_file
from bot.service.bounded import Bound, BoundExceeded, run_bounded
from bot.wording import wording
from flows.dialogue import Status
from flows.grouping.people import Person, PersonId
from flows.grouping.rules import Apart, Rule, Together
from flows.ids import EffectKey, UserId
from storage.instants import to_ms
from storage.seating import SPACE, Seated, Seating, Stage, Todo

if TYPE_CHECKING:
    from bot.chat import Chat, Links
    from bot.seating.showing import TablesMessage
    from bot.world import World
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()

KEPT = timedelta(days=30)
"""So long after its last use a list of participants is kept."""
_LOOKS_AGAIN_S = 3600.0
_TRIES_AGAIN_S = 15.0
_READ_SECONDS = 20.0
_READ_MEGABYTES = 400


class SeatingWork(Called):
    """One per process. `wake` may be called from any thread."""

    def __init__(
        self,
        *,
        database: Database,
        chat: Chat,
        links: Links,
        world: World,
        message: TablesMessage,
        now: Callable[[], datetime],
        outbox_filled: Callable[[], None],
    ) -> None:
        super().__init__()
        self._database = database
        self._chat = chat
        self._links = links
        self._world = world
        self._message = message
        self._now = now
        self._outbox_filled = outbox_filled
        self._to_show = False

    def show_soon(self) -> None:
        """Something has been sent for the settled tables: their message shall show it."""
        self._to_show = True
        self.wake()

    async def run(self) -> None:
        """Work, for ever; now and then forget lists that are old."""
        self.wake()
        wait_s = None
        while True:
            await self._bell.wait(at_most_s=wait_s)
            await self._database.write(self._forget_old)
            if self._to_show:
                self._to_show = False
                await self._show()
            wait_s = await self._work_off()

    async def _work_off(self) -> float:
        """Do all there is; returns how long to wait before looking again."""
        while True:
            seating = await self._database.write(lambda tx: tx.seatings.to_do())
            if seating is None:
                return _LOOKS_AGAIN_S
            try:
                await self._do(seating)
            except ChatUnavailable as error:
                log.warning("seating.postponed", number=seating.number, reason=str(error))
                return error.retry_after_s or _TRIES_AGAIN_S
            self._outbox_filled()

    async def _do(self, seating: Seating) -> None:
        try:
            match seating.todo:
                case Todo.READ:
                    await self._read(seating)
                case Todo.PROPOSE | Todo.REBALANCE:
                    await self._seat(seating)
                case Todo.CARDS:
                    await self._print(seating)
                case Todo.NOTHING:
                    return
                case _:
                    assert_never(seating.todo)
        except (BoundExceeded, ChatRefused) as error:
            log.warning("seating.failed", number=seating.number, todo=seating.todo.value)
            await self._database.write(partial(self._tell_failure, seating, error))
        except (ChatUnavailable, ChatLoggedOut):
            raise
        except Exception:  # one odd list must not end the bot, now and at every start
            log.exception("seating.broken", number=seating.number, todo=seating.todo.value)
            mistake = BoundExceeded(seating.todo.value, Bound.CRASH)
            await self._database.write(partial(self._tell_failure, seating, mistake))

    async def _show(self) -> None:
        try:
            await self._database.write(self._show_settled)
        except Exception:  # a message that cannot be brought up to date must not end the bot
            log.exception("seating.not_shown")
        self._outbox_filled()

    def _show_settled(self, tx: Transaction) -> None:
        settled = tx.seatings.settled()
        if settled is not None:
            self._message.show(tx, settled, now=self._now())

    # ------------------------------------------------------------ reading

    async def _read(self, seating: Seating) -> None:
        if seating.file is None:
            await self._database.write(partial(self._keep_list, seating, ReadList()))
            return
        data = await self._chat.fetch(seating.file.address, most_bytes=MOST_BYTES)
        answer = await run_bounded(
            "bot.seating.reading:read_in_child",
            packed(data, seating.sheet),
            seconds=_READ_SECONDS,
            megabytes=_READ_MEGABYTES,
        )
        await self._database.write(partial(self._keep_list, seating, from_json(answer)))

    def _keep_list(self, seating: Seating, read: ReadList, tx: Transaction) -> None:
        now_ms = to_ms(self._now())
        if not _is_current(tx, seating):
            return
        if not read.is_usable:
            self._say(tx, seating, "list", _unusable(seating, read))
            unclear = replace(seating, stage=Stage.UNCLEAR, todo=Todo.NOTHING, changed_ms=now_ms)
            tx.seatings.save(unclear)
            return
        numbers = {one.row: PersonId(place) for place, one in enumerate(read.people, start=1)}
        people = [_seated(one, numbers[one.row]) for one in read.people]
        tx.seatings.put_people(seating.number, people)
        rules = replace(seating.rules, rules=(*seating.rules.rules, *_wishes(read, numbers)))
        problems = tuple([one.fault.value, one.row, dict(one.values)] for one in read.problems)
        tx.seatings.save(
            replace(
                seating,
                stage=Stage.PROPOSED,
                file=None,
                rules=rules,
                problems=problems,
                todo=Todo.PROPOSE,
                revision=seating.revision + 1,
                changed_ms=now_ms,
            )
        )

    # ------------------------------------------------------------ seating

    async def _seat(self, seating: Seating) -> None:
        anew = seating.todo is Todo.PROPOSE
        asked = await self._database.write(partial(self._question, seating, anew=anew))
        answer = await run_bounded(
            children.PROPOSE, asked, seconds=children.SECONDS, megabytes=children.MEGABYTES
        )
        await self._database.write(partial(self._keep_plan, seating, children.found(answer)))

    def _question(self, seating: Seating, tx: Transaction, *, anew: bool) -> bytes:
        people = tx.seatings.people(seating.number)
        pinned = set() if anew else self._pinned(tx, people)
        return children.question(seating, people, anew=anew, pinned=pinned)

    def _pinned(self, tx: Transaction, people: list[Seated]) -> set[PersonId]:
        """Who is not moved any more while a dialogue runs.

        Whoever has answered. Of those without an account on the list nobody can know, so
        they stay as well.
        """
        running = tx.dialogues.in_status(Status.RUNNING)
        if not running:
            return set()
        answered: set[UserId] = set()
        for dialogue in running:
            answered |= {one.user_id for one in tx.people.of_dialogue(dialogue.id)}
        return {
            one.person.id
            for one in people
            if one.table is not None
            and (one.person.user_id is None or one.person.user_id in answered)
        }

    def _keep_plan(self, seating: Seating, found: children.Found, tx: Transaction) -> None:
        if not _is_current(tx, seating):
            return
        tx.seatings.seat(seating.number, found.plan.seats)
        seated = replace(
            seating,
            groups=found.plan.groups,
            proved=found.proved,
            moved=found.moved,
            todo=Todo.NOTHING,
            changed_ms=to_ms(self._now()),
        )
        self._message.show(tx, seated, now=self._now())

    # ------------------------------------------------------------ cards

    async def _print(self, seating: Seating) -> None:
        order = await self._database.write(partial(self._cards, seating))
        answer = await run_bounded(
            cards.PRINT, order, seconds=cards.SECONDS, megabytes=cards.MEGABYTES
        )
        await self._database.write(partial(self._post_cards, seating, cards.pdf_of(answer)))

    def _cards(self, seating: Seating, tx: Transaction) -> bytes:
        words = wording(seating.language)
        rooms = tx.seatings.rooms(seating.number)
        space = next((room for room in rooms if room.number == SPACE), None)
        app = words.say(
            "Open Element or another app for Matrix. Have you none? Get Element where you get apps."
        )
        if space is None:
            steps = (
                app,
                words.say("Scan the code, or write the address in the app’s search."),
                words.say("Go into the room. Now you are at your table."),
            )
        else:
            steps = (
                app,
                words.say("Scan the small code and join “{space}”.", space=space.name),
                words.say("Scan the large code and go into the room of your table."),
            )
        printed = []
        for room in rooms:
            if room.number == SPACE or room.room_id is None:
                continue
            alias = None if room.key is None else alias_of(room.key)
            printed.append(
                cards.Card(
                    name=room.name,
                    link=self._links.room(room.room_id)
                    if alias is None
                    else self._links.by_address(alias),
                    address=room.room_id if alias is None else self._links.address(alias),
                    steps=steps,
                    first=""
                    if space is None or space.key is None
                    else self._links.by_address(alias_of(space.key)),
                    first_label=words.say("1. First here"),
                    label="" if space is None else words.say("2. Then here"),
                )
            )
        return cards.order_of(printed)

    def _post_cards(self, seating: Seating, pdf: bytes, tx: Transaction) -> None:
        if not _is_current(tx, seating):
            return
        words = wording(seating.language)
        key = EffectKey(f"{KEYS}{seating.number}/-/-/cards/{seating.revision}")
        caption = words.say(
            "🖨️ The rooms are there, and these are the cards for the tables: first two to a page, "
            "then one to a page. Start the dialogue with `!start` when people have come."
        )
        effect = post_file(
            tx,
            key,
            self._world.organizers_room,
            name=words.say("table-cards.pdf"),
            mime="application/pdf",
            data=pdf,
            markdown=caption,
        )
        tx.outbox.put([effect], now_ms=to_ms(self._now()))
        self._message.show(tx, replace(seating, todo=Todo.NOTHING), now=self._now())

    # ------------------------------------------------------------ what goes wrong, and the end

    def _tell_failure(
        self, seating: Seating, error: BoundExceeded | ChatRefused, tx: Transaction
    ) -> None:
        if not _is_current(tx, seating):
            return
        words = wording(seating.language)
        if isinstance(error, ChatRefused):
            text = words.say(
                "⚠️ I could not fetch the file. Lists may have {megabytes} MB; drop it here again.",
                megabytes=MOST_BYTES // 1_000_000,
            )
        elif seating.todo is Todo.READ:
            text = words.say(
                "⚠️ Reading the file took more than a list needs. Copy the list into a new "
                "workbook, or save it as CSV, and drop that here."
            )
        elif error.bound is Bound.CRASH:
            text = words.say("⚠️ That did not work, by a mistake of mine. The log says more.")
        else:
            text = words.say("⚠️ That took too long. Take some rules away, and try again.")
        self._say(tx, seating, "failed", text)
        stage = Stage.UNCLEAR if seating.todo is Todo.READ else seating.stage
        tx.seatings.save(replace(seating, stage=stage, todo=Todo.NOTHING))

    def _say(self, tx: Transaction, seating: Seating, what: str, text: str) -> None:
        key = EffectKey(f"{KEYS}{seating.number}/-/-/{what}/{seating.revision}")
        tx.outbox.put([post(key, self._world.organizers_room, text)], now_ms=to_ms(self._now()))

    def _forget_old(self, tx: Transaction) -> None:
        """Names go a month after the list was last used, unless a dialogue still needs it."""
        if tx.dialogues.in_status(Status.RUNNING, Status.PLANNED):
            return
        latest_ms = to_ms(self._now() - KEPT)
        for number, used_ms in tx.seatings.last_used().items():
            if used_ms < latest_ms:
                log.info("seating.erased", number=number)
                self._message.take_back(tx, number, now=self._now())
                tx.seatings.erase(number)
                tx.erase_for_good()


def _is_current(tx: Transaction, seating: Seating) -> bool:
    now = tx.seatings.to_do()
    return now is not None and (now.number, now.revision) == (seating.number, seating.revision)


def _unusable(seating: Seating, read: ReadList) -> str:
    name = "" if seating.file is None else seating.file.name
    return unusable_markdown(read.problems, read.sheets, name, wording(seating.language))


def _seated(one: Listed, number: PersonId) -> Seated:
    person = Person(
        id=number,
        name=one.name,
        role=one.role,
        organisation=one.organisation,
        user_id=UserId(one.account) if one.account else None,
    )
    # Whoever has a table on the list keeps it.
    return Seated(person=person, table=one.table, locked=one.table is not None)


def _wishes(read: ReadList, numbers: dict[int, PersonId]) -> list[Rule]:
    """Who shall sit together, and who apart, as the list has it; each wish once."""
    rules: dict[Rule, None] = {}
    for one in read.people:
        if one.together:
            rules[Together(frozenset(numbers[row] for row in (one.row, *one.together)))] = None
        for row in one.apart:
            rules[Apart(frozenset({numbers[one.row], numbers[row]}))] = None
    return list(rules)
