"""On which database the servers of a test keep their stores: SQLite, or PostgreSQL with ``STORES=postgres``."""

import asyncio
import os
from pathlib import Path
from typing import Final

from kizuna.ground.config import Config

ON_POSTGRES: Final = os.environ.get("STORES", "sqlite") == "postgres"
"""Whether this run of the tests is on PostgreSQL."""


def place(config: Config) -> Config:
    """Where the run says; tests/conftest.py puts a cluster's ``placed`` here."""
    return config


def placed(config: Config) -> Config:
    """The settings of a server for this run."""
    return place(config) if config.database == "sqlite" else config


def environment(data: Path) -> dict[str, str]:
    """The same for a program of its own: what it finds in its environment."""
    return {"KIZUNA_DATA": str(data), "KIZUNA_DATABASE": placed(Config(data=data)).database}


async def turn() -> None:
    """Let the loop go round once, for whoever counts on work being done in so many rounds: PostgreSQL takes longer."""
    await asyncio.sleep(0.001 if ON_POSTGRES else 0)
