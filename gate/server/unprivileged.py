"""Whom the embedded database runs as, and how it gets at its files: never as root.

Programs and data may lie where only root can go (a checkout under /root). Data then lives under
/var/lib, and the programs are copied there once.
"""

import ctypes
import hashlib
import os
import pwd
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

HOME = Path("/var/lib/onsite-badge")
_UNPRIVILEGED = ("postgres", "nobody")
_PR_SET_PDEATHSIG = 1


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


def account() -> pwd.struct_passwd | None:
    """Whom to become; None when we are not root. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseError(f"running as root, and none of {', '.join(_UNPRIVILEGED)} exists")


def reachable(directory: Path, who: pwd.struct_passwd | None) -> Path:
    """The directory, or a stand-in for it where the account can go."""
    if who is None or not _closed(directory):
        return directory
    return HOME / _short(str(directory)) / directory.name


def programs(folder: Path, who: pwd.struct_passwd | None) -> Path:
    """The folder of programs, or a copy of it that the account can run. Raises OSError."""
    if who is None or not _closed(folder / "bin"):
        return folder
    package = folder.parent
    made = (folder / "bin").stat().st_mtime_ns
    home = HOME / _short(f"{folder} {made}")
    if not home.exists():
        part = home.with_suffix(f".{os.getpid()}")
        shutil.copytree(folder, part / package.name / folder.name, symlinks=True)
        # The wheel keeps shared libraries beside its package; programs find them from there.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        for each in (HOME, part, part / package.name):
            each.chmod(0o755)
        try:
            part.rename(home)
        except OSError:  # another program made it meanwhile
            shutil.rmtree(part)
    return home / package.name / folder.name


def child(who: pwd.struct_passwd | None) -> Callable[[], None]:
    """What the child does before it becomes PostgreSQL: drop root, die with its parent."""
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        if who is not None:
            os.setgroups([])
            os.setgid(who.pw_gid)
            os.setuid(who.pw_uid)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

    return prepare


def _closed(path: Path) -> bool:
    """Whether some folder on the way may not be entered by others."""
    return any(each.exists() and not each.stat().st_mode & 1 for each in path.parents)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
