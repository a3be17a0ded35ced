"""What an action does, in a line: the preview's own words in English, and German for every kind of it."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.action import parse_action
from domain.figure import Cell
from domain.finance import BudgetReallocate, ExpenseFlag, InvoiceRemind
from domain.language import Language
from domain.leads import LeadFollowUp
from domain.messaging import SEGMENT_NAMES, SegmentMessage
from domain.pricing import PriceDraft, PriceUpdate
from domain.promotions import PromoSchedule
from domain.purchasing import PurchaseOrderCreate
from domain.stands import StandBonus, StandRefill, StandVisit
from domain.transfers import StockTransfer
from language.formats import cell_text, day_text

_DE = Language.DE


def title_of(stored: Mapping[str, Any], preview: str, language: Language) -> tuple[str, bool]:
    """The line of a stored action, and whether it is in the language asked for; kind and subject without a preview."""
    action = parse_action(stored)
    write = _GERMAN.get(type(action))
    if language is _DE and write is not None:
        return write(action), True
    return preview or f"{action.kind} {action.subject}", language is not _DE


def _price(action: PriceUpdate) -> str:
    zone = f"/{action.zone}" if action.zone else ""
    return f"{action.sku}: neuer Preis {_money(action.price_minor, action.currency)} in {action.channel}{zone}"


def _draft(action: PriceDraft) -> str:
    return f"{action.sku}: Preisentwurf {_money(action.price_minor, action.currency)} für {action.channel}"


def _promotion(action: PromoSchedule) -> str:
    days = f"{day_text(action.first_day, _DE)} bis {day_text(action.last_day, _DE)}"
    return f"{action.sku}: {_rate(action.off_bps)} Rabatt in {', '.join(action.channels)}, {days}"


def _order(action: PurchaseOrderCreate) -> str:
    units = _units(sum(line.quantity for line in action.lines))
    what = action.lines[0].sku if len(action.lines) == 1 else f"{len(action.lines)} Produkten"
    return f"Bestellung bei {action.supplier}: {units} von {what} für {_money(action.total_minor, action.currency)}"


def _transfer(action: StockTransfer) -> str:
    moved = f"{_units(action.quantity)} {action.sku} von {action.from_location} nach {action.to_location}"
    return f"Umlagerung: {moved} für {_money(action.cost_minor, action.currency)}"


def _refill(action: StandRefill) -> str:
    stands = {line.stand for line in action.lines}
    where = f"{len(stands)} Ständen" if len(stands) > 1 else next(iter(stands))
    units, cost = _units(sum(line.quantity for line in action.lines)), _money(action.trip_cost_minor, action.currency)
    return f"Fahrt am {day_text(action.planned_day, _DE)}: {units} zu {where} für {cost}"


def _bonus(action: StandBonus) -> str:
    cap = _money(action.cap_minor, action.currency)
    return f"{action.stand}: {_rate(action.share_bps)} vom Umsatz als Bonus, {action.weeks} Wochen, höchstens {cap}"


def _visit(action: StandVisit) -> str:
    cost = _money(action.cost_minor, action.currency)
    return f"{action.stand}: Beratungsbesuch am {day_text(action.planned_day, _DE)} für {cost}"


def _message(action: SegmentMessage) -> str:
    whom, sizes = SEGMENT_NAMES[action.segment][1], (action.most_written, action.audience - action.most_written)
    written, left = (cell_text(Cell(value=size, unit="count"), _DE) for size in sizes)
    return f"Nachricht an {whom}: bis zu {written} Kunden werden angeschrieben, {left} bleiben als Kontrollgruppe"


def _follow_up(action: LeadFollowUp) -> str:
    days = "Tages" if action.within_days == 1 else f"{action.within_days} Tagen"
    return f"Anfrage {action.lead}: innerhalb {'eines' if action.within_days == 1 else 'von'} {days} nachfassen"


def _reminder(action: InvoiceRemind) -> str:
    count = len(action.invoices)
    return f"{action.debtor}: an {'eine offene Rechnung' if count == 1 else f'{count} offene Rechnungen'} erinnern"


def _budgets(action: BudgetReallocate) -> str:
    weekly = _money(sum(one.weekly_minor for one in action.budgets), action.currency)
    return f"Budgets von {len(action.budgets)} Kampagnen neu verteilen, zusammen {weekly} je Woche"


def _flag(action: ExpenseFlag) -> str:
    count = len(action.expenses)
    return f"{action.category}: {'eine Ausgabe' if count == 1 else f'{count} Ausgaben'} ansehen lassen"


def _money(amount_minor: int, currency: str) -> str:
    return cell_text(Cell(value=amount_minor, unit=f"{currency}.minor"), _DE)


def _units(count: int) -> str:
    return cell_text(Cell(value=count, unit="units"), _DE)


def _rate(bps: int) -> str:
    return cell_text(Cell(value=bps, unit="bps"), _DE)


_GERMAN: Mapping[type[Any], Callable[[Any], str]] = {
    PriceUpdate: _price,
    PriceDraft: _draft,
    PromoSchedule: _promotion,
    PurchaseOrderCreate: _order,
    StockTransfer: _transfer,
    StandRefill: _refill,
    StandBonus: _bonus,
    StandVisit: _visit,
    SegmentMessage: _message,
    LeadFollowUp: _follow_up,
    InvoiceRemind: _reminder,
    BudgetReallocate: _budgets,
    ExpenseFlag: _flag,
}
