"""Opening the stores beside a server that may be running: for commands that look, and change a row or two.

SQLite lets several processes have a file open; the lock of the directory keeps a second *server* out, not these. On
PostgreSQL they are processes like the others.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from kizuna.ground.clock import Clock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES
from kizuna.store.connection import DatabaseErrors
from kizuna.store.migrate import head, revision
from kizuna.store.sqlite import SqliteStore
from kizuna.store.store import OpenStore


def open_beside(config: Config, clock: Clock) -> Sequence[OpenStore]:
    """The four stores of these settings. Raises ConfigError when they are not there, or of another schema than ours."""
    if config.database == "sqlite":
        return _open_files(config.data, clock)
    from kizuna.store.postgres_open import open_schemas

    return tuple(open_schemas(config, clock).values())


def _open_files(data: Path, clock: Clock) -> Sequence[SqliteStore]:
    with contextlib.ExitStack() as opening:
        opened: list[SqliteStore] = []
        for name in STORE_NAMES:
            path = data / f"{name}.db"
            if not path.is_file():
                raise ConfigError(f"there is no {path}; is this the directory of a server?")
            try:
                found = revision(path)
                if found != head(name):
                    raise ConfigError(
                        f"{path} has schema {found}, this program {head(name)}; start the server first"
                    )
                opened.append(SqliteStore(name, path, clock))
            except DatabaseErrors as error:
                raise ConfigError(f"{path} cannot be used: {getattr(error, 'orig', error)}") from error
            opening.callback(opened[-1].abandon)
        opening.pop_all()
    return opened
