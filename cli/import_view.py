"""How an import looks in the terminal: a bar per file."""

from typing import Any, Self

from cli.output import console


class ImportView:
    """Shows how far each file is; silent when not enabled."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._bars: Any = None
        self._files: dict[str, Any] = {}

    def __enter__(self) -> Self:
        if self._enabled:
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description:>24}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
            self._bars = Progress(*columns, TimeElapsedColumn(), console=console())
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def progress(self, file: str, done: int, total: int) -> None:
        """`done` of `total` bytes of a file are read."""
        if self._bars is None:
            return
        if file not in self._files:
            self._files[file] = self._bars.add_task(file, total=max(total, 1))
        self._bars.update(self._files[file], completed=done)
