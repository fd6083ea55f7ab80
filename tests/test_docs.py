"""The documents agree with the code: each test names what a document lacks or has too many of."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from pydantic_settings import BaseSettings

from bot.cli.main import app
from bot.config.settings import SOURCES, RecordSettings, Settings
from bot.grammar.command_parser import parse_command
from bot.rendering.verb_table import as_markdown, as_text
from commands.core import verb_registry
from commands.core.verb import Group
from incident.jobs import JobKind
from incident.model.state_transitions import MAY_FOLLOW
from incident.states import Audience, Priority, State
from organisation.entries import ALL as KINDS
from roles.person_ids import slack_person
from roles.role_names import Role

ROOT = Path(__file__).resolve().parents[1]
VERB_TABLE = (ROOT / "docs/reference/verbs.md").read_text("utf-8")
INDEX = (ROOT / "docs/README.md").read_text("utf-8")
GLOSSARY = (ROOT / "docs/glossary.md").read_text("utf-8")
FORMS = re.findall(
    r"(?m)^\| `([^`]+)` \|",
    (ROOT / "docs/reference/commands.md")
    .read_text("utf-8")
    .partition("\n## Forms of verbs\n")[2]
    .partition("\n## ")[0],
)
VERBS = re.compile(r"<!-- verbs: .*?-->\n(.*?)\n?<!-- end of verbs -->", re.DOTALL)
NOTHING = "(none)"


def rows(document: str) -> list[list[str]]:
    """Yield the cells of every row of the tables of a document, without heads and rules."""
    lines = (ROOT / "docs/reference" / document).read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("|")]
    return [row for row in cells[1:] if not set(row[0]) <= {"-", "|"}]


def command_names() -> set[str]:
    return set(typer.main.get_group(app).commands)


def setting_names(*kinds: type[BaseSettings]) -> set[str]:
    fields = [(name, info) for kind in kinds for name, info in kind.model_fields.items()]
    return {str(info.validation_alias or name).upper() for name, info in fields}


def absent(words: Iterable[str], text: str) -> list[str]:
    return [word for word in words if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]


def test_the_table_of_verbs_is_the_one_that_the_code_prints() -> None:
    held = VERBS.search(VERB_TABLE)

    assert held, "docs/reference/verbs.md has lost the marks around its table"
    assert held[1].strip() == as_markdown(), (
        "write `muster help --markdown` between the marks of docs/reference/verbs.md"
    )


@pytest.mark.parametrize("verb", verb_registry.verbs(), ids=lambda verb: verb.name)
def test_every_verb_has_one_row_in_the_manual_with_its_help_line(verb) -> None:
    row = re.findall(rf"^\| \w+ \| `{verb.name}` \|.*$", as_markdown(), re.MULTILINE)

    assert len(row) == 1
    assert row[0].count(" | ") == 4
    assert re.search(rf"^  {verb.name} +\S", as_text(), re.MULTILINE)


def test_the_documented_lifecycle_equals_the_transition_table() -> None:
    told = {row[0].strip("`"): set(re.findall(r"`([^`]+)`", row[2])) for row in rows("lifecycle.md")}
    expected = {str(old or NOTHING): {str(new) for new in following} for old, following in MAY_FOLLOW.items()}

    assert told == expected


def test_a_final_state_is_documented_as_final() -> None:
    last = {row[0].strip("`") for row in rows("lifecycle.md") if row[2] == "nothing"}

    assert last == {str(old) for old, following in MAY_FOLLOW.items() if not following}


def test_every_setting_is_documented_and_no_other_is() -> None:
    told = [row[0].strip("`") for row in rows("settings.md")]

    assert set(told) == setting_names(Settings, RecordSettings)
    assert len(told) == len(set(told))


def test_every_setting_says_where_to_get_its_value() -> None:
    assert set(SOURCES) == setting_names(Settings, RecordSettings)


@pytest.mark.parametrize(
    "words",
    [
        [role.value.replace("_", " ") for role in Role],
        [state.value.removeprefix("void:").replace("_", " ") for state in State],
        ["void", *(audience.value for audience in Audience)],
        [Priority.P1.value, Priority.P5.value],
    ],
    ids=["roles", "states", "audiences", "priorities"],
)
def test_every_word_of_the_code_is_in_the_glossary(words: list[str]) -> None:
    assert absent(words, GLOSSARY.replace("not an incident", "not incident")) == []


def explained(heading: str) -> dict[str, str]:
    """Return each word of a table of the glossary with its explanation."""
    section = GLOSSARY.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = re.findall(r"(?m)^\| (`[^|]+`) \| (.+) \|$", section)
    return {word: said for words, said in table for word in re.findall(r"`([^`]+)`", words)}


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Groups of verbs", {group.value for group in Group}),
        ("Kinds of jobs", {kind.value for kind in JobKind}),
        ("Kinds of facts", {kind for kind, _ in KINDS}),
    ],
    ids=["groups", "jobs", "facts"],
)
def test_every_name_that_is_stored_or_shown_is_explained_in_the_glossary_and_no_other_is(
    heading: str, names: set[str]
) -> None:
    said = explained(heading)

    assert set(said) == names
    assert [name for name, words in said.items() if len(words.split()) < 3] == []


def test_the_words_in_use_are_in_the_glossary() -> None:
    words = """adopt announcement audience backfill checkpoint claims draft duplicate entry escalation gap grace handover
        hold leases levels mask outbox page preserve prompt projection retention slots spool surfaces tick tombstones"""
    rows = " ".join(re.findall(r"(?m)^\| ([^|]+) \|", GLOSSARY.partition("\n## ")[0]))
    terms = ["action menu", "catch up brief", "dead letter", "escalation policy", "on call", "role checklists"]

    assert absent([*words.split(), *terms, "gap backfill", "idempotency keys", "possible duplicate"], rows) == []


def test_every_command_is_documented_and_no_other_is() -> None:
    told = {found[1] for row in rows("commands.md") if (found := re.match(r"`muster ([\w-]+)", row[0]))}

    assert told == command_names()


@pytest.mark.parametrize("command", sorted(command_names()))
def test_every_option_of_a_command_is_documented_in_its_row(command: str) -> None:
    [row] = [row for row in rows("commands.md") if re.match(rf"`muster {command}\b", row[0])]
    options = [one for param in typer.main.get_group(app).commands[command].params for one in param.opts]

    assert [one for one in options if one.startswith("--") and one not in " ".join(row)] == []


@pytest.mark.parametrize("line", FORMS)
def test_every_form_of_a_verb_that_is_written_out_can_be_typed_so(line: str) -> None:
    known = {name: slack_person("T1", name.upper()) for name in ("eva", "ilse")}

    reading = parse_command(line, at=datetime(2026, 11, 2, 14, 0, tzinfo=UTC), person=known.get, services=("search",))

    assert reading.is_complete, (reading.missing, reading.invalid, reading.leftover, reading.ambiguous)


def test_forms_are_written_out_for_every_verb_that_has_several() -> None:
    told = {line.split()[1 if line.startswith("INC-") else 0] for line in FORMS}

    assert {"drill", "hold", "link", "preserve", "redact", "resolve", "take", "tempfix", "update", "void"} <= told


@pytest.mark.parametrize("command", sorted(command_names()))
def test_every_command_says_in_its_help_what_it_does(command: str) -> None:
    said = typer.main.get_group(app).commands[command].help

    assert said
    assert said.rstrip().endswith(".")


def test_every_link_from_one_document_to_another_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]

    assert broken == []


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"(?m)^#+ (.+)$", document.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_to_a_heading_finds_it() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [
        (document, target, anchor)
        for document in documents
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", document.read_text("utf-8"))
    ]

    assert len(links) >= 5
    assert [f"{d.name}: {t}#{a}" for d, t, a in links if a not in anchors((d.parent / t) if t else d)] == []


def test_every_file_of_ours_that_a_document_names_exists() -> None:
    ours = r"`((?:bot|commands|incident|roles|storage|sandbox|templates|tests|deploy)/[\w./-]+)[`:]"
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = {(path.name, one) for path in documents for one in re.findall(ours, path.read_text("utf-8"))}

    assert len(named) >= 20
    assert sorted(f"{document}: {one}" for document, one in named if not (ROOT / one).exists()) == []


def test_the_map_of_folders_in_the_architecture_is_the_tree() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("## Folders")[2].partition("\n    bot →")[0]
    above, told = "", []
    for indent, names in re.findall(r"(?m)^( {4}| {6})((?:\w+/ *)+)", text):
        above = names.strip() if len(indent) == 4 else above
        told += [above] if len(indent) == 4 else [above + name for name in names.split()]

    assert len(told) >= 30
    assert [folder for folder in told if not (ROOT / folder).is_dir()] == []


def test_the_readme_links_the_index_and_the_index_every_document() -> None:
    docs = ROOT / "docs"
    inside = [path.relative_to(docs).as_posix() for path in sorted(docs.rglob("*.md")) if path.parent.name != "adr"]
    lost = [path for path in [*inside, "adr/README.md"] if path != "README.md" and f"({path})" not in INDEX]

    assert "(docs/README.md)" in (ROOT / "README.md").read_text("utf-8")
    assert lost == []


@pytest.mark.parametrize(
    ("row", "page"), [("API and webhooks", "use-the-api.md"), ("Alert intake", "connect-alerts.md")]
)
def test_the_readme_denies_nothing_that_a_guide_explains(row, page):
    [line] = [one for one in (ROOT / "README.md").read_text("utf-8").splitlines() if row in one and one.startswith("|")]

    assert page in INDEX
    assert f"docs/how-to/{page}" in line
    assert "**no**" not in line
