"""What is shown of a rehearsal: effects of the real bot in real rooms.

The room of the rehearsal shows what the first group sees, with what its made-up people write
in the threads; the organizers' room gets the digest of the whole.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from bot.chat import Post, PostFile, Revise
from bot.rehearsal.lines import MARK
from bot.rehearsal.play import Said, Where
from bot.rehearsal.stage import Shown
from bot.rendering.markdown import escape
from bot.sending.parcels import post, post_file, revise
from bot.wording import Wording
from flows.ids import EffectKey, EventId, RoomId

if TYPE_CHECKING:
    from storage.outbox import Effect
    from storage.transaction import Transaction


def key_of(number: int, what: str, occurrence: int = 0) -> EffectKey:
    """The key of something that the rehearsal of that number sends."""
    return EffectKey(f"rehearsal-{number}/-/-/{what}/{occurrence}")


class Scratch:
    """Turns scenes into effects, in their order. One for each rehearsal."""

    def __init__(
        self, number: int, *, room_id: RoomId, organizers_room: RoomId, words: Wording
    ) -> None:
        self._number = number
        self._room_id = room_id
        self._organizers_room = organizers_room
        self._words = words
        self._posted: dict[EventId, EffectKey] = {}
        self._question: EffectKey | None = None
        self._said: list[Said] = []
        self._numbers = count(1)

    def effects(self, tx: Transaction, where: Where, one: Shown | Said) -> list[Effect]:
        """What is sent because of one thing that has happened; often nothing yet."""
        if isinstance(one, Said):
            if where is Where.FIRST_GROUP:
                self._said.append(one)
            return []
        match where:
            case Where.FIRST_GROUP:
                return [*self.rest(), *self._as_a_group_sees(tx, one)]
            case Where.FIRST_PERSON:
                return self._as_a_person_sees(one)
            case Where.ORGANIZERS:
                return self._as_organizers_see(tx, one)
            case Where.ELSEWHERE:
                return []

    def rest(self) -> list[Effect]:
        """What people have said since the bot spoke last, in one message."""
        if not self._said:
            return []
        lines = [self._line(said) for said in self._said]
        self._said = []
        return [post(self._key("said"), self._room_id, "\n".join(lines), under=self._question)]

    def _line(self, said: Said) -> str:
        words = self._words
        text = " ".join(escape(said.text).split("\n"))
        if said.private:
            return words.say(
                "- 🔒 Made-up person {number}, in private: {text}",
                number=said.seat + 1,
                text=text,
            )
        return words.say("- Made-up person {number}: {text}", number=said.seat + 1, text=text)

    def _as_a_group_sees(self, tx: Transaction, shown: Shown) -> list[Effect]:
        key = self._key("shown")
        match shown.content:
            case Post() as content:
                under = self._posted.get(content.thread) if content.thread else None
                self._posted[shown.event_id] = key
                if "/prompt/" in shown.key:
                    self._question = key
                return [post(key, self._room_id, content.markdown, under=under)]
            case Revise() as content if content.target in self._posted:
                target = self._posted[content.target]
                return [revise(key, self._room_id, target, content.markdown)]
            case PostFile() as content:
                return [_file(tx, key, self._room_id, content, self._posted)]
            case _:
                return []

    def _as_a_person_sees(self, shown: Shown) -> list[Effect]:
        """The question in private, in the thread of the group's: it is nearly the same."""
        if not isinstance(shown.content, Post) or self._question is None:
            return []
        head = self._words.say("🔒 *What made-up person 1 reads in private:*")
        text = f"{head}\n\n{shown.content.markdown}"
        return [post(self._key("private"), self._room_id, text, under=self._question)]

    def _as_organizers_see(self, tx: Transaction, shown: Shown) -> list[Effect]:
        content = shown.content
        thread = content.thread if isinstance(content, Post | PostFile) else None
        is_part = thread is not None and thread in self._posted
        if not (is_part or _is_whole_digest(shown)):
            return []
        key = self._key("digest")
        self._posted[shown.event_id] = key
        if isinstance(content, PostFile):
            return [_file(tx, key, self._organizers_room, content, self._posted)]
        if not isinstance(content, Post):
            return []
        under = self._posted[thread] if is_part and thread is not None else None
        text = content.markdown
        if under is None:
            head = self._words.say(
                "*Dry run: this is what the digest would look like. Every person and every "
                "answer in it is made up.*"
            )
            text = f"{MARK} {head}\n\n{text}"
        return [post(key, self._organizers_room, text, under=under)]

    def _key(self, what: str) -> EffectKey:
        return key_of(self._number, what, next(self._numbers))


def _file(
    tx: Transaction,
    key: EffectKey,
    room_id: RoomId,
    content: PostFile,
    posted: dict[EventId, EffectKey],
) -> Effect:
    return post_file(
        tx,
        key,
        room_id,
        name=content.name,
        mime=content.mime,
        data=content.data,
        markdown=content.markdown,
        under=posted.get(content.thread) if content.thread else None,
    )


def _is_whole_digest(shown: Shown) -> bool:
    """Whether it belongs to the digest of the whole dialogue, not to one of a step."""
    _, scope, _, kind, *_ = (*shown.key.split("/"), "", "", "", "")
    return scope == "-" and kind.startswith("digest-")
