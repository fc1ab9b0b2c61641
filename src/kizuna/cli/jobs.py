"""``kizuna jobs``: what nobody tries any more, and what shall become of it. Works beside a running server."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import typer

from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.errors import NotFound
from kizuna.ground.ids import parse_id
from kizuna.jobs import dead
from kizuna.store.beside import open_beside
from kizuna.store.store import Store

Verb = Callable[[Sequence[Store], int], Awaitable[None]]


def list_dead(config: Config) -> None:
    """Print every dead letter on a line."""
    asyncio.run(_list(config))


def retry(config: Config, ids: Sequence[str]) -> None:
    """Let these be tried again; all of them when none is named. Raises ConfigError for an id that is none."""
    asyncio.run(_each(config, ids, dead.retry, "to be tried again"))


def discard(config: Config, ids: Sequence[str]) -> None:
    """Forget these. Raises ConfigError when none is named, and for an id that is none."""
    if not ids:
        raise ConfigError("name the dead letters to discard; `kizuna jobs list` shows them")
    asyncio.run(_each(config, ids, dead.discard, "discarded"))


async def _list(config: Config) -> None:
    stores = open_beside(config, SystemClock())
    letters = await dead.dead_letters(stores)
    for one in letters:
        typer.echo(f"{one.id}  {one.store} {one.what} {one.kind}, {one.attempts} attempts: {one.error}")
    if not letters:
        typer.echo("no dead letters")
    for store in stores:
        await store.close()


async def _each(config: Config, ids: Sequence[str], verb: Verb, done: str) -> None:
    stores = open_beside(config, SystemClock())
    wanted = list(ids) or [str(letter.id) for letter in await dead.dead_letters(stores)]
    try:
        for text in wanted:
            letter_id = parse_id(text)
            if letter_id is None:
                raise ConfigError(f"{text!r} is not the id of a dead letter")
            try:
                await verb(stores, letter_id)
            except NotFound as error:
                raise ConfigError(f"there is no dead letter {letter_id}") from error
            typer.echo(f"{letter_id}  {done}")
    finally:
        for store in stores:
            await store.close()
