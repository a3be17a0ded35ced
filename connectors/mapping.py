"""Foreign headers through a small YAML file: which file is what, which column is which; no code."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.layout import LAYOUT
from domain.errors import InvalidInput
from domain.money import Currency

_PART = re.compile(r"\{([A-Za-z0-9_]+)\}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Computed(_Strict):
    """A column made out of others: a text with `{columns}` in it, or an amount less a percentage."""

    text: str | None = Field(default=None, description="`{customer_id}-{date}`; `{n}` counts repetitions of the rest")
    amount: str | None = None
    less_percent: str | None = None


class FileMapping(_Strict):
    """One file of the source read as one file of the layout."""

    file: str | None = None
    rows: list[dict[str, Any]] | None = Field(default=None, description="rows given here instead of a file")
    becomes: str = Field(alias="as")
    columns: dict[str, str] = Field(default_factory=dict, description="layout column: source column")
    constants: dict[str, Any] = Field(default_factory=dict)
    computed: dict[str, Computed] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list, description="source columns that are not needed")


class ObservedPrices(_Strict):
    """Where there is no price list: the list price is what most units were sold at in a period."""

    derive_from: Literal["sales"]


class SourceMapping(_Strict):
    """A whole mapping file."""

    name: str = ""
    currency: Currency
    zone: str = "UTC"
    rules: dict[str, Any] = Field(default_factory=dict)
    files: list[FileMapping] = Field(min_length=1)
    prices: ObservedPrices | None = None


def read_mapping(path: Path) -> SourceMapping:
    """Raises InvalidInput that names the file and, where YAML knows it, the line."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        mapping = SourceMapping.model_validate(document)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}.", remedy="Give a mapping file that exists.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the top"
        raise InvalidInput(f"{path.name}, at {where}: {first['msg']}", remedy="See docs/import.md.") from error
    for entry in mapping.files:
        _check(path, entry)
    return mapping


def _check(path: Path, entry: FileMapping) -> None:
    if entry.becomes not in LAYOUT:
        raise InvalidInput(
            f"{path.name}: there is no file {entry.becomes!r} in the layout.", remedy="See docs/import.md."
        )
    known = set(LAYOUT[entry.becomes].model_fields)
    given = {*entry.columns, *entry.constants, *entry.computed}
    if unknown := sorted(given - known):
        raise InvalidInput(f"{path.name}: {entry.becomes} has no column {unknown[0]!r}.")
    if (entry.file is None) == (entry.rows is None):
        raise InvalidInput(f"{path.name}: each entry has either a file or rows ({entry.becomes}).")


class RowMaker:
    """Turns a source row into a row of the layout, by name."""

    def __init__(self, entry: FileMapping, header: list[str], file: str) -> None:
        self._entry = entry
        self._at = {name: index for index, name in enumerate(header)}
        self._seen: dict[str, int] = {}
        missing = sorted(set(self._sources()) - set(header))
        if missing:
            raise InvalidInput(f"{file}, line 1: there is no column {missing[0]!r}.")
        unused = sorted(set(header) - set(self._sources()) - set(entry.ignore))
        if unused:
            raise InvalidInput(
                f"{file}, line 1: nothing is said about the column {unused[0]!r}.",
                remedy="Map it, or list it under ignore.",
            )

    def _sources(self) -> Iterator[str]:
        yield from self._entry.columns.values()
        for computed in self._entry.computed.values():
            yield from (name for name in _PART.findall(computed.text or "") if name != "n")
            yield from filter(None, (computed.amount, computed.less_percent))

    def make(self, values: Mapping[int, str] | Any) -> dict[str, Any]:
        """Raises ValueError where a computed column has nothing to compute from."""
        row = {name: values[self._at[source]] for name, source in self._entry.columns.items()}
        row.update(self._entry.constants)
        for name, computed in self._entry.computed.items():
            row[name] = self._compute(computed, values)
        return row

    def _compute(self, computed: Computed, values: Any) -> Any:
        if computed.text is not None:
            text = _PART.sub(lambda part: part[0] if part[1] == "n" else values[self._at[part[1]]], computed.text)
            self._seen[text] = self._seen.get(text, 0) + 1
            return text.replace("{n}", str(self._seen[text]))
        try:
            amount = Decimal(values[self._at[computed.amount or ""]])
            percent = Decimal(values[self._at[computed.less_percent or ""]])
        except (InvalidOperation, KeyError) as error:
            raise ValueError("the amount or the percentage is not a number") from error
        return str((amount * (100 - percent) / 100).quantize(Decimal("0.0001")))
