"""German prose is held to the same rules as English: no bare number, the same figures."""

from uuid import UUID

import pytest

from domain.errors import InvalidInput
from domain.figure import FigureRef
from domain.ids import ReceiptId
from domain.report import Claim
from guardrails.prose import check_claim

REF = FigureRef(receipt=ReceiptId(UUID(int=1)), path="/price")


def said(german: str) -> Claim:
    return Claim(text="It costs {price}.", german=german, figures={"price": REF})


def test_german_with_the_same_figures_may_stand() -> None:
    check_claim(said("Es kostet {price}."), frozenset())
    check_claim(said(""), frozenset())


@pytest.mark.parametrize(
    "german", ["Es kostet 3,89 €.", "Es kostet {cost}.", "Es ist teuer.", "Es kostet -{price}.", "Es {kostet {price}."]
)
def test_german_that_says_other_numbers_is_refused(german: str) -> None:
    with pytest.raises(InvalidInput, match="In the German"):
        check_claim(said(german), frozenset())
