"""What is wrong with a list, said with what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.rendering.markdown import escape
from bot.seating.listed import Fault, ListProblem
from bot.wording import Wording

_SHOWN = 15

Say = Callable[[Wording, Mapping[str, str]], str]


def _guess(words: Wording, columns: Mapping[str, str]) -> str:
    return words.say(
        "There are no headings, so I took column {name} for the names, {role} for the roles and "
        "{organisation} for the organisations. If that is wrong, write Name, Role and "
        "Organisation in a first row and drop the list again.",
        name=columns["name"],
        role=columns.get("role", "–"),
        organisation=columns.get("organisation", "–"),
    )


_SENTENCES: dict[Fault, Say] = {
    Fault.TOO_LARGE: lambda w, v: w.say(
        "The file is larger than {megabytes} MB. Keep the list itself and take pictures out.", **v
    ),
    Fault.OLD_FORMAT: lambda w, _: w.say(
        "The file is an old Excel file (.xls), or it has a password. Save it as .xlsx without a "
        "password, or as CSV, and drop it here again."
    ),
    Fault.OTHER_FORMAT: lambda w, _: w.say(
        "I read lists as .xlsx or CSV. Save the list as one of these and drop it here again."
    ),
    Fault.BROKEN: lambda w, _: w.say(
        "The file is broken. Open it, save it as .xlsx or CSV, and drop it here again."
    ),
    Fault.BOMB: lambda w, _: w.say(
        "The file unpacks to far more than a list needs. Copy the list into a new workbook and "
        "drop that here."
    ),
    Fault.NO_TEXT: lambda w, _: w.say(
        "There is no text in the file that I can read. Save the list as .xlsx or CSV (UTF-8) and "
        "drop it here again."
    ),
    Fault.TOO_MANY: lambda w, v: w.say(
        "The list has more than {most} people. Divide it, and run a dialogue for each part.", **v
    ),
    Fault.NOBODY: lambda w, _: w.say(
        "There is nobody on the list. Write one person in each row, under the headings Name, "
        "Role and Organisation."
    ),
    Fault.NO_SUCH_SHEET: lambda w, v: w.say("There is no sheet “{sheet}”.", **v),
    Fault.WHICH_SHEET: lambda w, _: w.say("There are several sheets in the file."),
    Fault.NO_HEADER: _guess,
    Fault.UNKNOWN_COLUMN: lambda w, v: w.say("I do not use these columns: {columns}.", **v),
    Fault.EMAIL_UNUSED: lambda w, _: w.say(
        "I do not use e-mail addresses, and have not kept them."
    ),
    Fault.HIDDEN_ROWS: lambda w, v: w.say(
        "Hidden rows are left out: {rows}. Show them in the sheet if they are to be seated.", **v
    ),
    Fault.NO_NAME: lambda w, _: w.say("there is no name. Write one, or clear the row."),
    Fault.LONG: lambda w, v: w.say("a text is longer than {most} signs and was cut.", **v),
    Fault.SAME_ACCOUNT: lambda w, v: w.say(
        "the chat id is that of row {first}, so this row is left out. Correct one of them.", **v
    ),
    Fault.SAME_PERSON: lambda w, v: w.say(
        "the same name and organisation as in row {first}, so this row is left out. If they are "
        "two people, write something that tells them apart in the name.",
        **v,
    ),
    Fault.BAD_ACCOUNT: lambda w, v: w.say(
        "“{account}” is not a whole chat id. Write it like `@name:server.se`, or leave it empty.",
        **v,
    ),
    Fault.BAD_TABLE: lambda w, v: w.say(
        "“{table}” is not the number of a table. Write a number from 1, or leave it empty.", **v
    ),
    Fault.FORMULA: lambda w, v: w.say(
        "column {column} holds a formula without a value. Paste it as a value.", **v
    ),
    Fault.UNKNOWN_FRIEND: lambda w, v: w.say(
        "“{name}” is not on the list. Write the name as it stands in its own row.", **v
    ),
    Fault.MANY_FRIENDS: lambda w, v: w.say(
        "there are several with the name “{name}”. Use `!together` or `!apart` instead.", **v
    ),
}


def problem_lines(problems: Sequence[ListProblem], words: Wording) -> list[str]:
    """One line for each, those of the file first; what is too much is counted."""
    lines = [f"- {_line(one, words)}" for one in problems[:_SHOWN]]
    left = len(problems) - _SHOWN
    if left > 0:
        more = words.say_n("… and {number} more", "… and {number} more", left)
        lines.append(f"- {more}")
    return lines


def _line(problem: ListProblem, words: Wording) -> str:
    values = {name: escape(value) for name, value in dict(problem.values).items()}
    sentence = _SENTENCES[problem.fault](words, values)
    if problem.row is None:
        return sentence
    return words.say("Row {row}: {problem}", row=problem.row, problem=sentence)


def unusable_markdown(
    problems: Sequence[ListProblem], sheets: Sequence[str], name: str, words: Wording
) -> str:
    """The answer to a file of which no list can be made."""
    head = words.say("⚠️ **{name}** cannot be used yet", name=escape(name))
    parts = [head, "\n".join(problem_lines(problems, words))]
    if len(sheets) > 1:
        listed = [f"{place}. {escape(sheet)}" for place, sheet in enumerate(sheets, start=1)]
        which = words.say("Write which sheet holds the list, for example `!sheet 1`:")
        parts.append("\n".join([which, "", *listed]))
    return "\n\n".join(parts)
