"""A report is checked as by a pattern a name and text, and in one pass however many products a brand has."""

import re
from functools import reduce
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.report import AgentReport, Claim, Finding, FindingSeverity
from guardrails.number_words import number_in_words
from guardrails.prose import check_claim
from tests.counting import calls_of, compiled_by
from tools.receipts import CitedCells
from tools.report_check import names_in, problems_of

NOTHING_CITED = CitedCells({})
NAMES = [
    "HM-05", "HM-051", "05", "Balm 50 ml", "Balm 50 ml, 3 pieces", "50 ml", "3 b", "b c d", ".5x", "Dozen Roses",
    "Twelve", "Twelve Oils", "zwölf", "2026-03-02", "“5 a day”", "Set of two hundred", "plain",
]  # fmt: skip
PIECES = st.sampled_from(
    [*NAMES, "sells", "well", "3", "a dozen", "twelve percent", "no 7", "c d", "(", ")", ".", ",", "“"]
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", " ", ", "])), max_size=8).map(
    lambda parts: "".join(f"{piece}{gap}" for piece, gap in parts)[:2_000] or "-"
)


def slowly(text: str, names: frozenset[str]) -> list[str]:
    """The problems of a text, looked for with a pattern for each name."""
    ordered = sorted((name for name in names if name), key=lambda name: (-len(name), name))
    for name in ordered:
        if not name.isalpha():
            text = re.sub(rf"(?<![^\s(\"'“‘]){re.escape(name)}(?![^\s.,;:!?)\"'”’])", " ", text)
    spoken = [name for name in ordered if number_in_words(name)]
    rest = reduce(lambda left, name: left.replace(name, " "), spoken, text)
    try:
        check_claim(Claim(text=text or " "), names)
    except InvalidInput as error:
        if "in words" not in error.message:
            return [error.message]
    words = number_in_words(rest)
    return [f"The text has a number in words: {words!r}."] if words else []


def reported(*texts: str) -> AgentReport:
    return AgentReport(
        summary=Claim(text="All is well."),
        findings=[Finding(subject="all", severity=FindingSeverity.INFO, claim=Claim(text=text)) for text in texts],
    )


def problems(report: AgentReport, names: frozenset[str]) -> list[str]:
    return problems_of(report, NOTHING_CITED, names, ())


@given(text=TEXTS, names=st.frozensets(st.sampled_from(NAMES)))
@example(text="3 b c d", names=frozenset({"3 b", "b c d"}))
@example(text="Balm 50 ml, 3 pieces", names=frozenset({"Balm 50 ml", "Balm 50 ml, 3 pieces"}))
def test_a_report_is_checked_as_by_a_pattern_for_each_name(text: str, names: frozenset[str]) -> None:
    sentences = [problem.partition(": ")[2] for problem in problems(reported(text), names)]
    assert sentences == slowly(text, names)


def brand_of(count: int) -> frozenset[str]:
    """The names of a brand's products, half of them with a number in words."""
    rows = [{"sku": f"HM-{n:05d}", "title": f"Balm {n} ml" if n % 2 else f"Twelve Oils {n}"} for n in range(count)]
    return names_in(rows)


def long_report() -> AgentReport:
    return reported(*(f"HM-{n:05d} (Balm {n * 2 + 1} ml) beats Twelve Oils {n * 2}." for n in range(60)))


def test_the_work_of_a_report_grows_with_its_texts_and_not_with_the_brand() -> None:
    report = long_report()
    few, many, most = (brand_of(count) for count in (2_000, 11_000, 20_000))
    assert problems(report, most) == []
    counts = [calls_of(lambda names=names: problems(report, names)) for names in (few, many, most)]
    a_name_more = (counts[1] - counts[0]) / (len(many) - len(few))
    assert a_name_more < 12  # it is looked through once, not once a text
    assert abs((counts[2] - counts[1]) / (len(most) - len(many)) - a_name_more) < 1


def test_no_pattern_is_compiled_for_a_name() -> None:
    report = long_report()
    compiled = compiled_by(lambda: problems(report, brand_of(20)))
    assert compiled_by(lambda: problems(report, brand_of(2_000))) == compiled
    assert compiled < 10


def test_proposals_of_others_are_named() -> None:
    stranger = UUID(int=5)
    report = reported("Fine.").model_copy(update={"proposals": [stranger]})
    assert problems(report, frozenset()) == [f"proposals: {stranger} is no proposal of yours in this run"]
