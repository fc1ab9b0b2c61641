"""The simulated network and its clients, with small applications of their own."""

import asyncio
from asyncio import sleep
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import msgspec
import pytest
from starlette.requests import Request as Incoming
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, Router

from kizuna.fetch.port import FetchFailed, FetchUnanswered, Request
from kizuna.ground.randomness import SeededRandomness
from tests.sim.asgi import Call, exchange
from tests.sim.client import Client, straight_to
from tests.sim.loop import Process, SimLoop, simulation
from tests.sim.network import STORM, Faults, Network, SimFetch

HOST = "square.test:3000"
URL = f"http://{HOST}/things"


class Counter:
    """An application that counts what it processed, one row per Idempotency-Key."""

    def __init__(self) -> None:
        self.processed: list[str] = []
        self.app = Router([Route("/things", self.make, methods=["POST"])])

    async def make(self, request: Incoming) -> Response:
        self.processed.append(request.headers.get("idempotency-key", ""))
        await sleep(0.5)
        return JSONResponse({"made": len(self.processed)})


def in_network(
    faults: Faults, act: Callable[[Network, SimFetch, Counter, Process], Awaitable[None]], seed: int = 1
) -> None:
    with simulation(SeededRandomness(seed)) as loop:
        network = Network(loop, SeededRandomness(seed), faults)
        counter = Counter()
        process = Process(loop, "square")
        network.listen(HOST, process, counter.app)

        async def all_of_it() -> None:
            await act(network, SimFetch(network, "circle"), counter, process)
            await network.settle()

        loop.run_until_complete(all_of_it())
        assert loop.errors == []


POST = Request("POST", URL, {"idempotency-key": "k"}, b"{}", timeout=5)


def test_a_calm_network_answers_and_keeps_a_log() -> None:
    async def act(network: Network, fetch: SimFetch, counter: Counter, process: Process) -> None:
        response = await fetch.send(POST)
        assert (response.status, response.body) == (200, b'{"made":1}')
        assert response.headers["content-type"] == "application/json"
        (sent,) = network.log
        assert (sent.source, sent.call.host, sent.call.target, sent.call.body) == (
            "circle",
            HOST,
            "/things",
            b"{}",
        )

    in_network(Faults(), act)


@pytest.mark.parametrize(
    ("fault", "waited", "processed"),
    [
        ("lose_request", 5, 0),
        ("lose_answer", 5, 1),
        ("reset", 0.5, 1),
        ("late", 5, 0),
    ],
)
def test_what_may_have_happened_is_unanswered(fault: str, waited: float, processed: int) -> None:
    async def act(network: Network, fetch: SimFetch, counter: Counter, process: Process) -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(FetchUnanswered):
            await fetch.send(POST)
        assert loop.time() <= waited + 0.2
        assert len(counter.processed) == processed
        await network.settle()
        assert len(counter.processed) == (0 if fault == "lose_request" else 1)

    in_network(msgspec.structs.replace(Faults(), **{fault: 1.0}), act)


def test_a_repeat_comes_later_and_only_for_what_may_be_repeated() -> None:
    async def act(network: Network, fetch: SimFetch, counter: Counter, process: Process) -> None:
        await fetch.send(POST)
        await fetch.send(Request("POST", URL, {}, b"{}", timeout=5))
        await network.settle()
        assert sorted(counter.processed) == ["", "k", "k"]

    in_network(Faults(repeat=1.0), act)


def test_an_answer_can_be_replaced_after_processing() -> None:
    async def act(network: Network, fetch: SimFetch, counter: Counter, process: Process) -> None:
        assert (await fetch.send(POST)).status == 502
        assert counter.processed == ["k"]

    in_network(Faults(break_answer=1.0), act)


def test_a_dead_server_refuses_and_one_that_dies_resets() -> None:
    async def act(network: Network, fetch: SimFetch, counter: Counter, process: Process) -> None:
        asyncio.get_running_loop().call_later(0.3, process.kill)
        with pytest.raises(FetchUnanswered):
            await fetch.send(POST)
        assert counter.processed == ["k"]
        with pytest.raises(FetchFailed):
            await fetch.send(POST)

    in_network(Faults(), act)


def test_a_request_of_a_sender_that_dies_still_arrives() -> None:
    async def act(network: Network, fetch: SimFetch, counter: Counter, process: Process) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimLoop)
        sender = Process(loop, "circle")
        sender.spawn(fetch.send(POST))
        await sleep(0)
        sender.kill_after(1)
        await sleep(3)
        assert not sender.alive
        assert counter.processed == ["k"]

    in_network(Faults(delay=(1, 1)), act)


def test_a_storm_is_the_same_for_the_same_seed() -> None:
    def storm(seed: int) -> list[tuple[float, str, int | None]]:
        log: list[tuple[float, str, int | None]] = []

        async def act(network: Network, fetch: SimFetch, counter: Counter, process: Process) -> None:
            async def one(number: int) -> None:
                with suppress(FetchUnanswered, FetchFailed):
                    await fetch.send(Request("POST", URL, {"idempotency-key": str(number)}, b"", timeout=5))

            await asyncio.gather(*(one(number) for number in range(40)))
            log.extend(
                (sent.at, sent.fault, sent.answer.status if sent.answer else None) for sent in network.log
            )

        in_network(STORM, act, seed)
        return log

    assert storm(3) == storm(3)
    assert storm(3) != storm(4)
    assert len({fault for _, fault, _ in storm(3)}) >= 5


def test_streams_are_cut_off_and_failures_are_told() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"tick "
            await sleep(10)

    async def stream(request: Incoming) -> Response:
        return StreamingResponse(endless())

    async def fail(request: Incoming) -> Response:
        raise ValueError("unforeseen")

    app = Router([Route("/stream", stream), Route("/fail", fail)])
    with simulation() as loop:
        answer = loop.run_until_complete(exchange(app, Call("GET", HOST, "/stream"), patience=25))
        assert answer.body == b"tick tick tick "
        assert loop.run_until_complete(exchange(app, Call("GET", HOST, "/fail"))).status == 500
        assert [str(error["exception"]) for error in loop.errors] == ["unforeseen"]


PAGE = """<form action="/other"></form><form method="post" action="/sign-in"><input name="csrf" value="a&amp;b">
<input type="checkbox" name="stay" checked><input type="checkbox" name="no"><select name="who"><option value="x">
<option value="y" selected></select><textarea name="note">先生</textarea>
<button name="b" value="1">go</button></form>"""


def test_a_client_fills_forms_keeps_cookies_and_follows_redirects() -> None:
    async def page(request: Incoming) -> Response:
        return HTMLResponse(PAGE)

    async def sign_in(request: Incoming) -> Response:
        answer = RedirectResponse("/me", 303)
        answer.set_cookie("session", (await request.body()).decode())
        return answer

    async def me(request: Incoming) -> Response:
        return Response(request.cookies["session"])

    async def leave(request: Incoming) -> Response:
        answer = RedirectResponse("http://elsewhere.test/", 303)
        answer.delete_cookie("session")
        return answer

    app = Router(
        [
            Route("/sign-in", page),
            Route("/sign-in", sign_in, methods=["POST"]),
            Route("/me", me),
            Route("/leave", leave),
        ]
    )

    async def browse() -> None:
        browser = Client(straight_to(app), f"http://{HOST}")
        form = await browser.get("/sign-in")
        answer = await browser.follow(await browser.submit(form, "/sign-in", note="hi"))
        assert answer.text == "csrf=a%26b&stay=on&who=y&note=hi"
        assert (await browser.visit("/leave")).header("location") == "http://elsewhere.test/"
        assert browser.cookies == {}

    with simulation() as loop:
        loop.run_until_complete(browse())
