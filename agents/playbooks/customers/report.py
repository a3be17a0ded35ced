"""The CRM Manager's report: who should be written to and who not, which leads wait, and what could not be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.playbooks.customers.prose import first_upper, follow_up_of, lead_code, message_of, named, refs
from agents.playbooks.prose import Said, because_of, claim, is_given, joined
from agents.playbooks.transcript import Answer
from domain.report import AgentReport, Claim, Finding, Severity

_MOST_LEADS = 12


@dataclass(frozen=True)
class CrmReview:
    """What was found, and what became of the proposals, by segment and by lead."""

    segments: Answer
    advice: Answer
    pipeline: Answer
    messages: Mapping[str, Answer]
    follow_ups: Mapping[str, Answer]

    @property
    def lines(self) -> Sequence[Mapping[str, Any]]:
        return (self.advice.result or {}).get("lines", ())

    @property
    def leads(self) -> Sequence[Mapping[str, Any]]:
        return (self.pipeline.result or {}).get("leads", ())

    @property
    def advised_messages(self) -> list[tuple[int, Mapping[str, Any]]]:
        """The segments that the analysis would write to, with their places."""
        return [(at, line) for at, line in enumerate(self.lines) if line["decision"] in ("send", "test")]

    @property
    def advised_follow_ups(self) -> list[tuple[int, Mapping[str, Any]]]:
        return [(at, lead) for at, lead in enumerate(self.leads) if lead["decision"] == "follow_up"]

    @property
    def proposals(self) -> list[UUID]:
        made = [*self.messages.values(), *self.follow_ups.values()]
        return [UUID(one.result["proposal"]) for one in made if one.result]


def write_report(review: CrmReview) -> AgentReport:
    """Findings on messages, customers and leads; the proposals that were stored; what is missing."""
    missing = list(_missing(review))
    return AgentReport(
        summary=_summary(review),
        findings=[*_messages(review), *_anyway(review), *_turned_away(review), *_silent(review), *_leads(review)],
        proposals=review.proposals,
        missing_data=[line.text for line in missing],
        missing_german=[line.german for line in missing],
    )


def _summary(review: CrmReview) -> Claim:
    said, gesagt, figures = [], [], {}
    status = (review.advice.result or {}).get("status")
    if review.advice.result is not None:
        figures |= {"measured": review.advice.ref("measured"), "running": review.advice.ref("running")}
        english, german = _ON_MESSAGES.get(str(status), _ON_MESSAGES["abstained"])
        said.append(english)
        gesagt.append(german)
    if (review.pipeline.result or {}).get("status") not in (None, "abstained"):
        figures |= {key: review.pipeline.ref(key) for key in ("open", "open_value", "cold")}
        said.append("{open} leads worth {open_value} are open, {cold} of them without contact for a week.")
        gesagt.append(
            "{open} Anfragen im Wert von {open_value} sind offen, {cold} davon seit einer Woche ohne Kontakt."
        )
    if not said:
        return Claim(
            text="Nothing could be looked at: neither customers nor leads are known.",
            german="Es konnte nichts betrachtet werden: weder Kunden noch Anfragen sind bekannt.",
        )
    return claim(" ".join(said), figures, " ".join(gesagt))


_ON_MESSAGES: Mapping[str, tuple[str, str]] = {
    "send": (
        "Messages pay for some customers, as {measured} measured campaigns show.",
        "Nachrichten lohnen sich bei einem Teil der Kunden, wie {measured} gemessene Kampagnen zeigen.",
    ),
    "test": (
        "Whether messages pay is not known; a test would tell.",
        "Ob sich Nachrichten lohnen, ist nicht bekannt; ein Test würde es zeigen.",
    ),
    "wait": (
        "Messages to {running} customers are being counted; until then nobody else is written to.",
        "Nachrichten an {running} Kunden werden gerade ausgewertet; bis dahin wird niemand sonst angeschrieben.",
    ),
    "leave": (
        "By {measured} measured campaigns no message pays now, so nobody should be written to.",
        "Nach {measured} gemessenen Kampagnen lohnt sich derzeit keine Nachricht; es sollte niemand angeschrieben "
        "werden.",
    ),
    "abstained": (
        "Whether messages pay cannot be told.",
        "Ob sich Nachrichten lohnen, lässt sich nicht sagen.",
    ),
}


def _messages(review: CrmReview) -> Iterator[Finding]:
    for at, line in review.advised_messages:
        said = message_of(review.advice, at)
        yield Finding(subject=first_upper(named(line["segment"])[0]), claim=said, severity=Severity.ATTENTION)


def _anyway(review: CrmReview) -> Iterator[Finding]:
    """Segments that respond well and would have done so anyway, and those that would cost more than they bring."""
    for at, line in enumerate(review.lines):
        if line["decision"] != "leave" or not line.get("net"):
            continue
        english, german = named(line["segment"])
        figures = {**refs(review.advice), **refs(review.advice, "lines", at)}
        if is_given(line, "bought_anyway"):
            text = (
                f"Do not write to {english}: {{bought}} of those written to bought, but so did {{bought_anyway}} of "
                "those held out. They would have bought anyway."
            )
            gesagt = (
                f"Nicht anschreiben ({german}): {{bought}} der Angeschriebenen kauften, aber auch {{bought_anyway}} "
                "der Kontrollgruppe. Sie hätten ohnehin gekauft."
            )
        elif is_given(line, "costs_more"):
            text = (
                f"Do not write to {english}: a message to all {{customers}} of them would bring {{net}} ({{coverage}} "
                "interval: {net_low} to {net_high}), those who turn away counted in."
            )
            gesagt = (
                f"Nicht anschreiben ({german}): eine Nachricht an alle {{customers}} brächte {{net}} (Intervall zu "
                "{coverage}: {net_low} bis {net_high}), Abmeldungen eingerechnet."
            )
        else:
            continue
        yield Finding(subject=first_upper(english), claim=claim(text, figures, gesagt), severity=Severity.INFO)


def _turned_away(review: CrmReview) -> Iterator[Finding]:
    result = review.advice.result or {}
    if not result or result["turn_away_is_assumed"] or not result["turn_away"]["value"]:
        return
    figures = {"turn_away": review.advice.ref("turn_away"), "window": review.advice.ref("window")}
    text = (
        "Of those written to, {turn_away} more than of those held out asked to be left alone within {window}; what a "
        "year would have brought of them is counted as a cost of writing."
    )
    german = (
        "Von den Angeschriebenen baten {turn_away} mehr als in der Kontrollgruppe innerhalb von {window} darum, keine "
        "Nachrichten mehr zu erhalten; ihr Jahresbeitrag zählt als Kosten des Anschreibens."
    )
    yield Finding(subject="Unsubscribed", claim=claim(text, figures, german), severity=Severity.ATTENTION)


def _silent(review: CrmReview) -> Iterator[Finding]:
    result = review.segments.result or {}
    rows = result.get("segments", ())
    falling = [(at, row) for at, row in enumerate(rows) if row["falling_silent"]["value"]]
    if not falling or not result.get("value"):
        return
    at, row = max(falling, key=lambda one: one[1]["falling_silent"]["value"] * one[1]["worth"]["value"])
    english, german_name = named(row["segment"])
    figures = {**refs(review.segments), **refs(review.segments, "segments", at)}
    text = (
        f"Most is at risk among {english}: {{falling_silent}} of {{customers}} were active a month ago and are so no "
        "more; a year brings {worth} of one of them. The {buyers} buyers together should bring {value} in a year."
    )
    german = (
        f"Am meisten steht auf dem Spiel bei: {german_name}. {{falling_silent}} von {{customers}} waren vor einem "
        "Monat noch aktiv und sind es nicht mehr; jeder bringt im Jahr {worth}. Alle {buyers} Käufer zusammen "
        "sollten in einem Jahr {value} bringen."
    )
    if result.get("reasons"):
        return
    yield Finding(subject="Falling silent", claim=claim(text, figures, german), severity=Severity.INFO)


def _leads(review: CrmReview) -> Iterator[Finding]:
    for at, lead in review.advised_follow_ups[:_MOST_LEADS]:
        said = follow_up_of(review.pipeline, at)
        yield Finding(subject=f"Lead {lead_code(lead)}", claim=said, severity=Severity.ATTENTION)


def _missing(review: CrmReview) -> Iterator[Said]:
    for name, german, answer in (
        ("Customers", "Kunden", review.segments),
        ("Messages", "Nachrichten", review.advice),
        ("Leads", "Anfragen", review.pipeline),
    ):
        if answer.result is None:
            yield Said(f"{name} could not be read: {answer.error}", f"{german} sind nicht lesbar: {answer.error}")
        elif answer.result["status"] == "abstained" or (name == "Customers" and answer.result["reasons"]):
            why = joined(because_of(answer.result))
            yield Said(f"{name}: {why.text}.", f"{german}: {why.german}.")
    made = [*review.messages.items(), *review.follow_ups.items()]
    for subject, one in made:
        if one.result is None:
            code = lead_code({"lead": subject})
            english, german = named(subject) if subject in review.messages else (f"lead {code}", f"Anfrage {code}")
            yield Said(f"The proposal about {english} was refused.", f"Der Vorschlag zu {german} wurde abgelehnt.")
