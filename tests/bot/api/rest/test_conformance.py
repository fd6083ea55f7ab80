"""What the API answers is what its description says: schemathesis makes up requests, right ones and wrong ones, for every route."""

from __future__ import annotations

from collections import Counter

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyFailure
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

from bot.api.rest.verb_schemas import example, validate
from commands.core import verb_registry
from storage.store import Store
from tests.support.api_bench import ApiBench

EXAMPLES = 2
# What fits the schema may still be refused by a rule, the state or the pace.
JUDGED = ["2xx", "401", "403", "404", "409", "412", "422", "429"]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def test_schemathesis_finds_nothing_on_the_whole_api(sqlite_store: Store) -> None:
    bench = ApiBench(sqlite_store)
    number, statuses = bench.declare(), Counter[tuple[str, int]]()
    headers = {"Authorization": f"Bearer {bench.token}"}
    config = schemathesis.Config.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": JUDGED}}})
    schema = schemathesis.openapi.from_url(f"{bench.url}/openapi.json", config=config)
    try:
        for found in schema.get_all_operations():
            for mode in MODES:
                exercise(found.ok(), mode, number, headers, statuses)
    finally:
        bench.close()

    assert {status for mode, status in statuses if mode == "POSITIVE"} >= {200, 409, 422}
    assert {status for mode, status in statuses if mode == "NEGATIVE"} >= {400, 401, 404, 422}
    assert max(status for _, status in statuses) < 500


def exercise(operation, mode: GenerationMode, number: str, headers: dict[str, str], statuses: Counter) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_described(case) -> None:
        path = case.meta.components.get(ParameterLocation.PATH)
        if path is not None and path.mode is GenerationMode.POSITIVE:
            case.path_parameters["number"] = number
        answer = case.call(headers=headers)
        statuses[mode.name, answer.status_code] += 1
        case.validate_response(answer, headers=headers)

    try:
        answers_as_described()
    except FlakyFailure:
        # The library gives up on a schema at its first look when the machine is busy, and not at the second.
        answers_as_described()


def test_every_verb_is_one_route_whose_example_fits_its_schema(sqlite_store: Store) -> None:
    bench = ApiBench(sqlite_store)
    try:
        described = bench.get("/openapi.json", token="").body
    finally:
        bench.close()
    operations = {one["operationId"] for path in described["paths"].values() for one in path.values()}

    assert operations >= {verb.name for verb in verb_registry.verbs()}
    assert described["openapi"].startswith("3.1")
    for verb in verb_registry.verbs():
        assert validate(verb, example(verb)) == example(verb)
