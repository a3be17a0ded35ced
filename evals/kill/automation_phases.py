"""The steps of automation to kill a worker in: what sets one off, what holds it there, and what must be there after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FILES: Mapping[str, str] = {
    "brand.yaml": "name: Killed\ncurrency: EUR\nzone: Europe/Berlin\n",
    "products.csv": "sku,title\nHM-SH-01,Shampoo\n",
    "product_costs.csv": "sku,unit_cost,valid_from\nHM-SH-01,2.90,2024-01-01\n",
    "channels.csv": "code,title\nshop,Own shop\n",
    "prices.csv": "sku,channel,price,valid_from\nHM-SH-01,shop,9.90,2024-01-01\n",
}
"""A brand with one product."""

RULES: Mapping[str, str] = {
    "tell": """
name: tell
title: Tell of a trial
on: trial.tell
do:
  - {kind: notify, title: "told {data.tag}"}
""",
    "ask": """
name: ask
title: Ask for a price
on: trial.ask
do:
  - kind: propose
    because: "{data.tag}"
    action: {kind: price.update, sku: HM-SH-01, channel: shop, price_minor: "{data.price_minor}", currency: EUR}
""",
    "post": """
name: post
title: Post a trial
on: trial.post
do:
  - {kind: webhook, endpoint: trials}
""",
    "flow": """
name: flow
title: Begin the workflow
on: trial.flow
do:
  - {kind: workflow, name: post-and-tell}
""",
    "fall": """
name: fall
title: Begin the workflow that fails
on: trial.fall
do:
  - {kind: workflow, name: tell-and-fail}
""",
}
WORKFLOWS: Mapping[str, str] = {
    "post-and-tell": """
name: post-and-tell
title: Post, then tell
steps:
  - {kind: do, name: post, deed: {kind: webhook, endpoint: trials}}
  - {kind: do, name: tell, deed: {kind: notify, title: "flow {data.tag}"}}
""",
    "tell-and-fail": """
name: tell-and-fail
title: Tell, fail, take it back
steps:
  - kind: do
    name: tell
    deed: {kind: notify, title: "began {data.tag}"}
    undo: {kind: webhook, endpoint: trials}
  - kind: do
    name: ask
    tries: 1
    deed:
      kind: propose
      action: {kind: price.update, sku: NO-SUCH-SKU, channel: shop, price_minor: 1000, currency: EUR}
""",
}


@dataclass(frozen=True)
class AutomationPhase:
    """A step: the event that leads to it, the table whose writing is held up until the worker is dead (or the webhook
    server, before or after it is answered), and how many rows each query has to find for the trial's tag in the end."""

    name: str
    event: str
    held: str
    once: Mapping[str, str] = field(default_factory=dict)
    approves: bool = False
    posts: bool = False


_RUN = "select count(*) from automation_run where {brand} and kind = '%s' and envelope->'data'->>'tag' = %%(tag)s"
_LOG = (
    "select count(*) from automation_log l join automation_run r on r.brand_id = l.brand_id and r.id = l.run_id "
    "where l.{brand} and r.envelope->'data'->>'tag' = %%(tag)s and r.kind = '%s' and l.step = '%s' and l.outcome = '%s'"
)
_NOTE = "select count(*) from notification where {brand} and title = '%s ' || %%(tag)s"
_DELIVERY = "select count(*) from delivery where {brand} and status = 'sent' and message->'data'->>'tag' = %(tag)s"
_ITEM = "select count(*) from action_item where {brand} and rationale = %(tag)s"
_OF_ITEM = (
    "from {table} x join action_item i on i.brand_id = x.brand_id and {join} "
    "where x.{{brand}} and i.rationale = %(tag)s"
)
_EFFECT = "select count(*) " + _OF_ITEM.format(table="effect", join="i.id = x.action_item_id")
_PRICE = "select count(*) " + _OF_ITEM.format(table="price_history", join="x.source = 'action_item:' || i.id")
_DONE = (
    "select count(*) "
    + _OF_ITEM.format(table="event", join="x.subject = i.id::text")
    + " and x.type = 'action_item.done'"
)
_TOLD = {"rule run": _RUN % "rule", "met": _LOG % ("rule", "", "met"), "deed": _LOG % ("rule", "do-1", "done")}

PHASES: Sequence[AutomationPhase] = (
    AutomationPhase("relay", "trial.tell", "automation_run", {**_TOLD, "notification": _NOTE % "told"}),
    AutomationPhase("rule evaluated", "trial.tell", "automation_log", {**_TOLD, "notification": _NOTE % "told"}),
    AutomationPhase("notification", "trial.tell", "notification", {**_TOLD, "notification": _NOTE % "told"}),
    AutomationPhase("action item made", "trial.ask", "action_item", {**_TOLD, "item": _ITEM}),
    AutomationPhase("apply", "trial.ask", "effect", {"item": _ITEM, "effect": _EFFECT, "price": _PRICE, "event": _DONE},
          approves=True),
    AutomationPhase("webhook sent", "trial.post", "receiver", {**_TOLD, "delivery": _DELIVERY}, posts=True),
    AutomationPhase("webhook answered", "trial.post", "delivery after", {**_TOLD, "delivery": _DELIVERY}, posts=True),
    AutomationPhase("workflow step", "trial.flow", "notification",
          {"rule run": _RUN % "rule", "workflow run": _RUN % "workflow", "delivery": _DELIVERY,
           "posted": _LOG % ("workflow", "post", "done"), "told": _LOG % ("workflow", "tell", "done"),
           "notification": _NOTE % "flow"}, posts=True),
    AutomationPhase("compensation", "trial.fall", "delivery",
          {"workflow run": _RUN % "workflow", "told": _LOG % ("workflow", "tell", "done"),
           "undone": _LOG % ("workflow", "tell", "undone"), "notification": _NOTE % "began", "delivery": _DELIVERY},
          posts=True),
)  # fmt: skip
