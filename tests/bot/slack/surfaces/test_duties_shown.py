"""Legal clocks, cases at providers, containment and findings are on the card and on the Home tab of those who are asked."""

from __future__ import annotations

from datetime import timedelta

from bot.rendering.renderer import Renderer
from bot.slack.surfaces.home_tab import TEMPLATE
from bot.slack.surfaces.incident_card import card_message
from bot.slack.surfaces.surface_context import surface_context
from incident.deadlines.deadline import Deadline
from incident.memory_store import MemoryStore
from incident.model.outside_records import ProviderCase, RegulatoryClock
from incident.model.response.analysis import Finding
from incident.model.response.containment import Containment
from tests.support.block_kit import valid_message
from tests.support.handmade_incidents import ILSE, START, an_incident, later
from tests.support.policies import small_policy

LONG = "<!channel> *_~` & <b> " + "x" * 2900


def clock(n: int, **changes: object) -> RegulatoryClock:
    times = {"trigger_at": START, "internal_due_at": later(60 + n), "due_at": later(120 + n)}
    of = {"n": n, "regime": "gdpr33", "obligation": f"report_{n}", "trigger": "x", "law": "y", "checked_on": "z"}
    return RegulatoryClock.model_validate({**of, **times, **changes})


def case(n: int, **changes: object) -> ProviderCase:
    of = {"n": n, "provider": "cloud-1", "case_id": f"77{n}", "severity": None, "opened_at": START, "by": ILSE}
    return ProviderCase.model_validate({**of, "heard_at": later(5), **changes})


def finding(n: int, *, verified: bool) -> Finding:
    return Finding(n=n, id=f"F{n}", text=LONG, by=ILSE, at=START, verified=verified)


def contained(n: int, **changes: object) -> Containment:
    of = {"at": START, "term": "long", "text": "the port is closed", "by": ILSE, "n": n, "id": f"C{n}"}
    return Containment.model_validate({**of, **changes})


def card(**changes: object) -> str:
    incident = an_incident(**changes)
    message = MemoryStore().read(
        lambda reader: card_message(
            surface_context(incident, small_policy(), reader, START + timedelta(hours=1)), Renderer()
        )
    )
    assert valid_message(message.arguments()["blocks"])
    return str(message.blocks)


def test_the_card_shows_what_runs_by_law_at_providers_and_in_the_analysis() -> None:
    shown = card(
        clocks=(clock(1), clock(2, submitted_at=later(3)), clock(3, is_stopped=True)),
        provider_cases=(case(4, last_status="identified", chased_at=later(9)), case(5, last_status="resolved")),
        containment=(
            contained(6, review_at=later(99)),
            contained(7),
            contained(8, undone_at=START, review_at=later(9)),
        ),
        findings=(finding(9, verified=True), finding(10, verified=False), finding(11, verified=False)),
    )

    for words in (
        "*gdpr33, report 1*: ours by <!date^",
        "by law <!date^",
        "*Case* 774 at cloud-1: identified, last news <!date^",
        "asked <!date^",
        "*Containment* C6 the port is closed, looked at again <!date^",
        "*Findings*: 3, 2 unverified",
    ):
        assert words in shown, words
    for gone in ("report 2", "report 3", "775", "C7", "C8"):
        assert gone not in shown, gone


def test_a_card_with_a_hundred_of_each_fits_and_says_how_many_more_clocks_run() -> None:
    many = range(1, 100)
    shown = card(
        clocks=tuple(clock(n) for n in many),
        provider_cases=tuple(case(n, provider=LONG[:200]) for n in many),
        containment=tuple(contained(n, text=LONG, review_at=later(9)) for n in many),
        findings=tuple(finding(n, verified=False) for n in many),
    )

    assert "and 95 more legal clocks" in shown
    assert "<!channel>" not in shown


def test_the_home_tab_names_the_report_and_the_case_and_not_the_numbers_of_their_entries() -> None:
    incident = an_incident(clocks=(clock(31),), provider_cases=(case(32),))

    def asks(kind: str, about: str) -> str:
        return Renderer().macro(TEMPLATE, "asks", Deadline(f"{kind}:{about}", later(120), (), about=about), incident)

    assert "Submit the report gdpr33, report 31: ours by <!date^" in asks("clock", "31")
    assert "Ask cloud-1 for news of case 7732 by" in asks("chase", "32")
