"""The minutes of a meeting in two languages: complete, every number openable, and honest about what is missing."""

from typing import Any
from uuid import UUID

import pytest

from domain.language import Language
from language.pdf import write_pdf
from language.speech import prose_of
from store.tables import ActionItem, BrandRules, FindingRow, ProposalRow, Run
from tests.integration.virtual_office.conftest import PRICES_AND_STOCK, Firm
from virtual_office.minutes.document import summary_in, write_minutes
from virtual_office.minutes.summary import meeting_document, minutes_paper

DE, EN = Language.DE, Language.EN


def minutes_in(firm: Firm, met: dict[str, Any], language: Language, **more: Any) -> str:
    with firm.office.database.read(firm.owner) as session:
        run = session.get_one(Run, (firm.owner.brand_id, UUID(met["meeting_id"])))
        return write_minutes(session, run, run.result | more, language)


def test_the_minutes_are_complete(firm: Firm) -> None:
    met = firm.meet()
    heads = [line for line in met["minutes"].splitlines() if line.startswith("#")]
    assert heads == [
        "# Meeting of 2 March 2026", "## Summary", "## Decisions", "### Adopted", "## Action items",
        "## Open questions", "## Worth attention", "## Findings",
    ]  # fmt: skip
    (item,) = met["action_items"]
    row = next(line for line in met["minutes"].splitlines() if line.startswith("| 1 |"))
    assert "Operator" in row
    assert item["expected"].split()[0] in row
    assert met["minutes"] == minutes_in(firm, met, EN), "what was written then is what is read now"


def test_the_german_minutes_say_the_same_in_german(firm: Firm) -> None:
    met = firm.meet()
    german = minutes_in(firm, met, DE)
    for said in ("# Sitzung vom 2. März 2026", "## Zusammenfassung", "## Beschlüsse", "## Maßnahmen", "Preisleitung"):
        assert said in german
    assert "auf Englisch" not in german
    assert sorted(met["minutes"].split("`")[1::2]) == sorted(german.split("`")[1::2]), "the same figures"
    assert "€" in german
    assert " €" in german.split("## Maßnahmen")[1]


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
    german = minutes_in(firm, met, DE, challenges=["The order cannot be paid.", "Nor can the other."])
    assert "## Einwände\n\n- The order cannot be paid.\n- Nor can the other." in german
    assert german.count("_Was nur auf Englisch vorliegt, steht hier auf Englisch._") == 1


def test_challenges_and_dissent_stand_in_both_languages_with_their_figures(firm: Firm) -> None:
    met = firm.meet()
    (item,) = firm.rows(ActionItem)
    key, code = next(iter(item.figures.items()))
    about = str(item.proposal_id)
    more = {
        "challenges": [
            {"proposal": about, "text": f"Only {{{key}}}.", "text_de": f"Nur {{{key}}}.", "figures": {key: code}}
        ],
        "dissent": [{"proposal": about, "text": "Too soon.", "text_de": "Zu früh."}],
    }
    english, german = (minutes_in(firm, met, language, **more) for language in (EN, DE))
    assert "## Challenges\n\n- Only **" in english
    assert "## Einwände\n\n- Nur **" in german
    assert code in german.split("## Einwände")[1].split("## ")[0]
    assert "  - **Dissent**: Too soon." in english
    assert "Zu früh." in german


def test_the_chairs_reasons_are_in_german_too(firm: Firm) -> None:
    met = firm.document(firm.office.meetings.meet(firm.owner, "Prices", PRICES_AND_STOCK, limits={"attention": 0}))
    german = minutes_in(firm, met, DE)
    assert "- **Höchstens:** 0 Maßnahmen" in german
    assert "Nicht beschlossen, denn die Aufmerksamkeit der Sitzung gilt Vorschlägen, die mehr bringen, soweit" in german
    assert "- 1 Maßnahme mehr wäre " in german
    assert "auf Englisch" not in german


def test_the_owner_stands_as_the_guardrails_saw_it_then(firm: Firm) -> None:
    met = firm.meet()
    before = minutes_in(firm, met, DE)
    with firm.office.database.begin(firm.owner) as session:
        (item,) = met["action_items"]
        session.get_one(ActionItem, (firm.owner.brand_id, UUID(item["id"]))).verdict = {"decision": "allow"}
    assert minutes_in(firm, met, DE) == before


@pytest.mark.parametrize("language", list(Language))
def test_the_pdf_has_every_page(firm: Firm, language: Language) -> None:
    met = firm.meet()
    with firm.office.database.read(firm.owner) as session:
        run = session.get_one(Run, (firm.owner.brand_id, UUID(met["meeting_id"])))
        written = write_pdf(minutes_paper(session, run, language))
    assert written.startswith(b"%PDF-")
    assert 10_000 < len(written) < 400_000


def test_the_document_speaks_the_language_asked_for(firm: Firm) -> None:
    met = firm.meet()
    with firm.office.database.read(firm.owner) as session:
        german = meeting_document(session, UUID(met["meeting_id"]), DE)
    assert german["language"] == "de"
    assert german["findings"][0]["text"] != met["findings"][0]["text"]
    assert german["findings"][0]["figures"] == met["findings"][0]["figures"]


def test_a_brand_may_want_its_minutes_in_german(firm: Firm) -> None:
    from store.reads.settings import language_of

    with firm.office.database.begin(firm.owner) as session:
        assert language_of(session) is EN
        session.add(BrandRules(version=9, language="de", created_at=firm.owner.now()))
    with firm.office.database.read(firm.owner) as session:
        assert language_of(session) is DE
