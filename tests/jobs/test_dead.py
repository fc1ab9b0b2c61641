"""Dead letters: listed, retried, discarded, beside a running server too."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kizuna.cli.program import app
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.errors import NotFound
from kizuna.ground.events import Event
from kizuna.jobs import dead, duties, queries
from kizuna.store.beside import open_beside
from kizuna.store.open import Stores
from kizuna.store.store import Tx
from tests.databases import environment
from tests.jobs.test_duties import Task


class Lost(Event, frozen=True, tag="test.lost"):
    number: int


async def bury(stores: Stores) -> list[int]:
    """A dead duty in the circle and a dead event in the square; answers their ids."""

    async def ask(tx: Tx) -> None:
        await duties.add(tx, "test", Task(1))

    async def emit(tx: Tx) -> None:
        tx.emit(Lost(1))

    await stores.circle.write(ask)
    await stores.square.write(emit)
    (duty,) = await queries.due_duties("circle", stores.circle.reads, "normal", queries.NEVER, 8)
    (event,) = await queries.outbox_due("square", stores.square.reads, queries.NEVER, 8)
    await stores.circle.write(
        lambda tx: queries.postpone_duty(tx, duty.id, run_at=1, error="ValueError: no", dead_at=1)
    )
    await stores.square.write(lambda tx: queries.outbox_failed(tx, event.id, queries.NEVER, "KeyError: x"))
    return [duty.id, event.id]


def test_dead_letters_are_told_apart_from_what_waits(stores: Stores) -> None:
    async def go() -> None:
        ids = await bury(stores)
        await stores.people.write(lambda tx: duties.add(tx, "test", Task(2)))
        letters = await dead.dead_letters(stores.each())
        assert {(one.id, one.store, one.what, one.error) for one in letters} == {
            (ids[0], "circle", "duty", "ValueError: no"),
            (ids[1], "square", "event", "KeyError: x"),
        }
        assert await dead.count_dead(stores.each()) == 2
        (waiting,) = await queries.due_duties("people", stores.people.reads, "normal", queries.NEVER, 8)
        for verb in (dead.retry, dead.discard):
            with pytest.raises(NotFound):
                await verb(stores.each(), waiting.id)

    asyncio.run(go())


def test_retried_ones_are_due_again_from_the_start(stores: Stores) -> None:
    async def go() -> None:
        for one in await bury(stores):
            await dead.retry(stores.each(), one)
        assert await dead.count_dead(stores.each()) == 0
        now = SystemClock().now_ms()
        (duty,) = await queries.due_duties("circle", stores.circle.reads, "normal", now, 8)
        (event,) = await queries.outbox_due("square", stores.square.reads, now, 8)
        assert (duty.attempts, event.attempts) == (0, 0)

    asyncio.run(go())


def test_the_command_works_beside_a_server(stores: Stores, tmp_path: Path) -> None:
    ids = asyncio.run(bury(stores))
    data = environment(tmp_path / "data")

    def told(*arguments: str) -> list[str]:
        result = CliRunner().invoke(app, ["jobs", *arguments], env=data)
        assert result.exit_code == 0, result.output
        return result.output.splitlines()

    assert [line.split()[0] for line in told("list")] == [str(one) for one in sorted(ids)]
    assert told("retry", str(ids[0])) == [f"{ids[0]}  to be tried again"]
    assert told("discard", str(ids[1])) == [f"{ids[1]}  discarded"]
    assert told("list") == ["no dead letters"]
    for arguments in (["retry", "7"], ["discard", "x"], ["discard"]):
        result = CliRunner().invoke(app, ["jobs", *arguments], env=data)
        assert isinstance(result.exception, ConfigError), arguments


@pytest.mark.sqlite("looks for its files")
def test_no_server_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no"):
        open_beside(Config(data=tmp_path), SystemClock())
