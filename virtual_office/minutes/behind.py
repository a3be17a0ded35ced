"""What stands behind the page: the table of decisions, what was left out, what colleagues recomputed, what is open."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.action import ACTION_KINDS
from domain.figure import Cell
from domain.message import Message, read_message
from domain.report import IF_NO
from language.lines import Line, Span, SpanLook
from language.paper import NUMBER, Block, BulletPoint, Bullets, Paragraph, Section, Table
from language.prose import exactly
from language.sentences import sentence
from store.tables import ChallengeRow, ProposalRow
from virtual_office.meeting.recomputed import CHANGED
from virtual_office.minutes.decided import OF_A_KIND, Decision, decisions_of, due_text, who_agrees
from virtual_office.minutes.sitting import Sitting
from virtual_office.minutes.worth import Worth, expected, together, value_span, why_now, worth_of

_NAMED = 3
_SHARES = (3, 17, 23, 13, 19, 31, 15, 16)
_COLUMNS = ("what", "why", "put_in", "expected", "if_no", "who", "undo")


def decision_sections(sitting: Sitting) -> list[Section]:
    """The table of decisions, and what leaves the house of them."""
    decisions = decisions_of(sitting)
    if not decisions:
        return []
    heads = [NUMBER, *(sitting.say(f"column.{name}") for name in _COLUMNS)]
    rows = [_row(sitting, at, decision) for at, decision in enumerate(decisions, start=1)]
    blocks: list[Block] = [
        Paragraph([Span(sitting.say("table_legend"), SpanLook.QUIET)]),
        Table(heads, rows, _SHARES),
        *_leaving(sitting, decisions),
    ]
    return [Section(sitting.say("section.decisions"), blocks)]


def _row(sitting: Sitting, at: int, decision: Decision) -> list[Line]:
    who = who_agrees(sitting, decision)
    by = f", {due_text(sitting, decision.due)}" if decision.gates else ""
    said = _spoken_against(sitting, decision.proposal.id)
    return [
        [Span(str(at))],
        [Span(sitting.title(decision.item)), *said],
        why_now(sitting, decision.proposal, exactly),
        _put_in(sitting, decision),
        _expected(sitting, decision.worth),
        _if_no(sitting, decision),
        [Span(f"{who}{by}")],
        [Span(_undo(sitting, decision))],
    ]


def _put_in(sitting: Sitting, decision: Decision) -> Line:
    """What it takes: as its kind says it, else the money."""
    if told := decision.item.preview.get("puts_in"):
        return [Span(sitting.said(read_message(told)))]
    return [sitting.money(decision.put_in, exact=True)] if decision.put_in else [Span(sitting.say("no_money"))]


def _expected(sitting: Sitting, worth: Worth | None) -> Line:
    if worth is None:
        return [Span(sitting.say("not_predicted"))]
    line = list(expected(sitting, worth, exact=True))
    if worth.costs_others:
        gross = [sitting.money(worth.value + worth.costs_others, exact=True)]
        others = [sitting.money(worth.costs_others, exact=True)]
        line += [Span(", "), *sitting.line("net_of", gross=gross, others=others)]
    return line


def _if_no(sitting: Sitting, decision: Decision) -> Line:
    """What a no leads to, as its kind and its proposal say it, and until when the subject rests then."""
    told = decision.item.preview.get("if_no")
    own = [sitting.said(read_message(told))] if told else []
    if decision.proposal.message:
        parts = Message.model_validate(decision.proposal.message).parts.get(IF_NO, ())
        own += [sitting.said(part) for part in parts]
    rests = sitting.day(sitting.run.started_at + decision.kind.quiet_after_no)
    texts = [*(own or [sitting.say("if_no")]), sitting.say("rests_until", day=rests)]
    return sitting.spans(" ".join(texts), decision.proposal.figures, exactly)


def _undo(sitting: Sitting, decision: Decision) -> str:
    undo = decision.item.preview.get("undo")
    return sitting.said(read_message(undo)) if undo else sitting.say(f"undo.{decision.kind.reversibility}")


def _spoken_against(sitting: Sitting, proposal_id: UUID) -> Line:
    """What people objected, in their own words."""
    said = [
        sitting.say("objects", person=entry["person"], words=entry["words"])
        for entry in sitting.record.get("dissent", ())
        if isinstance(entry, Mapping) and entry.get("person") and entry.get("proposal") == str(proposal_id)
    ]
    return [Span(f" ({'; '.join(said)})", SpanLook.QUIET)] if said else []


def _leaving(sitting: Sitting, decisions: Sequence[Decision]) -> Iterator[Block]:
    """What a yes sends, and what a person has to pass on, once a kind."""
    numbers: dict[str, list[str]] = {}
    for at, decision in enumerate(decisions, start=1):
        numbers.setdefault(decision.item.kind, []).append(str(at))
    yield Bullets(
        [
            BulletPoint([Span(f"{', '.join(places)}: ", SpanLook.STRONG), Span(_today(sitting, kind))])
            for kind, places in numbers.items()
        ]
    )


def _today(sitting: Sitting, kind: str) -> str:
    return ACTION_KINDS[kind].leaves_house.today.in_language(sitting.language)


def left_out_sections(sitting: Sitting) -> list[Section]:
    """What was left out, grouped by the limit that bound it, and what a little more of a limit would have brought."""
    left_out = [(sitting.proposals[UUID(entry[0])], str(entry[1])) for entry in sitting.record.get("left_out", ())]
    if not left_out:
        return []
    bounds: Mapping[str, Sequence[str]] = sitting.record.get("bounds", {})
    groups: dict[tuple[str, str], list[ProposalRow]] = {}
    for proposal, reason in left_out:
        for bound in bounds.get(str(proposal.id), ("",))[:1]:
            words = sitting.say(f"bound.{bound}") if _is_known(sitting, f"bound.{bound}") else sitting.words(reason)
            groups.setdefault((words, proposal.kind), []).append(proposal)
    heads = [sitting.say(f"left.{name}") for name in ("because", "what", "count", "together", "largest")]
    rows = [_left_row(sitting, words, rows) for (words, _), rows in sorted(groups.items(), key=_most_first)]
    blocks: list[Block] = [
        Paragraph(_limits(sitting, bounds)),
        Table(heads, rows, (24, 18, 7, 13, 38)),
        *_worth_more(sitting),
    ]
    return [Section(sitting.counted("section.left_out", len(left_out)), blocks)]


def _most_first(group: tuple[tuple[str, str], list[ProposalRow]]) -> tuple[str, int]:
    (words, _), rows = group
    return words, -sum(max(row.expected_minor, 0) for row in rows)


def _is_known(sitting: Sitting, key: str) -> bool:
    return sentence(f"office.minutes.{key}", sitting.language) is not None


def _limits(sitting: Sitting, bounds: Mapping[str, Sequence[str]]) -> Line:
    """Each limit that bound, once, with how many it kept out."""
    counts: dict[str, int] = {}
    for names in bounds.values():
        for name in names:
            if _is_known(sitting, f"limit.{name}"):
                counts[name] = counts.get(name, 0) + 1
    if not counts:
        return [Span(sitting.say("no_limit_bound"))]
    told = [sitting.say(f"limit.{name}", count=str(count)) for name, count in counts.items()]
    return [Span(sitting.say("limits_bound", limits="; ".join(told)))]


def _left_row(sitting: Sitting, words: str, rows: Sequence[ProposalRow]) -> list[Line]:
    worths = [(row, worth) for row in rows if (worth := worth_of(sitting, row)) is not None]
    worths.sort(key=lambda pair: -pair[1].value)
    gains = [worth for _, worth in worths if worth.in_money and worth.value > 0]
    largest: list[Span] = []
    for row, worth in worths[:_NAMED]:
        largest += [Span("; ")] if largest else []
        largest += [Span(f"{sitting.title(row)}: "), value_span(sitting, worth, exact=True)]
    return [
        [Span(words[:1].upper() + words[1:])],
        [Span(_kind_name(sitting, rows[0].kind))],
        [Span(str(len(rows)))],
        [together(sitting, gains, exact=True)] if gains else [Span("–")],
        largest,
    ]


def _kind_name(sitting: Sitting, kind: str) -> str:
    key = f"kind.{ACTION_KINDS[kind].file_name}"
    return sitting.say(key) if _is_known(sitting, key) else ACTION_KINDS[kind].title


def _worth_more(sitting: Sitting) -> Iterator[Block]:
    lines = [sitting.words(str(line)) for line in sitting.record.get("worth_more", ())]
    if lines:
        yield Bullets([BulletPoint([Span(f"{line[:1].upper()}{line[1:]}.")]) for line in lines])


def challenge_sections(sitting: Sitting) -> list[Section]:
    """What colleagues recomputed, a line each; the checks that changed nothing in one sentence."""
    changed = [row for row in sitting.challenges if row.status == CHANGED]
    unchanged = len({(row.proposal_id, row.tool) for row in sitting.challenges}) - len(
        {(row.proposal_id, row.tool) for row in changed}
    )
    blocks: list[Block] = []
    groups: dict[tuple[str, str], list[ChallengeRow]] = {}
    for row in changed:
        groups.setdefault((row.agent, str((row.message or {}).get("key", row.id))), []).append(row)
    points: list[BulletPoint] = []
    for (agent, key), rows in groups.items():
        if len(rows) < OF_A_KIND:
            points += [BulletPoint(_challenge(sitting, row)) for row in rows]
            continue
        because = _because(sitting, rows[0], key)
        head = sitting.counted("recomputed_many", len(rows), agent=sitting.agent(agent), because=because)
        points.append(BulletPoint([Span(head)], [_outcome(sitting, row) for row in rows]))
    entries = [entry for entry in sitting.record.get("challenges", ()) if not isinstance(entry, Mapping)]
    points += [BulletPoint(sitting.entry(entry)) for entry in entries]
    if points:
        blocks.append(Bullets(points))
    if unchanged:
        blocks.append(Paragraph([Span(sitting.counted("checks_unchanged", unchanged))]))
    return [Section(sitting.say("section.challenges"), blocks)] if blocks else []


def _challenge(sitting: Sitting, row: ChallengeRow) -> Line:
    """`Stand Coach said 2,895 units, Inventory recomputed 2,766, because …`."""
    proposal = sitting.proposals[row.proposal_id]
    said, recomputed = _amounts(sitting, row, proposal)
    key = str((row.message or {}).get("key", row.id))
    line = sitting.line(
        "recomputed", title=sitting.title(proposal), proposer=sitting.agent(proposal.agent), said=said,
        challenger=sitting.agent(row.agent), recomputed=recomputed, because=_because(sitting, row, key),
    )  # fmt: skip
    return [*line, *_left_out_of(sitting, row)]


def _outcome(sitting: Sitting, row: ChallengeRow) -> Line:
    """One of several that were recomputed for the same reason: what it is, both numbers."""
    proposal = sitting.proposals[row.proposal_id]
    said, recomputed = _amounts(sitting, row, proposal)
    line = sitting.line("said_recomputed", title=sitting.title(proposal), said=said, recomputed=recomputed)
    return [*line, *_left_out_of(sitting, row)]


def _amounts(sitting: Sitting, row: ChallengeRow, proposal: ProposalRow) -> tuple[Line, Line]:
    """What was promised, and what is left of it, net of what it costs others."""
    before, after = proposal.prediction, row.prediction or proposal.prediction
    codes = sitting.promise_codes(proposal, before)
    said = sitting.number(Cell(value=before["value"], unit=before["unit"]), codes[0] if codes else "")
    in_money = str(after["unit"]).endswith(".minor")
    value = min(after["value"], row.expected_minor) if in_money and row.prediction else after["value"]
    own = sitting.promise_codes(row, after) if value == after["value"] else ()
    return [said], [sitting.number(Cell(value=value, unit=after["unit"]), own[0] if own else "")]


def _because(sitting: Sitting, row: ChallengeRow, key: str) -> str:
    """The reason as the end of a sentence; a challenge whose reason has no words of its own says it all."""
    known = f"because.{key}"
    if _is_known(sitting, known):
        return sitting.say(known)
    text = "".join(span.text for span in sitting.spans(sitting.prose(row), row.figures))
    return sitting.say("because.own_words", words=text.rstrip("."))


def _left_out_of(sitting: Sitting, row: ChallengeRow) -> Line:
    adopted = {item.proposal_id for item in sitting.items}
    return [] if row.proposal_id in adopted else [Span(f" {sitting.say('was_left_out')}")]


def people_sections(sitting: Sitting) -> list[Section]:
    """What people said in the meeting, and what was said of it as a whole."""
    entries = [*sitting.record.get("turns", ())]
    entries += [
        entry
        for entry in sitting.record.get("dissent", ())
        if not isinstance(entry, Mapping) or not entry.get("proposal")
    ]
    points = [BulletPoint(sitting.entry(entry)) for entry in entries]
    return [Section(sitting.say("section.people"), [Bullets(points)])] if points else []


def open_question_sections(sitting: Sitting) -> list[Section]:
    """What is missing for an answer, grouped by what would answer it: a cause once, what it is about in brackets."""
    points: list[BulletPoint] = []
    for agent, report in sitting.reports.items():
        lines = list(dict.fromkeys(_missing(sitting, report)))
        points += [BulletPoint([Span(f"{sitting.agent(agent)}: "), Span(line)]) for line in lines]
        if report["status"] != "ok":
            reason = sitting.words(str(report["reason"]))
            points.append(BulletPoint([Span(f"{sitting.agent(agent)}: {sitting.say('degraded', reason=reason)}")]))
    return [Section(sitting.say("section.open_questions"), [Bullets(points)])] if points else []


def _missing(sitting: Sitting, report: Mapping[str, Any]) -> Iterator[str]:
    messages = [read_message(line) for line in report.get("missing", ())]
    if len(messages) != len(report["missing_data"]):
        german = report.get("missing_german", [])
        for at, line in enumerate(report["missing_data"]):
            yield sitting.words(line, german[at] if len(german) == len(report["missing_data"]) else "")
        return
    groups: dict[str, list[Message]] = {}
    for message in messages:
        cause = message.model_copy(update={"names": {}, "numbers": {}})
        groups.setdefault(cause.model_dump_json(), []).append(message)
    for alike in groups.values():
        yield sitting.said(alike[0] if len(alike) == 1 else _merged(sitting, alike))


def _merged(sitting: Sitting, alike: Sequence[Message]) -> Message:
    """Messages with one cause as one, the names of what they are about in brackets."""
    names = {
        name: f"({', '.join(dict.fromkeys(sitting.name(message.names.get(name, '')) for message in alike))})"
        for name in alike[0].names
    }
    return alike[0].model_copy(update={"names": names})
