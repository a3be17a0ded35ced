"""Virtual Office: what meetings are held by, versioned."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any

from sqlmodel import Field

from store.tables.base import DOCUMENT, MOMENT, BrandOwned, unique


class MeetingDefinitionRow(BrandOwned, table=True):
    """A brand's version of a meeting definition: the newest holds, earlier ones stay."""

    __tablename__ = "meeting_definition"
    __table_args__ = (unique("name", "version"),)
    APPEND_ONLY = True

    name: str = Field(max_length=64)
    version: int = Field(description="1 and up; the product's own file counts as 0")
    document: dict[str, Any] = Field(sa_type=DOCUMENT)
    author: str
    reason: str
    created_at: datetime = Field(sa_type=MOMENT)
