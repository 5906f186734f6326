"""Showing a group its own sealed answers, without names.

The answers stand in one message (in several if they are long), in an order that tells
nothing of who wrote or when. When one is edited or taken back afterwards, the message is
withdrawn and written anew: an edit would leave the old words in the message's history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot import keys
from bot.parcels import post, take_back
from bot.rendering.markdown import escape
from bot.rendering.notices import shown_markdown
from bot.wording import Wording, wording
from flows.ids import EffectKey
from storage.instants import to_ms
from storage.replies import Reply
from storage.rounds import Round

if TYPE_CHECKING:
    from flows.dialogue import Dialogue
    from storage.transaction import Transaction

_PART_BYTES = 12_000
"""A message stays well under the size a homeserver takes, encrypted and as HTML too."""


class Showing:
    """Shows sealed answers, and shows them again when they have changed."""

    def show(self, tx: Transaction, dialogue: Dialogue, round_: Round, *, now: datetime) -> None:
        """Show a round's sealed answers to its group, in place of any earlier showing.

        Nothing is said where nothing was written in private; but from now on the round counts
        as shown, so that a late answer is shown too.
        """
        step = dialogue.pack.step(round_.step_id)
        replies = [
            reply
            for reply in tx.replies.of_rounds([round_.round_no])
            if reply.sealed and reply.withdrawn_ms is None
        ]
        if step is None:
            return
        words = wording(dialogue.language)
        title = escape(step.title.get(dialogue.language))
        time = round_.shown + 1
        gone = [
            keys.shown(dialogue.id, round_.round_no, round_.shown, part)
            for part in range(round_.shown_parts)
        ]
        parts = _parts(sorted(replies, key=_order)) if replies else []
        posts = []
        for number, part in enumerate(parts):
            key = keys.shown(dialogue.id, round_.round_no, time, number)
            posts.append(post(key, round_.room_id, _markdown(part, title, words)))
            tx.replies.note_shown([reply.reply_no for reply in part], key)
        withdrawn = [take_back(EffectKey(f"{key}/gone"), round_.room_id, key) for key in gone]
        tx.outbox.put([*withdrawn, *posts], now_ms=to_ms(now))
        tx.rounds.note_shown(round_.round_no, shown=time, parts=len(parts))


def _order(reply: Reply) -> str:
    """The same as in the digest, and unrelated to time and person: the words alone decide."""
    return hashlib.sha256(reply.text.encode(errors="surrogatepass")).hexdigest()


def _parts(replies: Sequence[Reply]) -> list[list[Reply]]:
    """Replies in messages of a size that can be sent."""
    parts: list[list[Reply]] = [[]]
    room = _PART_BYTES
    for reply in replies:
        size = len(escape(reply.text).encode()) + 4
        if parts[-1] and size > room:
            parts.append([])
            room = _PART_BYTES
        parts[-1].append(reply)
        room -= size
    return parts


def _markdown(replies: Sequence[Reply], title: str, words: Wording) -> str:
    return shown_markdown(title, [_quote(reply, words) for reply in replies], words)


def _quote(reply: Reply, words: Wording) -> str:
    text = escape(reply.text).replace("\n", "\n> ")
    if reply.media is not None:
        # The file itself stays in the private chat: its data could tell who took it.
        return words.say("📎 {text} (a file, sent in private)", text=text)
    return text
