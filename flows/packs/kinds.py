"""Which keys there are, on every level of a pack, and what people write for them in Swedish."""

from __future__ import annotations

from flows.packs.pack import Choosing, Identity, Opening, PersonalData, StepKind

PACK_KEYS = ("title", "purpose", "languages", "step")
"""The keys every pack must have."""
PACK_OPTIONAL_KEYS = (
    "beside",
    "self_paced",
    "personal_data",
    "consent",
    "identity",
    "moderation",
    "registry",
    "ask_consent",
    "retention",
    "recurrence",
    "theme",
    "scenario",
    "contact",
    "follow_up",
)
RECURRENCE_KEYS = ("every", "at")
RECURRENCE_OPTIONAL_KEYS = ("skip_holidays", "skip_months", "times")
THEME_KEYS = ("id", "title")
THEME_OPTIONAL_KEYS = ("keywords", "sensitive")
SCENARIO_KEYS = ("id", "title", "text")
CONTACT_KEYS = ("id", "title")
CONTACT_OPTIONAL_KEYS = ("questions", "remind_after", "wait")
FOLLOW_UP_KEYS = ("id", "title", "after", "at", "step")

STEP_KEYS = ("id", "kind", "title", "text")
"""The keys every step must have; `KIND_KEYS` has the others."""

_ABOUT = ("scenario", "scenarios", "turn")
_WHEN = ("length", "begins_at", "next")
_ASKS = ("remind_before", "no_cases")

KIND_KEYS: dict[StepKind, tuple[str, ...]] = {
    StepKind.FILM: (*_ABOUT, *_WHEN, "link"),
    StepKind.PICTURE: (*_ABOUT, *_WHEN, "file", "description"),
    StepKind.BACKGROUND: (*_ABOUT, *_WHEN, "file", "description"),
    StepKind.EXERCISE: (*_ABOUT, *_WHEN, *_ASKS),
    StepKind.INDIVIDUAL: (*_ABOUT, *_WHEN, *_ASKS, "sealed", "shown", "sensitive"),
    StepKind.GROUP: (*_ABOUT, *_WHEN, *_ASKS, "grace"),
    StepKind.PLENARY: (*_ABOUT, *_WHEN),
    StepKind.POLL: (
        *(*_ABOUT, *_WHEN, "remind_before", "sealed"),
        *("options", "choose", "scale", "low", "high"),
    ),
    StepKind.BREAK: _WHEN,
    StepKind.CHECK_IN: (*_ABOUT, *_WHEN, *_ASKS, "sealed", "options", "number"),
}
OPTIONAL_KEYS = tuple(dict.fromkeys(key for keys in KIND_KEYS.values() for key in keys))

KIND_MEANT = {
    "bakgrund": StepKind.BACKGROUND,
    "bild": StepKind.PICTURE,
    "image": StepKind.PICTURE,
    "photo": StepKind.PICTURE,
    "video": StepKind.FILM,
    "övning": StepKind.EXERCISE,
    "ovning": StepKind.EXERCISE,
    "enskild": StepKind.INDIVIDUAL,
    "enskilt": StepKind.INDIVIDUAL,
    "individuell": StepKind.INDIVIDUAL,
    "individuellt": StepKind.INDIVIDUAL,
    "grupp": StepKind.GROUP,
    "paus": StepKind.BREAK,
    "rast": StepKind.BREAK,
    "helgrupp": StepKind.PLENARY,
    "plenum": StepKind.PLENARY,
    "alla": StepKind.PLENARY,
    "omröstning": StepKind.POLL,
    "omrostning": StepKind.POLL,
    "enkät": StepKind.POLL,
    "fråga": StepKind.POLL,
    "skala": StepKind.POLL,
    "avstämning": StepKind.CHECK_IN,
    "avstamning": StepKind.CHECK_IN,
    "incheckning": StepKind.CHECK_IN,
    "lägesrapport": StepKind.CHECK_IN,
    "checkin": StepKind.CHECK_IN,
    "check_in": StepKind.CHECK_IN,
}
"""Kinds as somebody may write them who has not read the page, in lower case."""

OPENING_MEANT = {
    "tid": Opening.TIME,
    "tiden": Opening.TIME,
    "alla": Opening.EVERYONE,
    "all": Opening.EVERYONE,
    "arrangör": Opening.ORGANIZER,
    "arrangören": Opening.ORGANIZER,
    "organiser": Opening.ORGANIZER,
}

IDENTITY_MEANT = {
    "anonym": Identity.ANONYMOUS,
    "anonymt": Identity.ANONYMOUS,
    "anonymous": Identity.ANONYMOUS,
    "roll": Identity.ROLE,
    "roller": Identity.ROLE,
    "roles": Identity.ROLE,
    "namn": Identity.NAMED,
    "name": Identity.NAMED,
    "med namn": Identity.NAMED,
}

CHOOSING_MEANT = {
    "en": Choosing.SINGLE,
    "ett": Choosing.SINGLE,
    "one": Choosing.SINGLE,
    "flera": Choosing.MULTIPLE,
    "många": Choosing.MULTIPLE,
    "many": Choosing.MULTIPLE,
    "skala": Choosing.SCALE,
}

PERSONAL_DATA_MEANT = {
    "maska": PersonalData.MASK,
    "dölj": PersonalData.MASK,
    "håll": PersonalData.HOLD,
    "håll inne": PersonalData.HOLD,
    "hold back": PersonalData.HOLD,
}

KEYS_MEANT = {
    "personuppgifter": "personal_data",
    "alternativ": "options",
    "avsluta": "next",
    "bakgrund": "background",
    "beskrivning": "description",
    "bild": "file",
    "efter": "after",
    "film": "link",
    "fil": "file",
    "fortsätt": "next",
    "frågor": "questions",
    "förseglad": "sealed",
    "förseglat": "sealed",
    "högst": "high",
    "i_egen_takt": "self_paced",
    "anonym": "identity",
    "anonymous": "identity",
    "identitet": "identity",
    "moderering": "moderation",
    "regler": "moderation",
    "diarienummer": "registry",
    "diarienr": "registry",
    "dnr": "registry",
    "kanslig": "sensitive",
    "känslig": "sensitive",
    "klockan": "begins_at",
    "kontakt": "contact",
    "lagst": "low",
    "langd": "length",
    "lank": "link",
    "lägst": "low",
    "längd": "length",
    "länk": "link",
    "nasta": "next",
    "nyckelord": "keywords",
    "nästa": "next",
    "paminn": "remind_before",
    "påminn": "remind_before",
    "rubrik": "title",
    "gallring": "retention",
    "samtycke": "consent",
    "fråga_om_samtycke": "ask_consent",
    "skala": "scale",
    "slag": "kind",
    "spraak": "languages",
    "sprak": "languages",
    "språk": "languages",
    "steg": "step",
    "svarsalternativ": "options",
    "syfte": "purpose",
    "tal": "number",
    "tema": "theme",
    "tid": "length",
    "titel": "title",
    "uppfoljning": "follow_up",
    "uppföljning": "follow_up",
    "url": "link",
    "varje": "every",
    "varv": "turn",
    "välj": "choose",
    "ämne": "theme",
}
"""Keys likewise; what cannot stand in a bare key may stand in one in quotes."""
