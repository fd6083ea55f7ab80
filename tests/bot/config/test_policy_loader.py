import re
from datetime import UTC, datetime, time, timedelta

import pytest
import yaml

from bot.config.policy_loader import ActivePolicy, BrokenPolicy, active_policy, read_policy, reread
from bot.plain_yaml import load_yaml
from incident.policy import Service
from incident.states import Priority
from tests.support.policy_texts import OURS, TODAY, line_of, uncommented

NOW = datetime.combine(TODAY, time(12), UTC)


def broken(text, today=TODAY):
    with pytest.raises(BrokenPolicy) as refused:
        read_policy(text, today)
    return refused.value.errors


def test_the_shipped_policy_is_valid_and_approved():
    loaded = read_policy(OURS, TODAY)

    assert loaded.policy.priority_of(1, 1) == "P1"
    assert len(loaded.hash) == 64


def test_every_example_in_the_shipped_policy_works_once_it_is_uncommented():
    keys, of_service = (re.findall(rf"(?m)^#{indent}(\w+):", OURS) for indent in ("", "    "))

    policy = read_policy(uncommented(OURS), TODAY).policy.model_dump(exclude_defaults=True)

    assert len(keys) == 13
    assert [key for key in keys if not policy.get(key)] == []
    optional = {name for name, field in Service.model_fields.items() if field.default in (None, ())}
    assert optional - {"roster"} == {key for key in of_service if policy["services"]["checkout"].get(key)}


@pytest.mark.parametrize("example", re.findall(r"(?m)^#\w+:.*\n(?:#  .*\n)*", OURS))
def test_each_example_works_alone(example):
    loaded = read_policy(OURS.replace(example, uncommented(example)), TODAY)

    assert getattr(loaded.policy, example[1:].partition(":")[0])


def test_all_faults_are_reported_at_once_each_with_its_line():
    text = (
        OURS.replace("min_chars: 25", "min_chars: many")
        .replace("P5: {ack: 960", "P5: {ack: -1")
        .replace("stale_minutes: {", "stale_minutes: 0 # {")
        .replace("matrix: #", "matrixx: #")
    )

    wrong = broken(text)

    assert {(w.line, w.path) for w in wrong} == {
        (line_of(text, "min_chars: many"), "resolution.min_chars"),
        (line_of(text, "ack: -1"), "targets.P5.ack"),
        (line_of(text, "stale_minutes: 0 "), "stale_minutes"),
        (line_of(text, "matrixx:"), "matrixx"),
        (line_of(text, "version:"), "matrix"),
    }
    assert [w.line for w in wrong] == sorted(w.line for w in wrong)


def test_undefined_names_and_gaps_in_tables_are_reported_with_their_lines():
    text = (
        OURS.replace("owner_group: payments", "owner_group: payments\n    roster: nobody\n    ladder: nowhere", 1)
        .replace("  3: {1: P3, 2: P4, 3: P5}", "  3: {1: P3, 2: P4}")
        .replace("#groups:", "groups: {responder: [ann]}")
    )

    wrong = {(w.line, w.path) for w in broken(text)}

    assert wrong == {
        (line_of(text, "roster: nobody"), "services.checkout.roster"),
        (line_of(text, "ladder: nowhere"), "services.checkout.ladder"),
        (line_of(text, "  3: {1: P3, 2: P4}"), "matrix.3"),
        (line_of(text, "responder: [ann]"), "groups.responder.0"),
    }


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("approver: Head of service operations", 'approver: ""', "approver"),
        ("owner: Incident process owner", 'owner: " "', "owner"),
        ("effective: 2026-01-01", "effective: 2027-01-01", "effective"),
    ],
)
def test_an_unapproved_policy_never_becomes_active(old, new, path):
    assert [w.path for w in broken(OURS.replace(old, new))] == [path]


def test_a_duplicate_key_is_a_fault_at_its_second_line():
    text = OURS + '\nversion: "2027.1"\n'

    (wrong,) = broken(text)

    assert (wrong.line, wrong.path) == (len(text.splitlines()), "version")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "a: [1", "a: &x [*x]", "{}"])
def test_a_text_that_is_no_policy_is_refused_with_a_line(text):
    assert all(w.line >= 1 for w in broken(text))


def test_unreadable_yaml_is_reported_with_its_line():
    (wrong,) = broken(OURS + "\nregimes: [gdpr33\n")

    assert wrong.line >= len(OURS.splitlines())


def test_a_broken_policy_text_leaves_the_last_good_policy_in_force():
    active = ActivePolicy(read_policy(OURS, TODAY))
    before = active.hash

    wrong = active.replace(OURS.replace("min_chars: 25", "min_chars: many"), NOW)

    assert [w.path for w in wrong] == ["resolution.min_chars"]
    assert active.hash == before


def test_a_good_text_becomes_the_policy_in_force():
    active = ActivePolicy(read_policy(OURS, TODAY))

    wrong = active.replace(OURS.replace("min_chars: 25", "min_chars: 40"), NOW)

    assert wrong == ()
    assert active.policy.resolution.min_chars == 40


def test_a_changed_file_is_read_again_and_a_broken_one_is_ignored(tmp_path):
    file = tmp_path / "policy.yaml"
    active = ActivePolicy(read_policy(OURS, TODAY))

    file.write_text(OURS.replace("min_chars: 25", "min_chars: 40"))
    good = reread(active, file, NOW)
    file.write_text("version: 1\n")
    broken_later = reread(active, file, NOW)
    file.unlink()

    assert good == ()
    assert broken_later
    assert reread(active, file, NOW)[0].message.startswith("cannot be read")
    assert active.policy.resolution.min_chars == 40


def test_a_start_with_a_broken_file_uses_the_last_policy_in_force(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\n")

    active, wrong = active_policy(file, NOW, lambda: OURS)

    assert active.policy.version == "2026.1"
    assert wrong


def test_a_first_start_with_a_broken_or_missing_file_names_the_faults(tmp_path):
    with pytest.raises(BrokenPolicy, match="cannot be read"):
        active_policy(tmp_path / "none.yaml", NOW, lambda: None)


def test_the_shipped_numbers_equal_the_defaults_of_the_policy_model():
    whole = read_policy(OURS, TODAY).policy
    text = load_yaml(OURS)
    for part in ("update_rules", "roles", "authority", "resolution", "validation", "scribe", "stale_minutes"):
        del text[part]

    assert read_policy(yaml.safe_dump(text), TODAY).policy == whole


def test_an_undefined_authority_and_a_level_that_is_no_person_are_named_with_their_lines() -> None:
    text = OURS.replace("close: [commander, closer]", "close: [comander, clozer]")
    text = text.replace("#ladders:", "ladders:\n  payments: {rungs: [S0123ABCD, payments]}")
    text = text.replace("grace_minutes: 5", "grace_minutes: -5")

    with pytest.raises(BrokenPolicy) as broken:
        read_policy(text, TODAY)

    errors = str(broken.value)
    assert "grace_minutes" in errors
    with pytest.raises(BrokenPolicy) as broken:
        read_policy(text.replace("grace_minutes: -5", "grace_minutes: 5"), TODAY)
    errors = str(broken.value)
    assert errors.count("names neither a role nor a group") == 2
    assert errors.count("is no person's Slack id") == 2


def test_a_misspelt_type_in_retention_is_a_fault() -> None:
    misspelt = OURS.replace("  security: 6", "  secruity: 6")
    silent = OURS.replace("  default: 3\n", "")

    assert [(w.line, w.path) for w in broken(misspelt)] == [(line_of(misspelt, "secruity"), "retention.secruity")]
    assert [w.path for w in broken(silent)] == ["retention"]
    assert read_policy(OURS.replace("  default: 3", "  default: null"), TODAY).policy.retention["default"] is None


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        (
            'incidents_channel: "#incidents"',
            "incidents_channel: #incidents",
            "incidents_channel",
            'YAML takes #incidents for a comment. Put it in quotes: incidents_channel: "#incidents".',
        ),
        (
            "#audiences:\n#  exec:",
            "audiences:\n  exec: #updates\n#  x:",
            "audiences.exec",
            'Put it in quotes: exec: "#updates".',
        ),
        ("regimes: []  ", "regimes:    ", "regimes", "is empty. Give it a value, or take the line out."),
        ("  default: 3", "  default:", "retention.default", "is empty."),
        ("links_needed: [P1, P2]", "links_needed:\n  - P1\n  -", "links_needed.1", "is empty."),
        (
            "approver: Head of service operations",
            "approver: ",
            "approver",
            "a policy without approval never becomes active",
        ),
        ("[fixed, resolved, done", '[fixed, "", done', "resolution.banned.1", "is empty: a word that is not allowed"),
        ("regimes: []", "regimes: [gdrp33]", "regimes.0", "not gdrp33. Did you mean gdpr33?"),
        (
            "restricted_types: [security]",
            "restricted_types: [secruity]",
            "restricted_types.0",
            "Did you mean security?",
        ),
        (
            "[containment_confirmed,",
            "[containment_confirmd,",
            "validation.security.all.0",
            "Did you mean containment_confirmed?",
        ),
        (
            "any: [service_owner",
            "any: [provider_all_clear, service_owner",
            "validation.third_party.any.0",
            "never counts",
        ),
        ('"#incidents"', '"#Incident room"', "incidents_channel", "can be no channel: #Incident room."),
        (
            '#audit_channel: "#incident-audit"',
            "audit_channel: https://x.example/c",
            "audit_channel",
            "can be no channel",
        ),
        ('version: "2026.1"', 'version: " "', "version", "is empty: each incident records the version"),
        ('#digest: {channel: "#incidents"', 'digest: {channel: "#a b"', "digest.channel", "can be no channel: #a b."),
        (
            '#digest: {channel: "#incidents", every: day, at: "09:00"}',
            'digest: {at: "25:00"}',
            "digest.at",
            "no time of day: write one such as",
        ),
        ("effective: 2026-01-01", "effective: 2026-02-30", "effective", "no possible date or number: 2026-02-30"),
    ],
)
def test_a_slip_that_would_silently_mean_nothing_is_a_fault_with_its_line(old, new, path, says):
    text = OURS.replace(old, new, 1)

    (wrong,) = broken(text)

    below = {"audiences.exec": 1, "links_needed.1": 2}.get(path, 0)
    assert (wrong.path, wrong.line) == (path, text[: text.index(new)].count("\n") + 1 + below)
    assert says in str(wrong)


def test_a_text_that_was_active_under_an_earlier_release_stays_valid_and_a_new_one_is_refused(tmp_path):
    slip = OURS.replace('incidents_channel: "#incidents"', "incidents_channel: #incidents")
    file = tmp_path / "policy.yaml"
    file.write_text(slip)

    active, wrong = active_policy(file, NOW, lambda: slip)

    assert active.policy.incidents_channel is None
    assert [one.path for one in wrong] == ["incidents_channel"]
    with pytest.raises(BrokenPolicy):
        active_policy(file, NOW, lambda: None)


@pytest.mark.parametrize(
    ("broken_text", "says"),
    [
        ("version: @home", "Put the value in quotes."),
        ("\tversion: 1", "has a tab. Indent with spaces."),
        ("definition: it: is", "Put a text with a colon in quotes."),
        ("owner: *x", "Put the value in quotes."),
        ("owner: !x y", "Put the value in quotes."),
        ("owner: [a", "missing quote, bracket or colon"),
        ('owner: "a', "ends inside quotes."),
        ("a: 1\n---\nb: 2", "Keep one."),
        ("a: \x07", "has a character that YAML does not allow."),
        ("a: " + "9" * 5000, "no possible date or number"),
        ("a: " + "[" * 5000, "nested too deeply"),
        # The stack of C, where libyaml keeps its nodes, would overflow and end the process.
        ("- " * 200_000, "nested too deeply"),
    ],
)
def test_yaml_that_cannot_be_read_says_what_to_do(broken_text, says):
    (wrong,) = broken(broken_text)

    assert says in str(wrong)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (
            "update_templates:\n  customer: '{text} {titel}'\n",
            "update_templates.customer has a placeholder that does not exist: {titel}.",
        ),
        ("update_templates:\n  exec: 'We are on it'\n", "update_templates.exec has no {text}"),
        ("update_approvals:\n  customer: {by: [comander]}\n", "names neither a role nor a group: comander"),
        ("update_approvals:\n  customer: {by: []}\n", "update_approvals.customer.by"),
    ],
)
def test_a_template_and_an_approval_that_cannot_work_are_named_with_their_line(part, fault):
    [found] = broken(OURS + part)

    assert fault in str(found)
    assert found.line == line_of(OURS + part, part.splitlines()[-1])


def test_one_number_of_minutes_of_silence_holds_for_every_priority_and_one_that_is_left_out_has_twelve_hours():
    one = read_policy(re.sub(r"stale_minutes: .*", "stale_minutes: 90", OURS), TODAY).policy
    part = read_policy(re.sub(r"stale_minutes: .*", "stale_minutes: {P1: 10}", OURS), TODAY).policy

    assert {one.silence_of(priority) for priority in Priority} == {timedelta(minutes=90)}
    assert (part.silence_of(Priority.P1), part.silence_of(Priority.P2)) == (timedelta(minutes=10), timedelta(hours=12))


@pytest.mark.parametrize("wrong", ["{P1: 0}", "{P9: 10}", "-1", "true", "soon", "99999999"])
def test_minutes_of_silence_that_cannot_be_are_named_with_their_line(wrong):
    text = re.sub(r"stale_minutes: .*", f"stale_minutes: {wrong}", OURS)

    assert {fault.line for fault in broken(text)} == {line_of(text, "stale_minutes: ")}
