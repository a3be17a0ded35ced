"""`make setup` removes the files listed, of the package that each is listed for, and nothing else."""

import os
from importlib.metadata import distribution
from pathlib import Path

import pytest
from babel import Locale

from domain.language import Language
from setup.lighten import recorded, remove_surplus, surplus_files
from setup.surplus import SURPLUS, Surplus

TWINS = Surplus("parcel", ("parcel/*.so",), "compiled twins", while_there="{stem}.py")
TESTS = Surplus("parcel", ("parcel/*/tests/*",), "its own tests")


def _install(site: Path, package: str, *files: str) -> None:
    """A package as an installer leaves it: its files, and a RECORD that names them."""
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(file)
    about = site / f"{package}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (about / "RECORD").write_text("".join(f"{file},,\n" for file in files))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "site"


def _left(site: Path) -> set[str]:
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if "dist-info" not in str(path)}


@pytest.mark.parametrize("entry", SURPLUS, ids=lambda entry: f"{entry.package}: {entry.why[:30]}")
def test_each_entry_means_files_that_its_package_comes_with(entry: Surplus) -> None:
    assert list(surplus_files(entry, recorded(distribution(entry.package)))), f"nothing is meant any more: {entry}"


def test_nothing_that_is_listed_is_left_in_this_environment() -> None:
    left = [
        str(path)
        for entry in SURPLUS
        for path in surplus_files(entry, recorded(distribution(entry.package)))
        if Path(str(distribution(entry.package).locate_file(path))).exists()
    ]
    assert not left, f"run `make setup`: {left[:3]}"


def test_only_files_of_the_package_itself_are_removed_and_folders_left_empty_with_them(site: Path) -> None:
    _install(site, "parcel", "parcel/__init__.py", "parcel/inner/tests/data/big.txt", "parcel/inner/tests/test_it.py")
    _install(site, "stranger", "stranger/inner/tests/test_it.py", "parcel/inner2/tests/not_of_parcel.py")
    (site / "parcel/inner/tests/__pycache__").mkdir()
    (site / "parcel/inner/tests/__pycache__/test_it.cpython-311.pyc").write_text("compiled")

    assert remove_surplus([TESTS]) > 0

    kept = {"parcel/__init__.py", "stranger/inner/tests/test_it.py", "parcel/inner2/tests/not_of_parcel.py"}
    assert {path for path in _left(site) if path.endswith((".py", ".txt", ".pyc"))} == kept
    assert "parcel/inner" not in _left(site)


def test_removing_again_changes_nothing(site: Path) -> None:
    _install(site, "parcel", "parcel/__init__.py", "parcel/inner/tests/test_it.py")
    remove_surplus([TESTS])
    before = _left(site)
    assert remove_surplus([TESTS]) == 0
    assert _left(site) == before


def test_a_compiled_twin_stays_where_its_python_is_gone(site: Path) -> None:
    _install(site, "parcel", "parcel/bezier.py", "parcel/bezier.cpython-311.so", "parcel/only.cpython-311.so")
    remove_surplus([TWINS])
    assert _left(site) == {"parcel", "parcel/bezier.py", "parcel/only.cpython-311.so"}


def test_what_is_to_be_kept_stays(site: Path) -> None:
    locales = Surplus("parcel", ("parcel/data/*.dat",), "other languages", keep=("parcel/data/de*.dat",))
    _install(site, "parcel", "parcel/data/de.dat", "parcel/data/de_AT.dat", "parcel/data/fr.dat", "parcel/data/read.py")
    remove_surplus([locales])
    assert {path for path in _left(site) if "." in path} == {
        "parcel/data/de.dat",
        "parcel/data/de_AT.dat",
        "parcel/data/read.py",
    }


def test_the_locale_of_every_language_that_is_spoken_is_there() -> None:
    for language in Language:
        assert Locale(language.value).territories["DE"]


def test_a_file_that_an_installers_cache_holds_too_stays_there(site: Path, tmp_path: Path) -> None:
    _install(site, "parcel", "parcel/inner/tests/test_it.py")
    os.link(site / "parcel/inner/tests/test_it.py", tmp_path / "cached.py")
    remove_surplus([TESTS])
    assert (tmp_path / "cached.py").read_text() == "parcel/inner/tests/test_it.py"
    assert not (site / "parcel").exists()


def test_a_record_that_points_outside_the_package_removes_nothing_there(site: Path, tmp_path: Path) -> None:
    outside = tmp_path / "parcel/inner/tests/mine.py"
    _install(site, "parcel", "parcel/__init__.py")
    outside.parent.mkdir(parents=True)
    outside.write_text("mine")
    (site / "parcel-1.0.dist-info/RECORD").write_text("parcel/../../parcel/inner/tests/mine.py,,\n")
    assert remove_surplus([TESTS]) == 0
    assert outside.exists()


def test_a_package_that_is_not_installed_is_passed_over(site: Path) -> None:
    assert remove_surplus([Surplus("no-such-package-here", ("*",), "everything")]) == 0
