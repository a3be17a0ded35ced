"""A run or a score of the twin as one HTML page, which needs nothing but itself."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from evals.twin.chart import STYLE, IntervalRow, dot_chart, figure, grid, interval_chart, line_chart
from evals.twin.words import (
    BOUND,
    Document,
    answers,
    asks_people,
    attending,
    channel_title,
    count,
    currency_of,
    events_in_words,
    models_in_words,
    money,
    oracle_gains,
    percent,
    run_headline,
    scenarios_in_words,
    score_headline,
    score_meaning,
)

Cells = Sequence[tuple[str, ...]]


def run_page(document: Document, command: str = "") -> str:
    """One run, from `RunResult.as_document()`; `command` is what it was started with, where the caller knows."""
    command = command or _run_command(document)
    parts = (
        _head(run_headline(document), _run_facts(document)),
        _tiles(_run_tiles(document)),
        _section("The run, week by week", grid(_run_charts(document))),
        _section("What the crew proposed, and what the people answered", grid(_run_tables(document))),
        _happened(document),
        _folded("The tables the run left behind, as hashes", "hashes", _hashes(document["tables"])),
        _again(command, "The same seed leaves the same tables, so the hashes above have to come out the same."),
    )
    return _page(f"Run of {document['crew']}, seed {document['seed']}", parts)


def score_page(document: Document, command: str = "") -> str:
    """A score, from `score_document()`; `command` is what it was started with, where the caller knows."""
    command = command or _score_command(document)
    parts = (
        _head(score_headline(document), _score_facts(document)),
        f'<p class="lead">{escape(score_meaning(document))}</p>',
        _tiles(_score_tiles(document)),
        _section("Crew by crew", grid((*_score_charts(document), _answers(document))) + _crews(document)),
        _folded("Net worth by seed", "seeds", _per_seed(document)),
        _again(command, "The same seeds give the same net worths."),
    )
    return _page(f"Score of {document['crew']}", parts)


def _run_facts(document: Document) -> str:
    return f"Seed {document['seed']} · {_circumstances(document)}"


def _score_facts(document: Document) -> str:
    seeds = document["seeds"]
    span = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"
    return f"{count(document['days'], 'day')} on {span} · {_circumstances(document)}"


def _circumstances(document: Document) -> str:
    return f"{_attending(document)}{_scenarios(document)} · a simulated brand, no real customers"


def _attending(document: Document) -> str:
    """Who of the product's crew attended; nothing where that crew has no meetings."""
    return f"{attending(document)} · " if document["crew"] == "rules" else ""


def _scenarios(document: Document) -> str:
    return f"scenarios: {scenarios_in_words(document)}" if document["scenarios"] else "no scenarios"


def _run_tiles(document: Document) -> Cells:
    worth, currency = document["net_worth"], currency_of(document)
    parts = [(name, money(worth[name] * 100, currency)) for name in ("cash", "receivables", "payables", "stock")]
    cash, receivables, payables, stock = (f"{amount} {name}" for name, amount in parts)
    taken = f"{cash} + {receivables} − {payables} + {stock}, after a further quarter under the standing practice"
    return (
        ("Net worth", money(document["net_worth_minor"], currency), taken),
        *_conduct_tiles(document),
        ("Units lost", percent(document["stockout_rate"]), "of those wanted, the stock being out"),
        _speed_tile(document),
    )


def _score_tiles(document: Document) -> Cells:
    several = len(document["seeds"]) > 1 and oracle_gains(document)
    reach = f"{percent(document['score_low'])} to {percent(document['score_high'])}, 95 % interval" if several else ""
    own = next((line for line in document["crews"] if line["crew"] == document["crew"]), None)
    score = percent(document["score"]) if oracle_gains(document) else "–"
    tiles = [
        ("Score", score, reach if several else "no interval"),
        *_conduct_tiles(document),
    ]
    if own and "days_per_second" in own:
        tiles.append(_speed_tile(own))
    return tiles


_AUTONOMY = {True: "of what was done needed nobody", False: "this crew asks nobody"}


def _conduct_tiles(document: Document) -> Cells:
    return (
        ("Violations", f"{document['violations']:,}", "price changes that broke a limit of the brand"),
        (
            "Autonomy",
            percent(document["autonomy_rate"]) if asks_people(document) else "–",
            _AUTONOMY[asks_people(document)],
        ),
        ("Interruptions", f"{document['interruptions_per_day']:.2g}", "times a day a person was asked"),
    )


def _speed_tile(speeds: Document) -> tuple[str, str, str]:
    note = f"days a second; the world alone {speeds['world_days_per_second']:,.0f}"
    return ("Speed", f"{speeds['days_per_second']:.2g}", note)


def _run_charts(document: Document) -> Iterator[str]:
    curves, currency = document["curves"], currency_of(document)

    def euros(value: float) -> str:
        return _short_money(value, currency)

    yield line_chart("Cash at the end of the week", {"Cash": curves["cash"]}, euros)
    yield line_chart(
        "Sales and gross profit of the week",
        {"Kept of sales": curves["kept"], "Gross profit": curves["gross_profit"]},
        euros,
        0.0,
    )
    prices = {channel_title(code): values for code, values in curves["price"].items()}
    yield line_chart("Mean list price against the opening", prices, lambda value: percent(value, 1), 1.0)
    yield line_chart("Share of wanted units lost", {"Lost": curves["lost_share"]}, lambda value: percent(value, 1), 0.0)


def _score_charts(document: Document) -> Iterator[str]:
    lines, currency = document["crews"], currency_of(document)

    def euros(value: float) -> str:
        return _short_money(value, currency)

    def gain(value: float) -> str:
        return f"+{euros(value)}" if value > 0 else euros(value)

    def gained(value: float) -> str:
        return money(value * 100, currency, signed=True)

    worth = [
        IntervalRow(line["crew"], *(line[key] / 100 for key in ("net_worth_minor", "low", "high"))) for line in lines
    ]
    keys = ("against_none_minor", "against_none_low", "against_none_high")
    # The bound lies so far out that it would press all other differences together.
    crews = [line for line in lines if line["crew"] not in ("none", BOUND)]
    gains = [IntervalRow(line["crew"], *(line[key] / 100 for key in keys)) for line in crews]
    sure = ", mean and 95 % interval" if len(document["seeds"]) > 1 else ""
    yield interval_chart(f"Net worth{sure}", worth, euros, lambda value: money(value * 100, currency))
    yield interval_chart(f"More than with nobody{sure}", gains, gain, gained, 0.0)
    yield dot_chart("More than with nobody, seed by seed", _differences(document), gain, "seed")


def _differences(document: Document) -> dict[str, list[tuple[float, float]]]:
    shown = [line["crew"] for line in document["crews"] if line["crew"] not in ("none", BOUND)]
    return {
        crew: [
            (seed_row["seed"], (seed_row["net_worth_minor"][crew] - seed_row["net_worth_minor"]["none"]) / 100)
            for seed_row in document["per_seed"]
        ]
        for crew in shown
    }


def _crews(document: Document) -> str:
    currency = currency_of(document)

    def span(low: int, high: int, *, signed: bool = False) -> str:
        return f"{money(low, currency, signed=signed)} to {money(high, currency, signed=signed)}" if low < high else "–"

    rows = [
        (
            line["crew"],
            money(line["net_worth_minor"], currency),
            span(line["low"], line["high"]),
            money(line["against_none_minor"], currency, signed=True),
            span(line["against_none_low"], line["against_none_high"], signed=True),
            percent(line["stockout_rate"]) if "stockout_rate" in line else "–",
            f"{line['days_per_second']:.2g}" if "days_per_second" in line else "–",
        )
        for line in document["crews"]
    ]
    head = ("", "net worth", "95 % interval", "more than none", "95 % interval", "units lost", "days/s")
    return _rows(head, rows)


def _per_seed(document: Document) -> str:
    names = [line["crew"] for line in document["crews"]]
    rows = [
        (str(seed_row["seed"]), *(money(seed_row["net_worth_minor"][name], currency_of(document)) for name in names))
        for seed_row in document["per_seed"]
    ]
    return _rows(("seed", *names), rows)


def _run_tables(document: Document) -> Iterator[str]:
    yield figure("What became of the proposals", _rows(("", "number"), _proposals(document)))
    yield _answers(document)


def _happened(document: Document) -> str:
    """A section of HTML with what the scenarios did; "" where there were none."""
    lines = [(line,) for line in events_in_words(document)]
    return _section("What the scenarios did", _rows(("Scenario",), lines)) if lines else ""


def _answers(document: Document) -> str:
    return figure("The people's answers", _rows(("", "script", "happened"), answers(document["operator"])))


def _proposals(document: Document) -> Cells:
    items = [(f"proposals {status}", f"{number:,}") for status, number in sorted(document["action_items"].items())]
    outcomes, models = document["outcomes"], document.get("models")
    return [
        *(items or [("proposals", "0")]),
        ("outcomes measured", f"{outcomes.get('measured', 0):,}"),
        ("outcomes not measurable", f"{outcomes.get('not_measurable', 0):,}"),
        *([("models asked", models_in_words(models))] if models else []),
    ]


def _hashes(tables: Mapping[str, str]) -> str:
    cells = ((escape(name), escape(digest)) for name, digest in tables.items())
    rows = "".join(f"<tr><th>{name}</th><td><code>{digest}</code></td></tr>" for name, digest in cells)
    return f"<table><tbody>{rows}</tbody></table>"


def _run_command(document: Document) -> str:
    words = ["--days", document["days"], "--seed", document["seed"], "--crew", document["crew"]]
    return _command(words, document)


def _score_command(document: Document) -> str:
    seeds = document["seeds"]
    words = ["--score", "--seeds", f"{seeds[0]}:{seeds[-1]}", "--crew", document["crew"], "--days", document["days"]]
    return _command(words, document)


def _command(words: list[Any], document: Document) -> str:
    named = [word for name in document["scenarios"] for word in ("--scenario", name)]
    return shlex.join(["mhos", "simulate", *map(str, [*words, *named])])


def _short_money(amount: float, currency: str) -> str:
    """`€1.24M`, `€12.5k`, `€80`: for axes."""
    size = abs(amount)
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if size >= unit:
            sign = money(100 if amount > 0 else -100, currency).replace("1", "{}")
            return sign.format(f"{size / unit:.3g}" + letter if size < 1000 * unit else f"{size / unit:,.0f}" + letter)
    return money(amount * 100, currency)


def _head(headline: str, facts: str) -> str:
    return f'<header><p class="quiet">{escape(facts)}</p><h1>{escape(headline)}</h1></header>'


def _tiles(tiles: Cells) -> str:
    cells = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}<small>{escape(note)}</small></dd></div>"
        for label, value, note in tiles
    )
    return f'<dl class="tiles">{cells}</dl>'


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _rows(head: Sequence[str], rows: Cells) -> str:
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    lines = "".join(
        f"<tr><th>{escape(label)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for label, *cells in rows
    )
    return f'<div class="wide"><table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>'


def _folded(title: str, kind: str, body: str) -> str:
    return f'<details class="{kind}"><summary>{escape(title)}</summary>{body}</details>'


def _again(command: str, promise: str) -> str:
    return _section("Run it again", f"<pre><code>{escape(command)}</code></pre><p>{escape(promise)}</p>")


def _page(title: str, parts: Sequence[str]) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(title)}</title><style>{STYLE}{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


_STYLE = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 56px; }
h1 { font-size: clamp(1.5rem, 4.5vw, 2.25rem); line-height: 1.2; margin: 4px 0 20px; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 36px 0 12px; }
.quiet { color: var(--soft); margin: 0; font-size: .92rem; }
.lead { margin: 0 0 20px; max-width: 46em; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 0; }
.tiles div, figure, .wide, details, pre { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.tiles div { padding: 12px 14px; flex: 1 1 132px; }
.tiles div:first-child { flex: 2 1 264px; }
dt { color: var(--soft); font-size: .88rem; }
dd { margin: 0; font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }
dd small { display: block; font-size: .8rem; font-weight: 400; line-height: 1.35; color: var(--soft); }
.wide { overflow-x: auto; } figure .wide { border: 0; margin: 6px -14px 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 14px; text-align: right; border-top: 1px solid var(--rule); white-space: nowrap; }
th { font-weight: 500; } thead th { color: var(--soft); border: 0; }
th:first-child { text-align: left; white-space: normal; }
details { margin-top: 36px; padding: 10px 14px; } details table { margin-top: 8px; }
summary { cursor: pointer; font-weight: 600; }
.hashes td { text-align: left; white-space: normal; overflow-wrap: anywhere; } .seeds { overflow-x: auto; }
code { font: .86em ui-monospace, monospace; }
pre { padding: 12px 14px; margin: 0 0 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
"""
