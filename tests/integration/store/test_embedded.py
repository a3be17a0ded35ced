"""The embedded PostgreSQL: shared, private, and still there after a kill."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from store.embedded import EmbeddedPostgresError, ServerAddress, ensure_running, status, stop

REPOSITORY = Path(__file__).resolve().parents[3]
IS_ROOT = os.geteuid() == 0
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")

# A process of its own: joins the server, says who it found, and lives on until its input closes.
CLIENT = """
import json, os, sys
from pathlib import Path
import psycopg
from store.embedded import ensure_running
address = ensure_running(Path(sys.argv[1]), idle_seconds=float(sys.argv[2]))
with psycopg.connect(address.dsn()) as connection:
    started = connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0]
print(json.dumps({"socket_dir": str(address.socket_dir), "started": started}), flush=True)
sys.stdin.read()
"""


def client(home: Path, *, idle_seconds: float = 60, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(home), str(idle_seconds)],
        cwd=REPOSITORY,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        **options,  # pyright: ignore[reportArgumentType, reportCallIssue]
    )


def first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def server_pid(home: Path) -> int:
    pid = status(home).server_pid
    assert pid is not None
    return pid


def keeper_pid(home: Path) -> int:
    return int((home / "postgres/keeper.lock").read_text())


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether the process still has memory; one that ended but was not yet reaped has none."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def write_row(address: ServerAddress) -> None:
    with psycopg.connect(address.dsn()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS promise (kept int)")
        connection.execute("INSERT INTO promise VALUES (1)")


def count_rows(address: ServerAddress) -> int:
    with psycopg.connect(address.dsn()) as connection:
        row = connection.execute("SELECT count(*) FROM promise").fetchone()
    assert row is not None
    return row[0]


def kill(*pids: int) -> None:
    """Kill them all; a backend that ended by itself meanwhile is as dead."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    yield folder
    stop(folder)


def test_processes_that_start_at_once_share_one_server(home: Path) -> None:
    clients = [client(home) for _ in range(3)]
    servers = [first_line(process) for process in clients]
    for process in clients:
        finish(process)
    assert servers[0] == servers[1] == servers[2]
    assert str(ensure_running(home).socket_dir) == servers[0]["socket_dir"]


def test_the_server_runs_as_set_and_listens_on_no_network(home: Path) -> None:
    with psycopg.connect(ensure_running(home).dsn()) as connection:
        names = (
            "listen_addresses fsync jit huge_pages autovacuum TimeZone server_encoding shared_buffers max_connections"
        )
        shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in names.split()}  # pyright: ignore[reportArgumentType]
        fold = connection.execute("SELECT upper('äß'), 'a' < 'B'").fetchone()
        rules = connection.execute("SELECT type, auth_method, error FROM pg_hba_file_rules").fetchall()
    values = {name: row[0] for name, row in shown.items() if row}
    assert values == {
        "listen_addresses": "",
        "fsync": "on",
        "jit": "off",
        "huge_pages": "off",
        "autovacuum": "on",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "shared_buffers": "128MB",
        "max_connections": "100",
    }
    assert fold == ("Äß", False)
    assert rules == [("local", "peer", None)]


def test_the_application_role_may_log_in_once_it_exists(home: Path) -> None:
    address = ensure_running(home)
    with psycopg.connect(address.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE mhos_app LOGIN")
    with psycopg.connect(address.dsn(address.app_role)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("mhos_app",)


@needs_proc
def test_committed_rows_survive_a_killed_server(home: Path) -> None:
    address = ensure_running(home)
    write_row(address)
    kill(server_pid(home))
    assert count_rows(ensure_running(home)) == 1
    assert status(home).keeper_alive


@needs_proc
def test_committed_rows_survive_when_every_process_is_killed(home: Path) -> None:
    write_row(ensure_running(home))
    pid = server_pid(home)
    kill(keeper_pid(home), pid, *children(pid))
    address = ensure_running(home)
    write_row(address)
    assert count_rows(address) == 2


@needs_proc
def test_a_backend_that_outlives_its_server_does_not_stop_a_restart(home: Path) -> None:
    address = ensure_running(home)
    busy = "import psycopg, sys; psycopg.connect(sys.argv[1]).execute('DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$')"
    endless = subprocess.Popen([sys.executable, "-c", busy, address.dsn()], stderr=subprocess.DEVNULL)
    with psycopg.connect(address.dsn(), autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
        assert eventually(lambda: connection.execute(query).fetchone() == (1,))
    before = server_pid(home)
    orphans = children(before)
    kill(before)
    write_row(ensure_running(home))
    assert count_rows(address) == 1
    assert not any(is_alive(pid) for pid in orphans)
    endless.wait(timeout=10)


@needs_proc
def test_a_process_id_reused_by_another_program_is_not_taken_for_the_server(home: Path) -> None:
    ensure_running(home)
    stop(home)
    data = home / "postgres/data"
    owner = data.stat().st_uid
    with subprocess.Popen(["sleep", "60"], user=owner if IS_ROOT else None) as stranger:
        run = home / "postgres/run"
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n1\n5432\n{run}\n\n  1 1\nready\n")
        (run / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n{data}\n1\n5432\n{run}\n")
        assert status(home).server_pid is None
        write_row(ensure_running(home))
        assert stranger.poll() is None
        stranger.kill()


@needs_proc
def test_a_server_whose_socket_was_removed_is_restarted(home: Path) -> None:
    address = ensure_running(home)
    write_row(address)
    (address.socket_dir / ".s.PGSQL.5432").unlink()
    assert count_rows(ensure_running(home)) == 1


def test_an_interrupted_first_start_is_done_anew(home: Path) -> None:
    process = client(home, start_new_session=True)
    drafts = lambda: [path for path in home.glob("postgres/data.draft-*") if (path / "PG_VERSION").exists()]  # noqa: E731
    assert eventually(lambda: bool(drafts()))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (home / "postgres/data").exists()
    write_row(ensure_running(home))
    assert not list(home.glob("postgres/data.draft-*"))


@needs_proc
def test_a_killed_keeper_is_replaced_and_its_successor_stops_the_idle_server(home: Path) -> None:
    finish(client(home, idle_seconds=300))
    server, keeper = server_pid(home), keeper_pid(home)
    kill(keeper)
    assert eventually(lambda: not status(home).keeper_alive)
    finish(client(home, idle_seconds=0.5))
    assert keeper_pid(home) != keeper
    assert (home / "postgres/keeper.log").read_text().count(f"adopted server {server}") == 1
    assert eventually(lambda: not status(home).running and not status(home).keeper_alive)


def test_an_idle_server_stops_but_never_one_in_use(home: Path) -> None:
    user = client(home, idle_seconds=0.5)
    first_line(user)
    passer_by = client(home, idle_seconds=0.5)
    first_line(passer_by)
    finish(passer_by)
    time.sleep(2)
    assert status(home).running
    finish(user)
    assert eventually(lambda: not status(home).running and not status(home).keeper_alive)
    assert "not used for 0.5 s" in (home / "postgres/keeper.log").read_text()


@needs_proc
def test_the_server_ends_when_its_home_disappears(home: Path) -> None:
    ensure_running(home)
    pid = server_pid(home)
    while home.exists():  # the server removes files of its own meanwhile
        shutil.rmtree(home, ignore_errors=True)
    assert eventually(lambda: not is_alive(pid))
    write_row(ensure_running(home))


def test_the_server_survives_an_interrupt_at_the_terminal_that_started_it(home: Path) -> None:
    # Where the tests run in a shell's background, interrupts are ignored, and children inherit that.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = client(home, start_new_session=True, stderr=subprocess.DEVNULL)
    finally:
        signal.signal(signal.SIGINT, heard)
    first_line(process)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=60)
    time.sleep(0.3)
    assert status(home).running


def test_the_server_sees_no_secret_of_who_started_it(home: Path) -> None:
    process = client(home, env={**os.environ, "OPENAI_API_KEY": "sk-canary"})
    first_line(process)
    seen = Path(f"/proc/{server_pid(home)}/environ").read_bytes() if Path("/proc/self").exists() else b""
    finish(process)
    assert b"canary" not in seen


@pytest.mark.parametrize("name", ["a space & 100% Größe", "x" * 120, "comma,and:colon", 'a "quote" \\ slash'])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    address = ensure_running(home)
    try:
        engine = create_engine(address.url())
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT current_database()").scalar_one() == "mhos"
        engine.dispose()
        assert address.socket_dir.stat().st_mode & 0o777 == 0o700
        assert ensure_running(home) == address
        assert stop(home)
        assert ensure_running(home) == address
    finally:
        stop(home)
    if address.socket_dir.parent != home / "postgres":
        shutil.rmtree(address.socket_dir)


@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "POSIX"}, {"LC_ALL": "xx_YY.UTF-8", "LANG": "xx_YY.UTF-8"}])
def test_no_locale_is_needed(home: Path, locale: dict[str, str]) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "LANG" and not name.startswith("LC_")}
    process = client(home, env=kept | locale)
    assert first_line(process)["socket_dir"] == str(home / "postgres/run") or len(str(home)) > 80
    finish(process)


def test_data_of_another_postgresql_is_refused_with_a_remedy(home: Path) -> None:
    ensure_running(home)
    stop(home)
    version = home / "postgres/data/PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 17") as caught:
        ensure_running(home)
    assert "MHOS_DATABASE_URL" in caught.value.remedy


def test_a_platform_without_the_programs_is_told_to_bring_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    with pytest.raises(EmbeddedPostgresError, match="No PostgreSQL 18") as caught:
        ensure_running(home)
    assert "MHOS_DATABASE_URL" in caught.value.remedy


def test_a_home_that_is_no_folder_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedPostgresError) as caught:
        ensure_running(tmp_path / "file")
    assert "MHOS_HOME" in caught.value.remedy
