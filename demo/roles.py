"""What the simulated people are called: by what they do, never by a person's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_ROLES: Final[Sequence[str]] = (
    "Distriktssköterska",
    "Skolkurator",
    "Fritidsledare",
    "Rektor",
    "Diakon",
    "Socialsekreterare",
    "Innebandytränare",
    "Skolsköterska",
    "Förtroendevald",
    "Familjebehandlare",
    "Arbetsmarknadscoach",
    "Psykolog",
    "Scoutledare",
    "Mentor",
    "Bibliotekarie",
    "Fältassistent",
    "Vaktmästare",
    "Specialpedagog",
    "Ungdomspräst",
    "Biståndshandläggare",
    "Barnmorska",
    "Körledare",
    "Områdespolis",
    "Studievägledare",
    "Tandsköterska",
    "Elevassistent",
    "Föreningsordförande",
    "Läkare",
    "Läxhjälpare",
    "Kulturskolelärare",
)


def role_names(number: int) -> list[str]:
    """That many names, all different."""
    rounds = (number + len(_ROLES) - 1) // len(_ROLES)
    return [
        role if turn == 0 else f"{role} {turn + 1}" for turn in range(rounds) for role in _ROLES
    ][:number]
