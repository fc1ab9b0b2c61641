"""Either of two tied servers is killed while people copy and recall: every copy at most once, the ledger true."""

import asyncio
import time
from pathlib import Path

import pytest

from kizuna.ground.randomness import SeededRandomness
from tests.crash.program import Milestones, Program, Sockets, free_ports
from tests.dose import dose, show
from tests.sim.acts import Actor, Model
from tests.sim.client import Client
from tests.sim.person import AppUser, Browser, link, token_for
from tests.sim.verdict import faults, ledger, open_work, standing

PEOPLE = 5
QUIET_S = 900  # a send that was cut off is given up a minute later, and others of its place wait behind it


@pytest.mark.load
def test_every_copy_stands_at_most_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copies, kills = dose(15, 100), dose(4, 20)
    started = time.monotonic()
    models = asyncio.run(run(tmp_path, copies, kills))
    wrong = faults(models, tmp_path) + [refusal for model in models for refusal in model.refused]
    lines = ledger(tmp_path / "circle")
    there = {post.id for post in standing(tmp_path / "square")}
    stand = {line.remote_id for line in lines if line.state == "standing"}
    recalled = sum(line.state == "recalled" for line in lines)
    with capsys.disabled():
        show(
            "kill -9 of either server while people copy and recall",
            ["copies", "kills", "sent again", "standing", "there", "recalled", "wrong", "seconds"],
            [
                [
                    len(lines),
                    kills,
                    sum(model.repeats for model in models),
                    len(stand),
                    len(there),
                    recalled,
                    len(wrong),
                    round(time.monotonic() - started),
                ]
            ],
        )
    assert wrong == []
    assert len(lines) == copies
    assert stand == there
    assert recalled > 0


async def run(place: Path, copies: int, kills: int) -> list[Model]:
    ports = free_ports(2)
    square = Program(place, "square", ports[0], "")
    circle = Program(place, "circle", ports[1], f"localhost:{ports[0]}")
    sockets = Sockets()
    milestones = Milestones()
    try:
        await square.start()
        await circle.start()
        actors = [await arrive(square, circle, sockets, f"person{number}") for number in range(PEOPLE)]
        async with asyncio.TaskGroup() as group:
            group.create_task(kill_at((square, circle), milestones, kills, copies))
            for actor in actors:
                group.create_task(copy_and_recall(actor, copies // PEOPLE, milestones))
        for _ in range(QUIET_S):
            if not open_work(place):
                break
            await asyncio.sleep(1)
    finally:
        await sockets.close()
        square.stop()
        circle.stop()
    return [actor.model for actor in actors]


async def arrive(square: Program, circle: Program, sockets: Sockets, name: str) -> Actor:
    there = Browser(Client(sockets.send, square.origin), name)
    here = Browser(Client(sockets.send, circle.origin), name)
    await there.sign_up()
    await here.sign_up()
    link_id = await link(here, there)
    bearer = await token_for(there.client, name)
    app = AppUser(Client(sockets.send, square.origin, bearer=bearer))
    return Actor(name, here, app, link_id, SeededRandomness(name), tries=500, longest_wait=0.2)


async def copy_and_recall(actor: Actor, copies: int, milestones: Milestones) -> None:
    for number in range(copies):
        await actor.do(Actor.say_and_copy)
        if number % 2:
            await actor.do(Actor.recall)
        milestones.pass_one()


async def kill_at(servers: tuple[Program, Program], milestones: Milestones, kills: int, copies: int) -> None:
    """Kill one or the other whenever as much is done as the seed says, so that the instants spread over all of it."""
    chance = SeededRandomness("kills")
    for instant in sorted(chance.below(copies // PEOPLE * PEOPLE) for _ in range(kills)):
        await milestones.reach(instant)
        await asyncio.sleep(chance.uniform() * 0.5)
        server = servers[chance.below(2)]
        server.kill()
        await asyncio.sleep(chance.uniform() * 0.5)
        await server.start()
