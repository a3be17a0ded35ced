"""The policies that ship with the product, as text, and the version that verdicts name them by; nothing is parsed."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from guardrails.schema import cedar_schema

POLICIES = Path(__file__).parent / "policies"


def policy_files(folder: Path = POLICIES) -> Mapping[str, str]:
    """The text of each policy file, by its name without the ending, in a fixed order."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.cedar"))}


def packaged_policies() -> list[str]:
    """The policies that ship with the product, in a fixed order."""
    return list(policy_files().values())


def version_of(policies: Sequence[str]) -> str:
    """The version of these policies, which changes with every letter of them and of the schema they are held to."""
    return hashlib.sha256("\n".join([cedar_schema(), *policies]).encode()).hexdigest()
