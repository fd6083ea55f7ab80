"""The alert rules name only what `/metrics` exports."""

import re
from pathlib import Path

import yaml

from bot.monitoring.metrics import Metrics, StateCollector
from bot.spool.spool import Spool
from storage.store import Store

RULES = Path(__file__).parents[1] / "deploy" / "prometheus-rules.yaml"
NAME = re.compile(r"\bmuster_\w+")


def test_every_alert_rule_uses_a_metric_that_is_exported(sqlite_store: Store, tmp_path: Path) -> None:
    counts = Metrics()
    counts.registry.register(StateCollector(sqlite_store, Spool(tmp_path, "T1"), lambda: True, lambda: 0.0))
    counts.record_call("chat.postMessage", "too_many")
    counts.record_ack("command", 0.1)
    exported = set(NAME.findall(counts.exposition().decode()))

    rules = [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]
    asked = {name for rule in rules for name in NAME.findall(rule["expr"])}

    assert len(rules) >= 8
    assert asked - exported == set()
    assert all(rule["annotations"]["description"] for rule in rules)
