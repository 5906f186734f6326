"""The messages in which organizers see a digest: new ones, or those that stand there already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from bot import keys
from bot.rendering.markdown import escape
from bot.sending.parcels import Ref, post, post_file, revise, take_back
from flows.ids import EffectKey

if TYPE_CHECKING:
    from bot.digest.pictures import Drawn
    from bot.rendering.parts import RenderedPart
    from bot.wording import Wording
    from flows.dialogue import Dialogue
    from flows.ids import StepId
    from storage.digests import StoredDigest
    from storage.outbox import Effect
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureShown:
    """A picture in the thread of a digest: that of the digest `number`, as `mark` tells."""

    number: int
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What shows a digest, as it is stored beside it.

    `first` is the number under whose keys the messages were first posted, `parts` are marks of
    what is in each of them.
    """

    first: int
    parts: tuple[str, ...]
    picture: PictureShown | None = None

    @classmethod
    def of(cls, digest: StoredDigest) -> Shown | None:
        """What shows it; None if nothing was written down."""
        if digest.shown is None:
            return None
        values = orjson.loads(digest.shown)
        picture = values.get("picture")
        return cls(
            first=values["first"],
            parts=tuple(values["parts"]),
            picture=None if picture is None else PictureShown(**picture),
        )

    def as_text(self) -> str:
        """The same as it is stored."""
        return orjson.dumps(self).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """The messages that show a digest: of its own, or those of the one it replaces.

    `before` is what they show now; None if they are new.
    """

    dialogue: Dialogue
    scope: StepId | None
    number: int
    before: Shown | None

    @classmethod
    def of(
        cls,
        dialogue: Dialogue,
        scope: StepId | None,
        number: int,
        replaced: StoredDigest | None,
    ) -> Messages:
        """Those of the digest `number`, in the place of one that is replaced."""
        before = None if replaced is None else Shown.of(replaced)
        return cls(dialogue=dialogue, scope=scope, number=number, before=before)

    @property
    def _first(self) -> int:
        return self.number if self.before is None else self.before.first

    @property
    def _marks(self) -> tuple[str, ...]:
        return () if self.before is None else self.before.parts

    def effects(self, parts: list[RenderedPart], words: Wording) -> list[Effect]:
        """What is to be sent: new messages, and those whose text is another now."""
        effects = []
        for place, part in enumerate(parts):
            if place >= len(self._marks):
                effects.append(self._post(place, part))
            elif self._marks[place] != _mark(part.markdown):
                effects.append(self._revise(place, part.markdown, _refs(part)))
        empty = words.say("(nothing here any more)")
        effects += [
            self._revise(place, f"*{empty}*", [])
            for place in range(len(parts), len(self._marks))
            if self._marks[place] != _mark("")
        ]
        return effects

    def picture(
        self, tx: Transaction, mark: str, drawn: Drawn | None
    ) -> tuple[list[Effect], PictureShown | None]:
        """What is to be sent for the picture, and which one stands there then.

        A picture cannot be written anew in its place: the old one is taken back.

        Args:
            mark: of the picture that belongs to the digest, "" for none;
            drawn: and that picture, None if it could not be drawn or stands there already.
        """
        before = None if self.before is None else self.before.picture
        if before is not None and before.mark == mark:
            return [], before
        effects = []
        if before is not None:
            old = keys.digest_picture(self.dialogue.id, self.scope, before.number)
            room = self.dialogue.organizers_room
            effects.append(take_back(EffectKey(f"{old}/taken-back"), room, old))
        if drawn is None:
            return effects, None
        effects.append(
            post_file(
                tx,
                keys.digest_picture(self.dialogue.id, self.scope, self.number),
                self.dialogue.organizers_room,
                name=f"{self.dialogue.id}.png",
                mime="image/png",
                data=drawn.png,
                markdown=escape(drawn.caption),
                under=self._key(self._first, 0),
            )
        )
        return effects, PictureShown(number=self.number, mark=drawn.mark)

    def shown(self, parts: list[RenderedPart], picture: PictureShown | None) -> Shown:
        """What to remember of them."""
        marks = [_mark(part.markdown) for part in parts]
        marks += [_mark("")] * (len(self._marks) - len(marks))
        return Shown(first=self._first, parts=tuple(marks), picture=picture)

    def _key(self, number: int, place: int) -> EffectKey:
        return keys.digest(self.dialogue.id, self.scope, number, place)

    def _post(self, place: int, part: RenderedPart) -> Effect:
        return post(
            self._key(self._first, place),
            self.dialogue.organizers_room,
            part.markdown,
            under=self._key(self._first, 0) if place else None,
            silent=place > 0,
            refs=_refs(part),
        )

    def _revise(self, place: int, markdown: str, refs: list[Ref]) -> Effect:
        return revise(
            keys.digest_anew(self.dialogue.id, self.scope, self.number, place),
            self.dialogue.organizers_room,
            self._key(self._first, place),
            markdown,
            refs=refs,
        )


def _refs(part: RenderedPart) -> list[Ref]:
    return [Ref(ref.token, ref.effect_key) for ref in part.refs]


def _mark(markdown: str) -> str:
    return hashlib.sha256(markdown.encode(errors="surrogatepass")).hexdigest()[:16]
