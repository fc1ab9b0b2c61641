"""What one process ends is at an end in the other within a second: tokens, sessions, blocks, friendships."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest

from kizuna.ground.randomness import SeededRandomness
from tests.dose import dose, show
from tests.postgres import Cluster
from tests.processes.pair import Pair, pair, stale_for, until
from tests.sim.asgi import Answer
from tests.sim.person import SECRET, AppUser, Browser

MOST_S = 1.0
HANDS = 4


class Town:
    """People of both planes, and the ways in which something of theirs ends. Each way answers the stale seconds."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.people = 0
        self.app: dict[str, str] = {}

    async def open(self) -> None:
        """Register the app with which tokens are made."""
        asked = {
            "client_name": "pair",
            "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
            "scopes": "read write follow",
        }
        self.app = fine(await self.pair.at_first().post_json("/api/v1/apps", asked)).json()

    async def arrive(self) -> Browser:
        """Somebody new, signed in at the first."""
        self.people += 1
        browser = Browser(self.pair.at_first(), f"p{self.people}")
        await browser.sign_up()
        return browser

    def ids(self) -> dict[str, str]:
        return {"client_id": self.app["client_id"], "client_secret": self.app["client_secret"]}

    async def token(self, handle: str) -> str:
        grant = {
            "grant_type": "password",
            "username": handle,
            "password": SECRET,
            "scope": "read write follow",
        }
        made = fine(await self.pair.at_first().post_form("/oauth/token", {**self.ids(), **grant})).json()
        return str(made["access_token"])

    async def a_token(self, one: Browser, _other: Browser) -> float:
        """A token is revoked. A stream that stands open with it ends too."""
        token = await self.token(one.handle)
        there = self.pair.at_second(token)
        for _ in range(2):
            fine(await there.get("/api/v1/accounts/verify_credentials"))
        async with httpx2.AsyncClient(timeout=30) as client:
            address = f"{self.pair.second.origin}/api/v1/streaming/user"
            async with client.stream("GET", address, headers={"authorization": f"Bearer {token}"}) as stream:
                assert stream.status_code == 200
                fine(await self.pair.at_first().post_form("/oauth/revoke", {**self.ids(), "token": token}))
                return max(
                    await asyncio.gather(
                        stale_for(lambda: answers(there.get("/api/v1/accounts/verify_credentials"))),
                        seconds_to_end(stream),
                    )
                )

    async def a_session(self, one: Browser, _other: Browser) -> float:
        """Somebody signs out in one of their browsers."""
        browser = Browser(self.pair.at_first(), one.handle)
        page = await browser.client.get("/sign-in")
        fine(await browser.client.submit(page, "/sign-in", handle=one.handle, password=SECRET))
        await browser.arrive()
        there = self.pair.at_second()
        there.cookies = dict(browser.client.cookies)
        for _ in range(2):
            fine(await there.get("/settings"))
        await browser.send("/sign-out")
        return await stale_for(lambda: answers(there.get("/settings")))

    async def a_block(self, one: Browser, other: Browser) -> float:
        """Somebody blocks whom they follow, whose posts are in the home that the second keeps in memory."""
        mine, theirs = [await self.token(each.handle) for each in (one, other)]
        here, there = self.pair.at_first(mine), self.pair.at_second(mine)
        account = fine(await self.pair.at_second(theirs).get("/api/v1/accounts/verify_credentials")).json()[
            "id"
        ]
        fine(await here.post_json(f"/api/v1/accounts/{account}/follow", {}))
        said = await AppUser(self.pair.at_first(theirs)).post("hello", f"key {theirs}")

        async def shown() -> bool:
            return any(each["id"] == said for each in fine(await there.get("/api/v1/timelines/home")).json())

        await until(shown)
        fine(await here.post_json(f"/api/v1/accounts/{account}/block", {}))
        stale = await stale_for(shown)
        fine(await here.post_json(f"/api/v1/accounts/{account}/unblock", {}))
        return stale

    async def a_friendship(self, one: Browser, other: Browser) -> float:
        """A friend is removed, who could read a voice."""
        await one.befriend(other)
        voice = await one.say(
            "among friends", f"key {self.people} {one.handle} {asyncio.get_running_loop().time()}"
        )
        there = self.pair.at_second()
        there.cookies = dict(other.client.cookies)
        for _ in range(2):
            fine(await there.get(f"/v/{voice}"))
        await one.unfriend(other)
        return await stale_for(lambda: answers(there.get(f"/v/{voice}")))


def fine(answer: Answer) -> Answer:
    """It was answered, and not with a refusal."""
    assert answer.status < 400, (answer.status, answer.text[:300])
    return answer


async def answers(asked: Awaitable[Answer]) -> bool:
    """Whether it is still given."""
    answer = await asked
    assert answer.status < 500, answer.text[:300]
    return answer.status == 200


async def seconds_to_end(stream: httpx2.Response) -> float:
    """How long an open stream goes on."""
    began = asyncio.get_running_loop().time()
    async with aclosing(stream.aiter_raw()) as chunks:
        async for _ in chunks:
            pass
    return asyncio.get_running_loop().time() - began


@pytest.mark.load
def test_what_ends_in_one_process_ends_in_the_other(
    tmp_path: Path, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    worst = asyncio.run(revoke(tmp_path, cluster, dose(200, 4_000)))
    with capsys.disabled():
        show(
            "revocations in one process, last stale answer of another, seconds",
            ["what ends", "times", "median", "worst"],
            [
                [kind, len(all_), sorted(all_)[len(all_) // 2], max(all_)]
                for kind, all_ in sorted(worst.items())
            ],
        )
    assert set(worst) == {"a_token", "a_session", "a_block", "a_friendship"}
    assert max(max(each) for each in worst.values()) <= MOST_S


async def revoke(place: Path, cluster: Cluster, times: int) -> dict[str, list[float]]:
    dice = SeededRandomness("revocations")
    found: dict[str, list[float]] = {}
    async with pair(place, cluster) as both:
        town = Town(both)
        await town.open()
        ways: list[Callable[[Browser, Browser], Awaitable[float]]] = [
            town.a_token,
            town.a_session,
            town.a_block,
            town.a_friendship,
        ]
        left = iter(range(times))

        async def hand() -> None:
            one, other = await town.arrive(), await town.arrive()
            for _ in left:
                way = ways[int(dice.uniform() * len(ways))]
                found.setdefault(way.__name__, []).append(await way(one, other))

        async with asyncio.TaskGroup() as group:
            for _ in range(HANDS):
                group.create_task(hand())
    return found
