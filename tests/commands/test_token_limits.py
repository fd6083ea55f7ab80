"""Who acts by a token sees less than in Slack: only its services, and of what is restricted only what was granted to it."""

from __future__ import annotations

from commands.core.request import Actor, Place, TokenLimits
from roles.person_ids import service_client
from tests.support.command_bench import CommandBench, who

BOT = service_client("deploy-bot")
NUMBER = "INC-2026-0001"


def noted(bench: CommandBench, actor: Actor) -> str | None:
    return bench.do("note", at=5, actor=actor, place=Place(number=NUMBER), text="Rolled back").code


def actor(owner=BOT, **limits) -> Actor:
    return Actor(id=owner, groups=frozenset({"responder"}), limits=TokenLimits(**limits))


def test_a_restricted_incident_is_unknown_to_a_token_without_a_grant() -> None:
    bench = CommandBench().declared(0, private=True)

    assert noted(bench, actor()) == "E_NO_INCIDENT"
    assert noted(bench, actor(granted={NUMBER})) is None
    assert bench.entries()[-1].by == BOT


def test_a_persons_token_needs_the_grant_beside_the_person() -> None:
    bench = CommandBench().declared(0, private=True)

    assert noted(bench, actor(who("rob"))) == "E_NO_INCIDENT"
    assert noted(bench, actor(who("rob"), granted={NUMBER})) is None
    assert noted(bench, actor(who("eva"), granted={NUMBER})) == "E_NO_INCIDENT"


def test_a_token_of_a_service_reaches_only_its_incidents_and_lists_no_other() -> None:
    bench = CommandBench().declared(0)

    assert noted(bench, actor(services={"search"})) == "E_NO_INCIDENT"
    bench.do("list", at=6, actor=actor(services={"search"}), place=Place())
    assert NUMBER not in bench.answer()
    bench.do("list", at=6, actor=actor(services={"checkout"}), place=Place())
    assert NUMBER in bench.answer()


def test_who_is_called_cannot_answer_by_a_token_for_what_it_may_not_see() -> None:
    bench = CommandBench().declared(0, private=True)
    bench.do("escalate", at=1, who=who("eva"), reason="The pool is full")
    by_token = bench.do("answer", at=2, actor=actor(who("eva")), place=Place(number=NUMBER), answer="accepted")

    assert by_token.code == "E_NO_INCIDENT"
    assert bench.do("answer", by="eva", at=3, place=Place(number=NUMBER), answer="accepted").code is None


def test_a_key_that_comes_back_with_another_request_is_refused_and_the_same_request_has_one_outcome() -> None:
    bench = CommandBench().declared(0)
    first = ask(bench, "same", "a")
    before = len(bench.entries())

    assert ask(bench, "same", "a").model_copy(update={"repeated": False}) == first
    assert ask(bench, "same", "b").code == "E_KEY_REUSED"
    assert len(bench.entries()) == before


def ask(bench: CommandBench, key: str, digest: str, **terms):
    return bench.do("note", at=5, key=key, digest=digest, text="Rolled back", **terms)


def test_a_request_of_a_caller_who_knows_an_older_state_is_refused() -> None:
    bench = CommandBench().declared(0)
    known = bench.incident.n
    assert ask(bench, "k1", "a", expected=known).code is None
    bench.do("priority", at=6, impact=1, urgency=1, reason="All of the shops fail now")

    late = ask(bench, "k2", "a", expected=known)

    assert (late.code, late.reason) == ("E_STALE", "changed_since")
    assert f"since entry {known}" in bench.answer()


def test_a_dedup_key_is_one_incident_while_that_is_open() -> None:
    bench = CommandBench().declared(0, dedup_key="db-7")

    def again(**more):
        return bench.do("declare", at=9, dedup_key="db-7", place=Place(), title="Again", service="checkout", **more)

    assert (again().number, again().first) == (NUMBER, None)
    assert again(actor=actor(services={"search"})).number == "INC-2026-0002"
    bench.do("void", at=10, place=Place(number="INC-2026-0002"), as_="false_alarm", reason="It was a test of the probe")
    assert again().number == "INC-2026-0003"
