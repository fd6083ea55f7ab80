"""What the values of settings may be: a check for each kind, worded as the end of a sentence. Knows no setting."""

from __future__ import annotations

import re
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr
from pydantic_settings import SettingsConfigDict

SETTINGS_CONFIG: Final = SettingsConfigDict(
    frozen=True, extra="ignore", env_ignore_empty=True, env_file_encoding="utf-8-sig", hide_input_in_errors=True
)
# What Slack issues; whatever else looks like the examples of a manual holds no token.
_ISSUED: Final = re.compile(r"xoxb-\d+-\d+-\w{20,}|xapp-\d-\w+-\d+-[0-9a-f]{60,}|[0-9a-f]{32}")
_EXAMPLE: Final = re.compile(r"…|\.\.\.|[<>{}*]|x{4,}|your|change.?me|placeholder|example", re.IGNORECASE)
_EXAMPLE_ADDRESS: Final = re.compile(r"…|\.\.\.|change.?me|://user:password@host", re.IGNORECASE)
_PRINTABLE: Final = re.compile(r"[!-~]+")
_MAIL: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")
_PHONE: Final = re.compile(r"\+[1-9]\d{6,14}")
_ACCOUNT: Final = re.compile(r"AC[0-9a-fA-F]{32}")


def is_placeholder(value: str) -> bool:
    """True if a secret still holds what a manual or an example file says in its place."""
    return not _ISSUED.fullmatch(value) and (value in ("xoxb-", "xapp-") or _EXAMPLE.search(value) is not None)


def is_example_address(url: str) -> bool:
    """True if a database address still holds what a manual or an example file says in its place."""
    return _EXAMPLE_ADDRESS.search(url) is not None


def secret(prefix: str = "") -> AfterValidator:
    """Return the check of a secret: no placeholder, the prefix of its kind, only characters that a header can carry."""

    def check(given: SecretStr | None) -> SecretStr | None:
        value = given.get_secret_value() if given is not None else None
        if value is None:
            return given
        if is_placeholder(value):
            raise ValueError("still holds the placeholder of an example")
        if not value.startswith(prefix):
            raise ValueError(f"does not start with {prefix}")
        if not _PRINTABLE.fullmatch(value):
            raise ValueError("has a space or another character that no token has; copy it again")
        return given

    return AfterValidator(check)


def api_address(address: str) -> str:
    """Return the address of an API, which ends in /api/."""
    if not _is_web_address(address) or not address.endswith("/api/"):
        raise ValueError("is no web address that ends in /api/")
    return address


def web_address(address: str | None) -> str | None:
    """Return the address of a web service."""
    if address is not None and not _is_web_address(address):
        raise ValueError("is no web address")
    return address


def public_address(address: str | None) -> str | None:
    """Return the address at which others reach us, without a slash at its end."""
    if address is None:
        return None
    parts = urlsplit(address) if _is_web_address(address) else None
    if parts is None or parts.scheme != "https" or parts.username or parts.query or parts.fragment:
        raise ValueError("is no address such as https://muster.example.org")
    return address.rstrip("/")


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna")
        return parts.scheme in ("https", "http") and bool(host) and _PRINTABLE.fullmatch(address) is not None
    except ValueError:
        return False


def known_ip_address(address: str) -> str:
    """Return an IP address as it is usually written."""
    try:
        return str(ip_address(address))
    except ValueError:
        raise ValueError("is no IP address") from None


def slash_command(word: str) -> str:
    """Return a slash command in lower case."""
    if not word.startswith("/") or " " in word or len(word) < 2:
        raise ValueError("is no slash command")
    return word.lower()


def mail_server(address: SecretStr | None) -> SecretStr | None:
    """Return the address of a mail server, smtp:// or smtps://."""
    text = address.get_secret_value() if address is not None else None
    if text is None:
        return address
    if is_example_address(text):
        raise ValueError("still holds the placeholder of an example")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not _PRINTABLE.fullmatch(text):
        raise ValueError("is no address that starts with smtp:// or smtps://; write %40 for @ in a password")
    return address


def mail_address(text: str | None) -> str | None:
    """Return an e-mail address, with or without a name before it."""
    if text is not None and (not text.isprintable() or not _MAIL.fullmatch(parseaddr(text)[1])):
        raise ValueError("is no e-mail address")
    return text


def phone_number(text: str | None) -> str | None:
    """Return a telephone number with its country code."""
    if text is not None and not _PHONE.fullmatch(text):
        raise ValueError("is no telephone number that starts with + and the country code")
    return text


def account_sid(text: str | None) -> str | None:
    """Return the id of an account of Twilio."""
    if text is not None and not _ACCOUNT.fullmatch(text):
        raise ValueError("is no Account SID: AC and 32 letters and digits")
    return text


def networks(given: str) -> str:
    """Return a list of networks, as `10.1.0.0/16, 192.168.7.4`."""
    try:
        for one in given.split(",") if given.strip() else ():
            ip_network(one.strip())
    except ValueError:
        raise ValueError("is no list of networks") from None
    return given
