"""Making a digest and posting it to the organizers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import orjson
import structlog

from bot import keys
from bot.parcels import Ref, post
from bot.rendering.digest import render
from bot.snapshots import scopes_of, take_snapshot
from bot.wording import wording
from flows.digest.compose import compose
from flows.digest.document import as_json
from flows.digest.verify import DigestNotTrue, verify
from flows.ids import RoundNo
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.ids import StepId
    from storage.transaction import Transaction

log = structlog.get_logger()


class Digests:
    """Composes digests, checks them, keeps them, and puts them into the outbox."""

    def __init__(self, world: World, links: Links) -> None:
        self._world = world
        self._links = links

    def post(
        self, tx: Transaction, dialogue: Dialogue, scope: StepId | None, *, now: datetime
    ) -> None:
        """Make the digest of a step, or of the whole dialogue (None).

        One that does not hold against the stored replies is not posted: the organizers are
        told which replies it fails on.
        """
        words = wording(dialogue.language)
        snapshot = take_snapshot(tx, self._world, dialogue, scope)
        digest = compose(snapshot)
        try:
            verify(digest, snapshot)
        except DigestNotTrue as error:
            log.exception("digest.refused", dialogue_id=dialogue.id, scope=scope)
            text = words.say(
                "⚠️ A digest was not posted, because it does not agree with the stored answers: "
                "{reason}. Tell whoever runs the bot.",
                reason=str(error),
            )
            key = keys.notice(dialogue.id, f"digest-{scope}-{to_ms(now)}")
            tx.outbox.put([post(key, dialogue.organizers_room, text)], now_ms=to_ms(now))
            return
        document = orjson.dumps(as_json(digest)).decode()
        number = tx.digests.add(dialogue.id, scope, document=document, made_ms=to_ms(now))
        made_at = now.astimezone(ZoneInfo(dialogue.zone))
        parts = render(digest, words, permalink=self._links.message, made_at=made_at)
        first = keys.digest(dialogue.id, scope, number, 0)
        effects = [
            post(
                keys.digest(dialogue.id, scope, number, part),
                dialogue.organizers_room,
                rendered.markdown,
                under=first if part else None,
                silent=part > 0,
                refs=[Ref(ref.token, ref.effect_key) for ref in rendered.refs],
            )
            for part, rendered in enumerate(parts)
        ]
        tx.outbox.put(effects, now_ms=to_ms(now))
        log.info("digest.made", dialogue_id=dialogue.id, scope=scope, parts=len(parts))

    def overtaken(self, tx: Transaction, round_no: RoundNo) -> None:
        """Mark the digests that speak of a round as stale."""
        round_ = tx.rounds.get(round_no)
        dialogue = None if round_ is None else tx.dialogues.get(round_.dialogue_id)
        if round_ is None or dialogue is None:
            return
        marked = tx.digests.mark_stale(dialogue.id, scopes_of(dialogue, round_.step_id))
        if marked:
            log.info("digest.overtaken", dialogue_id=dialogue.id, scopes=len(marked))
