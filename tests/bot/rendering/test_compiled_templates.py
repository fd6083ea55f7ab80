"""Compiled templates stay beside their sources, and never instead of them."""

import sys

import pytest

from bot.rendering.compiled_templates import CompiledTemplates
from bot.rendering.renderer import Renderer


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "hello.j2").write_text("{% macro said(name) %}Hello {{ name }}{% endmacro %}", "utf-8")
    return tmp_path


def fresh(folder):
    """Render as a process would that has loaded nothing yet."""
    renderer = Renderer(folder=folder)
    renderer._environment.bytecode_cache = CompiledTemplates(folder)
    return renderer.macro("hello.j2", "said", "Ann")


def cached(folder):
    return list((folder / "__pycache__").glob("*.cache"))


def test_a_template_is_compiled_once_and_again_when_it_changes(folder):
    assert fresh(folder) == "Hello Ann"
    (compiled,) = cached(folder)
    written = compiled.stat().st_mtime_ns

    assert fresh(folder) == "Hello Ann"
    assert compiled.stat().st_mtime_ns == written

    (folder / "hello.j2").write_text("{% macro said(name) %}Good day {{ name }}{% endmacro %}", "utf-8")
    assert fresh(folder) == "Good day Ann"
    assert cached(folder) == [compiled]
    assert compiled.stat().st_mtime_ns != written


@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_what_is_broken_is_compiled_again(folder, content):
    fresh(folder)
    (compiled,) = cached(folder)
    compiled.write_bytes(compiled.read_bytes()[:-20] if content is None else content)

    assert fresh(folder) == "Hello Ann"


def test_a_folder_that_cannot_be_written_renders_all_the_same(folder):
    (folder / "__pycache__").write_text("a file where the folder belongs", "utf-8")

    assert fresh(folder) == "Hello Ann"


def test_nothing_is_written_where_python_has_no_compiled_modules(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert fresh(folder) == "Hello Ann"
    assert cached(folder) == []
