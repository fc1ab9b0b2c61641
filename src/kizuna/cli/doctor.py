"""``kizuna doctor``: looks whether a server can work here, a line for each thing. Works beside a running server."""

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import typer

from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES
from kizuna.jobs import dead
from kizuna.store.beside import open_beside
from kizuna.store.examine import ENOUGH, SQLITE, examine, sqlite_is_new_enough

PYTHON: Final = (3, 11)
LEAST_FREE: Final = 512 * 1024 * 1024


class Finding(NamedTuple):
    """One line: what was looked at, whether it is well, and what was seen."""

    what: str
    well: bool
    seen: str


def run(read: Callable[[], Config]) -> int:
    """Print every finding; answers the exit code, 1 when something is wrong."""
    try:
        config = read()
    except ConfigError as error:
        findings = [Finding("settings", False, str(error)), *_versions()]
    else:
        findings = [Finding("settings", True, f"can be read; {config.url}"), *look(config)]
    for finding in findings:
        typer.echo(f"{'ok   ' if finding.well else 'WRONG'}  {finding.what}: {finding.seen}")
    return 0 if all(finding.well for finding in findings) else 1


def look(config: Config) -> Iterator[Finding]:
    """Everything there is to see with these settings."""
    yield from _versions()
    if not config.data.is_dir():
        yield Finding("directory", False, f"{config.data} is not there; the first start makes it")
        return
    yield _private("directory", config.data, 0o700)
    yield _space(config.data)
    sound = True
    for finding in _files(config.data) if config.database == "sqlite" else _schemas(config):
        sound = sound and finding.well
        yield finding
    if sound:
        yield asyncio.run(_dead_letters(config))


def _files(data: Path) -> Iterator[Finding]:
    for name in STORE_NAMES:
        path = data / f"{name}.db"
        if not path.is_file():
            yield Finding(path.name, False, "is not there")
            continue
        yield _private(path.name, path, 0o600)
        troubles = examine(name, path)
        yield from (Finding(path.name, False, trouble) for trouble in troubles)
        if not troubles:
            yield Finding(path.name, True, "schema is current, pages are sound")


def _schemas(config: Config) -> Iterator[Finding]:
    from kizuna.store.postgres_examine import examine_database

    for look in examine_database(config, SystemClock()):
        yield Finding(look.what, not look.wrong, look.wrong or look.well)


def _versions() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, PYTHON))
    yield Finding("Python", sys.version_info >= PYTHON, f"{python}; {wanted} or newer is needed")
    yield Finding("SQLite", sqlite_is_new_enough(), f"{SQLITE}; {ENOUGH} or newer is needed")


def _private(what: str, path: Path, most: int) -> Finding:
    """Whether nobody but the owner gets at a file or directory, and the owner is who runs the server."""
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if mode & ~most:
        return Finding(what, False, f"others can get at it (mode {mode:04o}); chmod {most:04o} {path}")
    if os.geteuid() not in (0, found.st_uid):
        return Finding(what, False, f"belongs to user {found.st_uid}, and you are {os.geteuid()}")
    return Finding(what, True, f"only its owner gets at it (mode {mode:04o})")


def _space(data: Path) -> Finding:
    free = shutil.disk_usage(data).free
    return Finding(
        "disk", free >= LEAST_FREE, f"{free // 1024**2} MiB free of at least {LEAST_FREE // 1024**2}"
    )


async def _dead_letters(config: Config) -> Finding:
    stores = open_beside(config, SystemClock())
    try:
        count = await dead.count_dead(stores)
    finally:
        for store in stores:
            await store.close()
    return Finding("dead letters", not count, f"{count}; see `kizuna jobs list`" if count else "none")
