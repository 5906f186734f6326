"""Cutting a long message into several."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.parts import MAX_PART_BYTES, Block, Head, Ref, paginate
from flows.ids import EffectKey

AGAIN: Callable[[str], str] = "{} again".format


def texts(*blocks: Block) -> list[str]:
    return [part.markdown for part in paginate(blocks, again=AGAIN)]


def test_nothing_makes_no_part() -> None:
    assert texts() == []


def test_headings_are_written_where_they_change() -> None:
    step, first, second = Head("# Step"), Head("## One"), Head("## Two")
    assert texts(
        Block(markdown="intro", heads=(step,)),
        Block(markdown="- a", heads=(step, first), item=True),
        Block(markdown="- b", heads=(step, first), item=True),
        Block(markdown="- c", heads=(step, second), item=True),
        Block(markdown="end", heads=(step,)),
    ) == ["# Step\n\nintro\n\n## One\n\n- a\n- b\n\n## Two\n\n- c\n\nend"]


def test_headings_that_read_the_same_are_two_if_they_are_about_two() -> None:
    one, other = Head("## Table", about="1"), Head("## Table", about="2")
    assert texts(
        Block(markdown="- a", heads=(one,), item=True),
        Block(markdown="- b", heads=(other,), item=True),
    ) == ["## Table\n\n- a\n\n## Table\n\n- b"]


def test_a_new_part_says_where_it_goes_on() -> None:
    # given a block that fills a part
    step, group, next_group = Head("# Step"), Head("## One"), Head("## Two")
    large = "x" * (MAX_PART_BYTES - 100)

    # when
    parts = texts(
        Block(markdown=large, heads=(step, group)),
        Block(markdown="y" * 200, heads=(step, group)),
        Block(markdown=large, heads=(step, next_group)),
    )

    # then
    assert parts == [
        f"# Step\n\n## One\n\n{large}",
        f"# Step again\n\n## One again\n\n{'y' * 200}",
        f"# Step again\n\n## Two\n\n{large}",
    ]


def test_a_block_takes_its_links_along() -> None:
    refs = [Ref(token=f"quote-{number}", effect_key=EffectKey("k")) for number in range(3)]
    large = "x" * (MAX_PART_BYTES - 100)
    parts = paginate(
        [
            Block(markdown="a", refs=(refs[0],)),
            Block(markdown=large, refs=(refs[1],)),
            Block(markdown="b" * 200, refs=(refs[2],)),
        ],
        again=AGAIN,
    )
    assert [part.refs for part in parts] == [(refs[0], refs[1]), (refs[2],)]


@given(
    sizes=st.lists(
        st.tuples(st.integers(1, 6000), st.sampled_from("ab"), st.booleans()), max_size=30
    )
)
def test_every_block_is_in_one_part_and_in_order(sizes: list[tuple[int, str, bool]]) -> None:
    blocks = [
        Block(markdown=f"<{number}{'å' * (size // 2)}>", heads=(Head(head),), item=item)
        for number, (size, head, item) in enumerate(sizes)
    ]
    parts = paginate(blocks, again=AGAIN)
    whole = "".join(part.markdown for part in parts)
    places = [whole.index(block.markdown) for block in blocks]
    assert places == sorted(places)
    assert all(any(block.markdown in part.markdown for part in parts) for block in blocks)
    assert all(len(part.markdown.encode()) <= MAX_PART_BYTES for part in parts)
