"""The telephones of the demo: each person of the story gets one, and Muster the settings to reach them and to be answered."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from bot.simulation.replay.replay_environment import ReplayEnvironment
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from roles.person_ids import slack_person
from sandbox.phones.phones import ACCOUNT, NUMBER, TOKEN
from sandbox.pretend_workspace import Sandbox

# The page of the workspace posts there what a reverse proxy would pass on.
PUBLIC = "https://muster.example.org"


def phone_settings(sandbox: Sandbox) -> dict[str, str]:
    """Return the settings with which Muster pages by the pretend telephones, and takes answers at a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sandbox.phones.answer_to(PUBLIC, f"http://127.0.0.1:{port}")
    return {
        "MUSTER_TWILIO_SID": ACCOUNT,
        "MUSTER_TWILIO_TOKEN": TOKEN,
        "MUSTER_TWILIO_FROM": NUMBER,
        "MUSTER_TWILIO_URL": f"{sandbox.page_url}phones/twilio",
        "MUSTER_NTFY_URL": f"{sandbox.page_url}phones/ntfy",
        "MUSTER_PUBLIC_URL": PUBLIC,
        "MUSTER_HTTP_PORT": str(port),
    }


def connect_phones(environment: ReplayEnvironment, users: Mapping[str, str]) -> None:
    """Connect a telephone for each person, and store that they are paged by push message at once, then called, then written to."""
    directory = environment.muster.store.directory
    for n, (alias, user) in enumerate(users.items(), 1):
        number, topic = f"+49170000{n:04d}", f"phone-{alias}"
        environment.sandbox.phones.connect(user, number, topic)
        methods = (
            ContactMethod(medium=Medium.NTFY, address=topic),
            ContactMethod(medium=Medium.VOICE, address=number),
            ContactMethod(medium=Medium.SMS, address=number, delay_minutes=1),
        )
        directory.put_contact_methods(slack_person(environment.team, user), methods)
