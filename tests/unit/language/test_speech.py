"""Messages in words: both languages, plurals, sentences within sentences, and keys that nobody knows."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from domain.figure import Cell
from domain.language import Language
from domain.message import Message, citing, message, read_message, sentences, verbatim
from domain.report import Claim
from language.speech import UnknownKey, be_strict, joined, prose_of, say, speak, spoken

EN, DE = Language
PAGE = message("common.page", page="3", pages="7")


@pytest.fixture
def lenient() -> Iterator[None]:
    be_strict(False)
    yield
    be_strict()


def test_a_message_is_said_in_the_readers_language() -> None:
    assert (speak(PAGE, EN), speak(PAGE, DE)) == ("Page 3 of 7", "Seite 3 von 7")
    assert say("common.page", DE, page="1", pages="2") == "Seite 1 von 2"


def test_numbers_and_days_are_written_as_the_language_writes_them() -> None:
    said = message("common.page", page=Cell(value=1_234, unit="units"), pages=date(2026, 11, 21))
    assert speak(said, EN) == "Page 1,234 units of 21 November 2026"
    assert speak(said, DE) == "Seite 1.234 Stück von 21. November 2026"


def test_parts_are_joined_by_semicolons_and_what_follows_by_a_space() -> None:
    both = message("common.verbatim", text=[verbatim("a"), verbatim("b")])
    assert speak(both, EN) == "a; b"
    assert speak(sentences([PAGE, both, verbatim("c")]), DE) == "Seite 3 von 7 a; b c"
    assert joined([verbatim("a"), PAGE], EN) == "a; Page 3 of 7"


def test_a_figures_key_stays_and_braces_in_a_name_make_none() -> None:
    assert speak(message("common.page", page="{gain}"), EN) == "Page (gain) of {pages}"


def test_a_figure_may_stand_there_under_another_key_and_survives_being_stored() -> None:
    line = citing("common.page", {"page": "price_a"}, pages="{x}")
    assert speak(line, EN) == "Page {price_a} of (x)"
    assert speak(read_message(line.document()), DE) == "Seite {price_a} von (x)"


def test_a_document_is_said_wherever_a_message_stands_in_it() -> None:
    document = {"reasons": [PAGE.document(), "as it was"], "at": UUID(int=1), "head": PAGE, "key": "x.y", "other": 1}
    assert spoken(document, DE) == {
        "reasons": ["Seite 3 von 7", "as it was"], "at": UUID(int=1), "head": "Seite 3 von 7", "key": "x.y", "other": 1,
    }  # fmt: skip


def test_a_message_survives_being_stored_and_an_old_sentence_is_said_word_for_word() -> None:
    whole = sentences([message("common.page", page=3, pages=date(2026, 1, 2)), PAGE])
    assert read_message(whole.document()) == whole
    assert Message.model_validate_json(whole.model_dump_json()) == whole
    assert speak(read_message("it was never carried out"), DE) == "it was never carried out"


def test_an_unknown_key_is_an_error_in_tests() -> None:
    with pytest.raises(UnknownKey, match=r"price\.never_heard_of"):
        say("price.never_heard_of", EN)


def test_elsewhere_an_unknown_key_reads_as_well_as_it_can(lenient: None) -> None:
    assert say("price.never_heard_of", EN) == "never heard of"
    assert say("price.below_floor", DE, sku="A-1") == "below floor A-1"


def test_stored_prose_is_kept_in_english_and_said_anew_elsewhere() -> None:
    said = Claim(text="Page 3 of 7", message=PAGE)
    assert (prose_of(said, EN), prose_of(said, DE)) == ("Page 3 of 7", "Seite 3 von 7")
    own = Claim(text="My words.", german="Meine Worte.")
    assert (prose_of(own, EN), prose_of(own, DE)) == ("My words.", "Meine Worte.")
    assert prose_of(Claim(text="My words."), DE) == ""
