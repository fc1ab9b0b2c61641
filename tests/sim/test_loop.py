"""The simulated loop: virtual time, seeded order, death between steps, nothing real."""

import asyncio
import threading
from asyncio import sleep

import pytest

from kizuna.ground.randomness import Randomness, SeededRandomness
from tests.sim.loop import DeadlockError, Process, RealWorldError, SimLoop, simulation


def test_an_hour_passes_at_once() -> None:
    async def nap() -> float:
        await sleep(3600)
        return asyncio.get_running_loop().time()

    with simulation() as loop:
        assert loop.run_until_complete(nap()) == 3600


def test_timeouts_and_queues_work_on_virtual_time() -> None:
    async def produce(queue: asyncio.Queue[int]) -> None:
        for number in range(3):
            await sleep(1)
            queue.put_nowait(number)

    async def consume(queue: asyncio.Queue[int], got: list[int]) -> None:
        while True:
            got.append(await queue.get())

    async def work() -> list[int]:
        queue: asyncio.Queue[int] = asyncio.Queue()
        got: list[int] = []
        async with asyncio.TaskGroup() as group:
            group.create_task(produce(queue))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(consume(queue, got), 2.5)
        return got

    with simulation() as loop:
        assert loop.run_until_complete(work()) == [0, 1]


def order_of_five(race: Randomness | None) -> list[int]:
    done: list[int] = []

    async def one(number: int) -> None:
        for _ in range(2):
            await sleep(0)
        done.append(number)

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number) for number in range(5)))

    with simulation(race) as loop:
        loop.run_until_complete(all_of_them())
    return done


def test_the_order_of_ready_steps_follows_the_seed() -> None:
    assert order_of_five(None) == [0, 1, 2, 3, 4]
    raced = {tuple(order_of_five(SeededRandomness(seed))) for seed in range(20)}
    assert len(raced) > 10
    assert order_of_five(SeededRandomness(7)) == order_of_five(SeededRandomness(7))


def test_waiting_for_nothing_is_an_error() -> None:
    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    loop = SimLoop()
    task = loop.create_task(forever())
    with pytest.raises(DeadlockError):
        loop.run_until_complete(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()


def test_death_stops_every_task_between_two_steps() -> None:
    done: list[str] = []

    async def child() -> None:
        while True:
            await sleep(1)
            done.append("child")

    async def parent() -> None:
        task = asyncio.create_task(child())
        asyncio.get_running_loop().call_later(3.5, done.append, "timer")
        done.append("started")
        await task

    async def world(loop: SimLoop) -> None:
        process = Process(loop, "square")
        told: list[str] = []
        process.on_death(lambda: told.append("dead"))
        task = process.spawn(parent())
        await sleep(2.5)
        process.kill()
        assert told == ["dead"]
        await sleep(10)
        assert task.cancelled()
        assert not process.tasks

    with simulation() as loop:
        loop.run_until_complete(world(loop))
        assert loop.errors == []
    assert done == ["started", "child", "child"]


def test_the_dead_do_not_act_while_they_are_unwound() -> None:
    """`finally` runs after the connections are gone, and failing there is nobody's error."""
    connected = True
    wrote: list[bool] = []

    async def serve() -> None:
        try:
            await sleep(100)
        finally:
            wrote.append(connected)
            await sleep(0)
            raise RuntimeError("the connection is closed")

    async def world(loop: SimLoop) -> None:
        process = Process(loop, "square")

        def disconnect() -> None:
            nonlocal connected
            connected = False

        process.on_death(disconnect)
        process.spawn(serve())
        await sleep(1)
        process.kill()
        await sleep(1)

    with simulation() as loop:
        loop.run_until_complete(world(loop))
        assert loop.errors == []
    assert wrote == [False]


def test_the_dead_are_unwound_in_the_order_they_began() -> None:
    """Unwinding draws from the randomness of the next life too, so its order is part of the story of a seed."""
    unwound: list[int] = []

    async def serve(number: int) -> None:
        try:
            await sleep(100)
        finally:
            unwound.append(number)

    async def world(loop: SimLoop) -> None:
        process = Process(loop, "square")
        for number in range(100):
            process.spawn(serve(number))
        await sleep(1)
        process.kill()
        await sleep(1)

    with simulation() as loop:
        loop.run_until_complete(world(loop))
    assert unwound == list(range(100))


def test_killing_after_some_steps_lands_within_one_instant() -> None:
    reached: set[int] = set()

    for steps in range(1, 6):
        done: list[int] = []

        async def write(done: list[int] = done) -> None:
            for number in range(10):
                done.append(number)
                await sleep(0)

        async def world(loop: SimLoop, steps: int = steps) -> None:
            process = Process(loop, "square")
            process.spawn(write())
            process.kill_after(steps)
            await sleep(1)

        with simulation() as loop:
            loop.run_until_complete(world(loop))
        reached.add(len(done))
    assert reached == {1, 2, 3, 4, 5}


def test_an_error_of_the_living_is_kept_for_the_test() -> None:
    async def fail() -> None:
        raise ValueError("lost")

    async def world(loop: SimLoop) -> None:
        Process(loop, "square").spawn(fail())
        await sleep(1)

    with simulation() as loop:
        loop.run_until_complete(world(loop))
        assert [str(error["exception"]) for error in loop.errors] == ["lost"]


def test_executors_run_inline_and_other_threads_are_refused() -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        assert await asyncio.to_thread(threading.get_ident) == threading.get_ident()
        refused: list[BaseException] = []

        def intrude() -> None:
            try:
                loop.call_soon_threadsafe(print)
            except RealWorldError as error:
                refused.append(error)

        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()
        assert len(refused) == 1

    with simulation() as loop:
        loop.run_until_complete(work())


def test_sockets_and_children_are_refused() -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(RealWorldError):
            await asyncio.open_connection("localhost", 80)
        with pytest.raises(RealWorldError):
            await asyncio.create_subprocess_exec("true")
        with pytest.raises(RealWorldError):
            await loop.getaddrinfo("localhost", 80)

    with simulation() as loop:
        loop.run_until_complete(work())
