"""A kind of action is whole, or a sentence names the file that is missing; tried with one that nobody finished."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from pydantic import BaseModel
from sqlmodel import SQLModel

import store.tables.every  # noqa: F401 - so that its tables are known
from actions.handler import Completes, Undoes
from actions.kinds import HANDLERS, handler_of
from automation.references import doubt_about
from domain.action import ACTION_KINDS, Action
from domain.kind import EACH, LIST, ActionKind, Facts, LeavesHouse, Leaving, Parameters, Reversibility, Way, Words
from domain.language import Language
from domain.money import Currency
from domain.pricing import PRICE_UPDATE
from guardrails.packaged import policy_files
from guardrails.policy_files import lint_policy_files
from language.titles import LONGEST_IN_LIST, LONGEST_IN_TEXT, PLACEHOLDER, list_title, text_title
from tests.unit.language.test_titles import LINES

CHECKOUT = Path(__file__).resolve().parents[2]
TYPICAL_MISTAKES = {
    "price.update": "tests/integration/agents/pricing/test_range.py"
    "::test_demand_that_rose_with_a_promotion_is_no_reason_to_raise_a_price",
    "price.draft": "tests/unit/guardrails/test_promotion_policies.py::test_each_rule_binds_where_it_says",
    "promo.schedule": "tests/unit/analytics/pricing/test_promotion_effect.py"
    "::test_a_deal_that_looks_good_while_it_runs_loses_after_it",
    "purchase_order.create": "tests/integration/agents/stock/test_inventory_forecaster.py"
    "::test_sales_that_an_empty_shelf_lost_are_counted_in",
    "stock.transfer": "tests/integration/agents/test_stock_transfers.py"
    "::test_a_transport_that_costs_more_than_the_units_earn_is_not_made",
    "stand.refill": "tests/integration/agents/stands/test_stand_coach.py"
    "::test_a_stand_whose_trip_costs_more_than_it_earns_is_not_refilled",
    "stand.bonus": "tests/integration/actions/stands/test_stand_partners.py"
    "::test_a_bonus_costs_its_share_while_it_runs_and_never_more_than_its_cap",
    "stand.visit": "tests/integration/actions/stands/test_stand_partners.py"
    "::test_what_a_visit_brought_is_found_against_stands_that_were_left_alone",
    "segment.message": "tests/integration/actions/customers/test_segment_message.py"
    "::test_it_is_measured_against_those_held_out",
    "lead.follow_up": "tests/integration/actions/customers/test_segment_message.py"
    "::test_a_lead_that_was_won_counts_beyond_the_base_rate",
    "invoice.remind": "tests/unit/analytics/finance/test_receivables.py"
    "::test_leaving_out_what_is_open_would_have_made_them_look_prompt",
    "budget.reallocate": "tests/unit/analytics/marketing/test_budget.py::test_margin_counts_and_not_revenue",
    "expense.flag": "tests/unit/analytics/finance/test_expenses.py::test_a_season_that_comes_every_year_is_ordinary",
}
"""The test that holds each kind to not making the mistake that is typical of it."""
SAMPLES: dict[str, Action] = {action.kind: action for action in LINES}


def gaps(kind: ActionKind, session: pytest.Session) -> list[str]:
    """A sentence about everything that a kind lacks, with the file where it belongs; none where it is whole."""
    own = {name: text for name, text in policy_files().items() if name == kind.file_name}
    return [*lint_policy_files(own, [kind]), *_unlisted(kind), *_handler(kind), *_words(kind),
            *_fields(kind), *_outside(kind), *_mistake(kind, session)]  # fmt: skip


def _unlisted(kind: ActionKind) -> Iterator[str]:
    if ACTION_KINDS.get(kind.name) is None:
        yield f"domain/action.py does not list the definition of {kind.name}."
    if kind.parameters not in get_args(Action):
        yield f"domain/action.py: the union Action has no {kind.parameters.__name__}, the parameters of {kind.name}."
    if kind.parameters.model_fields["kind"].default != kind.name:
        yield f"domain/{kind.noun}.py: {kind.parameters.__name__} does not say `kind: Literal[{kind.name!r}]`."


def _handler(kind: ActionKind) -> Iterator[str]:
    file = f"actions/{kind.noun}/{kind.file_name}.py"
    if not (CHECKOUT / file).is_file():
        yield f"{file} is missing: nothing looks at, applies and measures {kind.name}."
    if kind.name not in HANDLERS:
        yield f"actions/kinds.py lists no handler of {kind.name}."
        return
    handler = handler_of(kind.name)
    if handler.kind.name != kind.name:
        yield f"actions/kinds.py names for {kind.name} the handler of {handler.kind.name}."
    for step in ("lock", "look", "apply", "measure"):
        if not callable(getattr(handler, step, None)):
            yield f"{file} has no {step}."
    if isinstance(handler, Undoes) is (kind.reversibility is Reversibility.FINAL):
        undo = "an undo" if isinstance(handler, Undoes) else "no undo"
        yield f"{file} has {undo}, but {kind.name} is {kind.reversibility}."
    if isinstance(handler, Completes) is not bool(kind.filled_in):
        yield f"{file}: `complete` and `filled_in` of domain/{kind.noun}.py do not go together."


def _words(kind: ActionKind) -> Iterator[str]:
    file = f"domain/{kind.noun}.py"
    for name, words in (("list title", kind.list_title), ("text title", kind.text_title)):
        for language in Language:
            text = words.in_language(language)
            if not text.strip():
                yield f"{file}: {kind.name} has no {name} in {language}."
            unknown = {match[0] for match in PLACEHOLDER.findall(text)} - _values_of(kind)
            if unknown:
                yield f"{file}: the {name} of {kind.name} in {language} asks for {', '.join(sorted(unknown))}."
    if any(name.endswith("_minor") for name, *_ in PLACEHOLDER.findall("".join(kind.list_title))):
        yield f"{file}: the list title of {kind.name} has an amount, which has a column of its own."
    sample = SAMPLES.get(kind.name)
    if sample is None:
        yield f"tests/unit/language/test_titles.py has no lines of {kind.name}."
        return
    for language in Language:
        if len(_filled(kind.list_title, sample, language)) > LONGEST_IN_LIST:
            yield f"{file}: the list title of {kind.name} in {language} is longer than {LONGEST_IN_LIST} characters."
        if len(_filled(kind.text_title, sample, language)) > LONGEST_IN_TEXT:
            yield f"{file}: the text title of {kind.name} in {language} is longer than {LONGEST_IN_TEXT} characters."


def _filled(words: Words, sample: Action, language: Language) -> str:
    """As the product fills it, where it is the kind's own; else with the bare values."""
    known = ACTION_KINDS[sample.kind]
    if words == known.list_title:
        return list_title(sample, language)
    if words == known.text_title:
        return text_title(sample, language)
    return PLACEHOLDER.sub(lambda match: str(getattr(sample, match[1], "")), words.in_language(language))


def _values_of(kind: ActionKind) -> set[str]:
    properties = {name for name, value in vars(kind.parameters).items() if isinstance(value, property)}
    return set(kind.parameters.model_fields) | properties


def _fields(kind: ActionKind) -> Iterator[str]:
    file, fields = f"domain/{kind.noun}.py", _parameters(kind.parameters)
    for field_list, named in (("editable", kind.editable), ("names", kind.names), ("filled_in", kind.filled_in)):
        if unknown := sorted({name.removesuffix(LIST) for name in named} - fields):
            yield f"{file}: {field_list} of {kind.name} names {', '.join(unknown)}, which it has not."
    if unknown := sorted(set(kind.uses.values()) - _values_of(kind)):
        yield f"{file}: uses of {kind.name} names {', '.join(unknown)}, which it has not."
    for column in sorted(kind.owns_columns):
        table, _, name = column.partition(".")
        if name not in getattr(SQLModel.metadata.tables.get(table), "columns", ()):
            yield f"{file}: {kind.name} owns {column}, which no table has."


def _parameters(model: type[BaseModel]) -> set[str]:
    fields = set(model.model_fields)
    for name, info in model.model_fields.items():
        inner = next(iter(get_args(info.annotation)), None)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            fields |= {f"{name}{EACH}{each}" for each in inner.model_fields}
    return fields


def _outside(kind: ActionKind) -> Iterator[str]:
    file, leaves = f"domain/{kind.noun}.py", kind.leaves_house
    said = [leaves.by_hand, *([leaves.by_mail] if leaves.by_mail else [])]
    if not all(text.strip() for words in said for text in words):
        yield f"{file}: {kind.name} does not say in both languages what leaves the house today."
    if (leaves.content is Leaving.NOTHING) is not (leaves.way is Way.NONE):
        yield f"{file}: {kind.name} says {leaves.content} leaves the house, by {leaves.way}."
    if leaves.event and doubt_about(leaves.event):
        yield f"{file}: {kind.name} names the event {leaves.event}, which automation/references.py does not know."


def _mistake(kind: ActionKind, session: pytest.Session) -> Iterator[str]:
    test = TYPICAL_MISTAKES.get(kind.name)
    if test is None:
        yield f"tests/unit/test_kinds.py names no test of the typical mistake of {kind.name}."
        return
    file, _, name = test.partition("::")
    if not (CHECKOUT / file).is_file() or name not in collected(CHECKOUT / file, session):
        yield f"{file} has no {name}, the test of the typical mistake of {kind.name}."


def collected(file: Path, session: pytest.Session) -> set[str]:
    """The names of the tests that pytest finds in a file."""
    module = pytest.Module.from_parent(session, path=file)
    return {item.originalname for item in module.collect() if isinstance(item, pytest.Function)}


@pytest.mark.parametrize("kind", ACTION_KINDS.values(), ids=lambda kind: kind.name)
def test_each_kind_is_whole(kind: ActionKind, request: pytest.FixtureRequest) -> None:
    assert gaps(kind, request.session) == []


def test_nothing_stands_in_a_list_without_a_kind() -> None:
    assert set(ACTION_KINDS) == set(HANDLERS) == set(TYPICAL_MISTAKES) == set(SAMPLES)
    assert {kind.parameters for kind in ACTION_KINDS.values()} == set(get_args(Action))
    assert {kind.file_name for kind in ACTION_KINDS.values()} | {"common"} == set(policy_files())


class StandParade(Parameters):
    """`stand.parade`: a kind that somebody began."""

    kind: Literal["stand.parade"] = "stand.parade"
    stand: str
    currency: Currency


class StandParadeFacts(Facts):
    amount_minor: int


StandParade.__module__ = "domain.stands"
BEGUN = ActionKind(
    name="stand.parade",
    title="Hold a parade",
    parameters=StandParade,
    facts=StandParadeFacts,
    list_title=Words("Parade at {stand}", "Umzug bei {stand}"),
    text_title=Words("Parade at {stand} for {cost_minor}", ""),
    reversibility=Reversibility.FINAL,
    leaves_house=LeavesHouse(content=Leaving.NOTHING, way=Way.NONE, by_hand=Words("Nothing.", "Nichts.")),
    names=("stand",),
)


def test_a_kind_that_somebody_began_is_told_file_by_file_what_it_lacks(request: pytest.FixtureRequest) -> None:
    assert gaps(BEGUN, request.session) == [
        "guardrails/policies/stand_parade.cedar is missing: stand.parade has no policies of its own, so all of it is "
        "denied.",
        "domain/action.py does not list the definition of stand.parade.",
        "domain/action.py: the union Action has no StandParade, the parameters of stand.parade.",
        "actions/stands/stand_parade.py is missing: nothing looks at, applies and measures stand.parade.",
        "actions/kinds.py lists no handler of stand.parade.",
        "domain/stands.py: the text title of stand.parade in en asks for cost_minor.",
        "domain/stands.py: stand.parade has no text title in de.",
        "tests/unit/language/test_titles.py has no lines of stand.parade.",
        "tests/unit/test_kinds.py names no test of the typical mistake of stand.parade.",
    ]


@dataclass(frozen=True)
class Spoilt:
    """A definition with one thing wrong, and what is said of it."""

    changed: dict[str, Any]
    message: str


SPOILT = (
    Spoilt({"list_title": Words("New price " * 5, "x")}, "the list title of price.update in en is longer than 45"),
    Spoilt({"text_title": Words("x", "Neuer Preis " * 6)}, "the text title of price.update in de is longer than 70"),
    Spoilt({"list_title": Words("{sku}: {price_minor}", "{sku}")}, "has an amount, which has a column of its own"),
    Spoilt({"reversibility": Reversibility.FINAL}, "has an undo, but price.update is final"),
    Spoilt({"editable": ("colour",)}, "editable of price.update names colour"),
    Spoilt({"names": ("lines[].sku",)}, "names of price.update names lines[].sku"),
    Spoilt({"filled_in": ("price_minor",)}, "`complete` and `filled_in`"),
    Spoilt({"uses": {"cash": "cost_minor"}}, "uses of price.update names cost_minor"),
    Spoilt({"owns_columns": frozenset({"price.colour"})}, "owns price.colour, which no table has"),
    Spoilt({"money_at_stake": False}, "no money is at stake in price.update, but its facts have amount_minor"),
    Spoilt(
        {"leaves_house": LeavesHouse(content=Leaving.MAIL, way=Way.NONE, by_hand=Words("a", "b"))},
        "says mail leaves the house, by none",
    ),
    Spoilt(
        {"leaves_house": LeavesHouse(content=Leaving.NOTHING, way=Way.NONE, by_hand=Words("a", ""))},
        "does not say in both languages",
    ),
    Spoilt(
        {"leaves_house": LeavesHouse(content=Leaving.NOTHING, way=Way.NONE, by_hand=Words("a", "b"), event="stok.low")},
        "the event stok.low",
    ),
)


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda spoilt: spoilt.message)
def test_each_thing_that_can_be_wrong_is_found(spoilt: Spoilt, request: pytest.FixtureRequest) -> None:
    (gap,) = gaps(replace(PRICE_UPDATE, **spoilt.changed), request.session)
    assert spoilt.message in gap


def test_a_test_that_is_not_there_is_no_test_of_a_mistake(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TYPICAL_MISTAKES, "price.update", "tests/unit/test_kinds.py::test_that_nobody_wrote")
    assert gaps(PRICE_UPDATE, request.session) == [
        "tests/unit/test_kinds.py has no test_that_nobody_wrote, the test of the typical mistake of price.update."
    ]
