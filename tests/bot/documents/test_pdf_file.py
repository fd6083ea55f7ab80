"""A page becomes a PDF with its own fonts, the same each time, and nothing is fetched for it."""

from __future__ import annotations

import socket

import pytest

from bot.documents.pdf_file import pdf_of
from tests.support.clock import T


def test_a_page_is_printed_with_fonts_of_its_own_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_PATH", "/nonexistent")
    page = "<h1>Größe Ωμέγα</h1><p><b>1,200</b> people</p>"
    first, second = (pdf_of(page, title="Pack PK1", at=T(0)) for _ in range(2))

    assert first.startswith(b"%PDF-")
    assert b"DejaVuSans" in first
    assert b"DejaVuSans-Bold" in first
    assert first == second


def test_an_address_in_a_page_is_not_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        printed = pdf_of(f'<img src="{address}"><link rel="stylesheet" href="{address}">a', title="x", at=T(0))
        with pytest.raises(TimeoutError):
            server.accept()

    assert printed.startswith(b"%PDF-")
