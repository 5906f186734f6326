"""A scenario pack as values: what is asked, in which order, for how long.

Nothing here knows about files or TOML; ``flows.packs.parse`` makes these from a pack's source
and promises that they are sound.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from flows.ids import StepId

DEFAULT_GRACE_S = 120
"""How long the bot waits after asking once for a missing group answer, where no pack says."""


class StepKind(StrEnum):
    """What a step is for; the value is what a pack writes as its ``kind``."""

    BACKGROUND = "background"
    INDIVIDUAL = "individual"
    GROUP = "group"
    BREAK = "break"
    PLENARY = "plenary"

    @property
    def collects(self) -> bool:
        """Whether people's messages are stored as answers while the step is open."""
        return self in (StepKind.INDIVIDUAL, StepKind.GROUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The same text in every language of its pack, the pack's first language first."""

    versions: tuple[tuple[str, str], ...]

    def get(self, language: str) -> str:
        """Return the text in `language`, or in the pack's first language if it has none."""
        return dict(self.versions).get(language, self.versions[0][1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One part of a pack. What a kind has no use for keeps its default.

    `scenario` ties steps together, "" ties to none: the sealed answers of a scenario open in
    a group's room when the scenario's group step opens there. Those that are tied to none open
    when their own step closes.
    `text` is Markdown.
    `length_s` is how long the step lasts; None (background, or plenary at the very end): the
    next step follows at once. Never None for a step that collects, or for a break.
    `remind_before_s` is how long before its close those who have not answered are reminded;
    None is never. Always shorter than the step.
    `sealed` (individual): answered in a private chat with the bot. False: open, in the thread.
    `grace_s` (group): how long the bot waits at the close after asking for a missing answer.
    """

    id: StepId
    kind: StepKind
    title: Text
    text: Text
    scenario: str = ""
    length_s: int | None = None
    remind_before_s: int | None = None
    sealed: bool = True
    grace_s: int = DEFAULT_GRACE_S

    @property
    def version(self) -> str:
        """Twelve hex digits that change when the text changes in any language.

        Stored with every answer, so that the answer knows what exactly was asked.
        """
        # Sorted, so that an author who only reorders the languages has not asked anew;
        # the NULs cannot occur in a text, so that no two texts run together.
        joined = "\0".join(f"{language}\0{text}" for language, text in sorted(self.text.versions))
        return hashlib.sha256(joined.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One dialogue that can be run again and again, anywhere.

    `name` is the file's without ``.toml``; the dialogues run from it are called after it.
    `languages` are those every text has, the first one being what everybody else gets.
    """

    name: str
    title: Text
    purpose: Text
    languages: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def language(self) -> str:
        """The first language."""
        return self.languages[0]

    def step(self, step_id: StepId) -> Step | None:
        """Return the step, or None if the pack has none of that name."""
        return next((step for step in self.steps if step.id == step_id), None)
