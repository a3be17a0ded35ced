"""HTML into blocks: what a reader sees of a page, by way of Markdown."""

import re
from collections.abc import Sequence

from connectors.markdown_blocks import markdown_blocks
from domain.errors import DocumentRejected
from domain.knowledge import Block

_UNSEEN = ("script", "style", "template", "noscript", "head", "iframe", "object", "svg", "nav")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", re.IGNORECASE)


def html_blocks(html: str) -> tuple[str, Sequence[Block]]:
    """The page's title and its blocks; scripts, comments and what is hidden from readers are left out."""
    from bs4 import BeautifulSoup
    from bs4.element import Comment
    from markdownify import MarkdownConverter

    soup = BeautifulSoup(html, "html.parser")
    title = soup.title.get_text() if soup.title else ""
    for tag in soup.find_all(_UNSEEN):
        tag.decompose()
    for tag in [*soup.select("[hidden]"), *soup.find_all(style=_HIDDEN)]:
        tag.decompose()
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    converter = MarkdownConverter(
        heading_style="ATX", strip=["a", "img", "b", "strong", "i", "em"],
        escape_asterisks=False, escape_underscores=False, escape_misc=False,
    )  # fmt: skip
    try:
        headed, blocks = markdown_blocks(converter.convert_soup(soup))
    except RecursionError as error:
        raise DocumentRejected("The page is nested too deeply to be read.", remedy="Save it as plain text.") from error
    return title or headed, blocks
