"""What leaves the house: put into the outbox with the rows, and noted once it has left."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import col

from actions.handler import NotesLeaving, Recalls, Writes
from actions.items import action_of, source_of
from actions.kinds import handler_of
from actions.leaving import by_hand_because
from actions.local_time import local_moment
from actions.status import cause_of
from domain.action import Action
from domain.figure import Cell
from domain.kind import Leaving
from domain.letter import HAS_LEFT, Because, Left, Letter, Seen
from domain.message import Message, message
from store.audit import append_audit
from store.jobs import enqueue
from store.outbox import emit
from store.session import BrandSession
from store.tables import ActionItem, Delivery, Task

LETTERS_JOB, LOOK_BACK_JOB = "letters.send", "letters.read_back"
MAIL, PERSON = "email", "person"
QUEUED, SENDING, SENT, FAILED = "queued", "sending", "sent", "failed"
TO_HAND_OVER, HANDED_OVER, WITHDRAWN = "to_hand_over", "handed_over", "withdrawn"
WAITS = (QUEUED, TO_HAND_OVER)
"""It has not left, and still can be held back."""


def depart(session: BrandSession, item: ActionItem, action: Action) -> None:
    """Put into the outbox what an action that was just applied sends out; what a person brings gets a task."""
    handler = handler_of(item.kind)
    if handler.kind.leaves_house.content is Leaving.NOTHING:
        put(session, item, {"state": Left.APPLIED})
        return
    letters = handler.letters(session, action, source_of(item)) if isinstance(handler, Writes) else [Letter()]
    _post(session, item, letters, f"leaves:{item.id}")
    refresh(session, item)


def _post(session: BrandSession, item: ActionItem, letters: Sequence[Letter], key: str) -> None:
    leaves, now = handler_of(item.kind).kind.leaves_house, session.ctx.now()
    rows = [
        _row(session, item, letter, f"{key}:{number}", by_hand_because(session, leaves, letter))
        for number, letter in enumerate(letters)
    ]
    session.add_all(rows)
    session.flush()
    if any(row.channel == MAIL for row in rows):
        enqueue(session, LETTERS_JOB, f"send:{key}", {"item": str(item.id)}, now, cause_of(item))
    for row in rows:
        if row.channel == PERSON:
            give_to_person(session, item, row)


def _row(session: BrandSession, item: ActionItem, letter: Letter, key: str, because: Because | None) -> Delivery:
    now = session.ctx.now()
    return Delivery(
        id=session.ctx.new_id(), key=key, channel=PERSON if because else MAIL,
        target=(letter.name or letter.recipient) if because else letter.address, recipient=letter.recipient,
        message={**letter.model_dump(mode="json"), "title": item.preview["title"]},
        status=TO_HAND_OVER if because else QUEUED,
        last_error="", action_item_id=item.id, created_at=now, updated_at=now,
    )  # fmt: skip


def give_to_person(session: BrandSession, item: ActionItem, row: Delivery) -> None:
    """Let a person hand it over, by a task, an event and a later look at whether it was done."""
    leaves, now = handler_of(item.kind).kind.leaves_house, session.ctx.now()
    row.channel, row.status, row.due_at = PERSON, TO_HAND_OVER, now + leaves.handed_over_within
    if not leaves.has_own_task:
        task = Task(id=session.ctx.new_id(), title=f"Hand over: {item.preview['title']}", due_at=row.due_at)
        session.add(task)
        session.flush()
        row.task_id = task.id
    payload = {"kind": item.kind, "title": item.preview["title"], "due_at": row.due_at.isoformat()}
    emit(session, "action_item.to_hand_over", str(item.id), payload, cause_of(item))
    look_back(session, item, row.due_at)


def look_back(session: BrandSession, item: ActionItem, at: datetime) -> None:
    """Queue a look at whether what was to leave has left, and had its effect."""
    enqueue(session, LOOK_BACK_JOB, f"seen:{item.id}:{at.isoformat()}", {"item": str(item.id)}, at, cause_of(item))


def refresh(session: BrandSession, item: ActionItem) -> None:
    """Write on the item where what leaves the house stands, from the letters' own rows."""
    letters = [col(Delivery.action_item_id) == item.id]
    recall = [*letters, col(Delivery.key).startswith("recall:")]
    is_recall = session.scalars(select(col(Delivery.id)).where(*recall).limit(1)).first() is not None
    letters = recall if is_recall else letters
    counted = select(col(Delivery.status), func.count(col(Delivery.id))).where(*letters).group_by(col(Delivery.status))
    counts: Counter[str] = Counter({row[0]: row[1] for row in session.execute(counted)})
    latest = select(Delivery).where(*letters).order_by(col(Delivery.left_at).desc().nulls_last(), col(Delivery.id))
    newest = session.scalars(latest.limit(1)).first()
    if newest is None:
        put(session, item, {"state": Left.WITHDRAWN})
        return
    left = counts[SENT] + counts[HANDED_OVER]
    outside = {
        "state": _state(counts),
        "total": counts.total(),
        "left": left,
        "failed": counts[FAILED],
        "to": newest.target if counts.total() == 1 else "",
        "at": newest.left_at.isoformat() if newest.left_at else None,
        "by": newest.left_by,
        "due_at": newest.due_at.isoformat() if newest.due_at and newest.status == TO_HAND_OVER else None,
        "reason": _last_error(session, letters) if counts[FAILED] or counts[QUEUED] else "",
        "is_recall": is_recall,
    }
    kept = {name: item.outside[name] for name in ("seen", "seen_by", "seen_at", "task") if name in item.outside}
    put(session, item, {**outside, **kept})


def _last_error(session: BrandSession, letters: Sequence[ColumnElement[bool]]) -> str:
    wanted = select(col(Delivery.last_error)).where(*letters, col(Delivery.last_error) != "").limit(1)
    return session.scalars(wanted.order_by(col(Delivery.updated_at).desc())).first() or ""


def put(session: BrandSession, item: ActionItem, outside: dict[str, Any]) -> None:
    """Keep where it stands outside with the sentence that says so, times in the brand's zone."""
    item.outside = {**outside, "said": _said(session, outside).document()}
    session.flush()


def _said(session: BrandSession, outside: dict[str, Any]) -> Message:
    state = Left(outside["state"])
    said = _state_said(session, state, outside)
    if outside.get("is_recall"):
        return message("item.left.recall", state=said)
    if "seen" not in outside:
        return said
    seen = Seen(outside["seen"])
    by = _moment(session, outside.get("seen_by"))
    return message("item.left.with_seen", state=said, seen=message(f"item.left.seen.{seen}", **by))


def _state_said(session: BrandSession, state: Left, outside: dict[str, Any]) -> Message:
    many = state is Left.SENT and outside["total"] != 1
    names = {name: str(outside[name]) for name in ("to", "reason") if outside.get(name)}
    numbers = {name: Cell(value=outside[name], unit="count") for name in ("left", "total") if name in outside}
    at = outside.get("due_at") or outside.get("at")
    key = "item.left.sent_many" if many else f"item.left.{state}"
    return message(key, who=outside.get("by", ""), **names, **numbers, **_moment(session, at))


def _moment(session: BrandSession, at: str | None) -> dict[str, Any]:
    return {} if at is None else dict(local_moment(session, datetime.fromisoformat(at)))


def _state(counts: Counter[str]) -> Left:
    if counts[QUEUED] or counts[SENDING]:
        return Left.SENDING
    if counts[TO_HAND_OVER]:
        return Left.TO_HAND_OVER
    if counts[HANDED_OVER]:
        return Left.HANDED_OVER
    if counts[SENT]:
        return Left.SENT
    return Left.WITHDRAWN if counts[WITHDRAWN] else Left.FAILED


def note_left(session: BrandSession, item: ActionItem, row: Delivery, at: datetime, by: str = "") -> None:
    """A letter has left: the server took it, or a person handed it over."""
    row.status, row.left_at, row.left_by, row.updated_at = HANDED_OVER if by else SENT, at, by, at
    row.last_error = ""
    handler = handler_of(item.kind)
    if isinstance(handler, NotesLeaving) and not row.key.startswith("recall:"):
        handler.has_left(session, action_of(item), source_of(item), [row.recipient], at)
    session.flush()


def settle(session: BrandSession, item: ActionItem) -> None:
    """Once nothing waits any more: let go of what never left, and look back in time at whether it had its effect."""
    refresh(session, item)
    state, handler = item.outside["state"], handler_of(item.kind)
    if state in (Left.SENDING, Left.TO_HAND_OVER):
        return
    if isinstance(handler, NotesLeaving):
        handler.never_left(session, action_of(item), source_of(item))
    within = handler.kind.leaves_house.seen_within
    if state in HAS_LEFT and within is not None and not item.outside["is_recall"]:
        seen_by = session.ctx.now() + within
        put(session, item, {**item.outside, "seen": Seen.WAITS, "seen_by": seen_by.isoformat()})
        look_back(session, item, seen_by)
    session.flush()


def can_be_held_back(item: ActionItem) -> bool:
    """Whether nothing of it has left the house, and something still waits to."""
    return item.outside.get("state") in (Left.SENDING, Left.TO_HAND_OVER) and not item.outside.get("left")


def hold_back(session: BrandSession, item: ActionItem) -> bool:
    """Let nothing more of it leave. Whether something had left already, or is being sent at this moment."""
    now = session.ctx.now()
    of_item = col(Delivery.action_item_id) == item.id
    of_task = (col(Delivery.brand_id) == col(Task.brand_id)) & (col(Delivery.task_id) == col(Task.id))
    tasks = session.scalars(select(Task).join(Delivery, of_task).where(of_item, col(Task.status) == "open"))
    for task in tasks:
        task.status = "cancelled"
    held = update(Delivery).where(of_item, col(Delivery.status).in_(WAITS))
    session.execute(held.values(status=WITHDRAWN, updated_at=now), execution_options={"synchronize_session": False})
    session.expire_all()
    left = select(col(Delivery.id)).where(of_item, col(Delivery.status).in_((SENDING, SENT, HANDED_OVER))).limit(1)
    has_left = session.scalars(left).first() is not None
    handler = handler_of(item.kind)
    if isinstance(handler, NotesLeaving):
        handler.never_left(session, action_of(item), source_of(item))
    return has_left


def take_back(session: BrandSession, item: ActionItem) -> None:
    """An action was undone: what waits is held back, and what has left is taken back by another letter."""
    if not item.outside or item.outside.get("state") == Left.APPLIED:
        return
    if hold_back(session, item):
        handler = handler_of(item.kind)
        own = handler.recall(session, action_of(item), source_of(item)) if isinstance(handler, Recalls) else Letter()
        letter = own if own.subject else own.model_copy(update={"subject": Message(key="item.letter.taken_back")})
        _post(session, item, [letter], f"recall:{item.id}")
    item.outside = {}
    refresh(session, item)


def never_left(item: ActionItem) -> bool:
    """Whether an item that was carried out has not left the house, although it has its effect only there. Who is told
    of a trip or a visit learns it in many ways: what was done shows by itself."""
    waits_outside = handler_of(item.kind).kind.leaves_house.content is not Leaving.NOTICE
    state = item.outside.get("state", Left.APPLIED)
    return waits_outside and state not in (Left.APPLIED, *HAS_LEFT) and not item.outside.get("left")


def noted(session: BrandSession, item: ActionItem, what: str, detail: dict[str, object]) -> None:
    """An audit row and an event about what left the house."""
    append_audit(session, f"action_item.{what}", str(item.id), detail)
    emit(session, f"action_item.{what}", str(item.id), {"kind": item.kind, "title": item.preview["title"], **detail},
         cause_of(item))  # fmt: skip
