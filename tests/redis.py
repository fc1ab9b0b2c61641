"""A Valkey or Redis server of a test's own. Run as a program it prints the path, or fails if there is none."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

NAMES = ("valkey-server", "redis-server")
LONGEST_START_S = 20.0


def find_server() -> str | None:
    """The executable, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class RedisServer:
    """Serves on a socket in a directory, keeps nothing, and can be stopped, frozen and started again."""

    def __init__(self, program: str, directory: Path) -> None:
        self._program = program
        self._directory = directory
        self._path = directory / "bus.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._path}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = {"port": "0", "unixsocket": str(self._path), "dir": str(self._directory), "save": ""}
        arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
        self._process = subprocess.Popen([self._program, *arguments], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + LONGEST_START_S
        while not self._answers():
            assert time.monotonic() < deadline, "the bus server did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None
            self._path.unlink(missing_ok=True)

    def freeze(self, *, frozen: bool) -> None:
        """Let it hang, with its connections open, or go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(1)
                probe.connect(str(self._path))
                probe.sendall(b"PING\r\n")
                return probe.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def require_redis(directory: Path) -> RedisServer:
    """A server, started; without the program the test skips saying how to get it, and in CI it fails."""
    program = find_server()
    if program is None:
        reason = "no Valkey or Redis server: install the package redis-server"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = RedisServer(program, directory)
    server.start()
    return server


if __name__ == "__main__":
    sys.stdout.write(find_server() or "")
    sys.exit(find_server() is None)
