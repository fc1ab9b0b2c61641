"""The PyPI client ``toot``, unchanged, against a real server on a real port."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

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
