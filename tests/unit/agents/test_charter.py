"""Charters are read strictly, and an error names the file and the line."""

from pathlib import Path

import pytest

from agents.charter import Charter, load_charters, parse_charter
from domain.action import ACTION_KINDS
from domain.errors import InvalidInput
from tools.base import Access
from tools.registry import TOOLS

GOOD = """---
name: tester
title: Tester
focus: Tests.
tools:
  - list_channels
action_kinds: [price.update]
autonomy_cap: 2
---

You test.
"""


def test_a_charter_is_front_matter_and_a_body() -> None:
    charter = parse_charter(GOOD, "tester.md")
    assert (charter.name, charter.tools, charter.action_kinds) == ("tester", ("list_channels",), ("price.update",))
    assert (charter.autonomy_cap, charter.model, charter.body) == (2, "default", "You test.")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("---\nname", "name", "tester.md:1: a charter begins with"),
        ("2\n---", "2\n", "tester.md:11: the front matter does not end"),
        ("focus: Tests.", "focus: [", "tester.md:"),
        ("autonomy_cap: 2", "autonomy_cap: 5", "tester.md:8: autonomy_cap"),
        ("title: Tester\n", "", "tester.md:1: title: Field required"),
        ("title: Tester", "titel: Tester\ntitle: Tester", "tester.md:3: titel"),
        ("price.update", "price.slash", "tester.md:7: action_kinds: Value error, there is no action kind price.slash"),
        ("  - list_channels", "  - list_channels\n  - list_channels", "tester.md:5: tools"),
        ("You test.", "", "tester.md:10: body"),
        ("name: tester", "name: Tester!", "tester.md:2: name"),
    ],
)
def test_a_bad_charter_names_its_line(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(InvalidInput) as caught:
        parse_charter(GOOD.replace(old, new, 1), "tester.md")
    assert says in caught.value.message


def test_a_charter_lies_in_a_file_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(GOOD)
    with pytest.raises(InvalidInput, match=r"tester\.md"):
        load_charters(tmp_path)


@pytest.mark.parametrize("charter", load_charters(), ids=lambda charter: charter.name)
def test_the_crews_tools_exist_and_serve_its_action_kinds(charter: Charter) -> None:
    assert set(charter.tools) <= set(TOOLS)
    proposes = {name for name in charter.tools if TOOLS[name].access is Access.PROPOSE}
    expected = {f"propose_{ACTION_KINDS[kind].name.replace('.', '_')}" for kind in charter.action_kinds}
    assert proposes == expected
