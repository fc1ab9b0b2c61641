"""A square and a circle, each a real `kizuna serve` on a free port, the circle allowed to call the square."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kizuna.ground.config import Config, Plane, make_config
from tests.databases import environment

START_S: Final = 60.0
STOP_S: Final = 15.0


@dataclass(frozen=True)
class Pair:
    """The addresses of the two servers."""

    square: str
    circle: str


def configs(place: Path, **more: object) -> tuple[Config, Config]:
    """Settings of the two servers, on ports that are free now."""
    ports = free_ports()
    allowed = [f"localhost:{port}" for port in ports]

    def config(plane: Plane, port: int, title: str) -> Config:
        own = {"port": port, "data": str(place / plane), "planes": [plane], "title": title}
        shared = {"test_mode": True, "fetch_allow": allowed, "poll_seconds": 1.0}
        return make_config({**own, **shared, **more})

    return config("square", ports[0], "みなと広場"), config("circle", ports[1], "みなとの仲間")


@contextmanager
def serving(*servers: Config) -> Generator[Pair]:
    """These servers, a square and a circle, answer until the end of the block; one alone is both."""
    children = [start(config) for config in servers]
    try:
        for config, child in zip(servers, children, strict=True):
            await_answer(config.url, child)
        yield Pair(servers[0].url, servers[-1].url)
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait(STOP_S)


def free_ports(count: int = 2) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def start(config: Config) -> "subprocess.Popen[bytes]":
    """A server of its own, with these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIZUNA_")}
    own = {
        "KIZUNA_PORT": str(config.port),
        "KIZUNA_STREAMING_PORT": str(config.streaming_port),
        **environment(config.data),
        "KIZUNA_PLANES": ",".join(config.planes),
        "KIZUNA_TITLE": config.title,
        "KIZUNA_LANGUAGE": config.language,
        "KIZUNA_SIGN_UP": config.sign_up,
        "KIZUNA_MAIL": config.mail,
        "KIZUNA_MAIL_FROM": config.mail_from,
        "KIZUNA_TEST_MODE": "true",
        "KIZUNA_FETCH_ALLOW": ",".join(config.fetch_allow),
        "KIZUNA_POLL_SECONDS": str(config.poll_seconds),
        "KIZUNA_SEASONS": ",".join(config.seasons),
        "KIZUNA_SEASON_WALL": config.season_wall,
        "KIZUNA_SEASON_AHEAD_HOURS": str(config.season_ahead_hours),
        "KIZUNA_WINDOW_SECONDS": str(config.window_seconds),
    }
    return subprocess.Popen([sys.executable, "-m", "kizuna", "serve"], env=kept | own)


def await_answer(url: str, child: "subprocess.Popen[bytes]") -> None:
    """Wait until it answers."""
    until = time.monotonic() + START_S
    while True:
        assert child.poll() is None, f"the server of {url} ended by itself"
        try:
            with urllib.request.urlopen(f"{url}/about", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < until, f"{url} did not answer within {START_S:.0f} s"
            time.sleep(0.1)
