"""Reading CSV files as strangers write them: encodings, delimiters, sizes; every complaint with file and line."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InvalidInput

LARGEST_FIELD = 1_000_000
_ENDINGS = (".csv", ".csv.gz")


@dataclass(frozen=True)
class CsvLine:
    """One data row of a file and the line that it ends on."""

    number: int
    values: Sequence[str]
    done_bytes: int


def find_files(folder: Path) -> dict[str, Path]:
    """The CSV files of a folder by name without ending. Raises InvalidInput for no folder, none in it, or one twice."""
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is not a folder.", remedy="Give the folder that holds the CSV files.")
    by_name: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        ending = next((ending for ending in reversed(_ENDINGS) if path.name.endswith(ending)), None)
        if ending is None or not path.is_file():
            continue
        name = path.name.removesuffix(ending)
        if name in by_name:
            raise InvalidInput(f"{by_name[name].name} and {path.name} are the same file twice.", remedy="Remove one.")
        by_name[name] = path
    if not by_name:
        raise InvalidInput(f"There is no .csv or .csv.gz file in {folder}.", remedy="See docs/import.md for the files.")
    return by_name


class CsvFile:
    """A CSV file with a header line. Raises InvalidInput, with file and line, for what cannot be read at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size

    def header(self) -> list[str]:
        """The names of the columns."""
        with self._open() as (reader, _):
            return self._header(reader)

    def lines(self) -> Iterator[CsvLine]:
        """The data rows in order; empty lines are passed over."""
        with self._open() as (reader, raw):
            width = len(self._header(reader))
            while (values := self._next(reader)) is not None:
                if not values:
                    continue
                if len(values) != width:
                    yield CsvLine(reader.line_num, (), raw.tell())
                    continue
                yield CsvLine(reader.line_num, values, raw.tell())

    def _open(self) -> "_Opened":
        return _Opened(self.path)

    def _header(self, reader: "csv._reader") -> list[str]:  # type: ignore[name-defined]
        names = self._next(reader)
        if not names:
            raise InvalidInput(f"{self.path.name} is empty: it has no header line.")
        names = [name.strip() for name in names]
        if len(names) == 1 and any(sign in names[0] for sign in ";\t|"):
            raise InvalidInput(
                f"{self.path.name}, line 1: the columns are not separated by commas.",
                remedy="Save it as CSV with commas.",
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidInput(f"{self.path.name}, line 1: the column {twice[0]!r} stands there twice.")
        return names

    def _next(self, reader: "csv._reader") -> list[str] | None:  # type: ignore[name-defined]
        try:
            return next(reader, None)
        except UnicodeDecodeError as error:
            raise InvalidInput(
                f"{self.path.name}, line {self._first_not_utf8()}: not UTF-8.", remedy="Save the file as UTF-8."
            ) from error
        except csv.Error as error:
            raise InvalidInput(f"{self.path.name}, line {reader.line_num + 1}: {error}.") from error
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise InvalidInput(f"{self.path.name}, after line {reader.line_num}: cannot be read ({error}).") from error

    def _first_not_utf8(self) -> int:
        """The number of the first line that cannot be decoded; text is decoded in pieces longer than a line."""
        opened = gzip.open if self.path.name.endswith(".gz") else open
        with opened(self.path, "rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    return number
        return 1


class _Opened:
    """The file opened: a CSV reader, and the raw file to tell how far it is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> "tuple[csv._reader, io.BufferedReader]":  # type: ignore[name-defined]
        self._raw = self._path.open("rb")
        binary = gzip.GzipFile(fileobj=self._raw) if self._path.name.endswith(".gz") else self._raw
        text = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")  # type: ignore[arg-type]
        csv.field_size_limit(LARGEST_FIELD)
        return csv.reader(text, strict=True), self._raw

    def __exit__(self, *_: object) -> None:
        self._raw.close()
