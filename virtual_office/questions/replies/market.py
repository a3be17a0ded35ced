"""Replies about the market: prices beside rivals', what deals brought, and customers who stay away."""

from datetime import date

from virtual_office.questions.replies.asked import Asked
from virtual_office.questions.sheet import DASH, MOST_ROWS, Page, Refused, Told, plain


def expensive(asked: Asked) -> Told | Refused:
    """Where shoppers see a price above the cheapest rival's, most above first; both with VAT."""
    page = asked.page("rival_prices", {"product": asked.topic.product, "channel": asked.topic.channel})
    prices = page.result["prices"]
    if not prices:
        return asked.refused("no_rivals", "price", product=asked.topic.product)
    first = prices[0]
    names = {"product": plain(first["title"]), "channel": plain(first["place"])}
    names |= {"price": page.price("/prices/0/price"), "rival": page.price("/prices/0/rival_price")}
    dearer = page.cell("/dearer").value
    lead = [asked.say("expensive.dearest" if dearer else "expensive.none", **names)]
    if len(prices) > 1:
        lead.append(asked.say("expensive.of_all", dearer=page.number("/dearer"), compared=page.number("/compared")))
    rows = [_price(page, at, price) for at, price in enumerate(prices[:MOST_ROWS])]
    heads = [asked.say(f"head.{name}") for name in ("product_channel", "ours", "rivals", "difference")]
    seen = asked.sheet.day(date.fromisoformat(min(price["seen"] for price in prices[:MOST_ROWS])))
    return Told(
        lead, heads, rows, [asked.say("expensive.seen", day=seen)], [asked.question("average_price")], page.receipt
    )


def _price(page: Page, at: int, price: dict[str, str]) -> list[str]:
    name = f"{plain(price['title'])}, {plain(price['place'])}"
    return [name, *(page.price(f"/prices/{at}/{cell}") for cell in ("price", "rival_price", "difference"))]


def deal(asked: Asked) -> Told | Refused:
    """How much more was sold during past deals in each channel, and how much of it was only bought early."""
    from store.reads.pricing.prices import channels

    codes = [row.code for row in channels(asked.session) if asked.topic.channel in ("", row.code)]
    pages = [asked.page("past_deals", {"channel": code}) for code in codes]
    usable = sorted(
        (page for page in pages if page.result["status"] == "usable" and page.result["lift"]),
        key=lambda page: -page.result["lift"]["value"],
    )[:MOST_ROWS]
    if not usable:
        return asked.refused("no_deals", "deal")
    best = usable[0]
    names = {"channel": plain(best.result["title"]), "off": best.number("/off"), "lift": best.number("/lift")}
    if best.result["bought_ahead"]:
        lead = asked.say("deal.lead", **names, ahead=best.number("/bought_ahead"))
    else:
        lead = asked.say("deal.lead_without_ahead", **names)
    rows = [
        [plain(page.result["title"]), *(page.number(f"/{name}") if page.result[name] else DASH for name in _OF_DEALS)]
        for page in usable
    ]
    heads = [asked.say(f"head.{name}") for name in ("channel", "off", "lift", "bought_ahead")]
    return Told([lead], heads, rows, [asked.say("deal.too_early")], [asked.question("by_channel")], best.receipt)


_OF_DEALS = ("off", "lift", "bought_ahead")


def leaving(asked: Asked) -> Told | Refused:
    """Which segments stopped buying in the last month, and what a year of such a customer is worth."""
    page = asked.page("customer_segments")
    segments = page.result["segments"]
    if not segments:
        return asked.refused("no_orders", "customer")
    falling = sorted((at for at in range(len(segments))), key=lambda at: -segments[at]["falling_silent"]["value"])
    falling = [at for at in falling if segments[at]["falling_silent"]["value"] > 0]
    if not falling:
        return Told([asked.say("leaving.none")], next=[asked.question("best_sellers")], receipt=page.receipt)
    rows = [
        [_segment(asked, segments[at]["segment"]), *(page.number(f"/segments/{at}/{name}") for name in _OF_SEGMENTS)]
        for at in falling[:MOST_ROWS]
    ]
    first = f"/segments/{falling[0]}"
    names = {
        "segment": _segment(asked, segments[falling[0]]["segment"]),
        "stopped": page.number(f"{first}/falling_silent"),
    }
    names |= {"customers": page.number(f"{first}/customers"), "worth": page.number(f"{first}/worth")}
    heads = [asked.say(f"head.{name}") for name in ("segment", "stopped", "of", "years_worth")]
    return Told(
        [asked.say("leaving.lead", **names)], heads, rows, next=[asked.question("waiting")], receipt=page.receipt
    )


_OF_SEGMENTS = ("falling_silent", "customers", "worth")


def _segment(asked: Asked, name: str) -> str:
    from language.sentences import sentence

    return sentence(f"customers.segment.{name}", asked.sheet.language) or plain(name.replace("_", " "))
