"""The adapter: guarded HTTP/1.1 on httpx2.

Each hop opens a connection of its own to an address that was just checked. Connections are not kept: one that the other
side happens to close would turn a surely lost request into one that may have been processed, and a kept TLS connection
could be used for another name on the same address.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from types import TracebackType
from typing import Self

import httpx2
import msgspec

from kizuna.fetch.addresses import Address
from kizuna.fetch.guard import Guard, Resolver, Target, resolve
from kizuna.fetch.lines import cut
from kizuna.fetch.port import FetchAnswered, FetchFailed, FetchRefused, FetchUnanswered, Request, Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOPS = 3
_HEADER_LIMIT = 32 * 1024
_TIMEOUT = httpx2.Timeout(10.0, connect=5.0, pool=5.0)
_CONNECTIONS = 64
_STREAMS = 200

_SURELY_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class _Hop(msgspec.Struct, frozen=True):
    """One exchange of a request that may be redirected."""

    method: str
    headers: dict[str, str]
    body: bytes
    limit: int


class _Progress:
    """Learns from httpx2's trace whether a request has begun to leave; one per request."""

    def __init__(self) -> None:
        self.began = False

    async def trace(self, event: str, info: Mapping[str, object]) -> None:
        del info
        if event.endswith("send_request_headers.started"):
            self.began = True


class HttpFetch:
    """See `port.Fetch`. `user_agent` is sent with every request; `allow` as in `guard.Guard`."""

    def __init__(
        self,
        user_agent: str,
        allow: Collection[str] = (),
        resolver: Resolver = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = Guard(allow, resolver)
        self._user_agent = user_agent
        # The transport alone: httpx2's client would keep cookies, and brings redirects and credentials of its own.
        self._transport = _transport(tls, _CONNECTIONS)
        self._streams = _transport(tls, _STREAMS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close what is open; requests under way fail as unanswered."""
        await self._transport.aclose()
        await self._streams.aclose()

    async def send(self, request: Request) -> Response:
        """Send, following at most three redirects of GET and HEAD. Errors as in `port.Fetch`."""
        progress = _Progress()
        try:
            async with asyncio.timeout(request.timeout):
                return await self._follow(request, progress)
        except TimeoutError as error:
            raise _lost("no answer in time", progress) from error

    async def lines(self, request: Request) -> AsyncGenerator[bytes]:
        """See `port.Fetch`. Streams have connections of their own, so that they leave enough to short requests."""
        target = await self._guard.check(request.url)
        progress = _Progress()
        headers = {name.lower(): value for name, value in request.headers.items()}
        hop = _Hop(request.method.upper(), headers, request.body, request.limit)
        silence = httpx2.Timeout(10.0, connect=5.0, pool=5.0, read=request.timeout)
        asked = self._request(target, target.addresses[0], hop, progress, silence)
        try:
            answer = await self._streams.handle_async_request(asked)
            try:
                _check_stream(answer)
                async with aclosing(cut(answer.aiter_raw(), request.limit)) as found:
                    async for line in found:
                        yield line
            finally:
                await answer.aclose()
        except httpx2.LocalProtocolError as error:
            raise FetchRefused("the request cannot be written as HTTP") from error
        except httpx2.HTTPError as error:
            raise _lost(f"{target.host}: {type(error).__name__}", progress) from error
        raise FetchUnanswered(f"{target.host}: the stream ended")

    async def _follow(self, request: Request, progress: _Progress) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        hop = _Hop(request.method.upper(), headers, request.body, request.limit)
        target = await self._guard.check(request.url)
        for _ in range(_HOPS + 1):
            answer = await self._exchange(target, hop, progress)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or location is None or hop.method not in ("GET", "HEAD"):
                return answer
            following = await self._guard.check(_joined(target.url, location))
            if target.url.scheme == "https" and following.url.scheme != "https":
                raise FetchRefused("redirected from https to http")
            hop = msgspec.structs.replace(hop, headers=_carried(hop.headers, target, following))
            target = following
        raise FetchRefused("redirected too often")

    async def _exchange(self, target: Target, hop: _Hop, progress: _Progress) -> Response:
        for address in target.addresses[:-1]:
            try:
                return await self._call(target, address, hop, progress)
            except FetchFailed:
                continue  # Surely not processed, so the next address of the same name may be tried.
        return await self._call(target, target.addresses[-1], hop, progress)

    async def _call(self, target: Target, address: Address, hop: _Hop, progress: _Progress) -> Response:
        progress.began = False
        try:
            request = self._request(target, address, hop, progress, _TIMEOUT)
            answer = await self._transport.handle_async_request(request)
            try:
                return await _read(answer, hop, str(target.url))
            finally:
                await answer.aclose()
        except httpx2.LocalProtocolError as error:
            raise FetchRefused("the request cannot be written as HTTP") from error
        except _SURELY_NOT_SENT as error:
            raise FetchFailed(f"{target.host}: cannot be reached") from error
        except httpx2.HTTPError as error:
            raise _lost(f"{target.host}: {type(error).__name__}", progress) from error

    def _request(
        self, target: Target, address: Address, hop: _Hop, progress: _Progress, timeout: httpx2.Timeout
    ) -> httpx2.Request:
        return httpx2.Request(
            hop.method,
            target.url.copy_with(host=str(address), port=target.port),
            headers={**hop.headers, **self._own_headers(target)},
            content=hop.body or None,
            extensions={
                "sni_hostname": target.host,
                "trace": progress.trace,
                "timeout": timeout.as_dict(),
            },
        )

    def _own_headers(self, target: Target) -> dict[str, str]:
        """What no caller may set. Identity encoding: a small body must not unfold into a huge one."""
        return {
            "host": target.url.netloc.decode("ascii"),
            "user-agent": self._user_agent,
            "accept-encoding": "identity",
            "connection": "close",
        }


def _transport(tls: ssl.SSLContext | None, connections: int) -> httpx2.AsyncHTTPTransport:
    return httpx2.AsyncHTTPTransport(
        verify=tls if tls is not None else True,
        trust_env=False,
        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=0),
    )


def _check_stream(answer: httpx2.Response) -> None:
    """Raises FetchAnswered for anything but a plain stream of events."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status_code != 200:
        raise FetchAnswered(f"HTTP {answer.status_code}", answer.status_code)
    if kind != "text/event-stream" or answer.headers.get("content-encoding", "identity") != "identity":
        raise FetchAnswered("the answer is no stream of events", answer.status_code)


async def _read(answer: httpx2.Response, hop: _Hop, url: str) -> Response:
    """The body, counted as it arrives and again as it unfolds (some servers compress unasked)."""
    if sum(len(name) + len(value) for name, value in answer.headers.raw) > _HEADER_LIMIT:
        raise FetchUnanswered("the answer's headers are too large")
    if "," in answer.headers.get("content-encoding", ""):
        raise FetchUnanswered("the answer is encoded more than once")
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if max(len(body), answer.num_bytes_downloaded) > hop.limit:
            raise FetchUnanswered("the answer is too large")
    return Response(answer.status_code, dict(answer.headers.items()), bytes(body), url)


def _joined(base: httpx2.URL, location: str) -> str:
    try:
        return str(base.join(location).copy_with(fragment=None))
    except httpx2.InvalidURL as error:
        raise FetchRefused("redirected to an invalid address") from error


def _carried(headers: dict[str, str], before: Target, after: Target) -> dict[str, str]:
    """Credentials stay with the origin they were given to."""
    if (before.url.scheme, before.host, before.port) == (after.url.scheme, after.host, after.port):
        return headers
    return {name: value for name, value in headers.items() if name not in ("authorization", "cookie")}


def _lost(reason: str, progress: _Progress) -> FetchFailed | FetchUnanswered:
    return FetchUnanswered(reason) if progress.began else FetchFailed(reason)
