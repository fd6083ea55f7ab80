"""Without a browser, browser tests are skipped with a reason; in CI they fail instead."""

from pathlib import Path

import pytest

from tests.support.browser import chromium_or_skip, find_chromium


def test_without_a_browser_tests_are_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no browser: none of chromium-headless-shell, chromium, "):
        chromium_or_skip()


def test_without_a_browser_tests_fail_where_ci_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="no browser"):
        chromium_or_skip()


def test_any_of_the_known_browsers_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "google-chrome"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_chromium() == str(browser)
