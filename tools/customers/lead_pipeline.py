"""Looks through the pipeline: how often leads are won, how that falls with age, and whom to get back to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from analytics.customers.win_rate import WinRate, difference, win_rate
from analytics.statistics.proportions import Interval
from domain.customers import DECIDED_DAYS, MOST_LEADS
from store.reads.customers import leads as reads
from store.reads.customers.outreach import contribution_shares
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Lead
from tools import cells
from tools.base import NoArguments, ToolAnswer, ToolEnv
from tools.customers.results import LeadView, Pipeline, StageView
from tools.reasons import reason_keys
from tools.sources import selected

COVERAGE = 0.80
LEAST_CLOSED = 10
FOLLOW_UP_WITHIN_DAYS = 1
_PRIOR_HELP, _PRIOR_WEIGHT = 0.10, 8.0
"""What a follow-up is taken to add to the win rate before this brand's own are known, and for how many leads it counts.

Leads that somebody gets back to soon are won several times as often (Oldroyd, McElheran & Elkington 2011, "The short
life of online sales leads"); who answers soon differs from who does not in other ways, too, so it is taken at a tenth.
"""
_COLD_DAYS, _LEAST_GAIN_MINOR = 7, 1_500
_AGES = (0, 7, 14, 28)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Rates:
    """Win rates alone and with a follow-up, and their difference; `share` is what is left of a lead's value."""

    alone: WinRate
    followed: WinRate
    help: Interval
    share: float


def lead_pipeline(session: BrandSession, env: ToolEnv, args: NoArguments) -> ToolAnswer:
    """Look through the open leads: how often such leads were won, alone and after a person got back to them (from the
    brand's own closed leads, with 80 % intervals), how that falls with age, which go cold, and for each open lead
    whether getting back to it now should bring more than it takes. Abstains where too few leads have been closed."""
    leads, currency = reads.leads(session), brand_of(session).currency
    closed = [lead for lead in leads if not reads.is_open(session, lead)]
    alone = [lead for lead in closed if lead.followed_up_at is None]
    followed = [lead for lead in closed if lead.followed_up_at is not None]
    still_open = [lead for lead in leads if reads.is_open(session, lead)]
    shares = contribution_shares(session)
    lacking = "no_leads" if not leads else "few_closed_leads" if len(alone) < LEAST_CLOSED else ""
    lacking = lacking or ("" if shares else "no_contribution")
    rates = None if lacking else _rates(alone, followed, sum(shares.values()) / len(shares))
    views = [] if rates is None else _ranked([_lead_view(session, lead, rates) for lead in still_open])
    due = any(view.decision == "follow_up" for view in views)
    reasons = [lacking] if lacking else ["worth_a_call" if due else "nothing_due"]
    view = Pipeline(
        currency=currency,
        status="abstained" if lacking else "follow_up" if due else "nothing_due",
        reasons=reason_keys("customers", reasons),
        open=cells.count(len(still_open)),
        open_value=cells.money(sum(lead.value_minor for lead in still_open), currency),
        closed_alone=cells.count(len(alone)),
        closed_followed=cells.count(len(followed)),
        coverage=cells.share(COVERAGE),
        horizon=cells.days(DECIDED_DAYS),
        cold=cells.count(sum(_silent_days(session, lead) >= _COLD_DAYS for lead in still_open)),
        by_stage=[] if lacking else list(_by_age(alone)),
        leads=views,
        **({} if rates is None else _rate_cells(rates, bool(followed))),
        **_due_together([view for view in views if view.decision == "follow_up"][:MOST_LEADS]),
    )
    return ToolAnswer(view, (selected(session, "lead"),))


def _due_together(due: Sequence[LeadView]) -> dict[str, cells.Cell]:
    """The leads to get back to as one: what helps one helps each, so that the ends add up."""
    if not due:
        return {}
    unit = due[0].value.unit
    sums = {
        f"due_{name}": cells.Cell(value=sum(int(getattr(view, name).value) for view in due), unit=unit)
        for name in ("value", "gain", "gain_low", "gain_high")
    }
    silent = max(int(view.silent.value) for view in due)
    return {"due": cells.count(len(due)), "due_silent": cells.days(silent), **sums}


def _rates(alone: Sequence[Lead], followed: Sequence[Lead], share: float) -> _Rates:
    base = win_rate(_won(alone), len(alone))
    believed = min(base.mean + _PRIOR_HELP, 0.95)
    prior = WinRate(believed * _PRIOR_WEIGHT, (1 - believed) * _PRIOR_WEIGHT)
    after = win_rate(_won(followed), len(followed), prior)
    return _Rates(base, after, difference(after, base, COVERAGE), share)


def _won(leads: Sequence[Lead]) -> int:
    return sum(lead.won_at is not None for lead in leads)


def _rate_cells(rates: _Rates, any_followed: bool) -> dict[str, cells.Cell]:
    by_name = {"win_rate": rates.alone} | ({"win_rate_followed": rates.followed} if any_followed else {})
    view = {}
    for name, rate in by_name.items():
        interval = rate.interval(COVERAGE)
        view |= {
            name: cells.share(rate.mean),
            f"{name}_low": cells.share(interval.low),
            f"{name}_high": cells.share(interval.high),
        }
    return view


def _by_age(alone: Sequence[Lead]) -> Sequence[StageView]:
    stages = []
    for age in _AGES:
        left = [
            lead for lead in alone if (lead.won_at or lead.lost_at or lead.opened_at) - lead.opened_at >= age * _DAY
        ]
        if len(left) < LEAST_CLOSED:
            break
        rate = win_rate(_won(left), len(left))
        interval = rate.interval(COVERAGE)
        stages.append(
            StageView(
                from_age=cells.days(age),
                closed=cells.count(len(left)),
                win_rate=cells.share(rate.mean),
                win_rate_low=cells.share(interval.low),
                win_rate_high=cells.share(interval.high),
            )
        )
    return stages


def _silent_days(session: BrandSession, lead: Lead) -> int:
    last = max(at for at in (lead.opened_at, lead.last_contact_at) if at is not None)
    return max((session.ctx.known_until - last) // _DAY, 0)


def _lead_view(session: BrandSession, lead: Lead, rates: _Rates) -> LeadView:
    now = session.ctx.known_until
    age = (now - lead.opened_at) // _DAY
    gain = rates.help.times(max(lead.value_minor * rates.share, 0.0))
    reasons, decision = ["worth_a_call"], "follow_up"
    if lead.next_step_at is not None and lead.next_step_at >= now:
        reasons, decision = ["in_hand"], "wait"
    elif lead.followed_up_at is not None:
        reasons, decision = ["followed_already"], "wait"
    elif age >= DECIDED_DAYS:
        reasons, decision = ["too_old"], "leave"
    elif gain.value < _LEAST_GAIN_MINOR:
        reasons, decision = ["small"], "leave"
    return LeadView(
        lead=lead.code,
        decision=decision,  # pyright: ignore[reportArgumentType] - one of the three above
        reasons=reason_keys("customers", reasons),
        stage=lead.stage,
        value=cells.money(lead.value_minor, lead.currency),
        age=cells.days(age),
        silent=cells.days(_silent_days(session, lead)),
        gain=cells.money(gain.value, lead.currency),
        gain_low=cells.money(gain.low, lead.currency),
        gain_high=cells.money(gain.high, lead.currency),
    )


def _ranked(views: Sequence[LeadView]) -> list[LeadView]:
    """Leads to follow up first, then by expected gain, highest first; of equals, the youngest first."""
    order = {"follow_up": 0, "wait": 1, "leave": 2}
    return sorted(
        views, key=lambda view: (order[view.decision], -(view.gain.value if view.gain else 0), view.age.value)
    )
