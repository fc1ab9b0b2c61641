"""The PyPI client ``toot``, unchanged, against a real server on a real port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

pytestmark = pytest.mark.peers
TOOT = Path(sys.executable).with_name("toot")
REGISTER = """
import sys
from toot import api, auth
url, name = sys.argv[1:]
app = auth.get_or_create_app(url)
made = api.register_account(app, name, name + "@example.com", "correct horse battery")
auth.create_user(app, made["access_token"])
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A server that runs as people run it."""
    port = free_port()
    url = f"http://localhost:{port}"
    settings = {"PORT": str(port), "DATA": str(tmp_path / "data"), "TEST_MODE": "1", "ORIGIN": url}
    environment = {**os.environ, **{f"KIZUNA_{name}": value for name, value in settings.items()}}
    with subprocess.Popen(
        [sys.executable, "-m", "kizuna", "serve"], env=environment, cwd=tmp_path
    ) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/v1/instance", process)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(address).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


class Toot:
    """One person's toot, with a configuration of its own."""

    def __init__(self, url: str, name: str, place: Path) -> None:
        self.url = url
        self.name = name
        self.environment: Mapping[str, str] = {
            **os.environ,
            "XDG_CONFIG_HOME": str(place / name),
            "COLUMNS": "200",
        }

    def run(self, *arguments: str) -> str:
        """What a command prints. Fails when it fails."""
        return self._call([str(TOOT), "--no-color", *arguments])

    def register(self) -> None:
        """Sign up through toot's own functions."""
        self._call([sys.executable, "-c", REGISTER, self.url, self.name])

    def sign_in(self) -> None:
        """Forget the token of the registration and sign in with the password."""
        self.run("logout", f"{self.name}@{self.url.removeprefix('http://')}")
        self.run("login_cli", "-i", self.url, "-e", self.name, "-p", "correct horse battery")

    def _call(self, command: list[str]) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_toot_registers_posts_replies_boosts_favours_and_reads_home(url: str, tmp_path: Path) -> None:
    aoi, ben = Toot(url, "aoi", tmp_path), Toot(url, "ben", tmp_path)
    for person in (aoi, ben):
        person.register()
        assert person.name in person.run("whoami")
    aoi.sign_in()
    assert "aoi" in aoi.run("whoami")

    posted = aoi.run("post", "絆を結ぶ #square")
    status_url = next(word for word in posted.split() if word.startswith(f"{url}/@aoi/"))
    status_id = status_url.rpartition("/")[2]
    assert "ben" not in aoi.run("timelines", "home")

    ben.run("follow", "aoi")
    assert "絆を結ぶ" in ben.run("timelines", "home")
    ben.run("post", "@aoi 返事です", "--reply-to", status_id)
    ben.run("reblog", status_id)
    ben.run("favourite", status_url)

    thread = aoi.run("thread", status_id)
    assert "返事です" in thread
    assert "ben" in aoi.run("reblogged-by", status_id)
    aoi.run("follow", "ben")
    home = aoi.run("timelines", "home")
    assert "返事です" in home
    assert "絆を結ぶ" in home
    assert "絆を結ぶ" in aoi.run("timelines", "tag", "square")
    assert "ben" in aoi.run("followers", "aoi")

    aoi.run("delete", status_id)
    assert "絆を結ぶ" not in ben.run("timelines", "home")
