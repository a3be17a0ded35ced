"""`mhos simulate`: a crew runs the simulated brand, for one seed or for a score over many; never one's own brands."""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Json
from cli.output import print_error, print_json
from cli.session import errors_as_sentences, open_office

if TYPE_CHECKING:
    from bootstrap import Office
    from simulation.scenario import Scenario

MOST_DAYS, MOST_SEEDS, LARGEST_SEED = 1_000, 200, 2**31 - 1
DEFAULT_DAYS, DEFAULT_SEED, DEFAULT_CREW = 182, 1, "rules"


@dataclass(frozen=True)
class SimulationOrder:
    """A checked request for a simulation or a score."""

    days: int
    seeds: range
    crew: str
    agents: tuple[str, ...]
    scenarios: tuple[str, ...]
    loaded: "tuple[Scenario, ...]"
    refuses: bool
    is_score: bool

    @property
    def command(self) -> str:
        """The words that ask for the same again."""
        first, last = self.seeds[0], self.seeds[-1]
        seeds = ["--score", "--seeds", f"{first}:{last}"] if self.is_score else ["--seed", str(first)]
        scenarios = [word for name in self.scenarios for word in ("--scenario", name)]
        rest = ["--agents", ",".join(self.agents)] if self.agents else []
        rest += [] if self.refuses else ["--no-refusals"]
        words = ["mhos", "simulate", "--days", str(self.days), *seeds, *scenarios, "--crew", self.crew, *rest]
        return shlex.join(words)


def register(app: typer.Typer) -> None:
    app.command("simulate")(simulate)


def simulate(
    days: Annotated[int, typer.Option(metavar="N", help=f"Days to run, 1 to {MOST_DAYS:,}.")] = DEFAULT_DAYS,
    seed: Annotated[int | None, typer.Option(metavar="S", help="What luck is drawn from.", show_default="1")] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(metavar="NAME|FILE", help="What disturbs the world; may be repeated.")
    ] = None,
    crew: Annotated[str, typer.Option(metavar="CREW", help="none, textbook, rules, model or oracle.")] = DEFAULT_CREW,
    agents: Annotated[
        str, typer.Option(metavar="A,B", help="Who of the product's crew attends; everybody by default.")
    ] = "",
    no_refusals: Annotated[bool, typer.Option("--no-refusals", help="The operator never says no.")] = False,
    score: Annotated[bool, typer.Option("--score", help="Compare the crew with the others, over --seeds.")] = False,
    seeds: Annotated[str | None, typer.Option(metavar="A:B", help="Seeds of a score, A to B.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write it as a page as well.")] = None,
    scenarios: Annotated[bool, typer.Option("--scenarios", help="List the scenarios there are.")] = False,
    as_json: Json = False,
) -> None:
    """Let a crew run the simulated brand for some days, and see what it makes of it."""
    if scenarios:
        _list_scenarios(as_json)
        return
    with errors_as_sentences(as_json):
        order = SimulationOrder(
            _days(days),
            _seeds(score, seed, seeds),
            _crew(crew),
            _agents(crew, agents),
            tuple(scenario or ()),
            _scenarios(scenario or [], days),
            _refuses(score, no_refusals),
            score,
        )
        _check_report(report)
        _check_model(crew)
    with open_office(as_json) as office:
        document = _score(office, order, as_json) if score else _run(office, order, as_json)
    if as_json:
        print_json(document)
    else:
        _show(document, order)
    if report is not None:
        write_report(report, document, order, as_json)


def _run(office: "Office", order: SimulationOrder, as_json: bool) -> dict[str, Any]:
    from cli.simulate_view import SimulationView
    from evals.twin.operator import REFUSES
    from evals.twin.run import lived_history, run_crew

    scenarios, seed = list(order.loaded), order.seeds[0]
    refuses = REFUSES if order.refuses else 0.0
    with (
        SimulationView(enabled=not as_json) as view,
        lived_history(office.database, office.settings, seed, order.days, scenarios, view.progress) as past,
    ):
        result = run_crew(
            office.database, past, order.crew, order.days, scenarios,
            agents=order.agents, refuses=refuses, progress=view.progress,
        )  # fmt: skip
    return result.as_document()


def _score(office: "Office", order: SimulationOrder, as_json: bool) -> dict[str, Any]:
    from cli.simulate_view import ScoreView
    from evals.twin.score import Match, play, score_document

    match = Match(order.crew, order.seeds, order.days, order.scenarios, order.agents)
    with ScoreView(len(order.seeds), enabled=not as_json) as view:
        return score_document(match, play(office.settings, match, view.told))


def _list_scenarios(as_json: bool) -> None:
    with errors_as_sentences(as_json):
        from simulation.scenario_file import known_scenarios

        scenarios = [{"name": scenario.name, "title": scenario.title} for scenario in known_scenarios()]
    if as_json:
        print_json({"scenarios": scenarios})
        return
    from cli.simulate_view import show_scenarios

    show_scenarios(scenarios)


def _show(document: dict[str, Any], order: SimulationOrder) -> None:
    from cli.simulate_view import show_run, show_score

    (show_score if order.is_score else show_run)(document)


def _days(days: int) -> int:
    from domain.errors import InvalidInput

    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"{days} days cannot be simulated.", remedy=f"Give 1 to {MOST_DAYS:,} days.")
    return days


def _seeds(score: bool, seed: int | None, span: str | None) -> range:
    """The seeds from first to last; one for a run."""
    from domain.errors import InvalidInput

    if not score:
        if span is not None:
            raise InvalidInput("--seeds is for a score.", remedy="Add --score, or give one seed with --seed.")
        first = DEFAULT_SEED if seed is None else seed
        if not 0 <= first <= LARGEST_SEED:
            raise InvalidInput(f"{first} is no seed.", remedy=f"Give a whole number from 0 to {LARGEST_SEED}.")
        return range(first, first + 1)
    if span is None or seed is not None:
        raise InvalidInput("A score takes its seeds from --seeds.", remedy="Write --score --seeds 1:20.")
    bounds = re.fullmatch(r"([0-9]{1,10}):([0-9]{1,10})", span)
    if bounds is None or int(bounds[2]) > LARGEST_SEED:
        raise InvalidInput(
            f"{span!r} are no seeds.", remedy=f"Write --seeds 1:20; each is a number from 0 to {LARGEST_SEED}."
        )
    seeds = range(int(bounds[1]), int(bounds[2]) + 1)
    if not 1 <= len(seeds) <= MOST_SEEDS:
        raise InvalidInput(
            f"{span} are {len(seeds) or 'no'} seeds.", remedy=f"Give 1 to {MOST_SEEDS} seeds, lowest first."
        )
    return seeds


def _agents(crew: str, agents: str) -> tuple[str, ...]:
    """Who of the product's crew attends its meetings. Raises InvalidInput for who is not one of it."""
    from agents.charter import load_charters
    from domain.errors import InvalidInput

    named = tuple(dict.fromkeys(name.strip() for name in agents.split(",") if name.strip()))
    known = [charter.name for charter in load_charters()]
    if unknown := [name for name in named if name not in known]:
        raise InvalidInput(f"There is no agent {', '.join(unknown)}.", remedy=f"Agents: {', '.join(known)}.")
    if named and crew not in ("rules", "model"):
        raise InvalidInput(f"The crew {crew} holds no meetings that agents could attend.", remedy="Leave --agents out.")
    return named


def _crew(crew: str) -> str:
    from domain.errors import InvalidInput
    from evals.twin.run import CREWS

    if crew in CREWS:
        return crew
    raise InvalidInput(f"There is no crew {crew!r}.", remedy=f"Take one of {', '.join(CREWS)}.")


def _check_model(crew: str) -> None:
    """Raises InvalidInput for a model crew that could not think."""
    from evals.twin.run import ON_MODELS, require_crew
    from settings import load_settings

    if crew == ON_MODELS:
        require_crew(load_settings(), crew)


def _refuses(score: bool, no_refusals: bool) -> bool:
    from domain.errors import InvalidInput

    if score and no_refusals:
        raise InvalidInput("A score has the crew without refusals in it already.", remedy="Leave --no-refusals out.")
    return not no_refusals


def _scenarios(names: list[str], days: int) -> "tuple[Scenario, ...]":
    """Read, and found to fit the world and the days."""
    from simulation.catalog import KNOWN_CODES
    from simulation.scenario import check_codes, schedule
    from simulation.scenario_file import load_scenario

    loaded = tuple(load_scenario(name) for name in names)
    for scenario in loaded:
        check_codes(scenario, KNOWN_CODES)
    schedule(loaded, DEFAULT_SEED, days)  # refuses what cannot begin within these days, whatever the seed
    return loaded


def _check_report(report: Path | None) -> None:
    """A run may take minutes: it must not turn out at its end that nothing can be written."""
    from domain.errors import InvalidInput

    if report is None:
        return
    folder = report.parent
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.", remedy="Make it, or write the report elsewhere.")
    if report.is_dir():
        raise InvalidInput(f"{report} is a folder.", remedy="Give the name of a file, such as report.html.")
    if not os.access(report if report.exists() else folder, os.W_OK):
        raise InvalidInput(f"{report} cannot be written.", remedy="Write the report elsewhere.")


def write_report(report: Path, document: dict[str, Any], order: SimulationOrder, as_json: bool) -> None:
    """The page of what came of the order. Exits 1, saying so, where the file cannot be written after all."""
    from domain.errors import InvalidInput
    from evals.twin.page import run_page, score_page

    page = (score_page if order.is_score else run_page)(document, order.command)
    try:
        report.write_text(page, encoding="utf-8")
    except OSError as error:
        # The result is out already: on standard output the error would be a second document.
        failed = InvalidInput(
            f"{report}: {error.strerror}.", remedy="The result above stands; only its page is missing."
        )
        from language.errors import error_document

        print_error(error_document(failed), as_json=False)
        raise typer.Exit(1) from error
    if not as_json:
        from cli.output import console, plain

        console().print(f"\nThe report is in [bold]{plain(report)}[/bold].")
