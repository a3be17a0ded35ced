"""The sentences of a metric's answer in one language, with a key for every number."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from domain.language import Language
from domain.message import Message, citing, message, read_message, sentences, verbatim
from language.formats import day_text
from language.speech import say, speak
from virtual_office.metrics.days import (
    KeyedProse,
    day_range,
    lagging_sentence,
    not_all_compared,
    not_all_reported,
    period_days,
)

_EXPLAINED = frozenset({"margin", "margin_rate"})
"""Metrics that people take for something else."""


def tell(answer: Mapping[str, Any], language: Language, taken_for: int) -> KeyedProse:
    """A `MetricAnswer` in sentences. `taken_for` is 1 or -1 where the question took a rise or fall for granted."""
    prose = KeyedProse()
    prose.text = "\n\n".join(_sentences(prose, answer, language, taken_for))
    return prose


def _sentences(prose: KeyedProse, answer: Mapping[str, Any], language: Language, taken_for: int) -> Iterator[str]:
    metric, reasons = _metric(answer), [read_message(reason) for reason in answer["reasons"]]
    if answer["status"] != "told":
        days = day_range(answer["first_day"], answer["last_day"])
        yield speak(message("metrics.told.not_known", metric=metric, days=days, reasons=reasons), language)
        return
    days = period_days(prose, answer, "")
    value = citing("metrics.told.value", {"value": prose.key("/value")}, metric=metric, days=days)
    yield speak(sentences([value, *not_all_reported(answer)]), language)
    if answer["metric"] in _EXPLAINED:
        yield say(f"metrics.meaning.{answer['metric']}", language)
    if answer["change"]:
        yield from _change(prose, answer, language, taken_for)
    elif reasons:
        yield speak(message("metrics.told.no_comparison", reasons=reasons), language)
    yield from _parts(prose, answer, language)
    for channel in answer["lagging"]:
        yield speak(lagging_sentence(channel), language)
    if answer["uncosted"]:
        key = "metrics.told.uncosted_line" if answer["uncosted"]["value"] == 1 else "metrics.told.uncosted_lines"
        yield speak(citing(key, {"lines": prose.key("/uncosted")}), language)


def _change(prose: KeyedProse, answer: Mapping[str, Any], language: Language, taken_for: int) -> Iterator[str]:
    days = period_days(prose, answer, "before_")
    if taken_for and answer["change"]["value"] * taken_for <= 0:
        yield say("metrics.told.did_not_rise" if taken_for > 0 else "metrics.told.did_not_fall", language)
    figures = {"change": prose.key("/change"), "before": prose.key("/before")}
    if answer["basis"] != "total":
        figures |= {"average": prose.key("/average"), "earlier": prose.key("/before_average")}
    change = citing(f"metrics.change.{answer['basis']}", figures, days=days)
    yield speak(sentences([change, *not_all_compared(answer)]), language)
    if answer["effects"]:
        effects = [_effect(prose, name, f"/effects/{name}") for name in answer["effects"]]
        listed = ", ".join(speak(effect, language) for effect in effects)
        yield f"{say('metrics.told.consists', language)} {listed}."
    if answer["lines"]:
        lines = [_line(prose, at, line) for at, line in enumerate(answer["lines"])]
        yield _listed(say("metrics.told.most", language), lines, language)


def _line(prose: KeyedProse, at: int, line: Mapping[str, Any]) -> Message:
    """The change of a product in a channel, and the largest of its effects."""
    names, path = {"sku": line["sku"], "channel": line["channel"]}, f"/lines/{at}"
    largest = max(line["effects"], key=lambda name: abs(line["effects"][name]["value"]), default="")
    if not largest:
        return citing("metrics.line.change", {"change": prose.key(f"{path}/change")}, **names)
    effect = _effect(prose, largest, f"{path}/effects/{largest}")
    return citing("metrics.line.explained", {"change": prose.key(f"{path}/change")}, **names, effect=effect)


def _parts(prose: KeyedProse, answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    parts = [
        _part(prose, f"/parts/{at}", part, _title(prose, at, part, answer["split"], language))
        for at, part in enumerate(answer["parts"])
    ]
    if rest := answer["rest"]:
        others = answer["rest_parts"] and citing("metrics.part_title.others", {"parts": prose.key("/rest_parts")})
        parts.append(_part(prose, "/rest", rest, others or Message(key="metrics.part_title.rounding")))
    if parts:
        basis = answer["basis"] if answer["change"] else "total"
        yield _listed(say(f"metrics.parts.{basis}", language), parts, language)


def _part(prose: KeyedProse, path: str, part: Mapping[str, Any], title: Message) -> Message:
    change = {"change": prose.key(f"{path}/change")} if part["change"] else {}
    key = "metrics.part.changed" if change else "metrics.part.value"
    return citing(key, {**change, "value": prose.key(f"{path}/value")}, title=title)


def _title(prose: KeyedProse, at: int, part: Mapping[str, Any], split: str, language: Language) -> Message:
    if split not in {"week", "month"}:
        return verbatim(part["title"] or part["code"])
    day = date.fromisoformat(part["code"])
    if split == "week":
        return message("metrics.part_title.week", day=day)
    month = day_text(day, language).partition(" ")[2]
    if not part["length"]:
        return message("metrics.part_title.month", month=month)
    return citing("metrics.part_title.part_of_month", {"length": prose.key(f"/parts/{at}/length")}, month=month)


def _listed(head: str, entries: Sequence[Message], language: Language) -> str:
    return "\n".join([head, "", *(f"- {speak(entry, language)}" for entry in entries)])


def _effect(prose: KeyedProse, name: str, path: str) -> Message:
    return citing(f"metrics.effect.{name}", {"amount": prose.key(path)})


def _metric(answer: Mapping[str, Any]) -> Message:
    """The metric, and what of the brand it is of."""
    name = Message(key=f"metrics.name.{answer['metric']}")
    product, channel = answer["product"], answer["channel"]
    if product and channel:
        return message("metrics.of.product_in_channel", metric=name, product=product, channel=channel)
    if product:
        return message("metrics.of.product", metric=name, product=product)
    return message("metrics.of.channel", metric=name, channel=channel) if channel else name
