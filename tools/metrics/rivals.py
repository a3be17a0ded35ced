"""Own prices beside the cheapest rival's, over all products and channels: both as shoppers pay them, VAT included."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.figure import Cell
from store.reads.pricing.prices import channels, last_competitor_prices, price_list, prices_now
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Brand, Channel, CompetitorPrice, Product
from tools import cells
from tools.base import Access, Tool, ToolAnswer, ToolArguments, ToolEnv, ToolResult
from tools.finance.book import rows_of


class RivalArguments(ToolArguments):
    product: str = Field(default="", max_length=128, pattern=r"^[^\x00]*$", description="a SKU; empty: all")
    channel: str = Field(default="", max_length=128, pattern=r"^[^\x00]*$", description="a code; empty: all")


class RivalPrice(ToolResult):
    """A product where shoppers see its price, and the cheapest rival of the last 90 days."""

    sku: str
    title: str
    channel: str
    place: str
    price: Cell
    rival: str
    rival_price: Cell
    difference: Cell = Field(description="ours less theirs")
    share: Cell = Field(description="the difference as a share of theirs")
    seen: str = Field(description="the day on which theirs was seen")


class RivalPrices(ToolResult):
    """Most expensive beside the cheapest rival first."""

    prices: list[RivalPrice]
    compared: Cell
    dearer: Cell = Field(description="how many are dearer than the cheapest rival")


def rival_prices(session: BrandSession, env: ToolEnv, args: RivalArguments) -> ToolAnswer:
    """Compare the prices that shoppers see, VAT included, with the cheapest rival's of the last 90 days, product by
    product and channel by channel; price lists without VAT, as of dealers, are left out."""
    brand = brand_of(session)
    prices = sorted(_compared(session, args, brand), key=lambda row: (-row.share.value, row.sku, row.channel))
    view = RivalPrices(
        prices=prices, compared=cells.count(len(prices)), dearer=cells.count(sum(row.share.value > 0 for row in prices))
    )
    return ToolAnswer(view, rows_of(session, env, "competitor_price", "price_history", "product", "channel"))


def _compared(session: BrandSession, args: RivalArguments, brand: Brand) -> Iterator[RivalPrice]:
    for channel in channels(session):
        if not channel.prices_include_vat or args.channel not in ("", channel.code):
            continue
        now = prices_now(session, channel.id)
        for entry in price_list(session, channel.id):
            product, price = entry.product, now.get((entry.product.id, entry.zone))
            if price is None or price.currency != brand.currency or args.product not in ("", product.sku):
                continue
            rivals = [row for row in last_competitor_prices(session, product.id) if row.currency == brand.currency]
            if rivals:
                cheapest = min(rivals, key=lambda row: (row.amount_minor, row.competitor))
                yield _row(product, channel, price.amount_minor, cheapest, brand)


def _row(product: Product, channel: Channel, ours: int, rival: CompetitorPrice, brand: Brand) -> RivalPrice:
    return RivalPrice(
        sku=product.sku,
        title=product.title or product.sku,
        channel=channel.code,
        place=channel.title or channel.code,
        price=cells.money(ours, brand.currency),
        rival=rival.competitor,
        rival_price=cells.money(rival.amount_minor, brand.currency),
        difference=cells.money(ours - rival.amount_minor, brand.currency),
        share=cells.rate(round(10_000 * (ours - rival.amount_minor) / rival.amount_minor)),
        seen=rival.observed_at.astimezone(ZoneInfo(brand.zone)).date().isoformat(),
    )


RIVALS_TOOL = Tool("rival_prices", Access.ANALYSE, RivalArguments, RivalPrices, rival_prices)
