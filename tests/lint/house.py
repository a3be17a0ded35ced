"""The house rules that no other tool checks. Run: `python -m tests.lint.house`."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
CLOCK, IDS = "domain/clock.py", "domain/ids.py"
SECRETS_IN = ("identity/logins.py", "identity/local.py", "identity/signing.py", "connectors/endpoint_secret.py")
EXEMPT = ("tests/", "evals/", "examples/")
BARE_PEER = "evals/rest_cost/bare.py"
NOW = {"now", "utcnow", "today"}
ID_MAKERS = {"uuid1", "uuid3", "uuid4", "uuid5", "uuid7"}
SQL_CALLS = {"exec_driver_sql"}

Problem = tuple[int, str]
Rule = Callable[[str, str, ast.Module], Iterator[Problem]]


def no_clock_of_its_own(path: str, _text: str, tree: ast.Module) -> Iterator[Problem]:
    """Time comes from the Context's clock."""
    if path == CLOCK or path.startswith(EXEMPT):
        return
    for call in _calls(tree):
        name = _dotted(call.func)
        last, owner = name.rpartition(".")[2], name.rpartition(".")[0].rpartition(".")[2]
        if (last in NOW and owner in {"datetime", "date"}) or name in {"time.time", "time.time_ns"}:
            yield call.lineno, f"{name}() outside {CLOCK}: ask the Context"


def no_ids_of_its_own(path: str, _text: str, tree: ast.Module) -> Iterator[Problem]:
    """Identifiers and randomness come from the Context."""
    if path == IDS or path.startswith(EXEMPT):
        return
    for call in _calls(tree):
        name = _dotted(call.func)
        if name.rpartition(".")[2] in ID_MAKERS or name == "os.urandom" or name.startswith("random."):
            yield call.lineno, f"{name}() outside {IDS}: ask the Context"
        if name.startswith("secrets.") and path not in SECRETS_IN:
            yield call.lineno, f"{name}() outside {', '.join(SECRETS_IN)}"


def no_raw_sql(path: str, _text: str, tree: ast.Module) -> Iterator[Problem]:
    """Raw SQL would pass by the brand's filter; it lives in store/ only."""
    if path.startswith(("store/", "tests/", "evals/")):
        return
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("sqlalchemy", "sqlmodel"))
        for alias in node.names
        if alias.name in {"text", "literal_column"}
    }
    for call in _calls(tree):
        name = _dotted(call.func)
        if name in imported or name.rpartition(".")[2] in SQL_CALLS or name in {"sqlalchemy.text", "sa.text"}:
            yield call.lineno, f"{name}() outside store/"


def begins_with_its_sentence(path: str, _text: str, tree: ast.Module) -> Iterator[Problem]:
    """A file is a room that one can describe in a sentence, and its first line is that sentence."""
    sentence = (ast.get_docstring(tree) or "").split("\n")[0]
    if "migrations/versions" not in path and not re.match(r".+[.?]$", sentence):
        yield 1, "the first line is not a sentence that says what this file is"


def is_one_room(path: str, text: str, _tree: ast.Module) -> Iterator[Problem]:
    """Past four hundred lines a file is two rooms; a name that says nothing is none."""
    lines = text.count("\n")
    if lines > LONGEST_FILE and "migrations/versions" not in path:
        yield LONGEST_FILE, f"{lines} lines: two rooms in one"
    if Path(path).stem in NAMELESS:
        yield 1, "a name that says nothing"


def stands_by_itself(path: str, text: str, _tree: ast.Module) -> Iterator[Problem]:
    """Nothing but tests knows of the shared folder beside the checkout."""
    for number, line in enumerate(text.split("\n"), start=1):
        if "../shared" in line and not path.startswith("tests/"):
            yield number, "mentions the shared folder"


def tables_are_walled(path: str, _text: str, tree: ast.Module) -> Iterator[Problem]:
    """Every table belongs to a brand, or is one of the few that stand above brands; a benchmark's peer knows none."""
    above = {"Brand", "AuditHead", "User", "Membership", "LoginSession", "RefreshToken"}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name in above or path.startswith("tests/") or path == BARE_PEER:
            continue
        is_table = any(word.arg == "table" for word in node.keywords)
        bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
        if is_table and not bases & {"BrandOwned", "Fact"}:
            yield node.lineno, f"the table {node.name} belongs to no brand"


RULES: tuple[Rule, ...] = (
    no_clock_of_its_own,
    no_ids_of_its_own,
    no_raw_sql,
    begins_with_its_sentence,
    is_one_room,
    stands_by_itself,
    tables_are_walled,
)


def problems(path: str, text: str) -> list[str]:
    """House-rule violations of one file, each as `file:line: problem`."""
    tree = ast.parse(text, path)
    return [f"{path}:{line}: {problem}" for rule in RULES for line, problem in rule(path, text, tree)]


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def main() -> int:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    files = subprocess.run(listed, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split()
    present = [path for path in files if (CHECKOUT / path).is_file()]
    violations = [problem for path in present for problem in problems(path, (CHECKOUT / path).read_text("utf-8"))]
    print("\n".join([*violations, f"{len(present)} files, {len(violations)} against the house rules"]))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
