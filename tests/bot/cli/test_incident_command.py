"""`muster incident …` and `muster help`: the same verbs, the same refusals, without Slack."""

from __future__ import annotations

import getpass
import re
import socket
from pathlib import Path

import pytest

from bot.clock import RealClock
from bot.config.policy_loader import read_policy
from commands.core.request import Actor, Place, Request
from commands.core.run import note_outcome, run
from incident.entries.conversation import Noted
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, Source
from incident.ports import Person
from roles.person_ids import cli_person, slack_person
from storage.store import open_store
from tests.support.muster_command import POLICY, muster
from tests.support.started_record import FIRST_START, StartedRecord, start_record

DECLARE = ("incident", "declare", "service=search", "impact=1", "urgency=1", "No results for anybody")
NUMBER = re.compile(r"INC-\d{4}-\d{4}")


@pytest.fixture
def number(record: StartedRecord, tmp_path: Path) -> str:
    """Declare an incident and return its number."""
    result = record.muster(tmp_path, *DECLARE)
    found = NUMBER.search(result.out)
    assert found, result.everything
    return found[0]


def test_an_incident_is_declared_by_the_typing_person_and_its_slack_jobs_wait(
    record: StartedRecord, tmp_path: Path
) -> None:
    result = record.muster(tmp_path, *DECLARE)

    declared = record.entries()[0]
    assert result.code == 0, result.everything
    assert "(P1) declared: No results for anybody on search" in result.out
    assert declared.by == cli_person(getpass.getuser(), socket.gethostname())
    assert declared.source.surface == EntryPoint.CLI
    with record.store() as store:
        assert store.jobs.due_count(declared.recorded_at) > 0


def test_an_incident_is_declared_on_postgresql_too(postgres_url: str, tmp_path: Path) -> None:
    record = start_record(postgres_url)

    result = record.muster(tmp_path, *DECLARE)

    assert (result.code, result.err) == (0, "")
    assert record.entries()[0].fact.kind == "declared"


def test_an_incident_is_named_before_the_verb_or_by_an_option(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    first = record.muster(tmp_path, "incident", number.lower(), "note", "The", "index", "is", "gone")
    second = record.muster(tmp_path, "incident", "--in", number.lower(), "note", "It is being rebuilt")

    noted = [entry.fact.text for entry in record.entries() if isinstance(entry.fact, Noted)]
    assert (first.code, second.code) == (0, 0), first.everything + second.everything
    assert noted == ["The index is gone", "It is being rebuilt"]


@pytest.mark.parametrize("typed", ["1", "0001", "#1", "{year}-1", "inc-{year}-1"])
def test_the_option_takes_a_number_as_people_type_it(
    record: StartedRecord, number: str, tmp_path: Path, typed: str
) -> None:
    year = number.split("-")[1]

    result = record.muster(tmp_path, "incident", "--in", typed.format(year=year), "status")

    assert (result.code, number in result.out) == (0, True), result.everything


def test_a_corrected_clock_time_is_of_the_day_of_its_entry(record: StartedRecord, number: str, tmp_path: Path) -> None:
    record.muster(tmp_path, "incident", number, "note", 'happened="31 Jan 2017 23:10"', "db1 was deleted")
    (noted,) = [entry for entry in record.entries() if isinstance(entry.fact, Noted)]

    result = record.muster(tmp_path, "incident", number, "correct", str(noted.n), "happened=23:30")

    assert "Jan 31, 2017" in result.out or "2017-01-31 23:30" in result.out, result.everything


def test_the_same_line_twice_is_two_requests(record: StartedRecord, number: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert record.muster(tmp_path, "incident", number, "note", "Still down").code == 0

    assert sum(isinstance(entry.fact, Noted) for entry in record.entries()) == 2


def test_a_role_is_assigned_by_name_or_id(record: StartedRecord, number: str, tmp_path: Path) -> None:
    by_name = record.muster(tmp_path, "incident", number, "assign", "scribe", "@ann.low")
    by_id = record.muster(tmp_path, "incident", number, "assign", "comms", "@U2")

    assert (by_name.code, by_id.code) == (0, 0), by_name.everything + by_id.everything
    with record.store() as store:
        key = store.queries.incidents("T1")[0].key
        incident = store.queries.incident(key)
    assert incident is not None
    assert [held.who for held in incident.roles] == [slack_person("T1", "U1"), slack_person("T1", "U2")]
    assert "Bea Ray" in by_id.out


def test_a_name_of_two_people_is_ambiguous(record: StartedRecord, number: str, tmp_path: Path) -> None:
    with record.store() as store:
        store.directory.put([Person(id=slack_person("T1", "U9"), name="Ann Other")], FIRST_START)

    result = record.muster(tmp_path, "incident", number, "assign", "scribe", "@ann")

    assert result.code == 1
    assert "“@ann”" in result.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("declare",), ["a needed field is empty", "title (", "muster incident declare"]),
        (("note",), ["a needed field is empty", "text (", "muster incident note"]),
        (("update", "internal", "next=banana", "We know"), ["could not read", "“banana”", "muster incident update"]),
        (("take", "emperor"), ["muster incident take"]),
        (("note", "03:58", "pager", "fired"), ["two ways", "“03:58”", "muster incident note"]),
        (
            ("P1", "search", "is", "down"),
            ["impact 1 and urgency 1", "new incident: `muster incident declare service=… impact=…"],
        ),
        (("close", "not", "yet"), ["could not read", "“not yet”"]),
        (("assign", "scribe", "@nobody"), ["could not read", "“@nobody”"]),
    ],
)
def test_a_line_without_a_required_field_is_refused_with_the_name_of_the_field(
    words: tuple[str, ...], says: list[str], record: StartedRecord, number: str, tmp_path: Path
) -> None:
    before = record.count()

    result = record.muster(tmp_path, "incident", number, *words)

    assert (result.code, result.out) == (1, "")
    for part in says:
        assert part in result.err
    assert record.count() == before


def test_an_unknown_word_is_answered_with_the_nearest_verb(record: StartedRecord, tmp_path: Path) -> None:
    result = record.muster(tmp_path, "incident", "declaer", "No results")

    assert result.code == 1
    assert "Did you mean declare?" in result.err


def test_a_refusal_is_recorded_and_printed_to_standard_error(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    result = record.muster(tmp_path, "incident", number, "reopen", "It", "is", "back")

    assert (result.code, result.out) == (1, "")
    assert "Nothing changed" in result.err
    assert record.entries()[-1].fact.kind == "refused"


def test_an_incident_that_does_not_exist_is_refused(record: StartedRecord, tmp_path: Path) -> None:
    result = record.muster(tmp_path, "incident", "--in", "INC-1999-0001", "note", "Hello")

    assert result.code == 1
    assert "no incident with that number" in result.err


def test_a_verb_that_needs_an_incident_says_so_without_one(record: StartedRecord, tmp_path: Path) -> None:
    result = record.muster(tmp_path, "incident", "note", "Hello")

    assert result.code == 1
    assert "put the number first: muster incident INC-2026-0042" in result.err


def test_an_early_close_names_every_unmet_criterion(record: StartedRecord, number: str, tmp_path: Path) -> None:
    resolve = "resolve fix Rebuilt the index from yesterday's snapshot"
    for line in ("ack", "take commander", "restored Searches find things", resolve):
        assert record.muster(tmp_path, "incident", number, *line.split(" ")).err == ""

    result = record.muster(tmp_path, "incident", number, "close")

    assert result.code == 1
    assert result.err.startswith("Not closed")
    assert len(result.err.splitlines()) >= 3
    assert f"muster incident {number} validate" in result.err
    assert "/incident" not in result.err


def test_replies_are_plain_text_with_times_in_utc(record: StartedRecord, number: str, tmp_path: Path) -> None:
    result = record.muster(tmp_path, "incident", number, "status")

    assert result.code == 0
    assert "UTC" in result.out
    for mark in ("<@", "<!date", "&lt;", "&amp;", "*", "<#"):
        assert mark not in result.out


def test_the_list_names_the_channel_and_has_no_markup_but_that_of_the_title(
    record: StartedRecord, tmp_path: Path
) -> None:
    title = "*All* of <search> & `grep` fail_on_us: :boom: /incident #here"
    record.muster(tmp_path, "incident", "declare", "service=search", "impact=1", "urgency=1", title)
    with record.store() as store:
        (listed,) = store.queries.incidents("T1")
        made = ChannelMade(channel="C0000003", name="inc-0001-all-of-search")
        policy = read_policy(POLICY, FIRST_START.date()).policy
        now = RealClock().now()
        note_outcome(listed.key, [made], job="channel", recorder=store.recorder, policy=policy, at=now)

    first, second = record.muster(tmp_path, "list"), record.muster(tmp_path, "incident", "list")

    line = f"• {listed.number} P1, major · unclaimed · {title} · #inc-0001-all-of-search · open for "
    for shown in (first.out, second.out):
        assert shown.startswith(line)
        assert shown.endswith(" s · no commander\n")


def test_a_typed_text_notifies_no_person_and_is_recorded_verbatim(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    text = "<!channel> latency > 3 s & rising -- see <script> 🔥"

    result = record.muster(tmp_path, "incident", number, "note", text)

    noted = next(entry.fact for entry in record.entries() if isinstance(entry.fact, Noted))
    assert result.code == 0, result.everything
    assert noted.text == "&lt;!channel&gt; latency &gt; 3 s &amp; rising -- see &lt;script&gt; 🔥"


def test_words_that_look_like_options_are_text(record: StartedRecord, number: str, tmp_path: Path) -> None:
    result = record.muster(tmp_path, "incident", number, "note", "ran", "it", "with", "--force")

    noted = next(entry.fact for entry in record.entries() if isinstance(entry.fact, Noted))
    assert result.code == 0, result.everything
    assert noted.text == "ran it with --force"


def test_a_restricted_incident_is_unknown_to_an_outsider(record: StartedRecord, number: str, tmp_path: Path) -> None:
    with record.store() as store:
        policy = read_policy(POLICY, FIRST_START.date())
        request = Request(
            verb="declare",
            fields={"title": "A key leaked", "service": "search", "type": "security"},
            actor=Actor(id=slack_person("T1", "U1")),
            team="T1",
            place=Place(),
            source=Source(surface=EntryPoint.COMMAND),
            key="declared elsewhere",
            at=RealClock().now(),
        )
        declared = run(request, recorder=store.recorder, policy=policy.policy, policy_hash=policy.hash)

    listed = record.muster(tmp_path, "incident", "list")
    named = record.muster(tmp_path, "incident", str(declared.number), "note", "I know of it")

    assert number in listed.out
    assert str(declared.number) not in listed.out
    assert "no incident with that number" in named.err


def test_without_a_database_the_command_says_so_and_creates_none(tmp_path: Path) -> None:
    result = muster(tmp_path, *DECLARE)

    assert result.code == 1
    assert "There is no database at muster.db yet" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_a_workspace_is_not_changed(sqlite_url: str, tmp_path: Path) -> None:
    result = muster(tmp_path, *DECLARE, DATABASE_URL=sqlite_url)

    assert result.code == 1
    assert "belongs to no workspace" in result.err
    with open_store(sqlite_url, team="T1") as store:
        assert store.queries.chain_keys() == ()


def test_a_verb_is_explained_without_a_database_and_an_unknown_one_gets_the_nearest(tmp_path: Path) -> None:
    declare, wrong = muster(tmp_path, "help", "declare"), muster(tmp_path, "help", "declaer")

    assert declare.code == 0
    assert declare.out.startswith("`muster incident declare ")
    assert "• What is wrong? In a few words" in declare.out
    assert (wrong.code, wrong.out) == (1, "")
    assert "Did you mean `declare`? `muster help` lists them all." in wrong.err
    assert muster(tmp_path, "help").out.endswith("`muster help VERB` explains one of them.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_at_a_terminal_speaks_of_nothing_that_only_slack_shows(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    for words in (("note", "Hello"), (number, "note"), (number, "action", "@ann", "timebox=99999999", "roll back")):
        result = record.muster(tmp_path, "incident", *words)

        assert result.code == 1
        assert not re.search("marked|not an incident channel|this channel", result.err)


def test_every_verb_is_listed_with_its_help_line(tmp_path: Path) -> None:
    result = muster(tmp_path, "help")

    assert result.code == 0
    assert re.search(r"^  declare +Declare an incident", result.out, re.MULTILINE)
    assert re.search(r"^  close +Close a resolved incident", result.out, re.MULTILINE)
