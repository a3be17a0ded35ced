"""Word documents (DOCX) into blocks, by way of HTML."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from connectors.html_blocks import html_blocks
from domain.errors import DocumentRejected
from domain.knowledge import Block

MOST_UNPACKED = 200_000_000
MOST_PARTS = 5_000
_TEXT = "word/document.xml"
LARGEST_TEXT = 50_000_000


def word_blocks(file: str, data: bytes) -> tuple[str, Sequence[Block]]:
    """The document's headings, paragraphs and tables. Raises DocumentRejected."""
    import mammoth

    _require_harmless(file, data)
    try:
        html = mammoth.convert_to_html(BytesIO(data), convert_image=mammoth.images.img_element(_no_image)).value
    except Exception as error:
        raise _malformed(file, type(error).__name__) from error
    return html_blocks(html)


def _no_image(_image: object) -> dict[str, str]:
    return {"src": ""}


def _require_harmless(file: str, data: bytes) -> None:
    """Raises DocumentRejected for what is no Word document, or unpacks to more than any would."""
    try:
        parts = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _malformed(file, "it is no ZIP archive; an old .doc has to be saved as .docx") from error
    sizes = {part.filename: part.file_size for part in parts}
    if len(parts) > MOST_PARTS or sum(sizes.values()) > MOST_UNPACKED or sizes.get(_TEXT, 0) > LARGEST_TEXT:
        raise DocumentRejected(
            f"{file} unpacks to {sum(sizes.values()):,} bytes in {len(parts):,} parts, which no document does.",
            remedy="Do not open it. Ask who sent it.",
        )
    if any(part.flag_bits & 0x1 for part in parts):
        raise DocumentRejected(f"{file} is encrypted.", remedy="Save a copy without a password, and add that.")
    if _TEXT not in sizes:
        raise _malformed(file, "it has no text part")


def _malformed(file: str, why: str) -> DocumentRejected:
    return DocumentRejected(
        f"{file} cannot be read as a Word document ({why}).", remedy="Open it in a word processor, and save it anew."
    )
