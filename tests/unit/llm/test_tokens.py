"""Tokens are counted without a network, or bounded and said to be."""

from pathlib import Path

import pytest

from llm.tokens import count_for_openai, encoding_file, upper_bound


def test_the_shipped_encoding_counts_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    monkeypatch.setattr("socket.socket.connect", no_network)
    counted = count_for_openai("gpt-5", "hello world", 0)
    assert (counted.tokens, counted.estimated) == (2, False)


def test_without_the_encodings_file_the_count_is_a_bound_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))  # named, and empty
    counted = count_for_openai("gpt-5", "Grüße" * 10, 2)
    assert counted == upper_bound("Grüße" * 10, 2)
    assert (counted.tokens, counted.estimated) == (70 + 32, True)


def test_a_spoiled_file_is_not_used_as_tiktoken_would_fetch_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    (tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790").write_bytes(b"no encoding")
    assert encoding_file("o200k_base") is None
    assert count_for_openai("gpt-5", "text", 1).estimated
    assert (tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790").exists()


def test_a_model_that_tiktoken_does_not_know_is_bounded() -> None:
    assert count_for_openai("gpt-next", "text", 1).estimated
