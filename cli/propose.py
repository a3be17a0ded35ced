"""`mhos propose`: ask for an action yourself, under the same guardrails."""

from typing import Annotated, Any

import typer

from cli.options import AsOf, AsProfile, BrandOption, Json
from cli.output import console, print_json, say_status, short
from cli.session import open_desk


def register(app: typer.Typer) -> None:
    app.command("propose")(propose)


def propose(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The action kind, e.g. price.update.")],
    sku: Annotated[str, typer.Option(help="The product.")],
    channel: Annotated[str, typer.Option(help="The channel whose price list changes.")],
    price: Annotated[str, typer.Option(help="The new price, e.g. 12.90.")],
    zone: Annotated[str, typer.Option(help="The zone; empty for the whole channel.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Change a price yourself: what the guardrails allow you happens at once, what needs a second person waits."""
    with open_desk(profile, brand, as_of, as_json) as desk:
        from actions.items import find_item
        from actions.items import propose as propose_item
        from domain.money import to_minor_exactly
        from store.reads.settings import brand_of
        from virtual_office.questions.item_view import item_line

        require_price_update(kind)
        office = desk.office
        with office.database.begin(desk.ctx) as session:
            currency = brand_of(session).currency
            action = price_update(sku, channel, zone, to_minor_exactly(price, currency), currency)
            item_id = str(propose_item(session, office.engine, action, reason).id)
        office.run_due(desk.ctx)
        with office.database.read(desk.ctx) as session:
            document = item_line(find_item(session, item_id))
    if as_json:
        print_json(document)
    else:
        say_status(document)
        console().print(f"[dim]mhos show {short(document['id'])}[/dim]")
    if document["status"] == "denied":
        raise typer.Exit(1)


def require_price_update(kind: str) -> None:
    """Raises InvalidInput for a kind that there is not, or that people cannot ask for in so many words."""
    from actions.kinds import handler_of
    from domain.action import PRICE_UPDATE
    from domain.errors import InvalidInput

    handler_of(kind)
    if kind != PRICE_UPDATE.name:
        raise InvalidInput(
            f"{kind} cannot be proposed by hand: its amounts come from an agent's analysis.",
            remedy=f"Hold a meeting (`mhos meet`), or propose {PRICE_UPDATE.name}.",
        )


def price_update(sku: str, channel: str, zone: str, price_minor: int, currency: str) -> Any:
    """The typed action. Raises InvalidInput."""
    from pydantic import ValidationError

    from domain.errors import InvalidInput
    from domain.pricing import PriceUpdate

    try:
        return PriceUpdate(sku=sku, channel=channel, zone=zone, price_minor=price_minor, currency=currency)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).removesuffix("_minor")
        raise InvalidInput(f"{name}: {first['msg']}.", remedy="See `mhos propose --help`.") from error
