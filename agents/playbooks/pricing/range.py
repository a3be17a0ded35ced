"""The Pricing Director on more than single prices: rivals, ladders, drafts, deals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from agents.claims import claim, is_given, named, reason_to_act, reasons_of
from agents.playbooks.pricing.entry import LONGEST_SUBJECT, channel_name, product_name
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.message import Message, citing, message, sentences
from domain.report import Claim, Finding, FindingSeverity

MOST_LADDERS, MOST_DRAFTS, MOST_PROMOTIONS = 6, 6, 6
_MOST_MISSING = 20


@dataclass(frozen=True)
class Range:
    """The answers about the range as a whole; `proposed` has those of proposals by what they are about."""

    reactions: Sequence[AnsweredCall] = ()
    ladders: Sequence[AnsweredCall] = ()
    drafts: Sequence[AnsweredCall] = ()
    deals: Sequence[AnsweredCall] = ()
    promotions: Sequence[AnsweredCall] = ()
    proposed: Mapping[tuple[str, str], AnsweredCall] = field(default_factory=dict[tuple[str, str], AnsweredCall])

    @property
    def proposals(self) -> list[UUID]:
        return [UUID(answer.result["proposal"]) for answer in self.proposed.values() if answer.result]

    def wanted_drafts(self) -> Iterator[tuple[AnsweredCall, int, Mapping[str, Any]]]:
        """The lines that draft a price."""
        lines = (
            (answer, at, line)
            for answer in self.drafts
            for at, line in enumerate((answer.result or {}).get("lines", ()))
            if line["decision"] == "draft"
        )
        yield from list(lines)[:MOST_DRAFTS]

    def wanted_promotions(self) -> list[AnsweredCall]:
        """The advices to promote, the best first."""
        wanted = [advice for advice in self.promotions if _of(advice).get("status") == "promote"]
        return sorted(wanted, key=lambda advice: -_of(advice)["gain"]["value"])[:MOST_PROMOTIONS]

    def findings(self) -> list[Finding]:
        return [*self._reactions(), *self._ladders(), *self._deals(), *self._drafted(), *self._promoted()]

    def _reactions(self) -> Iterator[Finding]:
        for answer in self.reactions:
            if _of(answer).get("follows"):
                yield _finding(answer.arguments["channel"], _reaction(answer), FindingSeverity.INFO)

    def _ladders(self) -> Iterator[Finding]:
        broken = [answer for answer in self.ladders if _of(answer).get("broken")]
        for answer in sorted(broken, key=lambda ladder: -len(_of(ladder)["broken"]))[:MOST_LADDERS]:
            yield _finding(_of(answer)["sku"], _ladder(answer), FindingSeverity.ATTENTION)

    def _deals(self) -> Iterator[Finding]:
        for answer in self.deals:
            if _of(answer).get("status") == "usable" and _of(answer).get("bought_ahead"):
                yield _finding(answer.arguments["channel"], _past(answer), FindingSeverity.INFO)

    def _drafted(self) -> Iterator[Finding]:
        for answer, at, line in self.wanted_drafts():
            yield _finding(line["sku"], draft_rationale(answer, at), FindingSeverity.ATTENTION)

    def _promoted(self) -> Iterator[Finding]:
        for answer in self.wanted_promotions():
            yield _finding(_of(answer)["sku"], promotion_rationale(answer), FindingSeverity.ATTENTION)

    def missing(self) -> list[Message]:
        """The questions that stay open, each cause once."""
        lines = list[Message]()
        lacking = [answer for answer in self.reactions if _of(answer).get("status") == "insufficient"]
        if lacking and len(lacking) == len(self.reactions):
            lines.append(message("pricing.missing.reactions", reasons=_causes(lacking)))
        lacking = [answer for answer in self.ladders if _of(answer).get("status") == "insufficient"]
        if lacking and len(_channels(self)) > 1:
            lines.append(message("pricing.missing.ladder", reasons=_causes(lacking)))
        for answer in self.drafts:
            for line in _of(answer).get("lines", ()):
                if line["decision"] == "abstained":
                    product, place = product_name(str(line["sku"])), channel_name(answer)
                    reasons = reasons_of(line)
                    lines.append(message("pricing.missing.draft", product=product, place=place, reasons=reasons))
        return lines[:_MOST_MISSING]


def _causes(answers: Sequence[AnsweredCall]) -> list[Message]:
    """Why there is no answer, each reason once."""
    causes = list[Message]()
    for reason in (reason for answer in answers for reason in reasons_of(_of(answer))):
        if reason not in causes:
            causes.append(reason)
    return causes


def _channels(whole: Range) -> set[str]:
    return {str(answer.arguments["channel"]) for answer in whole.reactions}


def _of(answer: AnsweredCall) -> Mapping[str, Any]:
    return answer.result or {}


def _finding(subject: str, words: Claim, severity: FindingSeverity) -> Finding:
    return Finding(subject=subject[:LONGEST_SUBJECT], claim=words, severity=severity)


def _cells(answer: AnsweredCall, *path: str | int) -> dict[str, FigureRef]:
    node: Any = answer.result
    for part in path:
        node = node[part]
    return {key: answer.ref(*path, key) for key, value in node.items() if isinstance(value, dict)}


def _reaction(answer: AnsweredCall) -> Claim:
    words = [message("pricing.reaction.follows", place=channel_name(answer))]
    if _of(answer).get("given_back"):
        words.append(Message(key="pricing.reaction.given_back"))
    return claim(sentences(words), _cells(answer))


def _ladder(answer: AnsweredCall) -> Claim:
    words, figures = list[Message](), dict[str, FigureRef]()
    product = product_name(str(_of(answer)["sku"]))
    for letter, (at, rung) in zip("abcdef", enumerate(_of(answer)["broken"]), strict=False):
        keys = {key: f"{key}_{letter}" for key in ("price", "other")}
        figures |= {figure: answer.ref("broken", at, key) for key, figure in keys.items()}
        channel, against = (named(rung[side], "pricing.a_channel") for side in ("channel", "against"))
        key = f"pricing.ladder.{rung['kind']}"
        words.append(citing(key, keys, product=product, channel=channel, against=against))
    return claim(sentences(words), figures)


def _past(answer: AnsweredCall) -> Claim:
    return claim(message("pricing.past_deals", place=channel_name(answer)), _cells(answer))


def draft_rationale(answer: AnsweredCall, at: int) -> Claim:
    """Why a draft should stand, for the person who decides."""
    line = _of(answer)["lines"][at]
    figures = {**_cells(answer, "lines", at), "horizon": answer.ref("horizon")}
    figures["draft_price"] = answer.ref("lines", at, "price")
    product, place = product_name(str(line["sku"])), channel_name(answer)
    words = [message("pricing.draft.rationale", product=product, place=place)]
    if is_given(line, "held_at_ladder_edge"):
        words.append(Message(key="pricing.draft.ladder_edge"))
    return reason_to_act(words, figures)


def promotion_rationale(answer: AnsweredCall) -> Claim:
    """Why a promotion should run, for the person who decides."""
    advice = _of(answer)
    key = "pricing.promotion.clearing_rationale" if advice["surplus"]["value"] else "pricing.promotion.rationale"
    return reason_to_act([message(key, product=product_name(str(advice["sku"])))], _cells(answer))
