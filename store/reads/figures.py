"""Codes of figures: read for every report, so in one statement and without the ORM."""

from collections.abc import Collection
from uuid import UUID

from store.session import BrandSession, raw_connection

_GIVEN = """
select receipt_id, path, code from figure
where brand_id = %(brand)s and (receipt_id = any(%(receipts)s) or code = any(%(codes)s))
"""


def figure_codes(
    session: BrandSession, receipts: Collection[UUID], codes: Collection[str]
) -> list[tuple[UUID, str, str]]:
    """Receipt, path and code of every figure of these receipts, and of those that have one of these codes."""
    if not receipts and not codes:
        return []
    parameters = {"brand": session.ctx.brand_id, "receipts": list(receipts), "codes": list(codes)}
    rows = raw_connection(session).exec_driver_sql(_GIVEN, parameters).all()
    return [(row[0], row[1], row[2]) for row in rows]
