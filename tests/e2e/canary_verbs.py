"""Every verb tried with the ids of another brand, and those that are not, with the reason."""

from collections.abc import Mapping

from tests.e2e.canary_tries import CHANNEL, SKU, SUPPLIER, TITLE

DOCUMENT = "canary-contract.md"


def commands_with(ids: Mapping[str, str], folder: str) -> Mapping[str, list[list[str]]]:
    """Every verb that acts in a brand, with the canary's ids."""
    return {
        "meet": [["--agenda", f"{SKU} {CHANNEL}"], ["--resume", ids["run"]], ["--agents", TITLE]],
        "say": [
            ["ask", f"price of {SKU}?", "--meeting", ids["run"]],
            ["strike", ids["proposal"], "why", "--meeting", ids["run"]],
            ["object", ids["proposal"], "why"],
            ["go", "--meeting", ids["run"]],
        ],
        "ask": [[f"revenue of {SKU} last year"], ["revenue last year by product"], [f"stock of {TITLE}"]],
        "minutes": [[ids["run"]], [ids["run"][-8:]]],
        "inbox": [["--all"]],
        "show": [[ids["open"]], [ids["done"][-8:]]],
        "ask-back": [[ids["open"], "why?"]],
        "handover": [["--lang", "en"], [ids["done"]], [ids["done"], "--done"], [ids["done"][-8:], "--confirmed"]],
        "why": [[ids["figure"]], [ids["receipt"]]],
        "approve": [[ids["open"]], [ids["open"], "--as", "operator"]],
        "reject": [[ids["open"], "--reason", "mine now"]],
        "undo": [[ids["done"]]],
        "edit": [[ids["open"], "price=1.00", "--reason", "mine now"]],
        "snooze": [[ids["open"], "--until", "2031-01-01"]],
        "spending": [[]],
        "propose": [["price.update", "--sku", SKU, "--channel", CHANNEL, "--price", "1.00"]],
        "kb": [
            ["list"],
            ["search", "canary-clause minimum order value"],
            ["search", SUPPLIER, "--tag", SUPPLIER],
            ["remove", DOCUMENT],
            ["add", f"{folder}/products.csv"],
            ["add", f"{folder}/{DOCUMENT}"],
            ["rebuild"],
        ],
        "schedule": [["list"], ["show", "weekly-trading-review"], ["history", "weekly-trading-review"]],
        "work": [[]],
        "rules": [
            ["list"],
            ["log"],
            ["show", "canary-rule"],
            ["disable", "canary-rule", "--reason", "mine now"],
            ["test", "canary-rule", "--since", "2020-01-01"],
        ],
        "workflows": [["runs"], ["start", "canary-flow"]],
        "templates": [["show", "canary-words"]],
        "notifications": [["--unread"], ["read", ids["notification"]]],
        "webhooks": [["list"], ["rotate", "canary-hook"], ["remove", "canary-hook"]],
        "deliveries": [["--most", "9"], ["show", ids["delivery"]], ["retry", ids["delivery"]]],
        "jobs": [[], ["retry", ids["job"]]],
        "journal": [[], ["--agent", "pricing_director"]],
        "runs": [[]],
        "audit": [["verify"], ["list"]],
        "import": [[folder]],
    }


WITHOUT_BRAND = ("agents", "doctor")
NOT_TRIED = {
    "demo": "takes no id, and its brand is its own",
    "password": "takes no brand and no id: it is one's own",
    "serve": "its routes are asked below",
    "worker": "runs until it is stopped, what `work` runs, in the brands of one's own",
    "simulate": "takes no brand and no id: it works in databases of its own, which it drops",
}
MAY_SUCCEED = (
    "ask", "kb list", "kb search", "kb add", "kb rebuild", "rules list", "rules log", "workflows list",
    "workflows runs", "templates list", "notifications", "webhooks list",
    "deliveries --most", "jobs", "schedule", "inbox", "handover --lang", "work",
    "journal", "runs", "spending", "audit", "import", "meet --agenda",
)  # fmt: skip
"""In one's own brand: these list or make what is one's own. All others are given an id that is not."""
