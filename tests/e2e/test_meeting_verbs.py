"""The verbs around a meeting: its schedule, what people say in it while it waits, and its minutes as a file."""

import re
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evals.kill.challenged_brand import write_challenged_brand
from tests.e2e.conftest import Near, Terminal

BRAND, OTHER = "verbs", "other"
CREW = "pricing_director,inventory_forecaster"
UNKNOWN = "ffffffff"


@pytest.fixture(scope="module")
def brand(near: Near, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A brand with something to decide, and another one of the same person."""
    folder = tmp_path_factory.mktemp("files")
    write_challenged_brand(folder, datetime.now(UTC).date())
    for slug in (BRAND, OTHER):
        near.json("import", str(folder), "--brand", slug)
    return BRAND


@pytest.fixture(scope="module")
def waiting(near: Near, brand: str) -> dict[str, Any]:
    """A meeting that waits, and that nobody lets go on."""
    return near.json("meet", "--agents", CREW, "--wait", "challenge", "--brand", brand)


@pytest.fixture(scope="module")
def over(terminal: Terminal, near: Near, brand: str) -> dict[str, Any]:
    """A meeting in which people said all that one can say, and what it came to."""
    held = terminal.json("meet", "--agents", CREW, "--wait", "decide", "--brand", brand)
    meeting, ids = held["meeting_id"], proposals(held)
    said = [
        ("ask", "what is the price of DEAR?"),
        ("object", ids["DEAR"][-8:], "customers", "just got used to it"),
        ("strike", ids["CHEAP"], "not before Christmas"),
        ("limit", "stock=0"),
        ("point", "what of the fair in spring?"),
        ("invite", "finance_analyst"),
        ("invite", "finance_analyst"),
        ("go",),
    ]
    turns = [near.json("say", *words, "--meeting", meeting, "--brand", brand) for words in said]
    document = terminal.json("meet", "--resume", meeting, "--brand", brand)
    return {**document, "said": turns, "ids": ids}


def proposals(document: dict[str, Any]) -> dict[str, str]:
    """The ids of what is on the table, by what it is about."""
    return {proposal["subject"].split(" @ ")[0]: proposal["id"] for proposal in document["proposals"]}


def test_what_is_said_is_taken_down_with_who_and_when(over: dict[str, Any]) -> None:
    assert [turn["kind"] for turn in over["said"]] == [
        "ask", "object", "strike", "limit", "point", "invite", "invite", "go"
    ]  # fmt: skip
    assert {turn["status"] for turn in over["said"]} == {"waiting"}
    assert {(turn["meeting_id"], turn["after"], turn["person"]) for turn in over["said"]} == {
        (over["meeting_id"], "decide", "person:owner")
    }
    assert over["said"][1]["text"] == "customers just got used to it"
    assert over["said"][2]["proposal"] == over["ids"]["CHEAP"]
    assert over["said"][3]["limits"] == {"stock_money": 0}


def test_a_question_is_answered_with_a_number_that_opens(near: Near, over: dict[str, Any]) -> None:
    asked = over["said"][0]
    assert "€15.00" in asked["answer"]
    codes = list(asked["figures"].values())
    opened = [near.json("why", code, "--brand", BRAND) for code in codes[:1]]
    assert opened and all(answer["receipt"] for answer in opened)


def test_what_was_said_decides_what_is_adopted(over: dict[str, Any]) -> None:
    assert over["status"] == "done"
    assert [item["subject"] for item in over["action_items"]] == ["DEAR @ shop"]
    assert "owner objects: customers just got used to it" in over["dissent"]
    reasons = dict(over["left_out"])
    assert reasons[over["ids"]["CHEAP"]] == "struck by owner: not before Christmas"
    assert "stock" in reasons[over["ids"]["order"]]
    assert [agent["name"] for agent in over["agents"]] == [*CREW.split(","), "finance_analyst"]
    for words in ("what of the fair in spring?", "owner asked: what is the price of DEAR?", "struck a proposal"):
        assert words in over["minutes"]


def test_a_meeting_that_is_over_can_be_asked_but_not_changed(near: Near, over: dict[str, Any]) -> None:
    here = ("--meeting", over["meeting_id"], "--brand", BRAND)
    late = near.refused("say", "strike", over["ids"]["CHEAP"], "again", *here)
    assert late["code"] == "conflict"
    assert near.refused("say", "go", *here)["code"] == "conflict"
    assert near.json("say", "ask", "what is the price of DEAR?", *here)["answer"] == over["said"][0]["answer"]
    again = near.json("meet", "--resume", over["meeting_id"], "--brand", BRAND)
    assert (again["minutes"], again["action_items"]) == (over["minutes"], over["action_items"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("go", "--meeting", UNKNOWN), "not_found"),
        (("go", "--as", "nobody"), "not_signed_in"),
        (("ask", "   "), "invalid_input"),
        (("strike", UNKNOWN, "why"), "invalid_input"),
        (("object", "PROPOSAL"), "invalid_input"),
        (("limit", "patience=3"), "invalid_input"),
        (("limit", "cash=-3"), "invalid_input"),
        (("limit",), "invalid_input"),
        (("invite", "nobody"), "invalid_input"),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_taken_down(
    near: Near, waiting: dict[str, Any], words: tuple[str, ...], code: str
) -> None:
    said = [proposals(waiting)["DEAR"] if word == "PROPOSAL" else word for word in words]
    here = () if "--meeting" in words else ("--meeting", waiting["meeting_id"])
    assert near.refused("say", *said, *here, "--brand", BRAND)["code"] == code
    document = near.json("minutes", waiting["meeting_id"], "--brand", BRAND)
    assert (document["status"], document["turns"]) == ("waiting", [])


def test_nobody_speaks_in_another_brands_meeting(near: Near, waiting: dict[str, Any]) -> None:
    meeting, proposal = waiting["meeting_id"], proposals(waiting)["DEAR"]
    for words in (("go",), ("strike", proposal, "why"), ("ask", "what is the price of DEAR?")):
        refused = near.refused("say", *words, "--meeting", meeting, "--brand", OTHER)
        assert refused["code"] == "not_found"
        assert "DEAR" not in refused["message"]
    assert near.refused("meet", "--resume", meeting, "--brand", OTHER)["code"] == "not_found"


def test_a_word_that_is_none_is_named_with_those_there_are(near: Near, waiting: dict[str, Any]) -> None:
    said = near.run("say", "shout", "loudly", "--meeting", waiting["meeting_id"], "--brand", BRAND)
    assert (said.code, said.out) == (2, "")
    assert "shout" in said.err and "strike" in said.err


def test_the_minutes_are_a_pdf_in_german_whose_words_can_be_read(
    terminal: Terminal, near: Near, over: dict[str, Any], tmp_path: Path
) -> None:
    file, meeting = tmp_path / "minutes.out", over["meeting_id"]
    words = ("minutes", meeting[-8:], "--format", "pdf", "--lang", "de", "--output", str(file), "--brand", BRAND)
    assert terminal.json(*words)["file"] == str(file)
    written = file.read_bytes()
    assert written.startswith(b"%PDF-")
    text = pdf_text(written)
    document = near.json("minutes", meeting, "--lang", "de", "--brand", BRAND)
    german = document["minutes"]
    headings = [line.lstrip("# ") for line in german.splitlines() if line.startswith("#")]
    codes = [source["figures"][0] for source in document["sources"]]
    assert len(headings) > 4 and len(codes) > 20
    for shown in (*headings, *codes, "not before Christmas", "Quellen"):
        assert "".join(shown.split()) in text, shown
    assert "ssitzung," in text and "meeting" not in headings[0]

    assert near.refused(*words)["code"] == "conflict", "what is there is not written over unasked"
    assert file.read_bytes() == written
    near.json(*words, "--overwrite")
    assert file.read_bytes() == written, "the same meeting gives the same file"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("OVER", "--lang", "fr"), "invalid_input"),
        (("OVER", "--brand", OTHER), "not_found"),
        ((UNKNOWN,), "not_found"),
        (("WAITING",), "conflict"),
    ],
)
def test_minutes_that_cannot_be_had_leave_no_file(
    near: Near, over: dict[str, Any], waiting: dict[str, Any], tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    ids = {"OVER": over["meeting_id"], "WAITING": waiting["meeting_id"]}
    brand = () if "--brand" in words else ("--brand", BRAND)
    file = tmp_path / "minutes.pdf"
    asked = [ids.get(word, word) for word in words]
    assert near.refused("minutes", *asked, *brand, "--output", str(file))["code"] == code
    assert not file.exists()


def test_a_pdf_needs_a_file_that_can_be_written(near: Near, over: dict[str, Any], tmp_path: Path) -> None:
    words = ("minutes", over["meeting_id"], "--brand", BRAND, "--format")
    assert near.refused(*words, "pdf")["code"] == "invalid_input"
    nowhere = str(tmp_path / "none" / "minutes.pdf")
    assert near.refused(*words, "pdf", "--output", nowhere)["code"] == "invalid_input"
    said = near.run(*words, "docx")
    assert said.code == 2
    assert "docx" in said.err


@pytest.fixture(scope="module")
def definition(near: Near, brand: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A definition of the brand's own, made of a shipped one as the guide says."""
    shown = near.run("schedule", "show", "weekly-trading-review", "--brand", brand)
    assert shown.code == 0
    file = tmp_path_factory.mktemp("schedule") / "mine.yaml"
    text = re.sub(r"(?m)^name: .*$", "name: mine", shown.out)
    file.write_text(re.sub(r"(?m)^at: .*$", "at: 07:45", text))
    return file


def test_a_definition_lives_from_plan_to_removal_and_keeps_its_history(near: Near, definition: Path) -> None:
    here = ("--brand", BRAND)
    planned = near.json("schedule", "set", str(definition), "--plan", *here)
    assert planned["written"] is False
    assert {change["field"]: change["after"] for change in planned["changes"]}["at"] == "07:45"
    assert "mine" not in names(near, BRAND)
    assert near.json("schedule", "set", str(definition), "--reason", "ours", *here)["version"] == 1
    assert near.refused("schedule", "set", str(definition), "--reason", "again", *here)["code"] == "conflict"
    assert near.json("schedule", "resume", "mine", "--reason", "begin", *here)["changes"] == [
        {"field": "paused", "before": True, "after": False}
    ]
    assert near.refused("schedule", "resume", "mine", "--reason", "again", *here)["code"] == "conflict"
    shown = near.json("schedule", "show", "mine", *here)
    assert (shown["at"], shown["version"], shown["paused"]) == ("07:45", 2, False)
    assert datetime.fromisoformat(shown["next"]) > datetime.now(UTC)
    assert near.json("schedule", "pause", "mine", "--reason", "holidays", *here)["version"] == 3
    assert near.json("schedule", "show", "mine", *here)["next"] is None
    assert near.json("schedule", "rollback", "mine", "--to", "2", "--reason", "back", *here)["version"] == 4
    assert near.json("schedule", "remove", "mine", "--reason", "enough", *here)["removed"] is True
    assert near.refused("schedule", "remove", "mine", "--reason", "again", *here)["code"] == "not_found"
    assert near.refused("schedule", "show", "mine", *here)["code"] == "not_found"
    history = near.json("schedule", "history", "mine", *here)["versions"]
    assert [version["reason"] for version in history] == ["ours", "begin", "holidays", "back", "enough"]
    assert {version["author"] for version in history} == {"person:owner"}


def names(near: Near, brand: str) -> set[str]:
    return {meeting["name"] for meeting in near.json("schedule", "list", "--brand", brand)["schedule"]}


def test_a_schedule_is_its_own_brands(near: Near, definition: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(definition.read_text().replace("name: mine", "name: ours-only"))
    near.json("schedule", "set", str(file), "--reason", "ours", "--brand", BRAND)
    assert "ours-only" in names(near, BRAND)
    assert "ours-only" not in names(near, OTHER)
    for verb in (("show",), ("history",), ("pause", "--reason", "x"), ("rollback", "--reason", "x")):
        assert near.refused("schedule", verb[0], "ours-only", *verb[1:], "--brand", OTHER)["code"] == "not_found"
    assert near.json("schedule", "show", "ours-only", "--brand", BRAND)["version"] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pause", "ghost", "--reason", "x"), "not_found"),
        (("pause", "daily-stand-up", "--reason", "it is paused already"), "conflict"),
        (("resume", "daily-stand-up"), "invalid_input"),
        (("resume", "daily-stand-up", "--reason", "x", "--as", "nobody"), "not_signed_in"),
        (("rollback", "daily-stand-up", "--to", "7", "--reason", "x"), "not_found"),
        (("set", "nowhere.yaml", "--reason", "x"), "invalid_input"),
    ],
)
def test_a_change_that_makes_no_sense_changes_no_schedule(
    near: Near, brand: str, words: tuple[str, ...], code: str
) -> None:
    assert near.refused("schedule", *words, "--brand", brand)["code"] == code
    stands = {meeting["name"]: meeting for meeting in near.json("schedule", "list", "--brand", brand)["schedule"]}
    assert (stands["daily-stand-up"]["version"], stands["daily-stand-up"]["paused"]) == (0, True)


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("at: 07:45", "at: 25:00", "no time of day"),
        ("at: 07:45", "att: 07:45", "there is no att"),
        ("name: mine", "name: mine\nattendees: [ghost]", "no agent ghost"),
    ],
)
def test_a_file_that_is_wrong_is_named_by_what_is_wrong(
    near: Near, definition: Path, tmp_path: Path, line: str, instead: str, said: str
) -> None:
    file = tmp_path / "wrong.yaml"
    kept = "\n".join(row for row in definition.read_text().splitlines() if not row.startswith("attendees"))
    assert line in kept
    file.write_text(kept.replace(line, instead))
    error = near.refused("schedule", "set", str(file), "--reason", "x", "--brand", BRAND)
    assert error["code"] == "invalid_input"
    assert said in str(error)


_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_SHOWN = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)


def pdf_text(written: bytes) -> str:
    """Text of a PDF, decoded by its fonts' character maps, without spaces."""
    streams = []
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", written, re.DOTALL):
        try:
            streams.append(zlib.decompress(match[1]))
        except zlib.error:
            streams.append(match[1])
    fonts = [_characters(stream) for stream in streams if b"beginbfchar" in stream]
    text, font = [], fonts[0]
    for page in (stream for stream in streams if b") Tj" in stream):
        for number, shown in _SHOWN.findall(page):
            if number:
                font = fonts[int(number) - 1]
                continue
            raw = re.sub(rb"\\(.)", lambda escape: _ESCAPED.get(escape[1], escape[1]), shown, flags=re.DOTALL)
            text += [font.get(raw[at : at + 2], "?") for at in range(0, len(raw), 2)]
    return "".join("".join(text).split())


def _characters(table: bytes) -> dict[bytes, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4,})>", table)
    return {bytes.fromhex(code.decode()): bytes.fromhex(to.decode()).decode("utf-16-be") for code, to in pairs}
