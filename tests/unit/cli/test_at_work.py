"""A verb says on a terminal that it is at work, and takes that away before it prints."""

import io

import pytest

from cli.output import console, print_text, say_at_work, wipe


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_said_is_gone_before_something_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    say_at_work()
    assert terminal.getvalue() == "At work …"
    console()
    wipe()
    assert terminal.getvalue() == "At work …\r\x1b[K"


def test_text_takes_it_away_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    say_at_work()
    print_text("minutes\n")
    assert (terminal.getvalue(), capsys.readouterr().out) == ("At work …\r\x1b[K", "minutes\n")


def test_where_standard_error_is_no_terminal_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", log := io.StringIO())
    say_at_work()
    wipe()
    assert log.getvalue() == ""
