"""What was chosen in a poll, in the report and in public."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import openpyxl

from bot.rendering.forms.as_json import to_json
from bot.rendering.forms.form import Form, Wanted
from bot.rendering.forms.full import full_report
from bot.rendering.forms.making import make
from bot.rendering.forms.material import Material
from bot.rendering.forms.report import Bar, Chart, Table
from bot.rendering.forms.summary import public_summary
from bot.wording import wording
from flows.digest.document import StepPart
from tests.bot.rendering.forms.materials import of_replies, workshop
from tests.flows.digest.samples import said

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


# ------------------------------------------------------------------------ tables


def rows_of(material: Material, form: Form, name: str) -> list[list[object]]:
    """The rows of the table of that name, header included."""
    files = make(material, (Wanted(form=form),), "en")
    if form is Form.XLSX:
        book = openpyxl.load_workbook(io.BytesIO(files[0].data))
        return [list(row) for row in book[name].iter_rows(values_only=True)]
    (file,) = [one for one in files if name.lower().replace(" ", "-") in one.name]
    return [list(row) for row in csv.reader(io.StringIO(file.data.decode("utf-8-sig")))]


def test_a_poll_has_a_table_with_a_column_for_each_group() -> None:
    material = polled((3, 1), (4, 2), (0, 0))
    head = ["Step", "Scenario", "No.", "Option", "All groups", "Table 1", "Table 2", "Table 3"]

    book = rows_of(material, Form.XLSX, "Polls")
    table = rows_of(material, Form.CSV, "Polls")

    assert book == [
        head,
        ["Enskilt", "emma", 1, "Yes", 7, 3, 4, 0],
        ["Enskilt", "emma", 2, "No", 3, 1, 2, 0],
    ]
    assert table == [
        head,
        ["Enskilt", "emma", "1", "Yes", "7", "3", "4", "0"],
        ["Enskilt", "emma", "2", "No", "3", "1", "2", "0"],
    ]


def test_what_was_asked_via_link_has_a_table_with_every_question() -> None:
    book = rows_of(workshop(), Form.XLSX, "Via link")
    table = rows_of(workshop(), Form.CSV, "Via link")

    assert book == [
        ["No.", "Asked", "By group", "Question", "State", "Answer"],
        [1, "Strateg", "Table 1", "Får vi anställa?", "answered", "Ja, *från* januari."],
        [2, "Strateg", None, "Vad ser du?", "has not answered yet", None],
    ]
    assert table == [[str("" if cell is None else cell) for cell in row] for row in book]


def test_there_is_no_table_of_what_there_was_not() -> None:
    material = of_replies(said(1, "Soup"))
    (replies,) = make(material, (Wanted(form=Form.CSV),), "en")
    (book,) = make(material, (Wanted(form=Form.XLSX),), "en")

    assert not replies.name.endswith(("polls.csv", "link.csv"))
    assert openpyxl.load_workbook(io.BytesIO(book.data)).sheetnames == [
        "Replies",
        "Themes",
        "Proposals",
        "Participation",
    ]
