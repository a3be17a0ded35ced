"""The Pricing Director's report: a finding a price, proposals, and what could not be answered."""

from collections.abc import Iterator, Sequence

from agents.claims import claim, listed, missing
from agents.playbooks.pricing.entry import LONGEST_SUBJECT, STALE_SALES_DAYS, Entry, channel_name
from agents.playbooks.pricing.prose import finding_of, lacking
from agents.playbooks.pricing.range import Range
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.message import Message, citing, message, read_message, sentences
from domain.report import AgentReport, Claim, Finding, FindingSeverity

_CHANNELS_NAMED = 5
_SKUS_NAMED = 8
_MOST = 60


def write_report(
    lists: Sequence[AnsweredCall], entries: Sequence[Entry], whole: Range, reviews: Sequence[AnsweredCall] | None
) -> AgentReport:
    """`lists` are the price lists read, `entries` the prices looked at closely, out of the `reviews` of whole lists;
    None where these were asked for by name."""
    several = len(lists) > 1
    unanswered = [*_missing(lists, entries), *(whole.missing() if entries else ())]
    return AgentReport(
        summary=_summary(lists, entries, reviews),
        findings=[*_old_sales(lists), *(_finding(entry, several) for entry in entries), *whole.findings()][:_MOST],
        proposals=[*(entry.proposal for entry in entries if entry.proposal), *whole.proposals][:_MOST],
        **missing(unanswered),
    )


def _summary(lists: Sequence[AnsweredCall], entries: Sequence[Entry], reviews: Sequence[AnsweredCall] | None) -> Claim:
    if not entries:
        return claim(Message(key="pricing.summary.no_price"), {})
    figures: dict[str, FigureRef] = {}
    counts = list[Message]()
    for letter, listing in zip("abcde", lists, strict=False):
        key = f"prices_{letter}"
        figures[key] = listing.ref("entries")
        channel = channel_name(listing)
        counts.append(citing("pricing.summary.prices_in_channel", {"prices": key}, channel=channel))
    more = len(lists) > _CHANNELS_NAMED
    summary = [message("pricing.summary.listed_and_more" if more else "pricing.summary.listed", lists=counts)]
    if reviews is None:
        summary.append(Message(key="pricing.summary.asked_for"))
    elif reviews:
        summary += _reviewed(reviews, figures)
    return claim(sentences([*summary, _proposed(entries)]), figures | _best_gain(entries))


def _reviewed(reviews: Sequence[AnsweredCall], figures: dict[str, FigureRef]) -> Iterator[Message]:
    """How much of the price lists was looked over, and for how many prices a change would earn more."""
    counts = list[Message]()
    for letter, review in zip("abcde", reviews, strict=False):
        cited = {"gaining": "to_change", "reviewed": "reviewed"}
        key = "pricing.summary.gaining_in_channel"
        if _count(review, "not_known"):
            cited["unknown"] = "not_known"
            key = "pricing.summary.gaining_or_unknown_in_channel"
        figures |= {f"{name}_{letter}": review.ref(field) for name, field in cited.items()}
        numbers = {name: f"{name}_{letter}" for name in cited}
        counts.append(citing(key, numbers, channel=channel_name(review)))
    more = len(reviews) > _CHANNELS_NAMED
    yield message("pricing.summary.reviewed_and_more" if more else "pricing.summary.reviewed", lists=counts)
    if any(_count(review, "to_change") for review in reviews):
        yield Message(key="pricing.summary.looked_closely")
    reasons = list(dict.fromkeys(reason for review in reviews for reason in (review.result or {})["waits"]))
    if reasons:
        waiting = [str(review.arguments["channel"]) for review in reviews if (review.result or {})["waits"]]
        places = listed(waiting, _CHANNELS_NAMED, "pricing.a_channel")
        yield message("pricing.summary.waits", places=places, reasons=[read_message(reason) for reason in reasons])
    if any(_count(review, "reviewed") < _count(review, "entries") for review in reviews):
        yield Message(key="pricing.summary.in_turn")


def _count(review: AnsweredCall, field: str) -> int:
    return (review.result or {})[field]["value"]


def _proposed(entries: Sequence[Entry]) -> Message:
    wanted = _by_gain([entry for entry in entries if entry.proposal])
    if not wanted:
        told = any(not lacking(entry) for entry in entries)
        return Message(key="pricing.summary.nothing_proposed" if told else "pricing.summary.not_told")
    products = _products(list(dict.fromkeys(entry.sku for entry in wanted)))
    return message("pricing.summary.proposed", products=products, best=wanted[0].name)


def _products(skus: Sequence[str]) -> str | Message:
    """`A, B and C`, or `A, B and others` where not all can be named."""
    products = listed(skus, _SKUS_NAMED, "pricing.some_products")
    if len(skus) == 1 or isinstance(products, Message):
        return products
    return message("pricing.products_and_last", products=", ".join(skus[:-1]), last=skus[-1])


def _by_gain(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=_gain, reverse=True)


def _gain(entry: Entry) -> int:
    assert entry.in_set is not None
    return entry.in_set[1]["net"]["value"]


def _best_gain(entries: Sequence[Entry]) -> dict[str, FigureRef]:
    wanted = _by_gain([entry for entry in entries if entry.proposal])
    if not wanted:
        return {}
    return {"best_gain": wanted[0].in_set_cell("net"), "best_horizon": wanted[0].cell("best", "horizon")}


def _finding(entry: Entry, several: bool) -> Finding:
    subject = entry.subject if several or entry.arguments["zone"] else entry.sku[:LONGEST_SUBJECT]
    return Finding(subject=subject, claim=finding_of(entry), severity=_severity(entry))


def _severity(entry: Entry) -> FindingSeverity:
    if entry.below_floor or entry.is_uncharged:
        return FindingSeverity.RISK
    waits = entry.in_set is not None and not entry.is_chosen
    now = entry.advises_change and not waits
    return FindingSeverity.ATTENTION if now or entry.price_is_stale else FindingSeverity.INFO


def _old_sales(lists: Sequence[AnsweredCall]) -> list[Finding]:
    return [_old(listing) for listing in lists if _age_of_sales(listing) > STALE_SALES_DAYS][:_CHANNELS_NAMED]


def _age_of_sales(listing: AnsweredCall) -> int:
    age = (listing.result or {}).get("newest_sales_age")
    return age["value"] if age else 0


def _old(listing: AnsweredCall) -> Finding:
    age = {"age": listing.ref("newest_sales_age")}
    subject = str(listing.arguments["channel"])[:LONGEST_SUBJECT]
    return Finding(
        subject=subject, claim=claim(Message(key="pricing.old_sales"), age), severity=FindingSeverity.ATTENTION
    )


def _missing(lists: Sequence[AnsweredCall], entries: Sequence[Entry]) -> Iterator[Message]:
    if not lists or not entries:
        yield Message(key="pricing.missing.no_price_list")
        return
    for entry in entries:
        if entry.is_uncharged:
            yield message("pricing.missing.not_charged", product=entry.name, place=entry.place)
    yield from _unanswered(entries)
    for entry in entries:
        if entry.proposed is not None and entry.proposal is None:
            yield message("pricing.missing.proposal_refused", product=entry.name, place=entry.place)


def _unanswered(entries: Sequence[Entry]) -> Iterator[Message]:
    """A line for all the prices of a place that lack the same."""
    alike: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        if reasons := lacking(entry):
            place = str(entry.arguments["channel"]), str(entry.arguments["zone"])
            alike.setdefault((*place, *(reason.key for reason in reasons)), []).append(entry)
    for same in alike.values():
        place, reasons = same[0].place, lacking(same[0])
        if len(same) == 1:
            yield message("pricing.missing.price", product=same[0].name, place=place, reasons=reasons)
        else:
            products = _products([entry.sku for entry in same])
            yield message("pricing.missing.prices", products=products, place=place, reasons=reasons)
