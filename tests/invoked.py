"""`mhos` run in the test's own process, as a person's words would run it: only the verb's own command line is built."""

from collections.abc import Mapping, Sequence

from typer.testing import CliRunner, Result

from cli import command_line_for


def invoked(words: Sequence[str], environment: Mapping[str, str] | None = None) -> Result:
    """How `mhos` with these words ended, and what it said."""
    return CliRunner().invoke(command_line_for(words), list(words), env=environment)
