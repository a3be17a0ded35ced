"""The minutes of a meeting: one page that people read, what stands behind it, no code in either; in two languages."""

import re
from typing import Any
from uuid import UUID

import pytest

from domain.language import Language
from language.formats import money_text
from language.paper import Paper, count_words, write_annex, write_page
from language.pdf import write_pdf
from language.speech import prose_of
from store.tables import ActionItem, BrandRules, FigureRow, FindingRow, ProposalRow, Receipt, Run
from tests.integration.virtual_office.conftest import PRICES_AND_STOCK, Firm
from virtual_office.minutes.document import lay_out_minutes, write_minutes
from virtual_office.minutes.page import MOST_WORDS
from virtual_office.minutes.records import summary_in
from virtual_office.minutes.summary import meeting_document

DE, EN = Language.DE, Language.EN


def paper_in(firm: Firm, met: dict[str, Any], language: Language, **more: Any) -> Paper:
    with firm.office.database.read(firm.owner) as session:
        run = session.get_one(Run, (firm.owner.brand_id, UUID(met["meeting_id"])))
        return lay_out_minutes(session, run, run.result | more, language)


def minutes_in(firm: Firm, met: dict[str, Any], language: Language, **more: Any) -> str:
    with firm.office.database.read(firm.owner) as session:
        run = session.get_one(Run, (firm.owner.brand_id, UUID(met["meeting_id"])))
        return write_minutes(session, run, run.result | more, language)


def test_the_page_comes_first_and_begins_with_what_was_decided(firm: Firm) -> None:
    met = firm.meet()
    heads = [line for line in met["minutes"].splitlines() if line.startswith(("# ", "## "))]
    assert heads == [
        "# Monday meeting, 2 March 2026: Acme", "## Decisions", "## What colleagues recomputed", "## Open questions",
        "## Annex: Inventory Forecaster", "## Annex: Pricing Director", "## About this meeting",
    ]  # fmt: skip
    page = met["page"]
    told = [page.index(f"**{head}") for head in ("What happened.", "What we decided", "Whose yes, by when.")]
    assert told == sorted(told)
    assert met["minutes"] == f"{page}\n{met['annex']}"
    assert met["words"] == count_words(page) <= MOST_WORDS


def test_no_code_stands_in_either_part_and_every_number_is_in_the_document(firm: Firm) -> None:
    met = firm.meet()
    codes = {row.code for row in firm.rows(FigureRow)}
    assert codes
    assert not [code for code in codes if re.search(rf"\b{code}\b", met["minutes"])]
    cited = {code for source in met["sources"] for code in source["figures"]}
    assert cited == met["figures"].keys() <= codes
    assert [source["number"] for source in met["sources"]] == list(range(1, len(met["sources"]) + 1))
    assert all({"value", "unit", "receipt"} <= figure.keys() for figure in met["figures"].values())
    linked = set(re.findall(r"\(figure:([a-z2-7+]+)\)", met["linked"]))
    assert {code for joined in linked for code in joined.split("+")} == cited


def test_what_happened_is_net_sales_against_the_week_before_as_the_chair_asked_for_them(firm: Firm) -> None:
    met = firm.meet()
    told = re.search(r"\*\*What happened\.\*\* In the week to 1 March 2026 we sold (€\S+) net, (\S+) ", met["page"])
    assert told is not None
    (first, second) = met["sources"][:2]
    assert (first["text"], second["text"]) == told.groups()
    receipts = {str(row.id): row for row in firm.rows(Receipt)}
    opened = [receipts[met["figures"][source["figures"][0]]["receipt"]] for source in (first, second)]
    assert {row.tool for row in opened} == {"brand_metric"}
    assert {row.agent for row in opened} == {"chair"}


def test_a_decision_says_what_is_expected_whose_yes_it_needs_and_by_when(firm: Firm) -> None:
    met = firm.meet()
    (item,) = met["action_items"]
    (row,) = [line for line in met["annex"].splitlines() if line.startswith("| 1 |")]
    assert "Operator, by " in row
    exact, low, high = (money_text(item["predicted"][end], "EUR", EN) for end in ("value", "low", "high"))
    assert f"{exact} ({low} to {high})" in row, "exact in the table"
    assert re.search(r"1\. \*\*.*\.\*\* We expect €\d+ \(", met["page"])
    assert "**Whose yes, by when.** Operator: 1 by Thu 5 March, " in met["page"]


def test_the_minutes_are_the_same_whenever_they_are_read(firm: Firm) -> None:
    met = firm.meet()
    assert met["minutes"] == minutes_in(firm, met, EN)
    (run,) = firm.rows(Run)
    assert met["minutes"] == run.result["minutes"]


def test_the_german_minutes_say_the_same_in_german(firm: Firm) -> None:
    met = firm.meet()
    english, german = paper_in(firm, met, EN), paper_in(firm, met, DE)
    text = write_page(german) + write_annex(german)
    for said in (
        "# Montagssitzung, 2. März 2026: ",
        "**Was war.**",
        "**Was beschlossen ist**",
        "## Beschlüsse",
        "Preisleitung",
    ):
        assert said in text
    for left in ("English", "Englisch", "Operator and", "agenda", "@", "undo delay", "units", " per "):
        assert left not in text
    assert len(german.page) == len(english.page)
    assert [len(section.blocks) for section in german.sections] == [len(section.blocks) for section in english.sections]
    assert count_words(write_page(german)) <= MOST_WORDS


def test_agents_findings_and_proposals_keep_their_german(firm: Firm) -> None:
    firm.meet()
    for table in (FindingRow, ProposalRow):
        rows = firm.rows(table)
        assert rows
        assert all(prose_of(row, DE) not in ("", row.text) for row in rows)
    (run,) = firm.rows(Run)
    for report in run.result["reports"].values():
        assert summary_in(report, DE) not in ("", report["summary"])
        assert len(report["missing"] or report["missing_german"]) == len(report["missing_data"])


def test_what_is_known_in_english_only_stands_in_english_and_is_said_once(firm: Firm) -> None:
    met = firm.meet()
    german = minutes_in(firm, met, DE, turns=["The order cannot be paid.", "Nor can the other."])
    assert "## Was gesagt wurde\n\n- The order cannot be paid.\n- Nor can the other." in german
    assert german.count("_Was nur auf Englisch vorliegt, steht hier auf Englisch._") == 1


def test_an_objection_stands_beside_its_decision_in_the_persons_own_words(firm: Firm) -> None:
    met = firm.meet()
    (item,) = firm.rows(ActionItem)
    said = {"proposal": str(item.proposal_id), "person": "anna", "words": "Zu früh", "text": "anna objects: Zu früh"}
    english, german = (minutes_in(firm, met, language, dissent=[said]) for language in (EN, DE))
    assert "_(anna objects: Zu früh)_" in english
    assert "_(anna wendet ein: Zu früh)_" in german


def test_what_was_left_out_is_grouped_by_the_limit_that_bound(firm: Firm) -> None:
    met = firm.document(firm.office.meetings.meet(firm.owner, "Prices", PRICES_AND_STOCK, limits={"attention": 0}))
    english, german = met["annex"], minutes_in(firm, met, DE)
    assert "What held us back: the places in a meeting (1 proposals)." in english
    (row,) = [line for line in english.splitlines() if line.startswith("| Places in the meeting | Prices | 1 | €")]
    assert "CHEAP" in row
    assert "- One item more would bring €" in english
    assert "**What we decided** Nothing: what was proposed stands below" in met["page"]
    assert "Was uns begrenzt hat: die Plätze einer Sitzung" in german
    assert "- **Höchstens:** 0 Maßnahmen" in german


def test_cash_that_bound_is_named(firm: Firm) -> None:
    met = firm.meet()
    (item,) = firm.rows(ActionItem)
    more = {"left_out": [[str(item.proposal_id), "no cash"]], "bounds": {str(item.proposal_id): ["attention", "cash"]}}
    english = minutes_in(firm, met, EN, **more)
    assert "What held us back: the places in a meeting (1 proposals); cash (1 proposals)." in english


def test_the_owner_stands_as_the_guardrails_saw_it_then(firm: Firm) -> None:
    met = firm.meet()
    before = minutes_in(firm, met, DE)
    with firm.office.database.begin(firm.owner) as session:
        (item,) = met["action_items"]
        session.get_one(ActionItem, (firm.owner.brand_id, UUID(item["id"]))).verdict = {"decision": "allow"}
    assert minutes_in(firm, met, DE) == before


@pytest.mark.parametrize("language", list(Language))
def test_the_pdf_has_every_page(firm: Firm, language: Language) -> None:
    written = write_pdf(paper_in(firm, firm.meet(), language))
    assert written.startswith(b"%PDF-")
    assert 10_000 < len(written) < 400_000


def test_the_document_speaks_the_language_asked_for(firm: Firm) -> None:
    met = firm.meet()
    with firm.office.database.read(firm.owner) as session:
        german = meeting_document(session, UUID(met["meeting_id"]), DE)
    assert german["language"] == "de"
    assert german["findings"][0]["text"] != met["findings"][0]["text"]
    assert german["findings"][0]["figures"] == met["findings"][0]["figures"]
    assert german["page"].startswith("# Montagssitzung")


def test_a_brand_may_want_its_minutes_in_german(firm: Firm) -> None:
    from store.reads.settings import language_of

    with firm.office.database.begin(firm.owner) as session:
        assert language_of(session) is EN
        session.add(BrandRules(version=9, language="de", created_at=firm.owner.now()))
    with firm.office.database.read(firm.owner) as session:
        assert language_of(session) is DE
