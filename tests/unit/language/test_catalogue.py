"""The catalogue is whole: every key in use has a sentence, every sentence a German one, and none lies there unused."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from analytics.pricing.best_price import PriceReason
from analytics.pricing.channel_ladder import LadderBreak
from analytics.pricing.elasticity import Model
from analytics.pricing.elasticity_choice import Reason
from cli.health_checks import ROOMS
from cli.why import NOT_SHOWN
from domain.action import ACTION_KINDS, ItemStatus
from domain.customers import SEGMENT_NAMES
from domain.figure import FigureRef
from domain.ids import ReceiptId
from domain.report import Claim
from domain.verdict import Decision
from guardrails.facts import is_rate
from guardrails.packaged import packaged_policies
from guardrails.prose import check_claim
from language.sentences import entries
from tools.sources import SOURCES

CHECKOUT = Path(__file__).resolve().parents[3]
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
CEDAR_REASON = re.compile(r'@reason\("([^"]+)"\)')
EVENTS = {"stock.low", "outcome.measure", "outcome.measured"}
"""What is named as keys are, and is none."""
SAYING = ("message", "citing", "say")
Texts = dict[str, list[tuple[str, str]]]


@cache
def catalogue() -> Texts:
    """Every sentence with its German by key, one pair a plural form."""
    pairs: Texts = {}
    for _, _, entry in entries():
        assert entry.context not in pairs, f"{entry.context} is there twice"
        english, german = (texts if isinstance(texts, list | tuple) else [texts] for texts in (entry.id, entry.string))
        pairs[str(entry.context)] = [
            (source or "", target or "") for source, target in zip(english, german, strict=True)
        ]
    return pairs


@cache
def constants() -> tuple[set[str], set[str]]:
    """Every string that stands in the rooms' source, and every f-string that could make a key, as a pattern."""
    plain, patterns = set[str](), set[str]()
    for room in (*ROOMS, "evals"):
        for path in (CHECKOUT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    plain.add(node.value)
                elif isinstance(node, ast.JoinedStr):
                    patterns |= set(_pattern(node))
    return plain | set(CEDAR_REASON.findall("\n".join(packaged_policies()))), patterns


@cache
def said() -> set[str]:
    """Every key that is handed to what says it: `message`, `citing`, `say`."""
    calls = (
        node
        for room in ROOMS
        for path in (CHECKOUT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING and node.args
    )
    firsts = (call.args[0] for call in calls)
    texts = (first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str))
    return {text for text in texts if KEY.fullmatch(text)}


def _pattern(node: ast.JoinedStr) -> Iterator[str]:
    parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
    fixed = "".join(str(part) for part in parts if part is not None)
    if re.fullmatch(r"[a-z0-9_.]*\.[a-z0-9_.]*", fixed) and len(fixed) > 1:
        yield "".join("[a-z0-9_.]+" if part is None else re.escape(str(part)) for part in parts)


@cache
def fields() -> set[str]:
    """Every field that a class of the rooms declares: columns, numbers of results, arguments of tools."""
    declared = set[str]()
    for room in ROOMS:
        for path in (CHECKOUT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    declared.add(node.target.id.removesuffix("_minor").removesuffix("_bps"))
    return declared


def is_used(key: str) -> bool:
    plain, patterns = constants()
    if key.startswith("why.name.") and key.rpartition(".")[2] in fields():
        return True
    made = any(re.fullmatch(pattern, key) for pattern in patterns)
    return key in plain or (made and {*_ends(key), _unit(key)} & (plain | _of_kinds()) != set())


def _ends(key: str) -> Iterator[str]:
    """`more.attention` and `attention` of `office.more.attention`: what an f-string may have been given."""
    parts = key.split(".")
    yield from (".".join(parts[at:]) for at in range(1, len(parts)))


@cache
def _of_kinds() -> set[str]:
    """The file names of kinds, and the numbers that results of tools have: sentences may be found by them."""
    return {kind.file_name for kind in ACTION_KINDS.values()} | fields()


def _unit(key: str) -> str:
    """`unit.units_per_week` says what is counted in `units/week`."""
    return key.removeprefix("unit.").replace("_per_", "/")


def test_every_key_in_use_has_a_sentence() -> None:
    nouns = {key.partition(".")[0] for key in catalogue()}
    keys = {text for text in constants()[0] if KEY.fullmatch(text) and text.partition(".")[0] in nouns}
    modules = {key for key in keys if (CHECKOUT / key.replace(".", "/")).with_suffix(".py").exists()}
    files = {key for key in keys if key.endswith(".csv")}
    assert sorted(keys - catalogue().keys() - modules - files - set(ACTION_KINDS) - EVENTS) == []


def test_every_key_that_is_said_has_a_catalogue() -> None:
    """Also where the whole file of a noun is missing, so that none of its keys looks like a key."""
    missing = {key for key in said() if key not in catalogue()}
    assert sorted(missing) == [], "the first part of each names its file in language/catalogue/"


def test_every_packaged_rule_gives_its_reason_by_key_and_shows_rates_only() -> None:
    reasons = CEDAR_REASON.findall("\n".join(packaged_policies()))
    assert sorted(set(reasons) - catalogue().keys()) == []
    shown = {name for key in reasons for pair in catalogue()[key] for name in PLACEHOLDER.findall(pair[0])}
    assert all(is_rate(name) for name in shown)


def test_no_sentence_lies_there_unused() -> None:
    assert sorted(key for key in catalogue() if not is_used(key)) == []


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_both_languages_say_the_same(key: str) -> None:
    for english, german in catalogue()[key]:
        assert english and german
        assert set(PLACEHOLDER.findall(english)) == set(PLACEHOLDER.findall(german))
        assert not {"{", "}"} & set(PLACEHOLDER.sub("", english + german)), "a brace that is no placeholder"


def test_a_segment_is_called_in_prose_as_it_is_in_titles() -> None:
    assert {f"customers.segment.{code}": [tuple(name)] for code, name in SEGMENT_NAMES.items()} == {
        key: pairs for key, pairs in catalogue().items() if key.startswith("customers.segment.")
    }


SPOKEN = {path.parent.name for path in (CHECKOUT / "agents/playbooks").glob("*/*.py")}
"""The nouns that have a playbook: what it says stands on receipts, number by number."""
CLAIMS = sorted(key for key in catalogue() if key.partition(".")[0] in SPOKEN)


@pytest.mark.parametrize("key", CLAIMS)
def test_no_sentence_of_a_noun_brings_a_number_of_its_own(key: str) -> None:
    ref = FigureRef(receipt=ReceiptId("0" * 32), path="/x")  # pyright: ignore[reportArgumentType]
    for text in (text for pair in catalogue()[key] for text in pair):
        check_claim(Claim(text=text, figures=dict.fromkeys(PLACEHOLDER.findall(text), ref)), frozenset())


def test_every_reason_that_the_price_analysis_gives_has_words() -> None:
    given = {*get_args(Reason), *get_args(PriceReason)}
    assert {f"pricing.reason.{code}" for code in given} <= catalogue().keys()


def test_every_model_of_demand_has_words() -> None:
    assert {f"pricing.model.{model}" for model in get_args(Model)} <= catalogue().keys()


def test_every_break_of_the_channel_ladder_has_words() -> None:
    assert {f"pricing.ladder.{kind}" for kind in LadderBreak} <= catalogue().keys()


def test_every_row_behind_a_number_is_named_in_german() -> None:
    columns = {name for source in SOURCES.values() for name in source.table.model_fields if not name.endswith("_id")}
    shown = {name.removesuffix("_minor").removesuffix("_bps") for name in columns - NOT_SHOWN}
    named = {*(f"why.name.{name}" for name in shown), *(f"why.table.{name}" for name in SOURCES)}
    assert sorted(named - catalogue().keys()) == []


def test_names_of_rows_and_numbers_are_in_english_what_they_are_called() -> None:
    names = {key: pair[0][0] for key, pair in catalogue().items() if key.startswith(("why.name.", "why.table."))}
    assert names == {key: key.rpartition(".")[2].replace("_", " ") for key in names}


def test_every_state_risk_and_decision_of_an_item_has_words() -> None:
    codes = {f"item.status.{status}" for status in ItemStatus} | {f"item.decision.{said}" for said in Decision}
    assert codes | {f"item.risk.{risk}" for risk in ("low", "medium", "high")} <= catalogue().keys()
