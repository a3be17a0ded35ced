"""What models have cost so far: read before every call of one, so in one statement and without the ORM."""

from datetime import datetime
from uuid import UUID

from store.session import BrandSession, raw_connection

_SPENT = """
select coalesce(sum(cost_micros) filter (where run_id = %(run)s), 0),
       coalesce(sum(cost_micros) filter (where created_at >= %(since)s), 0),
       coalesce(sum(input_tokens + output_tokens) filter (where run_id = %(run)s), 0)
from model_spend
where brand_id = %(brand)s and (run_id = %(run)s or created_at >= %(since)s)
"""


def spent(session: BrandSession, run_id: UUID, since: datetime) -> tuple[int, int, int]:
    """Millionths of a dollar in the run, and since a moment; tokens in the run. What is reserved counts as spent."""
    given = {"brand": session.ctx.brand_id, "run": run_id, "since": since}
    in_run, in_time, tokens = raw_connection(session).exec_driver_sql(_SPENT, given).one()
    return int(in_run), int(in_time), int(tokens)
