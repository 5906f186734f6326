"""Numbers that may be published, and what cannot be worked out from them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.book import Origin
from flows.digest.document import Counts, Digest
from flows.digest.findings import Findings, Theme
from flows.digest.public import (
    SMALLEST,
    Release,
    as_text,
    from_text,
    published,
    published_share,
    released,
)
from flows.ids import StepId, ThemeNo
from tests.bot.rendering.forms.test_polls import polled


@pytest.mark.parametrize(
    ("cells", "total", "shown"),
    [
        pytest.param([12, 9], 21, (12, 9), id="nothing is small"),
        pytest.param([12, 9, 4], 25, (12, None, None), id="a small one takes a second along"),
        pytest.param([12, 9, 4, 3], 28, (12, 9, None, None), id="two small ones hide each other"),
        pytest.param([12, 9, 2, 1], 24, (12, None, None, None), id="not if they are few together"),
        pytest.param([28, 2], 30, (None, None), id="the rest would be small"),
        pytest.param([28], 30, (None,), id="a rest that is not listed is a rest"),
        pytest.param([5, 5], 10, (5, 5), id="five is enough"),
        pytest.param([9, 8, 7], 10, (None, None, None), id="two of ten said nothing of it"),
        pytest.param([10, 5, 5], 10, (10, 5, 5), id="they overlap"),
        pytest.param([4], 4, (None,), id="hardly anybody"),
        pytest.param([], 0, (), id="nothing"),
    ],
)
def test_what_is_shown(cells: list[int], total: int, shown: tuple[int | None, ...]) -> None:
    assert published(cells, total) == shown


@given(cells=st.lists(st.integers(0, 40), max_size=8), rest=st.integers(0, 20))
def test_no_small_number_can_be_worked_out(cells: list[int], rest: int) -> None:
    """`cells` and `rest` divide the people among them."""
    total = sum(cells) + rest
    shown = published(cells, total)

    told = [number for number in shown if number is not None]
    hidden = [cell for cell, number in zip(cells, shown, strict=True) if number is None]
    assert all(number >= SMALLEST for number in told)
    assert not any(0 < total - number < SMALLEST for number in told)
    if told:
        left = total - sum(told)
        assert left == 0 or left >= SMALLEST
        assert len(hidden) != 1


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(4, 20, (None, None)), (16, 20, (16, None)), (15, 20, (15, 20)), (20, 20, (20, 20))],
)
def test_a_share(part: int, whole: int, shown: tuple[int | None, int | None]) -> None:
    assert published_share(part, whole) == shown


# ------------------------------------------------------------------------ one after another

POLL = StepId("alone")


def digest(answered: int, present: int, chosen: tuple[int, ...], themes: tuple[int, ...]) -> Digest:
    """A digest with these numbers of people, all in one group."""
    (poll, *_) = polled((0, 0), (0, 0), (0, 0)).digest.steps
    part = replace(poll.groups[0], chosen=chosen)
    options = tuple(map(str, range(len(chosen))))
    found = tuple(
        Theme(number=ThemeNo(place), origin=Origin.FOUND, title="", persons=number)
        for place, number in enumerate(themes, start=1)
    )
    return Digest(
        dialogue_id="grums-1",
        title="Grums",
        language="sv",
        scope=None,
        total=Counts(answered=answered, present=present),
        groups=(),
        steps=(replace(poll, step_id=POLL, groups=(part,), options=options),),
        findings=Findings(themes=found),
    )


def one_after_another(*digests: Digest) -> list[Release]:
    """A summary of each, made knowing those before."""
    made: list[Release] = []
    for number, one in enumerate(digests):
        made.append(released(one, tuple(made), made_ms=number))
    return made


def test_the_first_summary_tells_what_it_may() -> None:
    (release,) = one_after_another(digest(30, 40, (12, 18), (25, 20, 4)))

    assert release == Release(
        made_ms=0,
        answered=30,
        present=40,
        chosen={POLL: (12, 18)},
        themes={ThemeNo(1): 25, ThemeNo(2): 20, ThemeNo(3): None},
    )
    assert from_text(as_text(release)) == release


def test_a_late_answer_leaves_the_numbers_as_they_were() -> None:
    first, second = one_after_another(
        digest(30, 40, (12, 18), (25, 10)), digest(31, 40, (13, 18), (26, 10))
    )

    assert replace(second, made_ms=0) == first


def test_what_has_changed_by_five_is_told_anew() -> None:
    _, second = one_after_another(
        digest(30, 40, (12, 18), (25, 10)), digest(40, 50, (17, 23), (26, 15))
    )

    assert second == Release(
        made_ms=1,
        answered=40,
        present=50,
        chosen={POLL: (17, 23)},
        themes={ThemeNo(1): 25, ThemeNo(2): 15},
    )


def test_what_would_tell_of_one_who_came_later_is_not_told() -> None:
    # Six more have answered, five of them the first, so one of them the second.
    _, second = one_after_another(digest(30, 30, (12, 18), ()), digest(36, 36, (17, 19), ()))

    assert second.answered == 36
    assert second.chosen == {POLL: (None, None)}


def test_hardly_anybody_is_left() -> None:
    _, second, third = one_after_another(
        digest(9, 9, (9, 0), (9,)), digest(4, 9, (4, 0), (4,)), digest(0, 9, (0, 0), (0,))
    )

    assert second == Release(made_ms=1)
    assert third == Release(made_ms=2)


people = st.lists(
    st.tuples(
        # From when on somebody has answered, and what: an option, or that she says nothing of it.
        st.integers(0, 3),
        st.integers(0, 3),
        st.sets(st.integers(0, 3)),
    ),
    max_size=60,
)


def digest_at(time: int, crowd: list[tuple[int, int, set[int]]]) -> Digest:
    here = [(option, themes) for since, option, themes in crowd if since <= time]
    chosen = tuple(sum(option == place for option, _ in here) for place in range(3))
    themes = tuple(sum(place in own for _, own in here) for place in range(4))
    return digest(len(here), len(crowd), chosen, themes)


def apart(one: int, other: int) -> bool:
    return one == other or abs(one - other) >= SMALLEST


@given(crowd=people)
def test_two_summaries_tell_no_more_than_one(crowd: list[tuple[int, int, set[int]]]) -> None:
    """Whatever is taken from whatever: nobody, or five."""
    made = one_after_another(*(digest_at(time, crowd) for time in range(4)))
    told = [one for one in made if one.answered is not None]
    for later, earlier in combinations(reversed(told), 2):
        assert later.answered is not None
        assert earlier.answered is not None
        assert apart(later.answered, earlier.answered)
        if later.present is not None and earlier.present is not None:
            assert apart(later.present, earlier.present)
            assert apart(later.present - later.answered, earlier.present - earlier.answered)
        pairs = [*zip(later.chosen[POLL], earlier.chosen[POLL], strict=True)]
        for now, then in (
            *pairs,
            *zip(later.themes.values(), earlier.themes.values(), strict=True),
        ):
            if now is not None and then is not None:
                assert apart(now, then)
                assert apart(later.answered - now, earlier.answered - then)
        both = [(now, then) for now, then in pairs if now is not None and then is not None]
        left = later.answered - sum(now for now, _ in both)
        left_then = earlier.answered - sum(then for _, then in both)
        assert apart(left, left_then)
    for one in told:
        assert one.answered is not None
        numbers = [number for number in one.chosen[POLL] if number is not None]
        rest = one.answered - sum(numbers)
        assert all(number >= SMALLEST for number in numbers)
        assert not numbers or rest == 0 or rest >= SMALLEST


@given(crowd=people)
def test_what_does_not_change_is_told_as_before(crowd: list[tuple[int, int, set[int]]]) -> None:
    first, second = one_after_another(digest_at(3, crowd), digest_at(3, crowd))
    assert replace(second, made_ms=0) == first
