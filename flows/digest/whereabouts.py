"""Addresses: where somebody lives, and where her mail and her messages go."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STREETS = (
    r"(?:gatan?|vägen|väg|gränd(?:en)?|stigen?|backen|torget|torg|allén?|esplanaden|kajen|"
    r"promenaden|slingan|svängen|kroken|liden|rundeln)"
)
_NO_STREET = (
    r"(?:järn|motor|cykel|gång|skol|bil|riks|läns|europa|vatten|luft|arbets|om|av|ut|in|till|"
    r"under|hela|halva|rätta|skid|pulka|ski|mellan|sido|huvud|bak|bakom|fort|räls|flyg)"
)
"""Ways that are no address: `järnvägen`, `riksväg 45`."""

_UNITS = (
    r"(?:år|mil|km|m|meter|procent|kr|kronor|gånger|personer|st|timmar|min|minuter|dagar|"
    r"veckor|månader|gr|grader|stycken|elever|barn|platser|ggr|kvällar|bilar|hus)"
)
_HOUSE = (
    rf"\s+(?:nr\.?\s*)?\d{{1,3}}(?!\d|[.,:]\d|\s*%|\s+(?i:{_UNITS})\b)"
    r"(?:\s?[A-Ha-h]\b)?(?:,?\s*(?:lgh|lägenhet)\.?\s*\d{1,4})?"
)
_STREET = re.compile(
    rf"\b(?!(?i:{_NO_STREET}(?:vägen|väg|backen|stigen?))\b)(?i:[^\W\d_]{{2,30}}{_STREETS}){_HOUSE}"
)
_STREET_IN_TWO = re.compile(
    rf"\b(?:[A-ZÅÄÖ][^\W\d_]{{1,30}}\s){{1,3}}"
    rf"(?i:väg|gata|gränd|torg|torget|allé|stig|backe){_HOUSE}"
)
_ENGLISH_STREET = re.compile(
    r"\b\d{1,4}[A-Za-z]?\s+(?:[A-Z][\w'-]+\s+){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Close|Court|Square|Terrace|Crescent)\b"
)
_POSTCODE = re.compile(
    r"(?<![\d-])(?:SE?-?\s?)?\d{3}[ \u00a0]?\d{2}\s+(?!(?i:kronor|kr|sek|personer|invånare)\b)"
    r"[A-ZÅÄÖ][A-Za-zÅÄÖåäö]+(?:\s[A-ZÅÄÖ][a-zåäö]+)?"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_EMAIL_IN_WORDS = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:\(at\)|\[at\]|\(a\)|\(snabel-?a\)|\bsnabel-?a\b)\s?"
    r"[\w-]{1,63}\s?(?:\.|\bpunkt\b|\bdot\b|\(dot\)|\(punkt\))\s?[a-z]{2,10}\b",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<![\w@/])@[\w.=/+-]{1,64}:[\w.-]{1,100}\.\w{2,}")


def postal_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Streets with a number, postcodes with a town."""
    if not any(sign.isdecimal() for sign in text):
        return
    for pattern in (_STREET, _STREET_IN_TWO, _ENGLISH_STREET, _POSTCODE):
        for found in pattern.finditer(text):
            yield found.span()


def mail_addresses(text: str) -> Iterator[tuple[int, int]]:
    """E-mail addresses, with their sign or with a word for it."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield found.span()
    for found in _EMAIL_IN_WORDS.finditer(text):
        yield found.span()


def accounts(text: str) -> Iterator[tuple[int, int]]:
    """Accounts of a chat network."""
    if "@" in text:
        for found in _ACCOUNT.finditer(text):
            yield found.span()
