"""Formats of strings that both Slack's servers and its client check: addresses, dates, times, numbers."""

import re
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

WEB = ("http", "https")
SCRIPTS = ("javascript", "data", "vbscript")
HOST = re.compile(r"(?=.{1,253}\.?$)[^\W_]([\w-]{0,61}[^\W_])?(\.[^\W_]([\w-]{0,61}[^\W_])?)*\.?")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
COLOUR = re.compile(r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?")


def is_web_url(value: str, schemes: tuple[str, ...] = WEB) -> bool:
    """True for an absolute web address with a host."""
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_address = ":" in host  # urlsplit has parsed what is in the brackets.
    return (
        parts.scheme in schemes
        and not re.search(r"\s", value)
        and (is_address or HOST.fullmatch(host) is not None)
        and port != 0
    )


def is_link(value: str) -> bool:
    """True for a web address, or an address of another application such as mailto: or slack:, but for no script."""
    scheme, colon, rest = value.partition(":")
    if scheme in WEB:
        return is_web_url(value)
    is_scheme = re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", scheme) is not None
    return bool(colon and rest) and is_scheme and scheme.lower() not in (*WEB, *SCRIPTS) and not re.search(r"\s", value)


def is_date(value: str) -> bool:
    """True for a day of the calendar, as YYYY-MM-DD."""
    try:
        return DATE.fullmatch(value) is not None and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def is_clock_time(value: str) -> bool:
    """True for a time of day, as HH:mm."""
    return CLOCK_TIME.fullmatch(value) is not None


def is_email(value: str) -> bool:
    """True for what looks like an e-mail address."""
    return EMAIL.fullmatch(value) is not None


def as_number(value: Any) -> Decimal | None:
    """Return the number in a string such as -10 or 0.25, None for anything else."""
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        return None
    return Decimal(value)
