"""`/api/v1/action-items`: the inbox, an item in full, and every answer a person may give to it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import BigInteger, Integer, bindparam, cast, func, select, tuple_
from sqlmodel import col

from actions import answers, gateway, items, questions
from actions.approvals import approve as approve_item
from actions.documents import stamp_of
from actions.hand_over import confirm, hand_over, letters_of, to_hand_over
from actions.refusals import refusals_noted
from actions.seen import tag_of
from api.desk import BrandRoute, KeyedDesk, OpenDesk, ReadDesk, RequestDesk
from api.errors import ANSWERED, IN_A_BRAND
from api.house import House, StillItem
from api.language import InLanguage
from api.pages import Cursor, Limit, Page, page_of, read_cursor
from api.shapes.items import (
    Asking,
    Edit,
    HandOvers,
    ItemAnswered,
    ItemDetails,
    ItemSummary,
    Letters,
    NoteShape,
    Question,
    Rejection,
    Snooze,
    Wanted,
    letter_shape,
)
from api.tags import IfMatch, IfNoneMatch, seen_tag, tagged, unchanged
from bootstrap.office import OFFICE_UNDO_DELAY
from domain.action import ItemStatus
from domain.language import Language
from store.jobs import due_at
from store.reads.row_version import RowVersion
from store.reads.settings import language_of
from store.session import BrandSession
from store.tables import ActionItem
from store.tables.base import MOMENT
from virtual_office.questions.asked_back import ask_back
from virtual_office.questions.item_view import item_line, live_view, note_views, still_view

_AT_STAKE = func.coalesce(cast(col(ActionItem.preview)["amount_minor"].astext, BigInteger), 0)
_PLACES = select(
    col(ActionItem.id),
    col(ActionItem.version),
    RowVersion(ActionItem).label("row_version"),
    _AT_STAKE.label("at_stake"),
)
"""Where an item stands in a list, and the version of its row."""

items_router = APIRouter(
    prefix="/action-items", tags=["action items"], responses=IN_A_BRAND | ANSWERED, route_class=BrandRoute
)

inbox_router = APIRouter(tags=["action items"], responses=IN_A_BRAND, route_class=BrandRoute)


@items_router.get("", operation_id="list_action_items")
def list_items(
    desk: ReadDesk,
    status: Annotated[list[ItemStatus] | None, Query(description="those that wait, by default")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: InLanguage = None,
) -> Page[ItemSummary]:
    """Action items, newest first."""
    with desk.read() as session:
        after = read_cursor(cursor, str)
        asked: dict[str, Any] = {"most": limit + 1, **({"statuses": status} if status else {"now": session.ctx.now()})}
        asked |= {} if after is None else {"after": _as_id(after[0])}
        places = session.execute(_newest(bool(status), after is not None), asked).all()
        lines = _lines(desk.house, session, places, lang or language_of(session))
        return page_of(places, limit, lambda place: lines[place.id], lambda place: [str(place.id)])


@items_router.post("", operation_id="propose_action_item", status_code=201)
def propose(said: Wanted, desk: KeyedDesk, response: Response) -> ItemAnswered:
    """Ask for an action yourself. What the guardrails allow you is carried out after a minute, in which it can be
    taken back; what needs a second person waits for one; what they forbid is `denied`, with the rules that say so."""
    office, made = desk.office, desk.made_id("item")
    with office.database.begin(desk.ctx) as session:
        item_id = items.propose(session, office.engine, said.action, said.reason, OFFICE_UNDO_DELAY, made).id
    response.headers["Location"] = f"/api/v1/action-items/{item_id}"
    return _answered(desk, item_id, response)


@inbox_router.get("/inbox", operation_id="inbox")
def inbox(
    desk: ReadDesk,
    snoozed: Annotated[bool, Query(description="what was put off instead, until its time comes")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: InLanguage = None,
) -> Page[ItemSummary]:
    """Items that wait for an answer, most money at stake first."""
    with desk.read() as session:
        after = read_cursor(cursor, int, str)
        wanted = items.open_now(session, [ItemStatus.SNOOZED] if snoozed else None)
        if after is not None:
            wanted &= tuple_(-_AT_STAKE, col(ActionItem.id)) > tuple_(after[0], _as_id(after[1]))
        by_stake = _PLACES.where(wanted).order_by(_AT_STAKE.desc(), col(ActionItem.id))
        places = session.execute(by_stake.limit(limit + 1)).all()
        lines = _lines(desk.house, session, places, lang or language_of(session))
        return page_of(places, limit, lambda place: lines[place.id], lambda place: [-place.at_stake, str(place.id)])


@items_router.get("/{item_id}", operation_id="show_action_item", responses={304: {"description": "As you have it."}})
def show(
    item_id: UUID, desk: ReadDesk, response: Response, if_none_match: IfNoneMatch = None, lang: InLanguage = None
) -> ItemDetails:
    """Exactly what it would change, why, the risk, the policies, how to undo it. Answers are bound to its ETag."""
    with desk.read() as session:
        stamp = stamp_of(session, item_id)
        if stamp is None:
            raise items.unknown_item(session, str(item_id))
        language = lang or language_of(session)
        key = session.ctx.brand_id, item_id, stamp.version, language
        kept = desk.house.views.of(key, lambda: _still(session, item_id, language))
        unchanged(if_none_match, kept.tag)
        tagged(response, kept.tag)
        live = live_view(session, desk.office.policy_version, kept.item, language, stamp.about)
        return ItemDetails.model_validate({**kept.view, **live})


@items_router.post("/{item_id}/approve", operation_id="approve_action_item")
def approve(item_id: UUID, desk: KeyedDesk, response: Response, if_match: IfMatch) -> ItemAnswered:
    """Say yes to exactly what If-Match names. It is carried out after a minute, in which it can be taken back.

    412 tells what happened to the item since; 409 how its facts moved: it then shows the new ones.
    """
    item = approve_item(
        desk.office.database, desk.ctx, desk.office.engine, str(item_id), OFFICE_UNDO_DELAY, seen_tag(if_match)
    )
    return _answered(desk, item.id, response)


@items_router.post("/{item_id}/reject", operation_id="reject_action_item")
def reject(item_id: UUID, said: Rejection, desk: KeyedDesk, response: Response, if_match: IfMatch) -> ItemAnswered:
    """Say no; the reason reaches the agent's next report."""
    with _noted(desk, item_id), desk.office.database.begin(desk.ctx) as session:
        items.reject(session, str(item_id), said.reason, seen_tag(if_match))
    return _answered(desk, item_id, response)


@items_router.post("/{item_id}/snooze", operation_id="snooze_action_item")
def snooze(item_id: UUID, said: Snooze, desk: KeyedDesk, response: Response, if_match: IfMatch) -> ItemAnswered:
    """Put it off; it comes back by itself."""
    with _noted(desk, item_id), desk.office.database.begin(desk.ctx) as session:
        answers.snooze(session, str(item_id), said.until, seen_tag(if_match))
    return _answered(desk, item_id, response)


@items_router.patch("/{item_id}", operation_id="edit_action_item")
def edit(item_id: UUID, said: Edit, desk: OpenDesk, response: Response, if_match: IfMatch) -> ItemAnswered:
    """Ask for the same with other amounts: a new item in its place, judged anew, which waits for a yes.

    The editor's own yes will do where no gate asks for another's. 422 `edit_denied`: the guardrails forbid these
    amounts, and the item stays as it was. The promise is recomputed where that can be told, else there is none.
    """
    from virtual_office.questions.edits import edit_item  # with what recomputes a promise

    office = desk.office
    with _noted(desk, item_id), office.database.begin(desk.ctx) as session:
        seen = seen_tag(if_match)
        new_id = edit_item(office.database, session, office.engine, str(item_id), said.changes, said.reason, seen).id
    return _answered(desk, new_id, response).model_copy(update={"replaces": str(item_id)})


@items_router.post("/{item_id}/undo", operation_id="undo_action_item")
def undo(item_id: UUID, desk: KeyedDesk, response: Response, if_match: IfMatch) -> ItemAnswered:
    """Take back an approval that was not carried out yet, or restore what was changed."""
    item = gateway.undo(desk.office.database, desk.ctx, str(item_id), seen_tag(if_match))
    return _answered(desk, item.id, response)


@inbox_router.get("/hand-overs", operation_id="list_hand_overs")
def hand_overs(desk: ReadDesk, lang: InLanguage = None) -> HandOvers:
    """Items of which something waits for a person: to be handed over, or to be looked after; the oldest first."""
    with desk.read() as session:
        language = lang or language_of(session)
        lines = [ItemSummary.model_validate(item_line(item, language)) for item in to_hand_over(session)]
        return HandOvers(items=lines)


@items_router.get("/{item_id}/letters", operation_id="list_letters")
def letters(item_id: UUID, desk: ReadDesk) -> Letters:
    """What of it leaves the house, as it was written: the first hundred, files in base64."""
    from automation.letters import written_letter

    with desk.read() as session:
        item = items.find_item(session, str(item_id))
        return Letters(letters=[letter_shape(row, written_letter(session, item, row))
                                for row in letters_of(session, item)])  # fmt: skip


@items_router.post("/{item_id}/hand-over", operation_id="hand_over_action_item")
def hand_over_item(item_id: UUID, desk: KeyedDesk, response: Response) -> ItemAnswered:
    """Tick that a person brought out of the house what waited for one: the order, the price, the letter. 409 where
    nothing waits."""
    with _noted(desk, item_id), desk.office.database.begin(desk.ctx) as session:
        hand_over(session, str(item_id))
    return _answered(desk, item_id, response)


@items_router.post("/{item_id}/confirm", operation_id="confirm_action_item")
def confirm_item(item_id: UUID, desk: KeyedDesk, response: Response) -> ItemAnswered:
    """Say that it had its effect outside: the supplier confirmed, the shop charges the price. 409 before it left."""
    with _noted(desk, item_id), desk.office.database.begin(desk.ctx) as session:
        confirm(session, str(item_id))
    return _answered(desk, item_id, response)


@items_router.post("/{item_id}/questions", operation_id="ask_about_action_item", status_code=201)
def ask(item_id: UUID, said: Question, desk: KeyedDesk) -> Asking:
    """Ask whoever proposed it. An agent answers at once, each number to be opened; a person when they can."""
    with desk.office.database.begin(desk.ctx) as session:
        question, answer = ask_back(session, str(item_id), said.text)
        shown = note_views(session, [question, *([answer] if answer else [])])
    return Asking(
        question=NoteShape.model_validate(shown[0]),
        answer=NoteShape.model_validate(shown[1]) if answer else None,
    )


@items_router.post("/{item_id}/questions/{question_id}/answer", operation_id="answer_question", status_code=201)
def answer(item_id: UUID, question_id: UUID, said: Question, desk: KeyedDesk) -> NoteShape:
    """Answer what was asked about an item of one's own."""
    with desk.office.database.begin(desk.ctx) as session:
        note = questions.answer(session, str(item_id), question_id, said.text)
        return NoteShape.model_validate(note_views(session, [note])[0])


def _answered(desk: RequestDesk, item_id: UUID, response: Response) -> ItemAnswered:
    """Where it stands now; the work in the background looks at once whether something is due."""
    desk.house.background.wake()
    with desk.office.database.read(desk.ctx) as session:
        item = items.find_item(session, str(item_id))
        tagged(response, tag_of(item))
        due = due_at(session, items.execution_key(item)) if item.status == ItemStatus.APPROVED else None
        return ItemAnswered.model_validate({**item_line(item), "carried_out_from": due})


def _noted(desk: RequestDesk, item_id: UUID) -> AbstractContextManager[None]:
    return refusals_noted(desk.office.database, desk.ctx, str(item_id))


@cache
def _newest(of_statuses: bool, follows: bool) -> Any:
    """The newest items of some statuses, or of those that wait; of those that follow an id."""
    wanted = _PLACES.where(
        col(ActionItem.status).in_(bindparam("statuses", expanding=True))
        if of_statuses
        else items.waits_at(bindparam("now", type_=MOMENT))
    )
    if follows:
        wanted = wanted.where(col(ActionItem.id) < bindparam("after"))
    return wanted.order_by(col(ActionItem.id).desc()).limit(bindparam("most", type_=Integer))


def _lines(
    house: House, session: BrandSession, places: Sequence[Any], language: Language
) -> Mapping[UUID, ItemSummary]:
    """The lines of items by id: rendered of those alone that are not kept in the version that stands now."""
    keys = {place.id: (session.ctx.brand_id, place.id, place.row_version, place.version, language) for place in places}
    lines = {item_id: line for item_id, key in keys.items() if (line := house.lines.get(key)) is not None}
    missing = keys.keys() - lines.keys()
    if missing:
        for item in session.scalars(select(ActionItem).where(col(ActionItem.id).in_(missing))):
            line = ItemSummary.model_validate(item_line(item, language))
            lines[item.id] = house.lines.keep(keys[item.id], line)
    return lines


def _still(session: BrandSession, item_id: UUID, language: Language) -> StillItem:
    item = items.find_item(session, str(item_id))
    return StillItem(item, tag_of(item), still_view(session, item, language))


def _as_id(text: str) -> Any:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
