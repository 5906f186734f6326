"""Shares of groups: what chance would make as well is no difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from flows.digest.compare import compare, fisher
from flows.digest.findings import Verdict
from flows.ids import GroupId, ThemeNo

ONE, TWO, THREE = GroupId("1"), GroupId("2"), GroupId("3")


@given(n=st.integers(1, 30), m=st.integers(1, 30), data=st.data())
def test_the_test_is_the_one_that_statisticians_use(n: int, m: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    assert fisher((a, n), (b, m)) == pytest.approx(fisher_exact([[a, n - a], [b, m - b]]).pvalue)


@pytest.mark.parametrize(
    ("answered", "raised", "verdict"),
    [
        pytest.param({ONE: 8, TWO: 8}, {ONE: 8}, Verdict.DIFFERENT, id="all against none"),
        pytest.param({ONE: 8, TWO: 8}, {ONE: 5, TWO: 3}, Verdict.ALIKE, id="nearly the same"),
        pytest.param({ONE: 4, TWO: 8}, {ONE: 4}, Verdict.TOO_FEW, id="one group is too small"),
        pytest.param({ONE: 5, TWO: 5}, {ONE: 5}, Verdict.DIFFERENT, id="just enough"),
    ],
)
def test_what_may_be_said(
    answered: dict[GroupId, int], raised: dict[GroupId, int], verdict: Verdict
) -> None:
    [comparison] = compare(answered, {ThemeNo(1): raised})
    assert comparison.verdict is verdict


def test_among_many_themes_a_small_difference_is_chance() -> None:
    # given a difference that alone would count
    answered = {ONE: 10, TWO: 10}
    lone = compare(answered, {ThemeNo(1): {ONE: 7, TWO: 1}})
    assert lone[0].verdict is Verdict.DIFFERENT

    # when twenty themes are compared, then it does not
    many = {ThemeNo(number): {ONE: 5, TWO: 5} for number in range(2, 22)}
    among = compare(answered, {ThemeNo(1): {ONE: 7, TWO: 1}, **many})
    assert {one.verdict for one in among} == {Verdict.ALIKE}


def test_every_group_is_told_even_if_it_is_too_small_to_compare() -> None:
    [comparison] = compare({ONE: 6, TWO: 2, THREE: 6}, {ThemeNo(1): {ONE: 6, TWO: 2}})
    assert [(share.raised, share.answered) for share in comparison.shares] == [
        (6, 6),
        (2, 2),
        (0, 6),
    ]
    assert comparison.verdict is Verdict.DIFFERENT
