"""What a buyer asks of an order: when what forces it runs out, how long each line lasts, what else would do."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents.playbooks.stock.names import Name, name_of, names_of
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.message import Message, citing, message, sentences

Line = tuple[int, Mapping[str, Any]]
"""A line of an order and its place in the advice."""
Said = tuple[list[Message], dict[str, FigureRef]]
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
_NAMED_EVENTS = {"christmas", "promotion", "season"}


def when_it_runs_out(forcing: Line) -> Said:
    """What events bring on top, how long stock lasts then, and what is owed already."""
    _, line = forcing
    said = list[Message]()
    if line.get("event_units"):
        said.append(message("stock.order.events", events=events_named(line["events"])))
    if line.get("owed"):
        return said, {}
    if line.get("cover") and not line["cover"]["value"]:
        said.append(Message(key="stock.order.out_now"))
    elif line.get("cover"):
        key = "stock.order.runs_out_with_events" if said else "stock.order.runs_out"
        said.append(Message(key=key))
    if not said and line.get("set_apart"):
        said.append(message("stock.order.set_apart", events=events_named(line["set_apart"])))
    return said, {}


def owed_to_customers(advice: AnsweredCall, due: Sequence[Line]) -> Said:
    """The largest backlog that is ordered on top."""
    owing = [entry for entry in due if entry[1].get("owed")]
    if not owing:
        return [], {}
    index, line = max(owing, key=lambda entry: entry[1]["owed"]["value"])
    return [message("stock.order.owed", product=_sku(line))], {"owed": advice.ref("lines", index, "owed")}


def how_long_it_lasts(advice: AnsweredCall, due: Sequence[Line]) -> Said:
    """How long each line lasts with the order, or from the first to the last where there are many."""
    lasting = [(index, line) for index, line in due if line.get("cover_after")]
    if not lasting:
        return [], {}
    if len(lasting) > len(_PLACES):
        return [Message(key="stock.order.lasts_between")], {}
    figures, lines = dict[str, FigureRef](), list[Message]()
    for place, (index, line) in zip(_PLACES, lasting, strict=False):
        figures[f"{place}_lasts"] = advice.ref("lines", index, "cover_after")
        lines.append(citing("stock.order.line_lasts", {"days": f"{place}_lasts"}, product=_sku(line)))
    return [message("stock.order.lasts", lines=lines)], figures


def what_bounds_it(advice: AnsweredCall, due: Sequence[Line]) -> Said:
    """That the supplier's minimum goes beyond the brand's limit of cover, or that cash keeps the order small."""
    said, figures = list[Message](), dict[str, FigureRef]()
    beyond = [entry for entry in due if _because(entry[1], "minimum_above_cover")]
    if beyond:
        index, line = max(beyond, key=lambda entry: entry[1]["cover_after"]["value"] if entry[1]["cover_after"] else 0)
        figures["beyond"] = advice.ref("lines", index, "cover_after")
        said.append(citing("stock.order.beyond_cover", {"days": "beyond"}, product=_sku(line)))
    if (advice.result or {}).get("carried") and any(_because(line, "cash") for _, line in due):
        said.append(Message(key="stock.order.within_cash"))
    return said, figures


def only_what_may_run_out(advice: AnsweredCall) -> Said:
    """The smaller order of just the lines that may run out, where there is one."""
    smaller = (advice.result or {}).get("alternative")
    if not smaller:
        return [], {}
    names = [name_of(str(sku), otherwise="stock.a_product") for sku in smaller["skus"]]
    figures = {f"alternative_{key}": advice.ref("alternative", key) for key in ("units", "amount", "gain")}
    products = names_of(names, len(_PLACES), "stock.some_products")
    return [message("stock.order.only_at_risk", products=products)], figures


def what_a_no_loses(forcing: Line) -> Message:
    """How much likelier it runs out by waiting a week, where that differs, and the sales that this loses."""
    _, line = forcing
    product, with_it, saved = _sku(line), line.get("stock_out_with"), line.get("saved")
    loses = [message("stock.order.loses", product=product)] if saved and saved["value"] else []
    if with_it is None:
        return sentences([message("stock.order.if_no_alone", product=product), *loses])
    if round(with_it["value"], -2) == round(line["stock_out_without"]["value"], -2) and loses:
        return loses[0]
    return sentences([message("stock.order.if_no", product=product), *loses])


def events_named(names: Sequence[str]) -> list[Message]:
    """Events in words: those that everybody has by key, feasts by the name that their country gives them."""
    return [
        Message(key=f"stock.event.{name}") if name in _NAMED_EVENTS else message("stock.event.named", name=name)
        for name in names
    ]


def _because(line: Mapping[str, Any], code: str) -> bool:
    return any(reason.rpartition(".")[2] == code for reason in line["reasons"])


def _sku(line: Mapping[str, Any]) -> Name:
    return name_of(str(line["sku"]), otherwise="stock.a_product")
