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

    FILM = "film"
    PICTURE = "picture"
    BACKGROUND = "background"
    EXERCISE = "exercise"
    """Something to do, and then to say how it was, in the room; a photo is welcome."""
    INDIVIDUAL = "individual"
    GROUP = "group"
    PLENARY = "plenary"
    POLL = "poll"
    """A choice among the step's options, or a place on a scale."""
    BREAK = "break"
    CHECK_IN = "check-in"
    """How far something has come: one of the step's options, a sentence, perhaps a number."""

    @property
    def collects(self) -> bool:
        """Whether people's messages are stored as answers while the step is open."""
        return self.asks_each or self is StepKind.GROUP

    @property
    def asks_each(self) -> bool:
        """Whether every person answers for herself, in private or in the open."""
        return self in (
            StepKind.INDIVIDUAL,
            StepKind.EXERCISE,
            StepKind.POLL,
            StepKind.CHECK_IN,
        )

    @property
    def offers_options(self) -> bool:
        """Whether an answer names one or more of the step's options."""
        return self in (StepKind.POLL, StepKind.CHECK_IN)


class Opening(StrEnum):
    """What lets the step after this one begin. Whatever it is, an organizer may go on by hand."""

    TIME = "time"
    """The step's length has passed."""
    QUORUM = "quorum"
    """So large a share as `Step.quorum` has answered; at the latest its length."""
    EVERYONE = "everyone"
    """All present have answered (in a group step: all groups); at the latest its length."""
    ORGANIZER = "organizer"
    """An organizer says so. The length is a plan that is shown, and closes nothing."""


class PersonalData(StrEnum):
    """What becomes of an answer with personal data in it."""

    MASK = "mask"
    """It is shown with a word in the place of the data."""
    HOLD = "hold"
    """It is held back until its author has rewritten it, or an organizer has released it."""


class Choosing(StrEnum):
    """How many of a poll's options a person may name."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    """The options are the places of a scale, 1 first; only its ends may have words."""


class Identity(StrEnum):
    """What is kept and shown of who wrote an answer."""

    NAMED = "named"
    """Stored with the account, so that everybody can see and erase her own; shown without."""
    ROLE = "role"
    """Stored as with names; shown with the role from the list, if five people or more have it."""
    ANONYMOUS = "anonymous"
    """After the close nobody can tell who wrote a private answer, not even with the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The same text in every language of its pack, the pack's first language first."""

    versions: tuple[tuple[str, str], ...]

    def get(self, language: str) -> str:
        """Return the text in `language`, or in the pack's first language if it has none."""
        return dict(self.versions).get(language, self.versions[0][1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file beside the pack, shown with a step. `name` is a plain file name, no path.

    `description` is for those who cannot see it.
    """

    name: str
    description: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story that questions are asked about; steps name it by its id."""

    id: str
    title: Text
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A heading the organizers want answers sorted under.

    `keywords` are words of each language that point to it. `sensitive`: answers under it are
    never shown on a wall.
    """

    id: str
    title: Text
    keywords: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A role outside the groups that can be asked, perhaps far away ("via link").

    `title` is how the role is shown (never a name). `questions` are what the pack itself asks
    her. `remind_after_s` after a question without an answer she is reminded, once;
    `wait_s` after it the question counts as unanswered.
    """

    id: str
    title: Text
    questions: tuple[Text, ...] = ()
    remind_after_s: int = 24 * 3600
    wait_s: int = 72 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """When a pack is run again and again, on the wall clock of the dialogue's zone.

    `every` is "day", "weekday", "week", "month", "quarter", or an ordinal and a weekday of the
    month in English ("first tuesday", "last friday"). `at` is hours and minutes.
    Occurrences on public holidays (of Sweden) or in `skip_months` (1-12) are left out, not moved.
    `times` is how many there are in all, None without an end.
    """

    every: str
    at: tuple[int, int]
    skip_holidays: bool = False
    skip_months: tuple[int, ...] = ()
    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A shorter dialogue with the same groups, so long after the end of this one.

    `after_months` and `after_days` count on the calendar from the local day the dialogue
    ended; `at` is hours and minutes on the wall clock.
    """

    id: str
    title: Text
    after_months: int
    after_days: int
    at: tuple[int, int]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One part of a pack. What a kind has no use for keeps its default.

    `scenario` ties steps together, "" ties to none: the sealed answers of a scenario open in
    a group's room when the scenario's group step opens there. Those that are tied to none open
    when their own step closes.
    `text` is Markdown.
    `length_s` is how long the step lasts. None: the next step follows at once (background,
    picture, or plenary at the very end), or when an organizer says so (these, and film, with
    `Opening.ORGANIZER`). Never None for a step that collects, or for a break.
    `remind_before_s` is how long before its close those who have not answered are reminded;
    None is never. Always shorter than the step.
    `sealed` (individual): answered in a private chat with the bot. False: open, in the thread.
    `shown` (individual, sealed): the group reads the answers in the end, without names. False:
    only the organizers ever do.
    `grace_s` (group): how long the bot waits at the close after asking for a missing answer.
    `scenarios` gives each group one of several scenarios: group number n (from 0) the one at
    (n + turn - 1) modulo their number. The same `turn` everywhere is "one each"; a growing one
    lets them rotate. Empty: `scenario` is the same for all groups.
    `begins_at`: hours and minutes on the wall clock before which the step does not begin.
    `opening` says what lets the next step begin, `quorum` is a share above 0, at most 1.
    `link` (film) is an https address. `attached` (picture, background) is shown with the text.
    `options` (poll, check-in) are what may be chosen, numbered from 1; `choosing` (poll) how.
    The text of a place on a scale that has no words is empty.
    `asks_number` (check-in): the answer has a number in it as well.
    `no_cases`: the prompt says that individual cases must not be told.
    `sensitive` (individual): for the person alone. No group and no notification is shown a word
    of it, help lines come first, and one word takes it off her screen. Never `shown`.
    """

    id: StepId
    kind: StepKind
    title: Text
    text: Text
    scenario: str = ""
    length_s: int | None = None
    remind_before_s: int | None = None
    sealed: bool = True
    shown: bool = True
    grace_s: int = DEFAULT_GRACE_S
    scenarios: tuple[str, ...] = ()
    turn: int = 1
    begins_at: tuple[int, int] | None = None
    opening: Opening = Opening.TIME
    quorum: float = 1.0
    link: str | None = None
    attached: Attached | None = None
    options: tuple[Text, ...] = ()
    choosing: Choosing = Choosing.SINGLE
    asks_number: bool = False
    no_cases: bool = False
    sensitive: bool = False

    @property
    def is_private(self) -> bool:
        """Whether it is answered in a private chat with the bot."""
        return self.kind.asks_each and self.kind is not StepKind.EXERCISE and self.sealed

    @property
    def stays_private(self) -> bool:
        """Whether its answers are kept from the group for good."""
        return self.is_private and not self.shown

    @property
    def tie(self) -> str:
        """What it has in common with the other steps about the same scenario or scenarios."""
        if self.scenarios:
            return f"{'+'.join(self.scenarios)}@{self.turn}"
        return self.scenario

    def scenario_of(self, place: int) -> str:
        """The scenario that the group at `place` (from 0) gets; "" for none."""
        if self.scenarios:
            return self.scenarios[(place + self.turn - 1) % len(self.scenarios)]
        return self.scenario

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
    `languages` are those every text has, the first one being what everybody else gets; `beside`
    are further ones that some texts have, shown together with the dialogue's own.
    `consent` is what people read before their first answer, None for the bot's own words.
    `moderation` are the rules by which answers are held back, None for the bot's own words.
    `registry` is the number under which the organisation keeps the matter, "" for none.
    `asks_consent`: nothing that somebody writes is kept before she has said yes to it. False
    where the organisation has another legal ground; a text is then shown, and nobody is asked.
    `retention` is how long after its end a dialogue is kept, in months and days; None for as long
    as nobody sets a day.
    `self_paced`: it may also be run by one group at its own pace.
    `personal_data`: what becomes of answers with numbers, addresses or names in them.
    """

    name: str
    title: Text
    purpose: Text
    languages: tuple[str, ...]
    steps: tuple[Step, ...]
    beside: tuple[str, ...] = ()
    consent: Text | None = None
    asks_consent: bool = True
    retention: tuple[int, int] | None = None
    themes: tuple[Theme, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    contacts: tuple[Contact, ...] = ()
    recurrence: Recurrence | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    self_paced: bool = False
    identity: Identity = Identity.NAMED
    registry: str = ""
    moderation: Text | None = None
    personal_data: PersonalData = PersonalData.MASK

    @property
    def language(self) -> str:
        """The first language."""
        return self.languages[0]

    def scenario(self, scenario_id: str) -> Scenario | None:
        """The scenario, or None if the pack describes none of that id."""
        return next((one for one in self.scenarios if one.id == scenario_id), None)

    def contact(self, contact_id: str) -> Contact | None:
        """The contact role, or None if the pack has none of that id."""
        return next((one for one in self.contacts if one.id == contact_id), None)

    def follow_up(self, follow_up_id: str) -> FollowUp | None:
        """The follow-up, or None if the pack has none of that id."""
        return next((one for one in self.follow_ups if one.id == follow_up_id), None)

    def step(self, step_id: StepId) -> Step | None:
        """Return the step, or None if the pack has none of that name."""
        return next((step for step in self.steps if step.id == step_id), None)
