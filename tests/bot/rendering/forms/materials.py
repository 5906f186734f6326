"""A sound digest to be written as files, with a little of everything in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rendering.forms.material import Material
from flows.digest.book import Origin
from flows.digest.compose import compose
from flows.digest.document import ContactPart, ContactState, Digest
from flows.digest.findings import (
    Comparison,
    Findings,
    Proposal,
    Remark,
    RemarkKind,
    Share,
    Theme,
    Verdict,
)
from flows.digest.masks import Mask, MaskKind
from flows.digest.quote import Quote, Span
from flows.digest.snapshot import ReplyRecord
from flows.ids import GroupId, ReplyNo, ThemeNo
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
)

MADE_AT = datetime(2026, 11, 25, 14, 32, tzinfo=ZoneInfo("Europe/Stockholm"))
ONE, TWO = GroupId("1"), GroupId("2")


def of(digest: Digest, **links: str) -> Material:
    """A digest without further ado; `links` by ``r1``, ``r2`` …"""
    known = {ReplyNo(int(name[1:])): link for name, link in links.items()}
    return Material(digest=digest, made_at=MADE_AT, links=known)


def of_replies(*replies: ReplyRecord, groups: str = "12") -> Material:
    return of(compose(snapshot(*replies, groups=groups, scope=None)))


def workshop() -> Material:
    """Three tables: one that said much, one less, and one nothing."""
    rounds = [
        *rounds_of("123", (ALONE,)),
        round_(TOGETHER, "1", unreadable=1),
        round_(TOGETHER, "2"),
        round_(TOGETHER, "3", no_answer=True),
    ]
    told = snapshot(
        said(1, "Vi behöver fler vuxna i korridorerna.", source=shown_source("1")),
        said(2, "Ring Kalle på 070-123 45 67!", source=shown_source("1")),
        said(3, "tavla.jpg", media="tavla.jpg", media_kind=MediaKind.IMAGE),
        said(4, "Köerna är för långa 😀\noch ingen hör av sig", group="2", late=True),
        said(5, "Det borde finnas fler vuxna på rasterna.", group="2"),
        said(6, "=1+1", group="2"),
        said(7, "Hur når vi dem som *inte* kommer?", group="2"),
        said(8, "viskat", group="2", source=None),
        said(9, "tills vidare", group="2", held=True),
        said(10, "borta", group="2", withdrawn=True),
        said(11, "שלום, עוד מבוגרים"),
        declared(12, "Gruppsvar: Vänta."),
        declared(13, "Gruppsvar: Fler vuxna. Rektor börjar på måndag."),
        declared(14, "Gruppsvar: Kortare köer", group="2"),
        rounds=rounds,
        scope=None,
    )
    titled = replace(
        told,
        title="Unga i Grums",
        language="sv",
        steps=(
            replace(ALONE, title="Enskilt", question="Vad skulle *du* göra?"),
            replace(TOGETHER, title="I grupp", question="Vad gör ni tillsammans?"),
        ),
    )
    digest = _masked(compose(titled))
    links = {f"r{quote.reply_no}": f"https://chat/{quote.reply_no}" for quote in digest.all_quotes}
    links.pop("r2")
    contacts = (
        ContactPart(
            number=1,
            role="Strateg",
            group_id=ONE,
            group_name="Table 1",
            state=ContactState.ANSWERED,
            text="Får vi anställa?",
            answer_text="Ja, *från* januari.",
        ),
        ContactPart(
            number=2,
            role="Strateg",
            group_id=None,
            group_name="",
            state=ContactState.WAITS,
            text="Vad ser du?",
        ),
    )
    found = replace(digest, findings=_findings(digest), contacts=contacts)
    return of(found, **links)


def _masked(digest: Digest) -> Digest:
    def masked(quote: Quote) -> Quote:
        if quote.reply_no != ReplyNo(2):
            return quote
        masks = (Mask(5, 10, MaskKind.NAME), Mask(14, 27, MaskKind.PHONE))
        return replace(quote, masks=masks)

    return replace(
        digest,
        steps=tuple(
            replace(
                step,
                groups=tuple(
                    replace(part, quotes=tuple(map(masked, part.quotes))) for part in step.groups
                ),
            )
            for step in digest.steps
        ),
    )


def _findings(digest: Digest) -> Findings:
    quotes = {quote.reply_no: quote for quote in digest.all_quotes}
    school, queues = ThemeNo(1), ThemeNo(2)
    return Findings(
        analysed=tuple(quotes),
        themes=(
            Theme(
                number=school,
                origin=Origin.PACK,
                title="Skolan",
                replies=(ReplyNo(1), ReplyNo(5), ReplyNo(13)),
                unsure=(ReplyNo(13),),
                persons=3,
                groups=(ONE, TWO),
                quotes=(quotes[ReplyNo(1)], quotes[ReplyNo(5)]),
            ),
            Theme(
                number=queues,
                origin=Origin.FOUND,
                title="",
                label=(Span(reply_no=ReplyNo(4), start=0, end=6, text="Köerna"),),
                language="sv",
                replies=(ReplyNo(4), ReplyNo(14)),
                persons=2,
                groups=(TWO,),
                quotes=(quotes[ReplyNo(4)],),
            ),
            Theme(number=ThemeNo(3), origin=Origin.FOUND, title="Dolt", hidden=True),
        ),
        outside=(ReplyNo(2), ReplyNo(3), ReplyNo(6), ReplyNo(7), ReplyNo(11)),
        proposals=(
            Proposal(number=1, quote=quotes[ReplyNo(1)], group_id=ONE, theme=school, like=(2,)),
            Proposal(number=2, quote=quotes[ReplyNo(5)], group_id=TWO, theme=school, like=(1,)),
        ),
        questions=(Remark(kind=RemarkKind.QUESTION, quote=quotes[ReplyNo(7)], group_id=TWO),),
        criticism=(
            Remark(kind=RemarkKind.CRITICISM, quote=quotes[ReplyNo(4)], group_id=TWO, theme=queues),
        ),
        comparisons=(
            Comparison(
                theme=school,
                shares=(
                    Share(group_id=ONE, raised=2, answered=4),
                    Share(group_id=TWO, raised=1, answered=5),
                ),
                verdict=Verdict.TOO_FEW,
            ),
        ),
        common=(school,),
        alone=(queues,),
        alike=((ReplyNo(1), ReplyNo(5)),),
    )
