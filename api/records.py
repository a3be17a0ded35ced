"""`/api/v1/figures`, `/receipts`, `/audit`: numbers opened down to their rows, and whether history was rewritten."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from api.desk import BrandRoute, OpenDesk, ReadDesk
from api.errors import IN_A_BRAND
from api.language import InLanguage
from api.pages import Cursor, Limit, Page, page_of, read_cursor
from api.shapes.crew import AuditCheckShape, AuditEntryShape, ReceiptShape
from domain.actor import Permission
from domain.errors import NotFound
from domain.language import Language
from language.formats import cell_text
from language.speech import spoken
from store.audit import newest_entries, verify_audit
from store.reads.settings import language_of
from store.tables import Receipt
from tools.receipts import Opened, why

records_router = APIRouter(tags=["records"], responses=IN_A_BRAND, route_class=BrandRoute)
Code = Annotated[str, Path(min_length=8, max_length=52, pattern=r"^[a-z2-7]+$", description="as beside the number")]


@records_router.get("/figures/{code}", operation_id="open_figure")
def open_figure(code: Code, desk: ReadDesk, lang: InLanguage = None) -> Opened:
    """A number: the tool call that computed it, and the rows of the brand's own data that it read."""
    with desk.read() as session:
        language = lang or language_of(session)
        return why(session, code, render=lambda cell: cell_text(cell, language))


@records_router.get("/receipts/{receipt_id}", operation_id="show_receipt")
def show_receipt(receipt_id: UUID, desk: ReadDesk) -> ReceiptShape:
    """The stored result of one tool call: arguments, result, as-of, integrity label."""
    with desk.read() as session:
        row = session.get(Receipt, (session.ctx.brand_id, receipt_id))
        if row is None:
            raise NotFound(f"No receipt {receipt_id} in brand {session.ctx.brand}.")
        return ReceiptShape.model_validate({**row.model_dump(), "id": str(row.id), "run_id": str(row.run_id)})


@records_router.get("/audit/verify", operation_id="verify_audit")
def verify(desk: OpenDesk) -> AuditCheckShape:
    """Recompute the hash chain of all that was done in this brand."""
    desk.ctx.require(Permission.AUDIT_READ)
    with desk.office.database.read(desk.ctx) as session:
        check = verify_audit(session)
    return AuditCheckShape(ok=check.ok, entries=check.entries, head=check.head, broken_at=check.broken_at)


@records_router.get("/audit/entries", operation_id="list_audit_entries")
def entries(desk: OpenDesk, limit: Limit = 50, cursor: Cursor = None) -> Page[AuditEntryShape]:
    """The brand's audit entries, newest first."""
    desk.ctx.require(Permission.AUDIT_READ)
    after = read_cursor(cursor, int)
    with desk.office.database.read(desk.ctx) as session:
        return page_of(
            newest_entries(session, limit + 1, after[0] if after else None),
            limit,
            lambda row: AuditEntryShape.model_validate(spoken(row.model_dump(), Language.EN)),
            lambda row: [row.seq],
        )
