"""Every kind of action has a line for lists and one for texts, in English and German."""

from datetime import date
from typing import Any, get_args

import pytest

from domain.action import ACTION_KINDS, Action, Told
from domain.customers import SEGMENT_NAMES, LeadFollowUp, SegmentMessage, Template
from domain.figure import Cell
from domain.finance import ExpenseFlag, InvoiceRemind
from domain.kind import Words
from domain.language import Language
from domain.marketing import BudgetReallocate, CampaignWeekly
from domain.pricing import PriceDraft, PriceUpdate, PromoSchedule
from domain.stands import RefillLine, StandBonus, StandRefill, StandVisit
from domain.stock import PurchaseLine, PurchaseOrderCreate, StockTransfer
from language.titles import LONGEST_IN_LIST, LONGEST_IN_TEXT, PLACEHOLDER, list_title, text_title

DAY, LATE = date(2026, 3, 9), date(2026, 9, 28)
EUR: dict[str, Any] = {"currency": "EUR"}
LINES: dict[Any, tuple[Words, Words]] = {
    PriceUpdate(sku="HM-ST-07", channel="market-a", zone="north", price_minor=1_234_50, **EUR): (
        Words("New price for HM-ST-07 in market-a/north", "Neuer Preis für HM-ST-07 in market-a/north"),
        Words("Set HM-ST-07 in market-a/north to €1,234.50", "HM-ST-07 in market-a/north auf 1.234,50 € setzen"),
    ),
    PriceDraft(sku="HM-ST-07", channel="market-a", price_minor=990, **EUR): (
        Words("Draft a price for HM-ST-07 in market-a", "Preisentwurf für HM-ST-07 in market-a"),
        Words(
            "Draft €9.90 as the price of HM-ST-07 in market-a", "9,90 € als Preis von HM-ST-07 in market-a entwerfen"
        ),
    ),
    PromoSchedule(sku="HM-ST-07", channels=("shop", "market"), first_day=LATE, last_day=date(2026, 10, 11),
                  off_bps=1_250, **EUR): (
        Words("Promote HM-ST-07 from Mon 28 September", "HM-ST-07 ab Mo 28. September im Angebot"),
        Words(
            "Cut HM-ST-07 by 12.5 % in 2 channels for 14 days from Mon 28 September",
            "HM-ST-07 ab Mo 28. September für 14 Tage in 2 Kanälen um 12,5 % senken",
        ),
    ),
    PurchaseOrderCreate(supplier="Shenzhen", lines=tuple(PurchaseLine(sku=f"HM-SE-{n}", quantity=3_000,
                                                                      unit_cost_minor=1_203) for n in range(4)),
                        **EUR): (
        Words("Order 4 products from Shenzhen", "4 Produkte bei Shenzhen bestellen"),
        Words(
            "Order 12,000 units of 4 products from Shenzhen for €144k",
            "12.000 Stück von 4 Produkten bei Shenzhen für 144.000 € bestellen",
        ),
    ),
    StockTransfer(sku="HM-ST-07", from_location="W1", to_location="ST15", quantity=1, cost_minor=1_250, **EUR): (
        Words("Move HM-ST-07 from W1 to ST15", "HM-ST-07 von W1 nach ST15 umlagern"),
        Words(
            "Move 1 unit of HM-ST-07 from W1 to ST15, €13",
            "1 Stück HM-ST-07 von W1 nach ST15 umlagern, 13 €",
        ),
    ),
    StandRefill(planned_day=LATE, lines=tuple(RefillLine(stand=f"ST{n}", sku="A", quantity=230) for n in range(12)),
                trip_cost_minor=16_000, **EUR): (
        Words("Refill 12 stands on Mon 28 September", "12 Stände am Mo 28. September auffüllen"),
        Words(
            "Refill 12 stands on Mon 28 September: 2,760 units, €160",
            "12 Stände am Mo 28. September auffüllen: 2.760 Stück, 160 €",
        ),
    ),
    StandBonus(stand="ST15", share_bps=300, weeks=4, cap_minor=9_000, **EUR): (
        Words("Bonus for the partner of ST15", "Bonus für den Partner von ST15"),
        Words(
            "Give ST15 3 % of its sales for 4 weeks, up to €90",
            "ST15 4 Wochen lang 3 % vom Umsatz geben, bis 90 €",
        ),
    ),
    StandVisit(stand="ST15", planned_day=DAY, cost_minor=4_000, **EUR): (
        Words("Visit ST15 on Mon 9 March", "ST15 am Mo 9. März besuchen"),
        Words(
            "Visit ST15 on Mon 9 March to train the partner, €40", "ST15 am Mo 9. März besuchen, Partner schulen, 40 €"
        ),
    ),
    SegmentMessage(segment="buyers", template=Template.NEWS, audience=10_000, holdout_bps=5_000, **EUR): (
        Words("Email all buyers", "Mail an alle Käufer"),
        Words("Email 5,000 and leave 5,000 alone: all buyers", "5.000 anschreiben, 5.000 nicht: alle Käufer"),
    ),
    LeadFollowUp(lead="L0073", within_days=1, **EUR): (
        Words("Get back to lead L0073", "Bei Anfrage L0073 nachfassen"),
        Words("Get back to lead L0073 within 1 day", "Bei Anfrage L0073 innerhalb von 1 Tag nachfassen"),
    ),
    InvoiceRemind(debtor="D02", invoices=("I1", "I2"), **EUR): (
        Words("Remind D02 to pay", "D02 an Zahlung erinnern"),
        Words("Remind D02 of 2 overdue invoices", "D02 an 2 offene Rechnungen erinnern"),
    ),
    BudgetReallocate(budgets=(CampaignWeekly(campaign="a", weekly_minor=1_000),
                              CampaignWeekly(campaign="b", weekly_minor=2_000)), **EUR): (
        Words("Move money between 2 campaigns", "Geld zwischen 2 Kampagnen umverteilen"),
        Words(
            "Share €30 a week between 2 campaigns anew", "30 € je Woche auf 2 Kampagnen neu verteilen"
        ),
    ),
    ExpenseFlag(category="warehouse rent", expenses=("E1",), reason="far_above", **EUR): (
        Words("Check expenses: warehouse rent", "Ausgaben prüfen: warehouse rent"),
        Words("Have 1 expense of warehouse rent looked at", "1 Ausgabe für warehouse rent ansehen lassen"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("action", "lines"), list(LINES.items()), ids=lambda part: getattr(part, "kind", ""))
def test_the_lines_are_written_as_each_language_writes_them(action: Any, lines: tuple[Words, Words]) -> None:
    assert Words(list_title(action), list_title(action, Language.DE)) == lines[0]
    assert Words(text_title(action), text_title(action, Language.DE)) == lines[1]


def test_no_kind_is_forgotten() -> None:
    assert {type(action) for action in LINES} == set(get_args(Action))


EVERY_SEGMENT = [
    SegmentMessage.model_validate(
        {"segment": name, "template": "news", "audience": 19_998, "holdout_bps": 5_000, **EUR}
    )
    for name in SEGMENT_NAMES
]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("action", [*LINES, *EVERY_SEGMENT], ids=lambda action: action.subject)
def test_a_line_fits_where_it_stands(action: Any, language: Language) -> None:
    assert len(list_title(action, language)) <= LONGEST_IN_LIST
    assert len(text_title(action, language)) <= LONGEST_IN_TEXT


@pytest.mark.parametrize("kind", ACTION_KINDS.values(), ids=lambda kind: kind.name)
def test_a_list_names_no_amount_and_both_languages_tell_the_same(kind: Any) -> None:
    assert not any(name.endswith("_minor") for name, *_ in PLACEHOLDER.findall("".join(kind.list_title)))
    for words in (kind.list_title, kind.text_title):
        english, german = ({name for name, *_ in PLACEHOLDER.findall(text)} for text in words)
        assert english == german


def cell(value: int, unit: str = "EUR.minor") -> Cell:
    return Cell(value=value, unit=unit)


PRICE = next(action for action in LINES if isinstance(action, PriceUpdate))
ORDER = next(action for action in LINES if isinstance(action, PurchaseOrderCreate))
TOLD: list[tuple[Any, Told, Words]] = [
    (
        PRICE,
        Told(
            names={"sku": "Grooming Cream", "place": "Dealers"},
            numbers={"cut": cell(1_000, "bps"), "net_price": cell(657)},
        ),
        Words(
            "Cut Grooming Cream in Dealers by 10 % to €6.57 net",
            "Grooming Cream in Dealers um 10 % auf 6,57 € netto senken",
        ),
    ),
    (
        PRICE,
        Told(
            names={"sku": "Grooming Cream", "place": "Stands"},
            numbers={"rise": cell(993, "bps"), "shelf_price": cell(1_538)},
        ),
        Words(
            "Raise Grooming Cream in Stands by 10 % to €15.38 incl. VAT",
            "Grooming Cream in Stands um 10 % auf 15,38 € inkl. MwSt. erhöhen",
        ),
    ),
    (
        ORDER,
        Told(names={"supplier": "Shenzhen Fairway Trading"}, numbers={"total": cell(10_680_318)}),
        Words(
            "Order €107k from Shenzhen Fairway Trading: 4 products",
            "Für 107.000 € bei Shenzhen Fairway Trading bestellen: 4 Produkte",
        ),
    ),
    (
        next(action for action in LINES if isinstance(action, SegmentMessage)),
        Told(numbers={"written": cell(5_000, "count"), "alone": cell(5_000, "count"), "cost": cell(6_000)}),
        Words(
            "Email test, all buyers: write to 5,000, leave 5,000 alone, €60",
            "E-Mail-Test, alle Käufer: 5.000 anschreiben, 5.000 nicht, 60 €",
        ),
    ),
    (
        next(action for action in LINES if isinstance(action, InvoiceRemind)),
        Told(numbers={"owed": cell(477_360), "oldest": cell(47, "days")}),
        Words(
            "Remind D02: €4.8k overdue, oldest by 47 days",
            "D02 an Zahlung erinnern: 4.800 € überfällig, bis zu 47 Tage",
        ),
    ),
    (
        next(action for action in LINES if isinstance(action, LeadFollowUp)),
        Told(numbers={"worth": cell(63_475), "silent": cell(1, "days")}),
        Words(
            "Call back lead L0073: €630, no answer for 1 day",
            "Anfrage L0073 nachfassen: 630 €, seit 1 Tag ohne Antwort",
        ),
    ),
]


@pytest.mark.parametrize(("action", "told", "lines"), TOLD)
def test_what_was_looked_up_stands_in_the_title_by_name_and_with_the_number_that_decides(
    action: Any, told: Told, lines: Words
) -> None:
    shown = Words(text_title(action, Language.EN, told), text_title(action, Language.DE, told))
    assert shown == lines
    assert all(len(line) <= LONGEST_IN_TEXT for line in shown)


def test_a_title_that_is_too_long_in_one_language_is_shortened_alike_in_both() -> None:
    told = Told(
        names={"supplier": "Alpen Care"}, numbers={"total": cell(3_225_711)}, days={"arrival": date(2026, 12, 22)}
    )
    assert text_title(ORDER, Language.EN, told) == "Order €32k from Alpen Care, here about 22 December"
    assert text_title(ORDER, Language.DE, told) == "Für 32.000 € bei Alpen Care bestellen, da um den 22. Dezember"


def test_names_without_end_are_cut_where_they_stand() -> None:
    told = Told(names={"sku": "Cream " * 40, "place": "Shop"})
    assert len(list_title(PRICE, Language.DE, told)) == LONGEST_IN_LIST
    assert text_title(PRICE, Language.EN, told).endswith("…")
