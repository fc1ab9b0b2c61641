"""Whoever wants no seasons removes their directory, and finds a whole program and a working server."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kizuna
from tests.crash.program import Program, Sockets, free_ports
from tests.sim.client import Client
from tests.sim.person import Browser, RefusedError

ON = {"KIZUNA_SEASONS": "xmas-2011", "KIZUNA_SEASON_AHEAD_HOURS": "1"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the program, without the app."""
    there = tmp_path / "src" / "kizuna"
    shutil.copytree(Path(kizuna.__file__).parent, there, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(there / "apps" / "season")
    return there.parent


def test_the_program_has_its_other_commands(source: Path) -> None:
    helped = [
        subprocess.run(
            [sys.executable, "-m", "kizuna", "--help"], capture_output=True, text=True, env=env, check=True
        )
        for env in ({"PYTHONPATH": str(source)}, None)
    ]
    without, whole = (each.stdout for each in helped)
    assert "season" in whole
    assert "season" not in without
    assert "serve" in without


async def test_the_server_works(source: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    program, sockets = Program(tmp_path, "circle", port, "", PYTHONPATH=str(source), **ON), Sockets()
    try:
        await program.start()
        aoi, ben = (Browser(Client(sockets.send, program.origin), name) for name in ("aoi", "ben"))
        for one in (aoi, ben):
            await one.sign_up()
        await aoi.befriend(ben)
        voice = await aoi.say("still here", "a")
        page = await ben.client.visit(f"/v/{voice}")
        assert "still here" in page.text
        assert "/season" not in page.text
        with pytest.raises(RefusedError):
            await aoi.send("/season/hang")
    finally:
        await sockets.close()
        program.stop()
