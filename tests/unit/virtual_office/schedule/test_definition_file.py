"""Meeting definitions as files: the product's own are right, and a bad one is told by its lines."""

import pytest

from domain.errors import InvalidInput
from domain.language import Language
from virtual_office.schedule.definition import differences
from virtual_office.schedule.definition_file import parse_definition, shipped_definitions, write_definition

GOOD = "name: weekly\ntitle: Weekly\nagenda: What now?\nat: 10:30\nweekdays: [friday, monday]\n"


def lines_of(text: str) -> list[tuple[int, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse_definition(text, "x.yaml")
    rejected = caught.value.details["rows_rejected"]
    assert caught.value.message.startswith(f"x.yaml, line {rejected[0]['line']}: ")
    return [(row["line"], row["reason"]) for row in rejected]


def test_the_products_own_are_paused_until_somebody_wants_them() -> None:
    assert set(shipped_definitions()) == {"daily-stand-up", "weekly-trading-review"}
    assert all(definition.paused for definition in shipped_definitions().values())


@pytest.mark.parametrize("name", ["daily-stand-up", "weekly-trading-review"])
def test_what_is_written_reads_the_same(name: str) -> None:
    definition = shipped_definitions()[name]
    assert parse_definition(write_definition(definition), "x.yaml") == definition


def test_a_time_is_no_number_in_base_sixty_and_days_come_in_order() -> None:
    definition = parse_definition(GOOD, "x.yaml")
    assert (definition.at, [str(day) for day in definition.weekdays]) == ("10:30", ["monday", "friday"])
    assert definition.rhythm_in_words() == "Monday, Friday 10:30"
    assert shipped_definitions()["daily-stand-up"].rhythm_in_words(Language.DE) == "Montag bis Freitag 09:00"


def test_every_wrong_line_is_named() -> None:
    text = GOOD.replace("10:30", "25:00").replace("friday", "funday") + "color: red\nlimits:\n  cash: lots\n"
    lines = lines_of(text)
    assert [line for line, _ in lines] == [4, 5, 6, 8]
    assert lines[0][1] == "at: '25:00' is no time of day, such as 08:00"
    assert lines[2][1].startswith("there is no color")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("name: [a\nb: c: d\n", 2, "expected"),
        ("", 1, "no meeting definition"),
        ("- a\n- b\n", 1, "no meeting definition"),
        (GOOD + "at: 11:00\n", 6, "said twice"),
        (GOOD.replace("agenda: What now?\n", ""), 1, "agenda is missing"),
        (GOOD.replace("name: weekly", "name: ../etc"), 1, "name"),
        (GOOD.replace("[friday, monday]", "[]"), 5, "weekdays"),
        (GOOD.replace("title: Weekly", "title: '  '"), 2, "title"),
    ],
)
def test_what_is_no_definition_is_refused_by_its_line(text: str, line: int, reason: str) -> None:
    lines = lines_of(text)
    assert lines[0][0] == line
    assert reason in lines[0][1]


def test_versions_differ_field_by_field() -> None:
    earlier, later = parse_definition(GOOD, "x"), parse_definition(GOOD.replace("10:30", "11:00"), "x")
    assert differences(earlier, later) == [{"field": "at", "before": "10:30", "after": "11:00"}]
    assert differences(earlier, earlier) == []
    assert len(differences(None, earlier)) >= 4
