"""From the TOML of a pack to a `Pack`, or to everything that is wrong with it at once.

Which keys there are, and what each step kind needs, is said here; how one value is read, in
``flows.packs.table``; what must hold between steps, in ``flows.packs.checks``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.errors import PackError, Problem
from flows.ids import StepId
from flows.packs.checks import DraftStep, check_steps
from flows.packs.pack import DEFAULT_GRACE_S, Pack, Step, StepKind, Text
from flows.packs.syntax import read_toml
from flows.packs.table import Findings, Table, as_name, is_name, listed, quoted, suggestion, what_is

MAX_STEPS = 200
MAX_LANGUAGES = 10
MAX_TITLE_CHARS = 120
MAX_PURPOSE_CHARS = 2_000
MAX_TEXT_CHARS = 8_000
"""A prompt must fit in one message of any chat network, in two forms and perhaps encrypted."""

PACK_KEYS = ("title", "purpose", "languages", "step")
STEP_KEYS = ("id", "kind", "title", "text")
"""The keys every step must have; `KIND_KEYS` has the others."""

KIND_KEYS: dict[StepKind, tuple[str, ...]] = {
    StepKind.FILM: ("scenario", "length"),
    StepKind.PICTURE: ("scenario", "length"),
    StepKind.BACKGROUND: ("scenario", "length"),
    StepKind.EXERCISE: ("scenario", "length", "remind_before"),
    StepKind.INDIVIDUAL: ("scenario", "length", "remind_before", "sealed"),
    StepKind.GROUP: ("scenario", "length", "remind_before", "grace"),
    StepKind.POLL: ("scenario", "length", "remind_before", "sealed"),
    StepKind.CHECK_IN: ("scenario", "length", "remind_before", "sealed"),
    StepKind.BREAK: ("length",),
    StepKind.PLENARY: ("scenario", "length"),
}
OPTIONAL_KEYS = tuple(dict.fromkeys(key for keys in KIND_KEYS.values() for key in keys))

_IN_SWEDISH = {
    "bakgrund": StepKind.BACKGROUND,
    "enskild": StepKind.INDIVIDUAL,
    "enskilt": StepKind.INDIVIDUAL,
    "individuell": StepKind.INDIVIDUAL,
    "individuellt": StepKind.INDIVIDUAL,
    "grupp": StepKind.GROUP,
    "paus": StepKind.BREAK,
    "rast": StepKind.BREAK,
    "helgrupp": StepKind.PLENARY,
    "plenum": StepKind.PLENARY,
}

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def parse(source: str, *, name: str) -> Pack:
    """Read a pack; `name` is its file's, without ``.toml``.

    Raises:
        PackError: With every problem there is, in order of line. Only a source that is not
            TOML at all has a single one.
    """
    document = read_toml(source)
    if isinstance(document, Problem):
        raise PackError(name, (*_name_problems(name), document))
    findings = Findings(places=document.places)
    pack = _pack(Table(values=document.values, path=(), findings=findings), name)
    problems = (*_name_problems(name), *findings.in_order())
    if pack is None or problems:
        raise PackError(name, problems)
    return pack


def _name_problems(name: str) -> tuple[Problem, ...]:
    if is_name(name):
        return ()
    better = as_name(name, otherwise="my-pack")
    message = (
        f"the file's name, {quoted(name)}, is the pack's name and may have only a-z, 0-9 and"
        f' "-"; call the file {better}.toml'
    )
    return (Problem(line=None, message=message),)


def _pack(table: Table, name: str) -> Pack | None:
    elsewhere = dict.fromkeys(
        (*STEP_KEYS, *OPTIONAL_KEYS), "it belongs to a step; write it below [[step]]"
    )
    table.refuse_unknown(PACK_KEYS, of="a pack", elsewhere=elsewhere)
    languages = _languages(table)
    title = _text(table, "title", languages, most=MAX_TITLE_CHARS, lines=False)
    purpose = _text(table, "purpose", languages, most=MAX_PURPOSE_CHARS, lines=True)
    steps = _steps(table, languages)
    if languages is None or title is None or purpose is None or steps is None:
        return None
    return Pack(name=name, title=title, purpose=purpose, languages=languages, steps=steps)


def _languages(table: Table) -> tuple[str, ...] | None:
    value = table.values.get("languages")
    if value is None:
        table.note("languages", 'languages is missing; write e.g. languages = ["sv", "en"]')
        return None
    if not isinstance(value, list) or not value:
        table.note("languages", 'languages must be a list, e.g. languages = ["sv", "en"]')
        return None
    if len(value) > MAX_LANGUAGES:
        table.note("languages", f"languages has {len(value)} and may have {MAX_LANGUAGES}")
        return None
    wrong = [code for code in value if not _is_language(code)]
    for code in wrong:
        shown = quoted(code) if isinstance(code, str) else what_is(code)
        table.note(
            "languages",
            f'languages: {shown} is no language code; write two or three letters, e.g. "sv"',
        )
    twice = sorted({code for code in value if code not in wrong and value.count(code) > 1})
    for code in twice:
        table.note("languages", f"languages: {quoted(code)} is there twice; keep one of them")
    return None if wrong or twice else tuple(value)


def _is_language(code: object) -> bool:
    return isinstance(code, str) and _LANGUAGE.fullmatch(code) is not None


def _text(
    table: Table, key: str, languages: tuple[str, ...] | None, *, most: int, lines: bool
) -> Text | None:
    """Read a required text; when the languages are wrong, that alone is worth telling."""
    if key not in table.values:
        example = ", ".join(f'{key}.{language} = "…"' for language in languages or ("sv",))
        table.note(key, f"{key} is missing; write {example}")
        return None
    if languages is None:
        return None
    _refuse_other_languages(table, key, languages)
    return table.text(key, languages, most=most, lines=lines)


def _refuse_other_languages(table: Table, key: str, languages: tuple[str, ...]) -> None:
    value = table.values[key]
    if not isinstance(value, dict):
        return
    inner = Table(values=value, path=(*table.path, key), findings=table.findings)
    elsewhere = dict.fromkeys(
        (*STEP_KEYS, *OPTIONAL_KEYS), f"it belongs to the step; write it above [step.{key}]"
    )
    for other in value:
        if _is_language(other) and other not in elsewhere:
            elsewhere[other] = f"remove it, or add {quoted(other)} to languages"
    inner.refuse_unknown(languages, of=f"{key}, whose keys are languages", elsewhere=elsewhere)


def _steps(table: Table, languages: tuple[str, ...] | None) -> tuple[Step, ...] | None:
    value = table.values.get("step")
    example = "write at least one [[step]] with id, kind, title and text"
    if value is None or value == []:
        table.note("step", f"there is no step; {example}")
        return None
    if isinstance(value, dict):
        table.note("step", "a step begins with two brackets; write [[step]], not [step]")
        return None
    if not isinstance(value, list) or not all(isinstance(step, dict) for step in value):
        table.note("step", f"step must be tables; {example}")
        return None
    if len(value) > MAX_STEPS:
        table.note("step", f"there are {len(value)} steps and may be {MAX_STEPS}; make two packs")
        return None
    tables = [
        Table(values=values, path=("step", index), findings=table.findings)
        for index, values in enumerate(value)
    ]
    readings = [_step(step, languages) for step in tables]
    check_steps([reading.draft for reading in readings])
    steps = tuple(step for reading in readings if (step := reading.step()) is not None)
    return steps if len(steps) == len(tables) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What could be read of one step."""

    draft: DraftStep
    title: Text | None
    text: Text | None
    sealed: bool | None
    grace_s: int | None

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
            length_s=draft.length_s,
            remind_before_s=draft.remind_before_s,
            sealed=True if self.sealed is None else self.sealed,
            grace_s=DEFAULT_GRACE_S if self.grace_s is None else self.grace_s,
        )


def _step(table: Table, languages: tuple[str, ...] | None) -> _Reading:
    step_id = _id(table)
    kind = _kind(table)
    optional = OPTIONAL_KEYS if kind is None else KIND_KEYS[kind]
    _refuse_step_keys(table, kind, optional)
    # What does not belong to the kind has just been refused; its value does not matter.
    written = table.values.keys() & set(optional)
    sealed = table.flag("sealed") if "sealed" in written else None
    draft = DraftStep(
        table=table,
        kind=kind,
        id=step_id,
        scenario=(table.name("scenario") if "scenario" in written else None) or "",
        sealed=sealed is not False,
        length_s=table.duration("length") if "length" in written else None,
        remind_before_s=table.duration("remind_before") if "remind_before" in written else None,
    )
    return _Reading(
        draft=draft,
        title=_text(table, "title", languages, most=MAX_TITLE_CHARS, lines=False),
        text=_text(table, "text", languages, most=MAX_TEXT_CHARS, lines=True),
        sealed=sealed,
        grace_s=table.duration("grace") if "grace" in written else None,
    )


def _id(table: Table) -> str | None:
    if "id" in table.values:
        return table.name("id")
    table.note("id", 'id is missing; write a short name of its own, e.g. id = "welcome"')
    return None


def _kind(table: Table) -> StepKind | None:
    value = table.values.get("kind")
    known = listed(StepKind)
    if value is None:
        table.note("kind", f"kind is missing; write one of {known}")
    elif not isinstance(value, str):
        table.note("kind", f"kind must be one of {known}, not {what_is(value)}")
    elif value not in set(StepKind):
        meant = _IN_SWEDISH.get(value.lower())
        remedy = f"did you mean {quoted(meant)}?" if meant else suggestion(value, tuple(StepKind))
        every = "" if known in remedy else f" The known ones are {known}"
        table.note("kind", f"kind = {quoted(value)} is unknown; {remedy}{every}")
    else:
        return StepKind(value)
    return None


def _refuse_step_keys(table: Table, kind: StepKind | None, optional: tuple[str, ...]) -> None:
    elsewhere = dict.fromkeys(
        ("purpose", "languages"), "it belongs to the pack; write it above the first [[step]]"
    )
    for key in OPTIONAL_KEYS:
        kinds = [name.value for name, keys in KIND_KEYS.items() if key in keys]
        elsewhere[key] = f"remove it; it belongs to steps of the kind {listed(kinds)}"
    of = "a step" if kind is None else f"a step of the kind {quoted(kind)}"
    table.refuse_unknown((*STEP_KEYS, *optional), of=of, elsewhere=elsewhere)
