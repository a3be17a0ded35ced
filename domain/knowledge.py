"""The brand's documents in parts: texts with the places that they stand at, so that they can be cited."""

from dataclasses import dataclass, field

ASKED = r"^[^\x00]*\w[^\x00]*$"
"""A question that can be searched for, as a pattern: it has a letter or a figure, and no zero byte."""


@dataclass(frozen=True)
class Block:
    """A piece of a document as it was read: a paragraph, a list or a table, under its headings, on its page."""

    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True)
class ReadDocument:
    """A document's text, in order. `sha256` is that of the file."""

    name: str
    title: str
    media_type: str
    sha256: str
    size_bytes: int
    blocks: tuple[Block, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Chunk:
    """A passage: small enough to be embedded and quoted, with where it stands."""

    position: int
    heading: str
    page: int | None
    text: str
