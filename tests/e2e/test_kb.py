"""`mhos kb` as a person uses it: files in, passages out, and every refusal said in words."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Near, Terminal


@pytest.fixture(scope="module")
def shelf(near: Near, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A brand of one's own, and files to add."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "brand").mkdir()
    (folder / "brand" / "brand.yaml").write_text("name: Mine\ncurrency: EUR\nzone: UTC\n")
    (folder / "brand" / "channels.csv").write_text("code,title\nshop,Shop\n")
    near.json("import", str(folder / "brand"), "--brand", "mine")
    (folder / "care.md").write_text("# Care\n\nWash it once a week with lukewarm water.\n")
    (folder / "returns.html").write_text("<h1>Returns</h1><p>Goods may come back within thirty days.</p>")
    (folder / "empty.md").write_text("")
    return folder


def test_files_are_kept_and_what_cannot_be_read_is_named(terminal: Terminal, shelf: Path) -> None:
    files = [str(shelf / name) for name in ("care.md", "empty.md", "returns.html", "absent.pdf")]
    said = terminal.run("kb", "add", *files, "--brand", "mine", "--tag", "EU", "--json")
    assert said.code == 1
    added = said.document
    assert [document["name"] for document in added["documents"]] == ["care.md", "returns.html"]
    assert [Path(rejected["file"]).name for rejected in added["rejected"]] == ["empty.md", "absent.pdf"]
    assert all(rejected["reason"] and rejected["remedy"] for rejected in added["rejected"])
    assert added["index"] == ""
    again = terminal.json("kb", "add", files[0], "--brand", "mine", "--tag", "EU")
    assert again["documents"][0]["status"] == "unchanged"
    assert [document["name"] for document in terminal.json("kb", "list", "--brand", "mine")["documents"]] == [
        "care.md",
        "returns.html",
    ]
    search = terminal.json("kb", "search", "sending something back", "--brand", "mine", "--tag", "EU", "--limit", "1")
    assert (search["passages"][0]["document"], search["searched"]) == ("returns.html", "embedded index")
    assert "returns.html" in terminal.run("kb", "search", "sending something back", "--brand", "mine").out


@pytest.mark.parametrize("question", ["", "   ", "?! … ---", "wash " * 2_000])
def test_what_is_no_question_is_refused(near: Near, shelf: Path, question: str) -> None:
    assert near.refused("kb", "search", question, "--brand", "mine")["code"] == "invalid_input"


def test_who_may_not_import_may_not_add(near: Near, shelf: Path) -> None:
    for words in (("add", str(shelf / "care.md")), ("remove", "care.md"), ("rebuild",)):
        assert near.refused("kb", *words, "--brand", "mine", "--as", "operator")["code"] == "forbidden"


@pytest.mark.parametrize(
    "words",
    [
        ("--label", "sure"), ("--dated", "yesterday"), ("--known", "2999-01-01"), ("--tag", " "), ("--category", ""),
        ("--tag", "x" * 65),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(near: Near, shelf: Path, words: tuple[str, str]) -> None:
    error = near.refused("kb", "add", str(shelf / "care.md"), "--brand", "mine", *words)
    assert error["code"] == "invalid_input"
