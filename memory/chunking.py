"""Cuts documents into passages: small enough to be embedded whole and quoted, never across a heading or a page."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from domain.knowledge import Block, Chunk, ReadDocument

MOST_CHARACTERS = 800
"""About 180 words: what the embedding model sees at once, with the headings before it."""
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")


def chunks_of(document: ReadDocument) -> list[Chunk]:
    """The passages of a document, the first at position 1."""
    chunks: list[Chunk] = []
    for (headings, page), blocks in groupby(document.blocks, key=lambda block: (block.headings, block.page)):
        for text in _packed([part for block in blocks for part in _parts(block)]):
            chunks.append(Chunk(len(chunks) + 1, " > ".join(headings), page, text))
    return chunks


def embedded_text(title: str, heading: str, text: str) -> str:
    """The text of a passage that is embedded and indexed: title and headings before it."""
    return "\n".join(part for part in (title, heading, text) if part)


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _parts(block: Block) -> Iterator[str]:
    """A block as it is, or its sentences where it is too long, or pieces of these."""
    if len(block.text) <= MOST_CHARACTERS:
        yield block.text.strip()
        return
    for sentence in sentences(block.text):
        while len(sentence) > MOST_CHARACTERS:
            cut = sentence.rfind(" ", 1, MOST_CHARACTERS)
            cut = cut if cut > 0 else MOST_CHARACTERS
            yield sentence[:cut].strip()
            sentence = sentence[cut:].strip()
        yield sentence


def _packed(parts: Sequence[str]) -> Iterator[str]:
    """Parts put together as long as they fit."""
    held = ""
    for part in filter(None, parts):
        if held and len(held) + len(part) + 1 > MOST_CHARACTERS:
            yield held
            held = part
        else:
            held = f"{held}\n{part}" if held else part
    if held:
        yield held
