"""The verbs, as INTERFACES promise them: keys, statuses, and errors that name what to do."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.conftest import CHECKOUT, SAMPLE, Near, Terminal
from virtual_office.minutes.page import MOST_WORDS

BRAND = "hairoticmen"
HEAVY = ("sqlalchemy", "langgraph", "langchain_core", "numpy", "scipy", "fastapi", "cedarpy", "pydantic", "psycopg")

CREW = ["crm_manager", "finance_analyst", "inventory_forecaster", "pricing_director", "stand_coach"]


@dataclass(frozen=True)
class Demo:
    """The output of `mhos demo`, and the meeting that it left."""

    said: str
    meeting: dict[str, Any]


@pytest.fixture(scope="module")
def demo(terminal: Terminal) -> Demo:
    """`mhos demo` in a folder where nothing was before."""
    said = terminal.run("demo")
    assert said.code == 0, said.err
    return Demo(said.out, terminal.json("minutes", "--brand", BRAND))


@pytest.fixture(scope="module")
def waiting(near: Near, demo: Demo) -> Iterator[dict[str, Any]]:
    """Price changes that wait for a person, one for each test that answers one: of a meeting about prices alone."""
    assert demo.meeting["action_items"]
    items = near.json("meet", "--brand", BRAND, "--agents", "pricing_director")["action_items"]
    return iter([item for item in items if (item["status"], item["kind"]) == ("proposed", "price.update")])


@pytest.fixture
def item(waiting: Iterator[dict[str, Any]]) -> dict[str, Any]:
    return next(waiting)


def test_the_demo_imports_meets_and_says_what_to_type_next(terminal: Terminal, demo: Demo) -> None:
    for words in ("1. The pilot brand", "simulated", "Report", "Minutes", "What we decided", "What to type next"):
        assert words in demo.said
    rows = re.search(r"([\d,]+) rows read, ([\d,]+) loaded", demo.said)
    assert rows is not None
    assert rows[1] == rows[2]
    assert re.search(r"mhos approve (\w{8}) --as operator", demo.said)


def test_a_meetings_document_has_its_keys(demo: Demo) -> None:
    met = demo.meeting
    assert met["status"] == "done"
    assert {"meeting_id", "agents", "findings", "dissent", "action_items", "minutes"} <= set(met)
    assert met["findings"] and met["action_items"]
    for entry in met["action_items"]:
        assert {"id", "kind", "agent", "verdict", "gates", "predicted"} <= set(entry)
        assert {"value", "low", "high", "unit", "horizon_days"} <= set(entry["predicted"])
        assert re.fullmatch(r"[A-Z]{3}\.minor", entry["predicted"]["unit"])


def test_inbox_show_and_why_have_their_keys(terminal: Terminal, item: dict[str, Any]) -> None:
    listed = terminal.json("inbox", "--brand", BRAND)["items"]
    assert item["id"] in {entry["id"] for entry in listed}
    assert all({"id", "kind", "agent", "risk", "expires_at", "status"} <= set(entry) for entry in listed)
    shown = terminal.json("show", item["id"], "--brand", BRAND)
    assert {"diff", "verdict", "policies", "receipts", "undo"} <= set(shown)
    assert shown["receipts"] and shown["diff"] and shown["undo"]
    opened = terminal.json("why", shown["figures"]["gain"], "--brand", BRAND)
    assert {"value", "unit", "receipt", "rows"} <= set(opened)
    assert opened["value"] == item["predicted"]["value"]
    assert opened["rows"] and opened["rows_unchanged"] is True
    assert {"price_now", "price", "units_now", "units_then", "margin_then"} <= set(opened["beside"])


def test_show_inbox_and_why_speak_the_language_that_is_asked_for(near: Near, demo: Demo) -> None:
    item = near.json("show", demo.meeting["action_items"][0]["id"], "--brand", BRAND)
    code = next(iter(item["figures"].values()))
    for verb, english, german in (
        (("inbox",), ("Action items", "needs operator"), ("Maßnahmen", "wartet auf Operator")),
        (("show", item["id"]), ("If no", "Expected", "Undo"), ("Bei Nein", "Erwartet", "Zurücknehmen")),
        (("why", code), ("rows of your data", "asked by"), ("Ihrer Daten", "gefragt von")),
    ):
        said = {lang: near.run(*verb, "--lang", lang, "--brand", BRAND).out for lang in ("en", "de")}
        assert all(word in said["en"] and word not in said["de"] for word in english)
        assert all(word in said["de"] and word not in said["en"] for word in german)
        assert near.run(*verb, "--brand", BRAND).out == said["en"]
    assert near.refused("inbox", "--lang", "fr", "--brand", BRAND)["code"] == "invalid_input"


def test_what_is_approved_is_done_seen_and_undone(near: Near, item: dict[str, Any]) -> None:
    before = near.json("show", item["id"], "--brand", BRAND)
    assert {change["field"] for change in before["diff"]} == {"price", "unit margin"}
    assert near.json("approve", item["id"], "--as", "operator", "--brand", BRAND)["status"] == "done"
    done = near.json("show", item["id"], "--brand", BRAND)
    (effect,) = done["effects"]
    assert done["approvals"][0]["by"] == "person:operator"
    assert effect["rows"][0]["before"]["amount_minor"] != effect["rows"][0]["after"]["amount_minor"]
    assert near.refused("approve", item["id"], "--as", "operator", "--brand", BRAND)["code"] == "conflict"
    assert near.json("undo", item["id"], "--brand", BRAND)["status"] == "undone"
    assert near.refused("undo", item["id"], "--brand", BRAND)["code"] == "conflict"
    undone = near.json("show", item["id"], "--brand", BRAND)
    assert [step["direction"] for step in undone["effects"]] == ["apply", "undo"]
    assert undone["effects"][1]["rows"][0]["after"]["amount_minor"] == effect["rows"][0]["before"]["amount_minor"]
    assert near.json("audit", "verify", "--brand", BRAND)["ok"] is True


def test_a_rejection_needs_a_reason_and_is_final(near: Near, item: dict[str, Any]) -> None:
    assert near.refused("reject", item["id"], "--reason", "  ", "--brand", BRAND)["code"] == "invalid_input"
    assert near.json("reject", item["id"], "--reason", "not now", "--brand", BRAND)["status"] == "rejected"
    assert near.refused("approve", item["id"], "--as", "operator", "--brand", BRAND)["code"] == "conflict"


def test_runs_agents_and_minutes_are_listed(near: Near, demo: Demo) -> None:
    runs = near.json("runs", "--brand", BRAND)["runs"]
    assert demo.meeting["meeting_id"] in {run["id"] for run in runs}
    agents = near.json("agents")["agents"]
    assert [agent["name"] for agent in agents] == CREW
    assert all({"name", "title", "tools", "action_kinds", "autonomy"} <= set(agent) for agent in agents)
    minutes = near.json("minutes", demo.meeting["meeting_id"][-8:], "--brand", BRAND)
    assert minutes["minutes"] == demo.meeting["minutes"]
    german = near.json("minutes", demo.meeting["meeting_id"][-8:], "--lang", "de", "--brand", BRAND)
    assert [document["words"] <= MOST_WORDS for document in (minutes, german)] == [True, True]
    assert demo.said.count("What colleagues recomputed") == 0, "the terminal shows the page, not what stands behind it"


def test_the_doctor_uses_what_it_checks(terminal: Terminal) -> None:
    report = terminal.json("doctor")
    assert report["ok"] is True
    names = {check["name"] for check in report["checks"]}
    assert {"python", "packages", "rooms", "home", "store", "guardrails", "api"} <= names
    assert all({"name", "ok", "remedy"} <= set(check) for check in report["checks"])


def test_the_doctor_names_the_remedy(terminal: Terminal) -> None:
    said = terminal.run("doctor", "--json", MHOS_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert said.code == 1
    (store,) = [check for check in said.document["checks"] if check["name"] == "store"]
    assert store["ok"] is False
    assert "MHOS_DATABASE_URL" in store["remedy"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "ffffffff"), "not_found"),
        (("show", "f"), "invalid_input"),
        (("why", "nosuchcode"), "not_found"),
        (("approve", "ffffffff"), "not_found"),
        (("minutes", "ffffffff"), "not_found"),
        (("meet", "--agents", "ghost"), "invalid_input"),
        (("meet", "--resume", "ffffffff"), "not_found"),
        (("inbox", "--as", "nobody"), "not_signed_in"),
        (("inbox", "--as-of", "yesterday"), "invalid_input"),
        (("inbox", "--as-of", "2999-01-01"), "invalid_input"),
        (("meet", "--as-of", "1700-01-01"), "invalid_input"),
        (("propose", "price.update", "--sku", "HM-ST-02", "--channel", "shop", "--price", "7.255"), "invalid_input"),
        (("propose", "price.update", "--sku", "HM-ST-02", "--channel", "shop", "--price", "-3"), "invalid_input"),
        (("propose", "price.update", "--sku", "X", "--channel", "Y", "--price", "cheap"), "invalid_input"),
        (("propose", "price.give_away", "--sku", "X", "--channel", "Y", "--price", "1"), "invalid_input"),
        (("propose", "price.update", "sku=HM-ST-02", "channel=shop"), "invalid_input"),
        (("propose", "stand.bonus", "stand=ST03", "share=300", "weeks=4", "cap=50"), "invalid_input"),
        (("propose", "purchase_order.create", "supplier=NONE", "lines=HM-ST-02:5"), "not_found"),
    ],
)
def test_bad_input_is_a_clear_error(near: Near, demo: Demo, words: tuple[str, ...], code: str) -> None:
    assert demo
    assert near.refused(*words, "--brand", BRAND)["code"] == code


def test_a_person_asks_for_an_action_of_any_kind_in_so_many_words(near: Near, demo: Demo) -> None:
    assert demo
    words = ("propose", "stand.bonus", "stand=ST03", "share=3", "weeks=4", "cap=50", "--reason", "They sell well.")
    asked = near.json(*words, "--brand", BRAND)
    assert (asked["kind"], asked["status"], asked["amount_minor"]) == ("stand.bonus", "done", 5_000)
    shown = near.run("show", asked["id"], "--brand", BRAND).out
    assert "They sell well." in shown and "Tell the partner yourself" in " ".join(shown.split())
    assert near.json("undo", asked["id"], "--brand", BRAND)["status"] == "undone"


def test_an_error_for_people_is_a_sentence_and_its_remedy_on_standard_error(terminal: Terminal, demo: Demo) -> None:
    assert demo
    said = terminal.run("show", "ffffffff", "--brand", BRAND)
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines() == [f"No action item ffffffff in brand {BRAND}.", "See `mhos inbox`."]


def test_a_brand_that_is_not_ones_own_is_refused(terminal: Terminal, demo: Demo) -> None:
    assert demo
    assert terminal.refused("inbox", "--brand", "nobody-has-this")["code"] == "not_found"


def test_a_folder_without_files_is_refused(near: Near, tmp_path: Any) -> None:
    error = near.refused("import", str(tmp_path), "--brand", "empty")
    assert error["code"] == "invalid_input"
    assert near.refused("import", str(tmp_path / "missing"), "--brand", "empty")["code"] == "invalid_input"


def test_bad_rows_are_told_by_file_and_line_and_load_nothing(near: Near, tmp_path: Any) -> None:
    for file in SAMPLE.iterdir():
        if file.suffix in (".csv", ".yaml"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    products = tmp_path / "products.csv"
    products.write_text(products.read_text() + ",no sku at all\n")
    lines = products.read_text().count("\n")
    error = near.refused("import", str(tmp_path), "--brand", "bad-rows")
    assert near.refused("inbox", "--brand", "bad-rows")["code"] == "not_found", "a failed import makes no brand"
    assert [(row["file"], row["line"]) for row in error["details"]["rows_rejected"]] == [("products.csv", lines)]
    kept = near.json("import", str(tmp_path), "--brand", "bad-rows", "--keep-good")
    assert kept["rows_read"] == kept["rows_loaded"] + 1
    assert [row["line"] for row in kept["rows_rejected"]] == [lines]


def test_help_needs_nothing_heavy() -> None:
    script = f"import sys; sys.argv = ['mhos', '--help']\ntry:\n  import mhos; mhos.main()\nexcept SystemExit: pass\nprint([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert json.loads(done.stderr.strip().replace("'", '"')) == []
    assert "meet" in done.stdout


def test_a_reader_that_leaves_early_is_no_error(terminal: Terminal, demo: Demo) -> None:
    assert demo
    command = f"{sys.executable} {CHECKOUT / 'mhos.py'} minutes --brand {BRAND} | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; MHOS_HOME={terminal.home} {command}"], capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr
