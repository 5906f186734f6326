"""Personal data in the ways people write it, and ordinary text full of figures.

All of it was made up for these tests. The birth numbers 980 to 999 are those that the tax agency
keeps for tests, the telephone numbers those that the post and telecom authority keeps for stories.
docs/personal-data.md has the measure on texts that nobody here wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from flows.digest.masks import MaskKind, find_masks

_BORN = ("19850101", "19991231", "20080229", "19121212", "19450607", "20150803", "19790720")
_BIRTH_NUMBERS = ("980", "985", "989", "994", "999")
_FULLWIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")  # noqa: RUF001  the very thing

_SPELLINGS = (
    "{c}{d}-{n}",
    "{c}{d}{n}",
    "{d}-{n}",
    "{d}+{n}",
    "{d}{n}",
    "{d} {n}",
    "{d} - {n}",
    "{d}\u2013{n}",
    "{d}\u2212{n}",
    "{d}\u00a0{n}",
    "{d}\u200b-{n}",
    "{c}{d} {n}",
    "{c}{d} - {n}",
    "{c}{d}+{n}",
    "{y} {m} {b} {n}",
    "{y} {m} {b}-{n}",
    "{y} {m} {b} - {n}",
    "{y}-{m}-{b}-{n}",
    "{y}.{m}.{b}-{n}",
    "{c}{y}-{m}-{b}-{n}",
    "{c}{y}-{m}-{b} {n}",
    "{c}{y} {m} {b} {n}",
    "{c} {y} {m} {b} {n}",
    "{c}{y}/{m}/{b} {n}",
    "{d}-{n2} {n3}",
    "{spaced}",
    "{wide}",
)
_SENTENCES = (
    "{}",
    "Hon har {} och bor ensam.",
    "Personnummer:{}.",
    "born {}; came in May",
)


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(map(int, digits)):
        doubled = digit * (2 - place % 2)
        total += doubled - 9 * (doubled > 9)
    return -total % 10


def _numbers(*, coordination: bool, added: int = 0) -> Iterator[tuple[str, str, str]]:
    """Century, six digits and four, the last of them wrong by `added`."""
    for born, serial in product(_BORN, _BIRTH_NUMBERS):
        day = int(born[6:]) + (60 if coordination else 0)
        six = f"{born[2:6]}{day:02}"
        yield born[:2], six, f"{serial}{(_luhn(six + serial) + added) % 10}"


def _spelt(spelling: str, century: str, six: str, four: str) -> str:
    return spelling.format(
        c=century,
        d=six,
        y=six[:2],
        m=six[2:4],
        b=six[4:],
        n=four,
        n2=four[:2],
        n3=four[2:],
        spaced=" ".join(six + four),
        wide=f"{six}-{four}".translate(_FULLWIDTH),
    )


def _missed(text: str, number: str) -> bool:
    begins = text.index(number)
    return not any(
        mask.start <= begins
        and mask.end >= begins + len(number)
        and mask.kind is MaskKind.PERSONAL_NUMBER
        for mask in find_masks(text)
    )


@pytest.mark.parametrize("coordination", [False, True], ids=["identity", "coordination"])
@pytest.mark.parametrize("spelling", _SPELLINGS)
def test_no_identity_number_is_missed_however_it_is_written(
    spelling: str, *, coordination: bool
) -> None:
    numbers = [_spelt(spelling, *one) for one in _numbers(coordination=coordination)]
    texts = [(sentence.format(number), number) for sentence in _SENTENCES for number in numbers]

    assert [text for text, number in texts if _missed(text, number)] == []


@pytest.mark.parametrize(
    "spelling",
    ["{c}{d}-{n}", "{c}{d}{n}", "{d}-{n}", "{d}+{n}", "{d} {n}", "{c}{d} {n}", "{wide}"],
)
@pytest.mark.parametrize("added", [1, 5, 9])
def test_a_mistyped_number_still_says_who_is_meant(spelling: str, added: int) -> None:
    numbers = [_spelt(spelling, *one) for one in _numbers(coordination=False, added=added)]

    assert [number for number in numbers if not find_masks(f"Hon har {number} idag.")] == []


@pytest.mark.parametrize(
    "text",
    [
        "personnummer 850101-980",
        "personnumret är 8501019801",
        "pnr: 8501-9801 12",
        "Samordningsnummer 850161 98 02",
        "her personal identity number is 85010-19802",
        "reservnummer 19850101-R123",
        "850101-TF12",
    ],
)
def test_a_word_beside_it_or_letters_in_it_tell_what_a_number_is(text: str) -> None:
    assert [mask.kind for mask in find_masks(text)] == [MaskKind.PERSONAL_NUMBER]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("070-174 06 05", MaskKind.PHONE, id="mobile"),
        pytest.param("0701740605", MaskKind.PHONE, id="mobile, bare"),
        pytest.param("070 1740 605", MaskKind.PHONE, id="mobile, in other groups"),
        pytest.param("+46701740605", MaskKind.PHONE, id="abroad"),
        pytest.param("0046 70 174 06 05", MaskKind.PHONE, id="abroad with zeros"),
        pytest.param("(+46) 70-174 06 05", MaskKind.PHONE, id="in brackets"),
        pytest.param("070/174 06 05", MaskKind.PHONE, id="a stroke"),
        pytest.param("08-465 004 12", MaskKind.PHONE, id="landline"),
        pytest.param("031-390 06 12", MaskKind.PHONE, id="landline, other town"),
        pytest.param("+44 20 7946 0958", MaskKind.PHONE, id="another country"),
        pytest.param("anna.berg@exempel.se", MaskKind.EMAIL, id="e-mail"),
        pytest.param("Anna_Berg+x@post.exempel.se", MaskKind.EMAIL, id="e-mail with signs"),
        pytest.param("anna.berg(at)exempel.se", MaskKind.EMAIL, id="e-mail in words"),
        pytest.param("anna snabel-a exempel punkt se", MaskKind.EMAIL, id="e-mail all in words"),
        pytest.param("@anna.berg:exempel.se", MaskKind.NAME, id="account"),
        pytest.param("Storgatan 5", MaskKind.ADDRESS, id="street"),
        pytest.param("storgatan 12 b", MaskKind.ADDRESS, id="street, small letters"),
        pytest.param("Kyrkogatan 7A, lgh 1102", MaskKind.ADDRESS, id="street and flat"),
        pytest.param("Björkvägen 112", MaskKind.ADDRESS, id="road"),
        pytest.param("Kung Karls väg 3", MaskKind.ADDRESS, id="road in two words"),
        pytest.param("Skolgränd 4", MaskKind.ADDRESS, id="lane"),
        pytest.param("Stora torget 1", MaskKind.ADDRESS, id="square"),
        pytest.param("903 27 Umeå", MaskKind.ADDRESS, id="postcode"),
        pytest.param("SE-91432 Nordmaling", MaskKind.ADDRESS, id="postcode with country"),
        pytest.param("12 Station Road", MaskKind.ADDRESS, id="English street"),
        pytest.param("221B Baker Street", MaskKind.ADDRESS, id="English street with letter"),
    ],
)
def test_ways_to_somebody_are_found(text: str, kind: MaskKind) -> None:
    masks = find_masks(f"Det går att nå henne: {text}.")

    assert [mask.kind for mask in masks] == [kind]
    assert masks[0].end - masks[0].start >= len(text.lstrip("("))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Anna Bergs bil", "[]s bil", id="whole, genitive"),
        pytest.param("Annas mamma", "[]s mamma", id="first, genitive"),
        pytest.param("Anna's mother", "[]'s mother", id="English genitive"),
        pytest.param("mormor till Åsa-Lena", "mormor till []", id="in two parts"),
        pytest.param("ÅSA-LENA RINGDE", "[] RINGDE", id="in capitals"),
        pytest.param("hej@anna", "hej@anna", id="not within a word"),
    ],
)
def test_names_of_those_who_are_known_are_found(text: str, shown: str) -> None:
    masks = find_masks(text, ["Anna Berg", "Åsa-Lena"])

    for mask in reversed(masks):
        text = f"{text[: mask.start]}[]{text[mask.end :]}"
    assert text == shown


_FIGURES = """\
Vi ses 2026-11-25 kl 13.00 i sal 4
Mötet är 2026-11-25 1300
Torsdag 26/11 2026 09:30-11:00
Åren 2010-2015 och 2016-2020
2019-2023 2024-2027
Perioden 20260101-20261231
Budgeten är 2 100 000 kronor
Det kostade 1 250 000-1 400 000 kr
Org.nr 556012-5790
Organisationsnummer 212000-2650
Bankgiro 5050-1055
Plusgiro 90 01 01-9
Diarienummer KS 2026/00123
Dnr SOC-2026-00451-3
Enligt 5 kap. 1 § socialtjänstlagen (2001:453)
SFS 2010:659 och 2014:821
Ring 112 om det är bråttom
1177 eller 90101 dygnet runt
Bris 116 111
Kvinnofridslinjen 020-50 50 50
Vi var 15 personer, 4 från skolan och 11 från vården
85 % av 1 200 elever
3,14159265358979
Versionen 10.15.7 och 2.0.1
Koordinater 63.8258, 20.2630
Rum 1234567890123
ISBN 978-91-7000-150-5
Riksväg 45 och länsväg 363
E4 norrut 12 mil
Järnvägen 5 år till
Skolvägen 3 km
Cykelvägen 2 mil
Gatan 3 bilar i timmen
Hela vägen 2 mil
Handlingsplan 2 är klar
Detaljplan 12 antogs
Årskurs 7-9 och 1-6
Betyg 15 000 meritpoäng
Temperatur -25 till +30
1, 2, 3, 4, 5, 6, 7, 8, 9, 10
1 2 3 4 5 6 7 8 9
100 000 invånare
12 345 Kronor
Sid 12-14, 18 och 22
Kl. 08.00-16.30 alla vardagar
Klass 9B har 24 elever
Umeå 2026
20 elever, 30 elever, 40 elever
0-100 poäng
Vecka 45-48 2026
v. 4712
Omgång 3: 4-2, 5-1, 2-2
Faktura 4500123
Artikel 10-4411-02
Paragraf 114 den 3/12
Ett, 2 eller 3 gånger per år
Åldern 13-17, 18-24 och 65+
Mellan 2015 och 2025 ökade det från 1 204 till 3 911
IP 192.168.0.1
We met on 2026-11-25 at 13:00
Between 2010-2015 it rose by 12.5%
The budget is 2,100,000 kronor
5 Close friends
3 Way to go
Room 12 Main hall
It took 20 years and 3 months
10 October 2026
Section 12 of the Act (1998:204)
""".splitlines()


@pytest.mark.parametrize("text", _FIGURES)
def test_ordinary_figures_are_left_alone(text: str) -> None:
    assert [text[mask.start : mask.end] for mask in find_masks(text)] == []
