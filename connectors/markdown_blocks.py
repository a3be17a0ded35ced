"""Markdown cut into blocks under their headings."""

import re
from collections.abc import Sequence

from domain.knowledge import Block

_COMMENT = re.compile(r"<!--.*?(-->|$)", re.DOTALL)


def markdown_blocks(text: str) -> tuple[str, Sequence[Block]]:
    """The first heading as the title, and every paragraph, list, table or code block under its headings.

    What a reader does not see (comments) is left out.
    """
    from markdown_it import MarkdownIt

    text = _COMMENT.sub("", text)
    lines = text.split("\n")
    headings: dict[int, str] = {}
    title, blocks = "", list[Block]()
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for at, token in enumerate(tokens):
        if token.level != 0 or token.map is None or token.nesting < 0:
            continue
        if token.type == "heading_open":
            depth, said = int(token.tag[1]), " ".join(tokens[at + 1].content.split())
            headings = {level: words for level, words in headings.items() if level < depth} | {depth: said}
            title = title or said
        elif token.type != "hr":
            first, end = token.map
            blocks.append(Block("\n".join(lines[first:end]).strip(), tuple(headings.values())))
    return title, blocks
