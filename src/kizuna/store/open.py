"""Opening the stores of a server: the directory is locked, the schema is brought up to date, the files are opened."""

import contextlib
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from kizuna.ground.clock import Clock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.connection import DatabaseErrors
from kizuna.store.migrate import migrate
from kizuna.store.sqlite import SqliteStore
from kizuna.store.store import OpenStore

UNFINISHED: Final = "restore.part"
"""What a restore has not yet given its name; a directory that has it is not whole."""


@dataclass(frozen=True)
class Stores:
    """The four stores of one server."""

    people: OpenStore
    square: OpenStore
    circle: OpenStore
    letters: OpenStore
    lock: IO[str] | None = None

    def each(self) -> tuple[OpenStore, ...]:
        """All of them, people first."""
        return (self.people, self.square, self.circle, self.letters)

    def by_name(self, name: StoreName) -> OpenStore:
        """One of them."""
        return {store.name: store for store in self.each()}[name]

    async def start(self) -> None:
        """Begin to hear what other processes commit."""
        for store in self.each():
            await store.start()

    async def close(self) -> None:
        """Finish accepted writes, close the files, unlock the directory."""
        for store in self.each():
            await store.close()
        self._unlock()

    def abandon(self) -> None:
        """Close at once, as in a crash."""
        for store in self.each():
            store.abandon()
        self._unlock()

    def _unlock(self) -> None:
        if self.lock is not None:
            self.lock.close()


def migrate_configured(config: Config, clock: Clock) -> None:
    """Bring the stores of these settings up to date; makes them where they are missing. Raises ConfigError."""
    if config.database == "sqlite":
        open_stores(config.data, clock).abandon()
        return
    from kizuna.store.postgres_open import migrate_database

    migrate_database(config)


def open_configured(config: Config, clock: Clock, *, inline: bool = False) -> Stores:
    """Open the stores where the settings say. With the owner's login at hand, a database is brought up to date first.

    Raises ConfigError when they cannot be used.
    """
    if config.database == "sqlite":
        return open_stores(config.data, clock, inline=inline)
    from kizuna.store.postgres_open import migrate_database, open_schemas

    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if config.database_owner:
        migrate_database(config)
    return Stores(**open_schemas(config, clock))


def open_stores(data: Path, clock: Clock, *, inline: bool = False) -> Stores:
    """Open the files in ``data`` (made if missing, readable only by us).

    Raises ConfigError when it is in use, or a file was written by a newer program or by something else.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.ExitStack() as opening:
        lock = opening.enter_context(lock_directory(data))
        if (data / UNFINISHED).exists():
            raise ConfigError(
                f"a restore into {data} was not finished; empty the directory and restore again"
            )
        opened: dict[StoreName, SqliteStore] = {}
        for name in STORE_NAMES:
            opened[name] = _open(name, data / f"{name}.db", clock, inline=inline)
            opening.callback(opened[name].abandon)
        opening.pop_all()
    return Stores(lock=lock, **opened)


def _open(name: StoreName, path: Path, clock: Clock, *, inline: bool) -> SqliteStore:
    path.touch(mode=0o600)
    try:
        migrate(name, path)
        return SqliteStore(name, path, clock, inline=inline)
    except DatabaseErrors as error:
        raise ConfigError(f"{path} cannot be used: {getattr(error, 'orig', error)}") from error


def lock_directory(data: Path) -> IO[str]:
    """Keep every other server out until the answer is closed. Raises ConfigError when one is there."""
    handle = (data / "lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise ConfigError(
            f"{data} is in use by another Kizuna; stop it first or choose another directory"
        ) from error
    handle.write(str(os.getpid()))
    handle.flush()
    return handle
