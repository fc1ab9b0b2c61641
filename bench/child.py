"""Programs that the bench starts and stops: the server as ``kizuna serve`` runs it, and the one of static bytes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import msgspec

from bench.load import Plan, Tally

START_S = 30.0


class Child:
    """A server of ours in its own process."""

    def __init__(
        self, arguments: list[str], port: int, environment: dict[str, str], log: Path, streaming_port: int = 0
    ) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KIZUNA_")}
        self.port = port
        self.streaming_port = streaming_port
        self._log = log.open("ab")
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            env=inherited | environment,
            stdout=self._log,
            stderr=self._log,
        )

    def wait(self, path: str) -> float:
        """Seconds from the start to the first answer."""
        while True:
            if self._process.poll() is not None:
                raise SystemExit(f"a server ended with {self._process.returncode}; see {self._log.name}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}"):
                    return time.perf_counter() - self.began
            except OSError:
                if time.perf_counter() - self.began > START_S:
                    raise
                time.sleep(0.005)

    def memory_mb(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def cpu_seconds(self) -> float:
        """Processor time of all threads so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def signal(self, number: signal.Signals) -> None:
        """Tell it something."""
        self._process.send_signal(number)

    def stop(self, *, strictly: bool = True) -> None:
        """End it as an administrator would, and see that it ends well (unless it has nothing to lose)."""
        self._process.terminate()
        code = self._process.wait(20)
        self._log.close()
        if strictly and code != 0:
            raise SystemExit(f"a server ended with {code}; see {self._log.name}")


def serve(place: Path, *more: str) -> Child:
    """Kizuna on a data directory, as ``kizuna serve`` runs it."""
    port, streaming_port = free_port(), free_port()
    environment = {
        "KIZUNA_ORIGIN": f"http://localhost:{port}",
        "KIZUNA_HOST": "127.0.0.1",
        "KIZUNA_PORT": str(port),
        "KIZUNA_STREAMING_PORT": str(streaming_port),
        "KIZUNA_DATA": str(place),
        "KIZUNA_TEST_MODE": "1",
        "KIZUNA_LANGUAGE": "en",
    }
    arguments = ["-m", "bench.serve", *more] if more else ["-m", "kizuna", "serve"]
    return Child(arguments, port, environment, place.parent / "serve.log", streaming_port)


def serve_static(answer: Path) -> Child:
    """The answer in a file, to whatever is asked."""
    port = free_port()
    return Child(["-m", "bench.static", str(answer), str(port)], port, {}, answer.parent / "static.log")


def run_load(plan: Plan) -> Tally:
    """Run the load generator in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=msgspec.json.encode(plan),
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Tally)


def fetch(port: int, path: str, token: str) -> tuple[dict[str, str], bytes]:
    """One answer with its headers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:
        return {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def fetch_json(port: int, path: str, token: str) -> Any:
    """One answer, decoded."""
    return json.loads(fetch(port, path, token)[1])


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
