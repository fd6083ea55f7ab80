"""Intake as it runs: the routes, the endpoint, a store and a worker; the clock is moved by hand."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.bootstrap.alert_intake import endpoint_of
from bot.clock import SetClock
from bot.failpoints import Failpoint, no_failpoint
from bot.inbound.intake_jobs import IntakeJobs
from bot.inbound.sns_signature import SnsVerifier
from bot.web.http_app import web_app
from bot.web.http_server import WebServer
from bot.worker.job_runner import WorkerDependencies
from bot.worker.port import Delivered, JobRun
from bot.worker.worker import Worker
from commands.core.record_service import FixedPolicy, RecordService
from incident.entry import Entry, workspace_chain
from incident.jobs import Job, JobKind
from incident.medium import Medium
from incident.policy import Policy
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.organisation import Organisation
from storage.store import Store
from tests.support.clock import T0
from tests.support.policies import team_policy

SECRET = "correct horse battery staple"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
PAYLOADS = Path(__file__).parents[1] / "bot" / "inbound" / "payloads"
TOKEN = {"Authorization": f"Bearer {SECRET}"}


def payload(form: str, **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{form}.json").read_text("utf-8"))
    for path, value in changed.items():
        *place, last = path.split(".")
        at: Any = found
        for name in place:
            at = at[int(name)] if name.isdigit() else at[name]
        at[last] = value
    return found


def intake_policy(*rules: dict[str, Any], **intake: Any) -> Policy:
    """Return a policy with a source of several forms, all with one secret."""
    forms = {
        "noc": "generic",
        "prom": "alertmanager",
        "pd": "pagerduty",
        "events": "pagerduty_events",
        "og": "opsgenie",
    }
    sources: dict[str, Any] = {
        name: {"form": form, "secret": "MUSTER_INTAKE_NOC", "severities": {"critical": "P1"}}
        for name, form in forms.items()
    }
    sources["aws"] = {"form": "sns", "topics": [TOPIC], "service": "checkout"}
    given = {"sources": sources, "rules": rules, **intake}
    return Policy.model_validate({**team_policy().model_dump(), "intake": given})


@dataclass
class IntakeEnv:
    """A Muster that takes alerts, without Slack. `reached` is called at the failpoints of its jobs."""

    store: Store
    policy: Policy = field(default_factory=intake_policy)
    reached: Failpoint = no_failpoint
    sns: SnsVerifier = field(default_factory=SnsVerifier)
    clock: SetClock = field(default_factory=lambda: SetClock(T0))

    def __post_init__(self) -> None:
        self.record = RecordService(self.store.recorder, FixedPolicy(self.policy), self.clock)
        secrets = {"MUSTER_INTAKE_NOC": SecretStr(SECRET)}
        self.endpoint = endpoint_of(self.record, self.store, secrets, self.sns)
        self.jobs = IntakeJobs(self.record, self.store.deliveries, self.team, self.reached)
        self.worker = self.another_worker("one")
        self.server = WebServer(web_app(lambda: True, intake=self.endpoint), port=0)
        self.server.start()

    def close(self) -> None:
        """Stop listening."""
        self.server.stop()
        self.endpoint.inbox.close()

    def another_worker(self, owner: str) -> Worker:
        """Build the worker of another replica."""
        needs = WorkerDependencies(
            handlers={**dict.fromkeys(JobKind, lambda run: Delivered()), **self.jobs.handlers},
            policy=self.record.active,
            clock=self.clock,
            medium=lambda kind: Medium.SLACK,
        )
        return Worker(self.store, needs, owner=owner, threads=2)

    @property
    def team(self) -> str:
        assert self.store.team is not None
        return self.store.team

    def post(
        self, path: str, body: Mapping[str, Any] | bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Post a body, by default with the token, and return status and answer."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.asked("POST", path, sent, TOKEN if headers is None else headers)[:2]

    def asked(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Make a request and return status, answer and headers."""
        address = f"http://127.0.0.1:{self.server.port}{path}"
        request = urllib.request.Request(address, body, dict(headers), method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, _json(answer.read()), dict(answer.headers)
        except urllib.error.HTTPError as refused:
            return refused.code, _json(refused.read()), dict(refused.headers)

    def read(self) -> None:
        """Run the job that reads deliveries as a worker does, and without one."""
        job = Job(kind=JobKind.INTAKE, key="intake", incident=workspace_chain(self.team))
        self.jobs.read(JobRun(job=job, at=self.clock.now(), found=None, is_first=True))

    def drain(self) -> int:
        """Run what is due."""
        return self.worker.drain(self.clock.now())

    @property
    def state(self) -> Organisation:
        """What awaits a judgement, and what has one."""
        key = workspace_chain(self.team)
        return self.record.read(lambda reader: reader.peek_aggregate(ORGANISATION, key)) or Organisation(key=key)

    def entries(self, *kinds: str) -> list[Entry]:
        """Return the entries of the workspace chain of these kinds."""
        key = workspace_chain(self.team)
        return list(self.record.read(lambda reader: reader.entries(key, kinds=kinds)))


def _json(text: bytes) -> Any:
    with suppress(ValueError):
        return json.loads(text)
    return None
