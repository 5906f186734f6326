"""Whatever is done to the log of deeds shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.audit import EMPTY, Act, Deed, Entry, Fault, Head, Wrong, faults, follow

DEEDS = tuple(
    Deed(at_ms=1000 * number, actor="@anna:example.org", act=act, subject=str(number))
    for number, act in enumerate((Act.START, Act.HOLD, Act.RELEASE, Act.EXPORT, Act.STOP))
)


def log_of(*deeds: Deed) -> list[Entry]:
    entries: list[Entry] = []
    head = EMPTY
    for deed in deeds:
        entry = follow(head, deed)
        entries.append(entry)
        head = Head(number=entry.number, digest=entry.digest)
    return entries


def head_of(entries: list[Entry]) -> Head:
    return Head(number=entries[-1].number, digest=entries[-1].digest)


def test_a_log_that_nobody_touched_has_no_fault() -> None:
    entries = log_of(*DEEDS)

    assert faults(entries, [head_of(entries[:2]), head_of(entries)]) == []
    assert faults([]) == []


@pytest.mark.parametrize("place", range(len(DEEDS)))
@pytest.mark.parametrize(
    "change",
    [
        lambda deed: replace(deed, at_ms=deed.at_ms + 1),
        lambda deed: replace(deed, actor="@berit:example.org"),
        lambda deed: replace(deed, act="something else"),
        lambda deed: replace(deed, dialogue="other-1"),
        lambda deed: replace(deed, room="!other:example.org"),
        lambda deed: replace(deed, subject="99"),
        lambda deed: replace(deed, reason="another reason"),
    ],
    ids=["time", "actor", "act", "dialogue", "room", "subject", "reason"],
)
def test_a_changed_entry_is_found(place: int, change: Callable[[Deed], Deed]) -> None:
    entries = log_of(*DEEDS)
    entries[place] = replace(entries[place], deed=change(entries[place].deed))

    assert faults(entries) == [Fault(place + 1, Wrong.CHANGED)]


def test_an_entry_that_was_taken_out_is_found() -> None:
    entries = log_of(*DEEDS)
    del entries[1]

    assert faults(entries) == [Fault(2, Wrong.MISSING)]


def test_an_entry_that_was_taken_out_and_the_rest_numbered_anew_is_found() -> None:
    entries = log_of(*DEEDS)
    rest = [replace(entry, number=entry.number - 1) for entry in entries[2:]]

    assert faults([*entries[:1], *rest])[0] == Fault(2, Wrong.CHANGED)


def test_an_entry_that_was_put_in_is_found() -> None:
    entries = log_of(*DEEDS)
    put_in = follow(head_of(entries[:2]), DEEDS[0])
    rest = [replace(entry, number=entry.number + 1) for entry in entries[2:]]

    assert faults([*entries[:2], put_in, *rest])[0] == Fault(4, Wrong.CHANGED)


def test_entries_in_another_order_are_found() -> None:
    first, second, third, *rest = log_of(*DEEDS)
    swapped = [first, replace(third, number=2), replace(second, number=3), *rest]

    assert Fault(2, Wrong.CHANGED) in faults(swapped)


def test_a_log_that_lost_its_end_is_found_by_a_head_alone() -> None:
    entries = log_of(*DEEDS)

    assert faults(entries[:3]) == []
    assert faults(entries[:3], [head_of(entries)]) == [Fault(5, Wrong.CUT)]


def test_a_log_that_was_made_anew_is_found_by_a_head_alone() -> None:
    published = head_of(log_of(*DEEDS[:2]))
    anew = log_of(replace(DEEDS[0], actor="@berit:example.org"), *DEEDS[1:])

    assert faults(anew) == []
    assert faults(anew, [published]) == [Fault(2, Wrong.NOT_THE_SAME)]


def test_a_head_is_read_as_it_is_written() -> None:
    head = head_of(log_of(*DEEDS))

    assert Head.read(f"  {head}\n") == head
    assert Head.read(str(head).upper()) == head
    assert Head.read("5:abc") is None
    assert Head.read("five") is None


@given(st.lists(st.tuples(st.integers(0, 2**50), st.text(), st.text()), max_size=6))
def test_what_stands_in_an_entry_cannot_move_between_its_fields(
    rows: list[tuple[int, str, str]],
) -> None:
    deeds = [Deed(at_ms=at_ms, actor=actor, act=act) for at_ms, actor, act in rows]
    swapped = [replace(deed, actor=deed.act, act=deed.actor) for deed in deeds]

    assert faults(log_of(*deeds)) == []
    same = [deed.actor == deed.act for deed in deeds]
    heads_agree = [
        one.digest == other.digest
        for one, other in zip(log_of(*deeds), log_of(*swapped), strict=True)
    ]
    assert heads_agree == [all(same[: place + 1]) for place in range(len(same))]
