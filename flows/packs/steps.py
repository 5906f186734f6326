"""Reading the steps of a pack or of a follow-up, one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.ids import StepId
from flows.packs.checks import DraftStep
from flows.packs.kinds import (
    CHOOSING_MEANT,
    KIND_KEYS,
    KIND_MEANT,
    OPENING_MEANT,
    OPTIONAL_KEYS,
    PACK_KEYS,
    PACK_OPTIONAL_KEYS,
    STEP_KEYS,
)
from flows.packs.links import DOCUMENTS, PICTURES, read_file_name, read_link
from flows.packs.pack import (
    DEFAULT_GRACE_S,
    Attached,
    Choosing,
    Opening,
    Step,
    StepKind,
    Text,
)
from flows.packs.table import Table, listed, quoted, unknown_word, what_is
from flows.packs.texts import Languages, read_text, read_texts
from flows.said import said

MAX_STEPS = 200
MAX_TITLE_CHARS = 120
MAX_TEXT_CHARS = 8_000
"""A prompt must fit in one message of any chat network, in two forms and perhaps encrypted."""

MAX_DESCRIPTION_CHARS = 1_000
MAX_OPTION_CHARS = 120
FEWEST_OPTIONS, MOST_OPTIONS = 2, 20
SHORTEST_SCALE, LONGEST_SCALE = 2, 10
MAX_SCENARIOS = 50

_SHARE = re.compile(r"\s*([0-9]{1,3})\s*%\s*")
_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What could be read of one step; `draft` is what the checks look at."""

    draft: DraftStep
    title: Text | None
    text: Text | None
    grace_s: int | None
    link: str | None
    attached: Attached | None
    asking: Asking
    no_cases: bool | None
    sensitive: bool | None

    def step(self) -> Step | None:
        """Make the step, or None where something is missing or wrong."""
        draft = self.draft
        if draft.id is None or draft.kind is None or self.title is None or self.text is None:
            return None
        return Step(
            id=StepId(draft.id),
            kind=draft.kind,
            title=self.title,
            text=self.text,
            scenario=draft.scenario,
            scenarios=draft.scenarios,
            turn=draft.turn,
            length_s=draft.length_s,
            remind_before_s=draft.remind_before_s,
            sealed=draft.sealed,
            shown=draft.shown,
            grace_s=DEFAULT_GRACE_S if self.grace_s is None else self.grace_s,
            begins_at=draft.begins_at,
            opening=draft.opening,
            quorum=draft.quorum,
            link=self.link,
            attached=self.attached,
            options=self.asking.options,
            choosing=self.asking.choosing,
            asks_number=self.asking.number,
            no_cases=self.no_cases is True,
            sensitive=self.sensitive is True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a poll or a check-in lets people choose from."""

    options: tuple[Text, ...] = ()
    choosing: Choosing = Choosing.SINGLE
    number: bool = False


def read_step(table: Table, languages: Languages | None) -> Reading:
    """Read everything that one step says."""
    step_id = table.name("id") if _has_id(table) else None
    kind = _kind(table)
    optional = OPTIONAL_KEYS if kind is None else KIND_KEYS[kind]
    _refuse_step_keys(table, kind, optional)
    # What does not belong to the kind has just been refused; its value does not matter.
    written = Table(
        values={key: value for key, value in table.values.items() if key in optional},
        path=table.path,
        findings=table.findings,
    )
    return Reading(
        draft=_draft(table, written, step_id, kind),
        title=read_text(table, "title", languages, most=MAX_TITLE_CHARS),
        text=read_text(table, "text", languages, most=MAX_TEXT_CHARS, lines=True),
        grace_s=_optional_duration(written, "grace"),
        link=read_link(written, "link") if "link" in written.values else None,
        attached=_attached(written, kind, languages),
        asking=_asking(written, kind, languages),
        no_cases=_optional_flag(written, "no_cases"),
        sensitive=_sensitive(written),
    )


def _draft(table: Table, written: Table, step_id: str | None, kind: StepKind | None) -> DraftStep:
    opening, quorum = _opening(written, kind)
    has = written.values.keys()
    return DraftStep(
        table=table,
        kind=kind,
        id=step_id,
        scenario=(written.name("scenario") if "scenario" in has else None) or "",
        scenarios=(_scenarios(written) if "scenarios" in has else None) or (),
        turn=(written.number("turn", least=1, most=MAX_SCENARIOS) if "turn" in has else None) or 1,
        sealed=_optional_flag(written, "sealed") is not False,
        # What is sensitive is never shown to the group.
        shown=_optional_flag(written, "shown") is not False
        and written.values.get("sensitive") is not True,
        length_s=_optional_duration(written, "length"),
        remind_before_s=_optional_duration(written, "remind_before"),
        begins_at=written.clock("begins_at") if "begins_at" in has else None,
        opening=opening,
        quorum=quorum,
    )


def _sensitive(table: Table) -> bool | None:
    sensitive = _optional_flag(table, "sensitive")
    if sensitive:
        for key, value in (("sealed", False), ("shown", True)):
            if table.values.get(key) is value:
                table.note(
                    key,
                    said(
                        "{key} lets others read what sensitive = true keeps from them; remove one"
                        " of them",
                        key=f"{key} = {str(value).lower()}",
                    ),
                )
    return sensitive


def _has_id(table: Table) -> bool:
    if "id" in table.values:
        return True
    table.note("id", said('id is missing; write a short name of its own, e.g. id = "welcome"'))
    return False


def _optional_duration(table: Table, key: str) -> int | None:
    return table.duration(key) if key in table.values else None


def _optional_flag(table: Table, key: str) -> bool | None:
    return table.flag(key) if key in table.values else None


def _kind(table: Table) -> StepKind | None:
    if "kind" in table.values:
        return table.word("kind", StepKind, KIND_MEANT)
    table.note("kind", said("kind is missing; write one of {every}", every=listed(StepKind)))
    return None


def _refuse_step_keys(table: Table, kind: StepKind | None, optional: tuple[str, ...]) -> None:
    elsewhere = dict.fromkeys(
        (*PACK_KEYS, *PACK_OPTIONAL_KEYS),
        said("it belongs to the pack; write it above the first [[step]]"),
    )
    for key in OPTIONAL_KEYS:
        kinds = [name.value for name, keys in KIND_KEYS.items() if key in keys]
        elsewhere[key] = said(
            "remove it; it belongs to steps of the kind {kinds}", kinds=listed(kinds)
        )
    of = said("a step")
    if kind is not None:
        of = said("a step of the kind {kind}", kind=quoted(kind))
    table.refuse_unknown((*STEP_KEYS, *optional), of=of, elsewhere=elsewhere)


def _scenarios(table: Table) -> tuple[str, ...] | None:
    value = table.values["scenarios"]
    if not isinstance(value, list) or len(value) < 2 or len(value) > MAX_SCENARIOS:  # noqa: PLR2004  # one is no choice
        table.note(
            "scenarios",
            said(
                'scenarios must be a list of at least two ids, e.g. scenarios = ["anna", "omar"];'
                ' for one, write scenario = "anna"'
            ),
        )
        return None
    names = [table.as_short_name("scenarios", one) for one in value]
    found = tuple(name for name in names if name is not None)
    for name in sorted({name for name in found if found.count(name) > 1}):
        table.note(
            "scenarios",
            said("scenarios: {name} is there twice; keep one of them", name=quoted(name)),
        )
    return found if len(found) == len(value) == len(set(found)) else None


def _opening(table: Table, kind: StepKind | None) -> tuple[Opening, float]:
    """Read what lets the next step begin."""
    nothing = (Opening.TIME, 1.0)
    if "next" not in table.values:
        return nothing
    value = table.values["next"]
    known = ("time", "everyone", "organizer", "80 %")
    if not isinstance(value, str):
        table.note(
            "next",
            said("next must be one of {every}, not {it}", every=listed(known), it=what_is(value)),
        )
        return nothing
    share = _SHARE.fullmatch(value)
    if share is not None and not 1 <= int(share[1]) <= _WHOLE:
        table.note("next", said("next = {value} must be from 1 % to 100 %", value=quoted(value)))
        return nothing
    if share is None and value not in ("time", "everyone", "organizer"):
        table.note("next", unknown_word("next", value, known, OPENING_MEANT))
        return nothing
    opening = Opening.QUORUM if share is not None else Opening(value)
    if opening in (Opening.QUORUM, Opening.EVERYONE) and kind is not None and not kind.collects:
        table.note(
            "next",
            said(
                "next = {value} counts answers, and a step of the kind {kind} has none;"
                ' write "time" or "organizer"',
                value=quoted(value),
                kind=quoted(kind),
            ),
        )
        return nothing
    return opening, int(share[1]) / _WHOLE if share is not None else 1.0


def _attached(table: Table, kind: StepKind | None, languages: Languages | None) -> Attached | None:
    if "file" not in table.values:
        if kind is StepKind.PICTURE:
            table.require("file", 'file = "map.png"')
        if "description" in table.values:
            table.note(
                "description", said('description is of a file, and there is none; write file = "…"')
            )
        return None
    known = PICTURES if kind is StepKind.PICTURE else (*PICTURES, *DOCUMENTS)
    name = read_file_name(table, "file", known)
    description = read_text(table, "description", languages, most=MAX_DESCRIPTION_CHARS, lines=True)
    if name is None or description is None:
        return None
    return Attached(name=name, description=description)


def _asking(table: Table, kind: StepKind | None, languages: Languages | None) -> Asking:
    if kind is None or not kind.offers_options:
        return Asking()
    choosing = None
    if "choose" in table.values:
        choosing = table.word("choose", Choosing, CHOOSING_MEANT)
        if choosing is None:
            return Asking()
    elif kind is StepKind.POLL and "scale" in table.values and "options" not in table.values:
        table.note("scale", said('write choose = "scale" beside scale'))
        return Asking()
    if choosing is Choosing.SCALE:
        return Asking(options=_scale(table, languages), choosing=choosing)
    for key in ("scale", "low", "high"):
        if key in table.values:
            table.note(
                key, said('{key} belongs to a poll with choose = "scale"; remove it', key=key)
            )
    options: tuple[Text, ...] | None = None
    if table.require("options", _example(languages)):
        options = read_texts(
            table,
            "options",
            languages,
            fewest=FEWEST_OPTIONS,
            most=MOST_OPTIONS,
            chars=MAX_OPTION_CHARS,
        )
    return Asking(
        options=options or (),
        choosing=choosing or Choosing.SINGLE,
        number=_optional_flag(table, "number") is True,
    )


def _example(languages: Languages | None) -> str:
    first = languages.all[0] if languages is not None else "sv"
    return f'options.{first} = ["…", "…"]'


def _scale(table: Table, languages: Languages | None) -> tuple[Text, ...]:
    """The places of a scale; only its ends may have words, the others have an empty text."""
    if "options" in table.values:
        table.note(
            "options",
            said(
                'a poll with choose = "scale" has scale, low and high and no options; remove them'
            ),
        )
    places = None
    if table.require("scale", "scale = 5"):
        places = table.number("scale", least=SHORTEST_SCALE, most=LONGEST_SCALE)
    ends: dict[str, Text | None] = dict.fromkeys(("low", "high"))
    if "low" in table.values or "high" in table.values:
        ends = {key: read_text(table, key, languages, most=MAX_OPTION_CHARS) for key in ends}
    if places is None or languages is None:
        return ()
    none = Text(versions=tuple((language, "") for language in languages.all))
    middle = (none,) * (places - 2)
    return (ends["low"] or none, *middle, ends["high"] or none)
