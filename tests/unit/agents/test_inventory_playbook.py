"""The Inventory Forecaster's turns, from nothing but the conversation so far."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agents.playbooks.stock.inventory_forecaster import next_calls
from domain.report import AgentReport, FindingSeverity
from llm.rules import Call

Answers = Mapping[str, Mapping[str, Any]]
"""What a tool answers, by its name and supplier: `order_advice S1`."""


def cell(value: float, unit: str = "units") -> dict[str, Any]:
    return {"value": value, "unit": unit, "decimals": 0}


def supplier(code: str, products: int = 1, title: str = "") -> dict[str, Any]:
    return {"supplier": code, "title": title or code, "products": cell(products, "count")}


def listing(*suppliers: Mapping[str, Any], cash: int | None = None) -> dict[str, Any]:
    return {"cash": None if cash is None else cell(cash, "EUR.minor"), "suppliers": list(suppliers)}


def line(sku: str, decision: str = "order", **more: Any) -> dict[str, Any]:
    cells = {
        "on_hand": cell(150),
        "under_way": cell(0),
        "demand": cell(70, "units/week"),
        "demand_low": cell(55, "units/week"),
        "demand_high": cell(85, "units/week"),
        "out_of_stock": cell(0, "bps"),
        "stock_out_without": cell(9_000, "bps"),
        "stock_out_with": cell(500, "bps") if decision == "order" else None,
        "cover": cell(15, "days"),
    }
    return {"sku": sku, "title": sku, "decision": decision, "reasons": [], **cells} | more


def advice(code: str, *lines: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    due = any(line["decision"] == "order" for line in lines)
    money = {name: cell(20_000, "EUR.minor") for name in ("amount", "gain", "gain_low", "gain_high")}
    whole = {"units": cell(200), "coverage": cell(8_000, "bps"), "horizon": cell(20, "days"), **money}
    head = {"supplier": code, "title": code, "status": "order" if due else "wait", "reasons": []}
    known = {"lead_time": cell(14, "days"), "lead_time_is_assumed": False, "lines": list(lines)}
    return {**head, **known, **(whole if due else {})} | more


def abstained(code: str, words: str) -> dict[str, Any]:
    return advice(code, status="abstained", reasons=[words], lead_time=None)


NO_BALANCE = "Whether cash carries the orders is not known; bank_balances.csv would tell."


class Conversation:
    """Plays the tools' answers turn by turn until the playbook hands in its report."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.turns: list[Sequence[Call]] = []
        self._messages: list[BaseMessage] = [HumanMessage("Stock")]

    def play(self) -> AgentReport:
        for _ in range(10):
            calls = next_calls(self._messages)
            self.turns.append(calls)
            if calls[0].name == "submit_report":
                return AgentReport.model_validate(calls[0].arguments)
            self._answer(calls)
        raise AssertionError("it never reports")

    def _answer(self, calls: Sequence[Call]) -> None:
        asked = [
            {"name": call.name, "args": dict(call.arguments), "id": f"{len(self.turns)} {at}"}
            for at, call in enumerate(calls)
        ]
        self._messages.append(AIMessage(content="", tool_calls=asked))
        for call in asked:
            said = self._answers.get(f"{call['name']} {call['args'].get('supplier', '')}".strip())
            document = (
                {"error": {"message": "It broke."}} if said is None else {"receipt": str(uuid4()), "result": said}
            )
            self._messages.append(ToolMessage(content=json.dumps(document), tool_call_id=call["id"]))

    @property
    def asked(self) -> list[list[str]]:
        return [[f"{call.name} {call.arguments.get('supplier', '')}".strip() for call in turn] for turn in self.turns]


def test_every_supplier_with_offers_is_looked_at_side_by_side_and_what_is_due_is_proposed() -> None:
    proposal = uuid4()
    talk = Conversation(
        {
            "list_suppliers": listing(supplier("S1"), supplier("S2"), supplier("S3", products=0)),
            "order_advice S1": advice("S1", line("A")),
            "order_advice S2": advice("S2", line("B", "wait", stock_out_without=cell(10, "bps"))),
            "propose_purchase_order_create S1": {"proposal": str(proposal)},
        }
    )
    report = talk.play()
    assert talk.asked == [
        ["list_suppliers"],
        ["order_advice S1", "order_advice S2", "transfer_advice"],
        ["propose_purchase_order_create S1"],
        ["submit_report"],
    ]
    lacking = [NO_BALANCE, "S3: this supplier's offers are not known; supplier_offers.csv would tell."]
    assert (report.proposals, report.missing_data) == ([proposal], lacking)
    assert [(finding.subject, finding.severity) for finding in report.findings] == [("S1", FindingSeverity.ATTENTION)]


def test_a_proposal_names_the_receipt_of_its_own_suppliers_advice() -> None:
    talk = Conversation(
        {
            "list_suppliers": listing(supplier("S1"), supplier("S2")),
            "order_advice S1": advice("S1", line("A")),
            "order_advice S2": advice("S2", line("B")),
        }
    )
    report = talk.play()
    receipts = [UUID(call.arguments["analysis_receipt"]) for call in talk.turns[2]]
    cited = [
        {UUID(figure["receipt"]) for figure in call.arguments["rationale"]["figures"].values()}
        for call in talk.turns[2]
    ]
    assert cited == [{receipt} for receipt in receipts]
    assert report.missing_data == [NO_BALANCE, "S1: the proposal was refused.", "S2: the proposal was refused."]
    assert report.proposals == []


def test_a_refused_proposal_is_not_tried_again() -> None:
    talk = Conversation({"list_suppliers": listing(supplier("S1")), "order_advice S1": advice("S1", line("A"))})
    talk.play()
    assert [turn for turn in talk.asked if "propose_purchase_order_create S1" in turn] == [
        ["propose_purchase_order_create S1"]
    ]


@pytest.mark.parametrize(
    ("answers", "summary", "missing"),
    [
        (
            {},
            "Nothing could be looked at: what is in stock is not known.",
            ["Suppliers and stock could not be read: It broke."],
        ),
        (
            {"list_suppliers": listing()},
            "There is nothing to look at: no supplier's offers are known.",
            ["No supplier's offers are known: import suppliers and supplier offers."],
        ),
        (
            {"list_suppliers": listing(supplier("{1}"))},
            "Whether an order is due cannot be told.",
            ["a supplier: its analysis failed."],
        ),
        (
            {"list_suppliers": listing(supplier("S1")), "order_advice S1": abstained("S1", "nothing is known")},
            "Whether an order is due cannot be told.",
            ["S1: nothing is known."],
        ),
    ],
)
def test_what_cannot_be_told_is_said(answers: Answers, summary: str, missing: list[str]) -> None:
    report = Conversation(answers).play()
    assert (report.summary.text, report.missing_data) == (summary, missing)
    assert (report.proposals, report.findings) == ([], [])


def test_what_may_run_out_comes_worst_first_and_what_lies_long_last() -> None:
    talk = Conversation(
        {
            "list_suppliers": listing(supplier("S1")),
            "order_advice S1": advice(
                "S1",
                line("LONG", "wait", stock_out_without=cell(0, "bps"), reasons=["slow_mover"]),
                line("SOME", "wait", stock_out_without=cell(2_000, "bps")),
                line("FINE", "wait", stock_out_without=cell(1_999, "bps")),
                line("MOST", "impossible", reasons=["it expires"], out_of_stock=cell(500, "bps")),
                line("SAFE", "impossible", reasons=["it expires"], stock_out_without=cell(0, "bps")),
            ),
        }
    )
    report = talk.play()
    severities = [(finding.subject, finding.severity) for finding in report.findings]
    risk, attention = FindingSeverity.RISK, FindingSeverity.ATTENTION
    assert severities == [("MOST", risk), ("SOME", risk), ("SAFE", attention), ("LONG", attention)]
    most = report.findings[0].claim.text
    assert "It was out of stock for {out_of_stock} of the last quarter; what was not sold then is counted in." in most
    assert most.endswith("It cannot be ordered: it expires.")


def test_forty_suppliers_with_long_names_still_fit_a_report() -> None:
    codes = [f"S{number}" for number in range(60)]
    named = "Brothers and Sons of the Valley " * 3
    talk = Conversation(
        {"list_suppliers": listing(*(supplier(code) for code in codes))}
        | {f"order_advice {code}": advice(code, line("A"), title=named) for code in codes}
        | {f"propose_purchase_order_create {code}": {"proposal": str(uuid4())} for code in codes}
    )
    report = talk.play()
    assert (len(report.findings), len(report.proposals)) == (40, 40)
    assert " and others" in report.summary.text
