"""The Stand Coach's claims about stands that fall behind the others: why a visit or a bonus, or why neither."""

from collections.abc import Iterator, Mapping
from typing import Any

from agents.claims import claim, named, reason_to_act, reasons_of
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.message import Message, message
from domain.report import Claim, Finding, FindingSeverity


def rationale_of_help(trends: AnsweredCall, at: int) -> Claim:
    """Why somebody should go there, or why the partner should have a bonus, for the person who decides."""
    stand = (trends.result or {})["stands"][at]
    return reason_to_act([message(f"stands.behind.{stand['decision']}", stand=_stand(stand))], _figures(trends, at))


def falling_behind(trends: AnsweredCall) -> Iterator[Finding]:
    """Stands that fall behind, and what is done about it or why nothing is."""
    for at, stand in enumerate((trends.result or {}).get("stands", ())):
        if stand["decision"] in ("visit", "bonus"):
            rationale = rationale_of_help(trends, at)
        elif stand.get("shortfall"):
            reason = reasons_of(stand)[:1]
            rationale = claim(message("stands.behind.leave", stand=_stand(stand), reason=reason), _figures(trends, at))
        else:
            continue
        yield Finding(subject=stand["stand"], claim=rationale, severity=FindingSeverity.ATTENTION)


def missing_trends(trends: AnsweredCall) -> Iterator[Message]:
    """Messages on the stands whose trend is unknown."""
    if trends.result is None:
        yield message("stands.missing.trends_failed", error=trends.error)
    elif trends.result["status"] == "abstained":
        yield message("stands.missing.trends", reasons=reasons_of(trends.result))
    else:
        for stand in trends.result["stands"]:
            if stand["decision"] == "abstained":
                yield message("stands.missing.trend", stand=_stand(stand), reasons=reasons_of(stand))


def _figures(trends: AnsweredCall, at: int) -> dict[str, FigureRef]:
    stand: Mapping[str, Any] = (trends.result or {})["stands"][at]
    return {key: trends.ref("stands", at, key) for key, value in stand.items() if isinstance(value, dict)}


def _stand(stand: Mapping[str, Any]) -> str | Message:
    return named(str(stand["stand"]), "stands.a_stand")
