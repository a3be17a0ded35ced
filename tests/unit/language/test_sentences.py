"""The catalogue's files: read as gettext reads them, in every plural form, and told where they are broken."""

from pathlib import Path

import pytest

from domain.errors import InvalidInput
from domain.language import Language
from language.sentences import entries, sentence

EN, DE = Language
HEAD = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def test_a_sentence_comes_in_the_plural_form_that_its_count_asks_for() -> None:
    assert [sentence("unit.weeks", language, count) for language in Language for count in (1, 2)] == [
        "{number} week", "{number} weeks", "{number} Woche", "{number} Wochen",
    ]  # fmt: skip
    assert sentence("common.page", EN, 5) == "Page {page} of {pages}"


def test_a_key_that_is_not_there_has_no_sentence() -> None:
    assert sentence("common.nothing", DE) is None
    assert sentence("common.nothing", DE, 2) is None


@pytest.mark.parametrize("text", ['msgid "a\nmsgstr', f"{HEAD}nonsense", HEAD.replace("de", "xx")])
def test_a_broken_file_is_told_by_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "stands.po").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"stands\.po is no catalogue"):
        list(entries(tmp_path))
