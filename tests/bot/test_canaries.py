"""No secret is ever written down: a whole run in trouble, then every place it left something in is searched."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from bot.bench.ground import policy_of
from sandbox.entities import Person
from sandbox.server import Sandbox
from tests.bot.cli.command import ROOT, muster, started

PASSWORD = "canary-database-password"
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
    """The canaries. The pretend workspace's own tokens open it and stand nowhere else."""
    return (sandbox.bot_token, sandbox.app_token, sandbox.signing_secret, PASSWORD)


def until(has_come):
    deadline = time.monotonic() + PATIENCE
    while not has_come():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def incident_of(sandbox):
    made = [c for c in sandbox.workspace.channels.values() if c.name.startswith("inc-") and c.pins]
    return made[0].id if made else None


def in_trouble(sandbox):
    """Let people do what people do, while everything that has an error to tell goes wrong once."""
    ann = sandbox.workspace.find_person("ann").id
    view = sandbox.acting.slash(ann, "general", COMMAND, "declare").view(PATIENCE)
    sandbox.acting.submit(ann, view.id, {"title": "Checkout fails", "service": "checkout"})
    until(lambda: incident_of(sandbox))
    channel, faults = incident_of(sandbox), sandbox.faults
    faults.server_error("chat.postMessage", times=1)
    faults.lose_reply("chat.update", times=1)
    faults.fail_with("token_revoked", "conversations.setTopic", times=1)
    faults.too_many_requests("views.open", times=1)
    sandbox.acting.slash(ann, channel, COMMAND, "note the pool is exhausted")
    sandbox.acting.slash(ann, channel, COMMAND, "take commander")
    sandbox.acting.slash(ann, channel, COMMAND, "declare")
    sandbox.acting.post(ann, channel, "rolled back")
    faults.drop_sockets()
    until(lambda: any("exhausted" in m.text for m in sandbox.workspace.find_channel(channel).messages.values()))
    assert sandbox.wait_for_socket(PATIENCE)


def written(folder: Path, sandbox: Sandbox) -> dict[str, bytes]:
    """Everything that is left: each file, and all that stands in the workspace."""
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    shown = [
        (c.name, c.topic.value, [(m.text, m.blocks, m.metadata) for m in c.messages.values()])
        for c in sandbox.workspace.channels.values()
    ]
    views = [view.__dict__ for view in (*sandbox.workspace.views.values(), *sandbox.workspace.homes.values())]
    return found | {"workspace": repr((shown, views)).encode()}


def run_all(folder, sandbox, url):
    """Run Muster through trouble, then every command that writes or prints something."""
    users = [person.id for person in sandbox.workspace.people.values() if not person.is_bot]
    policy = yaml.safe_dump(policy_of(users).model_dump(mode="json"), allow_unicode=True)
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    env = {
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_SIGNING_SECRET": sandbox.signing_secret,
        "SLACK_API_URL": sandbox.base_url,
        "DATABASE_URL": url,
    }
    process = started(folder, "run", **env)
    try:
        assert sandbox.wait_for_socket(PATIENCE)
        in_trouble(sandbox)
    finally:
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
    (folder / "run.log").write_text(out + err, encoding="utf-8")
    for words in (("export", "INC-2026-0001"), ("doctor",)):
        said = muster(folder, *words, **env)
        (folder / f"{words[0]}.txt").write_text(said.everything, encoding="utf-8")
    wrong = muster(folder, "verify", **(env | {"DATABASE_URL": f"postgresql://me:{PASSWORD}@127.0.0.1:9/none"}))
    (folder / "wrong.txt").write_text(wrong.everything, encoding="utf-8")


def test_a_whole_run_on_sqlite_writes_no_secret_anywhere(sandbox, tmp_path, secrets):
    run_all(tmp_path, sandbox, f"sqlite:///{tmp_path / 'muster.db'}")
    places = written(tmp_path, sandbox)

    found = [(place, secret) for place, text in places.items() for secret in secrets if secret.encode() in text]

    assert found == []
    assert b"token_revoked" in places["run.log"]
    assert b"database" in places["wrong.txt"]
    assert any(place.startswith("out") for place in places)


def test_the_search_would_find_a_secret(sandbox, tmp_path, secrets):
    (tmp_path / "leak.log").write_text(f"opened with {secrets[0]}", encoding="utf-8")

    assert secrets[0].encode() in written(tmp_path, sandbox)["leak.log"]
