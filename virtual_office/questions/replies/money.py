"""Replies about money: who owes it, whether there is enough of it, and what advertising brings back."""

from datetime import timedelta

from domain.message import read_message
from virtual_office.questions.replies.asked import Asked
from virtual_office.questions.sheet import DASH, MOST_ROWS, Page, Refused, Told, plain


def owed(asked: Asked) -> Told | Refused:
    """Who owes how much, since when, and when they usually pay."""
    page = asked.page("receivables")
    debtors = page.result["debtors"]
    if not debtors:
        return asked.refused("no_invoices" if page.result["status"] != "told" else "nobody_owes")
    late = [at for at, debtor in enumerate(debtors) if debtor["overdue"]["value"]]
    total = page.number("/owed")
    if not late:
        lead = asked.say("owed.none_late", owed=total)
    else:
        names = {"owed": total, "overdue": page.number("/overdue"), "debtor": plain(debtors[late[0]]["debtor"])}
        lead = asked.say("owed.lead", **names)
    oldest = max(late, key=lambda at: debtors[at]["oldest"]["value"], default=0)
    shown = (late or list(range(len(debtors))))[:MOST_ROWS]
    if late and oldest not in shown:
        shown[-1] = oldest
    column = "overdue" if late else "owed"
    rows = [
        [
            plain(debtors[at]["debtor"]) or asked.say("owed.nameless"),
            page.number(f"/debtors/{at}/{column}"),
            page.number(f"/debtors/{at}/oldest") if late else DASH,
            page.number(f"/debtors/{at}/usual") if debtors[at]["usual"] else DASH,
        ]
        for at in shown
    ]
    heads = [asked.say(f"head.{name}") for name in ("customer", column, "oldest", "usual")]
    more = len(late or debtors) - len(shown)
    caveats = [asked.counted("owed.more", more)] if more > 0 else []
    return Told([lead], heads, rows, caveats, [asked.question("cash")], page.receipt)


def cash(asked: Asked) -> Told | Refused:
    """Whether the money is enough, with the lowest point ahead and what waiting orders would take."""
    page = asked.page("cash_runway")
    if page.result["status"] != "told":
        reason = page.result["reasons"][0].rpartition(".")[2]
        return asked.refused("no_balance" if reason == "no_balance" else "few_weeks_of_cash")
    week = int(page.cell("/lowest_week").value)
    by = asked.sheet.day(asked.today + timedelta(weeks=week))
    risk = page.cell("/risk").value
    key = "safe" if page.cell("/lowest_low").value > 0 else "unsure" if page.cell("/lowest").value > 0 else "short"
    names = {"cash": page.number("/cash"), "lowest": page.number("/lowest"), "day": by}
    names |= {"low": page.number("/lowest_low"), "high": page.number("/lowest_high")}
    lead = [asked.say(f"cash.{key}", **names)]
    if risk:
        lead.append(asked.say("cash.risk", risk=page.number("/risk"), horizon=page.number("/horizon")))
    rows = [
        [asked.say("cash.now"), page.number("/cash")],
        [asked.say("cash.lowest", day=by), page.number("/lowest")],
        [asked.say("cash.on_time"), page.number("/lowest_if_on_time")],
        [asked.say("cash.bills"), page.number("/bills")],
    ]
    waiting = asked.page("decided_items", {"which": "waiting"})
    caveats: list[str] = []
    if waiting.result["put_in"]:
        rows.append([asked.say("cash.waiting"), waiting.number("/put_in")])
        if waiting.cell("/put_in").value > max(page.cell("/lowest_low").value, 0):
            caveats.append(asked.say("cash.not_for_orders"))
    heads = [asked.say("head.money"), asked.say("head.amount")]
    return Told(lead, heads, rows, caveats, [asked.question("owed")] if asked.known.invoices else [], page.receipt)


def ads(asked: Asked) -> Told | Refused:
    """What the next euro of each campaign brings back, as far as it can be seen."""
    page = asked.page("budget_response")
    campaigns = page.result["campaigns"]
    if not campaigns:
        return asked.refused("no_budgets")
    seen = [at for at, campaign in enumerate(campaigns) if campaign["marginal"]]
    seen.sort(key=lambda at: -campaigns[at]["marginal"]["value"])
    lead: list[str] = []
    for at in seen[:1]:
        low, high = (page.cell(f"/campaigns/{at}/marginal_{end}").value for end in ("low", "high"))
        way = "yes" if low > 1 else "no" if high < 1 else "perhaps"
        numbers = {end: page.number(f"/campaigns/{at}/{name}") for end, name in _MARGINAL.items()}
        lead.append(asked.say(f"ads.{way}", campaign=plain(campaigns[at]["campaign"]), **numbers))
    unseen = [plain(campaign["campaign"]) for at, campaign in enumerate(campaigns) if at not in seen]
    if unseen:
        reason = next(campaign["reasons"][0] for at, campaign in enumerate(campaigns) if at not in seen)
        key = "ads.lost_in_sales" if str(reason).endswith("no_response_seen") else "ads.unseen"
        said = asked.sheet.speak(read_message(reason))
        lead.append(asked.say(key, campaigns=asked.sheet.listed(unseen[:MOST_ROWS]), reason=said))
    order = [*seen, *(at for at in range(len(campaigns)) if at not in seen)][:MOST_ROWS]
    rows = [_campaign(asked, page, at) for at in order]
    heads = [asked.say(f"head.{name}") for name in ("campaign", "spent_a_week", "next_euro")]
    caveats = [asked.say("ads.at_todays_spend")] if seen else []
    return Told(lead, heads, rows, caveats, [asked.question("by_channel")], page.receipt)


_MARGINAL = {"marginal": "marginal", "low": "marginal_low", "high": "marginal_high"}


def _campaign(asked: Asked, page: Page, at: int) -> list[str]:
    campaign = page.result["campaigns"][at]
    spent = page.number(f"/campaigns/{at}/spent")
    return [
        plain(campaign["campaign"]),
        spent,
        page.number(f"/campaigns/{at}/marginal") if campaign["marginal"] else DASH,
    ]
