"""`muster intake-test`: sends a sample of a source to the Muster that runs here, and prints what came of it."""

from __future__ import annotations

import http.client
import time
from hashlib import sha256
from typing import Final
from uuid import uuid4

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import Opened, open_record
from bot.config.settings import read_intake_settings, read_settings
from bot.inbound.sample_alerts import Sample, sample_of
from incident.entry import workspace_chain
from incident.policy_parts.intake_rules import IntakeSource
from organisation.entries.event_changes import EventReceived, EventRepeated
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.event_state import Event
from organisation.model.organisation import Organisation

_SECONDS: Final = 20.0
_ACCEPTED: Final = 202


def try_source(name: str) -> int:
    """Send a sample and print the answer, then the event that it became. Return 0 if it became one."""
    try:
        with open_record() as record:
            return _tried(name, record)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))


def _tried(name: str, record: Opened) -> int:
    rules = record.policy.policy.intake.sources.get(name)
    if rules is None:
        known = ", ".join(record.policy.policy.intake.sources) or "none yet"
        return fail(
            f"The policy in force names no source {name}. It names: {known}. docs/how-to/connect-alerts.md says how.", 2
        )
    sample, problem = _sample(name, rules)
    port = read_settings().http_port
    if sample is None or port is None:
        return fail(problem or "MUSTER_HTTP_PORT is not set, so nothing listens for alerts.", 2)
    try:
        status = _post(sample, port)
    except OSError:
        return fail(f"No Muster answers at port {port} of this machine. Start it with `muster run`.")
    print(f"POST {sample.path}: {status}")
    if status != _ACCEPTED:
        return fail(
            "It was not accepted. `muster doctor` says what a source lacks; `muster events` why it was rejected."
        )
    event = _awaited(sample, record)
    if event is None:
        return fail(
            f"Accepted, and after {_SECONDS:.0f} s not read yet: see `muster doctor`, and the log of `muster run`."
        )
    print(_came_of(event))
    return 0


def _sample(name: str, rules: IntakeSource) -> tuple[Sample | None, str]:
    """Return the sample, or why there is none."""
    secret = read_intake_settings().get(rules.secret or "")
    if rules.form == "sns":
        return None, "Only Amazon can sign what SNS sends: publish a message to the topic, and look at `muster events`."
    if secret is None:
        return (
            None,
            f"{rules.secret} is not set, so every request of {name} is rejected. Set it in .env, and start Muster again.",
        )
    return sample_of(name, rules, secret.get_secret_value(), f"muster-test-{uuid4().hex[:12]}"), ""


def _post(sample: Sample, port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", sample.path, sample.body, sample.headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _awaited(sample: Sample, record: Opened) -> Event | None:
    """Return the event that the sample became or was gathered by, once it was read."""
    digest, ends = sha256(sample.body).hexdigest(), time.monotonic() + _SECONDS
    key = workspace_chain(record.team)
    before = len(record.recorder.read(lambda reader: reader.entries(key, kinds=(EventRepeated.kind,))))
    while time.monotonic() < ends:
        found = record.recorder.read(lambda reader: reader.peek_aggregate(ORGANISATION, key)) or Organisation(key=key)
        entries = record.recorder.read(
            lambda reader: reader.entries(key, kinds=(EventReceived.kind, EventRepeated.kind))
        )
        received = (one.fact for one in entries if isinstance(one.fact, EventReceived))
        own = next((one.id for one in received if one.payload_sha256 == digest), None)
        repeated = [one.fact for one in entries if isinstance(one.fact, EventRepeated)]
        if own is not None:
            return found.event(own)
        if len(repeated) > before:
            return found.event(repeated[-1].event)
        time.sleep(0.2)
    return None


def _came_of(event: Event) -> str:
    if event.number is not None:
        return f"{event.id} is {event.number}, by rule {event.rule}."
    if event.declares is not None:
        return f"{event.id} is being declared an incident, by rule {event.declares}."
    about = f"{event.service}, " if event.service else "no service, "
    return f"{event.id} awaits a judgement: {about}{event.count} alerts. End the test: /incident event no {event.id} because it was a test"
