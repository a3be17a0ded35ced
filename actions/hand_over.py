"""What a person hands over: the tick that says it is done, and the word that it had its effect outside."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from actions.items import find_item
from actions.order import require_present
from actions.outside import TO_HAND_OVER, note_left, noted, put, refresh, settle
from domain.actor import ActorKind, Permission
from domain.errors import Conflict, Forbidden
from domain.letter import HAS_LEFT, Left, Seen
from domain.message import message
from store.leases import lock_row
from store.session import BrandSession
from store.tables import ActionItem, Delivery, Task


def to_hand_over(session: BrandSession) -> Sequence[ActionItem]:
    """The items of which something waits for a person: to be handed over, or to be looked after; the oldest first."""
    state, seen = col(ActionItem.outside)["state"].astext, col(ActionItem.outside)["seen"].astext
    waits = (state == Left.TO_HAND_OVER) | (state == Left.FAILED) | (seen == Seen.OPEN)
    known = col(ActionItem.created_at) <= session.ctx.known_until
    return session.scalars(select(ActionItem).where(waits, known).order_by(col(ActionItem.id))).all()


def letters_of(session: BrandSession, item: ActionItem, most: int = 100) -> Sequence[Delivery]:
    """What of an item leaves the house, in the order in which it was written."""
    own = select(Delivery).where(col(Delivery.action_item_id) == item.id).order_by(col(Delivery.id)).limit(most)
    return session.scalars(own).all()


def hand_over(session: BrandSession, item_id: str) -> ActionItem:
    """Tick that a person brought out of the house what waited for one. Raises Forbidden; Conflict where none waits."""
    item = _locked(session, item_id)
    waiting = [row for row in letters_of(session, item, 1_000) if row.status == TO_HAND_OVER]
    if not waiting:
        raise Conflict(
            "Nothing of this action item waits to be handed over.", said=message("item.error.nothing_to_hand_over")
        )
    now, name = session.ctx.now(), session.ctx.actor.name
    for row in waiting:
        note_left(session, item, row, now, by=name)
        _close(session, row)
    settle(session, item)
    noted(session, item, "handed_over", {"by": session.ctx.actor.label})
    return item


def confirm(session: BrandSession, item_id: str) -> ActionItem:
    """A person says that it had its effect outside: the supplier confirmed, the shop charges it. Raises Conflict."""
    item = _locked(session, item_id)
    if item.outside.get("state") not in HAS_LEFT:
        raise Conflict(
            "This action item has not left the house.", said=message("item.error.not_left"),
            advice=message("item.advice.hand_over", code=str(item.id)[-8:]),
        )  # fmt: skip
    seen(session, item)
    noted(session, item, "seen", {"by": session.ctx.actor.label})
    return item


def seen(session: BrandSession, item: ActionItem) -> None:
    """Its effect outside was read back: the tasks about it are done, and what waited for a tick is out."""
    for row in letters_of(session, item, 1_000):
        if row.status == TO_HAND_OVER:
            note_left(session, item, row, session.ctx.now(), by=session.ctx.actor.name)
        _close(session, row)
    task_id = item.outside.get("task")
    task = session.get(Task, (item.brand_id, task_id)) if task_id else None
    if task is not None and task.status == "open":
        task.status = "done"
    refresh(session, item)
    put(session, item, {**item.outside, "seen": Seen.CONFIRMED, "seen_at": session.ctx.now().isoformat()})


def _locked(session: BrandSession, item_id: str) -> ActionItem:
    session.ctx.require(Permission.ACTION_APPROVE)
    if session.ctx.actor.kind is not ActorKind.PERSON:
        raise Forbidden("Only a person hands something over.")
    item: ActionItem = lock_row(session, ActionItem, find_item(session, item_id).id)
    require_present(session)
    return item


def _close(session: BrandSession, row: Delivery) -> None:
    task = session.get(Task, (row.brand_id, row.task_id)) if row.task_id else None
    if task is not None and task.status == "open":
        task.status = "done"
