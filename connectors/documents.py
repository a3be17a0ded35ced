"""Documents into text: Markdown, plain text, HTML, PDF and Word, with headings and pages kept."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath

from domain.errors import DocumentRejected
from domain.knowledge import Block, ReadDocument

LARGEST_FILE = 25_000_000
MOST_CHARACTERS = 5_000_000
LONGEST_NAME = 200

Text = tuple[str, Sequence[Block]]
"""A title (empty where the document has none) and the blocks."""


def read_file(path: Path, name: str = "") -> ReadDocument:
    """Read a document from a file. Raises DocumentRejected."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise DocumentRejected(f"{path.name} is not a file.", remedy="Name files, not folders.")
        _require(size <= LARGEST_FILE, path.name, f"has {size:,} bytes; {LARGEST_FILE:,} is the most", "Split it.")
        data = path.read_bytes()
    except OSError as error:
        raise DocumentRejected(f"{path}: {error.strerror}.", remedy="Check the path and who may read it.") from error
    return read_document(path.name, data, name)


def read_document(file: str, data: bytes, name: str = "") -> ReadDocument:
    """Read a document from its bytes; its kind is told by the ending of `file`. Raises DocumentRejected."""
    kind = PurePath(file).suffix.lower()
    called = name or PurePath(file).name
    _require(kind in _READERS, file, "is of no kind that can be read", f"Kinds: {', '.join(sorted(_READERS))}.")
    _require(0 < len(called) <= LONGEST_NAME, file, f"has a name of more than {LONGEST_NAME} characters", "Use --name.")
    _require(called.isprintable(), file, "has a name with signs that cannot be printed", "Use --name.")
    _require(bool(data.strip()), file, "is empty", "Nothing can be found in it.")
    _require(len(data) <= LARGEST_FILE, file, f"has {len(data):,} bytes; {LARGEST_FILE:,} is the most", "Split it.")
    media_type, read = _READERS[kind]
    title, blocks = read(file, data)
    blocks = [block for block in blocks if block.text.strip()]
    characters = sum(len(block.text) for block in blocks)
    _require(bool(blocks), file, "has no text in it", "A scan has to be made into text (OCR) first.")
    _require(characters <= MOST_CHARACTERS, file, f"has more than {MOST_CHARACTERS:,} characters", "Split it.")
    return ReadDocument(
        name=called,
        title=(" ".join(title.split()) or PurePath(called).stem)[:LONGEST_NAME],
        media_type=media_type,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        blocks=tuple(blocks),
    )


def _require(holds: bool, file: str, problem: str, remedy: str) -> None:
    if not holds:
        raise DocumentRejected(f"{PurePath(file).name[:80]} {problem}.", remedy=remedy)


def _markdown(file: str, data: bytes) -> Text:
    from connectors.markdown_blocks import markdown_blocks

    return markdown_blocks(_decoded(file, data))


def _plain(file: str, data: bytes) -> Text:
    paragraphs = _decoded(file, data).replace("\r\n", "\n").split("\n\n")
    return "", [Block(" ".join(paragraph.split())) for paragraph in paragraphs]


def _html(file: str, data: bytes) -> Text:
    from connectors.html_blocks import html_blocks

    return html_blocks(_decoded(file, data))


def _pdf(file: str, data: bytes) -> Text:
    from connectors.pdf_blocks import pdf_blocks

    return pdf_blocks(file, data)


def _word(file: str, data: bytes) -> Text:
    from connectors.word_blocks import word_blocks

    return word_blocks(file, data)


def _decoded(file: str, data: bytes) -> str:
    """UTF-8, or UTF-16 with its mark: an encoding is not guessed, because a wrong guess changes figures and names."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DocumentRejected(
            f"{PurePath(file).name}, line {line}: this is not {encoding.upper().removesuffix('-SIG')} text.",
            remedy="Save it as UTF-8.",
        ) from error
    _require("\0" not in text, file, "is not text", "It holds zero bytes: save it as UTF-8 text.")
    return text


_READERS: Mapping[str, tuple[str, Callable[[str, bytes], Text]]] = {
    ".md": ("text/markdown", _markdown),
    ".markdown": ("text/markdown", _markdown),
    ".txt": ("text/plain", _plain),
    ".html": ("text/html", _html),
    ".htm": ("text/html", _html),
    ".pdf": ("application/pdf", _pdf),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _word),
}
