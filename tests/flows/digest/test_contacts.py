"""Questions to somebody who takes part from afar, in a digest."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.compose import compose
from flows.digest.document import ContactPart, DigestUnreadable, as_json, from_json
from flows.digest.masks import Mask, MaskKind
from flows.digest.snapshot import ContactRecord, Snapshot
from flows.digest.verify import DigestNotTrue, verify
from flows.ids import GroupId
from tests.flows.digest.samples import said, snapshot, snapshots

ASKED = ContactRecord(
    number=7,
    role="Strategist",
    group_id=GroupId("1"),
    group_name="Table 1",
    question="SECRET question?",
    answer="SECRET answer of Ines, 070-174 06 05",
)
OPEN = replace(ASKED, number=8, answer=None)

records = st.builds(
    ContactRecord,
    number=st.integers(1, 99),
    role=st.text(max_size=9),
    group_id=st.none() | st.just(GroupId("1")),
    group_name=st.text(max_size=9),
    question=st.text(min_size=1),
    answer=st.none() | st.text(),
    overdue=st.booleans(),
)


def asked(*contacts: ContactRecord) -> Snapshot:
    return replace(snapshot(said(1, "One")), contacts=contacts)


@given(drawn=snapshots(), contacts=st.lists(records, unique_by=lambda one: one.number, max_size=4))
def test_a_composed_digest_is_true_and_comes_back(
    drawn: Snapshot, contacts: list[ContactRecord]
) -> None:
    whole = replace(drawn, contacts=tuple(contacts))
    digest = compose(whole)
    verify(digest, whole)
    stored = json.loads(json.dumps(as_json(digest)))
    assert from_json(stored, whole.replies, whole.contacts) == digest


def test_no_word_of_it_is_stored_and_what_is_gone_is_not_read() -> None:
    whole = asked(ASKED, OPEN)
    stored = as_json(compose(whole))
    assert "SECRET" not in json.dumps(stored)
    with pytest.raises(DigestUnreadable, match="question 8 to a contact is gone"):
        from_json(stored, whole.replies, [ASKED])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"text": "Another?"}, id="another question"),
        pytest.param({"answer_text": "Another"}, id="another answer"),
        pytest.param({"role": "Nurse"}, id="another role"),
        pytest.param({"group_id": GroupId("2")}, id="another group"),
        pytest.param({"answer_masks": ()}, id="a number shown"),
        pytest.param({"masks": (Mask(0, 6, MaskKind.NAME),)}, id="a mask too many"),
        pytest.param({"state": "waits"}, id="answered all the same"),
    ],
)
def test_what_differs_is_refused(change: dict[str, object]) -> None:
    whole = asked(ASKED)
    digest = compose(whole)
    [part] = digest.contacts
    wrong: ContactPart = replace(part, **change)  # type: ignore[arg-type]  # any field, by name
    with pytest.raises(DigestNotTrue, match="contacts: question 7"):
        verify(replace(digest, contacts=(wrong,)), whole)


def test_a_question_and_its_answer_are_shown_masked() -> None:
    whole = replace(asked(replace(ASKED, question="What does Ines say?")), names=("Ines Ek",))
    [part] = compose(whole).contacts
    assert part.shown(lambda kind: f"[{kind}]") == "What does [name] say?"
    assert part.answer_shown(lambda kind: f"[{kind}]") == "SECRET answer of [name], [phone]"


def test_every_question_is_told_once() -> None:
    whole = asked(ASKED, OPEN)
    digest = compose(whole)
    for told in ((), digest.contacts[:1], digest.contacts * 2):
        with pytest.raises(DigestNotTrue, match="contacts: questions"):
            verify(replace(digest, contacts=told), whole)


@pytest.mark.parametrize(("overdue", "wrong"), [(True, "waits"), (False, "overdue")])
def test_how_long_it_has_waited_is_told_truly(wrong: str, *, overdue: bool) -> None:
    whole = asked(replace(OPEN, overdue=overdue))
    digest = compose(whole)
    [part] = digest.contacts
    turned = replace(part, state=type(part.state)(wrong))
    with pytest.raises(DigestNotTrue, match="contacts: question 8"):
        verify(replace(digest, contacts=(turned,)), whole)
