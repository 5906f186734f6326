"""Reading what stands in a pack once in each language: texts, and lists of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flows.packs.kinds import OPTIONAL_KEYS, STEP_KEYS
from flows.packs.pack import Text
from flows.packs.places import Path
from flows.packs.syntax import hidden_character
from flows.packs.table import Findings, Table, quoted, what_is
from flows.said import Said, said

MAX_LANGUAGES = 10

_LANGUAGE = re.compile(r"[a-z]{2,3}")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """`all` are those that every text has, `beside` those that it may have."""

    all: tuple[str, ...]
    beside: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """Both, in the order in which a `Text` keeps them."""
        return self.all + self.beside


def is_language(code: object) -> bool:
    """Whether it is written like a language code."""
    return isinstance(code, str) and _LANGUAGE.fullmatch(code) is not None


def read_languages(table: Table) -> Languages | None:
    """Read which languages the pack has; None if that is wrong, and then no text can be read."""
    if not table.require("languages", 'languages = ["sv", "en"]'):
        return None
    every = _codes(table, "languages")
    beside = _codes(table, "beside") if "beside" in table.values else ()
    if every is None or beside is None:
        return None
    for code in beside:
        if code in every:
            table.note(
                "beside",
                said("beside: {code} is among languages already; remove it", code=quoted(code)),
            )
    return Languages(all=every, beside=tuple(code for code in beside if code not in every))


def _codes(table: Table, key: str) -> tuple[str, ...] | None:
    value = table.values[key]
    if not isinstance(value, list) or not value:
        example = '["sv", "en"]' if key == "languages" else '["sma"]'
        table.note(
            key, said("{key} must be a list, e.g. {key} = {example}", key=key, example=example)
        )
        return None
    if len(value) > MAX_LANGUAGES:
        table.note(
            key,
            said(
                "{key} has {count} and may have {most}",
                key=key,
                count=len(value),
                most=MAX_LANGUAGES,
            ),
        )
        return None
    wrong = [code for code in value if not is_language(code)]
    for code in wrong:
        table.note(
            key,
            said(
                '{key}: {code} is no language code; write two or three letters, e.g. "sv"',
                key=key,
                code=quoted(code) if isinstance(code, str) else what_is(code),
            ),
        )
    twice = sorted({code for code in value if code not in wrong and value.count(code) > 1})
    for code in twice:
        table.note(
            key, said("{key}: {code} is there twice; keep one of them", key=key, code=quoted(code))
        )
    return None if wrong or twice else tuple(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """What is written in one language; `called` is its key as the author knows it."""

    value: object
    called: str
    path: Path
    findings: Findings

    def note(self, what: Said) -> None:
        self.findings.note(self.path, what)


def read_text(
    table: Table, key: str, languages: Languages | None, *, most: int, lines: bool = False
) -> Text | None:
    """Read a text that must be there; `lines` allows line breaks.

    When the languages are wrong, that alone is worth telling.
    """
    if key not in table.values:
        known = languages.all if languages is not None else ("sv",)
        example = ", ".join(f'{key}.{language} = "…"' for language in known)
        table.note(key, said("{key} is missing; write {example}", key=key, example=example))
        return None
    if languages is None:
        return None
    versions = _in_each_language(
        table,
        key,
        languages,
        lambda one: _text(one, one.value, most=most, lines=lines),
        lists=False,
    )
    return None if versions is None else Text(versions=tuple(versions.items()))


def read_texts(
    table: Table, key: str, languages: Languages | None, *, fewest: int, most: int, chars: int
) -> tuple[Text, ...] | None:
    """Read a list of one-line texts that is equally long in every language."""
    if languages is None:
        return None
    versions = _in_each_language(
        table,
        key,
        languages,
        lambda one: _texts(one, fewest=fewest, most=most, chars=chars),
        lists=True,
    )
    if versions is None:
        return None
    first = languages.all[0]
    wanted = len(versions[first])
    uneven = {code: len(items) for code, items in versions.items() if len(items) != wanted}
    for language, count in uneven.items():
        table.findings.note(
            (*table.path, key, language),
            said(
                "{key}.{language} has {count} and {key}.{first} has {wanted};"
                " write as many in each language",
                key=key,
                language=language,
                count=count,
                first=first,
                wanted=wanted,
            ),
        )
    if uneven:
        return None
    return tuple(
        Text(versions=tuple((language, items[place]) for language, items in versions.items()))
        for place in range(wanted)
    )


def read_words(
    table: Table, key: str, languages: Languages | None, *, most: int, chars: int
) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    """Read a list of words for each language that has some; their number may differ."""
    if languages is None:
        return None
    some = languages
    if isinstance(table.values[key], dict):
        some = Languages(all=(), beside=languages.known)
    versions = _in_each_language(
        table, key, some, lambda one: _texts(one, fewest=1, most=most, chars=chars), lists=True
    )
    return None if versions is None else tuple(versions.items())


def _in_each_language(
    table: Table,
    key: str,
    languages: Languages,
    read: Callable[[_Version], Value | None],
    *,
    lists: bool,
) -> dict[str, Value] | None:
    """Read ``key.sv``, ``key.en`` …, or ``key`` itself where the pack has one language."""
    path = (*table.path, key)
    value = table.values[key]
    if isinstance(value, dict):
        inner = table.inner(key, value)
        _refuse_other_languages(inner, key, languages)
        written = {
            language: _Version(
                value=value[language],
                called=f"{key}.{language}",
                path=(*path, language),
                findings=table.findings,
            )
            for language in languages.known
            if language in value
        }
        for language in languages.all:
            if language not in value:
                _miss(table, key, language)
    elif len(languages.all) == 1:
        only = _Version(value=value, called=key, path=path, findings=table.findings)
        written = {languages.all[0]: only}
    else:
        _refuse_one_language(table, key, value, languages, lists=lists)
        return None
    found = {language: read(version) for language, version in written.items()}
    whole = {language: one for language, one in found.items() if one is not None}
    complete = len(whole) == len(written) and all(code in whole for code in languages.all)
    return whole if complete else None


def _miss(table: Table, key: str, language: str) -> None:
    table.note(
        key,
        said(
            "{key}.{language} is missing; write it, or take {code} out of languages",
            key=key,
            language=language,
            code=quoted(language),
        ),
    )


def _refuse_one_language(
    table: Table, key: str, value: object, languages: Languages, *, lists: bool
) -> None:
    if not isinstance(value, list if lists else str):
        table.note(key, _no_list(key, value) if lists else _no_text(key, value))
        return
    example = '["…", "…"]' if lists else '"…"'
    each = ", ".join(f"{key}.{language} = {example}" for language in languages.all)
    table.note(key, said("{key} is in one language only; write {each}", key=key, each=each))


def _no_text(key: str, value: object) -> Said:
    return said("{key} must be text in quotes, not {it}", key=key, it=what_is(value))


def _no_list(key: str, value: object) -> Said:
    return said(
        '{key} must be a list of texts, e.g. ["…", "…"], not {it}', key=key, it=what_is(value)
    )


def _refuse_other_languages(inner: Table, key: str, languages: Languages) -> None:
    elsewhere = dict.fromkeys(
        (*STEP_KEYS, *OPTIONAL_KEYS),
        said("it belongs to the step; write it above [step.{key}]", key=key),
    )
    for other in inner.values:
        if is_language(other) and other not in elsewhere:
            elsewhere[other] = said("remove it, or add {code} to languages", code=quoted(other))
    inner.refuse_unknown(
        languages.known, of=said("{key}, whose keys are languages", key=key), elsewhere=elsewhere
    )


def _texts(version: _Version, *, fewest: int, most: int, chars: int) -> tuple[str, ...] | None:
    if not isinstance(version.value, list):
        version.note(_no_list(version.called, version.value))
        return None
    count = len(version.value)
    if not fewest <= count <= most:
        version.note(
            said(
                "{key} has {count}; write from {fewest} to {most}",
                key=version.called,
                count=count,
                fewest=fewest,
                most=most,
            )
        )
        return None
    found = [_text(version, one, most=chars, lines=False) for one in version.value]
    items = tuple(one for one in found if one is not None)
    folded = [one.casefold() for one in items]
    for place, one in enumerate(items):
        if folded.index(folded[place]) < place:
            version.note(
                said(
                    "{key}: {item} is there twice; keep one of them",
                    key=version.called,
                    item=quoted(one),
                )
            )
            return None
    return items if len(items) == count else None


def _text(version: _Version, value: object, *, most: int, lines: bool) -> str | None:
    key = version.called
    if not isinstance(value, str):
        version.note(_no_text(key, value))
        return None
    value = value.strip()
    if not value:
        version.note(said("{key} is empty; write what people shall read", key=key))
    elif len(value) > most:
        version.note(_too_long(key, len(value), most, lines=lines))
    elif (hidden := hidden_character(value)) is not None:
        version.note(
            said("{key} contains the invisible character {it}; remove it", key=key, it=hidden)
        )
    elif not lines and "\n" in value:
        version.note(said("{key} must be one line; put the rest in the text of a step", key=key))
    else:
        return value
    return None


def _too_long(key: str, count: int, most: int, *, lines: bool) -> Said:
    if lines:
        return said(
            "{key} has {count} characters and may have {most}; shorten it or make two steps of it",
            key=key,
            count=count,
            most=most,
        )
    return said(
        "{key} has {count} characters and may have {most}; shorten it",
        key=key,
        count=count,
        most=most,
    )
