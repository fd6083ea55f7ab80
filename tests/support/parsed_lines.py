"""How typed lines are parsed in tests: by a person in Berlin, at one moment. What each means is comparable."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.grammar.command_parser import ParsedCommand, parse_command
from incident.frozen import utc_text
from roles.person_ids import slack_person

AT = datetime(2026, 6, 9, 12, 10, tzinfo=UTC)
NAMES = {"ilse": "U1", "olu": "U2", "mira": "U3", "cem": "U4", "me": "UME"}
PEOPLE = {word: slack_person("T1", user) for name, user in NAMES.items() for word in (name, user)}
SERVICES = ("checkout", "internal tools", "payments.example.com", "R&D lab")
SCHEDULES = {"payments": "payments", "checkout": "payments", "data platform": "data platform"}
PRIORITIES = {"P1": [(1, 1)], "P2": [(1, 2), (2, 1)], "P3": [(1, 3), (2, 2), (3, 1)]}


def parsed(line: str) -> ParsedCommand:
    return parse_command(
        line,
        at=AT,
        zone="Europe/Berlin",
        person=PEOPLE.get,
        services=SERVICES,
        priorities=PRIORITIES,
        schedules=SCHEDULES,
    )


def comparable(value: object) -> object:
    """Return a value in a form that the corpus can write: moments as UTC text, people by their Slack id."""
    text = value if isinstance(value, str) else None
    if text and text.startswith("slack:T1:"):
        return text.removeprefix("slack:T1:")
    if text and len(text) > 15 and text[:2] == "20" and text[4:5] == "-" and text.endswith("Z"):
        return utc_text(datetime.fromisoformat(text))
    return value


def meaning(command: ParsedCommand) -> dict[str, object]:
    happened = {"happened": utc_text(command.occurred_at)} if command.occurred_at else {}
    return {name: comparable(value) for name, value in {**command.fields, **happened}.items()}
