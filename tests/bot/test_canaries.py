"""No secret is ever written: a whole run with failures, then a search of every file, table and message it left."""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
import yaml
from sqlalchemy import make_url

from bot.simulation.soak.ledger import is_spooled
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from tests.support import postgres
from tests.support.muster_command import ROOT, muster, started
from tests.support.policies import full_policy
from tests.support.replica_env import free_port
from tests.support.wait import until

PASSWORD = "canary-database-password"
WEBHOOK_SECRETS = {
    "MUSTER_PAGERDUTY_WEBHOOK_SECRET": "canary-of-pagerduty-webhooks",
    "MUSTER_JSM_WEBHOOK_SECRET": "canary-of-jsm-webhooks",
}
COMMAND = "/inc"
PATIENCE = 40


@pytest.fixture
def sandbox():
    manifest = yaml.safe_load((ROOT / "app.yaml").read_text(encoding="utf-8"))
    people = [Person(name, name.capitalize()) for name in ("ann", "bea", "cas", "dov", "eli")]
    with Sandbox(people, manifest=manifest, channels=("general", "incidents", "exec"), strict_tiers=False) as made:
        yield made


@pytest.fixture
def secrets(sandbox):
    """The canaries: the tokens of the pretend workspace, which exist nowhere else."""
    return (sandbox.bot_token, sandbox.app_token, sandbox.signing_secret, PASSWORD, *WEBHOOK_SECRETS.values())


def incident_of(sandbox):
    made = [c for c in sandbox.workspace.channels.values() if c.name.startswith("inc-") and c.pins]
    return made[0].id if made else None


class OverSocket:
    """Slack delivers over a socket, which is cut."""

    given: dict[str, str] = {}

    def __init__(self, sandbox):
        self.sandbox = sandbox

    def begin(self):
        assert self.sandbox.wait_for_socket(PATIENCE)

    def cut(self):
        self.sandbox.faults.drop_sockets()


class OverHttp:
    """Slack delivers over HTTP, and the database refuses connections for a while."""

    def __init__(self, sandbox, url):
        self.sandbox, self.database, self.port = sandbox, make_url(url).database, free_port()
        self.given = {"MUSTER_MODE": "http", "MUSTER_HTTP_PORT": str(self.port), **WEBHOOK_SECRETS}
        self.given |= {"MUSTER_PUBLIC_URL": "https://muster.internal"}

    def begin(self):
        until(lambda: asks_for_signatures(self.port), seconds=PATIENCE)
        self.sandbox.deliver_to(f"http://127.0.0.1:{self.port}/slack/events")

    def cut(self):
        assert self.sandbox.settle(PATIENCE)
        self.forge()
        server = postgres.server()
        server.run(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS false")
        server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.database}'")
        channel = incident_of(self.sandbox)
        response = self.sandbox.actor.slash("ann", channel, COMMAND, "note typed in vain").wait(PATIENCE)
        server.run(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS true")
        assert is_spooled(response.payload["text"])

    def forge(self):
        """Post to the public address what no provider sent."""
        for path in ("pagerduty", "jsm", "email/made-up"):
            with pytest.raises(HTTPError, match=r"40[14]"):
                urlopen(f"http://127.0.0.1:{self.port}/answer/{path}", data=b"")


def asks_for_signatures(port):
    """True once the start is over: before, the port answers everything of Slack with 503."""
    try:
        urlopen(f"http://127.0.0.1:{port}/slack/events", data=b"{}")
    except HTTPError as refused:
        return refused.code == 401
    except OSError:
        return False


def work_with_failures(sandbox, way):
    """Let people work while each kind of Slack call fails once."""
    ann = sandbox.workspace.find_person("ann").id
    view = sandbox.actor.slash(ann, "general", COMMAND, "declare").view(PATIENCE)
    sandbox.actor.submit(ann, view.id, {"title": "Checkout fails", "service": "checkout"})
    until(lambda: incident_of(sandbox), seconds=PATIENCE)
    channel, faults = incident_of(sandbox), sandbox.faults
    faults.server_error("chat.postMessage", times=1)
    faults.lose_reply("chat.update", times=1)
    faults.fail_with("token_revoked", "conversations.setTopic", times=1)
    faults.too_many_requests("views.open", times=1)
    sandbox.actor.slash(ann, channel, COMMAND, "note the pool is exhausted")
    sandbox.actor.slash(ann, channel, COMMAND, "take commander")
    sandbox.actor.slash(ann, channel, COMMAND, "declare")
    sandbox.actor.post(ann, channel, "rolled back")
    way.cut()
    until(
        lambda: any("exhausted" in m.text for m in sandbox.workspace.find_channel(channel).messages.values()),
        seconds=PATIENCE,
    )
    until(lambda: any("token_revoked" in str(one.result) for one in sandbox.wire_log.since(0)), seconds=PATIENCE)
    way.begin()


def written(folder: Path, sandbox: Sandbox) -> dict[str, bytes]:
    """Everything that the run left: each file, and the contents of the workspace."""
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    shown = [
        (c.name, c.topic.value, [(m.text, m.blocks, m.metadata) for m in c.messages.values()])
        for c in sandbox.workspace.channels.values()
    ]
    views = [view.__dict__ for view in (*sandbox.workspace.views.values(), *sandbox.workspace.homes.values())]
    return found | {"workspace": repr((shown, views)).encode()}


def run_all(folder, sandbox, url, way):
    """Run Muster through failures, then every command that writes or prints."""
    users = [person.id for person in sandbox.workspace.people.values() if not person.is_bot]
    policy = yaml.safe_dump(full_policy(users).model_dump(mode="json"), allow_unicode=True)
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    env = {
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_SIGNING_SECRET": sandbox.signing_secret,
        "SLACK_API_URL": sandbox.base_url,
        "DATABASE_URL": url,
        **way.given,
    }
    process = started(folder, "run", **env)
    try:
        way.begin()
        work_with_failures(sandbox, way)
    finally:
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
    (folder / "run.log").write_text(out + err, encoding="utf-8")
    for words in (("export", "INC-2026-0001"), ("doctor",)):
        said = muster(folder, *words, **env)
        (folder / f"{words[0]}.txt").write_text(said.everything, encoding="utf-8")
    wrong = muster(folder, "verify", **(env | {"DATABASE_URL": f"postgresql://me:{PASSWORD}@127.0.0.1:9/none"}))
    (folder / "wrong.txt").write_text(wrong.everything, encoding="utf-8")


def rows(url):
    """Every row of a server, table by table."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {name: repr(connection.execute(f'SELECT t::text FROM "{name}" t').fetchall()) for (name,) in names}


def leaks(places, secrets):
    return [(place, secret) for place, text in places.items() for secret in secrets if secret.encode() in text]


def test_a_whole_run_on_sqlite_writes_no_secret_anywhere(sandbox, tmp_path, secrets):
    run_all(tmp_path, sandbox, f"sqlite:///{tmp_path / 'muster.db'}", OverSocket(sandbox))
    places = written(tmp_path, sandbox)

    assert leaks(places, secrets) == []
    assert b"token_revoked" in places["run.log"]
    assert b"database" in places["wrong.txt"]
    assert any(place.startswith("out") for place in places)


def test_a_whole_run_over_http_on_a_server_writes_no_secret_anywhere(sandbox, tmp_path, secrets, postgres_url):
    url = postgres_url.replace("muster@", f"muster:{PASSWORD}@")
    run_all(tmp_path, sandbox, url, OverHttp(sandbox, postgres_url))
    held = rows(postgres_url)
    (tmp_path / "rows.txt").write_text(repr(held), encoding="utf-8")
    places = written(tmp_path, sandbox)

    assert leaks(places, secrets) == []
    assert "exhausted" in held["body"]
    assert b"token_revoked" in places["run.log"]
    assert any(place.startswith("out") for place in places)


def test_the_search_would_find_a_secret(sandbox, tmp_path, secrets):
    (tmp_path / "leak.log").write_text(f"opened with {secrets[0]}", encoding="utf-8")

    assert secrets[0].encode() in written(tmp_path, sandbox)["leak.log"]
