"""Why the Finance Analyst proposes what it proposes, for the person who decides."""

from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

from agents.claims import named, reason_to_act, reasons_of
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.message import Message, citing, message
from domain.report import Claim


def cells_of(answer: AnsweredCall, *path: str | int) -> dict[str, FigureRef]:
    """Every number directly below a place of an answer as a figure."""
    node: Any = answer.result or {}
    for part in path:
        node = node[part]
    return {key: answer.ref(*path, key) for key, value in node.items() if isinstance(value, dict) and "unit" in value}


def reminder_rationale(advice: AnsweredCall) -> Claim:
    """Why to remind debtors now."""
    result = advice.result or {}
    share = "finance.remind.share_assumed" if result["share_is_assumed"] else "finance.remind.share_measured"
    first = named(str(result["lines"][0]["debtor"]), "finance.a_debtor")
    overdue = "finance.remind.overdue" if len(result["lines"]) == 1 else "finance.remind.many"
    lines = [message(overdue, debtor=first), Message(key=share)]
    if result["at_risk"]["value"] >= 1:
        lines.insert(1, Message(key="finance.remind.at_risk"))
    return reason_to_act(lines, cells_of(advice), Message(key="finance.remind.if_no"))


def budget_rationale(answer: AnsweredCall) -> Claim:
    """Why to move money between campaigns."""
    figures, moves = cells_of(answer), list[Message]()
    for at, campaign in enumerate((answer.result or {})["campaigns"]):
        if campaign.get("advised"):
            letter = ascii_lowercase[at % 26]
            before, after = f"from_{letter}", f"to_{letter}"
            figures |= {before: answer.ref("campaigns", at, "budget"), after: answer.ref("campaigns", at, "advised")}
            name = named(str(campaign["campaign"]), "finance.some_campaign")
            moves.append(citing("finance.budget_move", {"before": before, "after": after}, campaign=name))
    return reason_to_act([message("finance.budget", moves=moves)], figures)


def flag_rationale(answer: AnsweredCall, at: int) -> Claim:
    """Why a person should look at expenses of a category."""
    expense: Mapping[str, Any] = (answer.result or {})["odd"][at]
    category = named(str(expense["category"]), "finance.a_category")
    why = message("finance.flag.cost", category=category, reasons=reasons_of(expense))
    if_no = Message(key="finance.flag.goes_on") if expense.get("gain") else None
    return reason_to_act([why], cells_of(answer, "odd", at), if_no)
