"""The data files of regimes are whole, the forms offer what they hold, and a file that is broken is refused."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from bot.config.outside.regime_files import FOLDER, InvalidRegime, known_regimes, with_regimes
from bot.config.policy_faults import contradictions
from commands.core.fields.regime_choices import DETERMINATIONS, REGIMES, REPORTS
from tests.support.policies import small_policy

REPORT = {"id": "a", "label": "A", "determination": "noticed_incident", "length": {"hours": 1}}
FIELDS = [{"id": "1", "label": "A"}]
IN_FORCE = [regime for regime in known_regimes() if regime.status == "in_force"]


def test_the_regimes_of_the_rules_and_the_others_are_here():
    assert {"gdpr33", "nis2", "dora", "certin", "sec_8k"} <= {regime.id for regime in IN_FORCE}
    assert len(known_regimes()) == 17


@pytest.mark.parametrize("regime", ["circia", "fca", "uk_csr"])
def test_what_is_no_law_yet_runs_no_clock(regime):
    [found] = [one for one in known_regimes() if one.id == regime]

    assert found.status in ("proposed", "disabled")


def test_every_regime_has_its_law_and_the_day_on_which_it_was_checked():
    assert all(regime.law and regime.confidence and regime.checked_on for regime in known_regimes())


def test_the_forms_offer_exactly_what_the_files_of_laws_in_force_hold():
    assert {slug for slug, _ in REGIMES} == {regime.id for regime in IN_FORCE}
    assert {slug for slug, _ in DETERMINATIONS} == {what for regime in IN_FORCE for what in regime.determinations}
    assert {slug for slug, _ in REPORTS} == {stage.id for regime in IN_FORCE for stage in regime.stages}


def test_a_report_has_its_fields_with_labels():
    [dora] = [regime for regime in known_regimes() if regime.id == "dora"]

    assert [len(stage.fields) for stage in dora.stages] == [25, 35, 16]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "other"}, "not the name of the file"),
        ({"status": "maybe"}, "status"),
        ({"determinations": {}}, "does not list"),
        ({"stages": [{"id": "a", "label": "A", "after": "b", "length": {"hours": 1}}]}, "does not come before it"),
        (
            {"stages": [{"id": "a", "label": "A", "determination": "x", "length": {"hours": 1, "days": 1}}]},
            "exactly one",
        ),
        ({"stages": [{**REPORT, "fields": [{"id": "1", "label": "A", "source": "rain"}]}]}, "no rule finds a value"),
        ({"stages": [{**REPORT, "fields": [{"id": "1", "label": "A", "kind": "choice"}]}]}, "needs choices"),
        ({"stages": [{**REPORT, "fields": [{"id": "1", "label": "A"}, {"id": "1", "label": "B"}]}]}, "the same id"),
        ({"stages": [{**REPORT, "repeats": ["later"]}]}, "repeats a stage that does not come before"),
        (
            {"stages": [{**REPORT, "length": {"business_days": 4, "calendar": "mars"}, "fields": FIELDS}]},
            "there is no calendar mars",
        ),
        ({"stages": [REPORT]}, "is in force and has no fields"),
    ],
)
def test_a_broken_file_is_refused_with_its_name(tmp_path, change, why):
    whole = yaml.safe_load((FOLDER / "certin.yaml").read_text("utf-8"))
    (tmp_path / "certin.yaml").write_text(yaml.safe_dump({**whole, **change}), "utf-8")

    with pytest.raises(InvalidRegime, match=why) as refused:
        known_regimes(tmp_path)
    assert str(refused.value).startswith("certin.yaml")


def test_a_policy_has_the_calendars_that_its_regimes_count_by_with_its_own_closures():
    closed = date(2026, 12, 24)
    policy = with_regimes(small_policy(regimes=("sec_8k",), reporting={"closures": {"us_federal": [closed]}}))

    assert {closed, date(2026, 7, 3)} <= policy.regime_book.calendars["us_federal"].closed
    assert with_regimes(small_policy(regimes=("gdpr33",))).regime_book.calendars == {}


@pytest.mark.parametrize(
    ("regime", "why"),
    [("gdpr34", "gdpr33"), ("circia", "is not in force"), ("fca", "disabled until 18 March 2027, and runs no clock")],
)
def test_a_policy_names_regimes_that_are_in_force(regime, why):
    [(path, message)] = list(contradictions(small_policy(regimes=(regime,))))

    assert path == ("regimes", 0)
    assert why in message


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"dora": {"9.9": "x"}}, "no field of a report of dora"),
        ({"dora": {"1.3": "too short"}}, "kind lei"),
        ({"dorra": {"1.2": "x"}}, "dora"),
    ],
)
def test_values_of_the_policy_are_of_fields_that_a_report_has(fields, why):
    [(path, message)] = list(contradictions(small_policy(reporting={"fields": fields})))

    assert path[:2] == ("reporting", "fields")
    assert why in message
