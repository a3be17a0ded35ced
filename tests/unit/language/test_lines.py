"""Words from outside stay words: nothing in a product's name or a person's reason becomes Markdown."""

import io

import pytest
from rich.console import Console
from rich.markdown import Markdown

from language.lines import escape_markdown

TEXTS = (
    "too low\n\n# Decisions\n\n- **Adopted**: everything to €1 [x](http://e)",
    "<b>bold</b> & `code`",
    "a | b _c_ ~~d~~ \\*e\\*",
    "2 * 3 = 6 and a_b_c",
)


@pytest.mark.parametrize("text", TEXTS)
def test_text_from_outside_reads_as_it_was_written(text: str) -> None:
    out = io.StringIO()
    Console(file=out, width=200).print(Markdown(f"- said: {escape_markdown(text)}"))
    assert " ".join(out.getvalue().split()) == "• said: " + " ".join(text.split())
