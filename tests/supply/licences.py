"""Under which licence a package stands, by its own metadata, and whether we may ship it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata

from tests.supply.locks import Locked

EXPECTED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "HPND",
        "ISC",
        "LGPL",
        "LGPL-3.0-only",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Public-Domain",
        "Unlicense",
        "ZPL-2.1",
        "Zlib",
    }
)
"""What goes together with the EUPL-1.2 of Runda, for a program that is passed on as a whole."""

KNOWN_BY_HAND = {"peewee": "MIT", "vodozemac": "Apache-2.0 AND MIT"}
"""Packages whose metadata name no licence, and what stands in the file that lies beside them."""

_CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Public Domain": "Public-Domain",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
_WRITTEN = (
    (re.compile(r"^(the )?mit( license)?$", re.IGNORECASE), "MIT"),
    (
        re.compile(
            r"^apache( software)?([ -]license)?,?[ -]*(version )?(v)?2(\.0)?$", re.IGNORECASE
        ),
        "Apache-2.0",
    ),
    (re.compile(r"^(new |modified )?bsd([ -]license)?$", re.IGNORECASE), "BSD"),
    (re.compile(r"^(new )?bsd[ -]3([ -]clause)?( license)?$", re.IGNORECASE), "BSD-3-Clause"),
    (re.compile(r"^(isc|internet systems consortium)( license)?$", re.IGNORECASE), "ISC"),
    (re.compile(r"^lgpl", re.IGNORECASE), "LGPL"),
)
_OF_EXPRESSION = re.compile(r"\s+(?:AND|OR)\s+|[()]")


def licence_of(name: str) -> str | None:
    """The licence of an installed package, None if it is not installed here.

    Returns:
        An SPDX expression where the metadata have one, else the nearest we can say; "" if they
        say nothing.
    """
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return None
    if name in KNOWN_BY_HAND:
        return KNOWN_BY_HAND[name]
    if "License-Expression" in told:
        return told["License-Expression"]
    classified = [
        _CLASSIFIED.get(last, last)
        for line in told.get_all("Classifier") or ()
        if line.startswith("License ::") and (last := line.rpartition(" :: ")[2]) != "OSI Approved"
    ]
    if classified:
        return " OR ".join(sorted(set(classified)))
    written = "".join(told.get_all("License") or ()).strip().partition("\n")[0]
    for pattern, known in _WRITTEN:
        if pattern.match(written):
            return known
    return written


def parts_of(expression: str) -> list[str]:
    """The licences that an expression names, exceptions apart."""
    parts = (part.partition(" WITH ")[0].strip() for part in _OF_EXPRESSION.split(expression))
    return [part for part in parts if part]


def unexpected(packages: Iterable[Locked]) -> list[str]:
    """What a person has to look at: a sentence for each package."""
    found = []
    for one in packages:
        licence = licence_of(one.name)
        if licence is None:
            continue  # for another system, or of a lock that is not installed here
        parts = parts_of(licence)
        # Of several that are offered we may choose one.
        fits = any if " OR " in licence and " AND " not in licence else all
        if not parts or not fits(part in EXPECTED for part in parts):
            found.append(
                f"{one.name} {one.version}: {licence or 'its metadata name no licence'}; look at "
                "it, then add it to tests/supply/licences.py or take the package out"
            )
    return found
