"""The reference tables of the policy, the metrics and the jobs equal the code: no key is missing and none is too many."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import pytest
from pydantic import BaseModel

from bot.monitoring.metrics import Metrics, StateCollector
from bot.spool.spool import Spool
from incident.jobs import JobKind
from incident.policy import Policy
from storage.store import Store

REFERENCE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference"


def rows(document: str) -> list[list[str]]:
    """Return the cells of every row whose first cell is code."""
    text = (REFERENCE / document).read_text("utf-8")
    return [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]


def model_of(annotation: Any) -> tuple[type[BaseModel] | None, int]:
    """Return the model of an annotation, and the number of policy-defined names before it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, 0
    if get_origin(annotation) is dict:
        model, depth = model_of(get_args(annotation)[1])
        return model, depth + 1
    return None, 0


def defaults(model: type[BaseModel], above: str = "") -> dict[str, Any]:
    """Return the field of each key of the policy, by its path."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner, depth = model_of(field.annotation)
        path = f"{above}{name}"
        found |= defaults(inner, ".".join([path, *["*"] * depth, ""])) if inner else {path: field}
    return found


def policy_rows() -> dict[str, str]:
    """Return each documented key, with `*` for its names, and what the table says of its default."""
    documented = [(re.sub(r"<\w+>", "*", row[0].strip(" `")), row[2]) for row in rows("policy.md")]
    assert len(documented) == len(dict(documented)), "a key has two rows"
    return dict(documented)


def test_every_key_of_the_policy_is_documented_and_no_other_is():
    assert set(policy_rows()) == set(defaults(Policy))


def test_every_row_of_the_policy_has_a_type_a_default_and_a_meaning():
    assert [row[0] for row in rows("policy.md") if len([cell for cell in row if cell.strip(" |")]) != 4] == []


@pytest.mark.parametrize("key", [key for key, field in defaults(Policy).items() if field.is_required()])
def test_a_required_key_says_so(key):
    assert policy_rows()[key] == "required"


@pytest.mark.parametrize(
    ("key", "default"),
    [
        (key, str(field.default).lower())
        for key, field in defaults(Policy).items()
        if not field.is_required() and isinstance(field.default, int | bool)
    ],
)
def test_a_number_that_is_a_default_is_the_one_in_the_table(key, default):
    assert policy_rows()[key] == default


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (key, [str(word) for word in field.default])
        for key, field in defaults(Policy).items()
        if isinstance(field.default, tuple) and field.default
    ],
)
def test_a_list_that_is_a_default_is_the_one_in_the_table(key, words):
    assert policy_rows()[key].strip("[]").split(", ") == words


def test_every_metric_is_documented_and_no_other_is(sqlite_store: Store, tmp_path: Path):
    metrics = Metrics()
    metrics.registry.register(StateCollector(sqlite_store, Spool(tmp_path, "T1"), lambda: True, lambda: 0.0))
    served = dict(re.findall(r"# TYPE (muster_\w+) (\w+)", metrics.exposition().decode()))
    documented = {row[0].strip(" `"): row[1] for row in rows("metrics.md")}

    assert documented == {name: kind for name, kind in served.items() if not name.endswith("_created")}


def test_every_kind_of_job_is_documented_and_no_other_is():
    documented = [kind for row in rows("jobs.md") for kind in re.findall(r"`(\w+)`", row[0])]

    assert sorted(documented) == sorted(kind.value for kind in JobKind)
