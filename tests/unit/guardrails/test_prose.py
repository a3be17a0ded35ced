"""A number in prose is a figure, or it is refused."""

import unicodedata
from uuid import UUID

import pytest

from domain.errors import InvalidInput
from domain.figure import Cell, FigureRef
from domain.report import Claim
from guardrails.prose import check_claim
from tests.claims import read_out

REF = FigureRef(receipt=UUID(int=7), path="/price")  # type: ignore[arg-type]
TOKENS = frozenset({"OJ-05", "2026-03-02"})


@pytest.mark.parametrize("text", ["OJ-05 sells well (OJ-05).", "On 2026-03-02, demand fell.", "Three of them."])
def test_words_and_allowed_tokens_pass(text: str) -> None:
    check_claim(Claim(text=text), TOKENS)


@pytest.mark.parametrize(
    "text",
    [
        "It costs 3.",
        "½ of it",
        "x² grows",
        "Ⅳ weeks",
        "３ weeks",
        "OJ-051",
        "OJ-05x7",
        "2026-03-03",
        "a1b",
        "٣ weeks",
        "5%",
    ],
)
def test_a_bare_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="bare number"):
        check_claim(Claim(text=text), TOKENS)


def test_keys_and_figures_must_match() -> None:
    with pytest.raises(InvalidInput, match="no figure"):
        check_claim(Claim(text="It is {price}."), TOKENS)
    with pytest.raises(InvalidInput, match="does not cite"):
        check_claim(Claim(text="It is dear.", figures={"price": REF}), TOKENS)
    with pytest.raises(InvalidInput, match="brace"):
        check_claim(Claim(text="It is {{price}}.", figures={"price": REF}), TOKENS)
    check_claim(Claim(text="It is {price}.", figures={"price": REF}), TOKENS)


def test_a_claim_is_rendered_with_its_cells() -> None:
    claim = Claim(text="It is {price}.", figures={"price": REF})
    assert read_out(claim, {"price": Cell(value=389, unit="USD.minor")}) == "It is $3.89."


NUMERIC_SIGNS = [chr(code) for code in range(0x11_0000) if unicodedata.category(chr(code)).startswith("N")]


def test_every_sign_that_unicode_counts_as_a_number_is_refused() -> None:
    assert len(NUMERIC_SIGNS) > 1_000
    for sign in NUMERIC_SIGNS:
        for text in (sign, f"a{sign}", f"“{sign}”, they say"):
            with pytest.raises(InvalidInput, match="bare number"):
                check_claim(Claim(text=text), TOKENS)


@pytest.mark.parametrize(
    "text", ["three ㎡", "㏡", "OJ-05{price}", "{price}OJ-05", "OJ-0\u200b5", "OJ-05%", "$OJ-05", "&#53;"]
)
def test_an_allowed_token_counts_as_a_whole_word_only(text: str) -> None:
    with pytest.raises(InvalidInput, match="bare number"):
        check_claim(Claim(text=text, figures={"price": REF} if "{price}" in text else {}), TOKENS)


def test_the_refusal_names_the_word() -> None:
    with pytest.raises(InvalidInput, match=r"'4\.99,'"):
        check_claim(Claim(text="It costs 4.99, they say."), TOKENS)


def test_a_value_that_coincides_with_a_cell_is_a_bare_number_all_the_same() -> None:
    claim = Claim(text="It is {price}, that is $3.89.", figures={"price": REF})
    assert read_out(claim, {"price": Cell(value=389, unit="USD.minor")}) == "It is $3.89, that is $3.89."
    with pytest.raises(InvalidInput, match="bare number"):
        check_claim(claim, TOKENS)


@pytest.mark.parametrize(
    "text",
    [
        "-{x}",
        "by −{x}",
        "by –{x}",
        "+{x}",
        "~{x}",
        "${x}",
        "{x}k",
        "{x}%",
        "a{x}",
        "{x}{y}",
        "{x}.{y}",
        "{x},{y}",
        "{x}'{y}",
    ],
)
def test_a_figure_is_not_made_into_another_number(text: str) -> None:
    figures = {key: REF for key in ("x", "y") if f"{{{key}}}" in text}
    with pytest.raises(InvalidInput, match="another number"):
        check_claim(Claim(text=text, figures=figures), TOKENS)


@pytest.mark.parametrize(
    "text", ["{x}.", "({x})", "{x}–{y}", "{x}/{y}", "a {x}-week plan", "*{x}*, “{y}”", "{x}: {y}; {x}\n{y}"]
)
def test_a_figure_stands_among_marks(text: str) -> None:
    figures = {key: REF for key in ("x", "y") if f"{{{key}}}" in text}
    check_claim(Claim(text=text, figures=figures), TOKENS)


def test_a_claim_without_its_number_is_not_rendered() -> None:
    with pytest.raises(InvalidInput, match="price"):
        read_out(Claim(text="It is {price}.", figures={"price": REF}), {})
