"""A network in one process: requests arrive after a while, late, twice or never, as the seed says. All is logged."""

import asyncio
import contextvars
from collections.abc import AsyncGenerator, Coroutine, Sequence
from typing import cast
from urllib.parse import urlsplit

import msgspec

from kizuna.fetch.port import FetchFailed, FetchUnanswered, Request, Response
from kizuna.ground.randomness import Randomness
from tests.sim.asgi import Answer, App, BrokenOffError, Call, exchange
from tests.sim.loop import CURRENT, Process, SimLoop

# The longest that a late or repeated request is under way. Who concludes from absence must wait longer (tie: settle).
LATEST_S = 40.0
REPEATABLE = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")


class Faults(msgspec.Struct):
    """Probabilities from 0 to 1 for what may happen to one request; ``delay`` in seconds, each way."""

    lose_request: float = 0.0
    lose_answer: float = 0.0
    reset: float = 0.0
    late: float = 0.0
    repeat: float = 0.0
    break_answer: float = 0.0
    delay: tuple[float, float] = (0.001, 0.05)


#: The address whose request is being processed; "" for what a server does by itself.
ASKER: contextvars.ContextVar[str] = contextvars.ContextVar("asker", default="")
CALM = Faults()
STORM = Faults(
    lose_request=0.07,
    lose_answer=0.07,
    reset=0.05,
    late=0.05,
    repeat=0.08,
    break_answer=0.06,
    delay=(0.001, 2.0),
)


class Sent(msgspec.Struct, frozen=True):
    """One request that left somebody, with what came back (None: nothing did). Times are virtual seconds."""

    at: float
    source: str
    call: Call
    fault: str
    answer: Answer | None


class UnreachableError(Exception):
    """Nobody listens there; the request was surely not processed."""


class SilenceError(Exception):
    """No answer came; the request may have been processed, or may yet be."""


class Network:
    """Connects hosts (``host:port``) to the processes and applications that answer for them."""

    def __init__(self, loop: SimLoop, randomness: Randomness, faults: Faults = CALM) -> None:
        self.log: list[Sent] = []
        self.faults = faults
        self._loop = loop
        self._randomness = randomness
        self._hosts: dict[str, tuple[Process, App]] = {}
        self._carriers: set[asyncio.Task[None]] = set()

    def listen(self, host: str, process: Process, app: App) -> None:
        """Let a process answer for a host until it dies."""
        self._hosts[host] = (process, app)
        process.on_death(lambda: self.deafen(host))

    def deafen(self, host: str) -> None:
        """Nobody answers for the host any more."""
        self._hosts.pop(host, None)

    async def send(self, source: str, call: Call, patience: float) -> Answer:
        """Carry one request. Raises UnreachableError or SilenceError; the dead never hear back."""
        sender = CURRENT.get()
        if sender is not None and not sender.alive:
            raise UnreachableError("the sender is dead")
        heard: asyncio.Future[Answer] = self._loop.create_future()
        fault = self._draw(call)
        started = self._loop.time()
        self._detach(self._carry(call, fault, heard))
        answer: Answer | None = None
        try:
            async with asyncio.timeout(patience):
                answer = cast(Answer, await heard)
                return answer
        except TimeoutError as error:
            raise SilenceError("time ran out") from error
        finally:
            self.log.append(Sent(started, source, call, fault, answer))

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        while self._carriers:
            await asyncio.wait(set(self._carriers))

    def _detach(self, work: Coroutine[object, object, None]) -> None:
        """The network's own task: what is under way arrives whether or not the sender still lives."""
        context = contextvars.copy_context()
        context.run(CURRENT.set, None)
        task = self._loop.create_task(work, context=context)
        self._carriers.add(task)
        task.add_done_callback(self._carriers.discard, context=self._loop.outside)

    def _draw(self, call: Call) -> str:
        dice = self._randomness.uniform()
        for fault in ("lose_request", "lose_answer", "reset", "late", "repeat", "break_answer"):
            dice -= getattr(self.faults, fault)
            if dice < 0:
                return fault if fault != "repeat" or repeatable(call) else ""
        return ""

    def _delay(self) -> float:
        low, high = self.faults.delay
        return low + (high - low) * self._randomness.uniform()

    async def _carry(self, call: Call, fault: str, heard: asyncio.Future[Answer]) -> None:
        if fault == "lose_request":
            return
        await asyncio.sleep(self._delay() + (LATEST_S * self._randomness.uniform() if fault == "late" else 0))
        try:
            answer = await self._process(call)
        except (UnreachableError, SilenceError) as error:
            if not heard.done():
                heard.set_exception(error)
            return
        if fault == "repeat":
            self._detach(self._again(call, LATEST_S * self._randomness.uniform()))
        if fault == "lose_answer":
            return
        await asyncio.sleep(self._delay())
        if heard.done():
            return
        if fault == "reset":
            heard.set_exception(SilenceError("the connection was reset"))
        else:
            heard.set_result(Answer(502, (), b"Bad Gateway") if fault == "break_answer" else answer)

    async def _again(self, call: Call, delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            await self._process(call)
        except (UnreachableError, SilenceError):
            return  # nobody waits for the answer of a repeat

    async def _process(self, call: Call) -> Answer:
        if call.host not in self._hosts:
            raise UnreachableError(f"nobody listens on {call.host}")
        process, app = self._hosts[call.host]
        done: asyncio.Future[Answer] = self._loop.create_future()
        process.spawn(_answer(app, call, done))

        def reset() -> None:
            if not done.done():
                done.set_exception(SilenceError("the connection was reset"))

        process.on_death(reset)
        try:
            return await done
        finally:
            if process.alive:
                process.dying.remove(reset)


async def _answer(app: App, call: Call, done: asyncio.Future[Answer]) -> None:
    ASKER.set(call.client)
    try:
        answer = await exchange(app, call)
    except BrokenOffError:
        if not done.done():
            done.set_exception(SilenceError("the connection was closed without an answer"))
        return
    if not done.done():
        done.set_result(answer)


def repeatable(call: Call) -> bool:
    """Whether a proxy may send it again by itself: idempotent methods (RFC 9110, 9.2.2), or an Idempotency-Key."""
    return call.method in REPEATABLE or any(name.lower() == "idempotency-key" for name, _ in call.headers)


class SimFetch:
    """The fetch port of one server: its outgoing requests go over the simulated network."""

    def __init__(self, network: Network, source: str) -> None:
        self._network = network
        self._source = source

    async def lines(self, request: Request) -> AsyncGenerator[bytes]:
        """No streams here: the tie reads by polling."""
        raise FetchFailed(f"no streams at {request.url}")
        yield b""  # which makes it a generator

    async def send(self, request: Request) -> Response:
        """Send one request. Raises FetchFailed or FetchUnanswered."""
        split = urlsplit(request.url)
        target = split.path + (f"?{split.query}" if split.query else "")
        headers = tuple(request.headers.items())
        call = Call(request.method, split.netloc, target, headers, request.body, "203.0.113.99", split.scheme)
        try:
            answer = await self._network.send(self._source, call, request.timeout)
        except UnreachableError as error:
            raise FetchFailed(str(error)) from error
        except SilenceError as error:
            raise FetchUnanswered(str(error)) from error
        return Response(answer.status, joined(answer.headers), answer.body[: request.limit], request.url)


def joined(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Headers as the fetch port gives them: repeated ones joined by a comma."""
    result: dict[str, str] = {}
    for name, value in headers:
        result[name] = f"{result[name]}, {value}" if name in result else value
    return result
