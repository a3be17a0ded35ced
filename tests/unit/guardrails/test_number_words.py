"""Numbers in words are numbers; words that only look like them are not."""

import pytest

from domain.errors import InvalidInput
from domain.report import Claim
from guardrails.number_words import number_in_words
from guardrails.prose import check_claim


@pytest.mark.parametrize(
    "text",
    [
        "Margin is ninety-nine percent.",
        "We will earn four million euros.",
        "A dozen customers left.",
        "It lost SEVENTEEN thousand.",
        "Up by ten percent.",
        "Up by ten per cent.",
        "Hundreds of customers complain.",
        "Die Marge ist neunundneunzig Prozent.",
        "Es fehlen siebzehntausend Euro.",
        "Zweihundertdrei Kunden kauften.",
        "Ein Dutzend Filialen.",
        "Dreißig Tage.",
    ],
)
def test_a_number_in_words_is_found(text: str) -> None:
    assert number_in_words(text)
    with pytest.raises(InvalidInput, match="number in words"):
        check_claim(Claim(text=text), frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "Two channels agree, and one of them leads.",
        "Once a week it is counted; one week later it is not.",
        "None of the stands is often visited.",
        "Achtung: Elfriede und Zwölftel, unverzichtbar.",
        "Zwei Kanäle, eine Woche, zehnfach geprüft.",
        "Within two weeks, in drei Wochen; one percent of it, ein Stück.",
        "A tenth, a third, half of it; weightier, fortified.",
    ],
)
def test_a_word_that_counts_nothing_passes(text: str) -> None:
    assert number_in_words(text) is None
    check_claim(Claim(text=text), frozenset())


def test_a_name_that_holds_one_may_be_said() -> None:
    claim = Claim(text="Dozen Roses sells well.")
    with pytest.raises(InvalidInput):
        check_claim(claim, frozenset())
    check_claim(claim, frozenset({"Dozen Roses"}))


def test_the_german_is_held_to_the_same() -> None:
    with pytest.raises(InvalidInput, match="In the German"):
        check_claim(Claim(text="It rose.", german="Es stieg um zwölf Prozent."), frozenset())
