"""The Pricing Director on rules: look at every price, ask for its analysis, propose what is worthwhile, report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from langchain_core.messages import BaseMessage

from agents.playbooks.pricing.entry import Entry
from agents.playbooks.pricing.prose import rationale_of
from agents.playbooks.pricing.range import MOST_DEAD, Range, draft_rationale, promotion_rationale
from agents.playbooks.pricing.report import write_report
from agents.playbooks.transcript import AnsweredCall, agenda_of, answers
from domain.report import Claim
from llm.rules import Call

MOST_PRICES = 30
"""More findings than this nobody reads. Those that would gain most come first, then those that sell most and were not
looked at for long."""
_LONGEST_WEEKS = 13
"""A price not looked at for a quarter is as new."""

_ANALYSES = ("price_elasticity", "price_corridor", "best_price")
_OF_CHANNEL = ("competitor_reaction", "past_deals", "draft_prices")
_OF_PRODUCT = ("channel_ladder", "promotion_advice")


def next_calls(messages: Sequence[BaseMessage]) -> Sequence[Call]:
    """The calls of the next turn, from nothing but the conversation so far."""
    review = _Review(answers(messages), agenda_of(messages))
    return (
        review.unlisted()
        or review.unreviewed()
        or review.unanalysed()
        or review.unpromoted()
        or review.unchosen()
        or review.unproposed()
        or [review.report()]
    )


@dataclass(frozen=True)
class _Review:
    """The answers of the conversation so far, and the calls that they leave to make."""

    answers: Sequence[AnsweredCall]
    agenda: str

    def unlisted(self) -> list[Call]:
        if not self._of("list_channels"):
            return [Call("list_channels", {})]
        asked = {answer.arguments["channel"] for answer in self._of("list_priced_products")}
        return [Call("list_priced_products", {"channel": code}) for code in self._channels if code not in asked]

    def unreviewed(self) -> list[Call]:
        """The whole price lists, unless the agenda names prices."""
        return [] if self._named else self._unasked("channel", ("review_prices",), self._channels)

    def unanalysed(self) -> list[Call]:
        asked = {(answer.tool, *_place(answer.arguments)) for answer in self.answers if answer.tool in _ANALYSES}
        calls = (Call(tool, entry.arguments) for entry in self.entries for tool in _ANALYSES)
        of_all = [Call("dead_stock", {})] if not self._named and not self._of("dead_stock") else []
        return [
            *of_all,
            *self._unasked("channel", _OF_CHANNEL, self._channels),
            *self._unasked("sku", _OF_PRODUCT, dict.fromkeys(entry.sku for entry in self.entries)),
            *(call for call in calls if (call.name, *_place(call.arguments)) not in asked),
        ]

    def unpromoted(self) -> list[Call]:
        """What dead stock may be cleared by."""
        dead = (line["sku"] for answer in self._of("dead_stock") for line in (answer.result or {}).get("lines", ()))
        return self._unasked("sku", ("promotion_advice",), list(dead)[:MOST_DEAD])

    def unchosen(self) -> list[Call]:
        """The prices that would change, to choose among together."""
        wanted = [entry.arguments for entry in self.entries if entry.advises_change]
        return [Call("price_set", {"prices": wanted})] if wanted and not self._of("price_set") else []

    def _unasked(self, about: str, tools: Sequence[str], names: Iterable[str]) -> list[Call]:
        asked = {(answer.tool, answer.arguments.get(about)) for answer in self.answers if answer.tool in tools}
        return [Call(tool, {about: name}) for name in names for tool in tools if (tool, name) not in asked]

    def unproposed(self) -> list[Call]:
        asked = {_place(answer.arguments) for answer in self._of("propose_price_update")}
        wanted = [entry for entry in self.entries if entry.is_chosen and _place(entry.arguments) not in asked]
        return [*(Call("propose_price_update", _proposal(entry)) for entry in wanted), *self._unproposed_of_range()]

    def _unproposed_of_range(self) -> list[Call]:
        whole = self.range
        drafts = [
            Call("propose_price_draft", _cited(answer, draft_rationale(answer, at), sku=line["sku"]))
            for answer, at, line in whole.wanted_drafts()
            if ("propose_price_draft", f"{line['sku']} @ {answer.arguments['channel']}") not in whole.proposed
        ]
        promotions = [
            Call("propose_promo_schedule", _cited(answer, promotion_rationale(answer)))
            for answer in whole.wanted_promotions()
            if ("propose_promo_schedule", str(answer.arguments["sku"])) not in whole.proposed
        ]
        return [*drafts, *promotions]

    @cached_property
    def range(self) -> Range:
        """The answers about the range beside single prices."""
        proposed = {
            ("propose_promo_schedule", str(answer.arguments["sku"])): answer
            for answer in self._of("propose_promo_schedule")
        }
        for answer in self._of("propose_price_draft"):
            proposed["propose_price_draft", f"{answer.arguments['sku']} @ {answer.arguments['channel']}"] = answer
        return Range(
            reactions=self._of("competitor_reaction"),
            ladders=self._of("channel_ladder"),
            drafts=self._of("draft_prices"),
            deals=self._of("past_deals"),
            promotions=self._of("promotion_advice"),
            dead=self._of("dead_stock"),
            sets=self._of("price_set"),
            proposed=proposed,
        )

    def report(self) -> Call:
        lists = [answer for answer in self._of("list_priced_products") if answer.result]
        reviews = [answer for answer in self._of("review_prices") if answer.result]
        report = write_report(lists, self.entries, self.range, None if self._named else reviews)
        return Call("submit_report", report.model_dump(mode="json"))

    @cached_property
    def entries(self) -> list[Entry]:
        """The prices looked at closely: those that the agenda names, else those that lose money or are not charged as
        approved, those that a change would earn most on lists that may change now, then by
        revenue and weeks since they were analysed."""
        gains = {
            (row["sku"], answer.arguments["channel"], row["zone"]): row["profit_change"]["value"]
            for answer in self._of("review_prices")
            for row in (answer.result or {}).get("prices", ())
            if not (answer.result or {}).get("waits")
        }
        wanted = self._named or sorted(
            self._listed,
            key=lambda entry: (
                not (entry.loses_money or entry.is_uncharged),
                -gains.get(_place(entry.arguments), 0),
                -_due(entry.listed),
            ),
        )
        kept = {_place(entry.arguments) for entry in wanted[:MOST_PRICES]}
        return [entry for entry in self._listed if _place(entry.arguments) in kept]

    @cached_property
    def _named(self) -> list[Entry]:
        words = {word.strip(".,;:!?()\"'") for word in self.agenda.split()}
        return [entry for entry in self._listed if entry.sku in words]

    @cached_property
    def _listed(self) -> list[Entry]:
        chosen_in = next(iter(self._of("price_set")), None)
        by_place = {(answer.tool, *_place(answer.arguments)): answer for answer in self.answers if _is_about(answer)}
        return [
            Entry(
                listing,
                index,
                *(by_place.get((tool, *_place(arguments))) for tool in (*_ANALYSES, "propose_price_update")),
                chosen_in=chosen_in,
            )
            for listing, index, arguments in self._rows()
        ]

    def _rows(self) -> Iterator[tuple[AnsweredCall, int, Mapping[str, Any]]]:
        for listing in self._of("list_priced_products"):
            for index, row in enumerate((listing.result or {}).get("products", ())):
                place = {"sku": row["sku"], "channel": listing.arguments["channel"], "zone": row["zone"]}
                yield listing, index, place

    @property
    def _channels(self) -> list[str]:
        known = self._of("list_channels")[-1].result or {"channels": []}
        return [channel["channel"] for channel in known["channels"] if channel["entries"]["value"]]

    def _of(self, tool: str) -> list[AnsweredCall]:
        return [answer for answer in self.answers if answer.tool == tool]


def _due(row: Mapping[str, Any]) -> float:
    """How much a price asks to be looked at: its weekly revenue times the weeks since its last analysis.

    One that has changed since may go on the same way, and is taken as not looked at for a month.
    """
    days, age = row.get("analysed_days_ago"), row["price_age"]["value"]
    weeks = _LONGEST_WEEKS if days is None else min(days / 7, _LONGEST_WEEKS)
    if days is not None and age < days:
        weeks = max(weeks, 4)
    return float(row["weekly_revenue"]["value"] * weeks)


def _place(arguments: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(arguments["sku"]), str(arguments["channel"]), str(arguments.get("zone", ""))


def _is_about(answer: AnsweredCall) -> bool:
    return answer.tool in (*_ANALYSES, "propose_price_update")


def _proposal(entry: Entry) -> dict[str, Any]:
    assert entry.best is not None
    rationale = rationale_of(entry).model_dump(mode="json")
    in_set = {"set_receipt": entry.chosen_in.receipt} if entry.chosen_in else {}
    return {**entry.arguments, "analysis_receipt": entry.best.receipt, **in_set, "rationale": rationale}


def _cited(answer: AnsweredCall, rationale: Claim, **more: str) -> dict[str, Any]:
    """The arguments of a proposal that rests on an answer: what that was asked with, its receipt, and why."""
    return {
        **answer.arguments, **more, "analysis_receipt": answer.receipt, "rationale": rationale.model_dump(mode="json")
    }  # fmt: skip
