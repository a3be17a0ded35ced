"""The one page of minutes that people read: what happened, what was decided, whose yes by when, what is unsure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from domain.report import FindingSeverity
from language.lines import Line, Span, SpanLook, as_plain
from language.paper import Block, BulletPoint, Bullets, Paragraph, count_words
from store.tables import FindingRow
from virtual_office.minutes.decided import OF_A_KIND, Group, due_text, groups_of, title_of_group, who_agrees
from virtual_office.minutes.sitting import Sitting, first_sentence, proposal_of
from virtual_office.minutes.worth import expected, together, why_now

MOST_WORDS = 350
_LONGEST_TITLE, _LONGEST_LINE = 16, 40
"""In words."""
_STATUS = {"measured": "measured_status"}
_FIRST = "finance_analyst"
"""Who says what happened beside the chair."""


class _Room(NamedTuple):
    """How much of each part a page has room for."""

    decisions: int
    reasons: int
    doubts: int
    promises: int


_ROOMS = tuple(
    _Room(decisions, reasons, doubts, promises)
    for decisions, reasons, doubts, promises in (
        (8, 8, 5, 3), (8, 5, 4, 3), (8, 3, 4, 2), (7, 2, 3, 2), (6, 1, 3, 1), (5, 0, 2, 1), (4, 0, 1, 1), (3, 0, 0, 0),
    )
)  # fmt: skip


@dataclass(frozen=True)
class _Parts:
    """The parts of the page before it is known how much of them there is room for."""

    lead: Line
    happened: Line
    groups: Sequence[Group]
    doubts: Sequence[Line]
    promises: Sequence[Line]


def lay_out_page(sitting: Sitting, title: str) -> list[Block]:
    """The page as full as its words allow, whatever the number of proposals."""
    parts = _Parts(
        _lead(sitting), _happened(sitting), groups_of(sitting), list(_doubts(sitting)), list(_promises(sitting))
    )
    *fuller, least = (list(_blocks(sitting, parts, room)) for room in _ROOMS)
    room_left = MOST_WORDS - count_words(title)
    return next((blocks for blocks in fuller if _words_of(blocks) <= room_left), least)


def _words_of(blocks: Sequence[Block]) -> int:
    lines = [line for block in blocks for line in _lines_of(block)]
    return sum(count_words(as_plain(line)) for line in lines)


def _lines_of(block: Block) -> Sequence[Line]:
    match block:
        case Paragraph(line):
            return [line]
        case Bullets(points, numbered):
            number = [[Span("1. ")]] if numbered else []
            return [line for point in points for line in (*number, point.line, *point.under)]
    return []


def _blocks(sitting: Sitting, parts: _Parts, room: _Room) -> Iterator[Block]:
    if parts.lead:
        yield Paragraph(parts.lead)
    if parts.happened:
        yield Paragraph([*_head(sitting, "happened"), *parts.happened])
    shown, rest = parts.groups[: room.decisions], parts.groups[room.decisions :]
    if not shown:
        yield Paragraph([*_head(sitting, "decided"), Span(_nothing_decided(sitting))])
    else:
        number = sum(len(group.decisions) for group in parts.groups)
        yield Paragraph([*_head(sitting, "decided"), Span(sitting.counted("decided_items", number))])
        reasons = [at < room.reasons for at in range(len(shown))]
        points = [
            BulletPoint(_decision(sitting, group, with_reason))
            for group, with_reason in zip(shown, reasons, strict=True)
        ]
        yield Bullets(points, numbered=True)
    if rest:
        more = sum(len(group.decisions) for group in rest)
        worths = [worth for group in rest for worth in group.worths]
        line = sitting.line("more_decided", count=str(more), value=[together(sitting, worths)])
        yield Paragraph(line)
    if shown:
        yield Paragraph([*_head(sitting, "whose_yes"), Span(_whose_yes(sitting, shown, rest))])
    if parts.doubts and room.doubts:
        yield Paragraph(_head(sitting, "unsure")[:1])
        yield Bullets([BulletPoint(line) for line in parts.doubts[: room.doubts]])
    if parts.promises and room.promises:
        first, *others = parts.promises[: room.promises]
        yield Paragraph(
            [*_head(sitting, "promises"), *first, *(span for line in others for span in (Span(" "), *line))]
        )


def _head(sitting: Sitting, name: str) -> list[Span]:
    return [Span(sitting.say(f"page.{name}"), SpanLook.STRONG), Span(" ")]


def _nothing_decided(sitting: Sitting) -> str:
    return sitting.say("nothing_adopted" if sitting.proposals else "nothing_proposed")


def _lead(sitting: Sitting) -> Line:
    """Sales without VAT, and who thought: rules, or a model."""
    return [Span(sitting.say("lead_model" if sitting.cost else "lead"), SpanLook.QUIET)]


def _happened(sitting: Sitting) -> list[Span]:
    """Two sentences: how sales went, and what finance opens with; where neither is known, what another agent does."""
    said = [sitting.entry(entry) for entry in sitting.record.get("happened", ())][:1]
    order = sorted(sitting.reports, key=lambda name: name != _FIRST)
    for name in order:
        if name == _FIRST or not any(said):
            said.append(list(_opening(sitting, sitting.reports[name])))
    return [span for line in said if line for span in (*line, Span(" "))][:-1]


def _opening(sitting: Sitting, report: Mapping[str, Any]) -> Line:
    """The first sentence of a summary; nothing of one that speaks of a proposal as it was before its challenges."""
    if report["status"] != "ok":
        return []
    line = sitting.spans(first_sentence(sitting.summary(report)), report["figures"])
    codes = {span.code for span in line if span.code}
    return [] if not codes or sitting.rests_on_proposals(codes) else _short(line)


def _decision(sitting: Sitting, group: Group, with_reason: bool) -> Line:
    """What it does, what it takes and brings, and why now."""
    title = " ".join(title_of_group(sitting, group).split()[:_LONGEST_TITLE])
    line = [Span(f"{title}.", SpanLook.STRONG)]
    if len(group.decisions) >= OF_A_KIND and group.put_in:
        line += [Span(" "), *sitting.line("put_in", amount=[sitting.money(group.put_in)])]
    brings = _brings(sitting, group)
    if brings:
        line += [Span(" "), *brings]
    if with_reason and (reason := _reason(sitting, group)):
        line += [Span(" "), *reason]
    return line


def _brings(sitting: Sitting, group: Group) -> Line:
    worths = group.worths
    if not worths:
        return []
    others = sum(worth.costs_others for worth in worths)
    if len(worths) == 1 and not others:
        return sitting.line("brings", expected=expected(sitting, worths[0]))
    value = [together(sitting, worths)]
    if not others:
        return sitting.line("brings_together", value=value)
    gross = [sitting.money(sum(worth.value for worth in worths) + others)]
    key = "brings_net" if len(worths) == 1 else "brings_net_together"
    return sitting.line(key, value=value, gross=gross, others=[sitting.money(others)])


def _reason(sitting: Sitting, group: Group) -> Line:
    """The first sentence of why, of the one that stands for most."""
    proposal = proposal_of(sitting, group.decisions[0].item)
    reason = why_now(sitting, proposal)
    return reason if count_words(as_plain(reason)) <= _LONGEST_LINE else []


def _whose_yes(sitting: Sitting, shown: Sequence[Group], rest: Sequence[Group]) -> str:
    """By who has to agree, the numbers of the decisions and until when."""
    numbers: dict[str, dict[str, list[int]]] = {}
    for at, group in enumerate(shown, start=1):
        due = due_text(sitting, group.due)
        for decision in group.decisions:
            places = numbers.setdefault(who_agrees(sitting, decision), {}).setdefault(due if decision.gates else "", [])
            if at not in places:
                places.append(at)
    lines = [_yes(sitting, who, by_due) for who, by_due in numbers.items()]
    return " ".join([*lines[:4], *([sitting.say("yes_of_rest")] if rest or len(lines) > 4 else [])])


def _yes(sitting: Sitting, who: str, by_due: Mapping[str, Sequence[int]]) -> str:
    told = [f"{_listed(sitting, places)} {due}".strip() for due, places in by_due.items()]
    return sitting.say("yes_of", who=who, told=", ".join(told))


def _listed(sitting: Sitting, numbers: Sequence[int]) -> str:
    *before, last = map(str, numbers)
    return sitting.say("and_last", first=", ".join(before), last=last) if before else last


def _doubts(sitting: Sitting) -> Iterator[Line]:
    """Risks, decisions that may lose money, who could not report, and how much is open."""
    risks = [row for row in sitting.findings if row.severity == FindingSeverity.RISK]
    by_kind: dict[str, list[FindingRow]] = {}
    for row in risks:
        by_kind.setdefault(str((row.message or {}).get("key", row.id)), []).append(row)
    for rows in by_kind.values():
        lines = [sitting.spans(first_sentence(sitting.prose(row)), row.figures) for row in rows[: OF_A_KIND - 1]]
        yield from (_short(line) for line in lines)
        if len(rows) >= OF_A_KIND:
            others = [sitting.name(row.subject) for row in rows[OF_A_KIND - 1 :]]
            yield [Span(sitting.say("doubt.also", names=_names(sitting, others)))]
    yield from _losing(sitting)
    late = [sitting.agent(name) for name, report in sitting.reports.items() if report["status"] != "ok"]
    if late:
        yield [Span(sitting.say("doubt.degraded", names=_names(sitting, late)))]
    gaps = sum(len(report.get("missing_data", ())) for report in sitting.reports.values())
    if gaps:
        yield [Span(sitting.counted("doubt.open", gaps))]


def _losing(sitting: Sitting) -> Iterator[Line]:
    losing = [
        decision
        for group in groups_of(sitting)
        for decision in group.decisions
        if decision.worth is not None and decision.worth.may_lose
    ]
    if not losing:
        return
    worst = min(losing, key=lambda decision: decision.worth.low if decision.worth else 0)
    assert worst.worth is not None
    words = " ".join(sitting.title(worst.item).split()[:_LONGEST_TITLE])
    values = {"title": words, "range": expected(sitting, worst.worth)}
    if len(losing) == 1:
        yield sitting.line("doubt.may_lose", **values)
    else:
        yield sitting.line("doubt.many_may_lose", count=str(len(losing)), **values)


def _promises(sitting: Sitting) -> Iterator[Line]:
    """What became of the last meeting's items, and what was measured against its promise."""
    promises = sitting.record.get("promises")
    if promises is None:
        return
    if not promises["items"]:
        yield [Span(sitting.say("promise.first"))]
        return
    told = [
        sitting.counted(f"promise.{_STATUS.get(status, status)}", count) for status, count in promises["items"].items()
    ]
    day = sitting.day(datetime.fromisoformat(promises["met_at"]))
    yield [Span(sitting.say("promise.became", day=day, told=", ".join(told)))]
    measured = promises["measured"]
    if measured["count"]:
        count, value, effect = (measured[name] for name in ("count", "promised", "realised"))
        yield sitting.line(
            "promise.measured", count=str(count), value=[sitting.money(value)], effect=[sitting.money(effect)]
        )
    else:
        yield [Span(sitting.say("promise.none_measured"))]
    if due := promises.get("next"):
        yield [
            Span(
                sitting.say(
                    "promise.next",
                    title=due["title"][sitting.language],
                    day=sitting.day(datetime.fromisoformat(due["at"])),
                )
            )
        ]


def _names(sitting: Sitting, names: Sequence[str], most: int = 4) -> str:
    shown = ", ".join(dict.fromkeys(names[:most]))
    return sitting.say("and_more", names=shown, count=str(len(names) - most)) if len(names) > most else shown


def _short(line: Line) -> Line:
    """A line of an agent's, or as much of it as a page takes."""
    if count_words(as_plain(line)) <= _LONGEST_LINE:
        return line
    kept: list[Span] = []
    room = _LONGEST_LINE
    for span in line:
        words = span.text.split(" ")
        kept.append(span if len(words) <= room else Span(" ".join(words[:room]), span.look, span.code))
        room -= count_words(span.text)
        if room <= 0:
            break
    return [*kept, Span(" …")]
