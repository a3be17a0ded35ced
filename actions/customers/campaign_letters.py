"""The letters of a campaign: one for each customer drawn, or one list for a person; and who was really written to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from domain.customers import Arm, SegmentMessage
from domain.errors import NotFound
from domain.letter import EACH, Letter, Sheet
from domain.message import Message, listed, message, sentences, verbatim
from store.reads.customers import outreach as reads
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Customer, MessageDraw, MessageSend, Product

_HEADS = ("code", "name", "email")


def campaign_letters(session: BrandSession, action: SegmentMessage, source: str | None) -> Sequence[Letter]:
    """One a customer where mail goes out, else one with the list; before it is applied, one that stands for them."""
    reachable = reads.addresses(session) if session.mail_from else {}
    text = Letter(
        address=EACH if reachable else "",
        subject=message(f"customers.letter.{action.template}.subject", brand=brand_of(session).name),
        body=_body(session, action),
        may_unsubscribe=True,
    )
    if source is None:
        return [text]
    treated = [row for row in reads.drawn_for(session, source) if row.arm == Arm.TREATED]
    if reachable:
        return [
            text.model_copy(update={"recipient": str(row.customer_id), "address": reachable[row.customer_id]})
            for row in treated
        ]
    return [text.model_copy(update={"sheet": _list(session, [row.customer_id for row in treated])})]


def _body(session: BrandSession, action: SegmentMessage) -> Message:
    """The text of the template, and the products that the campaign offers."""
    brand = brand_of(session).name
    parts = [message(f"customers.letter.{action.template}", brand=brand)]
    if action.offer:
        titles = {row.sku: row.title or row.sku for row in session.scalars(
            select(Product).where(col(Product.sku).in_(action.offer))
        )}  # fmt: skip
        if unknown := sorted(set(action.offer) - set(titles)):
            raise NotFound(f"There is no product {', '.join(unknown)}.", remedy="See products.csv in docs/import.md.")
        offered = listed([titles.get(sku, sku) for sku in action.offer])
        parts.append(message(f"customers.letter.{action.template}.offer", products=offered))
    return sentences([*parts, message("customers.letter.greeting", brand=brand)])


def _list(session: BrandSession, customers: Sequence[UUID]) -> Sheet:
    wanted = set(customers)
    rows = [row for row in session.scalars(select(Customer).order_by(col(Customer.code))) if row.id in wanted]
    return Sheet(
        name="recipients",
        heads=tuple(message(f"customers.letter.head.{head}") for head in _HEADS),
        rows=tuple((verbatim(row.code), verbatim(row.name), verbatim(row.email)) for row in rows),
    )


def note_written_to(session: BrandSession, source: str, recipients: Sequence[str], at: datetime) -> None:
    """These were written to at this moment, all who were drawn where a list was handed over. With the first of them
    begins the time of those held out."""
    draws = select(MessageDraw).where(col(MessageDraw.source) == source, col(MessageDraw.status) == reads.RESERVED)
    treated = draws.where(col(MessageDraw.arm) == Arm.TREATED)
    if "" not in recipients:
        treated = treated.where(col(MessageDraw.customer_id).in_([UUID(customer) for customer in recipients]))
    held_out = draws.where(col(MessageDraw.arm) == Arm.HOLDOUT)
    for row in (*session.scalars(treated), *session.scalars(held_out)):
        row.status = reads.WRITTEN_TO
        session.add(
            MessageSend(
                source=source, customer_id=row.customer_id, arm=row.arm, segment=row.segment, template=row.template,
                worth_minor=row.worth_minor, cost_per_thousand_minor=row.cost_per_thousand_minor, sent_at=at,
            )
        )  # fmt: skip
    session.flush()


def release(session: BrandSession, source: str) -> None:
    """Let go of those who were drawn and not written to: the week's allowance and their rest are theirs again."""
    held = update(MessageDraw).where(col(MessageDraw.source) == source, col(MessageDraw.status) == reads.RESERVED)
    session.execute(held.values(status=reads.RELEASED), execution_options={"synchronize_session": False})
