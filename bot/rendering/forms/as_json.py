"""A digest for programs: the schema ``runda-digest/1``, told in docs/digest-format.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import orjson

from bot.rendering.forms.material import Lines, Material, State
from bot.wording import Wording
from flows.digest.document import ContactPart, Counts, GroupPart, StepPart
from flows.digest.findings import Comparison, Proposal, Remark, Theme
from flows.digest.quote import Quote
from flows.ids import ReplyNo

SCHEMA = "runda-digest/1"


def to_json(material: Material, wording: Wording) -> bytes:
    """The digest, every answer once; what refers to answers does so by their numbers."""
    return orjson.dumps(
        _Digest(Lines(material, wording), material).values(),
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )


class _Digest:
    def __init__(self, lines: Lines, material: Material) -> None:
        self._lines = lines
        self._material = material
        self._digest = material.digest

    def values(self) -> dict[str, Any]:
        """The whole document."""
        digest, found = self._digest, self._digest.findings
        return {
            "schema": SCHEMA,
            "dialogue": digest.dialogue_id,
            "title": _text(digest.title),
            "language": digest.language,
            "step": digest.scope,
            "made_at": self._material.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "counts": _counts(digest.total) | self._exported(),
            "groups": [
                {
                    "id": group.group_id,
                    "name": _text(self._lines.group(group.group_id)),
                    "counts": _counts(group.counts),
                }
                for group in digest.groups
            ],
            "steps": [self._step(step) for step in digest.steps],
            "themes": [self._theme(theme) for theme in found.shown],
            "outside": self._numbers(found.outside),
            "proposals": [self._proposal(one) for one in found.proposals],
            "questions": [self._remark(one) for one in found.questions],
            "criticism": [self._remark(one) for one in found.criticism],
            "praise": [self._remark(one) for one in found.praise],
            "contacts": [self._contact(part) for part in digest.contacts],
            "comparisons": [_comparison(one) for one in found.comparisons],
            "common": list(found.common),
            "alone": list(found.alone),
            "alike": [self._numbers(some) for some in found.alike],
            "languages": [
                {"language": one.language, "replies": one.replies} for one in found.languages
            ],
            "model": found.model,
        } | self._kept()

    def _kept(self) -> dict[str, Any]:
        """Under which number it is kept, and until when; left out where neither is set."""
        number, day = self._material.registry, self._material.erased_on
        return ({"registry": number} if number else {}) | (
            {"erased_on": day.isoformat()} if day is not None else {}
        )

    def _exported(self) -> dict[str, int]:
        rows = list(self._lines.rows())
        return {
            "received": self._digest.total.replies + self._digest.total.withdrawn,
            "exported": len(rows),
            "shown": sum(row.state is State.SHOWN for row in rows),
        }

    def _step(self, step: StepPart) -> dict[str, Any]:
        return {
            "id": step.step_id,
            "kind": step.kind.value,
            "title": _text(step.title),
            "question": _text(step.question),
            "scenario": step.scenario,
            "sealed": step.sealed,
            "options": [
                {"text": _text(option), "chosen": number}
                for option, number in zip(step.options, step.chosen, strict=True)
            ]
            if step.options
            else [],
            "groups": [self._part(part) for part in step.groups],
        }

    def _part(self, part: GroupPart) -> dict[str, Any]:
        standing = part.standing
        return {
            "group": part.group_id,
            "counts": _counts(part.counts),
            "group_answer": None if part.answer is None else part.answer.value,
            "answer": None if standing is None else self._reply(standing),
            "replies": [self._reply(quote) for quote in part.quotes],
            "chosen": list(part.chosen),
        }

    def _reply(self, quote: Quote) -> dict[str, Any]:
        attachment = quote.attachment
        return {
            "number": self._lines.number(quote.reply_no),
            "text": _text(self._lines.words(quote)),
            "masked": bool(quote.masks),
            "file": None if attachment is None else _text(self._lines.file(quote)),
            "late": self._lines.is_late(quote),
            "link": self._lines.link(quote),
        }

    def _theme(self, theme: Theme) -> dict[str, Any]:
        return {
            "number": theme.number,
            "name": _text(self._lines.theme(theme)),
            "origin": theme.origin.value,
            "language": theme.language,
            "sensitive": theme.sensitive,
            "persons": theme.persons,
            "groups": list(theme.groups),
            "replies": self._numbers(theme.replies),
            "unsure": self._numbers(theme.unsure),
            "quoted": self._numbers([quote.reply_no for quote in theme.quotes]),
            "worded": self._worded(theme),
        }

    def _worded(self, theme: Theme) -> dict[str, Any] | None:
        worded = self._lines.worded.get(theme.number)
        if worded is None:
            return None
        statements = [{"text": one.text, "replies": list(one.replies)} for one in worded.statements]
        return {"label": worded.label, "statements": statements}

    def _proposal(self, proposal: Proposal) -> dict[str, Any]:
        return {
            "number": proposal.number,
            "reply": self._lines.number(proposal.quote.reply_no),
            "text": _text(self._lines.words(proposal.quote)),
            "group": proposal.group_id,
            "theme": proposal.theme,
            "like": list(proposal.like),
        }

    def _remark(self, remark: Remark) -> dict[str, Any]:
        return {
            "reply": self._lines.number(remark.quote.reply_no),
            "text": _text(self._lines.words(remark.quote)),
            "group": remark.group_id,
            "theme": remark.theme,
        }

    def _contact(self, part: ContactPart) -> dict[str, Any]:
        return {
            "number": part.number,
            "role": _text(part.role),
            "group": part.group_id,
            "state": part.state.value,
            "question": _text(self._lines.asked(part)),
            "answer": _text(self._lines.answered(part)) or None,
        }

    def _numbers(self, reply_nos: Sequence[ReplyNo]) -> list[int]:
        return sorted(filter(None, map(self._lines.number, reply_nos)))


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "theme": comparison.theme,
        "verdict": comparison.verdict.value,
        "p": comparison.p,
        "shares": [
            {"group": one.group_id, "raised": one.raised, "answered": one.answered}
            for one in comparison.shares
        ],
    }


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "present": counts.present,
        "answered": counts.answered,
        "replies": counts.replies,
        "sealed": counts.sealed,
        "held": counts.held,
        "replaced": counts.replaced,
        "late": counts.late,
        "withdrawn": counts.withdrawn,
        "unreadable": counts.unreadable,
    }


def _text(text: str) -> str:
    """The text as JSON can hold it: half a pair of surrogates is no character."""
    return text.encode(errors="surrogatepass").decode(errors="replace")
