"""What a backup needs of the stores, whichever database they are in: files of one moment, and files put back."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from kizuna.ground.config import Config
from kizuna.ground.ids import StoreName
from kizuna.store import snapshot


class Copyable(Protocol):
    """One store as it was at the moment."""

    def copy(self, target: Path) -> None:
        """Write the file of a store on SQLite, which stands for itself."""
        ...


def moment(config: Config) -> AbstractContextManager[Mapping[StoreName, Copyable]]:
    """The four stores of these settings at one moment. Raises ConfigError."""
    if config.database == "sqlite":
        return snapshot.snapshots(config.data)
    from kizuna.store import postgres_snapshot

    return postgres_snapshot.snapshots(config)


def fill_configured(config: Config, files: Mapping[StoreName, Path]) -> None:
    """Where the stores are no files: put these into the database, which must be empty, and take them away."""
    if config.database == "sqlite":
        return
    from kizuna.store import postgres_snapshot

    postgres_snapshot.fill(config, files)
    for path in files.values():
        path.unlink()
