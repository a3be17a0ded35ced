"""Wakes rules at their cron times: each time once, what was missed caught up once or skipped."""

from datetime import timedelta

from automation.cron import slots_between
from automation.definitions import holding
from automation.rule import Rule
from automation.runs import begin, newest_seq
from domain.event import new_event
from store.outbox import emit_event
from store.reads.settings import brand_of
from store.session import BrandSession

GRACE = timedelta(minutes=15)
"""A time that is longer ago was missed."""
EVENT = "schedule.due"


def wake_at_slots(session: BrandSession) -> None:
    """Begin the newest due slot of every rule that has times and is not paused, unless it was begun before."""
    now, zone = session.ctx.now(), ""
    for version in holding(session, "rule"):
        rule = version.document
        if not isinstance(rule, Rule) or rule.at is None or rule.paused:
            continue
        zone = zone or brand_of(session).zone
        after = version.created_at if rule.at.missed == "once" else max(version.created_at, now - GRACE)
        for slot in slots_between(rule.at.cron, zone, after, now, most=1):
            details = {"slot": slot.isoformat(), "rule": rule.name}
            event = new_event(session.ctx, EVENT, rule.name, details)
            key = f"rule:{rule.name}:{slot.isoformat()}"
            if begin(session, version, event.model_dump(mode="json"), newest_seq(session), key) is not None:
                emit_event(session, event)
