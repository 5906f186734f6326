"""What is said to a remote contact, and what groups read of her."""

from __future__ import annotations

from bot.rendering.markdown import escape
from bot.rendering.parts import MAX_PART_BYTES, weight
from bot.rendering.quotes import name
from bot.wording import Wording

_AROUND_BYTES = 1_000


def quoted(text: str) -> str:
    """Somebody's words, to the letter, set apart."""
    return "\n".join(f"> {escape(line)}".rstrip() for line in text.split("\n"))


def fits(text: str) -> bool:
    """Whether somebody's words go into one message, with what stands around them."""
    return weight(quoted(text)) <= MAX_PART_BYTES - _AROUND_BYTES


def too_long_markdown(words: Wording) -> str:
    """What somebody reads who has written more than that."""
    return words.say(
        "That is too long to be passed on in one message. Please write it shorter, or as several "
        "messages."
    )


def welcome_markdown(role: str, words: Wording) -> str:
    """What she reads first."""
    return words.say(
        "Hello! You are asked to take part in a dialogue via link, as **{role}**.\n\n"
        "- Questions come here. Reply to one, or just write: then the oldest question that "
        "waits gets your answer.\n"
        "- The groups see your answer and your role, not your name. You see nothing of their "
        "rooms.\n"
        "- Edit your answer to change it. Delete it to take it back.\n"
        "- **my data** shows what is stored of you, **forget me** erases it.",
        role=name(role),
    )


def question_markdown(text: str, group: str | None, words: Wording) -> str:
    """A question as it is put to her; `group` is its number, None for the pack's own."""
    if group is None:
        head = words.say("**Question to you**")
    else:
        head = words.say("**Question from group {group}**", group=escape(group))
    return f"❓ {head}\n\n{quoted(text)}"


def reminder_markdown(text: str, group: str | None, words: Wording) -> str:
    """The one reminder of a question."""
    if group is None:
        head = words.say("The groups are still waiting for your answer to this:")
    else:
        head = words.say(
            "Group {group} is still waiting for your answer to this:", group=escape(group)
        )
    return f"⏰ {head}\n\n{quoted(text)}"


def nothing_waits_markdown(words: Wording) -> str:
    """What she reads who writes while nothing is asked."""
    return words.say(
        "No question is waiting for you right now, so I have not passed this on. To change an "
        "answer, edit it."
    )


def words_only_markdown(words: Wording) -> str:
    """What she reads who sends a file without a word."""
    return words.say("I cannot pass files on. Please write your answer in words.")


def next_markdown(text: str, group: str | None, words: Wording) -> str:
    """Which question the next message answers."""
    head = words.say("Thank you, that is passed on. If you just write now, you answer this:")
    return f"{head}\n\n{question_markdown(text, group, words)}"


def presence_markdown(role: str, example: str, words: Wording, *, is_here: bool) -> str:
    """The message that tells a group of a contact; it is edited when she comes and goes."""
    if is_here:
        text = words.say("**{role}** takes part via link and is connected.", role=name(role))
    else:
        text = words.say(
            "**{role}** takes part via link and is not connected yet. You can ask all the same.",
            role=name(role),
        )
    how = words.say("Begin your question with `{example}`", example=example)
    return f"📡 {text} {how}"


def waits_markdown(role: str, words: Wording, *, is_named: bool, is_here: bool) -> str:
    """What a group reads when it has asked."""
    if not is_named:
        text = words.say(
            "Your question is kept. Nobody is named as {role} yet, and the organizers know. Go "
            "on meanwhile.",
            role=name(role),
        )
    elif is_here:
        text = words.say(
            "Your question has gone to {role}, who is connected. The answer comes here. Go on "
            "meanwhile.",
            role=name(role),
        )
    else:
        text = words.say(
            "Your question is waiting for {role}, who is not connected yet. The answer comes "
            "here. Go on meanwhile.",
            role=name(role),
        )
    return f"📨 {text}"


def answer_markdown(role: str, text: str, words: Wording, *, question: str | None = None) -> str:
    """Her answer as a group reads it; `question` is the pack's own that it answers."""
    asked = "" if question is None else f"{quoted(question)}\n\n"
    head = words.say("{role}, via link:", role=name(role))
    return f"{asked}💬 **{head}**\n\n{quoted(text)}"


def overdue_markdown(role: str, words: Wording) -> str:
    """What a group reads when its question has waited too long."""
    text = words.say(
        "{role} has not answered in time. The question stands as open in the digest; an answer "
        "that comes later is passed on all the same.",
        role=name(role),
    )
    return f"⌛ {text}"


def whom_markdown(examples: list[str], words: Wording) -> str:
    """What a group reads that has not said whom it asks."""
    listed = ", ".join(f"`{one}`" for one in examples)
    return words.say("Whom do you ask? Begin your question with one of these: {how}", how=listed)


def let_go_markdown(role: str, role_id: str, words: Wording) -> str:
    """What the organizers read when whoever had the role is forgotten."""
    command = "kontakt" if words.language == "sv" else "contact"
    return words.say(
        "🗑️ Nobody is {role} any more: everything of whoever it was is erased. Write `{command}` to "
        "name somebody else.",
        role=name(role),
        command=f"!{command} {role_id} @name:server",
    )


def nobody_named_markdown(role: str, role_id: str, words: Wording) -> str:
    """What the organizers read when a question has nobody to go to."""
    command = "kontakt" if words.language == "sv" else "contact"
    return words.say(
        "⚠️ There are questions for {role}, and nobody is named. Write `{command}`.",
        role=name(role),
        command=f"!{command} {role_id} @name:server",
    )
