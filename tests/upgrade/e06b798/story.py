"""What people do in the stored copies: a false alarm years ago, a script, one long incident and six short ones.

Runs on the code of commit e06b798 alone, and is not to follow later renames.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.replay.catalogue import script_policy
from bot.replay.player import Player
from bot.send.keeping import DAILY
from stagehand import Stagehand
from storage.signing import read_key

from bot.scheduler import want_checkpoint, want_daily
from incident.entry import IncidentKey
from incident.policy import Ladder, Policy, Service
from incident.ports import Outcome
from incident.states import Audience
from storage.store import open_store

LONG_AGO = datetime(2021, 3, 1, 9, 0, tzinfo=UTC)
SCRIPTED = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)
SECRET = "the password is xyzzy-plugh-42"


class Story(Stagehand):
    """The acts, in their order."""

    def policy(self, version: str) -> Policy:
        """The script's policy, with places to tell, people on call and a second service."""
        users = self.stage.users
        base = script_policy(self.scenario, users)
        search = Service(
            owner=users["nadia"],
            owner_group="discovery",
            customer_facing=True,
            roster="search",
            ladder="search",
            runbook="https://runbooks.example/search",
        )
        more = dict.fromkeys(("privacy", "legal", "compliance", "security_lead"), (users["nadia"],))
        return base.model_copy(
            update={
                "version": version,
                "services": {**base.services, "search": search},
                "groups": {**base.groups, **more},
                "rosters": {"search": (users["jin"],)},
                "ladders": {"search": Ladder(rungs=(users["jin"], users["ilse"]), timeout_minutes=5)},
                "audiences": {Audience.EXEC: "#exec"},
                "incidents_channel": "#incidents",
                "audit_channel": "#audit",
                "restricted_types": ("security",),
                "capture_before_minutes": 60,
            }
        )

    def long_ago(self) -> None:
        """A false alarm in 2021, under another policy and the first key; by now its retention is over."""
        self.stage.open(self.policy("2021.1"), self.url, key_file=self.keys[0])
        where = self.stage.sandbox.workspace.find_channel("general").id
        said = self.line(
            "rob",
            where,
            'declare title="Search is slow" service=search impact=3 urgency=3 category=Availability symptom="Slow"',
        )
        assert self.stage.incident is not None, said
        self.do("rob", "void", self.stage.incident, as_="false_alarm", reason="The probe was wrong")
        self.checkpoint()
        self.stage.muster.stop()

    def script(self) -> None:
        """The keys change hands, the policy changes, retention does its daily work, and the script is played."""
        self.stage.clock.set(SCRIPTED)
        with open_store(self.url, team=self.stage.team) as store:
            store.keys.rotate(read_key(self.keys[0]), read_key(self.keys[1]), SCRIPTED)
        self.stage.open(self.policy("2026.1"), self.url, key_file=self.keys[1])
        self.checkpoint()
        want_daily(self.store.recorder, self.stage.team, DAILY, self.stage.clock.now())
        self.stage.settle()
        player = Player(self.stage, self.scenario)
        player.play()
        assert not player.problems, player.problems
        self.checkpoint()

    def checkpoint(self) -> None:
        want_checkpoint(self.store.recorder, self.stage.team, self.stage.clock.now())
        self.stage.settle()

    def long(self) -> IncidentKey:
        """The long incident: talked about before it is declared, staffed, told, masked, restored, regressed; stays open."""
        general = self.stage.sandbox.workspace.find_channel("general").id
        before = self.say("kay", general, "Search answers with errors")
        self.acting.edit(self.user("kay"), general, before, "Search answers with errors since 14:30")
        self.stage.settle()
        self.line(
            "rob",
            general,
            'declare title="Search is down" service=search impact=1 urgency=1 category=Availability symptom="Nothing is found"',
        )
        key = self.stage.incident
        assert key is not None
        self.enter(key, "rob", "ilse", "jin", "nadia", "eva")
        self.acting.open_home(self.user("ilse"))
        self.stage.settle()
        self.do("rob", "ack", key)
        self.do("ilse", "take", key, role="commander")
        self.later(16)
        self.enter(key, "kay")  # late, so that she is read in
        self._talk(key)
        self._staff(key)
        self._inform(key)
        self._restore(key)
        return key

    def _talk(self, key: IncidentKey) -> None:
        channel, acting, user = self.channel(key), self.acting, self.user
        first = self.say("rob", channel, "The index is gone 🔥, rolling back")
        self.say("jin", channel, "Which one? ‏שלום", first)
        acting.edit(user("rob"), channel, first, "The index is gone, restoring it")
        acting.react(user("ilse"), channel, first, "eyes")
        acting.react(user("ilse"), channel, first, "pushpin")
        self.stage.settle()
        acting.edit(user("rob"), channel, first, "Both indexes are gone, restoring them")
        acting.unreact(user("ilse"), channel, first, "pushpin")
        second = self.say("jin", channel, "Wrong channel, sorry")
        acting.delete(user("jin"), channel, second)
        acting.share_file(user("kay"), channel, "errors.csv", "What customers see")
        self.stage.settle()
        for what, text in (
            ("redacted", SECRET),
            ("lifted", "Ask Meyer, 555-0101"),
            ("masked", "Meyer is on sick leave"),
        ):
            ts = self.say("rob", channel, text)
            self.do("rob", "pin", key, on=ts, channel=channel, ts=ts, text=text)
            self.do("jin", "redact", key, on=ts, reason="Not for everybody", refused=True)
            if what == "redacted":
                self.do("nadia", "redact", key, on=ts, reason="A password")
            if what == "lifted":
                self.do("nadia", "unmask", key, on=ts)
        noted = self.do("kay", "note", key, text="Deploy 4711 went out at 14:10", ago=20)
        self.do("kay", "correct", key, entry=noted.first, text="It was 4712")
        self.do(
            "ilse", "decide", key, text="Restore from the copy", rationale="Fastest", approved_by=self.person("nadia")
        )
        self.do("ilse", "action", key, assignee=self.person("jin"), text="Restore the index", timebox_minutes=30)
        self.do("jin", "done", key, id="A1", result="Half of it is back")
        self.do("ilse", "action", key, assignee=self.person("rob"), text="Call the vendor", timebox_minutes=240)

    def _staff(self, key: IncidentKey) -> None:
        self.do("kay", "take", key, role="scribe")
        self.do(
            "ilse", "handover", key, role="commander", to=self.person("nadia"), note="The vendor is next, ask for Meyer"
        )
        self.do("nadia", "accept", key, role="commander")
        self.do("ilse", "assign", key, role="comms_lead", to=self.person("eva"))
        self.do("ilse", "take", key, role="tech_lead")
        self.do("ilse", "release", key, role="tech_lead")
        self.later(15)
        self.do("nadia", "take", key, role="scribe", force_reason="She is on the phone")
        self.do("jin", "escalate", key, how="hierarchical", reason="Money")
        self.later(6)  # the first rung lets it lapse
        self.do("ilse", "answer", key, answer="accepted")
        self.stage.sandbox.faults.fail_with("user_is_restricted", "conversations.open")
        self.do("jin", "escalate", key, how="functional", who=self.person("gone"), reason="Knows the index")
        self.stage.sandbox.faults.clear()

    def _inform(self, key: IncidentKey) -> None:
        self.do("eva", "update", key, audience=["internal", "exec"], text="Search is down, the index is being restored")
        self.do("nadia", "hold", key, audience="exec", reason="Counsel")
        self.do("nadia", "hold", key, audience="exec", reason="Cleared", release=True)
        self.later(37)  # long enough to miss one
        self.do("eva", "later", key)

    def _restore(self, key: IncidentKey) -> None:
        at = self.stage.clock.now()
        self.do("jin", "contain", key, term="short", text="Traffic drained")
        self.do("jin", "tempfix", key, form="add", text="Serve yesterday's index")
        self.do(
            "jin",
            "tempfix",
            key,
            form="set",
            id="TF1",
            owner=self.person("jin"),
            remove_by=(at + timedelta(days=9)).isoformat(),
        )
        self.do("jin", "tempfix", key, form="removed", id="TF1", evidence="Commit 99")
        self.do("jin", "workaround", key, text="Browse by category")
        self.do("ilse", "mitigated", key, text="Half of the searches work")
        self.do("ilse", "time", key, field="started_at", at=(at - timedelta(minutes=90)).isoformat(), basis="Graph")
        self.do("ilse", "reclassify", key, type="third_party", reason="The vendor's storage")
        self.do("ilse", "category", key, category="Availability", subcategory="Degraded", reason="Half works")
        self.do("ilse", "regress", key, text="Errors again")
        self.do("nadia", "priority", key, impact=1, urgency=2, justification="Half of the customers")
        self.do("nadia", "preserve", key, reason="Claim 17")
        self.do("nadia", "preserve", key, reason="Claim 17 is settled", lift=True)
        self.do("kay", "take", key, role="commander", refused=True)
        self.acting.leave(self.user("kay"), self.channel(key))
        self.stage.settle()

    def short(self, long: IncidentKey) -> None:
        """A closed and reopened one, a drill, a duplicate, a restricted one, one declared afterwards, one without channel."""
        self.reopened()
        drill = self.declare("ilse", title="Exercise", service="search", impact=1, urgency=1, drill=True)
        self.do("ilse", "drill", drill, what="inject", text="The backup is empty")
        self.do("ilse", "drill", drill, what="end", summary="Found the runbook late")
        same = self.declare("kay", title="Search fails", service="search", impact=2, urgency=2)
        self.do("kay", "join", same, number=self.store.queries.incident(long).number)
        wrong = self.declare("kay", title="Search is odd", service="search", impact=3, urgency=3)
        self.do("kay", "void", wrong, as_="false_alarm", reason="The probe was wrong again")
        private = self.declare("nadia", title="Keys were read", service="search", impact=2, urgency=1, type="security")
        self.do("nadia", "take", private, role="commander")
        self.do("nadia", "note", private, text="Which keys is not known")
        self._adopted()
        self.stage.sandbox.faults.fail_with("restricted_action", "conversations.create", times=30)
        self.declare("rob", title="Suggestions are odd", service="search", impact=3, urgency=2)
        self.stage.sandbox.faults.clear()

    def reopened(self) -> None:
        """Closed with everything that closing needs, then back again."""
        key = self.declare("rob", title="Sorting is wrong", service="search", impact=2, urgency=2)
        do: Callable[..., Outcome] = self.do
        do("ilse", "major", key, reason="Many complain")
        do("ilse", "take", key, role="commander")
        do("rob", "restored", key, text="Sorted by relevance again")
        do("rob", "resolve", key, how="permanent_fix", text="The weights were restored from the backup")
        do("rob", "resolve", key, how="amend", text="The weights were restored from the backup of Monday")
        do("nadia", "close", key, refused=True)
        do(
            "ilse",
            "time",
            key,
            field="started_at",
            at=(self.stage.clock.now() - timedelta(minutes=9)).isoformat(),
            basis="Graph",
        )
        for kind, evidence in (("monitoring_verified", "Dashboard 12"), ("service_owner_confirmed", "Nadia looked")):
            do("rob", "validate", key, criterion=kind, evidence=evidence)
        do("ilse", "category", key, category="Availability", subcategory="Degraded", reason="It answered")
        do("ilse", "confirm", key)
        do("ilse", "link", key, kind="none", reason="No change was made")
        do("ilse", "link", key, kind="problem", ref="PRB-7")
        do(
            "ilse",
            "review",
            key,
            owner=self.person("ilse"),
            at=(self.stage.clock.now() + timedelta(days=3)).isoformat(),
        )
        do("rob", "update", key, audience=["all"], final=True, text="Sorting works again")
        do("nadia", "close", key)
        self.later(10)
        do(
            "kay",
            "reopen",
            key,
            reason="Wrong again",
            recurrence_at=(self.stage.clock.now() - timedelta(minutes=3)).isoformat(),
        )

    def _adopted(self) -> None:
        ops = self.acting.create_channel(self.user("rob"), "ops-mirror")
        self.acting.invite(self.user("rob"), ops, self.stage.muster.edge.bot)
        self.stage.settle()
        for text in ("The mirror is behind", "It caught up"):
            self.say("rob", ops, text)
        at = self.stage.clock.now()
        self.do("rob", "backfill", title="Mirror fell behind", category="Availability", service="search", impact=3, urgency=3, where=ops,
                started_at=(at - timedelta(minutes=30)).isoformat())  # fmt: skip

    def gap(self, key: IncidentKey) -> None:
        """Muster is cut off for ten minutes, in which people go on."""
        self.stage.cut_off()
        self.later(5)
        self.acting.post(self.user("rob"), self.channel(key), "The vendor calls back")
        self.later(5)
        self.stage.let_back(late=False)

    def unfinished(self, key: IncidentKey) -> None:
        """Jobs in every state: given up, in the hands of a process that died, due and not begun, timers."""
        self.stage.sandbox.faults.fail_with("invalid_blocks", "chat.postMessage")
        self.do("rob", "note", key, text="This line Slack refuses")
        self.stage.sandbox.faults.clear()
        self.do("eva", "update", key, audience=["internal", "exec"], text="Half of the searches work", settles=False)
        self.do("jin", "escalate", key, how="functional", who=self.person("rob"), reason="Storage", settles=False)
        claimed = self.store.jobs.claim(self.stage.clock.now(), "a process that died", limit=3, lease_seconds=60)
        assert claimed
        self.do("jin", "take", key, role="tech_lead", settles=False)
        self.do(
            "rob",
            "declare",
            title="Ranking is stale",
            category="Availability",
            service="search",
            impact=2,
            urgency=3,
            settles=False,
        )
