"""A digest as messages: readable, small enough, and never more than what people wrote."""

from __future__ import annotations

import gettext
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote as in_address
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.rendering import markdown
from bot.rendering.digest import render
from bot.rendering.masked import mask_word
from bot.rendering.parts import MAX_PART_BYTES, RenderedPart
from bot.rendering.quotes import name
from bot.wording import Wording
from flows.digest.compose import compose
from flows.digest.document import Digest, GroupPart
from flows.digest.quote import Quote
from flows.digest.snapshot import ReplyRecord, Snapshot
from flows.ids import RoomId
from flows.messages import MediaKind
from tests.flows.digest.samples import (
    ALONE,
    TOGETHER,
    declared,
    round_,
    rounds_of,
    said,
    shown_source,
    snapshot,
    snapshots,
    texts,
)

ENGLISH = Wording("en", gettext.NullTranslations())
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NOON = datetime(2026, 5, 5, 12, 0, tzinfo=ZoneInfo("Europe/Stockholm"))


def permalink(room_id: RoomId, event_id: str) -> str:
    return f"https://chat.example/{in_address(room_id)}/{in_address(event_id)}"


def written(digest: Digest) -> list[RenderedPart]:
    return render(digest, ENGLISH, permalink=permalink)


def rendered(*replies: ReplyRecord, groups: Iterable[str] = ("1", "2")) -> list[RenderedPart]:
    return written(compose(snapshot(*replies, groups=groups)))


def shown(parts: Iterable[RenderedPart]) -> str:
    """What a reader sees of all parts."""
    return "\n".join(markdown.render(part.markdown).text for part in parts)


# ------------------------------------------------------------------- as it reads


def test_the_digest_of_a_scenario() -> None:
    # given a table that answered, one that talked only, and one that was silent
    rounds = [
        *rounds_of("123", (ALONE,)),
        round_(TOGETHER, "1", unreadable=1),
        round_(TOGETHER, "2", no_answer=True),
        round_(TOGETHER, "3", no_answer=True),
    ]
    drawn = snapshot(
        said(1, "More *adults*\nin the corridors", person=1, source=shown_source("1")),
        said(2, "IMG_1.jpg", person=2, media="IMG_1.jpg", media_kind=MediaKind.IMAGE),
        said(3, "Sorry", person=3, withdrawn=True),
        said(4, "Shorter queues", person=4, group="2", late=True),
        said(5, "not yet", person=5, group="2", source=None),
        declared(6, "Group answer: wait", person=1),
        declared(7, "Group answer: More adults, all days.\n\nAnd shorter queues.", person=1),
        rounds=rounds,
    )

    # when
    parts = render(compose(drawn), ENGLISH, permalink=permalink, made_at=NOON)

    # then
    (ref,) = parts[2].refs
    assert [part.markdown for part in parts] == [
        """\
### Digest: Young people · Together

**4 of 18 have answered** · 6 replies\\
**1 of 3 group answers**

**No answers from:** Table 3

**Group by group**

- Table 1: 2 of 6 · group answer ✓
- Table 2: 2 of 6 · no group answer
- Table 3: **no answers** · no group answer

**Group answers**

**Table 1**

> More adults\\, all days\\.\\
> \\
> And shorter queues\\. [source](https://chat.example/%21room1%3Ahs/%24event7)

**1 message could not be read, because its key is missing.**\\
1 reply is sealed and not shown yet.\\
1 reply came after the close.\\
1 reply was withdrawn and is not shown.\\
1 group answer was replaced by a later one.\\
Every answer, with its source, is in the thread.\\
As of 5 May 12:00.""",
        """\
### Group answers: Together

What do you do together\\?

**Table 1**

> More adults\\, all days\\.\\
> \\
> And shorter queues\\. [source](https://chat.example/%21room1%3Ahs/%24event7)

**No group answer from:** Table 2, Table 3""",
        f"""\
### Individual answers: On your own

What do you do\\?

**Table 1** · 2 replies

- \\[photo\\: IMG\\_1\\.jpg\\] [source](https://chat.example/%21room1%3Ahs/%24event2)
- More \\*adults\\*\\
  in the corridors [source](https://chat.example/%21room1%3Ahs/{ref.token})

**Table 2** · 1 reply

- Shorter queues *(after the close)* [source](https://chat.example/%21room2%3Ahs/%24event4)

**No answers from:** Table 3""",
    ]


def test_the_digest_of_a_whole_dialogue_has_its_steps() -> None:
    drawn = snapshot(said(1, "a"), declared(2, "Group answer: b", person=1), scope=None)
    assert (
        written(compose(drawn))[0].markdown
        == """\
### Digest: Young people

**1 of 12 have answered** · 2 replies\\
**1 of 2 group answers**

**No answers from:** Table 2

**Step by step**

- On your own: 1 of 12
- Together: 1 of 2 group answers

**Group by group**

- Table 1: 1 of 6 · group answer ✓
- Table 2: **no answers** · group answer awaited

Every answer, with its source, is in the thread."""
    )


def test_while_all_is_sealed_there_is_only_the_overview() -> None:
    sealed = [said(no, "secret", source=None) for no in (1, 2)]
    parts = rendered(*sealed)
    assert len(parts) == 1
    assert "2 replies are sealed and not shown yet." in parts[0].markdown
    assert "secret" not in parts[0].markdown


def test_long_group_answers_are_left_to_the_thread() -> None:
    parts = rendered(declared(1, "Group answer: " + "long " * 80))
    assert ["long" in part.markdown for part in parts] == [False, True]


def test_the_overview_of_ten_groups_fits_a_screen() -> None:
    groups = [str(number) for number in range(1, 11)]
    answers = [
        declared(no, f"Group answer: {'word ' * 20}", group=g) for no, g in enumerate(groups)
    ]
    overview = shown(rendered(*answers, groups=groups)[:1])
    assert len(overview.splitlines()) <= 24
    assert max(map(len, overview.splitlines())) <= 50


def test_a_group_without_a_name_is_called_by_its_number() -> None:
    drawn = snapshot(said(1, "a"), rounds=[round_(ALONE, "1", group_name="  ")])
    assert "- Group 1: 1 of 6" in written(compose(drawn))[0].markdown


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (MediaKind.IMAGE, "[photo: x.bin]"),
        (MediaKind.AUDIO, "[sound: x.bin]"),
        (MediaKind.VIDEO, "[film: x.bin]"),
        (MediaKind.FILE, "[file: x.bin]"),
        (None, "[file: x.bin]"),
    ],
)
def test_a_file_is_named_after_what_it_is(kind: MediaKind | None, label: str) -> None:
    attached = said(1, "look", media="x.bin", media_kind=kind)
    assert f"• look {label} source (" in shown(rendered(attached))


def test_a_reply_of_nothing_is_said_to_be_nothing() -> None:
    assert "• (no text) source (" in shown(rendered(said(1, " \n ")))


def test_who_was_late_in_private_is_not_told() -> None:
    late = said(1, "sealed", late=True, source=shown_source("1"))
    assert "(after the close)" not in shown(rendered(late))


def test_a_link_is_out_of_the_reach_of_writing_from_right_to_left() -> None:
    parts = rendered(said(1, "שלום\u202eabc"), said(2, "abc"))
    assert "abc\\\n  [source](" in parts[1].markdown
    assert "- abc [source](" in parts[1].markdown


# ------------------------------------------------------------- never more than said


@given(drawn=snapshots())
def test_every_quote_can_be_read_to_the_letter(drawn: Snapshot) -> None:
    digest = compose(drawn)
    parts = written(digest)
    details = letters(words(parts[1:]))
    for quote in digest.all_quotes:
        assert letters(quote.shown(mask_word(ENGLISH))) in details


def words(parts: Iterable[RenderedPart]) -> str:
    """The words of all parts, without the signs that clients put before lines."""
    tokens = [token for part in parts for token in PARSER.parse(part.markdown)]
    inline = [child for token in tokens for child in token.children or ()]
    return "".join(child.content for child in inline if child.type == "text")


def letters(text: str) -> str:
    """What is seen of a text: without space and without what has no form."""
    turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return "".join(
        c for c in text if not c.isspace() and unicodedata.category(c) != "Cc" and c not in turning
    )


@given(drawn=snapshots())
def test_nothing_that_people_wrote_acts_as_markup(drawn: Snapshot) -> None:
    """Whatever is written, the messages have the form they have with plain words."""
    digest = compose(drawn)
    hostile, plain = written(digest), written(plain_words(digest))
    assert [form(part) for part in hostile] == [form(part) for part in plain]


def plain_words(digest: Digest) -> Digest:
    steps = tuple(
        replace(
            step,
            title=plain_name(step.title),
            question=plain_name(name(markdown.render(step.question).text)),
            groups=tuple(plain_part(part) for part in step.groups),
        )
        for step in digest.steps
    )
    groups = tuple(replace(group, name=plain_name(group.name)) for group in digest.groups)
    return replace(digest, title=plain_name(digest.title), steps=steps, groups=groups)


def plain_part(part: GroupPart) -> GroupPart:
    return replace(
        part,
        name=plain_name(part.name),
        standing=None if part.standing is None else plain_quote(part.standing),
        quotes=tuple(map(plain_quote, part.quotes)),
    )


def plain_quote(quote: Quote) -> Quote:
    media = quote.attachment
    plain_media = None if media is None else replace(media, name=plain_name(media.name))
    return replace(quote, text="x" * len(quote.text), attachment=plain_media)


def plain_name(text: str) -> str:
    return "x" if name(text) else ""


WORDS = frozenset(("text", "text_special", "softbreak", "hardbreak"))


def form(part: RenderedPart) -> list[tuple[str, int, str]]:
    """The structure of a message: its blocks and marks, without the words."""
    text = part.markdown
    for number, ref in enumerate(part.refs):
        text = text.replace(ref.token, f"token{number}")
    return list(_form(PARSER.parse(text)))


def _form(tokens: Sequence[Token]) -> Iterable[tuple[str, int, str]]:
    for token in tokens:
        if token.type not in WORDS:
            yield token.type, token.level, str(token.attrGet("href") or "")
        yield from _form(token.children or ())


# -------------------------------------------------------------------------- size


@given(
    long=st.lists(
        st.tuples(texts.filter(str.strip), st.integers(1, 4000), st.sampled_from("1234")),
        max_size=8,
    )
)
def test_no_part_is_too_large_to_post(long: list[tuple[str, int, str]]) -> None:
    replies = [
        said(no, (text * 4000)[:length], group=group)
        for no, (text, length, group) in enumerate(long)
    ]
    for part in rendered(*replies, groups="1234"):
        assert len(part.markdown.encode()) <= MAX_PART_BYTES


@pytest.mark.parametrize("character", ["a", "*", "&", "\na", "å", "\\"])
def test_a_reply_of_four_thousand_signs_stays_in_one_piece(character: str) -> None:
    text = (character * 4000)[:3998] + "."
    parts = rendered(said(1, text))
    assert len(parts) == 2
    assert letters(text) in letters(shown(parts))


def pieces_of(parts: Sequence[RenderedPart]) -> list[str]:
    """The items of the lists in the thread, without what says that they belong together."""
    items = [line.removeprefix("• ") for line in shown(parts[1:]).splitlines() if "• " in line]
    return [
        item.removeprefix("(continued) ").removesuffix(" (continues)").split(" source (")[0]
        for item in items
    ]


def test_a_reply_larger_than_a_message_goes_on_in_the_next() -> None:
    text = " ".join(f"word{number}" for number in range(6000))
    parts = rendered(said(1, text), said(2, "short"))
    *pieces, last = pieces_of(parts)
    assert len(pieces) > 3
    assert "".join(pieces) == text
    assert last == "short"
    assert all("### Individual answers: On your own" in part.markdown for part in parts[1:])
    assert all("**Table 1** · 2 replies" in part.markdown for part in parts[1:])


def test_a_long_reply_is_never_cut_within_a_sign() -> None:
    family = "👩\u200d👩\u200d👧\u200d👦"
    pieces = pieces_of(rendered(said(1, family * 1500)))
    assert len(pieces) > 1
    assert all(piece.startswith(family) for piece in pieces)


def test_names_are_cut_where_they_are_very_long() -> None:
    assert name("word " * 100, length=20) == "word word word …"
    assert name("w" * 100, length=20) == "w" * 19 + "…"


# -------------------------------------------------------------------- later links


@given(drawn=snapshots())
def test_links_to_what_is_not_sent_yet_hold_tokens(drawn: Snapshot) -> None:
    parts = written(compose(drawn))
    tokens = [ref.token for part in parts for ref in part.refs]
    assert len(set(tokens)) == len(tokens)
    for part in parts:
        for ref in part.refs:
            assert part.markdown.count(ref.token) == 1
            assert not ref.token.strip("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_tokens_change_with_the_words_so_that_nobody_can_write_one() -> None:
    def token_of(text: str) -> str:
        return rendered(said(1, text, source=shown_source("1")))[1].refs[0].token

    assert token_of("a") == token_of("a")
    assert token_of("a") != token_of(token_of("a"))


def test_an_address_cannot_leave_its_link() -> None:
    digest = compose(snapshot(said(1, "a")))
    parts = render(digest, ENGLISH, permalink=lambda *_: "https://x/) [b](https://y)<>\\")
    assert "[source](https://x/%29%20[b]%28https://y%29%3C%3E%5C)" in parts[1].markdown
