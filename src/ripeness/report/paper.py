"""The page as a PDF: tagged for screen readers, its text selectable, its pages numbered."""

from __future__ import annotations

import logging
from pathlib import Path
from types import ModuleType

from ripeness.base import RipenessError

VARIANT = "pdf/ua-1"
"""Universal accessibility, ISO 14289-1: structure, language, title and alternative texts."""

MISSING = "PDF needs the package weasyprint, which is not installed"
REMEDY = (
    "install it with: pip install 'ripeness[report]'; or write an .html file and print it from a browser, which gives "
    "the same pages"
)
NO_PANGO = "PDF needs the library Pango, which this machine lacks"
PANGO_REMEDY = (
    "install Pango (Debian: apt install libpangoft2-1.0-0; macOS: brew install pango); or write an .html file and "
    "print it from a browser"
)


def write_pdf(html: str, file: Path) -> None:
    """Write the page as PDF; RipenessError where what draws it is missing."""
    drawn: bytes = _library().HTML(string=html).write_pdf(pdf_variant=VARIANT)
    file.write_bytes(drawn)


def _library() -> ModuleType:
    try:
        import weasyprint
    except ImportError as cause:
        raise RipenessError(MISSING, REMEDY) from cause
    except OSError as cause:  # a shared library cannot be loaded
        raise RipenessError(NO_PANGO, PANGO_REMEDY) from cause
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    found: ModuleType = weasyprint
    return found
