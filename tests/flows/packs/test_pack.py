"""What a pack says of itself."""

from __future__ import annotations

import pytest

from flows.ids import StepId
from flows.packs.pack import Pack, Step, StepKind, Text


def text(**versions: str) -> Text:
    return Text(versions=tuple(versions.items()))


def asking(words: Text) -> Step:
    return Step(id=StepId("a"), kind=StepKind.GROUP, title=text(sv="T"), text=words, length_s=60)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("sv", "hej", id="the first"),
        pytest.param("en", "hello", id="another"),
        pytest.param("fi", "hej", id="one it has not"),
        pytest.param("", "hej", id="none"),
    ],
)
def test_a_text_in_a_language(language: str, expected: str) -> None:
    assert text(sv="hej", en="hello").get(language) == expected


def test_the_version_is_stable_for_ever() -> None:
    # Stored with answers: another way of counting would make strangers of the old ones.
    assert asking(text(sv="Hur går det?", en="How is it going?")).version == "51ea435a9750"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(text(sv="Hej", en="Hello"), True, id="the same"),
        pytest.param(text(en="Hello", sv="Hej"), True, id="languages in another order"),
        pytest.param(text(sv="Hej!", en="Hello"), False, id="one language changed"),
        pytest.param(text(sv="Hej"), False, id="a language less"),
        pytest.param(text(sv="Hello", en="Hej"), False, id="languages exchanged"),
    ],
)
def test_the_version_follows_the_text(other: Text, same: bool) -> None:
    assert (asking(other).version == asking(text(sv="Hej", en="Hello")).version) is same


def test_which_kinds_collect() -> None:
    assert [kind for kind in StepKind if kind.collects] == [
        StepKind.EXERCISE,
        StepKind.INDIVIDUAL,
        StepKind.GROUP,
        StepKind.POLL,
        StepKind.CHECK_IN,
    ]


def test_a_step_is_found_by_its_id() -> None:
    step = asking(text(sv="Hej"))
    pack = Pack(
        name="p", title=text(sv="T"), purpose=text(sv="P"), languages=("sv", "en"), steps=(step,)
    )

    assert (pack.step(StepId("a")), pack.step(StepId("b")), pack.language) == (step, None, "sv")
