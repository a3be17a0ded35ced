"""docs/import.md names every file and column of the layout, and which are required; and its examples are valid."""

import re
from pathlib import Path

import yaml

from connectors.brand_file import BrandProfile
from connectors.import_docs import files_table, with_files_table
from connectors.layout import LAYOUT
from connectors.mapping import SourceMapping

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "import.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)\.csv` \| ([^|]+) \|", re.MULTILINE)


def test_every_file_and_column_is_documented_as_it_is() -> None:
    said = {name: [column.strip() for column in columns.split(",")] for name, columns in ROW.findall(TEXT)}
    real = {
        name: [
            f"**{column}**" if field.is_required() else column
            for column, field in model.model_fields.items()
            if column != "known_at"
        ]
        for name, model in LAYOUT.items()
    }
    assert said == real


def test_the_table_is_as_it_would_be_written_now() -> None:
    assert with_files_table(TEXT) == TEXT, "run: make docs"
    assert files_table() in TEXT
    assert with_files_table(TEXT.replace("**sku**", "sku")) == TEXT


def test_the_examples_in_the_text_are_valid() -> None:
    brand, mapping = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert BrandProfile.model_validate(yaml.safe_load(brand)).rules.price_step is not None
    assert SourceMapping.model_validate(yaml.safe_load(mapping)).prices is not None
