"""Why the Finance Analyst proposes what it proposes, for the person who decides; in English and in German."""

from collections.abc import Mapping
from typing import Any

from agents.playbooks.prose import because_of, claim, joined
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef
from domain.report import Claim

_LONGEST_NAME = 100


def cells_of(answer: Answer, *path: str | int) -> dict[str, FigureRef]:
    """Every number directly below a place of an answer as a figure."""
    node: Any = answer.result or {}
    for part in path:
        node = node[part]
    return {key: answer.ref(*path, key) for key, value in node.items() if isinstance(value, dict) and "unit" in value}


def reminder_rationale(advice: Answer) -> Claim:
    """Why to remind a debtor now."""
    result = advice.result or {}
    debtor = str(result["debtor"])
    assumed = result["share_is_assumed"]
    text = (
        f"{debtor} owes {{overdue}} that is overdue, the oldest for {{oldest}}. By its own habit that takes {{wait}} "
        f"more. {_share_english(assumed)} That is {{saved}} sooner ({{coverage}} interval: {{saved_low}} to "
        "{saved_high})"
    )
    german = (
        f"{debtor} schuldet {{overdue}}, die überfällig sind, am längsten seit {{oldest}}. Nach der eigenen Gewohnheit "
        f"dauert das noch {{wait}}. {_share_german(assumed)} Das ist {{saved}} früher (Bereich für {{coverage}}: "
        "{saved_low} bis {saved_high})"
    )
    if result.get("gain"):
        text += ", worth {gain} at what money costs you ({gain_low} to {gain_high})."
        german += ", zu Ihren Kapitalkosten {gain} wert ({gain_low} bis {gain_high})."
    else:
        text, german = f"{text}.", f"{german}."
    return claim(text, cells_of(advice), german)


def _share_english(assumed: bool) -> str:
    if assumed:
        return "No reminder has been measured yet: it is assumed to save {share} of the wait."
    return "Reminders so far ({measured}) suggest that one saves {share} of the wait."


def _share_german(assumed: bool) -> str:
    if assumed:
        return "Noch wurde keine Mahnung gemessen: Angenommen wird, dass sie {share} der Wartezeit spart."
    return "Die bisherigen Mahnungen ({measured}) sprechen dafür, dass eine {share} der Wartezeit spart."


def budget_rationale(answer: Answer) -> Claim:
    """Why to move money between campaigns."""
    result = answer.result or {}
    figures = cells_of(answer)
    moves, moves_german = [], []
    for at, one in enumerate(result["campaigns"]):
        if one.get("advised"):
            key = f"from_{'abcdefghijklmnopqrstuvwxyz'[at % 26]}"
            to = f"to_{'abcdefghijklmnopqrstuvwxyz'[at % 26]}"
            figures |= {key: answer.ref("campaigns", at, "budget"), to: answer.ref("campaigns", at, "advised")}
            moves.append(f"{one['campaign']} from {{{key}}} to {{{to}}}")
            moves_german.append(f"{one['campaign']} von {{{key}}} auf {{{to}}}")
    text = (
        f"Move {{moved}} a week between campaigns: {', '.join(moves)}. The total stays. Over {{horizon}} that should "
        "bring {gain} of contribution ({coverage} interval: {gain_low} to {gain_high})."
    )
    german = (
        f"Verschieben Sie {{moved}} je Woche zwischen Kampagnen: {', '.join(moves_german)}. Die Summe bleibt. Über "
        "{horizon} sollte das {gain} Deckungsbeitrag bringen (Bereich für {coverage}: {gain_low} bis {gain_high})."
    )
    return claim(text, figures, german)


def flag_rationale(answer: Answer, at: int) -> Claim:
    """Why a person should look at expenses of a category."""
    one: Mapping[str, Any] = (answer.result or {})["odd"][at]
    figures = cells_of(answer, "odd", at)
    category, why = named(str(one["category"]), "a category"), joined(because_of(one))
    text = f"{category} cost {{amount}}, where {{expected}} was to be expected ({{low}} to {{high}}): {why.text}."
    german = f"{category} kostete {{amount}}, zu erwarten waren {{expected}} ({{low}} bis {{high}}): {why.german}."
    if one.get("gain"):
        text += (
            " If it goes on, that costs up to {gain_high} in four weeks; chargebacks of the last four came to {held}."
        )
        german += (
            " Geht es so weiter, kostet das bis zu {gain_high} in vier Wochen; die Rückbuchungen der letzten vier "
            "betrugen {held}."
        )
    return claim(text + " A person should look.", figures, german + " Das sollte sich ein Mensch ansehen.")


def named(name: str, otherwise: str) -> str:
    """A name as prose can carry it."""
    return name if name.strip() and len(name) <= _LONGEST_NAME and not set(name) & set("{}") else otherwise
