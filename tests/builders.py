"""Sound values, of which a test names only what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from flows.dialogue import Dialogue, Group
from flows.ids import DialogueId, EventId, GroupId, RoomId, StepId, UserId
from flows.messages import Edited, Marked, Media, MediaKind, Withdrawn, Written
from flows.packs.pack import Pack, Step, StepKind, Text

MONDAY_9H = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
"""Nine o'clock in Stockholm."""
NOW_MS = int(MONDAY_9H.timestamp() * 1000)
MINUTE = timedelta(minutes=1)
MINUTE_S = 60

ORGANIZERS = RoomId("!organizers:example.org")
TABLE_1 = RoomId("!table1:example.org")
TABLE_2 = RoomId("!table2:example.org")

BOT = UserId("@runda:example.org")
OLGA = UserId("@olga:example.org")
ANN = UserId("@ann:example.org")
BO = UserId("@bo:example.org")
CIA = UserId("@cia:example.org")
DAN = UserId("@dan:example.org")
STRANGER = UserId("@stranger:elsewhere.example")

PHOTO = Media(
    kind=MediaKind.IMAGE, name="board.jpg", mime="image/jpeg", size=51_200, address='{"url":"x"}'
)

_numbers = count(1)


def event_id() -> EventId:
    """One that no other event has."""
    return EventId(f"$event{next(_numbers):06}")


# ---------------------------------------------------------------- packs and dialogues


def words(text: str) -> Text:
    return Text(versions=(("en", text),))


def step(kind: StepKind, name: str = "", **changes: object) -> Step:
    """A step of ten minutes."""
    name = name or kind.value
    sound = Step(
        id=StepId(name),
        kind=kind,
        title=words(name.capitalize()),
        text=words(f"What about {name}?"),
        length_s=10 * MINUTE_S,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def pack(*steps: Step) -> Pack:
    return Pack(
        name="lunch",
        title=words("Lunch"),
        purpose=words("We decide where to eat."),
        languages=("en",),
        steps=steps,
        asks_consent=False,
    )


def dialogue(*steps: Step, groups: int = 2, **changes: object) -> Dialogue:
    """A planned dialogue."""
    sound = Dialogue(
        id=DialogueId("lunch-1"),
        pack=pack(*steps),
        language="en",
        organizers_room=ORGANIZERS,
        groups=tuple(
            Group(id=GroupId(str(n)), name=f"Table {n}", room_id=RoomId(f"!table{n}:example.org"))
            for n in range(1, groups + 1)
        ),
        zone="Europe/Stockholm",
        starts_at=MONDAY_9H,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def pack_toml(*steps: str, languages: Sequence[str] = ("en",), consent: bool = False) -> str:
    """The source of a pack; each step is given as its own lines.

    Args:
        consent: whether people are asked for it.
    """
    title = "\n".join(f'title.{language} = "Lunch"' for language in languages)
    purpose = "\n".join(f'purpose.{language} = "Where to eat."' for language in languages)
    listed = ", ".join(f'"{language}"' for language in languages)
    body = "\n".join(f"[[step]]\n{lines}" for lines in steps)
    asked = "" if consent else "ask_consent = false\n"
    return f"languages = [{listed}]\n{asked}{title}\n{purpose}\n{body}"


def step_toml(
    kind: str, name: str = "", *extra: str, languages: Sequence[str] = ("en",), **lines: str
) -> str:
    """A step's lines; `lines` are its plain values, `extra` stands as it is."""
    name = name or kind
    texts = [f'title.{one} = "{name.capitalize()}"' for one in languages]
    texts += [f'text.{one} = "What about {name}?"' for one in languages]
    values = [f'{key} = "{value}"' for key, value in lines.items()]
    return "\n".join([f'id = "{name}"', f'kind = "{kind}"', *values, *extra, *texts])


# ---------------------------------------------------------------- what people do


def written(text: str = "Soup", **changes: object) -> Written:
    sound = Written(
        room_id=TABLE_1, event_id=event_id(), sender=ANN, sent_ms=NOW_MS + 1000, text=text
    )
    return sound._replace(**changes)  # type: ignore[arg-type]  # any field, by name


def edited(target: EventId, text: str, **changes: object) -> Edited:
    sound = Edited(
        room_id=TABLE_1,
        event_id=event_id(),
        sender=ANN,
        sent_ms=NOW_MS + 2000,
        target=target,
        text=text,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def withdrawn(target: EventId, **changes: object) -> Withdrawn:
    sound = Withdrawn(
        room_id=TABLE_1, event_id=event_id(), sender=ANN, sent_ms=NOW_MS + 3000, target=target
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name


def marked(target: EventId, mark: str = "✅", **changes: object) -> Marked:
    sound = Marked(
        room_id=TABLE_1,
        event_id=event_id(),
        sender=BO,
        sent_ms=NOW_MS + 2000,
        target=target,
        mark=mark,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]  # any field, by name
