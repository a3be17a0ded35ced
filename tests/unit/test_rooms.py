"""Every room is imported from this checkout, also where a package of somebody else's has a room's name."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from cli.health_checks import ROOMS

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_imported_from_this_checkout(room: str) -> None:
    assert CHECKOUT in Path(str(import_module(room).__file__)).parents


def test_the_list_of_rooms_is_whole() -> None:
    folders = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")} - {"tests", "evals", "setup"}
    assert folders == set(ROOMS)


@pytest.mark.parametrize("shadowed", ["agents", "tools", "cli", "domain"])
def test_a_foreign_package_of_a_rooms_name_does_not_shadow_it(shadowed: str, tmp_path: Path) -> None:
    (tmp_path / shadowed).mkdir()
    (tmp_path / shadowed / "__init__.py").write_text("raise ImportError('the wrong one')")
    script = "import {shadowed}; print({shadowed}.__file__)".replace("{shadowed}", shadowed)
    command = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import mhos; {script}"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=CHECKOUT, capture_output=True, text=True, env={"PYTHONPATH": str(CHECKOUT)}
    )
    assert done.stdout.strip() == str(CHECKOUT / shadowed / "__init__.py"), done.stderr


def test_the_doctor_names_a_room_that_comes_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("")
    command = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import tools; "
        "from cli.health_checks import examine; print([c for c in examine() if c.name == 'rooms'][0])"
    )
    home = str(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(CHECKOUT), "MHOS_HOME": home, "MHOS_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"},
    )
    assert "ok=False" in done.stdout, done.stderr
    assert str(tmp_path / "tools") in done.stdout
