"""What is wrong with a configuration, in sentences: place, problem, remedy."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from bot.config.file import DATABASE_PASSWORD_VARIABLE, SECTIONS, TOKEN_VARIABLE
from bot.config.place import OpenSecret
from bot.nearest import nearest
from bot.wording import Wording

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_LONGEST_SHOWN = 60
_SECRET = re.compile(r"(password|token|secret)(?!.*_file$)")
_HIDDEN = ("access_token_file", "database_password_file", "database", "api_key_file", "base_url")
"""Values in which somebody may have written a secret, so that they are never repeated."""


def describe(detail: ErrorDetails, words: Wording) -> str:
    """One sentence: the place, what is wrong with it, and what to write instead."""
    keys = [key for key in detail["loc"] if isinstance(key, str)]
    name, kind = ".".join(keys), detail["type"]
    if kind == "extra_forbidden":
        return _unknown(keys, words)
    if len(keys) == 1:
        return words.say("{name} must be a section: write [{name}] on a line of its own", name=name)
    what = _what(detail, words)
    error = detail.get("ctx", {}).get("error")
    remedy = (
        error.remedy if isinstance(error, OpenSecret) else _remedy(keys, detail["input"], words)
    )
    return f"{name} {what}; {remedy}"


def _unknown(keys: list[str], words: Wording) -> str:
    name, last = ".".join(keys), keys[-1]
    fields = _fields(keys[:-1])
    if _SECRET.search(last):
        return words.say(
            "{name}: secrets are not written in the configuration; put it alone in a file and "
            'write {file_key} = "the file\'s name" (or set {token} or {password})',
            name=name,
            file_key="access_token_file" if keys[0] == "matrix" else "database_password_file",
            token=TOKEN_VARIABLE,
            password=DATABASE_PASSWORD_VARIABLE,
        )
    guess = nearest(last, fields)
    if guess is not None:
        return words.say("{name} is unknown; did you mean {guess}?", name=name, guess=guess)
    known = ", ".join(fields)
    return words.say("{name} is unknown; what can stand there: {known}", name=name, known=known)


def _what(detail: ErrorDetails, words: Wording) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return words.say("is missing")
    if kind == "value_error" and (detail["input"] is None or detail["loc"][-1] in _HIDDEN):
        return str(context["error"])
    value = _shown(detail["input"])
    if kind == "value_error":
        return f"= {value} {context['error']}"
    wrong = {
        "string_type": words.say("is not a text in quotes"),
        "string_too_short": words.say("is empty"),
        "float_type": words.say("is not a number"),
        "list_type": words.say("is not a list in [ ]"),
        "finite_number": words.say("is not a number"),
        "greater_than": words.say("is too small"),
        "greater_than_equal": words.say("is too small"),
        "less_than_equal": words.say("is too large"),
    }
    # What is left is a choice among words (pydantic's literal_error).
    complaint = wrong.get(kind, words.say("is not one of the choices"))
    return f"= {value} {complaint}"


def _remedy(keys: list[str], value: object, words: Wording) -> str:
    section, key = keys[0], keys[1]
    if key == "timezone" and isinstance(value, str) and (guess := nearest_zone(value)):
        return words.say("did you mean {guess}?", guess=_shown(guess))
    found = SECTIONS[section].model_fields[key]
    choices = getattr(found.annotation, "__args__", ())
    if choices and all(isinstance(choice, str) for choice in choices):
        return words.say("write one of {choices}", choices=", ".join(_shown(c) for c in choices))
    example = (found.examples or [""])[0]
    return words.say("write e.g. {key} = {example}", key=key, example=_shown(example))


def _fields(path: list[str]) -> list[str]:
    return list(SECTIONS[path[0]].model_fields if path else SECTIONS)


def nearest_zone(written: str) -> str | None:
    """The zone that was meant: `Stockholm`, `europe/stockholm` and `Europe/Stokholm` all are."""
    zones = sorted(available_timezones())
    cities = {zone.rsplit("/", maxsplit=1)[-1]: zone for zone in reversed(zones)}
    city = nearest(written.replace(" ", "_"), list(cities))
    return nearest(written, zones) or (None if city is None else cities[city])


def _shown(value: object) -> str:
    """A value as it stands in TOML, cut if it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
