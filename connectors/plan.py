"""The plan of an import: each source, the table it becomes, in the order that references need."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.files import CsvFile
from connectors.layout import LAYOUT
from connectors.mapping import FileMapping, RowMaker, read_mapping
from domain.errors import InvalidInput

Maker = Callable[[Any], dict[str, Any]]
Reading = tuple[int, dict[str, Any] | str, int]


@dataclass(frozen=True)
class Source:
    """Something to read rows from. A row that cannot even be made is its complaint instead."""

    name: str
    becomes: str
    size: int
    rows: Callable[[], Iterator[Reading]]
    inline: bool = False


def planned(folder: Path, files: Mapping[str, Path], mapping: Path | None) -> list[Source]:
    """Raises InvalidInput for a file or column that nobody knows, before anything is read."""
    order = list(LAYOUT)
    if mapping is None:
        unknown = sorted(set(files) - set(LAYOUT))
        if unknown:
            raise InvalidInput(
                f"{files[unknown[0]].name} is no file of the layout.",
                remedy=f"Known: {', '.join(LAYOUT)}; others need a --mapping.",
            )
        return [_own(files[name], name) for name in order if name in files]
    entries = sorted(read_mapping(mapping).files, key=lambda entry: order.index(entry.becomes))
    return [_foreign(folder, entry) for entry in entries]


def _own(path: Path, becomes: str) -> Source:
    file = CsvFile(path)
    header = file.header()
    fields = LAYOUT[becomes].model_fields
    if unknown := [name for name in header if name not in fields]:
        raise InvalidInput(
            f"{path.name}, line 1: there is no column {unknown[0]!r}.", remedy=f"Columns: {', '.join(fields)}."
        )
    missing = [name for name, field in fields.items() if field.is_required() and name not in header]
    if missing:
        raise InvalidInput(f"{path.name}, line 1: the column {missing[0]!r} is missing.")
    optional = {name for name, field in fields.items() if not field.is_required()}

    def make(values: Any) -> dict[str, Any]:
        return {name: value for name, value in zip(header, values, strict=True) if value != "" or name not in optional}

    return Source(path.name, becomes, file.size, lambda: _read(file, lambda: make, len(header)))


def _foreign(folder: Path, entry: FileMapping) -> Source:
    if entry.rows is not None:
        given = entry.rows
        name = f"the mapping's {entry.becomes}"
        numbered = list(enumerate(given, start=1))
        return Source(name, entry.becomes, len(given), lambda: ((n, row, n) for n, row in numbered), inline=True)
    path = folder / str(entry.file)
    if Path(str(entry.file)).name != entry.file or not path.is_file():
        raise InvalidInput(f"There is no file {entry.file} in {folder}.", remedy="Correct the mapping's `file`.")
    file = CsvFile(path)
    header = file.header()
    RowMaker(entry, header, path.name)
    return Source(
        path.name,
        entry.becomes,
        file.size,
        lambda: _read(file, lambda: RowMaker(entry, header, path.name).make, len(header)),
    )


def _read(file: CsvFile, new_maker: Callable[[], Maker], width: int) -> Iterator[Reading]:
    make = new_maker()
    for line in file.lines():
        if len(line.values) != width:
            yield line.number, f"the row has not {width} columns as the header has", line.done_bytes
            continue
        try:
            yield line.number, make(line.values), line.done_bytes
        except ValueError as error:
            yield line.number, str(error), line.done_bytes
