"""Replies about stands and stock: which stand loses most, and when a product runs out."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import col

from domain.message import read_message
from store.session import BrandSession
from store.tables import Product, Supplier, SupplierOffer
from virtual_office.questions.replies.asked import Asked
from virtual_office.questions.sheet import DASH, MOST_ROWS, Page, Refused, Told, plain

_MOST_DAYS = 3_650


def worst_stand(asked: Asked) -> Told | Refused:
    """Which stand loses most by empty shelves until somebody comes."""
    page = asked.page("refill_advice")
    stands = page.result["stands"]
    if not stands:
        return asked.refused("no_stands", "stand")
    losing = sorted(
        (at for at, stand in enumerate(stands) if stand["loss"]), key=lambda at: -stands[at]["loss"]["value"]
    )
    losing = [at for at in losing if stands[at]["loss"]["value"] > 0]
    if not losing:
        reasons = {reason for stand in stands for reason in stand["reasons"]}
        said = asked.sheet.speak(read_message(sorted(reasons)[0])) if reasons else ""
        return Told([asked.say("stand.none", reason=said)], next=[asked.question("stock_outs")], receipt=page.receipt)
    trips = {stand: trip["planned_day"] for trip in page.result["trips"] for stand in trip["stands"]}
    rows = [_stand(asked, page, at, trips) for at in losing[:MOST_ROWS]]
    worst = stands[losing[0]]
    names = {"stand": _called(worst), "loss": page.number(f"/stands/{losing[0]}/loss")}
    if worst["wait"]:
        names["wait"] = page.number(f"/stands/{losing[0]}/wait")
    lead = asked.say("stand.lead" if worst["wait"] else "stand.lead_without_wait", **names)
    heads = [asked.say(f"head.{name}") for name in ("stand", "loses", "on_trip")]
    following = [asked.question("waiting"), asked.question("stock_outs")]
    return Told([lead], heads, rows, [asked.say("stand.earning_unknown")], following[:1], page.receipt)


def _called(stand: dict[str, str]) -> str:
    """Its title, and its code where that is another."""
    title, code = plain(stand["title"]), plain(stand["stand"])
    return title if title == code or not code else f"{title} ({code})" if title else code


def _stand(asked: Asked, page: Page, at: int, trips: dict[str, str]) -> list[str]:
    stand = page.result["stands"][at]
    day = trips.get(stand["stand"])
    trip = asked.sheet.day(date.fromisoformat(day)) if day else asked.say("stand.no_trip")
    return [_called(stand), page.number(f"/stands/{at}/loss"), trip]


def run_out(asked: Asked) -> Told | Refused:
    """When what is in the warehouse is used up, what is on order, and how long a delivery takes."""
    product, supplier = _offered(asked.session, asked.topic.product)
    title = plain(product.title or product.sku) if product else asked.topic.product
    if supplier is None:
        return asked.refused("no_offer", "stock", product=title, name=title)
    page = asked.page("order_advice", {"supplier": supplier.code})
    at = next((at for at, line in enumerate(page.result["lines"]) if line["sku"] == asked.topic.product), None)
    if at is None or page.result["lines"][at]["demand"] is None:
        said = (
            [asked.sheet.speak(read_message(reason)) for reason in page.result["lines"][at]["reasons"]]
            if at is not None
            else []
        )
        return asked.refused("no_demand", "stock", product=title, name=title, reason=said[0] if said else DASH)
    return _lasting(asked, page, f"/lines/{at}", title, plain(supplier.title or supplier.code))


def _lasting(asked: Asked, page: Page, line: str, title: str, supplier: str) -> Told:
    on_hand, demand = page.cell(f"{line}/on_hand").value, page.cell(f"{line}/demand").value
    under_way = page.cell(f"{line}/under_way").value
    names = {"product": title, "on_hand": page.number(f"{line}/on_hand"), "demand": page.number(f"{line}/demand")}
    names |= {"low": page.bare(f"{line}/demand_low"), "high": page.bare(f"{line}/demand_high")}
    days = round(7 * on_hand / demand) if demand else _MOST_DAYS
    key = "out" if on_hand <= 0 else "long" if days >= _MOST_DAYS else "lead"
    if key == "lead":
        names["day"] = asked.sheet.day(asked.today + timedelta(days=days))
    lead = [asked.say(f"run_out.{key}", **names)]
    if under_way:
        total = on_hand + under_way
        until = (
            asked.sheet.day(asked.today + timedelta(days=min(round(7 * total / demand), _MOST_DAYS)))
            if demand
            else DASH
        )
        lead.append(asked.say("run_out.with_order", under_way=page.number(f"{line}/under_way"), day=until))
    values = [page.number(f"{line}/on_hand"), page.number(f"{line}/demand"), page.number(f"{line}/under_way")]
    heads = [asked.say(f"head.{name}") for name in ("in_warehouse", "asked_for", "on_order")]
    if page.has(f"{line}/stock_out_without"):
        heads.append(asked.say("head.may_run_out"))
        values.append(page.number(f"{line}/stock_out_without"))
    caveats = []
    if page.has("/lead_time"):
        arrives = asked.today + timedelta(days=round(page.cell("/lead_time").value))
        days_taken = page.number("/lead_time")
        caveats.append(asked.say("run_out.delivery", supplier=supplier, days=days_taken, day=asked.sheet.day(arrives)))
    return Told(lead, heads, [values], caveats, [asked.question("stock_of", title)], page.receipt)


def _offered(session: BrandSession, sku: str) -> tuple[Product | None, Supplier | None]:
    """The product, and the supplier whose newest offer it is."""
    product = session.scalars(select(Product).where(col(Product.sku) == sku)).first()
    if product is None:
        return None, None
    supplier = session.scalars(
        select(Supplier)
        .join(
            SupplierOffer,
            (col(SupplierOffer.supplier_id) == col(Supplier.id))
            & (col(SupplierOffer.brand_id) == col(Supplier.brand_id)),
        )
        .where(col(SupplierOffer.product_id) == product.id)
        .order_by(col(SupplierOffer.valid_from).desc(), col(Supplier.code))
        .limit(1)
    ).first()
    return product, supplier
