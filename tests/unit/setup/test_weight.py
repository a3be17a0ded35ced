"""The environment that `make setup` leaves stays within its limit."""

import json
import marshal
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from setup.bytecode import LOADED_BY_NAME, ON_FIRST_USE, product_imports
from setup.weight import LIMIT_MB, ROOM_FOR_BYTECODE_MB, locked, megabytes, on_disk, weigh_all

CHECKOUT = Path(__file__).resolve().parents[3]
_DISK_BLOCK = 4096
LOADED = """
import json, sys
from setup.bytecode import import_product
import_product()
print(json.dumps([[name, getattr(module, "__file__", None)] for name, module in list(sys.modules.items())]))
"""


def test_the_locked_packages_leave_room_for_bytecode_within_the_limit() -> None:
    """Measured by what the packages of the lock have on disk, so that an environment for tests answers the same."""
    names = locked(CHECKOUT / "requirements.lock")
    weights = weigh_all(names)
    assert {"scipy", "qdrant-edge-py", "langgraph"} <= {weight.package for weight in weights}
    heaviest = [f"{weight.package} {megabytes(weight.files):.0f}" for weight in weights[:8]]
    whole = megabytes(sum(weight.files for weight in weights))
    assert 0.5 * LIMIT_MB < whole <= LIMIT_MB - ROOM_FOR_BYTECODE_MB, f"{whole:.0f} MB: {', '.join(heaviest)}"


@pytest.mark.long
def test_what_setup_compiles_fits_into_its_room_and_is_nothing_that_needs_a_key() -> None:
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=CHECKOUT, env=environment, capture_output=True, text=True)
    loaded = json.loads(done.stdout)
    tops = {name.partition(".")[0] for name, _ in loaded}
    assert {"fpdf", "langgraph", "scipy", "sqlalchemy", "virtual_office"} <= tops
    assert not tops & ON_FIRST_USE
    sources = {Path(file) for _, file in loaded if file and file.endswith(".py") and "site-packages" in file}
    bytecode = sum(_bytecode_size(source) for source in sources)
    assert 0.5 * ROOM_FOR_BYTECODE_MB < megabytes(bytecode) <= ROOM_FOR_BYTECODE_MB


def _bytecode_size(source: Path) -> int:
    """Bytes on disk of a module's bytecode, made in memory: an environment may have been installed without it."""
    header = 16
    code = marshal.dumps(compile(source.read_bytes(), str(source), "exec"))
    return -(-(header + len(code)) // _DISK_BLOCK) * _DISK_BLOCK


@pytest.mark.parametrize("module", LOADED_BY_NAME)
def test_each_module_that_is_loaded_by_name_is_there(module: str) -> None:
    assert find_spec(module)


def test_imports_inside_functions_are_compiled_too_and_those_of_providers_are_not() -> None:
    modules = {module for module, _ in product_imports()}
    assert {"fpdf", "pypdf", "language.pdf", "scipy.optimize", "qdrant_edge"} <= modules
    assert not modules & {"openai", "anthropic", "celery", "llm.anthropic_chat", "automation.broker"}


def test_a_file_with_two_names_is_weighed_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(200_000))
    alone = on_disk(tmp_path)
    os.link(tmp_path / "file", tmp_path / "same")
    assert on_disk(tmp_path) == alone >= 200_000


def test_each_package_of_a_lock_is_read_once(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    pins = ("scipy==1.17.1", "colorama==0.4.6 ; sys_platform == 'win32'")
    lock.write_text("# made\n" + "".join(f"{pin} \\\n    --hash=sha256:00\n" for pin in pins))
    assert locked(lock) == ["scipy", "colorama"]
