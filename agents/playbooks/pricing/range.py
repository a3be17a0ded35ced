"""What the Pricing Director says beside single prices: rivals, ladders, drafts, deals; in two languages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from agents.playbooks.prose import Said, because_of, claim, is_given, joined, speakable
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef
from domain.report import Claim, Finding, Severity

MOST_LADDERS, MOST_DRAFTS, MOST_PROMOTIONS = 6, 6, 6
_LADDER = {
    "shop_undercuts_dealers": (
        "{name} costs {price} in {one}, less than the {other} that dealers usually resell it at: they order less.",
        "{name} kostet in {one} {price}, weniger als die {other}, zu denen Händler es üblicherweise weiterverkaufen: "
        "Sie bestellen dann weniger.",
    ),
    "marketplace_cheaper_than_shop": (
        "{name} costs {price} in {one} and {other} in {two}, where less is kept by others: customers go where the fee "
        "takes more.",
        "{name} kostet in {one} {price} und in {two} {other}, wo weniger Gebühren anfallen: Kunden kaufen dort, wo die "
        "Gebühr mehr nimmt.",
    ),
    "dealers_above_shop": (
        "{name} is charged to dealers at {price} net, no less than the {other} that the own shop asks without VAT: "
        "nothing is left for them to earn.",
        "{name} kostet Händler netto {price}, nicht weniger als die {other}, die der eigene Shop ohne Mehrwertsteuer "
        "verlangt: Ihnen bleibt nichts zu verdienen.",
    ),
}


@dataclass(frozen=True)
class Range:
    """The answers about the range as a whole; `proposed` has those of proposals by what they are about."""

    reactions: Sequence[Answer] = ()
    ladders: Sequence[Answer] = ()
    drafts: Sequence[Answer] = ()
    deals: Sequence[Answer] = ()
    promotions: Sequence[Answer] = ()
    proposed: Mapping[tuple[str, str], Answer] = field(default_factory=dict[tuple[str, str], Answer])

    @property
    def proposals(self) -> list[UUID]:
        return [UUID(answer.result["proposal"]) for answer in self.proposed.values() if answer.result]

    def wanted_drafts(self) -> Iterator[tuple[Answer, int, Mapping[str, Any]]]:
        """The lines that draft a price."""
        lines = (
            (answer, at, line)
            for answer in self.drafts
            for at, line in enumerate((answer.result or {}).get("lines", ()))
            if line["decision"] == "draft"
        )
        yield from list(lines)[:MOST_DRAFTS]

    def wanted_promotions(self) -> list[Answer]:
        """The advices to promote, the best first."""
        found = [one for one in self.promotions if (one.result or {}).get("status") == "promote"]
        return sorted(found, key=lambda one: -_of(one)["gain"]["value"])[:MOST_PROMOTIONS]

    def findings(self) -> list[Finding]:
        return [*self._reactions(), *self._ladders(), *self._deals(), *self._drafted(), *self._promoted()]

    def _reactions(self) -> Iterator[Finding]:
        for answer in self.reactions:
            if _of(answer).get("follows"):
                yield _finding(_place(answer), _reaction(answer), Severity.INFO)

    def _ladders(self) -> Iterator[Finding]:
        broken = [answer for answer in self.ladders if _of(answer).get("broken")]
        for answer in sorted(broken, key=lambda one: -len(_of(one)["broken"]))[:MOST_LADDERS]:
            yield _finding(_sku(_of(answer)), _ladder(answer), Severity.ATTENTION)

    def _deals(self) -> Iterator[Finding]:
        for answer in self.deals:
            if _of(answer).get("status") == "usable" and _of(answer).get("bought_ahead"):
                yield _finding(_place(answer), _past(answer), Severity.INFO)

    def _drafted(self) -> Iterator[Finding]:
        for answer, at, line in self.wanted_drafts():
            yield _finding(_sku(line), draft_rationale(answer, at), Severity.ATTENTION)

    def _promoted(self) -> Iterator[Finding]:
        for answer in self.wanted_promotions():
            yield _finding(_sku(_of(answer)), promotion_rationale(answer), Severity.ATTENTION)

    def missing(self) -> list[Said]:
        """What could not be told, each cause once."""
        found = []
        lacking = [answer for answer in self.reactions if _of(answer).get("status") == "insufficient"]
        if lacking and len(lacking) == len(self.reactions):
            why = _causes(lacking)
            found.append(
                Said(
                    f"How rivals answer price changes: {why.text}.",
                    f"Wie Wettbewerber auf Preisänderungen antworten: {why.german}.",
                )
            )
        lacking = [answer for answer in self.ladders if _of(answer).get("status") == "insufficient"]
        if lacking and len(_channels(self)) > 1:
            why = _causes(lacking)
            found.append(Said(f"The ladder of channels: {why.text}.", f"Die Preisleiter der Kanäle: {why.german}."))
        for answer in self.drafts:
            for line in _of(answer).get("lines", ()):
                if line["decision"] == "abstained":
                    where, why = f"{_sku(line)} in {_place(answer)}", joined(because_of(line))
                    found.append(
                        Said(f"{where}: no price drafted, {why.text}.", f"{where}: kein Preis entworfen, {why.german}.")
                    )
        return found[:20]


def _causes(answers: Sequence[Answer]) -> Said:
    """Why there is no answer, each reason once."""
    return joined(dict.fromkeys(reason for answer in answers for reason in because_of(_of(answer))))


def _channels(whole: Range) -> set[str]:
    return {str(answer.arguments["channel"]) for answer in whole.reactions}


def _of(answer: Answer) -> Mapping[str, Any]:
    return answer.result or {}


def _sku(line: Mapping[str, Any]) -> str:
    sku = str(line["sku"])
    return sku if speakable(sku) else "a product"


def _place(answer: Answer) -> str:
    code = str(answer.arguments["channel"])
    return code if speakable(code) else "a channel"


def _finding(subject: str, said: Claim, severity: Severity) -> Finding:
    return Finding(subject=subject[:120], claim=said, severity=severity)


def _cells(answer: Answer, *path: str | int) -> dict[str, FigureRef]:
    node: Any = answer.result
    for part in path:
        node = node[part]
    return {key: answer.ref(*path, key) for key, value in node.items() if isinstance(value, dict)}


def _reaction(answer: Answer) -> Claim:
    place, figures = _place(answer), _cells(answer)
    text = (
        f"Rivals follow {{answer}} of a price change in {place} within {{after}} ({{answer_low}} to {{answer_high}}), "
        "{answer_within} of it on average over the first {horizon}."
    )
    german = (
        f"Wettbewerber folgen einer Preisänderung in {place} innerhalb von {{after}} zu {{answer}} ({{answer_low}} bis "
        "{answer_high}), im Mittel der ersten {horizon} zu {answer_within}."
    )
    if _of(answer).get("given_back"):
        text += (
            " One percent of their prices moves its sales by {cross} percent ({cross_low} to {cross_high}), so their "
            "answer takes {given_back} off an elasticity; that is counted in every price advised there."
        )
        german += (
            " Ein Prozent ihrer Preise bewegt den Absatz dort um {cross} Prozent ({cross_low} bis {cross_high}); ihre "
            "Antwort nimmt einer Elastizität also {given_back}, was jede Preisempfehlung dort berücksichtigt."
        )
    return claim(text, figures, german)


def _ladder(answer: Answer) -> Claim:
    english, german, figures = [], [], dict[str, FigureRef]()
    name = _sku(_of(answer))
    for letter, (at, one) in zip("abcdef", enumerate(_of(answer)["broken"]), strict=False):
        keys = {"price": f"{{price_{letter}}}", "other": f"{{other_{letter}}}"}
        names = {"name": name, "one": _spoken(one["channel"]), "two": _spoken(one["against"])}
        for said, words in zip((english, german), _LADDER[one["kind"]], strict=True):
            said.append(words.format(**keys, **names))
        figures |= {f"{key}_{letter}": answer.ref("broken", at, key) for key in ("price", "other")}
    return claim(" ".join(english), figures, " ".join(german))


def _spoken(code: str) -> str:
    return code if speakable(code) else "a channel"


def _past(answer: Answer) -> Claim:
    place, figures = _place(answer), _cells(answer)
    text = (
        f"The {{deals}} past deals in {place}, {{off}} off, sold {{lift}} more while they ran ({{lift_low}} to "
        "{lift_high}); {bought_ahead} of that was bought ahead and missing afterwards. A product whose whole category "
        "is on a deal changes by {cannibalised}."
    )
    german = (
        f"Die {{deals}} vergangenen Aktionen in {place} mit {{off}} Nachlass brachten während ihrer Laufzeit {{lift}} "
        "mehr Absatz ({lift_low} bis {lift_high}); {bought_ahead} davon waren vorgezogen und fehlten danach. Ein "
        "Produkt, dessen übrige Warengruppe in Aktion ist, verändert sich um {cannibalised}."
    )
    return claim(text, figures, german)


def draft_rationale(answer: Answer, at: int) -> Claim:
    """Why a draft should stand, for the person who decides."""
    line = _of(answer)["lines"][at]
    figures = {**_cells(answer, "lines", at), "horizon": answer.ref("horizon")}
    place, edge = _place(answer), is_given(line, "held_at_ladder_edge")
    text = (
        f"{_sku(line)} costs {{unit_cost}} and has no price in {place}, where {{comparable}} products of its category "
        "are sold at a middling margin of {comparable_margin}. A draft of {price} would keep {margin}; such a product "
        "brings {contribution} over {horizon} there ({contribution_low} to {contribution_high}). Nobody is charged it "
        "before a person sets it."
    )
    german = (
        f"{_sku(line)} kostet {{unit_cost}} und hat in {place} keinen Preis; dort werden {{comparable}} Produkte der "
        "Warengruppe mit einer mittleren Marge von {comparable_margin} verkauft. Ein Entwurf von {price} behielte "
        "{margin}; ein solches Produkt bringt dort {contribution} über {horizon} ({contribution_low} bis "
        "{contribution_high}). Berechnet wird er niemandem, bevor ein Mensch ihn setzt."
    )
    if edge:
        text += " The ladder of its other channels holds it there."
        german += " Die Preisleiter seiner anderen Kanäle hält ihn dort."
    return claim(text, figures, german)


def promotion_rationale(answer: Answer) -> Claim:
    """Why a promotion should run, for the person who decides."""
    said, figures = _of(answer), _cells(answer)
    places = ", ".join(_spoken(code) for code in said["channels"])
    text = (
        f"A deal of {{off}} on {_sku(said)} for {{days}} in {places} should bring {{gain}} over {{horizon}} "
        "({coverage} interval: {gain_low} to {gain_high}): {lift} while it runs, {dip} in the dip after it, "
        "{cannibalised} in its category"
    )
    german = (
        f"Eine Aktion mit {{off}} Nachlass auf {_sku(said)} für {{days}} in {places} sollte {{gain}} über {{horizon}} "
        "bringen (Intervall zu {coverage}: {gain_low} bis {gain_high}): {lift} während der Laufzeit, {dip} in der "
        "Delle danach, {cannibalised} in der Warengruppe"
    )
    if said["surplus"]["value"]:
        text += ", and {cleared} saved on {surplus} units that would not sell in time"
        german += " und {cleared} gespart an {surplus} Einheiten, die nicht rechtzeitig verkauft würden"
    return claim(f"{text}.", figures, f"{german}.")
