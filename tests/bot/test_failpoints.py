"""Failpoints are named after existing functions, so that a renamed function does not silently leave the sweep."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from bot.failpoints import TRANSACTIONS, killed_at

ROOT = Path(__file__).parents[2]


@cache
def qualified_names() -> set[str]:
    """Return the qualified names of the functions and methods that call `transact`."""
    found = set()
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "commands").rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            methods = node.body if isinstance(node, ast.ClassDef) else [node]
            prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
            found |= {
                f"{prefix}{one.name}"
                for one in methods
                if isinstance(one, ast.FunctionDef) and ".transact(" in ast.unparse(one)
            }
    return found


@pytest.mark.parametrize("name", TRANSACTIONS)
def test_a_failpoint_of_a_commit_names_a_function_that_opens_a_transaction(name: str) -> None:
    assert name in qualified_names()


def test_an_unknown_failpoint_is_refused() -> None:
    with pytest.raises(ValueError, match="no failpoint"):
        killed_at("nowhere")


def test_the_process_is_killed_at_the_named_failpoint_and_at_no_other() -> None:
    script = (
        "from bot.failpoints import killed_at; r = killed_at('run:committed'); r('tick:committed'); r('run:committed')"
    )

    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == -signal.SIGKILL
