"""`mhos spending`: what models have cost, by month, model, agent and meeting, and what is left of this month."""

from typing import Annotated, Any

import typer

from cli.options import AsProfile, BrandOption, Json
from cli.output import console, plain, print_json, short
from cli.session import open_desk

_TITLES = {"month": "Month (UTC)", "model": "Model", "agent": "Agent", "run": "Run"}


def register(app: typer.Typer) -> None:
    app.command("spending")(spending)


def spending(
    months: Annotated[int, typer.Option(min=1, max=120, help="How many months, this one included.")] = 3,
    profile: AsProfile = None,
    brand: BrandOption = None,
    as_json: Json = False,
) -> None:
    """See what models have cost. What was never settled counts at its worst case."""
    with open_desk(profile, brand, None, as_json) as desk:
        from store.reads.models import costs_since

        settings = desk.office.settings
        now = desk.ctx.now()
        years, month = divmod(now.year * 12 + now.month - months, 12)
        since = now.replace(year=years, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
        with desk.office.database.read(desk.ctx) as session:
            by_group = {by: [cost.document() for cost in costs] for by, costs in costs_since(session, since).items()}
    limits = {"run_usd": str(settings.model_run_budget_usd), "month_usd": str(settings.model_month_budget_usd)}
    if as_json:
        print_json({"since": since.isoformat(), "crew": settings.model, "limits": limits, **by_group})
        return
    if not by_group["month"]:
        console().print(f"No model was asked since {since:%-d %B %Y}: the crew thinks with {plain(settings.model)}.")
    for by, costs in by_group.items():
        if costs:
            console().print(_table(by, costs))
            console().print()
    console().print(f"[dim]At most {limits['run_usd']} USD a meeting and {limits['month_usd']} USD a month.[/dim]")


def _table(by: str, costs: list[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table(_TITLES[by], box=None, pad_edge=False)
    for title in ("Calls", "Input tokens", "Output tokens", "USD"):
        table.add_column(title, justify="right")
    for cost in costs:
        of = short(cost["of"]) if by == "run" else plain(cost["of"])
        usd = f"at most {cost['usd']}" if cost["at_most"] else cost["usd"]
        table.add_row(of, f"{cost['calls']:,}", f"{cost['input_tokens']:,}", f"{cost['output_tokens']:,}", usd)
    return table
