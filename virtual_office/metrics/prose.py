"""The sentences that a metric's answer is told in, English and German, with a key for every number."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from domain.language import Language
from domain.message import read_message
from language.formats import day_text
from language.prose import without_figures
from language.speech import joined
from virtual_office.metrics.days import (
    KeyedProse,
    cut_base_note,
    day_range,
    lagging_sentence,
    missing_days_note,
    period_text,
)

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


def tell(answer: Mapping[str, Any], language: Language, taken_for: int) -> KeyedProse:
    """A `MetricAnswer` in sentences. `taken_for` is 1 or -1 where the question took a rise or fall for granted."""
    prose, here = KeyedProse(), _EN if language is _EN else _DE
    prose.text = "\n\n".join(_sentences(prose, answer, here, taken_for))
    return prose


def _sentences(prose: KeyedProse, answer: Mapping[str, Any], language: Language, taken_for: int) -> Iterator[str]:
    name = _name(answer, language)
    because = joined(map(read_message, answer["reasons"]), language)
    if answer["status"] != "told":
        days = day_range(answer["first_day"], answer["last_day"], language)
        yield f"{name}, {days}: {'not known, as' if language is _EN else 'nicht bekannt:'} {because}."
        return
    days = period_text(prose, answer, "", language)
    yield f"{name}, {days}: {prose.key('/value')}.{missing_days_note(answer, language)}"
    if answer["metric"] in _MEANINGS:
        yield _MEANINGS[answer["metric"]][_at(language)]
    if answer["change"]:
        yield from _change(prose, answer, language, taken_for)
    elif because:
        yield f"{'No comparison, as' if language is _EN else 'Kein Vergleich:'} {because}."
    yield from _parts(prose, answer, language)
    for channel in answer["lagging"]:
        yield lagging_sentence(channel, language)
    if answer["uncosted"]:
        single = answer["uncosted"]["value"] == 1
        left_out = {
            _EN: "product line is left out, as nobody said what it costs" if single
            else "product lines are left out, as nobody said what they cost",
            _DE: "Produktzeile fehlt darin, weil niemand nennt, was sie kostet" if single
            else "Produktzeilen fehlen darin, weil niemand nennt, was sie kosten",
        }  # fmt: skip
        yield f"{prose.key('/uncosted')} {left_out[language]}."


def _change(prose: KeyedProse, answer: Mapping[str, Any], language: Language, taken_for: int) -> Iterator[str]:
    before = period_text(prose, answer, "before_", language)
    moved = answer["change"]["value"]
    if taken_for and moved * taken_for <= 0:
        yield _NOT_SO[taken_for][language]
    change, total = prose.key("/change"), f"{prose.key('/before')} ({before})"
    if answer["basis"] == "total":
        yield f"{_CHANGE[language]} {change}, {_AGAINST[language]} {total}.{cut_base_note(answer, language)}"
    else:
        each = _EACH[answer["basis"]][_at(language)]
        average, earlier = prose.key("/average"), prose.key("/before_average")
        sentence = _AVERAGES[_at(language)].format(
            change=change, each=each, average=average, earlier=earlier, total=total
        )
        yield sentence + cut_base_note(answer, language)
    if answer["effects"]:
        effects = [f"{_effect(name, language)} {prose.key(f'/effects/{name}')}" for name in answer["effects"]]
        yield f"{_CONSISTS[language]} {', '.join(effects)}."
    if answer["lines"]:
        lines = [_line(prose, at, line, language) for at, line in enumerate(answer["lines"])]
        yield _listed(_MOST[language], lines)


def _line(prose: KeyedProse, at: int, line: Mapping[str, Any], language: Language) -> str:
    largest = max(line["effects"], key=lambda name: abs(line["effects"][name]["value"]), default="")
    why = f" ({_effect(largest, language)} {prose.key(f'/lines/{at}/effects/{largest}')})" if largest else ""
    return (
        f"{without_figures(line['sku'])} in {without_figures(line['channel'])} {prose.key(f'/lines/{at}/change')}{why}"
    )


def _parts(prose: KeyedProse, answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    parts = [
        _part(prose, f"/parts/{at}", part, _title(prose, at, part, answer["split"], language))
        for at, part in enumerate(answer["parts"])
    ]
    if rest := answer["rest"]:
        count = f" ({prose.key('/rest_parts')})" if answer["rest_parts"] else ""
        parts.append(_part(prose, "/rest", rest, f"{(_REST if count else _ROUNDING)[language]}{count}"))
    if parts:
        each = _EACH.get(answer["basis"], ("", ""))[_at(language)] if answer["change"] else ""
        yield _listed(
            _OF_THAT[_at(language)] + (_CHANGES_EACH[_at(language)].format(each=each) if each else ":"), parts
        )


def _part(prose: KeyedProse, path: str, part: Mapping[str, Any], title: str) -> str:
    change = f" ({prose.key(f'{path}/change')})" if part["change"] else ""
    return f"{title} {prose.key(f'{path}/value')}{change}"


def _title(prose: KeyedProse, at: int, part: Mapping[str, Any], split: str, language: Language) -> str:
    if split not in {"week", "month"}:
        return without_figures(part["title"] or part["code"])
    day = day_text(date.fromisoformat(part["code"]), language)
    if split == "month":
        length = f" ({prose.key(f'/parts/{at}/length')})" if part["length"] else ""
        return f"{day.partition(' ')[2]}{length}:"
    return f"week from {day}:" if language is _EN else f"Woche ab {day}:"


def _listed(head: str, entries: Sequence[str]) -> str:
    return "\n".join([head, "", *(f"- {entry}" for entry in entries)])


def _effect(name: str, language: Language) -> str:
    return _EFFECTS[name][_at(language)]


def _name(answer: Mapping[str, Any], language: Language) -> str:
    """The metric, and what of the brand it is of."""
    of, where = ("of", "in") if language is _EN else ("von", "in")
    product = f" {of} {without_figures(answer['product'])}" if answer["product"] else ""
    channel = f" {where} {without_figures(answer['channel'])}" if answer["channel"] else ""
    return f"{_METRICS[answer['metric']][_at(language)]}{product}{channel}"


def _at(language: Language) -> int:
    return 0 if language is _EN else 1


_REST = {_EN: "all others", _DE: "alle übrigen"}
_ROUNDING = {_EN: "rounding", _DE: "Rundung"}
_OF_THAT = ("Of that", "Davon")
_CHANGES_EACH = (" (in brackets the change {each}):", " (in Klammern die Änderung {each}):")
_EACH = {"per_week": ("a week", "je Woche"), "per_day": ("a day", "am Tag")}
_AVERAGES = (
    "Change: {change} {each}, from {earlier} to {average} on average. In total it was {total}; as the two are of "
    "different lengths, what is compared is the average {each}.",
    "Änderung: {change} {each}, von durchschnittlich {earlier} auf {average}. Insgesamt waren es {total}; weil beide "
    "verschieden lang sind, ist der Durchschnitt {each} verglichen.",
)
_MEANINGS: Mapping[str, tuple[str, str]] = {
    "margin": (
        "That is revenue without VAT, less the channels' fees and what the goods cost.",
        "Das ist der Umsatz ohne Mehrwertsteuer, abzüglich der Kanalgebühren und der Kosten der Ware.",
    ),
    "margin_rate": (
        "That is the contribution margin as a share of revenue without VAT before the channel's fee is taken off. The "
        "margin floor and price proposals take it as a share of what is left after that fee, which is higher in a "
        "channel with a fee.",
        "Das ist der Deckungsbeitrag als Anteil am Umsatz ohne Mehrwertsteuer vor Abzug der Kanalgebühr. Mindestmarge "
        "und Preisvorschläge messen ihn an dem, was nach der Gebühr bleibt; in einem Kanal mit Gebühr ist das höher.",
    ),
}
_CHANGE = {_EN: "Change:", _DE: "Änderung:"}
_AGAINST = {_EN: "against", _DE: "gegenüber"}
_CONSISTS = {_EN: "The change consists of:", _DE: "Die Änderung besteht aus:"}
_MOST = {_EN: "What contributes most:", _DE: "Am meisten tragen bei:"}
_NOT_SO = {
    -1: {_EN: "It did not fall.", _DE: "Es ging nicht zurück."},
    1: {_EN: "It did not rise.", _DE: "Es ist nicht gestiegen."},
}
