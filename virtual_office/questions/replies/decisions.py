"""Replies about decisions: what waits, what cannot wait, what doing nothing costs, what became of it, and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from domain.action import ACTION_KINDS, Action, parse_action
from domain.message import Message
from domain.report import FindingSeverity
from domain.verdict import gate_name
from language.formats import moment_text
from language.prose import KEY
from language.sentences import sentence
from language.speech import prose_of, speak
from memory.calibration import Calibration, calibrations
from memory.journal import entries
from store.reads.settings import brand_of
from store.tables import ActionItem, FindingRow, ProposalRow, Run
from virtual_office.meeting.runs import DONE, MEETING
from virtual_office.minutes.names import Names, words_in, words_of
from virtual_office.minutes.rendering import cells_of
from virtual_office.minutes.words import agent_title
from virtual_office.questions.replies.asked import Asked
from virtual_office.questions.sheet import DASH, MOST_ROWS, Page, Refused, Told, plain

_OF_A_KIND = 3
_SOON = timedelta(days=2)
_DAY = timedelta(days=1)
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-ZÄÖÜ{„“\"(])")
_LONGEST_REASON = 45
"""In words."""


@dataclass(frozen=True)
class _Line:
    """Items of one row: one, or three and more of a kind; the place of their numbers in the tool's answer."""

    title: str
    path: str
    due: datetime
    money: float
    gates: Sequence[str]
    count: int

    def urgency(self, now: datetime) -> float:
        """Money times urgency: a yes that is due in a day counts as much as twice that money due in two."""
        return self.money / max((self.due - now) / _DAY, 1.0)


def today(asked: Asked) -> Told | Refused:
    """The decisions that cannot wait, and the risks that the last meeting named."""
    page, lines = _waiting(asked)
    risks = last_risks(asked)
    if not lines:
        lead = [asked.say("today.nothing")]
        lead += [asked.say("today.risk", risk=risk) for risk in risks[:2]]
        return Told(lead, next=[asked.question("how" if asked.known.sales else "sure")], receipt=page.receipt)
    first = min(lines, key=lambda line: line.due)
    urgent = sum(line.count for line in lines if line.due - _now(asked) <= _SOON)
    count = sum(line.count for line in lines)
    names = {"title": first.title, "moment": _moment(asked, first.due)}
    lead = [asked.counted("today.urgent" if urgent else "today.lead", urgent or count, all=str(count), **names)]
    lead += [asked.say("today.risk", risk=risk) for risk in risks[:1]]
    rows = [[line.title, _number(page, f"{line.path}/worth"), _moment(asked, line.due)] for line in lines[:MOST_ROWS]]
    heads = [asked.say(f"head.{name}") for name in ("do", "worth", "by")]
    return Told(lead, heads, rows, _more(asked, lines), [asked.question("nothing")], page.receipt)


def waiting(asked: Asked) -> Told | Refused:
    """Everything that waits for a yes, by kind, with its range and deadline."""
    page, lines = _waiting(asked)
    if not lines:
        return Told([asked.say("today.nothing")], next=[asked.question("decisions")], receipt=page.receipt)
    count, first = sum(line.count for line in lines), min(lines, key=lambda line: line.due)
    by_gate: dict[str, int] = {}
    for item in page.result["items"]:
        for gate in item["gates"]:
            by_gate[gate] = by_gate.get(gate, 0) + 1
    needs = [
        asked.counted("waiting.needs", number, who=speak(gate_name(gate), asked.sheet.language))
        for gate, number in sorted(by_gate.items())
    ]
    lead = [asked.counted("waiting.lead", count, moment=_moment(asked, first.due)), *needs]
    rows = [
        [line.title, _number(page, f"{line.path}/worth"), _range(asked, page, line.path), _moment(asked, line.due)]
        for line in lines[:MOST_ROWS]
    ]
    heads = [asked.say(f"head.{name}") for name in ("item", "worth", "range", "by")]
    return Told(lead, heads, rows, _more(asked, lines), [asked.question("nothing")], page.receipt)


def nothing(asked: Asked) -> Told | Refused:
    """What is lost if nobody says yes to anything: one sum with one range, and what it is made of."""
    page, lines = _waiting(asked)
    if not lines or page.result["worth"] is None:
        return asked.refused("nothing_waits", "decisions")
    names = {name: page.number(f"/{name}") for name in ("worth", "low", "high")}
    lead = asked.say("nothing.lead", **names, title=max(lines, key=lambda line: line.money).title)
    rows = [
        [line.title, _number(page, f"{line.path}/worth"), _range(asked, page, line.path), _moment(asked, line.due)]
        for line in sorted(lines, key=lambda line: -line.money)[:MOST_ROWS]
    ]
    heads = [asked.say(f"head.{name}") for name in ("if_not", "costs", "range", "decided_by")]
    return Told([lead], heads, rows, _more(asked, lines), [asked.question("today")], page.receipt)


def decisions(asked: Asked) -> Told | Refused:
    """What became of the last meeting's decisions, and when the first result is due."""
    page = asked.page("decided_items", {"which": "last_meeting"})
    items = page.result["items"]
    if not items:
        return Told([asked.say("decisions.none")], next=[asked.question("waiting")], receipt=page.receipt)
    measured = [item for item in items if item["realised"]]
    counts: dict[str, int] = {}
    for item in items:
        counts[item["status"]] = counts.get(item["status"], 0) + 1
    states = asked.sheet.listed([asked.counted(f"state.{status}", number) for status, number in counts.items()])
    lead = [asked.counted("decisions.states", len(items), states=states)]
    if measured:
        lead.append(asked.counted("decisions.measured", len(measured)))
    else:
        due = sorted(
            (item["check_at"], item["item"]) for item in items if item["check_at"] and item["status"] == "done"
        )
        lead.append(
            asked.say("decisions.first_result", day=_day(asked, due[0][0])) if due else asked.say("decisions.not_yet")
        )
    titles = _titles(asked, [item["item"] for item in items])
    order = sorted(range(len(items)), key=lambda at: (items[at]["realised"] is None, items[at]["status"] != "done"))
    rows = [
        [
            titles[items[at]["item"]],
            asked.counted(f"state.one.{items[at]['status']}", 1),
            _number(page, f"/items/{at}/worth"),
            _number(page, f"/items/{at}/realised") if items[at]["realised"] else _checked(asked, items[at]),
        ]
        for at in order[:MOST_ROWS]
    ]
    heads = [asked.say(f"head.{name}") for name in ("item", "state", "promised", "came_of_it")]
    return Told(lead, heads, rows, next=[asked.question("sure")], receipt=page.receipt)


def _checked(asked: Asked, item: Mapping[str, Any]) -> str:
    return asked.say("decisions.checked_on", day=_day(asked, item["check_at"])) if item["check_at"] else DASH


def sure(asked: Asked) -> Told | Refused:
    """How far promises held so far, by agent and kind."""
    page = asked.page("decided_items", {"which": "last_meeting"})
    records = [row for row in calibrations(entries(asked.session)) if row.measured]
    if not records:
        due = sorted(i["check_at"] for i in page.result["items"] if i["check_at"] and i["status"] == "done")
        lead = [asked.say("sure.none"), asked.say("sure.ranges")]
        lead.append(asked.say("sure.from", day=_day(asked, due[0])) if due else asked.say("sure.not_yet"))
        return Told(lead, next=[asked.question("decisions")], receipt=page.receipt)
    record = asked.page("track_record")
    total = sum(row.measured for row in records)
    lead = [asked.counted("sure.lead", total, held=record.number("/held"), promised=record.number("/aimed"))]
    rows = [_record(asked, record, at, row) for at, row in enumerate(records[:MOST_ROWS])]
    heads = [asked.say(f"head.{name}") for name in ("agent", "promised", "came_of_it", "ranges_held")]
    return Told(lead, heads, rows, next=[asked.question("decisions")], receipt=record.receipt)


def _record(asked: Asked, page: Page, at: int, row: Calibration) -> list[str]:
    who = agent_title(row.agent, row.agent.replace("_", " ").capitalize(), asked.sheet.language)
    kind = speak(_title_of_kind(row.kind), asked.sheet.language)
    return [
        f"{plain(who)}: {plain(kind)}",
        *(_number(page, f"/records/{at}/{name}") for name in ("promised", "realised", "held")),
    ]


def _title_of_kind(kind: str) -> Message:
    return Message(key=f"office.minutes.kind.{ACTION_KINDS[kind].file_name}")


def why_item(asked: Asked) -> Told | Refused:
    """Why something waits: the reasons of the newest item about what the question names."""
    wanted = asked.topic.other or asked.topic.product
    page = asked.page("decided_items", {"which": "waiting"})
    item = _item_about(asked, wanted)
    called = plain(Names(asked.session, [wanted]).of(wanted))
    if item is None:
        return asked.refused("no_item_about", "decisions", product=asked.topic.product, name=called)
    titles = _titles(asked, [str(item.id)])
    lead = [_reason(asked, item) or asked.say("reasons.lead", title=titles[str(item.id)])]
    at = next((at for at, row in enumerate(page.result["items"]) if row["item"] == str(item.id)), None)
    heads: list[str] = []
    rows: list[list[str]] = []
    if at is not None:
        path = f"/items/{at}"
        heads = [asked.say(f"head.{name}") for name in ("put_in", "worth", "range", "decided_by")]
        due = datetime.fromisoformat(page.result["items"][at]["due"])
        worth = [_number(page, f"{path}/put_in"), _number(page, f"{path}/worth"), _range(asked, page, path)]
        rows = [[*worth, _moment(asked, due)]]
    return Told(lead, heads, rows, next=[asked.question("nothing")], receipt=page.receipt)


def _item_about(asked: Asked, code: str) -> ActionItem | None:
    """The newest open item that names this code, else the newest of all that do."""
    from actions.items import inbox

    known = asked.session.scalars(
        select(ActionItem)
        .where(col(ActionItem.created_at) <= asked.session.ctx.known_until)
        .order_by(col(ActionItem.created_at).desc(), col(ActionItem.id).desc())
        .limit(200)
    ).all()
    open_now = {item.id for item in inbox(asked.session)}
    about = [item for item in known if code in set(words_of(item.action))]
    return next((item for item in about if item.id in open_now), about[0] if about else None)


def _reason(asked: Asked, item: ActionItem) -> str:
    """As much of the item's reason as an answer takes, with names instead of codes."""
    proposal = asked.session.get(ProposalRow, (item.brand_id, item.proposal_id)) if item.proposal_id else None
    if proposal is None:
        return plain(item.rationale)
    return _shortened(_cited(asked, _prose(asked, proposal), proposal.figures), _LONGEST_REASON)


def last_risks(asked: Asked) -> list[str]:
    """The risks that the last meeting named, the first sentence of each, with numbers of the sheet."""
    run = asked.session.scalars(
        select(Run)
        .where(col(Run.kind) == MEETING, col(Run.status) == DONE, col(Run.finished_at) <= asked.session.ctx.known_until)
        .order_by(col(Run.started_at).desc(), col(Run.id).desc())
        .limit(1)
    ).first()
    if run is None:
        return []
    rows = asked.session.scalars(
        select(FindingRow)
        .where(col(FindingRow.run_id) == run.id, col(FindingRow.severity) == FindingSeverity.RISK)
        .order_by(col(FindingRow.agent), col(FindingRow.ordinal))
    ).all()
    return [_cited(asked, _SENTENCE_END.split(_prose(asked, row))[0], row.figures) for row in rows]


def first_thing_to_do(asked: Asked) -> str:
    """A sentence that names the decision that is most urgent; none where nothing waits."""
    _, lines = _waiting(asked)
    return asked.say("how.do", title=lines[0].title, moment=_moment(asked, lines[0].due)) if lines else ""


def _prose(asked: Asked, row: FindingRow | ProposalRow) -> str:
    if row.message:
        message = Message.model_validate(row.message)
        return speak(Names(asked.session, list(words_in(message))).named(message), asked.sheet.language)
    return prose_of(row, asked.sheet.language) or row.text


def _cited(asked: Asked, text: str, figures: Mapping[str, str]) -> str:
    """Prose that was stored, its figures on the sheet."""
    codes = {figures[key] for key in KEY.findall(text) if key in figures}
    known = cells_of(asked.session, codes)

    def placed(match: re.Match[str]) -> str:
        code = figures.get(match[1], "")
        return asked.sheet.cite(code, known[code]) if code in known else DASH

    return KEY.sub(placed, text)


def _shortened(text: str, words: int) -> str:
    """The first sentences that fit."""
    kept: list[str] = []
    for part in _SENTENCE_END.split(text):
        if kept and sum(len(sentence.split()) for sentence in (*kept, part)) > words:
            break
        kept.append(part)
    return " ".join(kept)


def _waiting(asked: Asked) -> tuple[Page, list[_Line]]:
    """What waits, three and more of a kind as one row, most urgent money first."""
    page = asked.page("decided_items", {"which": "waiting"})
    items = {item["item"]: (at, item) for at, item in enumerate(page.result["items"])}
    titles = _titles(asked, list(items))
    lines: list[_Line] = []
    for at, kind in enumerate(page.result["kinds"]):
        if len(kind["items"]) >= _OF_A_KIND:
            rows = [items[item][1] for item in kind["items"]]
            lines.append(_line(_title_of_group(asked, kind["kind"], kind["items"]), f"/kinds/{at}", kind, rows))
            continue
        lines += [
            _line(titles[item], f"/items/{items[item][0]}", items[item][1], [items[item][1]]) for item in kind["items"]
        ]
    now = _now(asked)
    return page, sorted(lines, key=lambda line: (-line.urgency(now), line.due, line.title))


def _line(title: str, path: str, numbers: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> _Line:
    due = min(datetime.fromisoformat(item["due"]) for item in items)
    worth = numbers["worth"]
    money = worth["value"] if worth and worth["unit"].endswith(".minor") else 0
    return _Line(title, path, due, money, sorted({gate for item in items for gate in item["gates"]}), len(items))


def _actions(asked: Asked, items: Sequence[str]) -> dict[str, Action]:
    ids = [UUID(item) for item in items]
    rows = asked.session.scalars(select(ActionItem).where(col(ActionItem.id).in_(ids))).all()
    return {str(row.id): parse_action(row.action) for row in rows}


def _titles(asked: Asked, items: Sequence[str]) -> dict[str, str]:
    """What each item does, by the names of what it is about."""
    actions = _actions(asked, items)
    words = [word for action in actions.values() for word in words_of(action.model_dump(mode="json"))]
    names = Names(asked.session, words)
    return {item: plain(names.title(action, asked.sheet.language)) for item, action in actions.items()}


def _title_of_group(asked: Asked, kind: str, items: Sequence[str]) -> str:
    """What the items of a kind do together: `Refill 46 stands on four trips`."""
    actions = list(_actions(asked, items).values())
    key = f"office.minutes.group.{ACTION_KINDS[kind].file_name}"
    if sentence(key, asked.sheet.language, 2) is None:
        return asked.counted("group", len(actions), kind=speak(_title_of_kind(kind), asked.sheet.language))
    stops = {stop for action in actions for stop in getattr(action, "stands", ())}
    days = [day for action in actions if (day := getattr(action, "planned_day", None)) is not None]
    day = asked.sheet.day(min(days)) if days else ""
    return asked.sheet.counted(key, len(actions), stops=str(len(stops)), day=day)


def _more(asked: Asked, lines: Sequence[_Line]) -> list[str]:
    more = sum(line.count for line in lines[MOST_ROWS:])
    return [asked.counted("more_items", more)] if more else []


def _number(page: Page, path: str) -> str:
    return page.number(path) if page.has(path) else DASH


def _range(asked: Asked, page: Page, path: str) -> str:
    if not page.has(f"{path}/low"):
        return DASH
    return asked.say("range", low=page.number(f"{path}/low"), high=page.number(f"{path}/high"))


def _now(asked: Asked) -> datetime:
    return asked.session.ctx.now()


def _zone(asked: Asked) -> ZoneInfo:
    return ZoneInfo(brand_of(asked.session).zone)


def _moment(asked: Asked, moment: datetime) -> str:
    """`Thu 3 December, 16:05`; a midnight as the day before, which ends with it."""
    local = moment.astimezone(_zone(asked))
    if (local.hour, local.minute) == (0, 0):
        return asked.sheet.day((local - _DAY).date())
    return moment_text(local, asked.sheet.language, asked.today.year)


def _day(asked: Asked, moment: str) -> str:
    return asked.sheet.day(datetime.fromisoformat(moment).astimezone(_zone(asked)).date())
