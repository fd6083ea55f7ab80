"""Three published timelines are entered afterwards, each by one paste, and their exports read well.

The facts are those of GitHub's analysis of 21 October 2018, of Amazon's summary of 28 February 2017 and of GitLab's
post-mortem of 31 January 2017, in our words.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.export.bundle import Seal, write_bundle
from incident.entries.conversation import Noted
from roles.person_ids import slack_person
from storage.integrity.signing_keys import new_key
from tests.support.export_office import verified

GITHUB = """\
2018 October 21
22:52 UTC Replacement of failing optical equipment cuts the east coast site off for 43 seconds
22:52 UTC Automatic failover promotes west coast database primaries
22:53 UTC The link is back; both sites hold writes that the other one lacks
22:54 UTC Monitoring raises alerts in many systems
23:02 UTC First responders see database clusters in a topology that no one expected
23:07 UTC Deployments are locked by hand
23:09 UTC Status goes to yellow, and an incident coordinator is called
23:11 UTC The coordinator joins
23:13 UTC Status goes to red; several clusters are affected
    More database engineers are called
23:19 UTC Jobs that write metadata of pushes are stopped
23:19 UTC Webhooks and page builds pause
2018 October 22
00:05 UTC A plan: restore from backups, synchronize the replicas, fall back, work off the queues
00:41 UTC Restoring of backups begins for all affected clusters
Transfer and decompression of terabytes take hours
06:51 UTC Several clusters are restored in the east and catch up with the west
07:46 UTC A post explains what happened and what comes next
11:12 UTC All primaries are in the east again; some reads are hours old
13:15 UTC Peak load nears and delays of the replicas grow
13:15 UTC More read replicas are added in the public cloud
16:24 UTC All replicas are in step, and the old topology is back
16:24 UTC Status stays red for the backlog
16:45 UTC Work on the backlog: five million webhooks and eighty thousand page builds
16:45 UTC Some 200,000 webhooks had expired and are lost
23:03 UTC All webhooks and page builds are processed
23:03 UTC Status is green"""

AMAZON = """\
9:37 AM A command that should remove a few billing servers removes many more
9:37 AM The index and the placement subsystem lose their capacity and restart
9:37 AM Requests to the object store fail in the region
11:37 AM The status page can be changed again and says what is wrong
12:26 PM The index serves reading, listing and deleting again
1:18 PM The index is whole again
1:54 PM Placement works; writing is normal"""


TABLE = "| host | load | lag |\n|------|------|-----|\n| db1 | 4x | - |\n| db2 | 1x | 4 GB |"
GITLAB = f"""\
31 January 2017
18:00 UTC Load on db1 is 4x normal; spam accounts create snippets in bulk
21:00 UTC Writes lock up
{TABLE}
22:00 UTC Page: replication to db2 has stopped
23:27 UTC A removal runs on db1 | it is stopped after a second or two
1 February 2017
00:02 UTC Decision: restore from the 17:20 snapshot, lose what was written after it
18:14 UTC The site is back"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def exported(place, incident, folder: Path) -> tuple[str, Path]:
    """Export an incident; return the words of its page in the order of reading, and where it is."""
    made = write_bundle(
        place.store,
        incident.key,
        out=folder,
        exported_by=slack_person(place.team, "UCLERK"),
        at=datetime.now(UTC),
        seal=Seal(new_key(folder / "key")),
        policy=place.active.policy,
    )
    page = (made.folder / "index.html").read_text("utf-8")
    words = html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script)[\s\S]*?</\1>", "", page)))
    return re.sub(r"\s+", " ", words), made.folder


def notes_of(place, incident) -> list[tuple[str, str]]:
    entries = place.entries(incident.key, Noted.kind)
    return [(entry.occurred_at.strftime("%Y-%m-%d %H:%M"), entry.fact.text) for entry in entries]


def test_a_timeline_of_two_days_is_entered_by_one_paste_into_the_form(place, channel, incident, folder):
    form = place.actor.slash("ann", channel, "/incident", "note").view()

    assert place.actor.submit("ann", form.id, {"text": GITHUB}).acked

    notes = notes_of(place, incident)
    assert len(notes) == 25
    assert notes[0] == (
        "2018-10-21 22:52",
        "Replacement of failing optical equipment cuts the east coast site off for 43 seconds",
    )
    assert notes[8][1].splitlines() == [
        "Status goes to red; several clusters are affected",
        "More database engineers are called",
    ]
    assert notes[13] == ("2018-10-22 00:41", "Transfer and decompression of terabytes take hours")
    assert notes[-1] == ("2018-10-22 23:03", "Status is green")
    words, where = exported(place, incident, folder)
    places = [words.index(text.splitlines()[0]) for _, text in notes]
    assert places == sorted(places)
    assert all(f"{at.partition(' ')[2]}" in words for at, _ in notes)
    assert verified(where).returncode == 0


def test_a_timeline_in_another_zone_is_entered_by_one_line(place, channel, incident, folder):
    reply = place.actor.slash("bea", channel, "/incident", f"note date=2017-02-28 zone=PST\n{AMAZON}")

    assert reply.payload["text"].startswith("7 lines are on the timeline now")
    notes = notes_of(place, incident)
    assert [at for at, _ in notes[:1] + notes[-1:]] == ["2017-02-28 17:37", "2017-02-28 21:54"]
    words, where = exported(place, incident, folder)
    assert "2017-02-28 17:37" in words
    assert verified(where).returncode == 0


def test_the_same_paste_again_warns_and_adds_nothing(place, channel, incident):
    line = f"note date=2017-02-28 zone=PST\n{AMAZON}"
    place.actor.slash("ann", channel, "/incident", line)

    again = place.actor.slash("bea", channel, "/incident", line)

    assert "all 7 lines are already on the timeline" in again.payload["text"]
    assert len(notes_of(place, incident)) == 7


def test_a_line_without_a_clear_time_is_named_in_the_form_and_nothing_is_recorded(place, channel, incident):
    form = place.actor.slash("ann", channel, "/incident", "note").view()
    broken = GITHUB.replace("23:07 UTC", "23:67 UTC")

    place.actor.submit("ann", form.id, {"text": broken})

    shown = place.sandbox.workspace.views[form.id]
    assert "line 7 “23:67 UTC Deployments are locked by hand”" in shown.errors["text"]
    assert notes_of(place, incident) == []
    place.actor.submit("ann", form.id, {"text": GITHUB})
    assert len(notes_of(place, incident)) == 25


def test_a_typed_paste_that_is_not_clear_opens_the_form_with_all_of_it(place, channel, incident):
    broken = AMAZON.replace("1:18 PM", "13:18 PM")

    form = place.actor.slash("ann", channel, "/incident", f"note date=2017-02-28 zone=PST\n{broken}").view()

    assert form.values["text"]["text"]["value"] == broken
    assert form.values["zone"]["zone"]["value"] == "PST"
    banner = next(block["text"]["text"] for block in form.blocks if block["block_id"] == "form:banner")
    assert "Nothing added yet: no clear time in line 6 “13:18 PM The index is whole again”." in banner
    assert notes_of(place, incident) == []


def test_a_paste_that_no_form_can_hold_is_given_back_with_what_is_unclear(place, channel, incident):
    lines = [f"10:{n:02} {'a long story ' * 9}" for n in range(40)]
    broken = "\n".join([*lines, "10:77 the end"])

    reply = place.actor.slash("ann", channel, "/incident", f"note date=2017-02-28 zone=UTC\n{broken}")

    assert "line 41 “10:77 the end”" in reply.payload["text"]
    assert "a form takes 3000" in reply.payload["text"]
    assert notes_of(place, incident) == []
    whole = "\n".join(lines)
    reply = place.actor.slash("ann", channel, "/incident", f"note date=2017-02-28 zone=UTC\n{whole}")
    assert reply.payload["text"].startswith("40 lines are on the timeline now")


def test_a_table_and_a_pipe_in_a_pasted_timeline_stay_in_their_lines(place, channel, incident, folder):
    place.actor.slash("ann", channel, "/incident", f"note\n{GITLAB}")

    notes = notes_of(place, incident)
    assert [at for at, _ in notes] == [
        *(f"2017-01-31 {clock}" for clock in ("18:00", "21:00", "22:00", "23:27")),
        *(f"2017-02-01 {clock}" for clock in ("00:02", "18:14")),
    ]
    assert notes[1][1] == f"Writes lock up\n{TABLE}"
    assert notes[3][1] == "A removal runs on db1 | it is stopped after a second or two"
    words, where = exported(place, incident, folder)
    assert re.sub(r"\s+", " ", TABLE) in words
    assert verified(where).returncode == 0
