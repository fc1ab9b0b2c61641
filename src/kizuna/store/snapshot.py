"""One moment of all four stores, to be copied while a server goes on writing.

A copy of one file after the other could hold an effect without its cause. So the write locks of all four are held for
the instant in which a read snapshot of each begins; the server waits that long, and writes on while they are copied.
"""

import sqlite3
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from kizuna.ground.config import ConfigError
from kizuna.ground.ids import STORE_NAMES, StoreName

PATIENCE_S: Final = 60.0
HOLD_S: Final = 2.0  # a server waits 5 s for a lock before it refuses a write
PAUSE_S: Final = 0.05
RETRY_S: Final = 0.0005  # between two of a busy server's commits there is little time


class Snapshot:
    """One store as it was at the moment."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)

    def begin(self) -> None:
        """From now on nothing newer is seen."""
        self._connection.execute("BEGIN")
        self._connection.execute("SELECT 1 FROM sqlite_master").fetchone()

    def copy(self, target: Path) -> None:
        """Write a file that stands for itself, without a log beside it."""
        target.touch(mode=0o600)
        with closing(sqlite3.connect(target)) as into:
            self._connection.backup(into)
            into.execute("PRAGMA journal_mode=DELETE")

    def close(self) -> None:
        """Let go."""
        self._connection.close()


@contextmanager
def snapshots(data: Path) -> Generator[Mapping[StoreName, Snapshot]]:
    """The four stores in ``data`` at one moment. Raises ConfigError when they are not there or never pause."""
    paths: Mapping[StoreName, Path] = {name: data / f"{name}.db" for name in STORE_NAMES}
    for path in paths.values():
        if not path.is_file():
            raise ConfigError(f"there is no {path}; is this the directory of a server?")
    with ExitStack() as opening:
        found: Mapping[StoreName, Snapshot] = {
            name: opening.enter_context(closing(Snapshot(path))) for name, path in paths.items()
        }
        with _locked(list(paths.values())):
            for snapshot in found.values():
                snapshot.begin()
        yield found


def check(path: Path) -> None:
    """Raises ConfigError when a file is no sound database."""
    with closing(connect(path)) as connection:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise ConfigError(f"{path.name} is damaged: {found}")


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a file that is there, which waits for nobody."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)


@contextmanager
def _locked(paths: Sequence[Path]) -> Generator[None]:
    with ExitStack() as opening:
        connections = [opening.enter_context(closing(connect(path))) for path in paths]
        deadline = time.monotonic() + PATIENCE_S
        while not _lock_all(connections):
            if time.monotonic() > deadline:
                raise ConfigError("the stores are written to without a pause; try again later")
            time.sleep(PAUSE_S)
        yield  # closing the connections ends what they began


def _lock_all(connections: Sequence[sqlite3.Connection]) -> bool:
    """Take every write lock, or none: whoever waits for one must not be kept waiting by the others."""
    deadline = time.monotonic() + HOLD_S
    for connection in connections:
        while not _lock(connection):
            if time.monotonic() > deadline:
                for each in connections:
                    each.rollback()
                return False
            time.sleep(RETRY_S)
    return True


def _lock(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
