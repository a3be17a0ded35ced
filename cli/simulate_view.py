"""How a simulation looks in the terminal: a bar with live figures, then what came of it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from cli.output import STATUS_STYLE, console, plain

if TYPE_CHECKING:
    from evals.twin.results import Curves

_BARS = "▁▂▃▄▅▆▇█"
_WIDEST = 26
_LIVE = 12


class SimulationView:
    """Shows the day that the run has come to and its last week's figures; without a terminal a line a stage."""

    def __init__(self, enabled: bool) -> None:
        self._live = _Live(enabled)
        self._weeks = 0

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def progress(self, stage: str, done: int, of: int, curves: "Curves | None") -> None:
        """`done` of `of` days of the stage are lived; `curves` so far."""
        if not self._live.is_on:
            self._live.say(f"{stage}: {of} days")
            return
        if stage == "history":
            # The history tells only its two ends: a bar that moves, without saying how far it is.
            self._live.show("the brand's history", None, 1, f"{of} days")
            return
        self._live.show(f"crew {stage}", done, of, f"day {done} of {of}")
        if curves is not None and len(curves.cash) > self._weeks:
            self._weeks = len(curves.cash)
            self._live.note(_live_figures(curves))


class ScoreView:
    """Shows how many seeds are played; without a terminal a line a seed."""

    def __init__(self, seeds: int, enabled: bool) -> None:
        self._live = _Live(enabled)
        self._seeds, self._done = seeds, 0

    def __enter__(self) -> Self:
        self._live.start()
        self._live.show("seeds", 0, self._seeds, f"{self._seeds} to play")
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def told(self, text: str) -> None:
        """Another seed is done."""
        self._done += 1
        self._live.say(text)
        self._live.show("seeds", self._done, self._seeds, plain(text))


class _Live:
    """One bar with a line of figures below it, gone when it is over; lines on standard error without a terminal."""

    def __init__(self, enabled: bool) -> None:
        self._console = console(stderr=True)
        self.is_on = enabled and self._console.is_terminal
        self._said = ""
        self._bar: Any = None
        self._screen: Any = None
        self._task: Any = None
        self._stage = ""

    def start(self) -> None:
        if not self.is_on:
            return
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        where = TextColumn("{task.fields[where]}")
        self._bar = Progress(TextColumn("[bold]{task.description}[/bold]"), BarColumn(24), where, TimeElapsedColumn())
        self._screen = Live(self._bar, console=self._console, transient=True, refresh_per_second=4)
        self._screen.start()

    def stop(self) -> None:
        if self._screen is not None:
            self._screen.stop()

    def show(self, stage: str, done: int | None, of: int, where: str) -> None:
        if self._bar is None:
            return
        if stage != self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._stage, self._task = stage, self._bar.add_task(stage, total=None, where=where)
        self._bar.update(self._task, total=None if done is None else of, completed=done or 0, where=where)

    def say(self, line: str) -> None:
        """A line for logs, once; nothing where the bar shows it."""
        if not self.is_on and line != self._said:
            self._said = line
            self._console.print(plain(line), highlight=False)

    def note(self, figures: Any) -> None:
        if self._screen is None:
            return
        from rich.console import Group

        self._screen.update(Group(self._bar, figures))


def _live_figures(curves: "Curves") -> Any:
    from rich.table import Table

    from evals.twin.words import money, percent

    table = Table.grid(padding=(0, 2))
    prices = mean_of_curves(curves.price)
    for label, values, shown in (
        ("cash", curves.cash, lambda value: money(value * 100)),
        ("gross profit, week", curves.gross_profit, lambda value: money(value * 100)),
        ("wanted units lost", curves.lost_share, percent),
        ("list price", prices, lambda value: f"{percent(value)} of opening"),
    ):
        table.add_row(f"[dim]{label}[/dim]", f"[cyan]{sparkline(values, _LIVE)}[/cyan]", shown(values[-1]))
    return table


def sparkline(values: Sequence[float], widest: int = _WIDEST) -> str:
    """The values as a row of little bars, lowest to highest; many are averaged together. Empty for none."""
    if not values:
        return ""
    size = min(len(values), widest)
    ends = [round(number * len(values) / size) for number in range(size + 1)]
    parts = [values[first:last] for first, last in pairwise(ends)]
    means = [sum(part) / len(part) for part in parts]
    low, reach = min(means), max(means) - min(means)
    return "".join(_BARS[round((mean - low) / reach * (len(_BARS) - 1)) if reach else 0] for mean in means)


def mean_of_curves(curves: Mapping[str, Sequence[float]]) -> list[float]:
    """The mean of several curves, week by week."""
    return [sum(values) / len(values) for values in zip(*curves.values(), strict=True)]


def show_scenarios(scenarios: Sequence[Mapping[str, str]]) -> None:
    """Name and title of each."""
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    for scenario in scenarios:
        table.add_row(plain(scenario["name"]), plain(scenario["title"]))
    console().print(table)


def show_run(document: Mapping[str, Any]) -> None:
    """Print the result of one run."""
    from evals.twin.words import (
        attending,
        events_in_words,
        models_in_words,
        percent,
        run_headline,
        same_with_nobody,
    )  # fmt: skip

    screen = console()
    screen.print(f"[bold]{plain(run_headline(document))}[/bold]")
    scenarios = ", ".join(document["scenarios"]) or "no scenarios"
    who = f"{attending(document)}, " if document["crew"] in ("rules", "model") else ""
    screen.print(f"[dim]Seed {document['seed']}, {plain(who + scenarios)}; a simulated brand.[/dim]\n")
    screen.print(_worth_table(document))
    screen.print()
    outcomes = document["outcomes"]
    lost = percent(document["stockout_rate"])
    measured, not_measurable = outcomes.get("measured", 0), outcomes.get("not_measurable", 0)
    _labelled(
        screen,
        [
            ("Proposals", _statuses(document["action_items"])),
            ("Outcomes", f"{measured} measured, {not_measurable} not measurable"),
            *_conduct(document),
            ("Lost", f"{lost} of the units that were wanted, the stock being out"),
            *([("Models", models_in_words(document["models"]))] if document["models"] else []),
            ("Speed", f"{document['days_per_second']:g} days/s; the world alone {document['world_days_per_second']:g}"),
        ],
    )
    if events := events_in_words(document):
        _labelled(screen, [("Scenarios" if not at else "", line) for at, line in enumerate(events)])
    _answers(screen, document["operator"])
    _curves(screen, document["curves"])
    if document["crew"] != "none":
        screen.print(f"\n[dim]Beside nobody in charge: {plain(same_with_nobody(document))}[/dim]")


def show_score(document: Mapping[str, Any]) -> None:
    """Print the result of a score."""
    from evals.twin.words import attending, count, scenarios_in_words, score_headline, score_meaning

    screen = console()
    screen.print(f"[bold]{plain(score_headline(document))}[/bold]")
    screen.print(plain(score_meaning(document)))
    scenarios = scenarios_in_words(document)
    who = f"{attending(document)}, " if document["crew"] in ("rules", "model") else ""
    screen.print(f"[dim]{count(document['days'], 'day')} each, {plain(who + scenarios)}; a simulated brand.[/dim]\n")
    screen.print(_crew_table(document))
    screen.print()
    own = next(line for line in document["crews"] if line["crew"] == document["crew"])
    speed = f"{own['days_per_second']:.2g} days/s; the world alone {own['world_days_per_second']:.0f}"
    _labelled(screen, [*_conduct(document), ("Speed", speed)])
    _answers(screen, document["operator"])


def _worth_table(document: Mapping[str, Any]) -> Any:
    from rich.table import Table

    from domain.money import format_minor

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    worth, currency = document["net_worth"], document["currency"]
    for name, sign in (("cash", 1), ("receivables", 1), ("payables", -1), ("stock", 1)):
        table.add_row(f"  {name}", format_minor(sign * round(worth[name] * 100), currency))
    table.add_row("[bold]Net worth[/bold]", f"[bold]{format_minor(document['net_worth_minor'], currency)}[/bold]")
    return table


def _crew_table(document: Mapping[str, Any]) -> Any:
    from rich.table import Table

    from evals.twin.words import money, percent

    several = len(document["seeds"]) > 1

    def reach(low: int, high: int) -> str:
        return f" [dim]± {money((high - low) / 2)}[/dim]" if several else ""

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("crew")
    sure = " ± 95 %" if several else ""
    for title in (f"net worth{sure}", f"more than none{sure}", "lost"):
        table.add_column(title, justify="right", no_wrap=True)
    for line in document["crews"]:
        gain = money(line["against_none_minor"], signed=True)
        table.add_row(
            plain(line["crew"]),
            money(line["net_worth_minor"]) + reach(line["low"], line["high"]),
            "" if line["crew"] == "none" else gain + reach(line["against_none_low"], line["against_none_high"]),
            percent(line["stockout_rate"]) if "stockout_rate" in line else "",
            style="bold" if line["crew"] == document["crew"] else None,
        )
    return table


def _conduct(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    broken = document["violations"]
    style = "red" if broken else "green"
    return [
        ("Violations", f"[{style}]{broken}[/] price changes broke a limit of the brand"),
        *_autonomy(document),
    ]


def _autonomy(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    from evals.twin.words import asks_people, percent

    if not asks_people(document):
        return [("Asked", "nobody: this crew acts by itself")]
    return [
        ("Autonomy", f"{percent(document['autonomy_rate'])} of what was done needed nobody"),
        ("Asked", f"{document['interruptions_per_day']:.2g} times a day a person had to answer"),
    ]


def _statuses(items: Mapping[str, int]) -> str:
    parts = [f"[{STATUS_STYLE.get(status, 'dim')}]{number} {status}[/]" for status, number in sorted(items.items())]
    return ", ".join(parts) or "none"


def _labelled(screen: Any, lines: Sequence[tuple[str, str]]) -> None:
    for label, text in lines:
        screen.print(f"[bold]{label:>10}[/bold]  {text}")


def _answers(screen: Any, operator: Mapping[str, Any]) -> None:
    from rich.table import Table

    from evals.twin.words import answers

    table = Table("the people's answers", box=None, pad_edge=False, header_style="bold")
    table.add_column("by the script", justify="right")
    table.add_column("happened", justify="right")
    for row in answers(operator):
        table.add_row(*map(plain, row))
    screen.print()
    screen.print(table)


def _curves(screen: Any, curves: Mapping[str, Any]) -> None:
    from rich.table import Table

    from evals.twin.words import channel_title, money, percent

    rows = [
        ("cash", curves["cash"], lambda value: money(value * 100)),
        ("kept of sales", curves["kept"], lambda value: money(value * 100)),
        ("gross profit", curves["gross_profit"], lambda value: money(value * 100)),
        ("wanted units lost", curves["lost_share"], percent),
        *((f"list price, {channel_title(code).lower()}", of, percent) for code, of in curves["price"].items()),
    ]
    drawn = [(label, values, shown) for label, values, shown in rows if values]
    if not drawn:
        return
    table = Table("week by week", "", box=None, pad_edge=False, header_style="bold")
    for title in ("first", "last"):
        table.add_column(title, justify="right", header_style="dim")
    for label, values, shown in drawn:
        table.add_row(label, f"[cyan]{sparkline(values)}[/cyan]", shown(values[0]), shown(values[-1]))
    screen.print()
    screen.print(table)
