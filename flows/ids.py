"""Identifiers, each a type of its own so that a room cannot be passed for a user."""

from __future__ import annotations

from typing import NewType

RoomId = NewType("RoomId", str)
"""A chat room, opaque. Matrix: ``!opaque:server`` or, from room version 12, ``!hash`` alone."""

UserId = NewType("UserId", str)
"""A person's account in the chat. Matrix: ``@name:server``."""

EventId = NewType("EventId", str)
"""A message (or an edit, a reaction, a withdrawal) in a room. Matrix: ``$hash``."""

DialogueId = NewType("DialogueId", str)
"""One run of a pack, ``grums-1``: the pack's name and a running number."""

GroupId = NewType("GroupId", str)
"""One table of a dialogue, ``1``, ``2`` …, unique within the dialogue."""

StepId = NewType("StepId", str)
"""A step of a pack, as the pack names it."""

RoundNo = NewType("RoundNo", int)
"""One step in one group, numbered by storage."""

ReplyNo = NewType("ReplyNo", int)
"""One stored reply, numbered by storage in order of arrival."""

EffectKey = NewType("EffectKey", str)
"""What an effect is, ``dialogue/step/group/kind/occurrence``: unique for ever in the outbox."""

ThemeNo = NewType("ThemeNo", int)
"""A theme of a dialogue, numbered from 1; a number is never given twice."""
