"""A masked text leaves every message of Muster at once, returns when the mask is lifted, and is prompted about."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.rendering.mrkdwn import message_link
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import messages_of
from bot.worker.handlers.edits.posted_messages import Posted, edit_all
from bot.worker.handlers.slack_redaction import HiddenView
from bot.worker.job_context import LastRendered
from bot.worker.port import JobRun
from commands.core.capture import Capture, capture
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entries.conversation import MessagePosted
from incident.entry import EntryPoint, Source
from incident.jobs import NORMAL, Job, JobKind
from incident.record import masked_view
from sandbox.state.entities import Usergroup
from sandbox.state.mutations import channel_mutations
from tests.support.block_kit import pressed
from tests.support.policies import at_all_hours
from tests.support.worker_env import worker_env_on

TS = "1780999999.000100"
SECRET = "my password is hunter2"
WHY = "a password was posted"


def post_secret(rig, key, text=SECRET):
    """Post a message of a person in the incident channel and capture it as the Slack gateway does."""
    fact = MessagePosted(channel=rig.channel(key).id, ts=TS, author=rig.person("rob"), text=text)
    source = Source(surface=EntryPoint.EVENT, channel=fact.channel, message=TS, event="Ev1")
    whole = Capture(team=rig.team, fact=fact, by=rig.person("rob"), occurred_at=rig.clock.now(), source=source)
    capture(whole, recorder=rig.store.recorder, policy=rig.policy, at=rig.clock.now())


def request_redaction(rig, key, by="eva"):
    """A person without authority asks for a redaction."""
    request = Request(
        verb="redact",
        fields={"reason": WHY},
        actor=Actor(id=rig.person(by), groups=frozenset({"responder"})),
        team=rig.team,
        place=Place(number=rig.incident(key).number, channel=rig.channel(key).id, message=TS),
        source=Source(surface=EntryPoint.COMMAND),
        key=f"request:{next(rig.keys)}",
        at=rig.clock.now(),
    )
    outcome = run(request, recorder=rig.store.recorder, policy=rig.policy, policy_hash="0" * 64)
    assert outcome.code == "E_NOT_AUTHORISED"


@pytest.fixture
def redaction_rig(sqlite_store):
    """A worker whose policy lets Rosa redact by name, and Ilse as a member of a user group."""
    with worker_env_on(sqlite_store) as rig:
        group = Usergroup(id="S0PRIVACY", handle="privacy", name="Privacy", users=[rig.users["ilse"]])
        rig.sandbox.workspace.usergroups[group.id] = group
        rig.policy.groups.update({"legal": (rig.users["rosa"],), "privacy": ("S0PRIVACY",)})
        yield rig


def quoted_everywhere(rig, impact=1):
    """Declare an incident with a password in a decision, an action on the card, and two updates."""
    key = rig.declare(impact=impact, urgency=impact)
    rig.after(seconds=2)
    rig.act("take", "ilse", key, role="commander")
    post_secret(rig, key)
    rig.after(seconds=2)
    rig.act("decide", "ilse", key, on=TS, text=SECRET)
    rig.after(seconds=2)
    rig.act("action", "ilse", key, on=TS, assignee=rig.person("rob"), text=f"{SECRET}, so change it")
    rig.after(seconds=2)
    rig.act("update", "ilse", key, audience=["internal", "exec"], text=f"Rob wrote: {SECRET}")
    rig.after(seconds=5)
    return key


def everywhere(rig, key):
    """Every text of Muster that people can read about the incident, in channels and on the card."""
    messages = [*rig.messages(key), *rig.named("exec").messages.values(), *rig.named("incidents").messages.values()]
    return json.dumps([[message.text, message.blocks] for message in messages])


def test_a_masked_text_leaves_every_line_update_and_card_and_comes_back_when_the_mask_is_lifted(redaction_rig):
    key = quoted_everywhere(redaction_rig)
    before = everywhere(redaction_rig, key)
    assert before.count("hunter2") > 4

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    assert "hunter2" not in everywhere(redaction_rig, key)
    assert "[masked]" in redaction_rig.named("exec").messages[max(redaction_rig.named("exec").messages)].text
    assert any("*Hidden* at" in text for text in redaction_rig.texts(key))

    redaction_rig.act("unmask", "rosa", key, ref=f"{redaction_rig.channel(key).id}:{TS}")
    redaction_rig.after(seconds=5)

    assert everywhere(redaction_rig, key).count("hunter2") == before.count("hunter2")


def test_a_line_that_cannot_be_edited_does_not_keep_the_others_and_the_channel_reads_it(redaction_rig):
    key = quoted_everywhere(redaction_rig)
    channel_mutations.archive(redaction_rig.sandbox.workspace, redaction_rig.named("exec"), redaction_rig.users["ilse"])

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    here = [[message.text, message.blocks] for message in redaction_rig.messages(key)]
    assert "hunter2" not in json.dumps(here)
    assert any(
        "can still be read in" in text and redaction_rig.named("exec").id in text for text in redaction_rig.texts(key)
    )


@pytest.fixture
def paging_rig(sqlite_store):
    """A worker whose policy pages by itself at P1, and lets Rosa redact."""
    with worker_env_on(sqlite_store, page_priorities=at_all_hours("P1")) as rig:
        rig.policy.groups["legal"] = (rig.users["rosa"],)
        yield rig


def noted_beside_a_page(rig):
    """Declare a P1 that pages who is on call, and note a secret in the message that all three lines share."""
    key = rig.declare()
    rig.after(seconds=1)
    n = rig.act("note", "rob", key, text=SECRET).first
    rig.after(seconds=2)
    [shared] = [text for text in rig.texts(key) if SECRET in text]
    assert -1 < shared.find("declared *") < shared.find("is paged"), "what happened comes before who is called"
    return key, n


def test_a_text_in_one_message_with_a_declaration_and_its_page_is_hidden(paging_rig):
    key, n = noted_beside_a_page(paging_rig)

    paging_rig.act("redact", "rosa", key, ref=str(n), reason=WHY)
    paging_rig.after(seconds=5)

    assert not any(SECRET in text for text in paging_rig.texts(key))
    assert not any("can still be read" in text for text in paging_rig.texts(key))


def test_a_message_that_an_earlier_release_began_with_the_page_holds_the_declaration_too(paging_rig):
    key = paging_rig.declare()
    paging_rig.drain()
    first, *_, last = paging_rig.entries(key)
    job = Job(kind=JobKind.SAY, key="say", incident=key, entry=first.n, last=last.n, rank=NORMAL)
    run = JobRun(job=job, at=paging_rig.clock.now(), found=paging_rig.incident(key), is_first=True)
    context = paging_rig.adapter._context(run, LastRendered())
    context.cache.lines["page"] = "1780999999.000100"

    page = job.model_copy(update={"key": "page", "entry": last.n})

    assert messages_of([job, page], first, run, context) == {0: "1780999999.000100"}


def test_a_message_that_cannot_be_rendered_keeps_no_other_and_is_linked_in_plain_words(paging_rig):
    key, n = noted_beside_a_page(paging_rig)
    where = paging_rig.channel(key).id
    [card, line] = [paging_rig.messages(key)[0].ts, next(m.ts for m in paging_rig.messages(key) if SECRET in m.text)]
    [noted] = paging_rig.entries(key, "noted")
    job = Job(kind=JobKind.MASK, key="mask", incident=key, entry=n, rank=NORMAL)
    run = JobRun(job=job, at=paging_rig.clock.now(), found=paging_rig.incident(key), is_first=True)
    context = paging_rig.adapter._context(run, LastRendered())

    def broken(run, entries):
        return Message(entries[0].fact.no_such_field)

    unreadable = Posted(where, (noted,), broken, lambda: (where, card))
    readable = Posted(where, (noted,), lambda run, entries: Message("hidden now"), lambda: (where, line))
    facts = edit_all(run, context, noted, [unreadable, readable])
    paging_rig.adapter.record.note(key, facts, "lost", happened_at=paging_rig.clock.now())
    paging_rig.after(seconds=2)

    assert HiddenView(run, None, masked_view.MASKED, (n,)).hides_in(unreadable)
    assert "hidden now" in paging_rig.texts(key)
    [warning] = [text for text in paging_rig.texts(key) if "can still be read" in text]
    assert message_link(where, card, "one of my messages") in warning
    assert "a fault of mine" in warning
    assert "no_such_field" not in warning


def test_a_line_too_old_to_be_edited_is_reported(redaction_rig):
    key = quoted_everywhere(redaction_rig)
    redaction_rig.sandbox.faults.fail_with("edit_window_closed", "chat.update", times=1)

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    [warning] = [text for text in redaction_rig.texts(key) if "can still be read in" in text]
    assert "|one of my messages>*: Slack does not let me edit it any more. Ask a workspace admin" in warning


def test_a_line_posted_long_after_the_message_is_masked_too(redaction_rig):
    key = redaction_rig.declare()
    redaction_rig.after(seconds=2)
    post_secret(redaction_rig, key)
    redaction_rig.act("decide", "ilse", key, on=TS, text=SECRET)
    redaction_rig.clock.set(redaction_rig.clock.now() + timedelta(hours=7))
    redaction_rig.after(seconds=5)
    assert any("hunter2" in text for text in redaction_rig.texts(key))

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    assert not any("hunter2" in text for text in redaction_rig.texts(key))


def test_lines_in_an_inaccessible_channel_are_masked_when_it_is_accessible_again(redaction_rig):
    key = quoted_everywhere(redaction_rig)
    channel_mutations.archive(redaction_rig.sandbox.workspace, redaction_rig.channel(key), redaction_rig.users["ilse"])
    request_redaction(redaction_rig, key)
    redaction_rig.after(minutes=2)
    assert any("hunter2" in text for text in redaction_rig.texts(key))

    channel_mutations.unarchive(
        redaction_rig.sandbox.workspace, redaction_rig.channel(key), redaction_rig.users["ilse"]
    )
    redaction_rig.after(minutes=30)

    assert not any("hunter2" in text for text in redaction_rig.texts(key))


def test_an_open_prompt_about_an_action_with_a_masked_text_hides_the_text(redaction_rig):
    key = redaction_rig.declare()
    redaction_rig.after(seconds=2)
    post_secret(redaction_rig, key)
    redaction_rig.act(
        "action", "ilse", key, on=TS, assignee=redaction_rig.person("rob"), text="use hunter2", timebox_minutes=5
    )
    redaction_rig.after(minutes=6)
    assert any("hunter2" in text for text in redaction_rig.texts(key))

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    assert not any("hunter2" in text for text in redaction_rig.texts(key))


def asked(rig, name):
    return [message for message in rig.direct(name) if "a text hidden at" in message.text]


def test_each_person_who_may_redact_is_prompted_directly_with_who_what_where_and_why(redaction_rig):
    key = quoted_everywhere(redaction_rig)

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    for name in ("rosa", "ilse"):
        [message] = asked(redaction_rig, name)
        assert f"<@{redaction_rig.users['eva']}>" in message.text
        assert "INC-2026-0001" in message.text
        assert f"entries {', '.join(map(str, redaction_rig.incident(key).masks[0].entries))}" in message.text
        assert WHY in json.dumps(message.blocks)
        assert "hunter2" not in message.text + json.dumps(message.blocks)
    assert not asked(redaction_rig, "rob")
    buttons = pressed(asked(redaction_rig, "rosa")[0])
    place = f"{redaction_rig.channel(key).id}:{TS}"
    assert (buttons["Redact it"][0], buttons["Redact it"][1]["f"]) == ("form:redact", {"ref": place})
    assert (buttons["Show it again"][0], buttons["Show it again"][1]["f"]) == ("verb:unmask", {"ref": place})


def test_a_redaction_prompt_is_repeated_once_and_the_first_message_is_deleted(redaction_rig):
    key = quoted_everywhere(redaction_rig, impact=3)  # A major one has other prompts for hours.
    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)
    [first] = asked(redaction_rig, "rosa")

    redaction_rig.after(minutes=4 * 60 + 1)

    [second] = asked(redaction_rig, "rosa")
    assert second.ts != first.ts
    assert second.text.startswith(f"<@{redaction_rig.users['rosa']}> *Decide now about")
    redaction_rig.after(minutes=8 * 60)
    assert [message.ts for message in asked(redaction_rig, "rosa")] == [second.ts]


def test_a_redaction_prompt_snoozed_by_one_person_is_snoozed_for_all_and_returns(redaction_rig):
    key = quoted_everywhere(redaction_rig)
    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    redaction_rig.act("later", "rosa", key, due=f"mask:{redaction_rig.incident(key).masks[0].n}")
    redaction_rig.after(seconds=5)
    assert [asked(redaction_rig, name) for name in ("rosa", "ilse")] == [[], []]

    redaction_rig.after(minutes=redaction_rig.policy.prompt_put_off_minutes + 1)
    assert [len(asked(redaction_rig, name)) for name in ("rosa", "ilse")] == [1, 1]


@pytest.mark.parametrize(("verb", "fields"), [("redact", {"reason": "it was a password"}), ("unmask", {})])
def test_a_decision_closes_every_redaction_prompt(redaction_rig, verb, fields):
    key = quoted_everywhere(redaction_rig, impact=3)
    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    redaction_rig.act(verb, "rosa", key, ref=f"{redaction_rig.channel(key).id}:{TS}", **fields)
    redaction_rig.after(minutes=300)

    for name in ("rosa", "ilse"):
        assert asked(redaction_rig, name) == []
        assert sum("Decided: the hidden text" in message.text for message in redaction_rig.direct(name)) == 1


def test_the_channel_reads_that_no_person_may_redact(rig):
    key = rig.declare()
    rig.after(seconds=2)
    post_secret(rig, key)

    request_redaction(rig, key)
    rig.after(seconds=5)

    assert any("Nobody could be asked about the hidden text" in text for text in rig.texts(key))


def test_only_people_who_may_see_a_restricted_incident_get_its_redaction_prompt(redaction_rig):
    key = redaction_rig.declare(private=True)
    redaction_rig.after(seconds=2)
    post_secret(redaction_rig, key)

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    assert not asked(redaction_rig, "rosa")
    assert len(asked(redaction_rig, "ilse")) == 1, "she declared it"


def test_a_person_without_a_direct_message_does_not_keep_the_others_from_being_prompted(redaction_rig):
    key = quoted_everywhere(redaction_rig)
    redaction_rig.policy.groups["legal"] = ("U0NOBODY", redaction_rig.users["rosa"])

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    assert len(asked(redaction_rig, "rosa")) == len(asked(redaction_rig, "ilse")) == 1


def test_an_unreadable_user_group_does_not_keep_named_people_from_being_prompted(redaction_rig):
    key = quoted_everywhere(redaction_rig)
    redaction_rig.sandbox.faults.fail_with("missing_scope", "usergroups.users.list")

    request_redaction(redaction_rig, key)
    redaction_rig.after(seconds=5)

    assert (len(asked(redaction_rig, "rosa")), len(asked(redaction_rig, "ilse"))) == (1, 0)


def test_a_crash_while_prompts_are_sent_prompts_no_person_twice(redaction_rig):
    key = quoted_everywhere(redaction_rig)
    redaction_rig.sandbox.faults.lose_reply("chat.postMessage", times=2)

    request_redaction(redaction_rig, key)
    redaction_rig.after(minutes=5)

    assert len(asked(redaction_rig, "rosa")) == len(asked(redaction_rig, "ilse")) == 1
