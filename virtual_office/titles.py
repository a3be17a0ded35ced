"""What an action does, in a line: the preview's own words in English, and German for the kinds that have some."""

from collections.abc import Callable, Mapping

from domain.action import Action, parse_action
from domain.figure import Cell
from domain.language import Language
from domain.pricing import PriceUpdate
from domain.purchasing import PurchaseOrderCreate
from store.tables import ProposalRow

_DE = Language.DE


def title_of(proposal: ProposalRow, preview: str, language: Language) -> tuple[str, bool]:
    """The line, and whether it is in the language asked for; kind and subject where nothing was previewed."""
    action = parse_action(proposal.action)
    write = _GERMAN.get(action.kind)
    if language is _DE and write is not None:
        return write(action), True
    return preview or f"{proposal.kind} {action.subject}", language is not _DE


def _price(action: Action) -> str:
    assert isinstance(action, PriceUpdate)
    zone = f"/{action.zone}" if action.zone else ""
    return f"{action.sku}: neuer Preis {_money(action.price_minor, action.currency)} in {action.channel}{zone}"


def _order(action: Action) -> str:
    assert isinstance(action, PurchaseOrderCreate)
    units = Cell(value=sum(line.quantity for line in action.lines), unit="units").render(_DE)
    what = action.lines[0].sku if len(action.lines) == 1 else f"{len(action.lines)} Produkten"
    total = _money(action.total_minor, action.currency)
    return f"Bestellung bei {action.supplier}: {units} von {what} für {total}"


def _money(amount_minor: int, currency: str) -> str:
    return Cell(value=amount_minor, unit=f"{currency}.minor").render(_DE)


_GERMAN: Mapping[str, Callable[[Action], str]] = {"price.update": _price, "purchase_order.create": _order}
