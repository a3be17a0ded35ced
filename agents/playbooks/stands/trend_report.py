"""What the Stand Coach says of stands that fall behind the others: why a visit or a bonus, or why neither."""

from collections.abc import Iterator, Mapping
from typing import Any

from agents.playbooks.prose import Said, claim, speakable
from agents.playbooks.transcript import Answer
from domain.report import Claim, Finding, Severity

_BEHIND = (
    "{name} sold {{change}} against the other stands over the last {{weeks}} (interval {{change_low}} to "
    "{{change_high}}), with {{in_stock}} of its shelves never empty."
)
_BEHIND_GERMAN = (
    "{name} verkaufte in den letzten {{weeks}} {{change}} gegenüber den anderen Ständen (Intervall {{change_low}} bis "
    "{{change_high}}); {{in_stock}} seiner Regale waren nie leer."
)


def rationale_of_help(trends: Answer, at: int) -> Claim:
    """Why somebody should go there, or why the partner should have a bonus, for the person who decides."""
    stand = (trends.result or {})["stands"][at]
    name = _code(stand)
    if stand["decision"] == "visit":
        text = (
            f"{_BEHIND.format(name=name)} That loses {{shortfall}} a week. A visit costs {{cost}} and should bring "
            "{gain} after that ({coverage} interval: {gain_low} to {gain_high})."
        )
        german = (
            f"{_BEHIND_GERMAN.format(name=name)} Das kostet {{shortfall}} pro Woche. Ein Besuch kostet {{cost}} und "
            "sollte danach {gain} bringen ({coverage}-Intervall: {gain_low} bis {gain_high})."
        )
        return claim(text, _figures(trends, at), german)
    text = (
        f"{name} sold {{change}} against the other stands, with {{in_stock}} of its shelves never empty, and a visit "
        "did not help. A bonus of {share} of its sales for {weeks}, up to {cap}, should bring {gain} after its cost, "
        "as earlier ones did ({coverage} interval: {gain_low} to {gain_high})."
    )
    german = (
        f"{name} verkaufte {{change}} gegenüber den anderen Ständen, {{in_stock}} seiner Regale waren nie leer, und "
        "ein Besuch half nicht. Ein Bonus von {share} seiner Verkäufe für {weeks}, höchstens {cap}, sollte nach "
        "seinen Kosten {gain} bringen, wie frühere ({coverage}-Intervall: {gain_low} bis {gain_high})."
    )
    return claim(text, _figures(trends, at), german)


def falling_behind(trends: Answer) -> Iterator[Finding]:
    """Stands that fall behind, and what is done about it or why nothing is."""
    for at, stand in enumerate((trends.result or {}).get("stands", ())):
        if stand["decision"] in ("visit", "bonus"):
            yield Finding(subject=_code(stand), claim=rationale_of_help(trends, at), severity=Severity.ATTENTION)
        elif stand.get("shortfall"):
            name, because, german = _code(stand), stand["because"][0], stand["because_german"][0]
            yield Finding(
                subject=name,
                claim=claim(
                    f"{_BEHIND.format(name=name)} Nothing is proposed: {because}.",
                    _figures(trends, at),
                    f"{_BEHIND_GERMAN.format(name=name)} Es wird nichts vorgeschlagen: {german}.",
                ),
                severity=Severity.ATTENTION,
            )


def missing_trends(trends: Answer) -> Iterator[Said]:
    """What could not be told about how stands go."""
    if trends.result is None:
        yield Said(f"Stands could not be compared: {trends.error}", f"Stände sind nicht vergleichbar: {trends.error}")
    elif trends.result["status"] == "abstained":
        yield because(trends.result, "Comparing stands", "Vergleich der Stände")
    else:
        for stand in trends.result["stands"]:
            if stand["decision"] == "abstained":
                code = _code(stand)
                yield because(stand, f"{code}, beside the others", f"{code}, im Vergleich")


def because(node: Mapping[str, Any], name: str, german: str) -> Said:
    """What is lacking, and why, as the tool says it in both languages."""
    return Said(f"{name}: {'; '.join(node['because'])}.", f"{german}: {'; '.join(node['because_german'])}.")


def _figures(trends: Answer, at: int) -> dict[str, Any]:
    stand: Mapping[str, Any] = (trends.result or {})["stands"][at]
    return {key: trends.ref("stands", at, key) for key, value in stand.items() if isinstance(value, dict)}


def _code(stand: Mapping[str, Any]) -> str:
    code = str(stand["stand"])
    return code if code.strip() and speakable(code) else "A stand"
