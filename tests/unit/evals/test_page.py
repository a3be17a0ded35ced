"""The page of a run or a score: it needs nothing but itself, its drawings are sound, and text never becomes markup."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from evals.twin.chart import IntervalRow, dot_chart, interval_chart, line_chart, ticks
from evals.twin.page import run_page, score_page
from evals.twin.words import BOUND, answers, money

HOSTILE = '</title><script>alert("1")</script>&'
VOID = {"meta", "br"}
CREWS = ("none", "textbook", "rules", "rules without refusals", "oracle", BOUND)
SVG = "{http://www.w3.org/2000/svg}"


def run_document(weeks: int = 26, **changed: Any) -> dict[str, Any]:
    """A document as `RunResult.as_document()` gives it, for so many weeks."""
    rising = [round(0.9 + week / 100, 4) for week in range(weeks)]
    channels = ("shop", "market-a", "market-b", "dealers", "stands")
    document: dict[str, Any] = {
        "crew": "rules",
        "seed": 7,
        "days": weeks * 7 + 3,
        "scenarios": [],
        "violations": 0,
        "autonomy_rate": 0.25,
        "interruptions_per_day": 1.5,
        "stockout_rate": 0.0512,
        "days_per_second": 1.3,
        "world_days_per_second": 120.4,
        "currency": "EUR",
        "net_worth_minor": 101_068_969,
        "net_worth": {"cash": 547_099.23, "receivables": 240_095.8, "payables": 155_088.93, "stock": 378_583.6},
        "action_items": {"done": 34, "rejected": 6},
        "outcomes": {"measured": 3, "not_measurable": 1},
        "operator": {
            "script": {"delay_days": {0: 0.45, 1: 0.35, 2: 0.2}, "refuses": 0.1},
            "delay_days": {"0": 20, "1": 10, "2": 10},
            "approved": 34,
            "refused": 6,
            "shown_again": 2,
        },
        "tables": {"price": "ab" * 32, "order_line": "cd" * 32},
        "curves": {
            "kept": [value * 40_000 for value in rising],
            "gross_profit": [value * 20_000 - 19_000 for value in rising],
            "cash": [value * 500_000 for value in rising],
            "lost_share": [0.05] * weeks,
            "price": dict.fromkeys(channels, rising),
        },
    }
    return {**document, **changed}


def score_document(seeds: int = 5, **changed: Any) -> dict[str, Any]:
    """A document as `score_document()` gives it, for so many seeds."""
    worth = {crew: 100_000_000 + 1_000_000 * number for number, crew in enumerate(CREWS)}
    lines = [
        {
            "crew": crew,
            "net_worth_minor": amount,
            "low": amount - 500_000 * (seeds > 1),
            "high": amount + 500_000 * (seeds > 1),
            "against_none_minor": amount - worth["none"],
            "against_none_low": amount - worth["none"] - 100_000 * (seeds > 1),
            "against_none_high": amount - worth["none"] + 100_000 * (seeds > 1),
        }
        for crew, amount in worth.items()
    ]
    for line in lines[:-1]:
        line |= {"stockout_rate": 0.05, "days_per_second": 1.3, "world_days_per_second": 120.4}
    document: dict[str, Any] = {
        "crew": "rules",
        "days": 182,
        "scenarios": [],
        "seeds": list(range(1, seeds + 1)),
        "score": 0.5,
        "score_low": 0.4 if seeds > 1 else 0.5,
        "score_high": 0.6 if seeds > 1 else 0.5,
        "violations": 0,
        "autonomy_rate": 0.25,
        "interruptions_per_day": 1.5,
        "per_seed": [{"seed": seed, "net_worth_minor": worth} for seed in range(1, seeds + 1)],
        "crews": lines,
        "operator": {"delay_days": {"0": 20, "1": 10, "2": 10}, "approved": 34, "refused": 6, "shown_again": 2},
    }
    return {**document, **changed}


class Reader(HTMLParser):
    """Follows the tags, and fails where one is closed that is not open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def drawings(page: str) -> list[ElementTree.Element]:
    """Every SVG of the page with a description, each read as XML."""
    svgs = [ElementTree.fromstring(text) for text in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    return [drawing for drawing in svgs if drawing.get("aria-label")]


PAGES = {
    "run": run_page(run_document()),
    "run of one week": run_page(run_document(1)),
    "run without a week": run_page(run_document(0)),
    "score": score_page(score_document()),
    "score of one seed": score_page(score_document(1)),
    "score of many seeds": score_page(score_document(200)),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_is_sound_and_needs_nothing_but_itself(page: str) -> None:
    read = Reader(page)
    assert read.open == []
    assert not read.tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"(src|href)=|url\(|@import", page)
    assert set(re.findall(r"https?://[^\"]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert "prefers-color-scheme: dark" in page
    assert "nan" not in " ".join(re.findall(r'(?:x|y|cx|cy|points|width)\d?="([^"]*)"', page))


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_what_is_drawn_stays_within_its_drawing(page: str) -> None:
    for drawing in drawings(page):
        _, _, width, height = map(float, (drawing.get("viewBox") or "").split())
        for part in drawing.iter():
            for name, most in (("x", width), ("x1", width), ("cx", width), ("y", height), ("y1", height)):
                assert 0 <= float(part.get(name, 0)) <= most, (name, part.attrib)


def test_the_page_of_a_run_says_what_came_of_it() -> None:
    text = Reader(PAGES["run"]).text
    for words in ("€1,010,690", "€547,099 cash", "5.1 %", "20 (50 %)", "6 (15 %)", "proposals rejected", "ab" * 32):
        assert words in text, words
    assert "mhos simulate --days 185 --seed 7 --crew rules" in text
    assert len(drawings(PAGES["run"])) == 4


def test_a_line_has_a_place_a_week_and_a_week_its_values() -> None:
    drawing = drawings(line_chart("Prices", {"Shop": [1.0, 1.5, 0.5], "Stands": [1.0, 1.0, 1.0]}, "{:.1f}".format))[0]
    shop, _ = drawing.iter(f"{SVG}polyline")
    places = [tuple(map(float, place.split(","))) for place in shop.get("points", "").split()]
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert places[1][1] < places[0][1] < places[2][1], "higher values are drawn higher up"
    titles = [title.text for title in drawing.iter(f"{SVG}title")]
    assert titles == [f"Week {week}\nShop: {shop}\nStands: 1.0" for week, shop in ((1, "1.0"), (2, "1.5"), (3, "0.5"))]


def test_a_run_shorter_than_a_week_says_so_instead_of_drawing() -> None:
    assert drawings(PAGES["run without a week"]) == []
    assert PAGES["run without a week"].count("shorter than a week") == 4


def test_the_page_of_a_score_says_what_it_means() -> None:
    text = Reader(PAGES["score"]).text
    for words in ("50.0 % of the way", "over 5 seeds is 40.0 % to 60.0 %", "+€40,000", "seeds 1 to 5"):
        assert words in text, words
    assert "mhos simulate --score --seeds 1:5 --crew rules --days 182" in text


def test_one_seed_claims_no_interval() -> None:
    text = Reader(PAGES["score of one seed"]).text
    assert "One seed gives no interval" in text
    assert not re.search(r"40\.0 %|€[\d,]+ to |mean and 95 %", text)


@pytest.mark.parametrize("score", [0.5, float("nan")])
def test_where_the_oracle_gains_nothing_there_is_no_score(score: float) -> None:
    document = score_document(score=score, score_low=score, score_high=score)
    for line in document["crews"]:
        line["against_none_minor"] = 0
    text = Reader(score_page(document)).text
    assert "rules has no score" in text
    assert "nan" not in text


@pytest.mark.parametrize(
    "page",
    [
        run_page(run_document(crew=HOSTILE, scenarios=[HOSTILE], tables={HOSTILE: HOSTILE}, action_items={HOSTILE: 1})),
        run_page(run_document(), HOSTILE),
        score_page(score_document(scenarios=[HOSTILE]), HOSTILE),
        score_page(json.loads(json.dumps(score_document()).replace('"rules"', json.dumps(HOSTILE)))),
        line_chart(HOSTILE, {HOSTILE: [1.0, 2.0]}, lambda _: HOSTILE),
        interval_chart(HOSTILE, [IntervalRow(HOSTILE, 1.0, 0.0, 2.0)], lambda _: HOSTILE, lambda _: HOSTILE),
        dot_chart(HOSTILE, {HOSTILE: [(1, 1.0)]}, lambda _: HOSTILE, HOSTILE),
    ],
    ids=["run", "run's command", "score", "crew", "lines", "intervals", "dots"],
)
def test_foreign_text_stays_text(page: str) -> None:
    read = Reader(page)
    assert "script" not in read.tags
    assert read.open == []
    assert 'alert("1")' in read.text
    drawings(page)


def test_a_script_of_the_operator_is_compared_with_what_happened() -> None:
    rows = answers(run_document()["operator"])
    assert rows[0] == ("answered the same day", "45 %", "20 (50 %)")
    assert ("refused", "10 %", "6 (15 %)") in rows
    assert answers({"delay_days": {}})[0] == ("answered the same day", "45 %", "0")


def test_a_delay_that_the_script_does_not_know_is_shown() -> None:
    rows = answers({**run_document()["operator"], "delay_days": {"5": 1}})
    assert ("answered after 5 days", "0 %", "1 (100 %)") in rows


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (-3, 7, [-4, -2, 0, 2, 4, 6, 8]),
        (0.95, 1.15, [0.95, 1.0, 1.05, 1.1, 1.15]),
        (560_183, 742_664, [550_000, 600_000, 650_000, 700_000, 750_000]),
        (0, 0, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_axes_have_round_marks_that_enclose_the_values(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


@pytest.mark.parametrize(
    ("amount", "signed", "shown"),
    [(123_456, False, "€1,235"), (123_456, True, "+€1,235"), (-123_456, True, "-€1,235"), (0, True, "€0")],
)
def test_money_is_shown_without_cents(amount: int, signed: bool, shown: str) -> None:
    assert money(amount, signed=signed) == shown
