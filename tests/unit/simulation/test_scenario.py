"""Scenarios: every shipped file is sound, draws are each scenario's own, and a bad file is told with its line."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from connectors.layout import LAYOUT
from domain.errors import InvalidInput
from simulation.scenario import (
    CODE_FIELDS,
    EVENT_KINDS,
    AnyEvent,
    CompetitorPrices,
    DataOutage,
    DemandShift,
    Reviews,
    Scenario,
    SupplierDelay,
    check_codes,
    schedule,
)
from simulation.scenario_file import FOLDER, LARGEST_BYTES, known_scenarios, load_scenario

NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
DOCS = (Path(__file__).resolve().parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")
CODES = {
    "supplier": {f"S{number}" for number in range(1, 6)},
    "competitor": {"barberline", "mane-street", "northcut"},
    "category": {"shampoo", "conditioner", "styling", "beard", "treatment", "sets"},
    "channel": {"shop", "market-a", "market-b", "dealers", "stands"},
    "sku": {"HM-SH-01", "HM-ST-03", "HM-TR-01"},
    "rep": {f"R{number}" for number in range(1, 5)},
    "affiliate": {f"A{number:02d}" for number in range(1, 41)},
    "location": {"WH", "ST07"},
}

GOOD = """\
name: mine
title: Mine
about: Mine.
events:
  - kind: demand
    start: {between: [5, 400]}
    days: 7
    category: beard
    change_percent: 20
"""


def write(folder: Path, text: str | bytes, name: str = "mine.yaml") -> str:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def refused(folder: Path, text: str | bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        load_scenario(write(folder, text))
    return caught.value


def made(*events: dict[str, Any], name: str = "made") -> Scenario:
    return Scenario.model_validate({"name": name, "title": "T", "about": "A", "events": list(events)})


@pytest.mark.parametrize("name", NAMES)
def test_each_shipped_file_loads_under_its_own_name_and_names_what_the_world_has(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario == load_scenario(str(FOLDER / f"{name}.yaml"))
    check_codes(scenario, CODES)


def test_the_nine_are_there_and_use_every_kind() -> None:
    assert [scenario.name for scenario in known_scenarios()] == NAMES
    assert len(NAMES) >= 9
    assert {type(event) for scenario in known_scenarios() for event in scenario.events} == set(EVENT_KINDS)


def test_the_list_of_kinds_is_what_a_file_may_hold() -> None:
    assert set(get_args(get_args(AnyEvent)[0])) == set(EVENT_KINDS)


def test_the_document_names_every_kind_and_field() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| ", DOCS, re.MULTILINE)
    said = {kind: set(re.findall(r"(?:^|, )(\*{0,2}\w+\*{0,2})(?= \(|,|$)", fields)) for kind, fields in rows}
    real = {
        kind.model_fields["kind"].default: {
            f"**{name}**" if field.is_required() else name
            for name, field in kind.model_fields.items()
            if name not in {"kind", "start", "days"}
        }
        for kind in EVENT_KINDS
    }
    assert said == real


def test_the_documents_example_loads(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    path = write(tmp_path, example, f"{yaml.safe_load(example)['name']}.yaml")
    check_codes(load_scenario(path), CODES)


def test_a_seed_gives_one_schedule_and_another_seed_another() -> None:
    everything = known_scenarios()
    assert schedule(everything, 1, 365) == schedule(everything, 1, 365)
    assert schedule(everything, 1, 365) != schedule(everything, 2, 365)


def test_a_draw_is_the_same_on_every_machine(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, GOOD))
    assert [schedule([scenario], seed, 401).events[0].first_day for seed in (0, 1, 2**40)] == [293, 228, 153]


def test_a_draw_reaches_both_ends_and_no_further() -> None:
    scenario = made({"kind": "demand", "start": {"between": [3, 5]}, "days": {"between": [1, 2]}, "change_percent": 1})
    drawn = {
        (event.first_day, event.last_day - event.first_day + 1)
        for seed in range(200)
        for event in schedule([scenario], seed, 90).events
    }
    assert drawn == {(first, length) for first in (3, 4, 5) for length in (1, 2)}


def test_combining_and_order_change_no_draw() -> None:
    everything = known_scenarios()
    together = schedule(everything, 11, 365)
    assert together == schedule(everything[::-1], 11, 365)
    alone = [entry for scenario in everything for entry in schedule([scenario], 11, 365).events]
    assert list(together.events) == alone


def test_the_same_scenario_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="price-war is given twice"):
        schedule([load_scenario("price-war"), load_scenario("viral-week"), load_scenario("price-war")], 1, 365)


@pytest.mark.parametrize(("seed", "days"), [(-1, 10), (0, 0)])
def test_a_run_needs_a_seed_and_a_day(seed: int, days: int) -> None:
    with pytest.raises(InvalidInput, match="A run needs"):
        schedule([], seed, days)


def test_a_scenario_that_cannot_happen_in_the_run_is_refused_and_a_late_event_left_out() -> None:
    early = {"kind": "supplier_delay", "start": 9, "days": 5, "extra_days": 3}
    scenario = made(early, early | {"start": 10})
    assert [entry.first_day for entry in schedule([scenario], 1, 10).events] == [9]
    with pytest.raises(InvalidInput, match="can happen in 9 days"):
        schedule([scenario], 1, 9)


def test_an_event_holds_from_its_first_to_its_last_day_and_then_has_ended() -> None:
    scenario = made(
        {"kind": "supplier_delay", "start": 3, "days": 2, "extra_days": 9},
        {"kind": "demand", "start": 4, "days": 1, "change_percent": 5},
    )
    plan = schedule([scenario], 1, 30)
    assert [day for day in range(9) if plan.active(SupplierDelay, day)] == [3, 4]
    assert [day for day in range(9) if plan.started(SupplierDelay, day)] == [3]
    assert [day for day in range(9) if plan.ended(SupplierDelay, day)] == [5]
    assert plan.active(SupplierDelay, 4)[0].extra_days == 9
    assert [day for day in range(9) if plan.active(DemandShift, day)] == [4]
    assert plan.active(CompetitorPrices, 4) == ()


def test_without_scenarios_nothing_happens() -> None:
    assert schedule([], 1, 30).events == ()


def test_what_is_left_out_means_all() -> None:
    (event,) = made({"kind": "demand", "start": 0, "days": 1, "change_percent": 5}).events
    assert isinstance(event, DemandShift)
    assert (event.category, event.channel, event.sku) == ("all", "all", "all")


def test_all_feeds_are_every_file_of_the_layout() -> None:
    (event,) = made({"kind": "data_outage", "start": 0, "days": 1, "feeds": "all"}).events
    assert isinstance(event, DataOutage)
    assert event.feeds == tuple(LAYOUT)


def test_poisoned_reviews_hold_orders_to_an_agent_and_one_star_reviews() -> None:
    reviews = [event for event in load_scenario("poisoned-reviews").events if isinstance(event, Reviews)]
    assert {event.rating for event in reviews} == {1, 5}
    assert any("Ignore your instructions" in text for event in reviews for text in event.texts)


def events(body: str) -> str:
    return f"name: mine\ntitle: T\nabout: A\nevents:\n{body}"


SUPPLIER = "  - kind: supplier_delay\n    start: 1\n    days: 2\n"
COUNTS = "  - kind: stock_count_error\n    start: 1\n    days: 2\n"
REVIEWS = "  - kind: reviews\n    start: 1\n    days: 2\n    per_day: 1\n    rating: 1\n"
FEEDS = "  - kind: data_outage\n    start: 1\n    days: 2\n    feeds: "
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\n"

BAD: dict[str, tuple[str | bytes, int, str]] = {
    "an empty file": ("", 1, "the file is empty"),
    "only a comment": ("# nothing\n", 1, "the file is empty"),
    "a list": ("- 1\n", 1, "fields are expected"),
    "a word": ("word\n", 1, "fields are expected"),
    "no events": ("name: mine\ntitle: T\nabout: A\n", 1, "events: this is missing"),
    "events without any": ("name: mine\ntitle: T\nabout: A\nevents: []\n", 4, "events: the list has too few"),
    "events left blank": ("name: mine\ntitle: T\nabout: A\nevents:\n", 4, "events: a list is expected"),
    "an event that is a word": (events("  - demand\n"), 5, "events.0: fields are expected"),
    "an unknown kind": (GOOD.replace("demand", "earthquake"), 5, "events.0.kind: there is no kind 'earthquake'; known"),
    "a kind that is a list": (GOOD.replace("demand", "[demand]"), 5, "events.0.kind: "),
    "no kind": (events("  - start: 1\n    days: 2\n"), 5, "events.0.kind: this is missing"),
    "an extra field": (GOOD + "    colour: red\n", 10, "events.0.colour: there is no such field"),
    "an extra field at the top": ("colour: red\n" + GOOD, 1, "colour: there is no such field"),
    "a missing field": (GOOD.replace("    days: 7\n", ""), 5, "events.0.days: this is missing"),
    "another file's name": (GOOD.replace("mine", "yours"), 1, "name: the name has to be the file's: mine, not yours"),
    "a name with capitals": (GOOD.replace("name: mine", "name: Mine"), 1, "name: "),
    "a name that is a number": (GOOD.replace("name: mine", "name: 7"), 1, "name: Input should be a valid string"),
    "a title of two lines": (GOOD.replace("title: Mine", 'title: "a\\nb"'), 2, "title: this has to be one line"),
    "text for a number": (GOOD.replace("20", "much"), 9, "events.0.change_percent: Input should be a valid number"),
    "a quoted number": (GOOD.replace("days: 7", 'days: "7"'), 7, "events.0.days: Input should be a valid integer"),
    "a truth for a number": (GOOD.replace("days: 7", "days: yes"), 7, "events.0.days: Input should be a valid integer"),
    "a truth for a percentage": (GOOD.replace("20", "yes"), 9, "events.0.change_percent: Input should be a valid"),
    "half a day": (GOOD.replace("days: 7", "days: 7.5"), 7, "events.0.days: Input should be a valid integer"),
    "no day": (GOOD.replace("days: 7", "days: 0"), 7, "events.0.days: "),
    "a day before the run": (GOOD.replace("{between: [5, 400]}", "-1"), 6, "events.0.start: "),
    "not a number": (GOOD.replace("20", ".nan"), 9, "events.0.change_percent: Input should be a finite number"),
    "infinity": (GOOD.replace("20", "-.inf"), 9, "events.0.change_percent: Input should be a finite number"),
    "too much": (GOOD.replace("20", "901"), 9, "events.0.change_percent: Input should be less than or equal to 900"),
    "an octal": (GOOD.replace("20", "020"), 9, "events.0.change_percent: write the number plainly"),
    "a sexagesimal": (GOOD.replace("20", "1:30"), 9, "events.0.change_percent: write the number plainly"),
    "endless digits": (GOOD.replace("20", "9" * 5_000), 9, "events.0.change_percent: this is no int"),
    "a date": (GOOD.replace("beard", "2026-01-01"), 8, "events.0.category: a timestamp is not read"),
    "a falling range": (GOOD.replace("5, 400", "9, 8"), 6, "events.0.start.between: the first number is above"),
    "half a range": (GOOD.replace("5, 400", "9"), 6, "events.0.start.between.1: this is missing"),
    "a range of three": (GOOD.replace("5, 400", "1, 2, 3"), 6, "events.0.start.between: the list has too many"),
    "a range out of bounds": (GOOD.replace("5, 400", "-5, 4"), 6, "events.0.start.between.0: "),
    "a range without its word": (GOOD.replace("{between: [5, 400]}", "[5, 4]"), 6, "events.0.start: Input should be"),
    "a delay too long": (events(SUPPLIER + "    extra_days: 181\n"), 8, "events.0.extra_days: "),
    "an empty code": (events(SUPPLIER + "    extra_days: 1\n    supplier: ''\n"), 9, "events.0.supplier: "),
    "a share above all": (
        events(COUNTS + "    share_percent: 101\n    size_percent: 1\n"),
        8,
        "events.0.share_percent",
    ),
    "an unknown feed": (events(FEEDS + "[sales, horoscope]\n"), 8, "events.0.feeds.1: there is no feed 'horoscope'"),
    "a feed twice": (events(FEEDS + "[sales, sales]\n"), 8, "events.0.feeds: a feed is named twice"),
    "no feed": (events(FEEDS + "[]\n"), 8, "events.0.feeds: the list has too few"),
    "a feed that is a word": (events(FEEDS + "sales\n"), 8, "events.0.feeds: a list is expected"),
    "no texts": (events(REVIEWS + "    texts: []\n"), 10, "events.0.texts: the list has too few"),
    "a long text": (events(REVIEWS + f"    texts:\n      - ok\n      - {'x' * 4_001}\n"), 12, "events.0.texts.1: "),
    "a NUL": (events(REVIEWS + '    texts: ["a\\0"]\n'), 10, "events.0.texts.0: the text has a NUL"),
    "half a character": (events(REVIEWS + '    texts: ["\\ud800"]\n'), 10, "events.0.texts.0: "),
    "a rating of six": (events(REVIEWS.replace("rating: 1", "rating: 6") + "    texts: [a]\n"), 9, "events.0.rating: "),
    "a duplicate field": (GOOD + "    days: 9\n", 10, "'days' is said twice"),
    "a duplicate at the top": (GOOD + "name: mine\n", 10, "'name' is said twice"),
    "a number for a field's name": (GOOD + "    7: 9\n", 10, "a field's name has to be text"),
    "an alias bomb": (BOMB + GOOD, 1, "anchors and aliases"),
    "a lone alias": (GOOD.replace("beard", "*x"), 8, "anchors and aliases"),
    "a merge": (GOOD + "    <<: {sku: X}\n", 10, "a field's name has to be text"),
    "a Python object": (
        GOOD.replace("20", "!!python/object/apply:os.getcwd []"),
        9,
        "events.0.change_percent: a python/object",
    ),
    "a set": (events(REVIEWS + "    texts: !!set {a, b}\n"), 10, "events.0.texts: a set is not read"),
    "a false tag": (GOOD.replace("20", "!!int ''"), 9, "events.0.change_percent: write the number plainly"),
    "a false truth": (GOOD.replace("20", "!!bool maybe"), 9, "events.0.change_percent: this is no bool"),
    "deep nesting": (GOOD.replace("20", "[" * 100_000), 9, "nested too deeply"),
    "endless entries": (GOOD.replace("20", "[" + "1," * 400_000), 9, "too many parts"),
    "broken syntax": (GOOD + "    days: [1,\n", 11, "this is not YAML"),
    "a tab": (GOOD + "\tx: 1\n", 10, "this is not YAML"),
    "an endless field": (GOOD + f"    ? {'x' * 5_000}\n    : 1\n", 10, "events.0.xxx"),
    "a control character": (GOOD + "    sku: \x07\n", 10, "this is not YAML"),
    "two documents": (GOOD + "---\n" + GOOD, 10, "this is not YAML"),
    "another encoding": (GOOD.encode() + b"    sku: \xff\n", 10, "this is not UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), 1, "this is not UTF-8"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_with_its_line(name: str, tmp_path: Path) -> None:
    text, line, said = BAD[name]
    error = refused(tmp_path, text)
    assert error.message.startswith(f"mine.yaml, line {line}: ")
    assert said in error.message
    assert (error.details["line"], bool(error.remedy), len(error.message) < 600) == (line, True, True)


def test_the_good_file_is_good(tmp_path: Path) -> None:
    assert load_scenario(write(tmp_path, GOOD)).events[0].days == 7


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="no scenario 'prise-war'") as caught:
        load_scenario("prise-war")
    assert all(name in caught.value.remedy for name in NAMES)


def test_a_file_that_is_not_there_or_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, tmp_path / f"{'x' * 300}.yaml"):
        with pytest.raises(InvalidInput) as caught:
            load_scenario(str(path))
        assert str(path) in caught.value.message


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    assert "larger than" in refused(tmp_path, "#" * (LARGEST_BYTES + 1)).message


def test_a_code_that_the_world_does_not_have_is_told_with_its_line(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, GOOD.replace("beard", "perfume")))
    with pytest.raises(InvalidInput) as caught:
        check_codes(scenario, CODES)
    assert caught.value.message == "mine.yaml, line 8: events.0.category: the world has no category 'perfume'"
    assert "shampoo" in caught.value.remedy


@pytest.mark.parametrize("field", CODE_FIELDS)
def test_every_field_that_holds_a_code_is_checked(field: str) -> None:
    kind = next(kind for kind in EVENT_KINDS if field in kind.model_fields)
    needed = {
        "start": 0, "days": 1, "extra_days": 1, "change_percent": 1, "share_percent": 1, "size_percent": 1,
        "per_day": 1, "rating": 1, "texts": ["a"], "inflate_percent": 1, "return_percent": 1,
    }  # fmt: skip
    event = {name: value for name, value in needed.items() if name in kind.model_fields}
    event["kind"] = kind.model_fields["kind"].default
    check_codes(made(event), {})
    with pytest.raises(InvalidInput, match=f"made, line 1: events.0.{field}: the world has no {field} 'nobody'"):
        check_codes(made(event | {field: "nobody"}), CODES)
