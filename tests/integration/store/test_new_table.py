"""A new table takes three files: its class, its line in the register, and the migration that autogenerate writes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from store.database import APP_ROLE, Database

pytestmark = pytest.mark.own_database

CHECKOUT = Path(__file__).resolve().parents[3]
ROOMS = ("actions", "agents", "analytics", "api", "automation", "bootstrap", "connectors", "domain", "guardrails",
         "identity", "language", "llm", "memory", "settings", "store", "tools", "virtual_office", "docs")  # fmt: skip
PHOTO = '''

class StandPhoto(Fact, table=True):
    """A photo of a stand, and what its shelf was found to miss."""

    __tablename__ = "stand_photo"
    __table_args__ = (belongs_to("location"), unique("number"))
    APPEND_ONLY = True
    SERVED = Served("stands", "photos", STAFF)
    UNTRUSTED = frozenset({"remark"})
    FILES = (
        File(
            "stand_photos",
            "a photo of a stand",
            {"id": code("number"), "location": code_of("location_id"), "missing": whole(), "remark": text(),
             "taken_at": moment()},
            known_at="taken_at",
        ),
    )

    number: str = Field(max_length=128)
    location_id: UUID
    missing: int
    remark: str = ""
    taken_at: datetime = Field(sa_type=MOMENT)
'''
MIGRATE = """
import sys
from store.database import Database
from store.migrate import upgrade
upgrade(Database(sys.argv[1]))
"""
LOOK = """
from api.app import ROUTERS
from connectors.import_docs import files_table
from connectors.layout import LAYOUT
from connectors.targets import TARGETS
print(next(line for line in files_table().splitlines() if "stand_photos" in line))
print(TARGETS["stand_photos"].target.columns)
print(sorted(route.path for router in ROUTERS for route in router.routes if "photos" in route.path))
"""


def run(folder: Path, *words: str) -> str:
    """Standard output of a Python run in the folder; a failure fails."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def changed(folder: Path) -> set[str]:
    """The files that differ from the checkout's."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
        if not (kept := CHECKOUT / path.relative_to(folder)).is_file() or kept.read_bytes() != path.read_bytes()
    }


@pytest.mark.long
def test_a_table_takes_its_class_its_line_in_the_register_and_a_migration(database: Database, tmp_path: Path) -> None:
    for room in ROOMS:
        if (CHECKOUT / room).is_dir():
            shutil.copytree(CHECKOUT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    noun, register = tmp_path / "store/tables/stands.py", tmp_path / "store/tables/every.py"
    noun.write_text(
        noun.read_text().replace("import File, code, code_of, moment, whole", "import *  # noqa: F403") + PHOTO
    )
    listed = register.read_text().replace("import StandBonusRow", "import StandPhoto, StandBonusRow")
    register.write_text(listed.replace("StandVisitRow, Invoice", "StandVisitRow, StandPhoto, Invoice"))
    written = run(tmp_path, "-m", "store.new_migration", "stand_photos").split()[-1]
    migration = Path(written).relative_to(tmp_path)
    assert changed(tmp_path) == {"store/tables/stands.py", "store/tables/every.py", str(migration)}
    assert "create trigger append_only before update or delete on stand_photo" in (tmp_path / migration).read_text()

    run(tmp_path, "-c", MIGRATE, database.owner_url.render_as_string(hide_password=False))
    with psycopg.connect(
        database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as owner:
        policies = owner.execute("select policyname, roles::text from pg_policies where tablename = 'stand_photo'")
        assert policies.fetchall() == [("brand_scope", f"{{{APP_ROLE}}}")]
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute("truncate stand_photo")
    row, columns, routes = run(tmp_path, "-c", LOOK).strip().splitlines()
    assert (
        row == "| `stand_photos.csv` | **id**, **location**, **missing**, remark, **taken_at** | a photo of a stand |"
    )
    assert columns == "('number', 'location_id', 'missing', 'remark', 'taken_at', 'known_at')"
    assert routes == "['/stands/photos', '/stands/photos/{row_id}']"


@pytest.mark.long
def test_where_nothing_is_new_no_migration_is_written(tmp_path: Path) -> None:
    for room in ("domain", "store"):
        shutil.copytree(CHECKOUT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "store.new_migration", "nothing"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert (done.returncode, changed(tmp_path)) == (1, set()), done.stderr
    assert "nothing is new" in done.stdout
