"""The canary's customers and leads, and how the CRM tools are tried on them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from domain.context import Context
from store.database import Database
from store.tables import Customer, Lead, MessageDraw, MessageSend, Order

LEAD = "CANARY-LEAD-5"


def befriend(database: Database, theirs: Context) -> None:
    """A customer who orders and was written to, and a lead."""
    since = theirs.now() - timedelta(days=40)
    with database.begin(theirs) as session:
        customer = Customer(code="CANARY-CUSTOMER-4", name="canary-customer-name", known_at=since)
        money = {"currency": "EUR", "known_at": since}
        session.add_all(
            [customer, Lead(code=LEAD, company="canary-salon", value_minor=8_765_432, opened_at=since, **money)]
        )
        session.flush()
        session.add_all(
            [
                Order(
                    number="CANARY-ORDER-6", customer_id=customer.id, total_minor=9_876_543, ordered_at=since, **money
                ),
                MessageDraw(
                    source="canary-waits", customer_id=customer.id, arm="treated", segment="new", template="news",
                    worth_minor=5_432_109, cost_per_thousand_minor=1_200, status="released", drawn_at=since,
                ),
                MessageSend(
                    source="canary-campaign", customer_id=customer.id, arm="treated", segment="new", template="news",
                    worth_minor=5_432_109, cost_per_thousand_minor=1_200, sent_at=since, known_at=since,
                ),
            ]
        )  # fmt: skip


CRM_TRIES: Mapping[str, Callable[[Mapping[str, str]], list[dict[str, Any]]]] = {
    "customer_segments": lambda ids: [{}],
    "message_advice": lambda ids: [{}],
    "lead_pipeline": lambda ids: [{}],
    "propose_segment_message": lambda ids: [
        {"segment": segment, "analysis_receipt": ids["receipt"], "rationale": {"text": "Because.", "figures": {}}}
        for segment in ("buyers", "champions")
    ],
    "propose_lead_follow_up": lambda ids: [
        {"leads": [LEAD], "analysis_receipt": ids["receipt"], "rationale": {"text": "Because.", "figures": {}}}
    ],
}
