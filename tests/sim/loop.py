"""A deterministic asyncio loop: virtual time, one thread, and processes that can be killed between any two steps.

Nothing here waits: when no step is ready, time jumps to the next timer. A `Process` is the set of tasks that one
server started; killing it stops them where they stand, as `kill -9` does, while the loop and the other servers go on.
"""

import asyncio
import contextvars
import heapq
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any, Never, TypeVar, TypeVarTuple

import anyio.to_thread

from kizuna.ground.randomness import Randomness

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

RACE_WIDTH = 8  # how far ahead in the ready queue a raced step may be picked


class DeadlockError(Exception):
    """No step is ready and no timer is set, yet somebody waits."""


class RealWorldError(Exception):
    """Simulated code reached for a thread, a socket, a signal or a child process."""


class Process:
    """One life of a server: everything that runs in its context dies with it.

    Tasks belong to a process by their context, which tasks, timers and callbacks started by them inherit.
    """

    def __init__(self, loop: "SimLoop", name: str) -> None:
        self.name = name
        self.alive = True
        self.tasks: dict[
            asyncio.Task[Any], None
        ] = {}  # in the order of their start: a seed is told twice alike
        self.dying: list[Callable[[], None]] = []
        self.limbo: list[Step] = []
        self._loop = loop
        self._countdown: int | None = None
        self.context = contextvars.copy_context()
        self.context.run(CURRENT.set, self)
        loop.processes.append(self)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a task that lives and dies with this process."""
        if not self.alive:
            work.close()
            raise ProcessLookupError(self.name)
        return self._loop.create_task(work, context=self.context.copy())

    def on_death(self, tell: Callable[[], None]) -> None:
        """Call `tell` at the instant of death (sockets reset, database connections dropped)."""
        self.dying.append(tell)

    def kill(self) -> None:
        """Stop at this instant: no step of this process has an effect any more."""
        if not self.alive:
            return
        self.alive = False
        for tell in self.dying:
            tell()
        self.dying.clear()
        self._loop.exile(self)
        self._loop.call_soon(self._bury, context=self._loop.outside)

    def kill_after(self, steps: int | None) -> None:
        """Die after that many more steps (None: don't): the way to land between two effects of one instant."""
        self._countdown = steps

    def forget(self, task: asyncio.Task[Any]) -> None:
        """It has ended."""
        self.tasks.pop(task, None)

    def count(self) -> None:
        """One step was made."""
        if self._countdown is not None:
            self._countdown -= 1
            if self._countdown <= 0:
                self.kill()

    def _bury(self) -> None:
        """Unwind what was left standing, so that no coroutine is torn down later by the garbage collector.

        Connections are closed and the network is deaf by now, so that unwinding can change nothing.
        """
        for _ in range(100):
            for task in list(self.tasks):
                task.cancel()
            if not self.limbo:
                break
            while self.limbo:
                self.limbo.pop(0).run()


CURRENT: contextvars.ContextVar[Process | None] = contextvars.ContextVar("process", default=None)


class Work(asyncio.Task[Any]):
    """A task that knows whose it is."""

    process: Process | None = None


class Promise(asyncio.Future[Any]):
    """A future that knows who made it."""

    process: Process | None = None


class Step(asyncio.Handle):
    """A ready callback, remembered with the process that it belongs to."""

    process: Process | None = None

    def run(self) -> None:
        if not self.cancelled():
            self._run()


class Timer(asyncio.TimerHandle):
    """A callback for later. The death of its process makes it void."""

    process: Process | None = None

    def run(self) -> None:
        if not self.cancelled():
            self._run()


class SimLoop(asyncio.BaseEventLoop):
    """An event loop over a virtual clock that starts at 0 s. `race` picks ready steps in a seeded random order."""

    def __init__(self, race: Randomness | None = None) -> None:
        super().__init__()
        self.steps = 0
        self.processes: list[Process] = []
        self.errors: list[dict[str, Any]] = []
        self.outside = contextvars.copy_context()
        self._now = 0.0
        self._serial = 0
        self._race = race
        self._soon: list[Step | Timer] = []
        self._later: list[tuple[float, int, Timer]] = []
        self._thread = threading.get_ident()
        self.set_task_factory(self._start_task)
        self.set_exception_handler(self._note_error)

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        step = Step(callback, args, self, context)
        step.process = _owner(context)
        if step.process is not None and not step.process.alive:
            step.process.limbo.append(step)
        else:
            self._soon.append(step)
        return step

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        if threading.get_ident() != self._thread:
            raise RealWorldError("a thread of its own called into the simulation")
        return self.call_soon(callback, *args, context=context)

    def call_later(
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        timer = Timer(when, callback, args, self, context)
        timer.process = _owner(context)
        self._serial += 1
        heapq.heappush(self._later, (when, self._serial, timer))
        return timer

    def step(self) -> None:
        """Run one ready callback; if there is none, jump to the next timer."""
        while not self._soon:
            self._jump()
        index = 0
        if self._race is not None and len(self._soon) > 1:
            index = self._race.below(min(len(self._soon), RACE_WIDTH))
        step = self._soon.pop(index)
        process = step.process
        self.steps += 1
        step.run()
        if process is not None:
            process.count()

    _run_once = step

    def end(self) -> None:
        """Kill every process and make the steps that are left in this instant."""
        for process in self.processes:
            process.kill()
        while self._soon:
            self.step()
        self.close()

    def exile(self, dead: Process) -> None:
        """Take the dead process' steps out of the queue."""
        dead.limbo.extend(step for step in self._soon if step.process is dead and isinstance(step, Step))
        self._soon = [step for step in self._soon if step.process is not dead]

    def _jump(self) -> None:
        while self._later and self._later[0][2].cancelled():
            heapq.heappop(self._later)
        if not self._later:
            raise DeadlockError("nothing is ready and nothing is timed")
        self._now = max(self._now, self._later[0][0])
        while self._later and self._later[0][0] <= self._now:
            timer = heapq.heappop(self._later)[2]
            if timer.process is None or timer.process.alive:
                self._soon.append(timer)

    def _start_task(
        self, loop: asyncio.AbstractEventLoop, work: Any, context: contextvars.Context | None = None
    ) -> asyncio.Task[Any]:
        task = Work(work, loop=self, context=context)
        process = task.process = _owner(context)
        if process is not None:
            process.tasks[task] = None
            task.add_done_callback(process.forget, context=self.outside)
        return task

    def _note_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Keep what asyncio would log, for the test to fail on; what the dead leave behind is nobody's error."""
        culprit = context.get("future") or context.get("task")
        owner = culprit.process if isinstance(culprit, Work | Promise) else CURRENT.get()
        if owner is None or owner.alive:
            self.errors.append(context)

    def create_future(self) -> Promise:
        promise = Promise(loop=self)
        promise.process = CURRENT.get()
        return promise

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are skipped when their time comes."""

    def _write_to_self(self) -> None:
        """There is no selector to wake."""

    def run_in_executor(self, executor: Any, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Run `func` now, in this thread: the only deterministic moment."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is handed to whoever awaits the result
            done.set_exception(error)
        return done

    async def getaddrinfo(self, *args: Any, **kwargs: Any) -> Never:
        raise RealWorldError("name resolution")

    async def create_connection(self, *args: Any, **kwargs: Any) -> Never:
        raise RealWorldError("an outgoing connection")

    async def create_server(self, *args: Any, **kwargs: Any) -> Never:
        raise RealWorldError("a listening socket")

    async def create_datagram_endpoint(self, *args: Any, **kwargs: Any) -> Never:
        raise RealWorldError("a datagram socket")

    async def subprocess_shell(self, *args: Any, **kwargs: Any) -> Never:
        raise RealWorldError("a child process")

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Never:
        raise RealWorldError("a child process")


def _owner(context: contextvars.Context | None) -> Process | None:
    return CURRENT.get() if context is None else context.get(CURRENT)


@contextmanager
def simulation(race: Randomness | None = None) -> Generator[SimLoop]:
    """A loop for one simulated world, closed afterwards; threads asked for through anyio run inline."""
    loop = SimLoop(race)
    threaded = anyio.to_thread.run_sync

    async def inline(func: Callable[[*Ts], T], *args: *Ts, **_limits: object) -> T:
        return func(*args)

    anyio.to_thread.run_sync = inline
    try:
        yield loop
    finally:
        loop.end()
        anyio.to_thread.run_sync = threaded
