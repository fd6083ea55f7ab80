"""Providers and a mail server on loopback, a clock, and one page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.notify.channel import Page
from storage.store import Store
from tests.support.answer_env import AnswerEnv
from tests.support.clock import T0
from tests.support.paging_env import PagingEnv, paging_env_on
from tests.support.paging_providers import PagingProviders


@pytest.fixture
def providers() -> Iterator[PagingProviders]:
    double = PagingProviders()
    yield double
    double.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(T0)


@pytest.fixture
def page() -> Page:
    return Page(
        key="muster-T1-INC-2026-0042-17",
        subject="INC-2026-0042, P1, needs you: Payments fail",
        text="Payments fail & <b>no one</b> pays.\nCalled by Ada.",
        short="INC-2026-0042 needs you: Payments fail. Reply 4 if you have it, 6 if you cannot.",
        spoken="Incident 42 needs your help: Payments fail & <b>no one</b> pays.",
        link="https://slack.com/app_redirect?channel=C1",
        answer_url="https://muster.example.org/answer/ntfy/t0ken",
        answer_line="Say whether you have it: https://muster.example.org/answer/ntfy/t0ken",
    )


@pytest.fixture
def night(sqlite_store: Store, providers: PagingProviders) -> Iterator[PagingEnv]:
    """A worker that pages by way of the doubles."""
    with paging_env_on(sqlite_store, providers) as env:
        yield env


@pytest.fixture(scope="module")
def env(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnswerEnv]:
    path = tmp_path_factory.mktemp("answers") / "muster.db"
    shutil.copy(sqlite_template, path)
    opened = AnswerEnv(f"sqlite:///{path}")
    yield opened
    opened.close()
