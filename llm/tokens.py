"""How many tokens a request may have: counted where that can be done without a network, else bounded and said to be."""

import os
from dataclasses import dataclass
from functools import cache
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

_ENCODINGS = "https://openaipublic.blob.core.windows.net/encodings"
_KNOWN = {"o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"}
SHIPPED = Path(__file__).parent / "encodings"
_MOST_COUNTED = 10**9
_PER_PART = 16
"""What a provider's own format adds to a message or tool, at most."""


@dataclass(frozen=True)
class TokenCount:
    """`estimated` when nobody counted: then the tokens are an upper bound."""

    tokens: int
    estimated: bool


def count_for_openai(model: str, text: str, parts: int) -> TokenCount:
    """Tokens of a request of this many messages and tools, by the model's own encoding where its file is at hand."""
    encoding = _encoding(model)
    if encoding is None:
        return upper_bound(text, parts)
    return TokenCount(len(encoding.encode_ordinary(text)) + _PER_PART * parts, estimated=False)


def counted(claimed: object) -> int | None:
    """The tokens that a server counted, if that can be a count: a whole number above zero. None for anything else.

    Every request has tokens, and so has every answer: a server that claims none has not counted.
    """
    number = int(claimed) if isinstance(claimed, float) and claimed.is_integer() else claimed
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= _MOST_COUNTED:
        return None
    return number


def upper_bound(text: str, parts: int) -> TokenCount:
    """No byte-pair encoding makes more tokens of a text than it has bytes."""
    return TokenCount(len(text.encode("utf-8", "replace")) + _PER_PART * parts, estimated=True)


def encoding_file(name: str) -> Path | None:
    """Where tiktoken finds an encoding without fetching it: in its cache where one is named, else the one shipped here.

    None when it would have to fetch it.
    """
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder == "" or name not in _KNOWN:
        return None
    base = Path(folder) if folder else SHIPPED
    path = base / sha1(f"{_ENCODINGS}/{name}.tiktoken".encode()).hexdigest()
    return path if path.is_file() and _sum(path, path.stat().st_mtime_ns) == _KNOWN[name] else None


@cache
def _sum(path: Path, _changed: int) -> str:
    """A file is read again only where it has changed."""
    return sha256(path.read_bytes()).hexdigest()


def _encoding(model: str) -> Any:
    import tiktoken

    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        return None
    file = encoding_file(name)
    return None if file is None else _load(name, file)


@cache
def _load(name: str, file: Path) -> Any:
    """Asked of tiktoken only where it need not go to the network, which it does without a time limit."""
    import tiktoken

    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(file.parent))  # where tiktoken looks
    return tiktoken.get_encoding(name)
