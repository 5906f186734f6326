"""Reading what a pack has beside its steps: themes, scenarios, contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from flows.packs.durations import format_duration
from flows.packs.kinds import (
    CONTACT_KEYS,
    CONTACT_OPTIONAL_KEYS,
    PACK_KEYS,
    PACK_OPTIONAL_KEYS,
    SCENARIO_KEYS,
    THEME_KEYS,
    THEME_OPTIONAL_KEYS,
)
from flows.packs.pack import Contact, Scenario, Theme
from flows.packs.steps import MAX_SCENARIOS, MAX_TEXT_CHARS, MAX_TITLE_CHARS
from flows.packs.table import Table, quoted, tables
from flows.packs.texts import Languages, read_text, read_texts, read_words
from flows.said import said

MAX_THEMES = 30
MAX_CONTACTS = 10
MAX_KEYWORDS = 100
MAX_KEYWORD_CHARS = 60
MAX_QUESTIONS = 20
MAX_QUESTION_CHARS = 500

Part = TypeVar("Part")


def read_themes(table: Table, languages: Languages | None) -> tuple[Theme, ...] | None:
    """Read every ``[[theme]]``."""
    found = tables(table, "theme", most=MAX_THEMES)
    if found is None:
        return None
    check_own_ids(found, "theme")
    themes = [_theme(one, languages) for one in found]
    return _all(themes)


def _theme(table: Table, languages: Languages | None) -> Theme | None:
    refuse_keys(table, "theme", (*THEME_KEYS, *THEME_OPTIONAL_KEYS))
    written = table.values.keys()
    theme_id = read_id(table, "skolan")
    title = read_text(table, "title", languages, most=MAX_TITLE_CHARS)
    keywords = (
        read_words(table, "keywords", languages, most=MAX_KEYWORDS, chars=MAX_KEYWORD_CHARS)
        if "keywords" in written
        else ()
    )
    sensitive = table.flag("sensitive") if "sensitive" in written else False
    if theme_id is None or title is None or keywords is None or sensitive is None:
        return None
    return Theme(id=theme_id, title=title, keywords=keywords, sensitive=sensitive)


def read_scenarios(table: Table, languages: Languages | None) -> tuple[Scenario, ...] | None:
    """Read every ``[[scenario]]``."""
    found = tables(table, "scenario", most=MAX_SCENARIOS)
    if found is None:
        return None
    check_own_ids(found, "scenario")
    return _all([_scenario(one, languages) for one in found])


def _scenario(table: Table, languages: Languages | None) -> Scenario | None:
    refuse_keys(table, "scenario", SCENARIO_KEYS)
    scenario_id = read_id(table, "anna")
    title = read_text(table, "title", languages, most=MAX_TITLE_CHARS)
    text = read_text(table, "text", languages, most=MAX_TEXT_CHARS, lines=True)
    if scenario_id is None or title is None or text is None:
        return None
    return Scenario(id=scenario_id, title=title, text=text)


def read_contacts(table: Table, languages: Languages | None) -> tuple[Contact, ...] | None:
    """Read every ``[[contact]]``."""
    found = tables(table, "contact", most=MAX_CONTACTS)
    if found is None:
        return None
    check_own_ids(found, "contact")
    return _all([_contact(one, languages) for one in found])


def _contact(table: Table, languages: Languages | None) -> Contact | None:
    refuse_keys(table, "contact", (*CONTACT_KEYS, *CONTACT_OPTIONAL_KEYS))
    written = table.values.keys()
    contact_id = read_id(table, "strategist")
    title = read_text(table, "title", languages, most=MAX_TITLE_CHARS)
    questions = (
        read_texts(
            table,
            "questions",
            languages,
            fewest=1,
            most=MAX_QUESTIONS,
            chars=MAX_QUESTION_CHARS,
        )
        if "questions" in written
        else ()
    )
    remind_after_s = table.duration("remind_after") if "remind_after" in written else 24 * 3600
    wait_s = table.duration("wait") if "wait" in written else 72 * 3600
    if remind_after_s is not None and wait_s is not None and remind_after_s >= wait_s:
        table.note(
            "remind_after",
            said(
                "remind_after is {before}, but the question waits only {wait}; write less than"
                " that, or a longer wait",
                before=format_duration(remind_after_s),
                wait=format_duration(wait_s),
            ),
        )
        return None
    if contact_id is None or title is None or questions is None:
        return None
    if remind_after_s is None or wait_s is None:
        return None
    return Contact(
        id=contact_id,
        title=title,
        questions=questions,
        remind_after_s=remind_after_s,
        wait_s=wait_s,
    )


def read_id(table: Table, example: str) -> str | None:
    """Read the id of something that is no step."""
    if not table.require("id", f'id = "{example}"'):
        return None
    return table.name("id")


def refuse_keys(table: Table, called: str, known: Sequence[str]) -> None:
    """Note keys that do not belong to ``[[called]]``."""
    elsewhere = dict.fromkeys(
        (*PACK_KEYS, *PACK_OPTIONAL_KEYS),
        said("it belongs to the pack; write it above the first line with brackets"),
    )
    table.refuse_unknown(known, of=said("[[{called}]]", called=called), elsewhere=elsewhere)


def check_own_ids(found: Sequence[Table], called: str) -> None:
    """Note ids that two of the same kind have."""
    seen: set[object] = set()
    for table in found:
        own = table.values.get("id")
        if isinstance(own, str) and own in seen:
            table.note(
                "id",
                said(
                    "id = {id} is used already; every [[{called}]] needs one of its own",
                    id=quoted(own),
                    called=called,
                ),
            )
        if isinstance(own, str):
            seen.add(own)


def _all(parts: Sequence[Part | None]) -> tuple[Part, ...] | None:
    sound = tuple(part for part in parts if part is not None)
    return sound if len(sound) == len(parts) else None
