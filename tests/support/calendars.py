"""iCalendar files for tests."""

from __future__ import annotations


def calendar(*events: str, head: str = "") -> bytes:
    """Return a calendar with these events; `head` is one more line of its own."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tests//EN",
        *([head] if head else []),
        *events,
        "END:VCALENDAR",
    ]
    return "\r\n".join(line for block in lines for line in block.splitlines()).encode()


def event(summary: str, start: str, end: str, *more: str, uid: str = "1") -> str:
    """Return an event; its times are what follows DTSTART and DTEND, with parameters, `more` are more lines."""
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        f"SUMMARY:{summary}",
        f"DTSTART{start}",
        f"DTEND{end}",
    ]
    return "\n".join([*lines, *more, "END:VEVENT"])
