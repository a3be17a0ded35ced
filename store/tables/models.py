"""AI Brain: what models were asked and answered, and what that cost."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from store.tables.base import BIGINT, DOCUMENT, MOMENT, BrandOwned, belongs_to, unique
from store.tables.runs import Run


class ModelExchange(BrandOwned, table=True):
    """A request that a model answered or declined, once a run: asked again, the run is told the same."""

    __tablename__ = "model_exchange"
    __table_args__ = (belongs_to(Run), unique("run_id", "request_hash"))
    APPEND_ONLY = True

    run_id: UUID
    agent: str
    request_hash: str
    model: str = Field(description="who answered, which may be the fallback")
    request: dict[str, Any] = Field(
        sa_type=DOCUMENT, description="what is new since the exchange before: a conversation only grows"
    )
    response: dict[str, Any] = Field(sa_type=DOCUMENT)
    created_at: datetime = Field(sa_type=MOMENT)


class ModelSpend(BrandOwned, table=True):
    """One side of an attempt to call a model: its worst case reserved before, or the correction to what it came to."""

    __tablename__ = "model_spend"
    __table_args__ = (belongs_to(Run), unique("call_id", "entry"))
    APPEND_ONLY = True

    run_id: UUID
    call_id: UUID = Field(description="the attempt that both sides belong to")
    agent: str
    model: str
    entry: str = Field(description="reserved or settled; sums are what is spent or may still be")
    outcome: str = Field(default="", description="answered, or the code of what went wrong")
    input_tokens: int = Field(default=0, sa_type=BIGINT)
    output_tokens: int = Field(default=0, sa_type=BIGINT)
    cost_micros: int = Field(default=0, sa_type=BIGINT, description="millionths of a US dollar")
    estimated: bool = Field(default=False, description="whether nobody counted the tokens, so that a bound stands")
    price_known: bool = Field(default=True, description="false when the dearest known price stands")
    created_at: datetime = Field(sa_type=MOMENT)
