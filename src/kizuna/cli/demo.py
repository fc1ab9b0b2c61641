"""``kizuna demo``: a square on :3000 and a circle on :3001, tied, with people who live there.

Two ordinary servers, each a process of its own, started and stopped by this one. What happened before today is lived
in their directories first (``town``); ties, copies and everything new go through their doors like anybody's.
"""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import typer

from kizuna.cli.cast import Cast, Later, load_cast
from kizuna.cli.holiday import SEASON, ahead_hours, celebrate
from kizuna.cli.listen import check_port
from kizuna.cli.together import open_windows, talk
from kizuna.cli.town import live
from kizuna.cli.visitor import Refused, Speaker, Visitor
from kizuna.fetch.http import HttpFetch
from kizuna.fetch.port import FetchError, Request
from kizuna.ground.clock import Clock, SystemClock
from kizuna.ground.config import Config, ConfigError, Plane, make_config

Child: TypeAlias = "subprocess.Popen[bytes]"
START_S: Final = 60.0
TICK_S: Final = 12.0
AT_ONCE: Final = 8
SHOWN: Final = 20
DONE: Final = "lived"


def run(data: Path, ports: tuple[int, int], *, posts: Path | None, rate: float, quiet: bool) -> None:
    """Run the demo until Ctrl-C or SIGTERM; what people said stays in ``data``. Raises ConfigError."""
    lines = _lines(posts) if posts else []
    cast = load_cast()
    square, circle = _config(data, "square", ports), _config(data, "circle", ports)
    for config in (square, circle):
        check_port(config)
    fresh = not (data / DONE).exists()
    if fresh:
        if data.exists() and any(data.iterdir()):
            raise ConfigError(
                f"{data} holds something else, or a demo that did not get ready; remove it first"
            )
        typer.echo("Settling in: people, follows, friends, and what they said these last days …")
        live(cast, square, circle)
    try:
        asyncio.run(_run(data, cast, (square, circle), lines, rate, fresh=fresh, quiet=quiet))
    except (FetchError, Refused) as error:
        raise ConfigError(f"the demo cannot go on: {error}") from error


def _lines(file: Path) -> list[str]:
    try:
        lines = file.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {file}: {error}") from error
    return [line for line in lines if line.strip()]


def _config(data: Path, plane: Plane, ports: tuple[int, int]) -> Config:
    """Test mode: everybody may sign up at once and nobody is slowed down; it binds to this machine alone."""
    title = {"square": "みなと広場", "circle": "みなとの仲間"}[plane]
    return make_config(
        {
            "port": ports[0] if plane == "square" else ports[1],
            "data": str(data / plane),
            "planes": [plane],
            "title": title,
            "test_mode": True,
            "fetch_allow": [f"localhost:{port}" for port in ports],
            "poll_seconds": 5.0,
            "seasons": [SEASON],
            "season_wall": f"localhost:{ports[0]}",
            "window_seconds": 5.0,
            "season_ahead_hours": ahead_hours(SystemClock().now_ms()),
        }
    )


async def _run(
    data: Path,
    cast: Cast,
    configs: Sequence[Config],
    lines: list[str],
    rate: float,
    *,
    fresh: bool,
    quiet: bool,
) -> None:
    square, circle = configs
    fetch = HttpFetch("Kizuna demo", square.fetch_allow)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = [_start(config) for config in configs]
    async with fetch, _serving(configs, children, fetch):
        if fresh:
            await open_windows(cast, fetch, circle.url, f"localhost:{square.port}")
            await _tie(cast, fetch, square, circle)
            await celebrate(cast, fetch, circle.url)
            await talk(cast, fetch, circle.url)
            (data / DONE).touch()
        _tell(cast, square, circle)
        speaker = Speaker(fetch, square.url, cast.password)
        work: list[asyncio.Future[Any]] = [asyncio.ensure_future(stop.wait())]
        if lines:
            work.append(asyncio.ensure_future(_play(cast, speaker, lines, rate)))
        if not quiet:
            work.append(asyncio.ensure_future(_tick(cast, fetch, speaker, circle, SystemClock())))
        await _until(stop, work)


async def _until(stop: asyncio.Event, work: Sequence[asyncio.Future[Any]]) -> None:
    waiting = set(work)
    while not stop.is_set():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
    for one in waiting:
        one.cancel()


def _start(config: Config) -> Child:
    return subprocess.Popen(
        [sys.executable, "-m", "kizuna", "serve"],
        env=_environment(config),
        start_new_session=True,  # Ctrl-C comes to us alone; we stop them in order
    )


@asynccontextmanager
async def _serving(
    configs: Sequence[Config], children: Sequence[Child], fetch: HttpFetch
) -> AsyncGenerator[None]:
    """Both servers answer; they are stopped at the end, however it comes."""
    try:
        for config, child in zip(configs, children, strict=True):
            await _answering(config, child, fetch)
        yield
    finally:
        for child in children:
            child.terminate()
        for child in children:
            await asyncio.to_thread(child.wait)


def _environment(config: Config) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIZUNA_")}
    return kept | {
        "KIZUNA_PORT": str(config.port),
        "KIZUNA_DATA": str(config.data.absolute()),
        "KIZUNA_PLANES": ",".join(config.planes),
        "KIZUNA_TITLE": config.title,
        "KIZUNA_TEST_MODE": "true",
        "KIZUNA_FETCH_ALLOW": ",".join(config.fetch_allow),
        "KIZUNA_POLL_SECONDS": str(config.poll_seconds),
        "KIZUNA_SEASONS": ",".join(config.seasons),
        "KIZUNA_SEASON_WALL": config.season_wall,
        "KIZUNA_SEASON_AHEAD_HOURS": str(config.season_ahead_hours),
        "KIZUNA_WINDOW_SECONDS": str(config.window_seconds),
    }


async def _answering(config: Config, child: Child, fetch: HttpFetch) -> None:
    clock = SystemClock()
    until = clock.now_ms() + START_S * 1000
    while clock.now_ms() < until:
        if child.poll() is not None:
            raise ConfigError(f"the server on :{config.port} ended at once; its reason stands above")
        try:
            await fetch.send(Request("GET", f"{config.url}/about", timeout=2.0))
        except FetchError:
            await clock.sleep(0.1)
        else:
            return
    raise ConfigError(f"the server on :{config.port} did not answer within {START_S:.0f} seconds")


async def _tie(cast: Cast, fetch: HttpFetch, square: Config, circle: Config) -> None:
    """Tie the linked people's accounts through the real OAuth pages, and make their copies."""
    typer.echo("Tying the two networks: each person signs in on both sides and allows it …")
    wanted = {(voice.by, voice.text) for voice in cast.voice if voice.copy}
    for person in cast.person:
        if not person.linked:
            continue
        here, there = Visitor(fetch, circle.url), Visitor(fetch, square.url)
        await here.sign_in(person.handle, cast.password)
        await there.sign_in(person.handle, cast.password)
        await tie(here, there)
        for by, text in sorted(wanted):
            if by == person.handle:
                await copy_voice(here, text)


async def tie(here: Visitor, there: Visitor) -> None:
    """Tie a face to an account: begin here, allow there, come back."""
    away = await here.post(
        "/settings/ties", "/settings/ties", address=there.origin.partition("//")[2], out="1", **{"in": "1"}
    )
    page = away.removeprefix(there.origin)
    hidden = await there.hidden(page)
    back = await there.post(page, "/oauth/authorize", **{**hidden, "face": "square", "decision": "allow"})
    await here.follow(back.removeprefix(here.origin))


async def copy_voice(here: Visitor, text: str) -> None:
    """Make a public copy of a voice that is on the first page of the circle's home."""
    page = await here.get("/?show=circle")
    for path in dict.fromkeys(here.voices(page)):
        copy_page = f"{path}/copy"
        if text[:20] not in await here.get_or_nothing(copy_page):
            continue
        link = here.first_link(await here.get(copy_page))
        await here.post(copy_page, copy_page, text=text, link=link, key=f"demo {path}")
        return


def _tell(cast: Cast, square: Config, circle: Config) -> None:
    everybody = ", ".join(person.handle for person in cast.person)
    typer.echo("")
    typer.echo(f"  ■ the square   {square.url}")
    typer.echo(f"  ● the circle   {circle.url}")
    typer.echo("")
    typer.echo(f"  Sign in on both as misaki, password {cast.password}")
    typer.echo(f"  (or as {everybody})")
    typer.echo("")
    typer.echo("  Ctrl-C stops; what people said stays for the next time.")


async def _play(cast: Cast, speaker: Speaker, lines: Sequence[str], rate: float) -> None:
    """Post the lines of a file as many people, ``rate`` a second; one that is refused is named and left out."""
    clock: Clock = SystemClock()
    people = itertools.cycle(person.handle for person in cast.living_in("square"))
    places = asyncio.Semaphore(AT_ONCE)
    for person in cast.living_in("square"):
        await speaker.arrive(person.handle)

    async def say(handle: str, text: str) -> int:
        async with places:
            try:
                await speaker.say(handle, text)
            except (FetchError, Refused) as error:
                typer.echo(f"  not posted: {text[:SHOWN]} … ({error})", err=True)
                return 0
        return 1

    began = clock.now_ms()
    tasks: list[asyncio.Task[int]] = []
    async with asyncio.TaskGroup() as group:
        for number, (handle, text) in enumerate(zip(people, lines, strict=False)):
            wait = (began + number * 1000 / rate - clock.now_ms()) / 1000
            if wait > 0:
                await clock.sleep(wait)
            tasks.append(group.create_task(say(handle, text)))
    seconds = max(clock.now_ms() - began, 1) / 1000
    typer.echo(f"  {sum(task.result() for task in tasks)} lines posted in {seconds:.1f} s")


async def _tick(cast: Cast, fetch: HttpFetch, speaker: Speaker, circle: Config, clock: Clock) -> None:
    """Now and then somebody says something, for ever."""
    for line in itertools.cycle(cast.later):
        await clock.sleep(TICK_S)
        try:
            await _say(cast, fetch, speaker, circle, line)
        except (FetchError, Refused) as error:
            typer.echo(f"  {line.by} could not be heard: {error}", err=True)


async def _say(cast: Cast, fetch: HttpFetch, speaker: Speaker, circle: Config, line: Later) -> None:
    if not line.voice:
        await speaker.say(line.by, line.text)
        return
    visitor = Visitor(fetch, circle.url)
    await visitor.sign_in(line.by, cast.password)
    await visitor.post("/compose", "/compose", text=line.text, audience="friends")
    if line.copy:
        await copy_voice(visitor, line.text)
