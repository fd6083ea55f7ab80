"""The REST API over HTTP: who may, what is refused with which status, and what is on the record afterwards."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from incident.entries.conversation import Noted
from incident.entries.delivery import ChannelMade
from incident.model.api.scope import Scope
from storage.store import Store, open_store
from tests.support.api_bench import ANN, BEA, BOT, TEAM, ApiBench, slack_person


@pytest.fixture(scope="module")
def api(sqlite_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("api") / "muster.db"
    path.write_bytes(sqlite_template.read_bytes())
    with open_store(f"sqlite:///{path}", team=TEAM) as store:
        bench = ApiBench(store)
        yield bench
        bench.close()


@pytest.fixture(scope="module")
def number(api: ApiBench) -> str:
    return api.declare()


def token_id(text: str) -> str:
    return text.split("_")[1]


def test_an_act_is_on_the_record_with_its_actor_and_the_token(api: ApiBench, number: str) -> None:
    by_person = api.make(ANN, (Scope.RECORD,))

    for token in (api.token, by_person):
        assert api.post(f"/incidents/{number}/note", {"text": "Rolled back & <!here> fine"}, token=token).status == 200

    notes = api.entries(number, Noted.kind)[-2:]
    assert [one.by for one in notes] == [BOT, ANN]
    assert [one.source.event for one in notes] == [token_id(api.token), token_id(by_person)]
    assert notes[0].fact.text == "Rolled back &amp; &lt;!here&gt; fine"
    read = api.get(f"/incidents/{number}/entries?timeline=true").body["entries"]
    assert read[-1]["text"] == {"text": "Rolled back & <!here> fine"}


@pytest.mark.parametrize("sent", ["", "Basic x", "Bearer mus_00_x", "Bearer \xe9"])
def test_without_a_valid_token_there_is_nothing_to_see(api: ApiBench, sent: str) -> None:
    refused = api.get("/incidents", Authorization=sent)

    assert (refused.status, refused.code) == (401, "E_NO_TOKEN")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.headers["content-type"] == "application/problem+json"
    assert "muster token create" in refused.body["detail"]


def test_a_token_that_is_revoked_in_the_middle_opens_nothing_more(api: ApiBench, number: str) -> None:
    token = api.make()
    assert api.get(f"/incidents/{number}", token=token).status == 200

    api.store.tokens.revoke(token_id(token), api.clock.now())

    assert api.post(f"/incidents/{number}/note", {"text": "Late"}, token=token).status == 401
    assert all(one.fact.text != "Late" for one in api.entries(number, Noted.kind))


def test_a_token_does_only_what_its_scopes_say(api: ApiBench, number: str) -> None:
    reader, writer = api.make(scopes=(Scope.READ,)), api.make(scopes=(Scope.RECORD,))

    assert api.get(f"/incidents/{number}/status", token=reader).status == 200
    refused = api.post(f"/incidents/{number}/note", {"text": "x"}, token=reader)
    assert (refused.status, refused.code) == (403, "E_SCOPE")
    assert "record" in refused.body["detail"]
    assert api.get(f"/incidents/{number}", token=writer).status == 403
    assert api.get("/me", token=writer).body["scopes"] == ["record"]


def test_a_deactivated_person_acts_by_no_token_and_a_service_has_no_settings(api: ApiBench) -> None:
    gone = api.make(slack_person(TEAM, "U3"))

    assert (api.get("/incidents", token=gone).status, api.get("/incidents", token=gone).code) == (
        403,
        "E_NOT_AUTHORISED",
    )
    assert api.post("/verbs/subscribe", {}).code == "E_SCOPE"


def test_a_restricted_incident_shows_to_a_grant_alone(api: ApiBench) -> None:
    secret = api.declare(title="Keys leaked", private=True)
    stranger, token = api.make(BEA), api.make()
    api.store.tokens.grant(token_id(stranger), [secret])

    for one in (api.token, token, stranger):
        assert api.get(f"/incidents/{secret}", token=one).code == "E_NO_INCIDENT"
        assert secret not in str(api.get("/incidents?limit=200", token=one).body)
        assert api.post(f"/incidents/{secret}/note", {"text": "x"}, token=one).status == 404
        assert api.get(f"/verbs/show?number={secret}", token=one).status == 404

    api.store.tokens.grant(token_id(token), [secret])
    assert api.get(f"/incidents/{secret}", token=token).body["title"] == "Keys leaked"
    assert api.post(f"/incidents/{secret}/note", {"text": "x"}, token=token).status == 200
    assert secret in str(api.get("/incidents?limit=200", token=token).body)


def test_a_token_of_one_service_declares_for_it_alone(api: ApiBench, number: str) -> None:
    token = api.make(services=("search",))

    refused = api.post("/incidents", {"title": "x", "service": "checkout"}, token=token)
    assert (refused.status, refused.body["fields"]) == (403, ["service"])
    assert api.post("/incidents", {"title": "x", "service": "search"}, token=token).status == 201
    assert api.get(f"/incidents/{number}", token=token).status == 404


def test_a_refusal_of_the_rules_says_what_to_do_and_names_fields(api: ApiBench, number: str) -> None:
    state = api.post(f"/incidents/{number}/close", {})
    missing = api.post(f"/incidents/{number}/note", {})
    bad = api.post(f"/incidents/{number}/priority", {"impact": 7, "urgency": 1})

    assert (state.status, state.code) == (409, "E_STATE")
    assert state.body["detail"].startswith("Not closed: it is")
    assert (missing.status, missing.code) == (422, "E_MISSING_FIELDS")
    assert (bad.status, bad.code, bad.body["fields"]) == (422, "E_BAD_VALUE", ["impact"])
    assert "“Impact”" in bad.body["detail"]


def test_what_no_route_can_read_is_refused_before_the_rules(api: ApiBench, number: str) -> None:
    note = f"/incidents/{number}/note"
    before = len(api.entries(number))
    answers = {
        "malformed": api.post(note, b'{"text": '),
        "constant": api.post(note, b'{"text": NaN}'),
        "array": api.post(note, []),
        "unknown field": api.post(note, {"text": "x", "colour": "red"}),
        "form": api.post(note, b"text=x", Content_Type="application/x-www-form-urlencoded"),
        "large": api.post(note, {"text": "x" * 300_000}),
        "header": api.post(note, {"text": "x"}, Idempotency_Key="a b"),
        "etag": api.post(note, {"text": "x"}, If_Match="17"),
        "method": api.call("DELETE", "/incidents"),
        "address": api.get("/nothing%0Ahere"),
        "cursor": api.get("/incidents?cursor=x"),
        "limit": api.get("/incidents?limit=0"),
    }

    assert {name: (one.status, one.code) for name, one in answers.items()} == {
        "malformed": (400, "E_NOT_JSON"),
        "constant": (400, "E_NOT_JSON"),
        "array": (422, "E_BAD_VALUE"),
        "unknown field": (422, "E_BAD_VALUE"),
        "form": (415, "E_MEDIA_TYPE"),
        "large": (413, "E_TOO_LARGE"),
        "header": (400, "E_HEADER"),
        "etag": (400, "E_HEADER"),
        "method": (405, "E_METHOD"),
        "address": (404, "E_NOT_FOUND"),
        "cursor": (422, "E_BAD_VALUE"),
        "limit": (422, "E_BAD_VALUE"),
    }
    assert answers["method"].headers["allow"] == "GET, POST"
    assert all(one.headers["content-type"] == "application/problem+json" for one in answers.values())
    assert "colour" not in str(answers["unknown field"].body)
    assert len(api.entries(number)) == before


def test_a_key_makes_repetitions_one_act_and_belongs_to_its_token(api: ApiBench, number: str) -> None:
    def note(text: str, key: str = '"build-1"', **more):
        return api.post(f"/incidents/{number}/note", {"text": text}, Idempotency_Key=key, **more)

    first, again, bare = note("Once"), note("Once"), note("Once", "build-1")
    other = note("Another")

    assert (first.body["repeated"], again.body["repeated"], bare.body["first"]) == (False, True, first.body["first"])
    assert (other.status, other.code) == (422, "E_KEY_REUSED")
    assert note("Another", token=api.make()).body["repeated"] is False
    assert sum(one.fact.text == "Once" for one in api.entries(number, Noted.kind)) == 1


def test_a_dedup_key_returns_the_open_incident(api: ApiBench) -> None:
    asked = {"title": "Search is slow", "service": "search", "dedup_key": "search-p99"}
    first, again = api.post("/incidents", asked), api.post("/incidents", asked)

    assert (first.status, again.status) == (201, 200)
    assert again.body | {"answer": ""} == first.body | {"first": None, "last": None, "repeated": True, "answer": ""}


def test_an_act_on_an_older_state_is_refused_and_a_known_state_is_not_sent_again(api: ApiBench) -> None:
    number = api.declare()
    etag = api.get(f"/incidents/{number}").headers["etag"]
    assert api.get(f"/incidents/{number}", If_None_Match=etag).status == 304

    changed = api.post(f"/incidents/{number}/title", {"title": "Cards fail"}, If_Match=etag)
    late = api.post(f"/incidents/{number}/title", {"title": "Refunds fail"}, If_Match=etag)

    assert changed.status == 200
    assert (late.status, late.code) == (412, "E_STALE")
    assert api.get(f"/incidents/{number}").body["title"] == "Cards fail"


def test_pages_have_every_incident_and_entry_once(api: ApiBench) -> None:
    mine = [api.declare(service="search") for _ in range(3)]
    pages, path = [], "/incidents?service=search&limit=2"
    while path:
        page = api.get(path).body
        pages += [one["number"] for one in page["incidents"]]
        path = page["next"] and f"/incidents?service=search&limit=2&cursor={page['next']}"
    seen, after = [], 0
    while after is not None:
        page = api.get(f"/incidents/{mine[0]}/entries?after={after}&limit=2").body
        seen += [one["n"] for one in page["entries"]]
        after = page["next"]

    assert pages[:3] == mine[::-1]
    assert len(pages) == len(set(pages))
    assert seen == [one.n for one in api.entries(mine[0])]


def test_an_act_that_happened_earlier_is_recorded_at_its_time(api: ApiBench, number: str) -> None:
    earlier = (api.clock.now() - timedelta(minutes=5)).replace(microsecond=0)

    api.post(f"/incidents/{number}/note", {"text": "Was slow", "occurred_at": earlier.isoformat()})

    assert api.entries(number, Noted.kind)[-1].occurred_at == earlier


def test_a_doubtful_update_is_asked_about_and_sent_when_it_is_meant(api: ApiBench) -> None:
    number = api.declare(impact=1, urgency=1)
    api.record.note(api.key(number), [ChannelMade(channel="C1", name="inc-1")], f"made:{number}")
    doubtful = {"audience": ["internal"], "text": "Everything is resolved and all is fine, the incident is over"}

    asked = api.post(f"/incidents/{number}/update", doubtful)

    assert (asked.status, asked.code) == (409, "E_UNCONFIRMED")
    assert asked.body["missing"]
    assert api.post(f"/incidents/{number}/update", {**doubtful, "anyway": True}).status in (200, 409)


def test_a_token_that_asks_too_often_waits_while_another_goes_on(api: ApiBench) -> None:
    hasty = api.make(per_minute=2)
    first, second = api.get("/me", token=hasty), api.get("/me", token=hasty)

    assert (first.status, second.status, second.code) == (200, 429, "E_TOO_OFTEN")
    assert 1 <= int(second.headers["retry-after"]) <= 30
    assert api.get("/me").status == 200


def test_an_absent_database_is_503_and_the_key_makes_the_repetition_safe(api: ApiBench, number: str) -> None:
    api.store.availability.record_failure("gone", writing=True, took=1.0)
    refused = api.post(f"/incidents/{number}/note", {"text": "In the dark"}, Idempotency_Key="dark")

    assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "E_UNAVAILABLE", "5")
    assert "same Idempotency-Key" in refused.body["detail"]
    api.store.availability.record_success(writing=True)
    assert api.post(f"/incidents/{number}/note", {"text": "In the dark"}, Idempotency_Key="dark").status == 200


def test_no_token_is_in_a_log_an_entry_or_an_error(
    api: ApiBench, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answers = [
            api.post(f"/incidents/{number}/note", {"text": "x"}),
            api.get("/nothing"),
            api.get("/incidents", token=api.token + "x"),
        ]

    secret = api.token.rpartition("_")[2]
    assert secret not in caplog.text
    assert secret not in str([one.body for one in answers])
    assert secret not in str(api.entries(number))


def test_a_declaration_under_a_key_is_one_on_either_database(store: Store) -> None:
    bench = ApiBench(store)
    try:
        assert bench.post("/incidents", {"title": "x", "service": "search", "dedup_key": "k"}).status == 201
        assert bench.post("/incidents", {"title": "x", "service": "search", "dedup_key": "k"}).status == 200
    finally:
        bench.close()
