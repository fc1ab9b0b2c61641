"""`kizuna serve` as a child process that can be killed and started again, and real sockets to it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx2

from tests.databases import environment
from tests.sim.asgi import Answer, Call
from tests.sim.network import SilenceError, UnreachableError

START_S = 120.0
ANSWER_S = 60.0


class Program:
    """One server with its own directory and port. `origin` is where people reach it."""

    def __init__(self, place: Path, plane: str, port: int, allow: str, **settings: str) -> None:
        self.data = place / plane
        self.origin = f"http://localhost:{port}"
        self._log = (place / f"{plane}.log").open("ab")
        self._child: subprocess.Popen[bytes] | None = None
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("KIZUNA_")
        } | {
            "KIZUNA_ORIGIN": self.origin,
            "KIZUNA_HOST": "127.0.0.1",
            "KIZUNA_PORT": str(port),
            **environment(self.data),
            "KIZUNA_PLANES": plane,
            "KIZUNA_TEST_MODE": "1",
            "KIZUNA_LANGUAGE": "en",
            "KIZUNA_FETCH_ALLOW": allow,
            **settings,
        }

    async def start(self) -> None:
        """Run until it answers. A start that is killed from outside is simply over."""
        child = self._child = self._spawn()
        deadline = asyncio.get_running_loop().time() + START_S
        async with httpx2.AsyncClient() as client:
            while child is self._child:
                if child.poll() is not None:
                    raise RuntimeError(f"kizuna serve ended with {child.returncode}; see {self._log.name}")
                try:
                    await client.get(f"{self.origin}/about")
                    return
                except httpx2.TransportError:
                    if asyncio.get_running_loop().time() > deadline:
                        raise
                    await asyncio.sleep(0.02)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "kizuna", "serve"]
        place = self.data.parent
        return subprocess.Popen(command, cwd=place, env=self._environment, stdout=self._log, stderr=self._log)

    def kill(self) -> None:
        """`kill -9`: nothing is finished, nothing is closed."""
        if self._child is not None:
            child, self._child = self._child, None
            child.send_signal(signal.SIGKILL)
            child.wait()

    def setting(self, name: str) -> str:
        """What a setting was given as."""
        return self._environment[f"KIZUNA_{name.upper()}"]

    async def terminate(self) -> int:
        """SIGTERM, as a supervisor sends it; answers the exit code when it has ended."""
        child, self._child = self._child, None
        assert child is not None
        child.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(child.wait, ANSWER_S)

    async def refuses(self) -> None:
        """Wait until nobody is let in any more."""
        async with asyncio.timeout(ANSWER_S):
            while True:
                try:
                    async with httpx2.AsyncClient(timeout=1) as client:
                        await client.get(f"{self.origin}/health")
                except httpx2.TransportError:
                    return
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        """End it for good."""
        self.kill()
        self._log.close()


class Sockets:
    """The transport over real connections, for `tests.sim.client.Client`."""

    def __init__(self) -> None:
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
        nobodys = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # each person keeps their own
        self._client = httpx2.AsyncClient(timeout=ANSWER_S, limits=limits, cookies=nobodys)

    async def send(self, call: Call) -> Answer:
        """One request. Raises UnreachableError or SilenceError."""
        try:
            answer = await self._client.request(
                call.method,
                f"{call.scheme}://{call.host}{call.target}",
                headers=list(call.headers),
                content=call.body,
            )
        except httpx2.ConnectError as error:
            raise UnreachableError(str(error)) from error
        except httpx2.TransportError as error:
            raise SilenceError(str(error)) from error
        headers = tuple((name.lower(), value) for name, value in answer.headers.multi_items())
        return Answer(answer.status_code, headers, answer.content)

    async def close(self) -> None:
        """Close what is open."""
        await self._client.aclose()


class Milestones:
    """Counts what is done, and wakes whoever waits for a count."""

    def __init__(self) -> None:
        self._done = 0
        self._waiting: dict[int, asyncio.Event] = {}

    def pass_one(self) -> None:
        """One more is done."""
        self._done += 1
        if self._done in self._waiting:
            self._waiting[self._done].set()

    async def reach(self, count: int) -> None:
        """Wait until so many are done."""
        if self._done < count:
            await self._waiting.setdefault(count, asyncio.Event()).wait()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at the moment."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
