"""The sentences that a metric's answer is told in, English and German, with a key for every number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.language import Language, in_days
from virtual_office.rendering import without_figures

_EN, _DE = Language.EN, Language.DE
_METRICS: Mapping[str, tuple[str, str]] = {
    "revenue": ("Revenue (without VAT)", "Umsatz (ohne Mehrwertsteuer)"),
    "units": ("Units sold", "Absatz"),
    "margin": ("Contribution margin", "Deckungsbeitrag"),
    "margin_rate": ("Contribution margin rate", "Deckungsbeitragsquote"),
    "average_price": ("The average price (without VAT)", "Durchschnittspreis (ohne Mehrwertsteuer)"),
    "stock": ("Stock on hand", "Bestand"),
    "stock_outs": ("Products out of stock, counted at each place", "Ausverkaufte Produkte, an jedem Ort gezählt"),
    "receivables": ("Receivables", "Forderungen"),
    "overdue": ("Overdue receivables", "Überfällige Forderungen"),
    "cash": ("Cash, as the banks last said", "Kontostand, wie die Banken ihn zuletzt nannten"),
}
_EFFECTS: Mapping[str, tuple[str, str]] = {
    "volume": ("volume", "Menge"),
    "mix": ("mix", "Mix"),
    "price": ("prices", "Preise"),
    "discounts": ("discounts", "Rabatte"),
    "returns": ("returns", "Retouren"),
    "fees": ("channel fees", "Kanalgebühren"),
    "unit_cost": ("unit costs", "Stückkosten"),
    "begun": ("new products", "neue Produkte"),
    "ended": ("products no longer sold", "nicht mehr verkaufte Produkte"),
    "sold_before_too": ("products sold before, too", "auch zuvor verkaufte Produkte"),
    "own": ("the products' own rate or price", "Quote oder Preis der Produkte selbst"),
}


@dataclass
class Prose:
    """Text with keys, and the cell that each key stands for, by its JSON pointer in the answer."""

    text: str = ""
    cells: dict[str, str] = field(default_factory=dict)

    def key(self, path: str) -> str:
        """A key for a cell, in braces."""
        at = len(self.cells)
        name = f"n{chr(ord('a') + at // 26)}{chr(ord('a') + at % 26)}"
        self.cells[name] = path
        return f"{{{name}}}"


def tell(answer: Mapping[str, Any], language: Language, taken_for: int) -> Prose:
    """What a `MetricAnswer` says. `taken_for` is 1 or -1 where the question took a rise or fall for granted."""
    prose, here = Prose(), _EN if language is _EN else _DE
    prose.text = "\n\n".join(_sentences(prose, answer, here, taken_for))
    return prose


def _sentences(prose: Prose, answer: Mapping[str, Any], language: Language, taken_for: int) -> Iterator[str]:
    name = _METRICS[answer["metric"]][_at(language)]
    days = _days(answer["first_day"], answer["last_day"], language)
    because = answer["because"] if language is _EN else answer["german_because"]
    if answer["status"] != "told":
        yield f"{name}, {days}: {'not known, as' if language is _EN else 'nicht bekannt:'} {because}."
        return
    yield f"{name}, {days}: {prose.key('/value')}."
    if answer["change"]:
        yield from _change(prose, answer, language, taken_for)
    elif because:
        yield f"{'No comparison, as' if language is _EN else 'Kein Vergleich:'} {because}."
    yield from _parts(prose, answer, language)
    if answer["uncosted"]:
        left_out = {
            _EN: "product lines are left out, as nobody said what they cost",
            _DE: "Produktzeilen fehlen darin, weil niemand nennt, was sie kosten",
        }
        yield f"{prose.key('/uncosted')} {left_out[language]}."


def _change(prose: Prose, answer: Mapping[str, Any], language: Language, taken_for: int) -> Iterator[str]:
    before = _days(answer["before_first_day"], answer["before_last_day"], language)
    moved = answer["change"]["value"]
    if taken_for and moved * taken_for <= 0:
        yield _NOT_SO[taken_for][language]
    yield f"{_CHANGE[language]} {prose.key('/change')}, {_AGAINST[language]} {prose.key('/before')} ({before})."
    if answer["effects"]:
        told = [f"{_effect(name, language)} {prose.key(f'/effects/{name}')}" for name in answer["effects"]]
        yield f"{_CONSISTS[language]} {', '.join(told)}."
    if answer["lines"]:
        told = [_line(prose, at, line, language) for at, line in enumerate(answer["lines"])]
        yield _listed(_MOST[language], told)


def _line(prose: Prose, at: int, line: Mapping[str, Any], language: Language) -> str:
    largest = max(line["effects"], key=lambda name: abs(line["effects"][name]["value"]), default="")
    why = f" ({_effect(largest, language)} {prose.key(f'/lines/{at}/effects/{largest}')})" if largest else ""
    return (
        f"{without_figures(line['sku'])} in {without_figures(line['channel'])} {prose.key(f'/lines/{at}/change')}{why}"
    )


def _parts(prose: Prose, answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    told = []
    for at, part in enumerate(answer["parts"][:_MOST_PARTS]):
        change = f" ({prose.key(f'/parts/{at}/change')})" if part["change"] else ""
        told.append(f"{without_figures(part['title'] or part['code'])} {prose.key(f'/parts/{at}/value')}{change}")
    if told:
        more = ["…"] if len(answer["parts"]) > _MOST_PARTS else []
        yield _listed("Of that:" if language is _EN else "Davon:", [*told, *more])


def _listed(head: str, entries: Sequence[str]) -> str:
    return "\n".join([head, "", *(f"- {entry}" for entry in entries)])


def _effect(name: str, language: Language) -> str:
    return _EFFECTS[name][_at(language)]


def _days(first: str, last: str, language: Language) -> str:
    begins, ends = (in_days(date.fromisoformat(day), language) for day in (first, last))
    if first == last:
        return begins
    return f"{begins} {'to' if language is _EN else 'bis'} {ends}"


def _at(language: Language) -> int:
    return 0 if language is _EN else 1


_MOST_PARTS = 12
_CHANGE = {_EN: "Change:", _DE: "Änderung:"}
_AGAINST = {_EN: "against", _DE: "gegenüber"}
_CONSISTS = {_EN: "The change consists of:", _DE: "Die Änderung besteht aus:"}
_MOST = {_EN: "What contributes most:", _DE: "Am meisten tragen bei:"}
_NOT_SO = {
    -1: {_EN: "It did not fall.", _DE: "Es ging nicht zurück."},
    1: {_EN: "It did not rise.", _DE: "Es ist nicht gestiegen."},
}
