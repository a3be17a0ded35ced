"""Print what the customer models find on CDNOW's customers, beside the published answers and what then happened.

Run `python -m evals.customers_cdnow TRANSACTIONS.csv.gz` on a file with the columns customer_id, date, amount_usd and
in_sample. Published are Fader, Hardie & Lee 2005 (BG/NBD) and Fader & Hardie 2013 (Gamma-Gamma), both on the sample of
2,357. Models see weeks 1-39; weeks 40-78 judge them. The naive forecast has each customer go on at his own rate so far.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table

from analytics.customers.buying_backtest import past_miss
from analytics.customers.buying_fit import BuyingFit, fit_buying, forecast_purchases
from analytics.customers.churn import judge_churn
from analytics.customers.order_value import SpendingFit, fit_spending
from analytics.customers.purchases import CustomerBase, Purchases, customer_base, purchase_gaps
from analytics.pricing.panel import Floats
from evals.cdnow import CALIBRATION_END, CALIBRATION_WEEKS, HOLDOUT_END, HOLDOUT_WEEKS, read_cdnow

PUBLISHED_BUYING = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "log-likelihood": -9582.4}
PUBLISHED_SPENDING = {"p": 6.25, "q": 3.74, "gamma": 15.44}
USAGE = "Usage: python -m evals.customers_cdnow TRANSACTIONS.csv.gz"
_ROUNDS = 5


def fitted_beside_published(buying: BuyingFit, spending: SpendingFit) -> dict[str, tuple[float, float]]:
    """Each parameter as fitted and as published."""
    model, orders = buying.needed_model, spending.needed_model
    fitted = {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b}
    fitted |= {"log-likelihood": buying.log_likelihood or 0.0, "p": orders.p, "q": orders.q, "gamma": orders.gamma}
    published = PUBLISHED_BUYING | PUBLISHED_SPENDING
    return {name: (fitted[name], published[name]) for name in published}


def bought_later(purchases: Purchases, base: CustomerBase) -> tuple[Floats, Floats]:
    """Purchase days and revenue of each of the base's customers in weeks 40-78 (n,)."""
    days = purchases.until(HOLDOUT_END).by_day()
    later = days.day > CALIBRATION_END
    row = np.searchsorted(base.customer, days.customer[later])
    bought = np.bincount(row, minlength=len(base)).astype(np.float64)
    return bought, np.bincount(row, days.amount[later], minlength=len(base)).astype(np.float64)


def weekly_tracking(purchases: Purchases, base: CustomerBase, buying: BuyingFit) -> tuple[Floats, Floats, Floats]:
    """Cumulative repeat purchases by the end of each of 78 weeks: actual, by the model, by the naive rate (78,)."""
    model, days = buying.needed_model, purchases.until(HOLDOUT_END).by_day()
    repeated = days.day[np.append(False, days.customer[1:] == days.customer[:-1])]
    ends = CALIBRATION_END + 7 * np.arange(1 - CALIBRATION_WEEKS, HOLDOUT_WEEKS + 1)
    actual = np.searchsorted(np.sort(repeated), ends, side="right").astype(np.float64)
    births, customers = np.unique(CALIBRATION_END - np.round(base.age * base.unit_days), return_counts=True)
    ages = np.maximum(ends[:, None] - births, 0) / base.unit_days
    expected = model.expected_of_new(ages.ravel()).reshape(ages.shape) @ customers
    rate = float((base.repeats / np.maximum(base.age, 1 / base.unit_days)).sum())
    weeks_on = np.arange(1 - CALIBRATION_WEEKS, HOLDOUT_WEEKS + 1)
    return actual, expected, np.where(weeks_on > 0, base.repeats.sum() + rate * weeks_on, actual)


def main(path: str) -> None:
    """Print all tables for the purchases at `path`."""
    cdnow, console = read_cdnow(Path(path)), Console(width=max(Console().width, 130))
    base = customer_base(cdnow.sample, CALIBRATION_END)
    console.print(_parameters(fit_buying(base), fit_spending(base)))
    forecasts = Table("customers", "forecast", "purchases in weeks 40-78", "80 % interval", "off", "rmse a customer")
    for name, purchases in (("sample", cdnow.sample), ("everybody", cdnow.everybody)):
        _add_forecasts(forecasts, name, purchases)
    console.print(forecasts)
    console.print(_tracking(cdnow.sample))
    console.print(_standings(cdnow.everybody))
    console.print(_speeds({"sample": cdnow.sample, "everybody": cdnow.everybody}))


def _parameters(buying: BuyingFit, spending: SpendingFit) -> Table:
    table = Table("parameter", "fitted", "standard error", "published", "off")
    errors = [*(buying.standard_errors if buying.standard_errors is not None else [])]
    errors += [float("nan"), *(spending.standard_errors if spending.standard_errors is not None else [])]
    for (name, (fitted, published)), error in zip(
        fitted_beside_published(buying, spending).items(), errors, strict=True
    ):
        shown = "" if np.isnan(error) else f"{error:.3f}"
        table.add_row(name, f"{fitted:.3f}", shown, f"{published:g}", f"{fitted / published - 1:+.2%}")
    return table


def _add_forecasts(table: Table, name: str, purchases: Purchases) -> None:
    base = customer_base(purchases, CALIBRATION_END)
    buying, spending = fit_buying(base), fit_spending(base)
    bought, revenue = bought_later(purchases, base)
    expected = buying.needed_model.expected_purchases(base, HOLDOUT_WEEKS)
    naive = base.repeats / base.age * HOLDOUT_WEEKS
    miss = past_miss(purchases, CALIBRATION_END) or 0.0
    plain = forecast_purchases(buying, base, HOLDOUT_WEEKS)
    wide = forecast_purchases(buying, base, HOLDOUT_WEEKS, past_miss=miss)
    total = float(bought.sum())

    def row(forecast: str, value: Floats, interval: str, truth: Floats) -> None:
        error = float(np.sqrt(np.mean((value - truth) ** 2)))
        off = float(value.sum() / truth.sum() - 1)
        table.add_row(name, forecast, f"{value.sum():,.0f}", interval, f"{off:+.1%}", f"{error:.3f}")

    table.add_row(name, "actual", f"{total:,.0f}", "", "", "")
    row("BG/NBD", expected, f"{plain.low or 0:,.0f} … {plain.high or 0:,.0f}", bought)
    row(f"  with its past miss, {miss:.1%}", expected, f"{wide.low or 0:,.0f} … {wide.high or 0:,.0f}", bought)
    row("naive: own rate", naive, "", bought)
    table.add_row(name, "actual revenue, USD", f"{revenue.sum():,.0f}", "", "", "")
    row("BG/NBD and Gamma-Gamma, USD", expected * spending.needed_model.expected_value(base), "", revenue)
    row("naive: own rate and mean, USD", naive * base.mean_value, "", revenue)
    table.add_section()


def _tracking(purchases: Purchases) -> Table:
    base = customer_base(purchases, CALIBRATION_END)
    actual, expected, naive = weekly_tracking(purchases, base, fit_buying(base))
    table = Table("sample, cumulative repeats", "week 20", "week 39", "week 52", "week 78", "mean |off|, weeks 40-78")
    for name, series in (("actual", actual), ("BG/NBD", expected), ("naive", naive)):
        off = np.abs(series[CALIBRATION_WEEKS:] / actual[CALIBRATION_WEEKS:] - 1).mean()
        shown = [f"{series[week - 1]:,.0f}" for week in (20, 39, 52, 78)]
        table.add_row(name, *shown, "" if name == "actual" else f"{off:.1%}")
    return table


def _standings(purchases: Purchases) -> Table:
    base = customer_base(purchases, CALIBRATION_END)
    buying = fit_buying(base)
    view = judge_churn(buying, base, purchase_gaps(purchases, CALIBRATION_END))
    bought, _ = bought_later(purchases, base)
    chance = buying.needed_model.probability_of_purchase(base, HOLDOUT_WEEKS)
    table = Table("everybody, judged by", "standing", "customers", "P(buys in weeks 40-78)", "bought")
    for basis in ("model", "gap_rule"):
        kinds = {name: view.standing == name for name in ("active", "slowing", "silent")} | {"at risk": view.at_risk}
        for name, kind in kinds.items():
            rows = kind & (view.basis == basis)
            if rows.any():
                shares = (chance[rows].mean(), (bought[rows] > 0).mean())
                table.add_row(basis, name, f"{rows.sum():,}", *(f"{share:.1%}" for share in shares))
        table.add_section()
    return table


def _speeds(every: dict[str, Purchases]) -> Table:
    table = Table("customers", "number", "distinct histories", "base, ms", "BG/NBD fit, ms", "Gamma-Gamma fit, ms")
    for name, purchases in every.items():
        base = customer_base(purchases, CALIBRATION_END)
        works: tuple[Callable[[], object], ...] = (
            lambda purchases=purchases: customer_base(purchases, CALIBRATION_END),
            lambda base=base: fit_buying(base),
            lambda base=base: fit_spending(base),
        )
        times = [f"{1000 * min(_seconds(work) for _ in range(_ROUNDS)):.0f}" for work in works]
        table.add_row(name, f"{len(base):,}", f"{fit_buying(base).rows:,}", *times)
    return table


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit(f"{USAGE}\nThere is no file of purchases at {' '.join(sys.argv[1:]) or 'a path not given'}.")
    main(sys.argv[1])
