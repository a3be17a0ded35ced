"""Four flows of the product document, told through the command line: pricing, stand refill, the office, guardrails."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from bootstrap import Office
from domain.actor import Role
from domain.clock import SystemClock
from identity.logins import Logins
from identity.open_context import open_context
from identity.people import UserDirectory
from identity.profiles import Profile, save_profile
from settings import load_settings
from store.embedded import stop
from tests.e2e.conftest import SAMPLE
from tests.invoked import invoked

Mhos = Callable[..., Any]
DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
RULES = {
    "costs": """
name: costs
title: Look at prices when a cost changes
module: pricing
on: cost.changed
rest: 12h
do:
  - {kind: meeting, agenda: "Prices of {data.sku} after new costs", agents: [pricing_director]}
""",
    "prices": """
name: prices
title: Tell partners of prices, and see what it does to margins
module: pricing
on: price.changed
do:
  - {kind: notify, title: "{data.title}", body: "{data.before.amount_minor} → {data.after.amount_minor}"}
  - {kind: meeting, agenda: "Margins after new prices", agents: [finance_analyst]}
""",
    "stands": """
name: stands
title: Refill stands that run low
module: stands
on: stock.low
when: [{kind: text, field: data.place, equals: stand}]
rest: 6h
do:
  - {kind: meeting, agenda: "Refill {data.location}", agents: [stand_coach]}
""",
    "dispatch": """
name: dispatch
title: Tell the dispatcher of trips
module: stands
on: action_item.proposed
when: [{kind: text, field: data.kind, equals: stand.refill}]
do:
  - {kind: notify, severity: warning, roles: [OPERATOR], title: "{data.title}"}
""",
    "partners": """
name: partners
title: Write to the partner that we come
module: stands
on: stand.refill_planned
do:
  - kind: email
    to: ["{data.contact}"]
    title: "We come on {data.planned_day}"
    body: "Trip {data.trip} brings {data.lines}"
""",
    "office": """
name: office
title: Tell what a meeting decided
module: virtual-office
on: meeting.finished
do:
  - {kind: notify, title: "A meeting left {data.action_items} action items"}
""",
    "breaches": """
name: breaches
title: Show the SuperAdmin what was refused
module: ai
on: guardrail.breached
do:
  - {kind: notify, severity: critical, roles: [SUPER_ADMIN], title: "Refused: {data.title}", body: "{data.reason}"}
""",
}
ROUND = """
name: round
title: Ask for a rounder price
steps:
  - kind: do
    name: ask
    deed:
      kind: propose
      because: rounder
      action: {kind: price.update, sku: "{data.sku}", channel: shop, price_minor: "{data.price_minor}", currency: EUR}
"""
MEETING = """
name: prices-daily
title: Prices
agenda: Prices
attendees: [pricing_director]
at: "06:00"
"""


@pytest.fixture(scope="module")
def mhos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mhos]:
    """The command line in one data folder; a verb's JSON, which has to have worked unless `refused`."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("MHOS_HOME", str(home))

    def run(*words: str, refused: bool = False) -> Any:
        result = invoked([*words, "--json"])
        assert (result.exit_code != 0) is refused, (words, result.output, result.exception)
        return json.loads(result.stdout)

    yield run
    patch.undo()
    stop(home)


class PostOffice:
    """Takes mail over SMTP."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    office = PostOffice()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("MHOS_SMTP_URL", f"smtp://127.0.0.1:{port}")
    yield office
    controller.stop()


@pytest.fixture
def seller(brand: Mhos) -> str:
    """Somebody who takes part in the brand, and may approve nothing."""
    office = Office.open(load_settings())
    ctx = open_context(office.database, office.settings.home, "owner", brand="flows")
    people = UserDirectory(office.database, ctx.clock, ctx.ids)
    person, owner = people.add("seller", "correct horse battery"), people.find("owner")
    assert owner is not None
    people.join(person, ctx.brand_id, [Role.SALES_MANAGER], by=owner)
    token = Logins(office.database, ctx.clock, ctx.ids).issue(person, "test", timedelta(days=9))
    save_profile(office.settings.home, Profile(name="seller", login="seller", token=token))
    office.close()
    return "seller"


@pytest.fixture(scope="module")
def brand(mhos: Mhos, tmp_path_factory: pytest.TempPathFactory) -> Mhos:
    """The sample brand with two stands, and the rules of all flows; its past has woken none of them."""
    folder = tmp_path_factory.mktemp("stands")
    _write_stands(folder, on_hand=60)
    mhos("import", str(SAMPLE), "--brand", "flows")
    mhos("import", str(folder), "--brand", "flows")
    for name, text in RULES.items():
        path = folder / f"{name}.yaml"
        path.write_text(text)
        mhos("rules", "set", str(path), "--reason", "the flows")
    (folder / "round.yaml").write_text(ROUND)
    mhos("workflows", "set", str(folder / "round.yaml"), "--reason", "the flows")
    mhos("work")
    assert mhos("rules", "log")["runs"] == []
    return mhos


def _write_stands(folder: Path, on_hand: int) -> None:
    """Two stands that sell fourteen a week, and what was counted there a week ago."""
    write = {
        "brand.yaml": "name: Hairoticmen\ncurrency: EUR\nzone: Europe/Berlin\nrules:\n"
        "  trip_fixed: 16.00\n  trip_stop: 12.00\n  trip_most_stops: 12\n",
        "products.csv": "sku,title\nBALM,Balm\n",
        "product_costs.csv": "sku,unit_cost,valid_from\nBALM,4.00,2024-01-01\n",
        "channels.csv": "code,title,prices_include_vat\nstands,Stands,no\n",
        "locations.csv": "code,title,kind,visit_every_days,contact\nWH-ST,Store room,warehouse,,\n"
        "ST-1,First stand,stand,14,one@stands.test\nST-2,Second stand,stand,14,two@stands.test\n",
        "sales.csv": "period_start,period_days,channel,location,sku,units,unit_price\n"
        + "".join(
            f"{TODAY - 7 * back * DAY:%Y-%m-%d},7,stands,{stand},BALM,14,9.00\n"
            for stand in ("ST-1", "ST-2")
            for back in range(12, 0, -1)
        ),
        "stock.csv": "location,sku,on_hand,counted_at\n"
        + f"WH-ST,BALM,500,{TODAY - DAY:%Y-%m-%d}\n"
        + "".join(f"{stand},BALM,{on_hand},{TODAY - 7 * DAY:%Y-%m-%d}\n" for stand in ("ST-1", "ST-2")),
    }
    for name, text in write.items():
        (folder / name).write_text(text)


def _notes(mhos: Mhos, *words: str) -> list[str]:
    return [notification["title"] for notification in mhos("notifications", *words)["notifications"]]


def test_1_new_costs_lead_to_drafts_and_prices_that_are_judged_told_and_seen_in_the_margins(
    brand: Mhos, tmp_path: Path
) -> None:
    (tmp_path / "brand.yaml").write_text("name: Hairoticmen\ncurrency: EUR\nzone: Europe/Berlin\n")
    (tmp_path / "products.csv").write_text("sku,title,category\nHM-SH-09,Mint Shampoo,shampoo\n")
    costs = f"sku,unit_cost,valid_from\nHM-SH-01,3.90,{TODAY:%Y-%m-%d}\nHM-SH-09,2.80,{TODAY:%Y-%m-%d}\n"
    (tmp_path / "product_costs.csv").write_text(costs)
    (tmp_path / "sales.csv").write_text(
        "period_start,period_days,channel,sku,units,unit_price\n"
        + "".join(
            f"{TODAY - 7 * back * DAY:%Y-%m-%d},7,{channel},{sku},40,10.90\n"
            for channel in ("shop", "market")
            for sku in ("HM-SH-02", "HM-SH-03")
            for back in range(12, 0, -1)
        )
    )
    brand("import", str(tmp_path), "--brand", "flows", "--fire")
    brand("work")
    drafts = [draft for draft in brand("inbox")["items"] if draft["kind"] == "price.draft"]
    assert {draft["subject"] for draft in drafts} == {"draft HM-SH-09 @ shop", "draft HM-SH-09 @ market"}
    assert all(
        draft["verdict"] == "needs_approval" for draft in drafts
    )  # within the margin floor, and a person's to answer
    for draft in drafts:
        assert brand("approve", draft["id"], "--as", "operator", "--brand", "flows")["status"] == "done"
    (row,) = brand("show", drafts[0]["id"])["effects"][0]["rows"]
    assert (row["table"], row["before"]) == ("price_draft", None)
    assert not [
        title for title in _notes(brand) if "Mint Shampoo" in title
    ]  # nobody is charged a draft: no price changed
    items = [item for item in brand("inbox")["items"] if item["kind"] == "price.update"]
    assert items
    assert all(item["verdict"] in ("allow", "needs_approval", "deny") for item in items)
    approved = brand("approve", items[0]["id"], "--as", "operator", "--brand", "flows")
    assert approved["status"] == "done"
    assert approved["title"] in _notes(brand)
    brand("work")
    agendas = {run["agenda"]: run["id"] for run in brand("runs")["runs"]}
    minutes = brand("minutes", agendas["Margins after new prices"])
    assert any(finding["agent"] == "finance_analyst" for finding in minutes["findings"])


def test_3_a_stand_that_runs_low_gets_a_trip_that_dispatcher_and_partners_are_told_of(
    brand: Mhos, tmp_path: Path, post: PostOffice
) -> None:
    _write_stands(tmp_path, on_hand=60)
    lower = f"location,sku,on_hand,counted_at\nST-1,BALM,3,{TODAY - DAY:%Y-%m-%d}\nST-2,BALM,4,{TODAY - DAY:%Y-%m-%d}\n"
    (tmp_path / "stock.csv").write_text(lower)
    brand("import", str(tmp_path), "--brand", "flows", "--fire")
    brand("work")
    (trip,) = [item for item in brand("inbox")["items"] if item["kind"] == "stand.refill"]
    assert trip["title"] in _notes(brand, "--as", "operator", "--brand", "flows")
    assert trip["title"] not in _notes(brand)  # the owner is no dispatcher
    shown = brand("show", trip["id"])
    assert any("BALM" in str(line) or "Balm" in str(line) for line in shown["diff"])
    done = brand("approve", trip["id"], "--as", "operator", "--brand", "flows")
    assert done["status"] == "done"
    rows = brand("show", trip["id"])["effects"][0]["rows"]
    (cost,) = [row["after"] for row in rows if row["table"] == "expected_expense"]
    assert cost["amount_minor"] >= 1_600 + 1_200  # a trip, and a stop: Finance counts with it from now on
    assert post.mails == []  # nothing leaves the house before the trip is in the store
    brand("work")
    brand("work")
    stops = {line["field"].split()[0] for line in shown["diff"]}
    partners = {"First": "one@stands.test", "Second": "two@stands.test"}
    assert sorted(post.recipients) == sorted(partners[stop] for stop in stops)
    assert all("brings sku BALM quantity" in mail.get_content() for mail in post.mails)
    sent = [delivery for delivery in brand("deliveries")["deliveries"] if delivery["target"] in post.recipients]
    assert [(delivery["status"], delivery["attempts"]) for delivery in sent] == [("sent", 1)] * len(stops)
    assert brand("audit", "verify")["ok"]


def test_4_a_scheduled_meeting_leaves_items_that_are_told_carried_out_and_come_back_in_the_journal(
    brand: Mhos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = [timedelta(0)]
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + shift[0])
    for name in ("prices", "costs"):
        brand("rules", "disable", name, "--reason", "this flow is about the schedule")
    (tmp_path / "m.yaml").write_text(MEETING)
    brand("schedule", "set", str(tmp_path / "m.yaml"), "--reason", "every day")
    notes_before = len([title for title in _notes(brand) if title.startswith("A meeting left")])
    shift[0] = DAY
    held = [job for job in brand("work")["jobs"] if job["kind"] == "meeting.hold"]
    assert [job["ok"] for job in held] == [True]
    assert len([title for title in _notes(brand) if title.startswith("A meeting left")]) == notes_before + 1
    brand("schedule", "pause", "prices-daily", "--reason", "one is enough")
    item = next(item for item in brand("inbox")["items"] if item["kind"] == "price.update")
    assert brand("approve", item["id"], "--as", "operator", "--brand", "flows")["status"] == "done"
    shift[0] = timedelta(weeks=12)
    brand("work")
    outcomes = brand("journal", "--agent", "pricing_director")["outcomes"]
    assert item["subject"] in [outcome["subject"] for outcome in outcomes]


def test_5_what_the_guardrails_refuse_is_shown_to_the_superadmin_and_only_who_may_overrides(
    brand: Mhos, seller: str
) -> None:
    words = ("propose", "price.update", "--sku", "HM-SE-01", "--channel", "shop", "--price", "1.00", "--reason", "x")
    denied = brand(*words, refused=True)
    assert denied["status"] == "denied"
    admin = brand("notifications", "--as", "superadmin", "--brand", "flows")["notifications"]
    assert [notification["severity"] for notification in admin if denied["title"] in notification["title"]] == [
        "critical"
    ]
    assert not [title for title in _notes(brand) if title.startswith("Refused")]
    late = brand("approve", denied["id"], "--as", "operator", "--brand", "flows", refused=True)
    assert late["error"]["code"] == "conflict"  # a hard rule: nobody overrides it

    brand("workflows", "start", "round", "--data", '{"sku": "HM-BE-01", "price_minor": 1550}')
    brand("work")
    (item,) = [item for item in brand("inbox")["items"] if item["subject"] == "HM-BE-01 @ shop"]
    for verb in (("approve", item["id"]), ("reject", item["id"], "--reason", "no"), ("undo", item["id"])):
        refused = brand(*verb, "--as", seller, "--brand", "flows", refused=True)
        assert refused["error"]["code"] == "forbidden"
    assert brand("show", item["id"])["status"] == "proposed"
    assert brand("approve", item["id"], "--as", "operator", "--brand", "flows")["status"] == "done"
    entries = brand("audit", "list", "--as", "superadmin", "--brand", "flows")["entries"]
    trail = [(entry["action"], entry["actor"]) for entry in entries if entry["subject"] == item["id"]][::-1]
    assert [step for step in trail if step[0] == "action_item.refused"] == [
        ("action_item.refused", f"person:{seller}")
    ] * 3
    assert ("action_item.yes", "person:operator") in trail
    assert trail.index(("action_item.yes", "person:operator")) > 3
    assert brand("audit", "verify")["ok"]
