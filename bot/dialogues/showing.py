"""Showing a group its own sealed answers, without names.

The answers stand in one message (in several if they are long), in an order that tells
nothing of who wrote or when. When one is edited or taken back afterwards, the message is
withdrawn and written anew: an edit would leave the old words in the message's history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot import keys
from bot.rendering.ballots import chosen_markdown
from bot.rendering.markdown import escape
from bot.rendering.notices import shown_markdown
from bot.rendering.parts import weight
from bot.sending.parcels import post, take_back
from bot.wording import Wording, wording
from flows.choices import ballot_of, is_mere_choice
from flows.ids import EffectKey, RoundNo
from flows.votes import Vote, count
from storage.instants import to_ms
from storage.replies import Reply
from storage.rounds import Round

if TYPE_CHECKING:
    from flows.dialogue import Dialogue
    from storage.transaction import Transaction

_PART_BYTES = 10_000
"""A message stays under the size a homeserver takes, encrypted and as HTML too."""


class Showing:
    """Shows sealed answers, and shows them again when they have changed.

    Args:
        catch_up: has everything looked at that came in time; what is not, is not shown.
    """

    def __init__(self, catch_up: Callable[[Transaction], None]) -> None:
        self._catch_up = catch_up

    def look_at_all(self, tx: Transaction) -> None:
        """Have everything looked at that is stored: soon nobody can tell its author anything."""
        self._catch_up(tx)

    def show(self, tx: Transaction, dialogue: Dialogue, round_: Round, *, now: datetime) -> None:
        """Show a round's sealed answers to its group, in place of any earlier showing.

        Nothing is said where nothing was written in private; but from now on the round counts
        as shown, so that a late answer is shown too. Answers that stay private never are.
        """
        self._catch_up(tx)
        step = dialogue.pack.step(round_.step_id)
        replies = shown_replies(tx, round_.round_no)
        if step is None or step.stays_private:
            return
        words = wording(dialogue.language)
        title = escape(step.title.get(dialogue.language))
        ballot = ballot_of(step)
        counts = (
            ()
            if ballot is None
            else count(map(vote_of, replies), ballot.choosing, len(step.options))
        )
        chosen = chosen_markdown(step, counts, words, dialogue.language)
        if counts and dialogue.is_anonymous:
            # A group has few people; of all groups together the digest tells it.
            chosen = words.say("What was chosen is told for all groups together, after the close.")
        whole = replies
        if ballot is not None:
            # A choice alone is in the counts; what was said besides is shown.
            replies = [reply for reply in replies if not is_mere_choice(reply.text, ballot)]
        time = round_.shown + 1
        gone = [
            keys.shown(dialogue.id, round_.round_no, round_.shown, part)
            for part in range(round_.shown_parts)
        ]
        pieces = [piece for reply in replies for piece in _pieces(reply)]
        parts = _parts(pieces) if pieces else [[]] if chosen and whole else []
        posts = []
        for number, part in enumerate(parts):
            key = keys.shown(dialogue.id, round_.round_no, time, number)
            text = _markdown(part, title, words, chosen if number == 0 else "")
            posts.append(post(key, round_.room_id, text, silent=False))
            # Of a reply in several messages, the first is what its digest points to.
            tx.replies.note_shown([piece.reply.reply_no for piece in part if piece.begins], key)
        if parts and ballot is not None:
            first = keys.shown(dialogue.id, round_.round_no, time, 0)
            mere = [reply.reply_no for reply in whole if reply not in replies]
            tx.replies.note_shown(mere, first)
        withdrawn = [take_back(EffectKey(f"{key}/gone"), round_.room_id, key) for key in gone]
        tx.outbox.put([*withdrawn, *posts], now_ms=to_ms(now))
        tx.rounds.note_shown(round_.round_no, shown=time, parts=len(parts))


def shown_replies(tx: Transaction, round_no: RoundNo) -> list[Reply]:
    """The sealed answers of a round that its group may see, in the order in which it sees them."""
    sealed = [
        reply
        for reply in tx.replies.of_rounds([round_no])
        if reply.sealed and reply.withdrawn_ms is None
    ]
    held = tx.holds.among(sealed)
    return sorted((reply for reply in sealed if reply.reply_no not in held), key=_order)


def _order(reply: Reply) -> str:
    """The same as in the digest, and unrelated to time and person: the words alone decide."""
    return hashlib.sha256(reply.text.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A reply, or, of one longer than a message, a part of it."""

    reply: Reply
    text: str
    begins: bool


def _pieces(reply: Reply) -> list[_Piece]:
    texts = _cut(reply.text)
    ends = len(texts) - 1
    return [
        _Piece(
            reply=reply,
            text=f"{'… ' if number else ''}{text}{' …' if number < ends else ''}",
            begins=number == 0,
        )
        for number, text in enumerate(texts)
    ]


def _cut(text: str) -> list[str]:
    """The text in pieces that each fit into a message, cut between words where there are any."""
    if _size(text) <= _PART_BYTES:
        return [text]
    middle = len(text) // 2
    space = text.rfind(" ", middle // 2, middle)
    at = middle if space < 0 else space
    return [*_cut(text[:at]), *_cut(text[at:].removeprefix(" "))]


def _parts(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """Pieces in messages of a size that can be sent."""
    parts: list[list[_Piece]] = [[]]
    room = _PART_BYTES
    for piece in pieces:
        size = _size(piece.text) + 4
        if parts[-1] and size > room:
            parts.append([])
            room = _PART_BYTES
        parts[-1].append(piece)
        room -= size
    return parts


def _size(text: str) -> int:
    return weight(_indented(text))


def _indented(text: str) -> str:
    """Literal, with its further lines inside the item that the first begins."""
    return escape(text).replace("\n", "\n  ")


def _markdown(pieces: Sequence[_Piece], title: str, words: Wording, chosen: str) -> str:
    return shown_markdown(title, [_quote(piece, words) for piece in pieces], words, chosen)


def vote_of(reply: Reply) -> Vote:
    """A stored reply as a vote."""
    return Vote(
        person=reply.participant_no,
        sent_ms=reply.sent_ms if reply.edited_ms is None else reply.edited_ms,
        number=reply.reply_no,
        text=reply.text,
        choices=reply.choices,
    )


def _quote(piece: _Piece, words: Wording) -> str:
    text = _indented(piece.text)
    if piece.reply.media is not None:
        # The file itself stays in the private chat: its data could tell who took it.
        return words.say("📎 {text} (a file, sent in private)", text=text)
    return text
