"""The days that a metric's answer is about, as they are told: those that are reported, and what of the asked is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.language import Language
from language.formats import day_text
from language.prose import without_figures

_EN = Language.EN


@dataclass
class KeyedProse:
    """Text with keys, and the cell that each key stands for, by its JSON pointer in the answer."""

    text: str = ""
    cells: dict[str, str] = field(default_factory=dict)

    def key(self, path: str) -> str:
        """A key for a cell, in braces."""
        at = len(self.cells)
        name = f"n{chr(ord('a') + at // 26)}{chr(ord('a') + at % 26)}"
        self.cells[name] = path
        return f"{{{name}}}"


def period_text(prose: KeyedProse, answer: Mapping[str, Any], side: str, language: Language) -> str:
    """The days of the value, or of what it is compared with (`before_`): never more than are reported."""
    asked = answer[f"{side}first_day"], answer[f"{side}last_day"]
    covered = answer[f"{side}covered"]
    if covered is None or (covered["complete"] and (covered["first_day"], covered["last_day"]) == asked):
        return day_range(*asked, language)
    reported = day_range(covered["first_day"], covered["last_day"], language)
    length = prose.key(f"/{side}covered/length")
    gaps = _gaps(covered, language)
    if covered["complete"] and not answer["before_cut"]:
        days, detail = day_range(*asked, language), f"{length}, {reported}"
    else:
        days, detail = reported, f"{length}{gaps}"
    note = f"{'as reported' if language is _EN else 'wie gemeldet'}: {detail}"
    return f"{days}; {note}" if side else f"{days} ({note})"


def missing_days_note(answer: Mapping[str, Any], language: Language) -> str:
    """A sentence that not all of the days asked about are reported; empty where they are."""
    if answer["covered"] is None or answer["covered"]["complete"]:
        return ""
    asked = day_range(answer["first_day"], answer["last_day"], language)
    if language is _EN:
        return f" Asked for was {asked}; not all of it is reported."
    return f" Gefragt war {asked}; nicht alles davon ist gemeldet."


def cut_base_note(answer: Mapping[str, Any], language: Language) -> str:
    """That only the beginning of the base is compared with, as a sentence; empty where it is the whole or not all of
    it is reported."""
    whole = day_range(answer["before_first_day"], answer["before_last_day"], language)
    if answer["before_cut"]:
        if language is _EN:
            return f" Of {whole} only as many days from the beginning are compared with as are reported now."
        return f" Von {whole} ist nur so viel vom Anfang verglichen, wie jetzt gemeldet ist."
    if answer["before_covered"] is None or answer["before_covered"]["complete"]:
        return ""
    if language is _EN:
        return f" Not all of {whole} is reported."
    return f" Nicht alles von {whole} ist gemeldet."


def lagging_sentence(lagging: Mapping[str, Any], language: Language) -> str:
    """A channel that is not reported as far as the others."""
    channel = without_figures(lagging["channel"])
    if not lagging["last_day"]:
        return f"{channel}: {'nothing is reported yet.' if language is _EN else 'noch ist nichts gemeldet.'}"
    last = day_text(date.fromisoformat(lagging["last_day"]), language)
    if language is _EN:
        return f"{channel} is reported only up to {last}: ask about each channel alone."
    return f"{channel} ist nur bis {last} gemeldet: bitte nach jedem Kanal einzeln fragen."


def day_range(first: str, last: str, language: Language) -> str:
    begins, ends = (day_text(date.fromisoformat(day), language) for day in (first, last))
    if first == last:
        return begins
    return f"{begins} {'to' if language is _EN else 'bis'} {ends}"


def _gaps(covered: Mapping[str, Any], language: Language) -> str:
    first, last = (date.fromisoformat(covered[key]) for key in ("first_day", "last_day"))
    if covered["days"] > (last - first).days:
        return ""
    return ", with gaps" if language is _EN else ", mit Lücken"
