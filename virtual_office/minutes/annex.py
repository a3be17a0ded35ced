"""The annex: what each agent found beside its proposals, three or more of a kind as a table; the meeting itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from domain.figure import Cell
from domain.language import Language
from domain.message import Message
from domain.report import FindingSeverity
from language.formats import cell_text, number_text
from language.lines import Line, Span, SpanLook
from language.paper import Block, BulletPoint, Bullets, Heading, Paragraph, Section, Table
from language.prose import KEY, exactly
from language.sentences import sentence
from language.speech import say
from store.reads.models import ModelCost
from store.tables import FindingRow, ProposalRow
from virtual_office.minutes.decided import OF_A_KIND
from virtual_office.minutes.sitting import Sitting, first_sentence, proposal_of, sentences_of
from virtual_office.minutes.worth import reason_as_it_stands

_ALLOWED = ("cash", "stock_money", "attention")
_MOST_COLUMNS = 4
_ORDER = {severity: at for at, severity in enumerate(FindingSeverity)}
_NTH = re.compile(r"_[a-z]$")
_LEFT_OUT_OF_TABLES = ("_low", "_high", "coverage")


def annex_sections(sitting: Sitting) -> list[Section]:
    """A section an agent, in the order in which they were seated."""
    sections = [(name, list(_agent(sitting, name))) for name in sitting.reports]
    parts = [
        Section(sitting.say("section.agent", agent=sitting.agent(name)), blocks) for name, blocks in sections if blocks
    ]
    points = [BulletPoint(sitting.entry(entry)) for entry in sitting.record.get("points", ())]
    return [*parts, *([Section(sitting.say("section.points"), [Bullets(points)])] if points else [])]


def _agent(sitting: Sitting, name: str) -> Iterator[Block]:
    report = sitting.reports[name]
    summary = _standing(sitting, sitting.summary(report), report["figures"])
    if summary:
        yield Paragraph(summary)
    since = [BulletPoint([Span(sitting.words(line))]) for line in report.get("since_last", ())]
    if since:
        yield Heading(sitting.say("since_last"))
        yield Bullets(since)
    reasons = list(_reasons(sitting, name))
    if reasons:
        yield Heading(sitting.say("reasons"))
        yield Bullets(reasons)
    own = [row for row in sitting.findings if row.agent == name]
    shown = [row for row in own if not sitting.rests_on_proposals(row.figures.values())]
    yield from _findings(sitting, shown)
    if behind := len(own) - len(shown):
        yield Paragraph([Span(sitting.counted("behind_proposals", behind), SpanLook.QUIET)])


def _reasons(sitting: Sitting, name: str) -> Iterator[BulletPoint]:
    """Why its decisions were proposed, in full, but for what a challenge has replaced since."""
    for item in sitting.items:
        proposal = proposal_of(sitting, item)
        if proposal.agent == name and (reason := reason_as_it_stands(sitting, proposal)):
            before = [
                [Span(sitting.say("before", line=sitting.words(line)))] for line in _precedents(sitting, proposal)
            ]
            yield BulletPoint([Span(f"{sitting.title(item)}. ", SpanLook.STRONG), *reason], before)


def _precedents(sitting: Sitting, proposal: ProposalRow) -> Sequence[str]:
    return sitting.record.get("precedents", {}).get(str(proposal.id), ())


def _standing(sitting: Sitting, text: str, figures: Mapping[str, str]) -> Line:
    """A text without the sentences that tell of proposals as they were before their challenges."""
    line: list[Span] = []
    for part in sentences_of(text):
        spans = sitting.spans(part, figures)
        if not sitting.rests_on_proposals(span.code for span in spans if span.code):
            line += [Span(" "), *spans] if line else spans
    return line


def _findings(sitting: Sitting, rows: Sequence[FindingRow]) -> Iterator[Block]:
    """Risks first; what is said of three and more is a table of its own."""
    groups: dict[str, list[FindingRow]] = {}
    for row in rows:
        groups.setdefault(str((row.message or {}).get("key", row.id)), []).append(row)
    few = [row for group in groups.values() if not _is_table(group) for row in group]
    few.sort(key=lambda row: (-_ORDER[FindingSeverity(row.severity)], row.ordinal))
    if few:
        yield Bullets([BulletPoint(sitting.spans(sitting.prose(row), row.figures)) for row in few])
    for key, group in groups.items():
        if _is_table(group):
            yield Heading(_heading(sitting, key, group))
            yield _table(sitting, group)


def _is_table(rows: Sequence[FindingRow]) -> bool:
    """Whether all say the same sentence of a thing each; not where a sentence compares several prices."""
    told = [Message.model_validate(row.message) for row in rows if row.message]
    columns = _columns(rows)
    plain = (
        len(told) == len(rows)
        and not any(message.then for message in told)
        and not any(_NTH.search(key) for key in columns)
    )
    return len(rows) >= OF_A_KIND and plain and bool(columns)


def _columns(rows: Sequence[FindingRow]) -> list[str]:
    """The numbers that all of them cite, in the order of the sentence, without the ends of ranges."""
    common = [key for key in KEY.findall(rows[0].text) if all(key in row.figures for row in rows)]
    return [key for key in dict.fromkeys(common) if not key.endswith(_LEFT_OUT_OF_TABLES)][:_MOST_COLUMNS]


def _heading(sitting: Sitting, key: str, rows: Sequence[FindingRow]) -> str:
    known = f"office.minutes.table.{key}"
    if sentence(known, sitting.language) is not None:
        return sitting.say(f"table.{key}")
    said = first_sentence(sitting.prose(rows[0]))
    return "".join(span.text for span in sitting.spans(said, rows[0].figures)).rstrip(".")


def _table(sitting: Sitting, rows: Sequence[FindingRow]) -> Table:
    columns = _columns(rows)
    heads = [sitting.say("column.subject"), *(_column(sitting, key) for key in columns)]
    return Table(heads, [_row(sitting, row, columns) for row in rows], (22, *(78 // len(columns) for _ in columns)))


def _row(sitting: Sitting, row: FindingRow, columns: Sequence[str]) -> list[Line]:
    cells = [sitting.spans(f"{{{key}}}", row.figures, exactly) for key in columns]
    return [[Span(sitting.name(row.subject))], *cells]


def _column(sitting: Sitting, key: str) -> str:
    """The name of a number as a head of a column."""
    german = sentence(f"why.name.{key}", sitting.language) if sitting.language is Language.DE else None
    known = sentence(f"office.minutes.number.{key}", sitting.language) or german or key.replace("_", " ")
    return known[:1].upper() + known[1:]


def facts_of(sitting: Sitting, cost: ModelCost | None) -> list[tuple[str, Line]]:
    """How the meeting was held: who called it, who attended, by which data and models."""
    run = sitting.run
    attendees = ", ".join(map(sitting.agent, sitting.reports)) or sitting.say("nobody")
    by_plan = run.definition and sitting.say(
        "definition", name=run.definition, version=str(run.definition_version or 0)
    )
    facts = {
        "called_by": run.started_by.partition(":")[2] or run.started_by,
        "definition": by_plan,
        "agenda": _agenda(sitting),
        "attendees": attendees,
        "limits": ", ".join(_allowed(sitting, *limit) for limit in sorted(sitting.limits.items())),
        "as_of": sitting.moment(run.as_of) if run.as_of else "",
        "models": _models(sitting, cost),
    }
    return [(sitting.say(f"head.{name}"), [Span(said)]) for name, said in facts.items() if said]


def _agenda(sitting: Sitting) -> str:
    """The agenda; one that a person wrote stays in the language it was written in."""
    usual = say("office.minutes.usual_agenda", Language.EN)
    return sitting.say("usual_agenda") if sitting.run.agenda == usual else sitting.run.agenda


def _allowed(sitting: Sitting, name: str, amount: int) -> str:
    cell = Cell(value=amount, unit="count" if name == "attention" else f"{sitting.currency}.minor")
    known = name if name in _ALLOWED else "other"
    return say(f"office.allowed.{known}", sitting.language, amount=cell_text(cell, sitting.language), limit=name)


def _models(sitting: Sitting, cost: ModelCost | None) -> str:
    """Calls, tokens and cost of the meeting's models as a sentence; empty where it was held by rules."""
    if cost is None:
        return ""
    tokens = number_text(cost.input_tokens + cost.output_tokens, sitting.language)
    decimals = len(cost.dollars.partition(".")[2])
    dollars = number_text(Decimal(cost.dollars), sitting.language, decimals)
    key = "models_cost_at_most" if cost.bounded else "models_cost"
    return sitting.say(key, calls=number_text(cost.calls, sitting.language), tokens=tokens, usd=dollars)
