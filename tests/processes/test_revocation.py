"""What one process ends is at an end in the other within a second: ways in, sights of things, and the things.

Everything is done at the first process by people with browsers and apps, while at the second their streams stand open
and their pages, answers and pictures are asked for as fast as they come.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kizuna.ground.randomness import SeededRandomness
from tests.dose import dose, show
from tests.media.corpus import plain
from tests.postgres import Cluster
from tests.processes.ears import Ears, EndedByItself, listening
from tests.processes.pair import WARDEN, Pair, pair, stale_for, until
from tests.sim.asgi import Answer
from tests.sim.client import Client
from tests.sim.person import SECRET, AppUser, Browser, allowed_token
from tests.web.visitor import PASSWORD

MOST_S = 1.0
HANDS = 8
"""More, and a process on two processors is so far behind that it cannot hear its database in time, and ends streams."""
BEGINNINGS = 4
"""So many show their pictures at once: a server that has more to make anew than that asks to come later."""
ENDS = 100
TIDY_S = 60.0
SHARE_CUT = 0.01
"""So few ends may be tried anew because a stream ended by itself, which a process does that cannot hear its database
for a moment: nobody is told anything stale by that, and a machine that stands still makes it so. One moment ends the
streams of all hands, so of a short dose that many may be."""
Stale = dict[str, float]
"""For each door the seconds from the acknowledgement to its last stale answer."""


class Two:
    """An author and a reader, who is served by the second process while everybody acts at the first."""

    def __init__(self, both: Pair, staff: Browser, name: str) -> None:
        self.pair = both
        self.staff = staff
        self.author = Browser(both.at_first(), f"a{name}")
        self.reader = Browser(both.at_first(), f"r{name}")
        self._number = 0

    async def begin(self) -> None:
        """They are friends and follow each other; the author shows a picture, and has the reader in a group."""
        await self.author.sign_up()
        await self.reader.sign_up()
        await self.author.befriend(self.reader)
        await self._allow_apps()
        await self.app.follow(self.author.handle)
        made = fine(await self.author.send("/groups", name="closest"))
        self.group = urlsplit(made.header("location") or "").path.rpartition("/")[2]
        page = fine(await self.author.client.get(f"/groups/{self.group}")).text
        found = re.search(r'name="person\[\]" value="(\d+)"', page)
        assert found is not None, page
        self.face = found[1]
        self.shown = await self.author.show("a picture", "picture", self.face, plain("PNG"))
        page = fine(await self.reader.client.get(f"/v/{self.shown}")).text
        found = re.search(r"/circle/media/\d+/small", page)
        assert found is not None, page
        self.picture = found[0]

    async def _allow_apps(self) -> None:
        self.token = await allowed_token(self.reader, "square", "circle")
        self.app = AppUser(self.pair.at_first(self.token))
        self.authors = AppUser(self.pair.at_first(await allowed_token(self.author, "square", "circle")))

    async def say(self, text: str, audience: str = "friends", **more: list[str]) -> int:
        """The author says something in the circle."""
        if audience != "friends":
            return await self.author.say(text, self.key(), audience, **more)
        return int(await self.authors.post(text, self.key(), visibility="private"))

    def key(self) -> str:
        self._number += 1
        return f"{self.author.handle} {self._number}"

    def there(self, bearer: str | None = None, *, of: Browser | None = None) -> Client:
        """The reader at the second process: an app with a token, or a browser."""
        client = self.pair.at_second(bearer)
        client.cookies = dict(of.client.cookies) if of else {}
        return client

    @asynccontextmanager
    async def ears(self, token: str | None, browser: Browser | None) -> AsyncGenerator[Ears]:
        cookie = (
            "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
            if browser
            else None
        )
        async with listening(self.pair.host, token, cookie) as ears:
            yield ears

    # Ways in

    async def a_token(self) -> Stale:
        """A token is revoked."""
        app = fine(await self.pair.at_first().post_json("/api/v1/apps", APP)).json()
        ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        grant = {"grant_type": "password", "username": self.reader.handle, "password": SECRET}
        made = await self.pair.at_first().post_form("/oauth/token", {**ids, **grant, "scope": APP["scopes"]})
        token = str(fine(made).json()["access_token"])
        there = self.there(token)
        answer = await opened(there, "/api/v1/accounts/verify_credentials")
        async with self.ears(token, None) as ears:
            for ear in ears.values():
                ear.check_open()
            fine(await self.pair.at_first().post_form("/oauth/revoke", {**ids, "token": token}))
            return await ends(ears, {"answers": answer})

    async def a_session(self) -> Stale:
        """Somebody signs out."""
        return await self._way_in(lambda here, _: here.send("/sign-out"))

    async def other_sessions(self) -> Stale:
        """Somebody ends all sessions but the one at hand."""

        async def end(_: Browser, elsewhere: Browser) -> Answer:
            return await elsewhere.send("/settings/sessions/end-others")

        stale = await self._way_in(end)
        self.reader = await self._signed_in()
        return stale

    async def a_password(self) -> Stale:
        """Somebody changes the password, since another may know the old one: browsers and apps are out."""

        async def end(_: Browser, elsewhere: Browser) -> Answer:
            return await elsewhere.send("/settings/password", password=SECRET, new_password=SECRET)

        stale = await self._way_in(end, self.token)
        self.reader = await self._signed_in()
        await self._allow_apps()
        return stale

    async def a_suspension(self) -> Stale:
        """The staff suspends somebody: browsers and apps are out."""

        async def end(_: Browser, __: Browser) -> Answer:
            return await self._decide(self.reader, "suspend")

        stale = await self._way_in(end, self.token)
        await self._decide(self.reader, "restore")
        self.reader = await self._signed_in()
        await self._allow_apps()
        return stale

    async def _decide(self, about: Browser, deed: str) -> Answer:
        listed = fine(await self.staff.client.get(f"/staff/people?plane=circle&q={about.handle}")).text
        found = re.search(r"/staff/people/circle/\d+", listed)
        assert found is not None, listed
        return await self.staff.send(found[0], deed=deed, reason="a test")

    async def _signed_in(self, who: Browser | None = None) -> Browser:
        return await signed_in(self.pair, (who or self.reader).handle, SECRET)

    async def _way_in(
        self, end: Callable[[Browser, Browser], Awaitable[Answer]], token: str | None = None
    ) -> Stale:
        """A browser's way in, and with a token an app's too."""
        browser, elsewhere = await self._signed_in(), await self._signed_in()
        there = self.there(of=browser)
        doors = {
            "pages": await opened(there, "/settings"),
            "media": await opened(there, self.picture),
        }
        if token is not None:
            doors["answers"] = await opened(self.there(token), "/api/v1/accounts/verify_credentials")
        async with self.ears(token, browser) as ears:
            for ear in ears.values():
                ear.check_open()
            await end(browser, elsewhere)
            return await ends(ears, doors)

    # Sights

    async def a_friendship(self) -> Stale:
        """A friend is removed."""
        stale = await self._sight(lambda _: self.author.unfriend(self.reader), picture=True)
        await self.author.befriend(self.reader)
        return stale

    async def a_block_in_the_circle(self) -> Stale:
        """A friend is blocked, which ends the friendship too."""
        stale = await self._sight(lambda _: self.author.send(f"/c/{self.reader.handle}/block"), picture=True)
        page = fine(await self.author.client.get("/settings/blocks")).text
        blocked = re.search(r"/settings/blocks/\d+/end", page)
        assert blocked is not None, page
        await self.author.send(blocked[0])
        await self.author.befriend(self.reader)
        return stale

    async def a_group(self) -> Stale:
        """A friend is taken out of the group that a voice was said to."""
        await self.author.send(f"/groups/{self.group}/members", **{"person[]": [self.face]})
        return await self._sight(
            lambda _: self.author.send(f"/groups/{self.group}/members"), audience="groups", group=[self.group]
        )

    async def an_audience(self) -> Stale:
        """A voice is not for friends any more."""
        return await self._sight(
            lambda voice: self.author.send(f"/v/{voice}/audience", audience="me"), more_is_told=True
        )

    async def a_voice(self) -> Stale:
        """A voice is deleted."""
        return await self._sight(self.author.delete, more_is_told=True)

    async def an_author(self) -> Stale:
        """The staff suspends an author: what they say to friends is not shown any more."""
        stale = await self._sight(
            lambda _: self._decide(self.author, "suspend"), picture=True, more_is_told=True
        )
        await self._restore_author()
        return stale

    async def an_author_on_the_square(self) -> Stale:
        """The staff suspends an author: their posts are not shown any more."""
        stale = await self._post(lambda _: self._decide(self.author, "suspend"), more_is_told=True)
        await self._restore_author()
        return stale

    async def _restore_author(self) -> None:
        await self._decide(self.author, "restore")
        self.author = await self._signed_in(self.author)
        await self._allow_apps()

    async def _sight(
        self,
        end: Callable[[int], Awaitable[object]],
        *,
        picture: bool = False,
        more_is_told: bool = False,
        audience: str = "friends",
        **more: list[str],
    ) -> Stale:
        """``more_is_told``: it ends for one voice, and the next one is heard, or none can come."""
        async with self.ears(self.token, self.reader) as ears:
            voice = await self.say("before the end", audience, **more)
            page, app = self.there(of=self.reader), self.there(self.token)
            doors = {
                "pages": await opened(page, f"/v/{voice}"),
                "answers": await opened(app, f"/api/v1/statuses/{voice}"),
            }
            if picture:
                doors["media"] = await opened(page, self.picture)
            await self._sometimes_heard(ears, voice)
            since = await acted(end(voice))
            asked = asyncio.ensure_future(asked_until_they_end(doors))

            async def say() -> int:
                return await self.say("after the end", audience, **more)

            async def own() -> int:
                return int(await self.app.post("a sentinel", self.key(), visibility="private"))

            return await asked | await heard(ears, since, voice, None if more_is_told else say, own)

    async def a_block_on_the_square(self) -> Stale:
        """Somebody blocks whom they follow."""
        here = self.pair.at_first(self.token)
        found = fine(await here.get(f"/api/v1/accounts/lookup?acct={self.author.handle}")).json()["id"]
        stale = await self._post(
            lambda _: here.post_json(f"/api/v1/accounts/{found}/block", {}), more_is_told=False
        )
        fine(await here.post_json(f"/api/v1/accounts/{found}/unblock", {}))
        await self.app.follow(self.author.handle)
        return stale

    async def a_post(self) -> Stale:
        """A post is deleted."""
        return await self._post(self.authors.delete, more_is_told=True)

    async def _post(self, end: Callable[[str], Awaitable[object]], *, more_is_told: bool) -> Stale:
        there = self.there(self.token)

        async def at_home(post: str) -> bool:
            return any(each["id"] == post for each in fine(await there.get("/api/v1/timelines/home")).json())

        async with self.ears(self.token, self.reader) as ears:
            post = await self.authors.post("before the end", self.key())
            await until(lambda: at_home(post))
            await self._sometimes_heard(ears, post)
            since = await acted(end(post))
            asked = asyncio.ensure_future(asked_until_they_end({"answers": lambda: at_home(post)}))

            async def say() -> str:
                return await self.authors.post("after the end", self.key())

            async def own() -> str:
                return await self.app.post("a sentinel", self.key())

            return await asked | await heard(ears, since, post, None if more_is_told else say, own)

    async def _sometimes_heard(self, ears: Ears, said: object) -> None:
        """Every other time what is about to end was heard: a premise. The other times the end may overtake it."""
        if self._number % 2:
            for ear in ears.values():
                await ear.until(str(said).encode())


APP = {"client_name": "pair", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write follow"}
KINDS: list[Callable[[Two], Awaitable[Stale]]] = [
    Two.a_token,
    Two.a_session,
    Two.other_sessions,
    Two.a_password,
    Two.a_suspension,
    Two.a_friendship,
    Two.a_block_in_the_circle,
    Two.a_group,
    Two.an_audience,
    Two.a_voice,
    Two.a_block_on_the_square,
    Two.a_post,
    Two.an_author,
    Two.an_author_on_the_square,
]


async def signed_in(both: Pair, handle: str, password: str) -> Browser:
    """Somebody who has just come in at the first process."""
    browser = Browser(both.at_first(), handle)
    page = await browser.client.get("/sign-in")
    fine(await browser.client.submit(page, "/sign-in", handle=handle, password=password))
    await browser.arrive()
    return browser


async def opened(there: Client, path: str) -> Callable[[], Awaitable[bool]]:
    """A door that is open, twice, so that what it keeps in memory is there."""
    for _ in range(2):
        assert fine(await there.get(path)).status == 200

    async def still() -> bool:
        answer = await there.get(path)
        assert answer.status < 500, answer.text[:300]
        return answer.status == 200

    return still


async def acted(act: Awaitable[object]) -> float:
    """Do it; answers the moment of the acknowledgement."""
    answer = await act
    if isinstance(answer, Answer):
        fine(answer)
    return asyncio.get_running_loop().time()


async def asked_until_they_end(doors: dict[str, Callable[[], Awaitable[bool]]]) -> Stale:
    last = await asyncio.gather(*(stale_for(still) for still in doors.values()))
    return dict(zip(doors, last, strict=True))


async def ends(ears: Ears, doors: dict[str, Callable[[], Awaitable[bool]]]) -> Stale:
    """The stale seconds of a way in that has just ended: its streams end, and its doors close."""
    since = asyncio.get_running_loop().time()
    streams = asyncio.gather(*(ear.over(since) for ear in ears.values()))
    return await asked_until_they_end(doors) | dict(zip(ears, await streams, strict=True))


async def heard(
    ears: Ears,
    since: float,
    said: object,
    say: Callable[[], Awaitable[object]] | None,
    own: Callable[[], Awaitable[object]],
) -> Stale:
    """The stale seconds of streams: the last that was told of what ended, or of what was said afterwards.

    Something is said at once, and again when all must be over; what they say themselves comes after it, so that it is
    known when nothing more can come.
    """
    told = [said]
    for wait_s in (0.0, MOST_S):
        await asyncio.sleep(wait_s)
        if say is not None:
            told.append(await say())
        sentinel = await own()
        for ear in ears.values():
            await ear.until(str(sentinel).encode())
    ids = [str(each).encode() for each in told]
    return {name: ear.stale(since, ids) for name, ear in ears.items()}


def fine(answer: Answer) -> Answer:
    """It was answered, and not with a refusal."""
    assert answer.status < 400, (answer.status, answer.text[:300])
    return answer


@pytest.mark.load
def test_what_ends_in_one_process_ends_in_the_other(
    tmp_path: Path, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    times = dose(len(KINDS) * 7, len(KINDS) * 1_000)
    found, cut = asyncio.run(revoke(tmp_path, cluster, times))
    with capsys.disabled():
        show(
            "an end in one process, the last that another told of it, seconds",
            ["what ends", "by", "times", "median", "p99", "worst"],
            [
                [
                    kind,
                    door,
                    len(all_),
                    *(
                        round(each, 3)
                        for each in (all_[len(all_) // 2], all_[len(all_) * 99 // 100], all_[-1])
                    ),
                ]
                for (kind, door), all_ in sorted((key, sorted(each)) for key, each in found.items())
            ],
        )
        show("", ["ends tried anew, since a stream had ended by itself"], [[cut]])
    assert {kind for kind, _ in found} == {kind.__name__ for kind in KINDS}
    assert {door for _, door in found} == {"answers", "pages", "media", "events", "socket", "page"}
    assert max(max(each) for each in found.values()) <= MOST_S
    assert cut <= max(HANDS, times * SHARE_CUT)


async def revoke(place: Path, cluster: Cluster, times: int) -> tuple[dict[tuple[str, str], list[float]], int]:
    """Ends of each kind equally often, in an order by chance, some at once; and how many had to be tried anew."""
    dice = SeededRandomness("revocations")
    kinds = sorted(KINDS * (times // len(KINDS)), key=lambda _: dice.uniform())
    found: dict[tuple[str, str], list[float]] = {}
    beginnings = asyncio.Semaphore(BEGINNINGS)
    cut = 0
    async with pair(place, cluster) as both:
        staff = await signed_in(both, WARDEN, PASSWORD)

        async def hand(number: int) -> None:
            nonlocal cut
            for turn in count():
                two = Two(both, staff, f"{number}x{turn}")  # who has lived through thousands has long lists
                async with beginnings:
                    await two.begin()
                for _ in range(ENDS):
                    if not kinds:
                        return
                    kind = kinds.pop()
                    try:
                        stale = await kind(two)
                    except EndedByItself:
                        cut += 1
                        kinds.append(kind)
                        break
                    for door, seconds in stale.items():
                        found.setdefault((kind.__name__, door), []).append(seconds)

        async with asyncio.TaskGroup() as group:
            hands = [group.create_task(hand(number)) for number in range(HANDS)]
            tidying = group.create_task(tidy(cluster, both))
            await asyncio.wait(hands)
            tidying.cancel()
    return found, cut


async def tidy(cluster: Cluster, both: Pair) -> None:
    """What PostgreSQL does by itself where it is let; those of the tests leave it, since they live for minutes."""
    while True:
        await asyncio.sleep(TIDY_S)
        await asyncio.to_thread(cluster.say, "VACUUM ANALYZE", both.database)
