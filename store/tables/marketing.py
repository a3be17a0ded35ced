"""Marketing OS: what campaigns may spend."""
# pyright: reportAssignmentType=false

from datetime import datetime

from sqlmodel import Field

from domain.actor import Role
from store.tables.base import BIGINT, MOMENT, Fact, unique
from store.tables.files import File, amount, code, moment
from store.tables.served import STAFF, Served


class CampaignBudget(Fact, table=True):
    """The amount that an advertising campaign may spend a week from a moment on."""

    __tablename__ = "campaign_budget"
    __table_args__ = (unique("campaign", "valid_from", "source"),)
    APPEND_ONLY = True
    SERVED = Served("marketing", "campaign-budgets", STAFF | {Role.MARKETING})
    FILES = (
        File(
            "budgets",
            "what an advertising campaign may spend a week, from then on",
            {"campaign": code(), "weekly": amount(), "valid_from": moment()},
            known_at="valid_from",
            fixed={"source": "import"},
        ),
    )

    campaign: str = Field(max_length=128)
    weekly_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)
    source: str = Field(default="import", description="`import`, or the action item that set it")
