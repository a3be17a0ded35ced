"""The Pricing Director's report: a finding a price, proposals, and what could not be answered."""

from collections.abc import Sequence

from agents.playbooks.pricing.entry import STALE_SALES_DAYS, Entry, channel_name
from agents.playbooks.pricing.prose import finding_of, lacking
from agents.playbooks.pricing.range import Range
from agents.playbooks.prose import Said, claim, listed
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef
from domain.report import AgentReport, Claim, Finding, Severity

_CHANNELS_NAMED = 5
_SKUS_NAMED = 8
_MOST = 60


def write_report(lists: Sequence[Answer], entries: Sequence[Entry], whole: Range, *, complete: bool) -> AgentReport:
    """`lists` are the price lists read, `entries` the prices looked at (`complete` when these are all)."""
    several = len(lists) > 1
    missing = [*_missing(lists, entries), *(whole.missing() if entries else ())]
    return AgentReport(
        summary=_summary(lists, entries, complete),
        findings=[*_old_sales(lists), *(_finding(entry, several) for entry in entries), *whole.findings()][:_MOST],
        proposals=[*(entry.proposal for entry in entries if entry.proposal), *whole.proposals][:_MOST],
        missing_data=[line.text for line in missing],
        missing_german=[line.german for line in missing],
    )


def _summary(lists: Sequence[Answer], entries: Sequence[Entry], complete: bool) -> Claim:
    figures: dict[str, FigureRef] = {}
    if not entries:
        return claim(
            "There is no price to look at: no channel of this brand has a price list.",
            {},
            "Es gibt keinen Preis zu prüfen: kein Kanal dieser Marke hat eine Preisliste.",
        )
    parts = []
    for letter, listing in zip("abcde", lists, strict=False):
        figures[f"prices_{letter}"] = listing.ref("entries")
        parts.append(f"{{prices_{letter}}} in {channel_name(listing)}")
    more = (
        Said(", and in other channels", ", und in weiteren Kanälen") if len(lists) > _CHANNELS_NAMED else Said("", "")
    )
    text = f"Prices listed: {', '.join(parts)}{more.text}."
    german = f"Preise in den Listen: {', '.join(parts)}{more.german}."
    if not complete:
        text += " Looked at were those asked for, or those that sell most and were not analysed for long."
        german += " Geprüft wurden die angefragten, sonst die umsatzstärksten und lange nicht geprüften."
    proposed = _proposals_in_words(entries)
    return claim(f"{text} {proposed.text}", figures | _best_gain(entries), f"{german} {proposed.german}")


def _proposals_in_words(entries: Sequence[Entry]) -> Said:
    wanted = [entry for entry in entries if entry.proposal]
    if not wanted:
        return Said("No price change is worth proposing now.", "Derzeit lohnt keine Preisänderung.")
    names = list(dict.fromkeys(entry.name for entry in _by_gain(wanted)))
    named = listed(names, _SKUS_NAMED)
    return Said(
        f"Changes are proposed for {named.text}; {names[0]} should bring most, {{best_gain}} over {{best_horizon}}.",
        f"Änderungen werden vorgeschlagen für {named.german}; am meisten sollte {names[0]} bringen, {{best_gain}} über "
        "{best_horizon}.",
    )


def _by_gain(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=_gain, reverse=True)


def _gain(entry: Entry) -> int:
    assert entry.best is not None and entry.best.result is not None
    return entry.best.result["profit_change"]["value"]


def _best_gain(entries: Sequence[Entry]) -> dict[str, FigureRef]:
    wanted = _by_gain([entry for entry in entries if entry.proposal])
    if not wanted:
        return {}
    return {"best_gain": wanted[0].cell("best", "profit_change"), "best_horizon": wanted[0].cell("best", "horizon")}


def _finding(entry: Entry, several: bool) -> Finding:
    subject = f"{entry.name} in {entry.place}" if several or entry.arguments["zone"] else entry.name
    return Finding(
        subject=subject if len(subject) <= 120 else entry.name,
        claim=finding_of(entry),
        severity=_severity(entry),
    )


def _severity(entry: Entry) -> Severity:
    if entry.below_floor:
        return Severity.RISK
    return Severity.ATTENTION if entry.advises_change or entry.price_is_stale else Severity.INFO


def _old_sales(lists: Sequence[Answer]) -> list[Finding]:
    return [_old(listing) for listing in lists if _age_of_sales(listing) > STALE_SALES_DAYS][:_CHANNELS_NAMED]


def _age_of_sales(listing: Answer) -> int:
    age = (listing.result or {}).get("newest_sales_age")
    return age["value"] if age else 0


def _old(listing: Answer) -> Finding:
    said = claim(
        "The newest sales known are {age} old: all that is said of demand describes that time, not today.",
        {"age": listing.ref("newest_sales_age")},
        "Die neuesten bekannten Verkäufe sind {age} alt: alles zur Nachfrage beschreibt jene Zeit, nicht heute.",
    )
    return Finding(subject=channel_name(listing), claim=said, severity=Severity.ATTENTION)


def _missing(lists: Sequence[Answer], entries: Sequence[Entry]) -> list[Said]:
    if not lists or not entries:
        return [
            Said(
                "No price list is known: import prices, or name the channel that the sales belong to.",
                "Es ist keine Preisliste bekannt: importieren Sie Preise, oder nennen Sie den Kanal der Verkäufe.",
            )
        ]
    lines = [(f"{entry.name} in {entry.place}", lacking(entry)) for entry in entries]
    refused = [entry for entry in entries if entry.proposed is not None and entry.proposal is None]
    return [_lacking(where, why) for where, why in lines if why] + [
        Said(
            f"{entry.name} in {entry.place}: the proposal was refused.",
            f"{entry.name} in {entry.place}: der Vorschlag wurde abgelehnt.",
        )
        for entry in refused
    ]


def _lacking(where: str, why: Sequence[Said]) -> Said:
    return Said(f"{where}: {'; '.join(one.text for one in why)}.", f"{where}: {'; '.join(one.german for one in why)}.")
