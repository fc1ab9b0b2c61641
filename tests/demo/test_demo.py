"""``kizuna demo`` as a newcomer meets it: alive, tied, stoppable, and faithful to every line it is given."""

import asyncio
import html
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kizuna.cli.cast import Cast, load_cast
from kizuna.cli.visitor import Visitor
from kizuna.fetch.http import HttpFetch
from kizuna.square.tables import POST
from kizuna.store.schema import METADATA

TEXTS = Path(__file__).parents[3] / "shared" / "data" / "text"
LINES = [
    "  two  spaces,\ta tab, and a trailing blank ",
    "<b>not bold</b> & \"quoted\" 'single' &amp; &lt;",
    "全角　空白と、改行なしの長い行。𠮷野家で𩸽を食べる👨‍👩‍👧‍👦🇯🇵",
    "e\u0301 combining, ﷽, \u202eright to left\u202c, zero\u200bwidth",
    "https://example.com/a_(b)?c=d&e=f#g、次の文 #タグ @nobody @misaki",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def demo(data: Path, ports: tuple[int, int], *options: str) -> Generator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "kizuna", "demo", "--quiet", "--data", str(data)]
    command += ["--square-port", str(ports[0]), "--circle-port", str(ports[1]), *options]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)


def until(running: "subprocess.Popen[str]", words: str) -> str:
    said = ""
    assert running.stdout is not None
    for line in running.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"the demo ended without saying {words!r}:\n{said}")


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return msgspec.json.decode(answer.read())


def every_post(origin: str) -> list[dict[str, Any]]:
    """The whole public timeline, page by page."""
    found: list[dict[str, Any]] = []
    below = ""
    while page := get(f"{origin}/api/v1/timelines/public?limit=40{below}"):
        found += page
        below = f"&max_id={page[-1]['id']}"
    return found


def as_read(content: str) -> str:
    """The text that somebody reads in a status."""
    text = re.sub(r"</p>\s*<p>", "\n\n", content)
    text = re.sub(r"<br ?/?>", "\n", text)
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def play(tmp_path: Path, file: Path) -> list[str]:
    """Play a file; answers the texts that come back from the API, oldest first."""
    ports = free_port(), free_port()
    with demo(tmp_path / "demo", ports, "--posts", str(file), "--rate", "500") as running:
        until(running, "lines posted")
        posts = every_post(f"http://localhost:{ports[0]}")
    return [as_read(post["content"]) for post in reversed(posts)]


def test_the_demo_is_alive_keeps_everything_and_comes_back(tmp_path: Path) -> None:
    cast = load_cast()
    ports = free_port(), free_port()
    with demo(tmp_path / "demo", ports) as running:
        told = until(running, "Ctrl-C")
        assert cast.password in told
        first = every_post(f"http://localhost:{ports[0]}")
        copied = {voice.text for voice in cast.voice if voice.copy}
        for _ in range(100):
            first = every_post(f"http://localhost:{ports[0]}")
            if copied <= {as_read(post["content"]) for post in first}:
                break
            time.sleep(0.1)
        assert copied <= {as_read(post["content"]) for post in first}, (
            "public copies of voices stand on the square"
        )
    with demo(tmp_path / "demo", ports) as running:
        until(running, "Ctrl-C")
        again = every_post(f"http://localhost:{ports[0]}")
    assert [post["id"] for post in again] == [post["id"] for post in first]


def test_the_guest_sees_what_the_windows_show_and_the_talk_about_it(tmp_path: Path) -> None:
    cast = load_cast()
    ports = free_port(), free_port()
    with demo(tmp_path / "demo", ports) as running:
        until(running, "Ctrl-C")
        talk, windows = asyncio.run(pages_of_the_group(cast, f"http://localhost:{ports[1]}"))
    assert cast.together.about in windows
    assert "橋の上と日陰の道" in windows, "the account's posts, too"
    for window in cast.together.windows:
        assert window.format(square=f"localhost:{ports[0]}") in windows
    assert cast.together.about in talk
    for answer in cast.together.said:
        assert answer.text in talk


async def pages_of_the_group(cast: Cast, origin: str) -> tuple[str, str]:
    """The room, which the page of the group leads to, and the page of the windows."""
    async with HttpFetch("Kizuna tests", (origin.partition("//")[2],)) as fetch:
        guest = Visitor(fetch, origin)
        await guest.sign_in("misaki", cast.password)
        path = re.findall(r'href="(/together/\d+)"', await guest.get("/together"))[0]
        room = guest.voices(await guest.get(path))[0]
        return await guest.get(room), await guest.get(f"{path}/windows")


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "kizuna",
            "demo",
            "--data",
            str(tmp_path / "demo"),
            "--square-port",
            str(port),
        ]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert ended.stderr == f"kizuna: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert not (tmp_path / "demo").exists()


def test_every_line_of_a_file_comes_back_intact(tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    too_long = "too long " * 100
    file.write_text("\n".join([too_long, *LINES]) + "\n\n", "utf-8")
    back = play(tmp_path, file)
    assert [line for line in LINES if line not in back] == []
    assert too_long.strip() not in back


@pytest.mark.load
@pytest.mark.parametrize("name", ["rohan_ja_odd.txt", "fortunes_en_computers_wisdom.txt"])
def test_thousands_of_real_lines_come_back_and_nothing_closed_is_public(tmp_path: Path, name: str) -> None:
    if not (TEXTS / name).exists():
        pytest.skip(f"needs {name} of the collected texts, which are not part of the project")
    lines = [line for line in (TEXTS / name).read_text("utf-8").split("\n") if line.strip()]
    back = play(tmp_path, TEXTS / name)
    missing = [line for line in lines if line not in back]
    print(f"{name}: {len(lines)} lines played, {len(lines) - len(missing)} came back intact")
    assert missing == []
    assert closed_words_in_public(tmp_path / "demo") == []


def closed_words_in_public(data: Path) -> list[str]:
    """Everything said in the circle that was not copied, as far as it is found in a dump of the public tables."""
    dump = "\n".join(str(row) for row in public_rows(data / "square" / "square.db"))
    assert "今朝の食パン" in dump, "the dump holds what was posted"
    cast = load_cast()
    closed = [voice.text[:20] for voice in cast.voice if not voice.copy]
    closed += [answer.text[:20] for answer in cast.together.said]
    with closing(sqlite3.connect(data / "circle" / "circle.db")) as db:
        said = {row[0][:20] for row in db.execute("SELECT text FROM voice")}
    assert set(closed) <= said, "the words were said in the circle"
    return [words for words in closed if words in dump]


def public_rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        rows: list[tuple[object, ...]] = []
        assert POST.info["mark"] == "public"
        for table in [one.name for one in METADATA["square"].tables.values() if one.info["mark"] == "public"]:
            rows += db.execute(f'SELECT * FROM "{table}"').fetchall()
        return rows


def test_what_is_said_in_the_circle_is_not_in_the_public_tables(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    with demo(tmp_path / "demo", ports) as running:
        until(running, "Ctrl-C")
    assert closed_words_in_public(tmp_path / "demo") == []


def test_a_directory_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    ended = subprocess.run(
        [sys.executable, "-m", "kizuna", "demo", "--data", str(tmp_path), "--square-port", str(free_port())],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env=os.environ | {"KIZUNA_TITLE": "x"},
    )
    assert ended.returncode == 1
    assert "holds something else" in ended.stderr
    assert (tmp_path / "mine").read_text() == "precious"
