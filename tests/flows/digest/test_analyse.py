"""What is found across answers: themes that stay, proposals, remarks, differences, evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.digest.analyse import Meaning, analyse, needs_much
from flows.digest.book import EMPTY_BOOK, Book, BookTheme, Origin, Pin
from flows.digest.compose import compose
from flows.digest.document import Digest, as_json, from_json
from flows.digest.findings import Theme, Verdict
from flows.digest.masks import MaskKind
from flows.digest.sentences import embed, model_name
from flows.digest.snapshot import HeadingRecord, ReplyRecord, Snapshot
from flows.digest.verify import DigestNotTrue, verify
from flows.ids import ReplyNo, ThemeNo
from tests.flows.digest.samples import declared, said, snapshot, snapshots
from tests.flows.digest.texts import ALL, BUSES, YARD

YARD_HEADING = HeadingRecord(heading="yard", title="Skolgården", keywords=("gunga",))


def asked(*texts: str, groups: int = 2, **changes: object) -> Snapshot:
    """A Swedish step that was answered with these texts, group by group in turn."""
    replies = [
        said(no, text, group=str(no % groups + 1), person=no)
        for no, text in enumerate(texts, start=1)
    ]
    names = [str(number) for number in range(1, groups + 1)]
    sound = replace(snapshot(*replies, groups=names), language="sv")
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def digest_of(asked_of: Snapshot) -> Digest:
    """The digest, which holds against the replies."""
    findings, _ = analyse(asked_of)
    digest = compose(asked_of, findings)
    verify(digest, asked_of)
    return digest


def texts_of(theme: Theme, asked_of: Snapshot) -> set[str]:
    inside = set(theme.replies)
    return {reply.text for reply in asked_of.replies if reply.reply_no in inside}


# --------------------------------------------------------------------- themes


def test_answers_are_grouped_and_named_by_their_own_words() -> None:
    asked_of = asked(*ALL)
    themes = digest_of(asked_of).findings.themes
    assert [theme.number for theme in themes] == [1, 2, 3]
    assert [theme.origin for theme in themes] == [Origin.FOUND] * 3
    assert sum(len(theme.replies) for theme in themes) == len(ALL)
    names = " ".join(theme.name.casefold() for theme in themes)
    assert "skolgården" in names
    assert "buss" in names
    assert "psykolog" in names


def test_headings_of_organizers_come_first_and_the_rest_is_found() -> None:
    asked_of = asked(*ALL, headings=(YARD_HEADING,))
    themes = digest_of(asked_of).findings.themes
    assert themes[0].title == "Skolgården"
    assert themes[0].origin is Origin.PACK
    assert texts_of(themes[0], asked_of) >= {YARD[1], YARD[2], YARD[5]}
    assert len(themes) > 1
    assert {theme.origin for theme in themes[1:]} == {Origin.FOUND}


def test_a_heading_that_nobody_speaks_of_stands_there_empty() -> None:
    findings = digest_of(asked("Bra", headings=(YARD_HEADING,))).findings
    assert [(theme.title, theme.replies) for theme in findings.themes] == [("Skolgården", ())]


def test_few_answers_are_read_one_by_one() -> None:
    asked_of = asked(*ALL[:5])
    findings = digest_of(asked_of).findings
    assert not needs_much(asked_of)
    assert findings.themes == ()
    assert len(findings.outside) == 5


def test_each_language_has_its_own_themes() -> None:
    english = (
        "The last bus home leaves at six in the evening.",
        "There is no bus in the evening any more.",
        "Without a bus nobody gets to the training.",
        "The evening bus was cancelled last year.",
        "We want one more bus in the evening.",
        "The bus does not run often enough on weekends.",
    )
    findings = digest_of(asked(*ALL, *english, *[f"{one} Really." for one in english])).findings
    assert {share.language: share.replies for share in findings.languages} == {"sv": 24, "en": 12}
    numbers = {"sv": set(range(1, 25)), "en": set(range(25, 37))}
    for theme in findings.themes:
        assert set(theme.replies) <= numbers[theme.language]


def test_a_theme_keeps_its_number_when_late_answers_come() -> None:
    # given themes that were found once
    first = asked(*ALL)
    findings, book = analyse(first)

    # when more answers come, of which one theme grows larger than the others
    more = [f"{text} Så är det." for text in YARD]
    again = digest_of(asked(*ALL, *more, book=book)).findings

    # then what was theme n is theme n
    before = {theme.number: set(theme.replies) for theme in findings.themes}
    for theme in again.themes:
        if theme.number in before:
            common = len(before[theme.number] & set(theme.replies))
            assert common >= len(before[theme.number]) * 0.7
    assert {theme.number for theme in again.themes} >= set(before)


def test_a_theme_that_was_given_a_title_keeps_it() -> None:
    _, book = analyse(asked(*ALL))
    theme = book.themes[0]
    renamed = book.with_theme(replace(theme, title="Vårt eget ord"))
    found = digest_of(asked(*ALL, book=renamed)).findings.theme(theme.number)
    assert found is not None
    assert found.name == "Vårt eget ord"
    assert found.label == ()


def test_merged_hidden_and_moved_is_how_it_stays() -> None:
    # given three themes; one was merged into another, the third is hidden, one answer moved
    _, book = analyse(asked(*ALL))
    one, two, three = book.themes
    moved = min(one.members)
    edited = book.with_theme(replace(two, into=one.number)).with_theme(replace(three, hidden=True))
    edited = replace(edited, pins=(Pin(reply_no=moved, theme=three.number),))

    # when the digest is made again
    findings = digest_of(asked(*ALL, book=edited)).findings

    # then it is so
    assert {theme.number for theme in findings.themes} == {one.number, three.number}
    assert [theme.number for theme in findings.shown] == [one.number]
    hidden = findings.theme(three.number)
    assert hidden is not None
    assert moved in hidden.replies
    assert findings.theme(one.number) is not None
    assert moved not in findings.shown[0].replies


def test_an_answer_that_an_organizer_put_outside_stays_outside() -> None:
    pins = (Pin(reply_no=ReplyNo(1), theme=None),)
    findings = digest_of(asked(*ALL, book=replace(EMPTY_BOOK, pins=pins))).findings
    assert ReplyNo(1) in findings.outside


def test_vectors_that_were_stored_are_used_and_those_that_lack_are_made() -> None:
    # given a row for every answer but one
    made = embed(ALL)
    assert made is not None
    assert made.rows is not None
    rows = {
        ReplyNo(no): row.astype("float16").tobytes() for no, row in enumerate(made.rows[:-1], 1)
    }
    meaning = Meaning(model=model_name() or "", rows=rows)

    # when, then
    findings, _ = analyse(asked(*ALL), meaning)
    assert findings.model == model_name()
    verify(compose(asked(*ALL), findings), asked(*ALL))


def test_vectors_of_another_model_are_not_used() -> None:
    findings, _ = analyse(asked(*ALL), Meaning(model="other-1", rows={}))
    assert findings.model == ""


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_findings_are_the_same_in_whatever_order_replies_came(data: st.DataObject) -> None:
    asked_of = asked(*ALL, headings=(YARD_HEADING,))
    shuffled = replace(asked_of, replies=tuple(data.draw(st.permutations(asked_of.replies))))
    assert analyse(shuffled) == analyse(asked_of)


# -------------------------------------------------------- proposals and remarks


def test_proposals_are_numbered_and_near_duplicates_stand_together() -> None:
    asked_of = asked(
        "Vi borde ha fler vuxna på kvällarna.",
        "Det är stökigt. Inför en fast kontaktperson per elev!",
        "Fler vuxna på kvällarna borde vi ha",
        "Det regnar.",
    )
    proposals = digest_of(asked_of).findings.proposals
    assert [one.number for one in proposals] == [1, 2, 3]
    assert sorted(one.quote.text for one in proposals) == [
        "Fler vuxna på kvällarna borde vi ha",
        "Inför en fast kontaktperson per elev!",
        "Vi borde ha fler vuxna på kvällarna.",
    ]
    like = {one.quote.text: one.like for one in proposals}
    numbers = {one.quote.text: one.number for one in proposals}
    pair = ("Vi borde ha fler vuxna på kvällarna.", "Fler vuxna på kvällarna borde vi ha")
    assert like[pair[0]] == (numbers[pair[1]],)
    assert abs(numbers[pair[0]] - numbers[pair[1]]) == 1


def test_questions_criticism_and_praise_are_told_apart() -> None:
    findings = digest_of(
        asked(
            "Vem ansvarar för lokalen?",
            "Lokalen är jättebra. Kön är alldeles för lång.",
            "Det vore bra med en lokal.",
            "Det är inte bra.",
        )
    ).findings
    assert [one.quote.text for one in findings.questions] == ["Vem ansvarar för lokalen?"]
    assert [one.quote.text for one in findings.criticism] == ["Kön är alldeles för lång."]
    assert [one.quote.text for one in findings.praise] == ["Lokalen är jättebra."]


def test_a_group_answer_is_read_without_its_first_word() -> None:
    findings = digest_of(
        replace(snapshot(declared(1, "Gruppsvar: Vi borde ha öppet längre.")), language="sv")
    ).findings
    assert [one.quote.text for one in findings.proposals] == ["Vi borde ha öppet längre."]


# --------------------------------------------------------------- across groups


def test_a_difference_between_groups_is_told_with_its_shares() -> None:
    # given that one table speaks of buses and the other of the yard
    replies = [
        *(said(no, text, group="1", person=no) for no, text in enumerate(BUSES, 1)),
        *(said(no, text, group="2", person=no) for no, text in enumerate(YARD, 11)),
    ]
    asked_of = replace(snapshot(*replies), language="sv")
    findings = digest_of(asked_of).findings
    assert findings.common == ()
    assert set(findings.alone) == {theme.number for theme in findings.themes}
    assert {one.verdict for one in findings.comparisons} == {Verdict.DIFFERENT}


def test_with_few_answers_nothing_is_compared() -> None:
    findings = digest_of(asked(*ALL[:4], headings=(YARD_HEADING,))).findings
    assert {one.verdict for one in findings.comparisons} == {Verdict.TOO_FEW}
    assert {one.p for one in findings.comparisons} == {None}


# -------------------------------------------------------------------- evidence


@settings(max_examples=60)
@given(drawn=snapshots(most=8), names=st.lists(st.text(max_size=8), max_size=3))
def test_whatever_people_write_the_digest_holds_and_can_be_stored(
    drawn: Snapshot, names: list[str]
) -> None:
    drawn = replace(drawn, names=tuple(names))
    digest = digest_of(drawn)
    assert from_json(as_json(digest), drawn.replies) == digest
    for quote in digest.findings.all_quotes:
        reply = next(one for one in drawn.replies if one.reply_no == quote.reply_no)
        assert quote.text == reply.text[quote.start : quote.end]


@settings(max_examples=5, deadline=None)
@given(data=st.data(), language=st.sampled_from(["sv", "en"]))
def test_many_odd_answers_hold_as_well(data: st.DataObject, language: str) -> None:
    odd = data.draw(snapshots(most=4))
    plain = asked(*ALL, headings=(YARD_HEADING,), language=language)
    extra = tuple(
        replace(reply, reply_no=ReplyNo(100 + reply.reply_no), group_id=plain.rounds[0].group_id)
        for reply in odd.replies
    )
    digest_of(replace(plain, replies=(*plain.replies, *extra)))


def test_what_must_not_be_shown_is_masked_wherever_it_is_quoted() -> None:
    asked_of = asked(
        "Ring Anna Berg på 070-174 06 05. Vi borde ha fler som Anna.",
        names=("Anna Berg", "Bo"),
    )
    findings = digest_of(asked_of).findings
    [proposal] = findings.proposals
    assert proposal.quote.shown(lambda kind: f"[{kind.value}]") == "Vi borde ha fler som [name]."
    assert MaskKind.PHONE in {mask.kind for mask in proposal.quote.masks}


def found() -> tuple[Snapshot, Digest]:
    """Themes in both of two groups, a question, and praise."""
    asked_of = asked(*ALL, "Vem bestämmer om lokalen?", "Lokalen är jättebra.")
    return asked_of, digest_of(asked_of)


def changed(digest: Digest, **changes: object) -> Digest:
    findings = replace(digest.findings, **changes)  # type: ignore[arg-type]  # by name
    return replace(digest, findings=findings)


def with_theme(digest: Digest, **changes: object) -> Digest:
    first, *others = digest.findings.themes
    theme = replace(first, **changes)  # type: ignore[arg-type]  # any field, by name
    return changed(digest, themes=(theme, *others))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        pytest.param({"persons": 99}, "theme 1: persons", id="persons"),
        pytest.param({"groups": ()}, "theme 1: groups", id="groups"),
        pytest.param({"scenarios": ()}, "theme 1: scenarios", id="scenarios"),
        pytest.param({"unsure": (ReplyNo(99),)}, "theme 1: unsure", id="unsure"),
        pytest.param({"number": ThemeNo(2)}, "themes: numbers", id="a number twice"),
    ],
)
def test_a_theme_that_does_not_add_up_is_refused(changes: dict[str, object], wrong: str) -> None:
    asked_of, digest = found()
    with pytest.raises(DigestNotTrue) as caught:
        verify(with_theme(digest, **changes), asked_of)
    assert wrong in caught.value.counts


@pytest.mark.parametrize("name", ["analysed", "languages", "themes", "comparisons", "common"])
def test_no_part_of_the_findings_can_be_left_out(name: str) -> None:
    asked_of, digest = found()
    with pytest.raises(DigestNotTrue):
        verify(changed(digest, **{name: ()}), asked_of)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"text": "Helt andra ord"}, id="edited"),
        pytest.param({"withdrawn": True}, id="withdrawn"),
        pytest.param({"held": True}, id="held back"),
        pytest.param({"source": None}, id="sealed"),
    ],
)
def test_findings_are_not_true_to_replies_that_have_changed(edit: dict[str, object]) -> None:
    asked_of, digest = found()
    quoted = digest.findings.themes[0].quotes[0].reply_no

    def one(reply: ReplyRecord) -> ReplyRecord:
        return replace(reply, **edit) if reply.reply_no == quoted else reply  # type: ignore[arg-type]  # by name

    since = replace(asked_of, replies=tuple(map(one, asked_of.replies)))
    with pytest.raises(DigestNotTrue) as caught:
        verify(digest, since)
    assert quoted in caught.value.reply_nos


def test_a_mask_that_is_missing_is_refused() -> None:
    asked_of = asked("Ring 070-174 06 05, vi borde träffas.")
    findings, _ = analyse(asked_of)
    [proposal] = findings.proposals
    bare = replace(proposal, quote=replace(proposal.quote, masks=()))
    with pytest.raises(DigestNotTrue) as caught:
        verify(compose(asked_of, replace(findings, proposals=(bare,))), asked_of)
    assert caught.value.reply_nos == (1,)


# ------------------------------------------------------------------------ book


def test_no_number_is_given_twice() -> None:
    book = Book(themes=(BookTheme(number=ThemeNo(7), origin=Origin.FOUND, into=ThemeNo(7)),))
    after, numbers = book.matched([frozenset({ReplyNo(1), ReplyNo(2)})], ["sv"])
    assert numbers == [8]
    assert [theme.number for theme in after.themes] == [7, 8]
    assert after.standing(ThemeNo(7)) is not None


def test_the_two_that_have_most_in_common_go_together() -> None:
    def theme(number: int, *members: int) -> BookTheme:
        return BookTheme(
            number=ThemeNo(number),
            origin=Origin.FOUND,
            language="sv",
            members=frozenset(map(ReplyNo, members)),
        )

    book = Book(themes=(theme(1, 1, 2, 3, 4), theme(2, 5, 6)))
    groups = [frozenset(map(ReplyNo, (4, 5, 6))), frozenset(map(ReplyNo, (1, 2, 3)))]
    _, numbers = book.matched(groups, ["sv", "sv"])
    assert numbers == [2, 1]
