"""The keeper: a small detached process, parent of the server, that stops it when nobody has used it for a while.

Standard library only; started as `python -I -S keeper.py BASE IDLE_SECONDS ADOPT_PID|0 POSTGRES ARGUMENTS...`.
It holds BASE/keeper.lock for life. The server counts as used while any process holds a shared lock on BASE/in-use.lock,
and for IDLE_SECONDS after; the keeper holds that lock alone while it shuts the server down, so nobody joins meanwhile.
"""

import fcntl
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT
_LOG_LIMIT_BYTES = 10_000_000


def _lock_alone(path: str, *, flags: int = os.O_RDWR | os.O_NOFOLLOW, tries: int = 1) -> int | None:
    handle = os.open(path, flags, 0o600)
    for attempt in range(tries):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02 if attempt + 1 < tries else 0)
        else:
            return handle
    os.close(handle)
    return None


def _open_log(path: str) -> int:
    with suppress(FileNotFoundError):
        if os.stat(path).st_size > _LOG_LIMIT_BYTES:
            os.replace(path, f"{path}.1")
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _detach(base: str) -> None:
    os.setsid()
    os.chdir("/")
    os.umask(0o077)
    silence, log = os.open(os.devnull, os.O_RDONLY), _open_log(os.path.join(base, "keeper.log"))
    os.dup2(silence, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(silence)
    os.close(log)


def _start_server(base: str, command: list[str]) -> int:
    log = _open_log(os.path.join(base, "server.log"))
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.execv(command[0], command)
        except OSError as error:
            os.write(2, f"cannot start {command[0]}: {error.strerror}\n".encode())
        finally:
            os._exit(127)
    os.close(log)
    return pid


def _note(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {text}\n")
    sys.stderr.flush()


class Keeper:
    """Watches one server till its end."""

    def __init__(self, base: str, idle_seconds: float, pid: int, *, adopted: bool) -> None:
        self._in_use, self._data = os.path.join(base, "in-use.lock"), os.path.join(base, "data")
        self._idle_seconds, self._pid, self._adopted = idle_seconds, pid, adopted
        self._identity = self._data_identity()
        self._last_use, self._last_touch = time.monotonic(), 0
        self._asked_to_stop = False
        self._wakeup, wakeup_end = os.pipe()
        os.set_blocking(wakeup_end, False)
        signal.set_wakeup_fd(wakeup_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_terminate)
        for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(ignored, signal.SIG_IGN)

    def watch(self) -> None:
        """Return once the server is gone."""
        pause = max(0.05, min(1.0, self._idle_seconds / 4))
        while self._is_alive():
            if self._asked_to_stop:
                self._stop("asked to stop", _FAST)
            elif self._data_identity() != self._identity:
                self._stop("the data folder is gone", _IMMEDIATE)
            else:
                self._stop_if_idle()
            self._sleep(pause)

    def _stop_if_idle(self) -> None:
        try:
            alone = _lock_alone(self._in_use)
        except OSError:
            return self._stop("the home folder is gone", _IMMEDIATE)
        if alone is None:
            self._last_use = time.monotonic()
            return None
        try:
            # A use shorter than the pause between two looks leaves its mark in the file's time.
            touch = os.fstat(alone).st_mtime_ns
            if touch != self._last_touch:
                self._last_touch, self._last_use = touch, time.monotonic()
            if time.monotonic() - self._last_use >= self._idle_seconds:
                self._stop(f"not used for {self._idle_seconds:g} s", _FAST)
        finally:
            os.close(alone)
        return None

    def _stop(self, reason: str, how: signal.Signals) -> None:
        _note(f"stopping server {self._pid}: {reason}")
        for sign, patience in ((how, 60.0), (_IMMEDIATE, 10.0), (signal.SIGKILL, 10.0)):
            with suppress(ProcessLookupError):
                os.kill(self._pid, sign)
            deadline = time.monotonic() + patience
            while self._is_alive():
                if time.monotonic() > deadline:
                    break
                self._sleep(0.02)
            else:
                return

    def _is_alive(self) -> bool:
        if self._pid == 0:
            return False
        if self._adopted:
            alive = self._is_our_server()
        else:
            alive = os.waitpid(self._pid, os.WNOHANG)[0] == 0
        if not alive:
            _note(f"server {self._pid} has ended")
            self._pid = 0
        return alive

    def _is_our_server(self) -> bool:
        try:
            os.kill(self._pid, 0)
            with open(f"/proc/{self._pid}/cmdline", "rb") as file:
                return os.fsencode(self._data) in file.read().split(b"\0")
        except FileNotFoundError:
            return not os.path.isdir("/proc/self")
        except OSError:
            return False

    def _data_identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._data)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _sleep(self, seconds: float) -> None:
        if select.select([self._wakeup], [], [], seconds)[0]:
            os.read(self._wakeup, 512)

    def _on_terminate(self, *_: object) -> None:
        self._asked_to_stop = True


def main(argv: Sequence[str]) -> int:
    base, idle_seconds, adopt, *command = argv
    lock = _lock_alone(os.path.join(base, "keeper.lock"), flags=os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, tries=50)
    if lock is None:
        sys.stderr.write("another keeper is at work\n")
        return 3
    if os.fork() != 0:
        return 0
    _detach(base)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    pid = int(adopt) or _start_server(base, command)
    _note(f"{'adopted' if int(adopt) else 'started'} server {pid}")
    Keeper(base, float(idle_seconds), pid, adopted=bool(int(adopt))).watch()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
