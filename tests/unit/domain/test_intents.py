"""Customers' intents are read from key words, in English and German; a text without one has none."""

import pytest

from domain.intents import Intent, intent_of

ASKED: dict[str, Intent] = {
    "Please take me off your mailing list.": Intent.OPT_OUT,
    "unsubscribe": Intent.OPT_OUT,
    "STOP sending me these emails": Intent.OPT_OUT,
    "Bitte keine E-Mails mehr, ich möchte mich abmelden.": Intent.OPT_OUT,
    "Newsletter abbestellen": Intent.OPT_OUT,
    "It arrived late and the box was dented.": Intent.COMPLAINT,
    "Ich möchte eine Erstattung": Intent.COMPLAINT,
    "Hello, when will this be back in stock?": Intent.OTHER,
    "Wir sind ein Salon in Köln und würden gern Händler werden.": Intent.OTHER,
    "": Intent.OTHER,
}


@pytest.mark.parametrize("text", ASKED)
def test_what_a_text_asks_for(text: str) -> None:
    assert intent_of(text) is ASKED[text]


def test_few_stars_are_a_complaint_whatever_is_said() -> None:
    assert intent_of("Nice.", rating=2) is Intent.COMPLAINT
    assert intent_of("Nice.", rating=3) is Intent.OTHER
    assert intent_of("unsubscribe", rating=1) is Intent.OPT_OUT
