"""Renders a page of HTML to PDF, with fonts that travel with Muster. Nothing is fetched from anywhere."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from incident.frozen import utc_text

FONTS: Final = Path(__file__).with_name("fonts")
_SCHEME: Final = "muster-font:"
_FAMILY: Final = f"""\
@font-face {{ font-family: "DejaVu Sans"; src: url("{_SCHEME}DejaVuSans.ttf"); }}
@font-face {{ font-family: "DejaVu Sans"; font-weight: bold; src: url("{_SCHEME}DejaVuSans-Bold.ttf"); }}
* {{ font-family: "DejaVu Sans"; }}
"""


def pdf_of(html: str, *, title: str, at: datetime) -> bytes:
    """Return a page as PDF on A4. `at` is its date (UTC), so that the same page gives the same document."""
    # Imported where it is needed: it takes 145 MB on disk, and few commands print.
    import plutoprint

    class _Fonts(plutoprint.ResourceFetcher):
        """The fonts of this folder, and nothing at any other address."""

        def fetch_url(self, url: str) -> Any:
            name = url.removeprefix(_SCHEME)
            known = {path.name: path for path in FONTS.glob("*.ttf")} if url.startswith(_SCHEME) else {}
            if name in known:
                return plutoprint.ResourceData(known[name].read_bytes(), "font/ttf")
            return plutoprint.ResourceData(b"", "text/plain")

    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
    book.custom_resource_fetcher = _Fonts()
    book.load_html(html, user_style=_FAMILY)
    day = utc_text(at)[:19]
    for key, value in (
        (plutoprint.PDF_METADATA_TITLE, title),
        (plutoprint.PDF_METADATA_CREATOR, "Muster"),
        (plutoprint.PDF_METADATA_CREATION_DATE, day),
        (plutoprint.PDF_METADATA_MODIFICATION_DATE, day),
    ):
        book.set_metadata(key, value)
    written = BytesIO()
    book.write_to_pdf_stream(written)
    return written.getvalue()
