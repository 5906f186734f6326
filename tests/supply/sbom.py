"""A list of all parts in the form CycloneDX 1.6, from a lock: the same for the same lock."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tests.supply.licences import licence_of
from tests.supply.locks import Locked

_NAMESPACE = uuid.UUID("6f6f1d0e-6f2a-5f0a-9d9c-7b1c2d1d7a55")


def sbom(packages: Sequence[Locked], *, name: str, version: str, licence: str) -> dict[str, Any]:
    """The document.

    It says nothing of when and where it was made, nor from where packages come: a `purl` names a
    package of the index, whatever mirror it was fetched from.
    """
    components = [_component(one) for one in packages]
    refs = [one["bom-ref"] for one in components]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "runda",
                "name": name,
                "version": version,
                "licenses": [{"license": {"id": licence}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": "runda", "dependsOn": refs}, *({"ref": one} for one in refs)],
    }
    same = uuid.uuid5(_NAMESPACE, repr(document))
    return {**document, "serialNumber": f"urn:uuid:{same}"}


def _component(one: Locked) -> dict[str, Any]:
    purl = f"pkg:pypi/{one.name}@{quote(one.version, safe='.')}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": one.name,
        "version": one.version,
        "purl": purl,
    }
    licence = licence_of(one.name)
    if licence:
        component["licenses"] = [_licence(licence)]
    properties = [{"name": "runda:sha256", "value": value} for value in one.hashes]
    if one.marker:
        properties.append({"name": "runda:marker", "value": one.marker})
    component["properties"] = properties
    return component


def _licence(written: str) -> dict[str, Any]:
    # Only names of SPDX may stand as an expression; others are names.
    if written in ("BSD", "LGPL", "Public-Domain") or not written.isascii():
        return {"license": {"name": written}}
    if any(part in ("BSD", "LGPL", "Public-Domain") for part in written.split()):
        return {"license": {"name": written}}
    return {"expression": written}
