"""PDF into blocks, page by page."""

import logging
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from domain.errors import DocumentRejected
from domain.knowledge import Block

MOST_PAGES = 2_000
_HYPHENATED = re.compile(r"(\w)-\n(?=[a-zäöüß])")
_PARAGRAPH = re.compile(r"\n\s*\n")


def pdf_blocks(file: str, data: bytes) -> tuple[str, Sequence[Block]]:
    """The title that the file carries, and the text of each page. Raises DocumentRejected."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends on its way is no news to anybody
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _encrypted(file)
        if len(reader.pages) > MOST_PAGES:
            raise DocumentRejected(f"{file} has more than {MOST_PAGES:,} pages.", remedy="Split it.")
        blocks = [block for at, page in enumerate(reader.pages, start=1) for block in _of_page(page, at)]
        title = str((reader.metadata and reader.metadata.title) or "")
    except DocumentRejected:
        raise
    except (DependencyError, FileNotDecryptedError) as error:
        raise _encrypted(file) from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise DocumentRejected(
            f"{file} cannot be read as PDF ({type(error).__name__}).", remedy="Print it into a new PDF, and add that."
        ) from error
    return title, blocks


def _of_page(page: Any, number: int) -> Iterator[Block]:
    text = _HYPHENATED.sub(r"\1", page.extract_text() or "").replace("\0", "")
    for paragraph in _PARAGRAPH.split(text):
        yield Block(" ".join(paragraph.split()), page=number)


def _encrypted(file: str) -> DocumentRejected:
    return DocumentRejected(f"{file} is encrypted.", remedy="Save a copy without a password, and add that.")
