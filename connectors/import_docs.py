"""Writes the table of files in `docs/import.md` from what the tables declare. Run: `make docs`."""

import re
from pathlib import Path

from connectors.layout import LAYOUT
from store.declarations import imported_files

PAGE = Path(__file__).resolve().parents[1] / "docs" / "import.md"
HEAD = "| file | columns | a row is |\n|---|---|---|\n"
_WRITTEN = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")


def files_table() -> str:
    """The table in Markdown: each file, its columns (bold where they are required), and what a row is."""
    lines = (f"| `{file.name}.csv` | {_columns(file.name)} | {file.row} |\n" for _, file in imported_files())
    return HEAD + "".join(lines)


def _columns(name: str) -> str:
    fields = LAYOUT[name].model_fields.items()
    return ", ".join(f"**{name}**" if field.is_required() else name for name, field in fields if name != "known_at")


def with_files_table(page: str) -> str:
    """The page with its table as it is now."""
    return _WRITTEN.sub(lambda _: files_table(), page, count=1)


if __name__ == "__main__":
    PAGE.write_text(with_files_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
