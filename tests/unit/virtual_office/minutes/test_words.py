"""A meeting says its sentences in both languages at once."""

from domain.figure import Cell
from domain.language import Language
from domain.message import message
from virtual_office.minutes.words import agent_title, both, german_of


def test_a_sentence_is_its_english_and_brings_its_german_along() -> None:
    worth = Cell(value=150, unit="EUR.minor")
    sentence = both(message("office.more.cash", by=worth, worth=worth))
    assert sentence == "€1.50 more cash would bring €1.50"
    assert sentence.german == "1,50 € mehr Guthaben brächten 1,50 €"
    assert german_of([sentence, "only English"]) == {str(sentence): sentence.german}


def test_whoever_the_catalogue_does_not_know_is_called_as_before() -> None:
    assert agent_title("pricing_director", "Head of Prices", Language.EN) == "Head of Prices"
    assert agent_title("pricing_director", "Head of Prices", Language.DE) == "Preisleitung"
    assert agent_title("our_own", "Our Own", Language.DE) == "Our Own"
