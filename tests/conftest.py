"""What every test may ask for: a migrated store on SQLite, on PostgreSQL, or on each in turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store, open_store
from tests import postgres
from tests.browser import chromium, desk

__all__ = ["chromium", "desk"]  # One browser for all of a run: Playwright starts once in a process.

TEAM = "T1"
TEMPLATE = "muster_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file, of which every test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "muster.db"
    with open_store(f"sqlite:///{path}") as store:
        store.migrate()
    return path


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """Migrate one PostgreSQL database, of which every test gets a copy."""
    postgres.server().run(f"CREATE DATABASE {TEMPLATE}")
    with open_store(postgres.server().dsn(TEMPLATE)) as store:
        store.migrate()
    return TEMPLATE


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the address of a fresh SQLite database."""
    shutil.copy(sqlite_template, tmp_path / "muster.db")
    return f"sqlite:///{tmp_path / 'muster.db'}"


@pytest.fixture
def postgres_url(postgres_template: str) -> Iterator[str]:
    """Give the address of a fresh PostgreSQL database."""
    with postgres.server().database(postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """Give a fresh store on SQLite."""
    with open_store(sqlite_url, team=TEAM) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a fresh database, once of each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Give a fresh store, once on SQLite and once on PostgreSQL."""
    with open_store(database_url, team=TEAM) as opened:
        yield opened
