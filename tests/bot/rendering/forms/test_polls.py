"""What was chosen in a poll, in the report and in public."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.rendering.forms.as_json import to_json
from bot.rendering.forms.full import full_report
from bot.rendering.forms.material import Material
from bot.rendering.forms.report import Bar, Chart, Table
from bot.rendering.forms.summary import public_summary
from bot.wording import wording
from flows.digest.document import StepPart
from tests.bot.rendering.forms.materials import workshop

ENGLISH = wording("en")


def polled(*chosen: tuple[int, ...]) -> Material:
    """A poll with two options in the workshop's three groups."""
    material = workshop()
    step = material.digest.steps[0]
    poll: StepPart = replace(
        step,
        options=("Yes\n", "No"),
        groups=tuple(
            replace(part, chosen=some) for part, some in zip(step.groups, chosen, strict=True)
        ),
    )
    digest = replace(material.digest, steps=(poll, *material.digest.steps[1:]))
    return replace(material, digest=digest)


def test_all_and_each_group_in_the_report() -> None:
    report = full_report(polled((3, 1), (4, 2), (0, 0)), ENGLISH)

    title = "How many people chose what"
    (chart,) = [one for one in report.charts if one.title == title]
    (table,) = [one for one in report.blocks if isinstance(one, Table) and one.caption == title]
    assert chart.bars == (Bar(label="Yes", value=7), Bar(label="No", value=3))
    assert chart.alt == "How many people chose what: Yes 7, No 3."
    assert table.rows == (
        ("Table 1", "3", "1"),
        ("Table 2", "4", "2"),
        ("Table 3", "0", "0"),
        ("All", "7", "3"),
    )


def test_a_small_choice_is_not_told_in_public_nor_what_tells_of_it() -> None:
    # given 13 who answered: 8 said yes and 3 said no
    report = public_summary(polled((4, 1), (4, 2), (0, 0)), ENGLISH)

    (table,) = [one for one in report.blocks if isinstance(one, Table) and "chose" in one.caption]
    assert table.rows == (("Yes", "not told"), ("No", "not told"))
    assert not [one for one in report.blocks if isinstance(one, Chart)]


def test_choices_that_are_large_enough_are_told_in_public() -> None:
    report = public_summary(polled((4, 2), (4, 3), (0, 0)), ENGLISH)

    (table,) = [one for one in report.blocks if isinstance(one, Table) and "chose" in one.caption]
    assert table.rows == (("Yes", "8"), ("No", "5"))


def test_choices_in_json() -> None:
    step = json.loads(to_json(polled((3, 1), (4, 2), (0, 0)), ENGLISH))["steps"][0]

    assert step["options"] == [{"text": "Yes\n", "chosen": 7}, {"text": "No", "chosen": 3}]
    assert [group["chosen"] for group in step["groups"]] == [[3, 1], [4, 2], [0, 0]]
