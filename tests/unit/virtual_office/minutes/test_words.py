"""The catalogue has every sentence in both languages, with the same blanks."""

import re
from string import Formatter

import pytest

from domain.language import Language
from virtual_office.minutes.words import _CATALOGUE, Sentence, both, german_of, joined, say


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(_CATALOGUE))
def test_both_languages_have_the_same_blanks(key: str) -> None:
    english, german = _CATALOGUE[key]
    assert blanks(english) == blanks(german)
    assert re.search(r"\w", german)


def test_a_sentence_is_its_english_and_brings_its_german_along() -> None:
    one = both("allowed.cash", amount=lambda language: {"en": "€1.50", "de": "1,50 €"}[language])
    assert one == "€1.50 of cash"
    assert one.german == "1,50 € an flüssigen Mitteln"
    assert german_of([one, "only English"]) == {"€1.50 of cash": "1,50 € an flüssigen Mitteln"}
    whole = joined(one, "; ", Sentence("and", "und"))
    assert (whole, whole.german) == ("€1.50 of cash; and", "1,50 € an flüssigen Mitteln; und")
    assert say("gate.owner", Language.DE) == "Inhaber"
