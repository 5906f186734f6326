"""The gate for what was found: every quote its reply's own words, every count counted again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from flows.digest.compare import compare
from flows.digest.document import attachment_of
from flows.digest.findings import Findings, Theme
from flows.digest.masks import find_masks
from flows.digest.quote import Quote, Span
from flows.digest.snapshot import ReplyKind, ReplyRecord, Snapshot
from flows.ids import GroupId, ReplyNo, StepId, ThemeNo

Stored = Mapping[ReplyNo, ReplyRecord]


def is_true(quote: Quote, reply: ReplyRecord, names: tuple[str, ...] = ()) -> bool:
    """Whether a quote is its reply's words, may be shown, and hides what must be hidden."""
    return (
        _may_be_shown(reply)
        and quote.source == reply.source
        and 0 <= quote.start <= quote.end <= len(reply.text)
        and quote.text == reply.text[quote.start : quote.end]
        and quote.late == reply.late
        and quote.attachment == attachment_of(reply)
        and quote.masks == find_masks(reply.text, names)
        and quote.file_masks == (find_masks(reply.media, names) if reply.media else ())
    )


def _may_be_shown(reply: ReplyRecord) -> bool:
    return not reply.withdrawn and not reply.held and reply.source is not None


def misquoted_findings(findings: Findings, snapshot: Snapshot) -> Iterator[ReplyNo]:
    """Replies that findings quote or name wrongly, or must not name at all."""
    stored = {reply.reply_no: reply for reply in snapshot.replies}
    for quote in findings.all_quotes:
        reply = stored.get(quote.reply_no)
        if reply is None or not is_true(quote, reply, snapshot.names):
            yield quote.reply_no
    for theme in findings.themes:
        inside = set(theme.replies)
        yield from (quote.reply_no for quote in theme.quotes if quote.reply_no not in inside)
        yield from (
            span.reply_no
            for span in theme.label
            if span.reply_no not in inside or not _is_word_of(span, stored, snapshot.names)
        )
    for number in findings.analysed:
        reply = stored.get(number)
        if reply is None or not _may_be_shown(reply) or reply.kind is ReplyKind.TALK:
            yield number


def _is_word_of(span: Span, stored: Stored, names: tuple[str, ...]) -> bool:
    reply = stored.get(span.reply_no)
    return (
        reply is not None
        and _may_be_shown(reply)
        and 0 <= span.start < span.end <= len(reply.text)
        and span.text == reply.text[span.start : span.end]
        and not any(
            mask.start < span.end and span.start < mask.end
            for mask in find_masks(reply.text, names)
        )
    )


def wrong_findings(findings: Findings, snapshot: Snapshot) -> Iterator[str]:
    """What does not add up, each as ``themes: what`` or ``theme 2: what``."""
    stored = {reply.reply_no: reply for reply in snapshot.replies}
    named = [number for theme in findings.themes for number in theme.replies]
    if Counter([*named, *findings.outside]) != Counter(set(findings.analysed)):
        yield "themes: not every answer stands in one place"
    if sum(share.replies for share in findings.languages) != len(findings.analysed):
        yield "languages"
    if len({theme.number for theme in findings.themes}) < len(findings.themes):
        yield "themes: numbers"
    if not set(named) <= set(stored):
        return  # what is not stored has been named above; nothing of it can be counted
    scenarios = {step.step_id: step.scenario for step in snapshot.steps}
    for theme in findings.themes:
        yield from _wrong_in_theme(theme, stored, scenarios)
    yield from _wrong_across_groups(findings, stored)
    yield from _wrong_numbers(findings)


def _wrong_in_theme(theme: Theme, stored: Stored, scenarios: Mapping[StepId, str]) -> Iterator[str]:
    members = [stored[number] for number in theme.replies]
    by_scenario = Counter(scenarios.get(reply.step_id, "") for reply in members)
    if theme.persons != len({reply.person for reply in members}):
        yield f"theme {theme.number}: persons"
    if Counter(theme.groups) != Counter({reply.group_id for reply in members}):
        yield f"theme {theme.number}: groups"
    if {share.scenario: share.replies for share in theme.scenarios} != dict(by_scenario):
        yield f"theme {theme.number}: scenarios"
    if not set(theme.unsure) <= set(theme.replies):
        yield f"theme {theme.number}: unsure"


def _wrong_across_groups(findings: Findings, stored: Stored) -> Iterator[str]:
    answered = _persons(findings.analysed, stored)
    shown = [theme for theme in findings.themes if not theme.hidden]
    raised = {theme.number: _persons(theme.replies, stored) for theme in shown}
    several = len(answered) > 1
    common = {number for number, by in raised.items() if several and len(by) == len(answered)}
    alone = {number for number, by in raised.items() if several and len(by) == 1}
    if set(findings.common) != common:
        yield "themes: in every group"
    if set(findings.alone) != alone:
        yield "themes: of one group"
    compared: set[ThemeNo] = set()
    for one in findings.comparisons:
        compared.add(one.theme)
        shares = {share.group_id: (share.raised, share.answered) for share in one.shares}
        by_group = raised.get(one.theme, {})
        if shares != {group: (by_group.get(group, 0), n) for group, n in answered.items()}:
            yield f"theme {one.theme}: shares"
    if compared != (set(raised) if several else set()):
        yield "themes: compared"
    elif findings.comparisons:
        order = [share.group_id for share in findings.comparisons[0].shares]
        again = compare({group: answered[group] for group in order if group in answered}, {
            one.theme: raised[one.theme] for one in findings.comparisons
        })  # fmt: skip
        if [(one.verdict, one.p) for one in again] != [
            (one.verdict, one.p) for one in findings.comparisons
        ]:
            yield "themes: differences"


def _persons(numbers: Iterable[ReplyNo], stored: Stored) -> dict[GroupId, int]:
    persons: dict[GroupId, set[int]] = defaultdict(set)
    for number in numbers:
        if number in stored:
            persons[stored[number].group_id].add(stored[number].person)
    return {group: len(people) for group, people in persons.items()}


def _wrong_numbers(findings: Findings) -> Iterator[str]:
    standing = {number: theme.number for theme in findings.themes for number in theme.replies}
    numbers = [proposal.number for proposal in findings.proposals]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "proposals: numbers"
    if any(
        proposal.theme != standing.get(proposal.quote.reply_no) for proposal in findings.proposals
    ):
        yield "proposals: themes"
    if any(not set(proposal.like) <= set(numbers) for proposal in findings.proposals):
        yield "proposals: alike"
    if any(remark.theme != standing.get(remark.quote.reply_no) for remark in findings.remarks):
        yield "remarks: themes"
