"""The adapter against a real server: redirects, limits, broken answers, and what is known after a failure."""

import asyncio
import gzip
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from kizuna.fetch.http import HttpFetch
from kizuna.fetch.port import FetchError, FetchFailed, FetchRefused, FetchUnanswered, Request, Response
from tests.fetch.wire import Answer, Names, Wire, ok, redirect, serving


@asynccontextmanager
async def partner(answer: Answer | bytes) -> AsyncGenerator[tuple[Wire, HttpFetch]]:
    """A server called partner.test, allowed on its port, and a fetch that knows it."""
    names = Names(partner_test=["127.0.0.1"], other_test=["127.0.0.1"], inner_test=["127.0.0.1"])
    async with serving(answer) as wire:
        allow = [f"partner.test:{wire.port}", f"other.test:{wire.port}"]
        async with HttpFetch("Kizuna/test", allow, names) as fetch:
            yield wire, fetch


def outcome(answer: Answer | bytes, **fields: object) -> Response | FetchError:
    """What comes of one GET (or `method`) to such a server."""

    async def go() -> Response | FetchError:
        async with partner(answer) as (wire, fetch):
            url = f"http://partner.test:{wire.port}/path"
            request = Request(**{"method": "GET", "url": url, "timeout": 5.0, **fields})  # type: ignore[arg-type] # fields are the test's own
            try:
                return await fetch.send(request)
            except FetchError as error:
                return error

    return asyncio.run(go())


def slowly(*pieces: bytes, pause: float = 0.3) -> Answer:
    async def answer(head: bytes, writer: asyncio.StreamWriter) -> None:
        del head
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


def routed(routes: Callable[[str], bytes]) -> Answer:
    async def answer(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(routes(head.split(b" ")[1].decode()))
        await writer.drain()

    return answer


def test_an_answer_comes_back_whole_and_the_request_says_who_we_are() -> None:
    async def go() -> None:
        async with partner(ok(b"hello", "X-A: 1", "X-A: 2")) as (wire, fetch):
            url = f"http://partner.test:{wire.port}/path?q=1"
            headers = {
                "Accept": "application/json",
                "User-Agent": "liar",
                "Host": "liar",
                "Authorization": "Bearer t",
            }
            answer = await fetch.send(Request("POST", url, headers, b"body"))
            assert (answer.status, answer.body, answer.url, answer.headers["x-a"]) == (
                200,
                b"hello",
                url,
                "1, 2",
            )
            head = wire.heads[0].decode().lower()
            assert head.startswith("post /path?q=1 http/1.1\r\n")
            assert f"host: partner.test:{wire.port}\r\n" in head
            assert "user-agent: kizuna/test\r\n" in head
            assert "accept-encoding: identity\r\n" in head
            assert "authorization: bearer t\r\n" in head
            assert "liar" not in head
            assert "cookie" not in head

    asyncio.run(go())


def test_cookies_are_not_kept() -> None:
    async def go() -> None:
        async with partner(ok(b"", "Set-Cookie: a=b")) as (wire, fetch):
            for _ in range(2):
                await fetch.send(Request("GET", f"http://partner.test:{wire.port}/"))
            assert b"cookie" not in wire.heads[1].lower()

    asyncio.run(go())


def test_environment_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answer = outcome(ok(b"direct"))
    assert isinstance(answer, Response)
    assert answer.body == b"direct"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:{port}/",
        "http://inner.test:{port}/",
        "http://[::1]/",
        "file:///etc/passwd",
    ],
)
def test_redirects_into_our_own_network_are_refused(location: str) -> None:
    async def go() -> None:
        async def answer(head: bytes, writer: asyncio.StreamWriter) -> None:
            del head
            writer.write(redirect(location.format(port=writer.get_extra_info("sockname")[1])))

        async with partner(answer) as (wire, fetch):
            with pytest.raises(FetchRefused):
                await fetch.send(Request("GET", f"http://partner.test:{wire.port}/"))
            assert len(wire.heads) == 1

    asyncio.run(go())


def test_redirects_of_get_are_followed_and_credentials_stay_home() -> None:
    async def go() -> None:
        def routes(path: str) -> bytes:
            return ok(b"end") if path == "/c" else redirect(hops[path])

        hops: dict[str, str] = {"/a": "/b"}
        async with partner(routed(routes)) as (wire, fetch):
            hops["/b"] = f"http://other.test:{wire.port}/c"
            headers = {"Authorization": "Bearer t"}
            answer = await fetch.send(Request("GET", f"http://partner.test:{wire.port}/a", headers))
            assert (answer.body, answer.url) == (b"end", hops["/b"])
            carried = [b"authorization" in head.lower() for head in wire.heads]
            assert carried == [True, True, False]

    asyncio.run(go())


def test_redirects_end() -> None:
    result = outcome(redirect("/again"))
    assert isinstance(result, FetchRefused)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_redirects_of_writes_are_answers(method: str) -> None:
    result = outcome(redirect("/elsewhere", 307), method=method)
    assert isinstance(result, Response)
    assert result.status == 307


CASES: dict[str, bytes] = {
    "huge by its length": b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + b"x" * 200_000,
    "huge in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + (b"fff\r\n" + b"x" * 0xFFF + b"\r\n") * 99,
    "gzip bomb": ok(gzip.compress(b"\0" * 50_000_000), "Content-Encoding: gzip"),
    "gzip in gzip": ok(gzip.compress(gzip.compress(b"\0" * 50_000_000)), "Content-Encoding: gzip, gzip"),
    "not gzip at all": ok(b"plain", "Content-Encoding: gzip"),
    "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    "broken chunking": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n",
    "chunks that stop": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "no answer": b"",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "endless head": b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 300_000,
    "large head": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 60_000 + b"\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unusable_answers_leave_it_open_what_happened(case: str, method: str) -> None:
    result = outcome(CASES[case], method=method, limit=100_000)
    assert isinstance(result, FetchUnanswered), result


def test_a_body_at_the_limit_is_read_also_when_compressed() -> None:
    for answer in (ok(b"x" * 1000), ok(gzip.compress(b"x" * 1000), "Content-Encoding: gzip")):
        result = outcome(answer, limit=1000)
        assert isinstance(result, Response)
        assert len(result.body) == 1000


@pytest.mark.parametrize(
    "answer",
    [
        slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n", *[b"x"] * 29),
        slowly(*[bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nX-Slow: yes\r\n"]),
        slowly(b"", pause=9.0),
    ],
    ids=["slow body", "slow head", "silent"],
)
def test_the_whole_exchange_has_a_deadline(answer: Answer) -> None:
    began = time.monotonic()
    result = outcome(answer, timeout=0.7)
    assert isinstance(result, FetchUnanswered)
    assert time.monotonic() - began < 4  # all of it would take nine seconds


def test_nobody_listening_is_a_sure_failure() -> None:
    async def go() -> None:
        async with partner(b"") as (wire, fetch):
            port = wire.port
        allow = [f"partner.test:{port}"]
        async with HttpFetch("Kizuna/test", allow, Names(partner_test=["127.0.0.1"])) as fetch:
            with pytest.raises(FetchFailed):
                await fetch.send(Request("POST", f"http://partner.test:{port}/"))

    asyncio.run(go())


def test_the_next_address_is_tried_only_when_nothing_was_sent() -> None:
    async def go() -> None:
        async with serving(ok(b"second")) as wire:
            # 127.0.0.2 is loopback too, but nobody listens there.
            names = Names(partner_test=["127.0.0.2", "127.0.0.1"])
            async with HttpFetch("Kizuna/test", [f"partner.test:{wire.port}"], names) as fetch:
                answer = await fetch.send(Request("POST", f"http://partner.test:{wire.port}/"))
                assert answer.body == b"second"
                assert names.asked == ["partner.test"]

    asyncio.run(go())


def test_a_deadline_before_anything_was_sent_is_a_sure_failure() -> None:
    async def never(host: str, port: int) -> list[object]:
        del host, port
        await asyncio.sleep(5)
        return []

    async def go() -> None:
        resolver: Callable[[str, int], Awaitable[list[object]]] = never
        async with HttpFetch("Kizuna/test", ["partner.test:80"], resolver) as fetch:  # type: ignore[arg-type] # it never answers
            with pytest.raises(FetchFailed):
                await fetch.send(Request("POST", "http://partner.test/", timeout=0.2))

    asyncio.run(go())


def test_a_header_that_would_forge_another_is_never_sent() -> None:
    result = outcome(ok(b""), headers={"x-a": "1\r\nx-b: 2"})
    assert isinstance(result, FetchRefused)
