"""Becomes another system account, keeping at most one capability, and runs a command. Standard library only.

Usage: privileges.py UID GID CAPABILITY|- run COMMAND...
       privileges.py UID GID CAPABILITY|- reach PATH...      (exits 0 when the account can read every path)
"""

import ctypes
import os
import sys
from collections.abc import Sequence

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2

_PR_CAPBSET_DROP = 24
_PR_GET_SECUREBITS = 27
_PR_SET_SECUREBITS = 28
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_HIGHEST_CAPABILITY = 63


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def become(uid: int, gid: int, capability: int | None) -> None:
    """Give up root for good; raises OSError where the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    for other in range(_HIGHEST_CAPABILITY + 1):
        if other != capability:
            libc.prctl(_PR_CAPBSET_DROP, other, 0, 0, 0)
    if capability is not None:
        # access(2) ignores a capability unless this bit is set, and PostgreSQL looks for its own files by access(2).
        bits = libc.prctl(_PR_GET_SECUREBITS, 0, 0, 0, 0)
        _checked(libc.prctl(_PR_SET_SECUREBITS, bits | _SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if capability is not None:
        _keep_only(libc, capability)
    _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def _keep_only(libc: ctypes.CDLL, capability: int) -> None:
    bit = 1 << capability
    sets = (_Sets * 2)(_Sets(bit, bit, bit), _Sets(0, 0, 0))
    _checked(libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets))
    _checked(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _can_read(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return os.access(path, os.R_OK)


def main(argv: Sequence[str]) -> int:
    uid, gid, capability, verb, *rest = argv
    become(int(uid), int(gid), None if capability == "-" else int(capability))
    if verb == "reach":
        return 0 if all(_can_read(path) for path in rest) else 1
    return os.execv(rest[0], rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
