"""The keys of effects: dialogue / step / group / kind / occurrence.

An effect decided twice gets the same key and is sent once. What is sent anew on purpose
gets another occurrence.
"""

from __future__ import annotations

from flows.ids import DialogueId, EffectKey, EventId, GroupId, RoomId, RoundNo, StepId, UserId


def prompt(dialogue_id: DialogueId, step_id: StepId, group_id: GroupId) -> EffectKey:
    """The message that puts a step's question to a group."""
    return EffectKey(f"{dialogue_id}/{step_id}/{group_id}/prompt/0")


_PROMPT_AGAIN = "prompt-again"


def prompt_again(
    dialogue_id: DialogueId, step_id: StepId, group_id: GroupId, now_ms: int
) -> EffectKey:
    """The same question once more, since the group has another room."""
    return EffectKey(f"{dialogue_id}/{step_id}/{group_id}/{_PROMPT_AGAIN}/{now_ms}")


def is_group_prompt(key: EffectKey) -> bool:
    """Whether it is a key of `prompt` or of `prompt_again`."""
    return key.endswith("/prompt/0") or f"/{_PROMPT_AGAIN}/" in key


def is_of_prompt(key: EffectKey) -> bool:
    """Whether it is a key of `prompt` or of `private_prompt`, or of what belongs to one."""
    return "prompt/" in key


def private_prompt(
    dialogue_id: DialogueId, step_id: StepId, user_id: UserId, time: int = 0
) -> EffectKey:
    """The same question in a person's private chat, for the `time`-th time (she came anew)."""
    return EffectKey(f"{dialogue_id}/{step_id}/{user_id}/private-prompt/{time}")


def ping(prompt_key: EffectKey) -> EffectKey:
    """What rings for a prompt that does not ring itself."""
    return EffectKey(prompt_key.replace("private-prompt/", "private-ping/"))


def keycap(prompt_key: EffectKey, number: int) -> EffectKey:
    """The bot's own mark on a prompt, for people to tap."""
    return EffectKey(f"{prompt_key}/keycap-{number}")


def prompt_file(prompt_key: EffectKey) -> EffectKey:
    """The file that belongs to a prompt."""
    return EffectKey(f"{prompt_key}/file")


def half_said(
    dialogue_id: DialogueId, step_id: StepId, user_id: UserId, occurrence: str
) -> EffectKey:
    """Telling a person what is missing in her answer."""
    return EffectKey(f"{dialogue_id}/{step_id}/{user_id}/half-said/{occurrence}")


_CONSENT = "/consent/0"


def consent(dialogue_id: DialogueId, room_id: RoomId) -> EffectKey:
    """The message that asks the people of a room whether what they write may be kept."""
    return EffectKey(f"{dialogue_id}/-/{room_id}{_CONSENT}")


def is_consent(key: EffectKey) -> bool:
    """Whether it is a key of `consent`."""
    return key.endswith(_CONSENT)


def consent_of(key: EffectKey) -> tuple[DialogueId, RoomId] | None:
    """The dialogue and the room of a key of `consent`; None for any other key."""
    if not is_consent(key):
        return None
    dialogue_id, _, room_id = key.removesuffix(_CONSENT).split("/", 2)
    return DialogueId(dialogue_id), RoomId(room_id)


def not_kept(dialogue_id: DialogueId, user_id: UserId, event_id: EventId) -> EffectKey:
    """Telling a person that she is still to be asked."""
    return EffectKey(f"{dialogue_id}/-/{user_id}/not-kept/{event_id}")


def reminder(dialogue_id: DialogueId, step_id: StepId, whom: str) -> EffectKey:
    """The one reminder of a step, in a group's room or to a person."""
    return EffectKey(f"{dialogue_id}/{step_id}/{whom}/reminder/0")


def reminder_after_quiet(dialogue_id: DialogueId, step_id: StepId, over_ms: int) -> EffectKey:
    """The alarm for a reminder that waits for the end of the quiet hours."""
    return EffectKey(f"{dialogue_id}/{step_id}/-/remind-after-quiet/{over_ms}")


def question_for_answer(dialogue_id: DialogueId, step_id: StepId, group_id: GroupId) -> EffectKey:
    """Asking a group, once, for the answer it has not given."""
    return EffectKey(f"{dialogue_id}/{step_id}/{group_id}/ask/0")


def shown(dialogue_id: DialogueId, round_no: RoundNo, time: int, part: int) -> EffectKey:
    """Sealed answers shown to their group, for the `time`-th time."""
    return EffectKey(f"{dialogue_id}/round-{round_no}/-/shown-{time}/{part}")


def export(dialogue_id: DialogueId, event_id: EventId) -> EffectKey:
    """The files that a message asked for; each has its number after it."""
    return EffectKey(f"{dialogue_id}/-/-/export/{event_id}")


def board(dialogue_id: DialogueId, time: int = 0) -> EffectKey:
    """The board: one message, edited ever after; posted anew on request for the `time`-th time."""
    return EffectKey(f"{dialogue_id}/-/-/board/{time}")


BOARD_EDIT = "board-edit"


def board_edit(dialogue_id: DialogueId, now_ms: int) -> EffectKey:
    """One edit of the board."""
    return EffectKey(f"{board_edits(dialogue_id)}{now_ms}")


def board_edits(dialogue_id: DialogueId) -> str:
    """How the keys of all edits of a board begin."""
    return f"{BOARD_EDIT}/{dialogue_id}/"


def live(dialogue_id: DialogueId) -> EffectKey:
    """The digest that grows while a step is open: one message, edited ever after."""
    return EffectKey(f"{dialogue_id}/-/-/live/0")


LIVE_EDIT = "live-edit"


def live_edit(dialogue_id: DialogueId, now_ms: int) -> EffectKey:
    """One edit of it."""
    return EffectKey(f"{live_edits(dialogue_id)}{now_ms}")


def live_edits(dialogue_id: DialogueId) -> str:
    """How the keys of all its edits begin."""
    return f"{LIVE_EDIT}/{dialogue_id}/"


def digest(dialogue_id: DialogueId, scope: StepId | None, number: int, part: int) -> EffectKey:
    """A part of a digest; `number` tells the issues of one scope apart."""
    return EffectKey(f"{dialogue_id}/{scope or '-'}/-/digest-{number}/{part}")


def digest_picture(dialogue_id: DialogueId, scope: StepId | None, number: int) -> EffectKey:
    """The picture that was drawn for the digest `number`."""
    return EffectKey(f"{dialogue_id}/{scope or '-'}/-/digest-{number}/picture")


def digest_anew(dialogue_id: DialogueId, scope: StepId | None, number: int, part: int) -> EffectKey:
    """A part of a digest written anew in its place, by the digest `number`."""
    return EffectKey(f"{dialogue_id}/{scope or '-'}/-/digest-anew-{number}/{part}")


def notice(dialogue_id: DialogueId, what: str) -> EffectKey:
    """Something told the organizers once."""
    return EffectKey(f"{dialogue_id}/-/-/notice/{what}")


def news(dialogue_id: DialogueId, about: str, group_id: GroupId, number: int) -> EffectKey:
    """Something told a group of its dialogue's course; `number` tells it from the same earlier."""
    return EffectKey(f"{dialogue_id}/-/{group_id}/news-{about}/{number}")
