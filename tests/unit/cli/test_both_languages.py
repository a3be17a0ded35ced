"""`mhos show`, `inbox` and `why` print one language: what an English and a German page share is data, no label."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import inbox, show, why
from domain.action import ACTION_KINDS, ItemStatus
from domain.language import Language
from language.sentences import entries

EN, DE = Language.EN, Language.DE
CHECKOUT = Path(__file__).resolve().parents[3]
WORD = re.compile(r"[^\W\d_]{2,}")
COMMANDS = {
    "mhos", "approve", "reject", "undo", "reason", "rows", "as", "operator", "zeigt", "shows", "ask", "back", "show",
    "sources", "why", "abcdefgh",
}  # fmt: skip
"""What is typed, in either language."""
THE_SAME = {"In", "in", "Person", "Code", "Name", "Text", "Version", "Budget"}
"""Words that both languages write alike."""
ID = "019ad5a0-0000-7000-8000-0000deadbeef"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is broken, so that a label stays in one piece."""
    monkeypatch.setenv("COLUMNS", "400")


def item(status: ItemStatus, *, filled: bool) -> dict[str, Any]:
    """An item's document; of its own words only numbers, as the tests are about the page round them."""

    def words(number: str) -> str:
        return number if filled else ""

    return {
        "id": ID, "kind": "price.update", "agent": "pricing_director", "title": "1", "status": status,
        "status_reason": words("2"), "diff": [{"field": "3", "before": "4", "after": "5"}], "changed": words("21"),
        "rationale": words("6"), "dissent": ["7"] if filled else [], "objections": ["23"] if filled else [],
        "expected": "8", "risk": "medium", "puts_in": "24", "if_no": "25", "promise": "26", "answer_by": "27",
        "answer_until": "19", "blast_radius": "9", "policies": ["10"], "undo": "11", "can_be_undone": filled,
        "receipts": [{"tool": "12", "id": ID}],
        "verdict": {"decision": "needs_approval", "reasons": ["13"] if filled else []},
        "outside": {"today": {"en": "14", "de": "14"}}, "notes": [{"author": "15", "text": "16"}] if filled else [],
        "approvals": [{"by": "17", "gates": []}] if filled else [], "edited_from": words("18"),
        "outcome": {"status": "not_measurable", "unit": "EUR.minor", "reasons": []} if filled else None,
        "changed_since_shown": ["20"] if filled else [], "gates": ["operator", "owner"],
        "amount_minor": 2_100, "currency": "EUR", "list_title": {"en": "22", "de": "22"},
        "takes_minor": 2_100, "brings_minor": 900,
    }  # fmt: skip


OPENED: dict[str, Any] = {
    "code": "abcdefgh", "value": 1, "unit": "ratio", "rendered": "1", "path": "/elasticity",
    "receipt": {"id": ID, "tool": "2", "agent": "pricing_director", "arguments": {"sku": "3", "horizon_weeks": "13"},
                "as_of": "2026-11-30T00:00:00Z", "label": "trusted"},
    "beside": {"gain_low": "4", "unit_cost": "5"},
    "rows": [
        {"table": "sales_fact", "id": ID, "product_id": ID, "sku": "6", "period_start": f"2026-11-0{day}T00:00:00Z",
         "units": day, "revenue_minor": 100, "currency": "EUR", "fee_bps": 50 * day, "label": None}
        for day in (1, 2)
    ],
    "rows_total": 3, "rows_unchanged": False,
}  # fmt: skip


def pages(language: Language, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    """Every page of the three verbs, as far as it depends on what it shows."""
    for status in ItemStatus:
        for filled in (True, False):
            document = item(status, filled=filled)
            show.show_document(document, language)
            show.show_sources(document, language, [(1, "8", "abcdefgh")])
            show._next_step(document, filled, language)
            yield capsys.readouterr().out
            inbox.console().print(inbox.items_table([document, {**document, "gates": []}], language))
            inbox.console().print(inbox.items_table([document] * 3, language))
            yield capsys.readouterr().out
    for unchanged in (True, False):
        why._show({**OPENED, "rows_unchanged": unchanged}, language)
        yield capsys.readouterr().out


def words(language: Language, capsys: pytest.CaptureFixture[str]) -> set[str]:
    return set(WORD.findall(" ".join(pages(language, capsys)).replace(ID[-8:], "")))


def test_a_german_page_has_no_word_of_the_english_one(capsys: pytest.CaptureFixture[str]) -> None:
    english, german = words(EN, capsys), words(DE, capsys)
    typed = COMMANDS | {word for parts in map(show.words_for, ACTION_KINDS) for word in WORD.findall(" ".join(parts))}
    assert len(english) > 60 and len(german) > 60
    assert (english & german) - typed - THE_SAME == set()


def test_no_label_of_the_catalogue_is_left_in_english_on_a_german_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = "\n".join(pages(DE, capsys))
    labels = {
        str(entry.id): str(entry.string)
        for _, _, entry in entries()
        if str(entry.context).startswith(("item.label.", "item.status.", "item.risk.", "item.decision."))
    }
    shown = [english for english, german in labels.items() if english != german and f" {english} " in f" {page} "]
    assert shown == []
    assert all(labels[english] in page for english in ("Guardrails", "Risk", "Undo", "Grounds", "If no", "proposed"))


def test_english_is_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    document = item(ItemStatus.PROPOSED, filled=False)
    show.show_document(document, EN)
    page = capsys.readouterr().out
    for line in ("Why now   No reason was given.", "We put in  24", "If no      25", "Expected   26", "Yes by     27"):
        assert line in page.replace("Why now  ", "Why now ")
    assert "medium" not in page and "price.update" not in page, "agent, risk and rules are asked for by --sources"
    show.show_sources(document, EN, [(1, "8", "abcdefgh")])
    asked_for = capsys.readouterr().out
    assert "Risk           medium; touches 9" in asked_for and "needs approval: no objection" in asked_for
    assert "[1]            8: mhos why abcdefgh" in asked_for
    inbox.console().print(inbox.items_table([document], EN))
    assert "expected 8 · needs operator and owner, 19" in capsys.readouterr().out
    inbox.console().print(inbox.items_table([document] * 3, EN))
    listed = capsys.readouterr().out
    assert "3 price changes · takes €63 · brings €27 · needs operator and owner, 19" in listed
    assert listed.count("needs operator and owner") == 1
    why._show(OPENED, EN)
    opened = capsys.readouterr().out
    assert "from 2 (sku 3, horizon_weeks 13), asked by pricing_director" in opened
    assert "as of 2026-11-30, trusted data, receipt deadbeef" in opened
    assert "3 rows of your data, changed since: these are today's; the first 2 (--rows N shows more):" in opened
    assert "sales fact sku 6; revenue €1.00" in opened


def test_no_handler_says_words_of_its_own() -> None:
    spoken = [
        f"{path.relative_to(CHECKOUT)}:{call.lineno}"
        for path in (CHECKOUT / "actions").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "verbatim"
        for part in ast.walk(call)
        if isinstance(part, ast.Constant) and WORD.search(str(part.value)) and " " in str(part.value).strip()
    ]
    assert spoken == []
