"""The writing server is killed again and again while people post: every acknowledged post is there once."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kizuna.ground.randomness import SeededRandomness
from tests.crash.program import Milestones, Program, Sockets, free_ports
from tests.dose import dose, show
from tests.sim.client import Client
from tests.sim.network import SilenceError, UnreachableError
from tests.sim.person import AppUser, Browser, token_for

POSTERS = 16
PAGE = 40
PATIENCE = 400  # attempts of one post, each after a short pause: longer than any restart


class Tally:
    """What the posters saw."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, str] = {}
        self.repeats = 0
        self.milestones = Milestones()

    def acknowledge(self, text: str, status_id: str) -> None:
        self.acknowledged[text] = status_id
        self.milestones.pass_one()


@pytest.mark.load
def test_every_acknowledged_post_is_there_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posts, kills = dose(1_000, 10_000), dose(4, 20)
    started = time.monotonic()
    tally, found = asyncio.run(run(tmp_path, posts, kills))
    there = Counter(text for _, text in found)
    missing = [text for text in tally.acknowledged if there[text] != 1]
    ids = {text: status_id for status_id, text in found}
    with capsys.disabled():
        show(
            "kill -9 of the writing server while people post",
            ["posts", "kills", "sent again", "acknowledged", "there once", "missing", "double", "seconds"],
            [
                [
                    posts,
                    kills,
                    tally.repeats,
                    len(tally.acknowledged),
                    sum(there[text] == 1 for text in tally.acknowledged),
                    len(missing),
                    sum(count > 1 for count in there.values()),
                    round(time.monotonic() - started),
                ]
            ],
        )
    assert len(tally.acknowledged) == posts
    assert missing == []
    assert max(there.values()) == 1
    assert all(ids[text] == status_id for text, status_id in tally.acknowledged.items())


async def run(place: Path, posts: int, kills: int) -> tuple[Tally, list[tuple[str, str]]]:
    (port,) = free_ports(1)
    square = Program(place, "square", port, "")
    sockets = Sockets()
    tally = Tally()
    try:
        await square.start()
        users = [await arrive(square, sockets, f"poster{number}") for number in range(POSTERS)]
        queue = iter(range(posts))
        async with asyncio.TaskGroup() as group:
            group.create_task(kill_at(square, tally, kills, posts))
            for user in users:
                group.create_task(keep_posting(user, queue, tally))
        found = [status for user in users for status in await all_of(user)]
    finally:
        await sockets.close()
        square.stop()
    return tally, found


async def arrive(square: Program, sockets: Sockets, handle: str) -> AppUser:
    client = Client(sockets.send, square.origin)
    await Browser(client, handle).sign_up()
    return AppUser(Client(sockets.send, square.origin, bearer=await token_for(client, handle)))


async def keep_posting(user: AppUser, queue: Iterator[int], tally: Tally) -> None:
    for number in queue:
        text = f"post {number} {'x' * (number % 200)}"
        for _ in range(PATIENCE):
            try:
                tally.acknowledge(text, await user.post(text, key=f"key {number}"))
                break
            except (SilenceError, UnreachableError):
                tally.repeats += 1
                await asyncio.sleep(0.05)


async def kill_at(square: Program, tally: Tally, kills: int, posts: int) -> None:
    """Kill whenever as many posts as the seed says are acknowledged, so that the instants spread over all of them."""
    chance = SeededRandomness("kills")
    for instant in sorted(chance.below(posts) for _ in range(kills)):
        await tally.milestones.reach(instant)
        await asyncio.sleep(chance.uniform() * 0.02)
        square.kill()
        await square.start()


async def all_of(user: AppUser) -> list[tuple[str, str]]:
    """Every post of an account as the API gives it: (id, text)."""
    me = (await user.client.get("/api/v1/accounts/verify_credentials")).json()
    found: list[tuple[str, str]] = []
    below = ""
    while True:
        page = (await user.client.get(f"/api/v1/accounts/{me['id']}/statuses?limit={PAGE}{below}")).json()
        if not page:
            return found
        found += [(str(status["id"]), plain(str(status["content"]))) for status in page]
        below = f"&max_id={found[-1][0]}"


def plain(content: str) -> str:
    """The text of a status that is one paragraph of plain words."""
    return content.removeprefix("<p>").removesuffix("</p>")
