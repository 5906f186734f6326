"""What is done about digests inside transactions: they are ordered, begun, and posted.

A digest is ordered in the transaction that decided it, and made afterwards: its replies are
read, looked at outside the database's thread (`bot.digest.making`), and posted in one
transaction, if they still read the same. An order stays until that one is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import orjson
import structlog

from bot import keys
from bot.digest.messages import Messages, Shown
from bot.digest.snapshots import meaning_of, scopes_of, take_snapshot
from bot.rendering.digest import render
from bot.sending.parcels import post
from bot.wording import wording
from flows.digest.analyse import Meaning
from flows.digest.compose import may_be_quoted
from flows.digest.document import Delta, as_json
from flows.ids import ReplyNo, RoundNo, ThemeNo
from storage.instants import from_ms, to_ms

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.digest.analyst import Looked
    from bot.digest.pictures import Drawn
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.digest.snapshot import Snapshot
    from flows.digest.wording import Worded
    from flows.ids import DialogueId, StepId
    from storage.digest_orders import DigestOrder
    from storage.digests import StoredDigest
    from storage.transaction import Transaction

log = structlog.get_logger()

RESTS = timedelta(seconds=20)
"""So long after an edit, a withdrawal or a late answer a digest is written anew: others follow."""


class Digests:
    """Orders digests, keeps them, and puts them into the outbox.

    Args:
        catch_up: has everything looked at that came in time; what is not, is not quoted.
    """

    def __init__(self, world: World, links: Links, catch_up: Callable[[Transaction], None]) -> None:
        self._world = world
        self._links = links
        self._catch_up = catch_up

    # ------------------------------------------------------------------ orders

    def order(
        self, tx: Transaction, dialogue: Dialogue, scope: StepId | None, *, now: datetime
    ) -> None:
        """Order the digest of a step, or of the whole dialogue (None), as messages of its own."""
        tx.digest_orders.put(dialogue.id, scope, due_ms=to_ms(now), fresh=True)

    def order_anew(
        self,
        tx: Transaction,
        dialogue_id: DialogueId,
        scope: StepId | None,
        *,
        at: datetime,
    ) -> None:
        """Order that a digest is written anew in its place."""
        tx.digest_orders.put(dialogue_id, scope, due_ms=to_ms(at), fresh=False)

    def overtaken(self, tx: Transaction, round_no: RoundNo, *, now: datetime) -> None:
        """Mark the digests that speak of a round as stale; they are written anew soon."""
        round_ = tx.rounds.get(round_no)
        dialogue = None if round_ is None else tx.dialogues.get(round_.dialogue_id)
        if round_ is None or dialogue is None:
            return
        self._overtake(tx, dialogue.id, scopes_of(dialogue, round_.step_id), now)

    def whole_overtaken(self, tx: Transaction, dialogue_id: DialogueId, *, now: datetime) -> None:
        """Mark the digest of a whole dialogue as stale; it is written anew soon."""
        self._overtake(tx, dialogue_id, {None}, now)

    def _overtake(
        self,
        tx: Transaction,
        dialogue_id: DialogueId,
        scopes: Collection[StepId | None],
        now: datetime,
    ) -> None:
        marked = tx.digests.mark_stale(dialogue_id, scopes)
        for scope in marked:
            self.order_anew(tx, dialogue_id, scope, at=now + RESTS)
        if marked:
            log.info("digest.overtaken", dialogue_id=dialogue_id, scopes=len(marked))

    # ------------------------------------------------------------------ making

    def begin(self, tx: Transaction, *, order: DigestOrder) -> Work:
        """Read what a digest is made of."""
        self._world.ready(tx)
        dialogue = tx.dialogues.get(order.dialogue_id)
        if dialogue is None:
            raise LookupError(f"a digest of {order.dialogue_id} is ordered, which is unknown")
        self._catch_up(tx)
        snapshot = take_snapshot(tx, self._world, dialogue, order.scope)
        replaced = None if order.fresh else tx.digests.newest_of(dialogue.id, order.scope)
        return Work(
            order=order,
            snapshot=snapshot,
            meaning=meaning_of(tx, snapshot),
            delta=None if replaced is None else _delta(replaced, snapshot),
            zone=ZoneInfo(dialogue.zone),
            shows=None if replaced is None else Shown.of(replaced),
        )

    def finish(self, tx: Transaction, work: Work, looked: Looked, *, now: datetime) -> bool:
        """Post a digest that was made; False if its replies read otherwise by now.

        One that does not hold against the stored replies is not posted: the organizers are
        told which replies it fails on.
        """
        self._world.ready(tx)
        order = work.order
        dialogue = tx.dialogues.get(order.dialogue_id)
        if dialogue is None:
            raise LookupError(f"a digest of {order.dialogue_id} was made, which is unknown")
        snapshot = take_snapshot(tx, self._world, dialogue, order.scope)
        if not still_reads(work.snapshot, snapshot):
            return False
        tx.digest_orders.done(order, again_ms=to_ms(now + RESTS))
        if work.refused is not None:
            self._tell_refusal(tx, dialogue, order, work.refused, now)
            return True
        tx.themes.keep(dialogue.id, looked.book)
        self._post(tx, dialogue, work, looked, now)
        if snapshot.replies != work.snapshot.replies:
            # What came while it was looked at stands in it soon.
            self.order_anew(tx, dialogue.id, order.scope, at=now + RESTS)
        return True

    def _tell_refusal(
        self,
        tx: Transaction,
        dialogue: Dialogue,
        order: DigestOrder,
        reason: str,
        now: datetime,
    ) -> None:
        text = wording(dialogue.language).say(
            "⚠️ A digest was not posted, because it does not agree with the stored answers: "
            "{reason}. Tell whoever runs the bot.",
            reason=reason,
        )
        key = keys.notice(dialogue.id, f"digest-{order.scope}-{to_ms(now)}")
        tx.outbox.put([post(key, dialogue.organizers_room, text)], now_ms=to_ms(now))

    def _post(
        self,
        tx: Transaction,
        dialogue: Dialogue,
        work: Work,
        looked: Looked,
        now: datetime,
    ) -> None:
        scope = work.order.scope
        replaced = None if work.order.fresh else tx.digests.newest_of(dialogue.id, scope)
        document = orjson.dumps(as_json(looked.digest)).decode()
        number = tx.digests.add(dialogue.id, scope, document=document, made_ms=to_ms(now))
        made_at = now.astimezone(ZoneInfo(dialogue.zone))
        words = wording(dialogue.language)
        parts = render(
            looked.digest,
            words,
            permalink=self._links.message,
            made_at=made_at,
            worded=work.worded,
            registry=dialogue.registry_number,
            erased_on=dialogue.erased_on,
            files_at=None if replaced is None else _files_at(tx, dialogue),
        )
        messages = Messages.of(dialogue, scope, number, replaced)
        effects = messages.effects(parts, words)
        pictured, picture = messages.picture(tx, work.mark, work.picture)
        # Right under the overview, before everything that is read in detail.
        effects[1:1] = pictured
        tx.outbox.put(effects, now_ms=to_ms(now))
        tx.digests.note_shown(number, messages.shown(parts, picture).as_text())
        log.info("digest.made", dialogue_id=dialogue.id, scope=scope, parts=len(effects))


def _files_at(tx: Transaction, dialogue: Dialogue) -> datetime | None:
    """When files of the dialogue were made last, in the organizers' zone."""
    made_ms = tx.handed_out.newest_ms(dialogue.id)
    return None if made_ms is None else from_ms(made_ms).astimezone(ZoneInfo(dialogue.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A digest on its way: what was ordered, and what was read for it.

    `zone` is the organizers'. `shows` is what shows the digest it replaces. `refused` is why it
    must not be posted, None if nothing speaks against it. `worded` is what a language model
    said of its themes. `mark` is that of its picture, "" for none; `picture` is None as well
    where it stands there already or could not be drawn.
    """

    order: DigestOrder
    snapshot: Snapshot
    meaning: Meaning | None
    delta: Delta | None
    zone: ZoneInfo
    shows: Shown | None = None
    refused: str | None = None
    worded: Mapping[ThemeNo, Worded] = field(default_factory=dict)
    mark: str = ""
    picture: Drawn | None = None


def still_reads(before: Snapshot, now: Snapshot) -> bool:
    """Whether every reply that was read still reads the same; more may have come."""
    here = {reply.reply_no: reply for reply in now.replies}
    return (
        before.book == now.book
        and before.rounds == now.rounds
        and before.contacts == now.contacts
        and all(here.get(reply.reply_no) == reply for reply in before.replies)
    )


def _delta(replaced: StoredDigest, snapshot: Snapshot) -> Delta:
    """What has changed since a digest was made."""
    named = _named(orjson.loads(replaced.document))
    shown = {reply.reply_no: reply for reply in snapshot.replies if may_be_quoted(reply)}
    return Delta(
        added=len(shown.keys() - named),
        edited=sum(
            reply.edited_ms is not None and reply.edited_ms > replaced.made_ms
            for number, reply in shown.items()
            if number in named
        ),
        gone=len(named - shown.keys()),
    )


def _named(node: object) -> set[ReplyNo]:
    """The replies that a stored digest names."""
    if isinstance(node, dict):
        own = {ReplyNo(node["reply_no"])} if isinstance(node.get("reply_no"), int) else set()
        return own.union(*(_named(value) for value in node.values()))
    if isinstance(node, list):
        return set[ReplyNo]().union(*(_named(value) for value in node))
    return set()
