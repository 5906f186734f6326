"""What the bot explains of itself to participants."""

from __future__ import annotations

from bot.rendering.markdown import escape
from bot.wording import Wording
from flows.packs.pack import Choosing, Step


def welcome_markdown(words: Wording) -> str:
    """The first message of a private chat."""
    return words.say(
        "Hello! I am Runda. Here you answer on your own: nobody in your group sees what you "
        "write until the group question opens, and then without your name. The organizers see "
        "the answers without names. Write **help** if you wonder about something."
    )


def help_markdown(words: Wording) -> str:
    """The answer to "help"."""
    return words.say(
        "**How to answer**\n\n"
        "- **On your own:** write your answer to me in private. I confirm it with 👍. Edit the "
        "message to change it, delete it to take it back.\n"
        "- **Together:** talk in your group's room. One of you writes a message that begins with "
        "**Group answer:** or marks a message with ✅. The newest counts until the time is up.\n"
        "- A photo or a voice message is an answer too.\n"
        "- **Choose:** tap a number under the question, or write it.\n"
        "- 🕓 means that your answer came after the time was up. It is kept, and marked as late."
        "\n\n"
        "**What you can write to me**\n\n"
        "- **my answers** – what I have stored of you\n"
        "- **my data** – a file with everything I have stored of you\n"
        "- **undo** – takes back your newest answer\n"
        "- **withdraw** – takes back your yes, and erases your answers\n"
        "- **forget me** – erases all your answers\n"
        "- **show the rules** – when an answer is held back\n"
        "- **call for help** – an organizer comes to your group\n"
        "- **svenska** – I write Swedish to you"
    )


def nothing_open_markdown(words: Wording) -> str:
    """What a person reads who writes while there is nothing to answer."""
    return words.say(
        "No question is open right now, so I have not kept what you wrote. I write to you here "
        "when there is one. A group's answer is written in the group's room."
    )


def closed_anonymous_markdown(title: str, words: Wording) -> str:
    """What a person reads who writes or changes something after an anonymous dialogue's close."""
    return words.say(
        "**{title}** is closed, and its private answers are anonymous: nobody can tell any more "
        "which of them is yours, and nor can I. So I cannot show, change or take back one, and I "
        "have not kept what you wrote now.",
        title=escape(title),
    )


def not_in_a_group_markdown(words: Wording) -> str:
    """What a person reads who is in no group's room."""
    return words.say(
        "I cannot find you in any group yet, so I cannot keep answers from you. Join your "
        "group's room first, with the link or the code at your table. Ask an organizer if you "
        "have none."
    )


def half_said_markdown(step: Step, words: Wording, *, kept: bool, chosen: bool) -> str:
    """What a person reads whose answer to a poll or a check-in lacks something.

    `kept` if what she wrote is kept; `chosen` if an option is, so that the figure is missing.
    """
    most = len(step.options)
    if chosen:
        return words.say(
            "👍 Kept. The figure is missing: edit your message, or write it once more with the "
            "figure last. Like this: `2 We are halfway. 14`"
        )
    if kept:
        return words.say(
            "👍 Your words are kept. Which number fits? Tap it under the question, or write it: a "
            "number from 1 to {most}.",
            most=most,
        )
    if step.choosing is Choosing.MULTIPLE:
        return words.say(
            "I do not see which options you mean, so nothing is counted yet. Write their numbers, "
            "1 to {most}, with commas between, or tap them under the question.",
            most=most,
        )
    return words.say(
        "I do not see which option you mean, so nothing is counted yet. Write one number from 1 to "
        "{most}, or tap it under the question.",
        most=most,
    )


def wrong_room_markdown(room: str, link: str, words: Wording) -> str:
    """What somebody reads in private who has come into another group's room than her own."""
    return words.say(
        "You have come into another group's room. Yours is **{room}**: {link}\n\nHave you changed "
        "groups? Then just stay.",
        room=escape(room),
        link=link,
    )


def slower_markdown(words: Wording) -> str:
    """For somebody who writes to the bot itself faster than anybody reads."""
    return words.say(
        "You write faster than I can answer, so I take a short break. Answers to questions are "
        "saved as always."
    )
