"""Whether an export is what is stored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.export import ExportNotTrue, ExportReply, reconcile
from flows.ids import GroupId, StepId
from tests.flows.exports import ROUND, export, exported


def test_received_less_withdrawn_is_exported() -> None:
    whole = export(exported(1), exported(2, withdrawn_ms=5), exported(3))
    reconcile(whole)
    assert (whole.received, whole.withdrawn, whole.exported) == (3, 1, 2)


@pytest.mark.parametrize(
    ("received", "withdrawn", "problems"),
    [
        pytest.param(
            3,
            1,
            ("3 received, 2 listed", "3 received - 1 withdrawn is not 1 exported"),
            id="one missing",
        ),
        pytest.param(2, 0, ("2 received - 0 withdrawn is not 1 exported",), id="one too few back"),
    ],
)
def test_an_export_that_does_not_add_up_is_refused(
    received: int, withdrawn: int, problems: tuple[str, ...]
) -> None:
    whole = export(exported(1), exported(2, withdrawn_ms=5))
    with pytest.raises(ExportNotTrue) as caught:
        reconcile(replace(whole, received=received, withdrawn=withdrawn))
    assert caught.value.problems == problems


def test_a_reply_listed_twice_is_refused() -> None:
    with pytest.raises(ExportNotTrue, match="reply 1 is listed 2 times"):
        reconcile(export(exported(1), exported(1)))


@pytest.mark.parametrize(
    "stray",
    [
        exported(7, step_id=StepId("nowhere")),
        exported(7, group_id=GroupId("99")),
    ],
)
def test_a_reply_of_no_step_or_group_is_refused(stray: ExportReply) -> None:
    with pytest.raises(ExportNotTrue, match=r"reply 7 is of .*, which is not listed"):
        reconcile(export(stray))


def test_a_round_of_no_group_is_refused() -> None:
    stray = replace(export(), rounds=(replace(ROUND, group_id=GroupId("99")),))
    with pytest.raises(ExportNotTrue, match="round alone/99 is of what is not listed"):
        reconcile(stray)
