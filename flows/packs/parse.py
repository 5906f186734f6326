"""From the TOML of a pack to a `Pack`, or to everything that is wrong with it at once.

Which keys there are is said in ``flows.packs.kinds``; how one value is read, in
``flows.packs.table`` and ``flows.packs.texts``; how its parts are, in ``flows.packs.steps``,
``flows.packs.parts`` and ``flows.packs.schedule``; what must hold between steps, in
``flows.packs.checks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.consent import MAX_WORDS, count_words
from flows.errors import PackError, Problem
from flows.packs.checks import check_anonymous, check_ids, check_scenarios, check_steps
from flows.packs.kinds import (
    FOLLOW_UP_KEYS,
    IDENTITY_MEANT,
    OPTIONAL_KEYS,
    PACK_KEYS,
    PACK_OPTIONAL_KEYS,
    PERSONAL_DATA_MEANT,
    STEP_KEYS,
)
from flows.packs.pack import FollowUp, Identity, Pack, PersonalData, Recurrence, Step, Text
from flows.packs.parts import (
    check_own_ids,
    read_contacts,
    read_id,
    read_scenarios,
    read_themes,
    refuse_keys,
)
from flows.packs.schedule import read_after, read_recurrence
from flows.packs.steps import MAX_STEPS, MAX_TITLE_CHARS, Reading, read_step
from flows.packs.syntax import read_toml
from flows.packs.table import Findings, Table, as_name, is_name, quoted, tables
from flows.packs.texts import Languages, read_languages, read_text
from flows.registry import MAX_REGISTRY_CHARS, registry_number
from flows.said import said

MAX_PURPOSE_CHARS = 2_000
MAX_CONSENT_CHARS = 2_000
MAX_FOLLOW_UPS = 20


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
    what = said(
        "the file's name, {name}, is the pack's name and may have only a-z, 0-9 and"
        ' "-"; call the file {better}.toml',
        name=quoted(name),
        better=as_name(name, otherwise="my-pack"),
    )
    return (Problem(line=None, what=what),)


def _pack(table: Table, name: str) -> Pack | None:
    table.refuse_unknown(
        (*PACK_KEYS, *PACK_OPTIONAL_KEYS),
        of=said("a pack"),
        elsewhere=dict.fromkeys(
            (*STEP_KEYS, *OPTIONAL_KEYS), said("it belongs to a step; write it below [[step]]")
        ),
    )
    languages = read_languages(table)
    title = read_text(table, "title", languages, most=MAX_TITLE_CHARS)
    purpose = read_text(table, "purpose", languages, most=MAX_PURPOSE_CHARS, lines=True)
    handling = _handling(table, languages)
    self_paced = table.flag("self_paced") if "self_paced" in table.values else False
    themes = read_themes(table, languages)
    scenarios = read_scenarios(table, languages)
    contacts = read_contacts(table, languages)
    recurrence = _recurrence(table)
    readings = _steps(table, languages)
    follow_ups = _follow_ups(table, languages)
    drafts = [reading.draft for reading in readings]
    drafts += [reading.draft for each in follow_ups for reading in each.readings]
    check_ids(drafts)
    if handling.identity is Identity.ANONYMOUS:
        check_anonymous(drafts)
    if scenarios is not None:
        check_scenarios(drafts, [scenario.id for scenario in scenarios])
    if languages is None or title is None or purpose is None:
        return None
    # What could not be read is missing from here on, and has been noted: no such pack comes out.
    return Pack(
        name=name,
        title=title,
        purpose=purpose,
        languages=languages.all,
        beside=languages.beside,
        consent=handling.consent,
        asks_consent=handling.asks_consent,
        retention=handling.retention,
        self_paced=self_paced is True,
        identity=handling.identity,
        registry=handling.registry,
        moderation=handling.moderation,
        personal_data=handling.personal_data,
        themes=themes or (),
        scenarios=scenarios or (),
        contacts=contacts or (),
        recurrence=recurrence,
        steps=_sound(readings),
        follow_ups=tuple(one for each in follow_ups if (one := each.follow_up()) is not None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Handling:
    """How what people write is to be handled."""

    consent: Text | None
    asks_consent: bool
    retention: tuple[int, int] | None
    identity: Identity
    registry: str
    moderation: Text | None
    personal_data: PersonalData


def _handling(table: Table, languages: Languages | None) -> _Handling:
    identity = personal_data = moderation = None
    if "identity" in table.values:
        identity = table.word("identity", Identity, IDENTITY_MEANT)
    if "personal_data" in table.values:
        personal_data = table.word("personal_data", PersonalData, PERSONAL_DATA_MEANT)
    if "moderation" in table.values:
        moderation = read_text(table, "moderation", languages, most=MAX_CONSENT_CHARS, lines=True)
    asks_consent = table.flag("ask_consent") if "ask_consent" in table.values else True
    return _Handling(
        consent=_consent(table, languages),
        asks_consent=asks_consent is not False,
        retention=read_after(table, "retention") if "retention" in table.values else None,
        identity=identity or Identity.NAMED,
        registry=_registry(table) if "registry" in table.values else "",
        moderation=moderation,
        personal_data=personal_data or PersonalData.MASK,
    )


def _sound(readings: Sequence[Reading]) -> tuple[Step, ...]:
    return tuple(step for reading in readings if (step := reading.step()) is not None)


def _registry(table: Table) -> str:
    """The number under which the organisation keeps the matter; "" for one that is none."""
    number = registry_number(table.values["registry"])
    if number is None:
        table.note(
            "registry",
            said(
                "registry must be a number as your registrar writes it, in quotes and of at most"
                ' {most} characters, e.g. registry = "KS 2026/123"',
                most=MAX_REGISTRY_CHARS,
            ),
        )
    return number or ""


def _consent(table: Table, languages: Languages | None) -> Text | None:
    """The text that people say yes to, if the pack has one: short enough to be read."""
    if "consent" not in table.values:
        return None
    text = read_text(table, "consent", languages, most=MAX_CONSENT_CHARS, lines=True)
    for language, version in () if text is None else text.versions:
        number = count_words(version)
        if number > MAX_WORDS:
            table.findings.note(
                (*table.path, "consent", language),
                said(
                    "consent.{language} has {number} words and may have {most}, so that everybody"
                    " reads it; write only who reads the answers, what for, for how long, that they"
                    " may be a public record, and how to withdraw",
                    language=language,
                    number=number,
                    most=MAX_WORDS,
                ),
            )
    return text


def _recurrence(table: Table) -> Recurrence | None:
    value = table.values.get("recurrence")
    if value is None:
        return None
    if not isinstance(value, dict):
        table.note(
            "recurrence",
            said('write [recurrence] on a line of its own, and below it every = "…" and at = "…"'),
        )
        return None
    if table.values.get("follow_up"):
        table.note(
            "recurrence",
            said(
                "a pack has either [recurrence] or [[follow_up]]: what comes again and again needs"
                " no follow-up; remove one of them"
            ),
        )
    return read_recurrence(table.inner("recurrence", value))


def _steps(table: Table, languages: Languages | None) -> list[Reading]:
    """Read the steps of a pack or of a follow-up."""
    if not table.values.get("step", []):
        called = ".".join([*(part for part in table.path if isinstance(part, str)), "step"])
        table.note(
            "step",
            said(
                "there is no step; write at least one [[{called}]] with id, kind, title and text",
                called=called,
            ),
        )
        return []
    found = tables(table, "step", most=MAX_STEPS)
    readings = [read_step(one, languages) for one in found or ()]
    check_steps([reading.draft for reading in readings])
    return readings


@dataclass(frozen=True, slots=True, kw_only=True)
class _FollowUpReading:
    """What could be read of one follow-up."""

    id: str | None
    title: Text | None
    after: tuple[int, int] | None
    at: tuple[int, int] | None
    readings: list[Reading]

    def follow_up(self) -> FollowUp | None:
        """Make it, or None where something is missing or wrong."""
        if self.id is None or self.title is None or self.after is None or self.at is None:
            return None
        months, days = self.after
        return FollowUp(
            id=self.id,
            title=self.title,
            after_months=months,
            after_days=days,
            at=self.at,
            steps=_sound(self.readings),
        )


def _follow_ups(table: Table, languages: Languages | None) -> list[_FollowUpReading]:
    found = tables(table, "follow_up", most=MAX_FOLLOW_UPS) or []
    check_own_ids(found, "follow_up")
    return [_follow_up(one, languages) for one in found]


def _follow_up(table: Table, languages: Languages | None) -> _FollowUpReading:
    refuse_keys(table, "follow_up", FOLLOW_UP_KEYS)
    return _FollowUpReading(
        id=read_id(table, "autumn"),
        title=read_text(table, "title", languages, most=MAX_TITLE_CHARS),
        after=read_after(table, "after") if table.require("after", 'after = "6 months"') else None,
        at=table.clock("at") if table.require("at", 'at = "09.00"') else None,
        readings=_steps(table, languages),
    )
