"""A world in which closed things happen, or other ones, beside the same public things.

A square and a town that runs both planes, tied. Aki, Ben and Chie are friends of each other; Fred is Aki's friend only;
Sven is nobody's friend. What is hidden is not addressed to Fred or Sven and must not show anywhere they can look.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from kizuna.circle.tables import ATTACHMENT, FACE
from kizuna.ground.config import Config
from kizuna.jobs.schedules import DAY_MS
from kizuna.square.tables import ACCOUNT
from kizuna.tie import pairing_queries, rounds
from tests.media.corpus import plain
from tests.sim.clock import EPOCH_MS
from tests.sim.network import Faults
from tests.sim.outside import Listener, listen, take_archive
from tests.sim.person import SECRET, AppUser, Browser, RefusedError, allowed_token, link
from tests.sim.world import World

SEASON_MS = round(datetime(2011, 12, 3, tzinfo=UTC).timestamp() * 1000)
SERVERS = {
    "square": Config(
        origin="http://localhost:3000",
        port=3000,
        planes=("square",),
        language="en",
        metrics_port=3900,
        request_log=True,
    ),
    "town": Config(
        origin="http://localhost:3001",
        port=3001,
        planes=("square", "circle"),
        language="en",
        fetch_allow=("localhost:3000",),
        poll_seconds=60,
        window_seconds=20,
        mail="mails",
        mail_from="town@mail.example",
        metrics_port=3901,
        request_log=True,
        seasons=("xmas-2011",),
        season_ahead_hours=-(-(SEASON_MS - EPOCH_MS) // 3_600_000),
    ),
}
NAMES = ("aki", "ben", "chie", "fred", "sven")
EVEN = Faults(delay=(0.01, 0.01))  # no chance in it: both worlds hear everything at the same instants
TRAFFIC_AT_S = 600.0
STEP_S = 10.0
EARLIER_S = 0.007
PLANTED = "planted"
VISITOR = ""
PICTURE = plain("PNG")
WATCHED = "#morning localhost:3000"


class Person:
    """Somebody with a browser and an app at each server."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.face_id = 0
        self.browsers = {server: Browser(world.client(server, name), name) for server in SERVERS}
        self.apps = {server: AppUser(world.client(server, name)) for server in SERVERS}
        self.town, self.app = self.browsers["town"], self.apps["town"]

    async def arrive(self) -> None:
        """Sign up everywhere, and let an app in."""
        for server, browser in self.browsers.items():
            address = {"email": f"{self.name}@mail.example"} if SERVERS[server].mail else {}
            await browser.sign_up(**address)
            self.apps[server].client.bearer = await allowed_token(browser)


class Scene:
    """The people, and the ids of what they made: open to Fred or to all, or hidden from them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = {name: Person(world, name) for name in NAMES}
        self.aki, self.ben, self.chie, self.fred, self.sven = self.people.values()
        self.link_id = 0
        self.open: dict[str, int] = {}
        self.hidden: dict[str, int] = {}
        self.listeners: dict[str, list[Listener]] = {}
        self.archives: dict[str, Mapping[str, bytes]] = {}
        self.club = ""

    async def begin(self) -> None:
        """The beginning that both worlds share."""
        for name in SERVERS:
            await self.world.boot(name)
        for person in self.people.values():
            await person.arrive()
        for one, other in ((self.aki, self.ben), (self.aki, self.chie), (self.aki, self.fred)):
            await one.town.befriend(other.town)
        await self.ben.town.befriend(self.chie.town)
        self.link_id = await link(self.aki.town, self.aki.browsers["square"])
        for row in await self.world.lives["town"].server.stores.circle.reads.all(FACE.select()):
            self.people[row.handle].face_id = row.id
        self.club = await share_club(self, "watch")
        self.open["club"] = int(self.club)
        await self.ben.town.send(f"/together/{self.club}/join")
        await self.aki.town.send(f"/together/{self.club}/windows", address=WATCHED)
        for one, other in ((self.aki, self.ben), (self.ben, self.aki), (self.chie, self.sven)):
            await one.app.follow(other.name)
        await wants_suggestions(self, self.fred)
        for name in SERVERS:
            visitor = self.world.client(name, "visitor")
            self.listeners.setdefault(VISITOR, []).extend(listen(self.world, name, None, visitor))
            for one in (self.fred, self.sven):
                await one.apps[name].follow("aki")
                await one.apps[name].follow("chie")
                heard = listen(self.world, name, one.browsers[name], one.apps[name].client)
                self.listeners.setdefault(one.name, []).extend(heard)

    async def take_archives(self) -> None:
        """Those who must not see what is hidden take with them what is theirs."""
        for one in (self.fred, self.sven):
            self.archives[one.name] = await take_archive(self.world, one.town, SECRET)

    async def until(self, seconds: float) -> None:
        """Wait for an instant of the world's clock. Premise: it is still to come."""
        left = seconds - self.world.loop.time()
        assert left >= 0, left
        await asyncio.sleep(left)


async def share_club(scene: Scene, name: str) -> str:
    """A group of Aki's with Ben and Chie, who are asked to take part."""
    made = await scene.aki.town.send("/groups", name=name)
    group = urlsplit(made.header("location") or "").path.rpartition("/")[2]
    members = [str(scene.people[name].face_id) for name in ("ben", "chie")]
    await scene.aki.town.send(f"/groups/{group}/members", **{"person[]": members})
    await scene.aki.town.send(f"/groups/{group}/share")
    return group


async def wants_suggestions(scene: Scene, person: Person) -> None:
    """Somebody wants friends suggested from follows. Not by the page: there all of them are new here."""
    stores = scene.world.lives["town"].server.stores
    row = await stores.square.reads.first(ACCOUNT.select().where(ACCOUNT.c.handle == person.name))
    assert row is not None
    await stores.circle.write(lambda tx: pairing_queries.give(tx, person.face_id, row.id))


Deed = Callable[[Scene], Awaitable[None]]


async def play(scene: Scene, hidden: Sequence[Deed]) -> None:
    """The public things, each at its instant, with a hidden one just before: in its millisecond, or a few earlier.

    What Fred may see of the circle comes at other milliseconds: the last bits of an id say how many things the same
    store made in its millisecond, which is accepted among those who share a circle.
    """
    await scene.begin()
    for number, (public, seen_by_fred) in enumerate(PUBLIC):
        await scene.until(TRAFFIC_AT_S + number * STEP_S)
        before = [hidden[number](scene)] if number < len(hidden) else []
        await asyncio.gather(*before, _after(EARLIER_S if number % 2 else 0.0, public(scene)))
        await scene.until(TRAFFIC_AT_S + (number + 0.5) * STEP_S)
        await seen_by_fred(scene)
    await scene.until(TRAFFIC_AT_S + 600)
    await scene.take_archives()


async def _after(seconds: float, deed: Awaitable[None]) -> None:
    await asyncio.sleep(seconds)
    await deed


async def _nothing(_: Scene) -> None:
    return


async def _aki_posts(scene: Scene) -> None:
    scene.open["post"] = int(await scene.aki.app.post("good morning, town", "a"))


async def _chie_posts(scene: Scene) -> None:
    scene.open["there"] = int(await scene.chie.apps["square"].post("good morning, square #morning", "b"))


async def _sven_replies(scene: Scene) -> None:
    post_id = str(scene.open["post"])
    scene.open["answer"] = int(await scene.sven.app.post("good morning, Aki", "c", in_reply_to_id=post_id))


async def _ben_boosts(scene: Scene) -> None:
    await scene.ben.app.act(str(scene.open["post"]), "reblog")
    await scene.chie.app.act(str(scene.open["post"]), "favourite")


async def _aki_says(scene: Scene) -> None:
    scene.open["voice"] = await scene.aki.town.say("tea at four, friends", "d")


async def _ben_replies(scene: Scene) -> None:
    await scene.ben.town.reply(scene.open["voice"], "I'll bring cake", "e")


async def _aki_copies(scene: Scene) -> None:
    await scene.aki.town.copy(scene.open["voice"], scene.link_id, "tea at four", "f")


async def _aki_says_again(scene: Scene) -> None:
    scene.open["second"] = await scene.aki.town.say("and a walk after it", "g")


async def _fred_replies(scene: Scene) -> None:
    await scene.fred.town.reply(scene.open["second"], "gladly", "h")


async def _aki_edits(scene: Scene) -> None:
    await scene.aki.app.edit(str(scene.open["post"]), "good morning, town and harbour @fred @sven")


async def _chie_deletes(scene: Scene) -> None:
    gone = await scene.chie.app.post("good morning, too soon @fred", "j")
    await scene.chie.app.delete(gone)


async def _fred_and_sven_forget(scene: Scene) -> None:
    for one in (scene.fred, scene.sven):
        await one.town.forget()


async def _aki_asks_fred(scene: Scene) -> None:
    scene.open["asked"] = await scene.aki.town.say(
        "who brings cups?", "k", "people", [str(scene.fred.face_id)]
    )


async def _aki_shows(scene: Scene) -> None:
    picture = await scene.aki.app.upload(PICTURE)
    scene.open["shown"] = int(await scene.aki.app.post("the harbour", "l", media_ids=[picture]))


async def _aki_and_fred_hang(scene: Scene) -> None:
    for one in (scene.aki, scene.fred, scene.sven):
        await one.town.send("/season/hang")


async def _fred_rings(scene: Scene) -> None:
    await scene.fred.town.send("/season/ring", friend=str(scene.aki.face_id), key="m")


async def _a_round_is_held(scene: Scene) -> None:
    """A round for which everything is old enough. Sven wants no suggestions; nobody whom Fred follows follows him."""
    server = scene.world.lives["town"].server
    tie, square, store = server.parts.tie, server.parts.square, server.stores.circle
    now = tie.clock.now_ms()
    begun = {"began_at": now, "before_at": now + 30 * DAY_MS, "reached": 0}
    await store.write(lambda tx: pairing_queries.change_round(tx, **begun))
    while effect := await rounds.step(tie, square):
        await store.write(effect)


async def _ben_posts(scene: Scene) -> None:
    scene.open["last"] = int(await scene.ben.app.post("good night #night", "i"))


PUBLIC: tuple[tuple[Deed, Deed], ...] = (
    (_aki_posts, _aki_and_fred_hang),
    (_chie_posts, _aki_says),
    (_sven_replies, _ben_replies),
    (_ben_boosts, _nothing),
    (_aki_copies, _aki_says_again),
    (_aki_edits, _fred_replies),
    (_chie_deletes, _aki_asks_fred),
    (_fred_and_sven_forget, _fred_rings),
    (_aki_shows, _a_round_is_held),
    (_ben_posts, _nothing),
)


async def _whisper(scene: Scene) -> None:
    said = scene.aki.town.say(f"{PLANTED} whisper to Ben", "p", "people", [str(scene.ben.face_id)])
    scene.hidden["whisper"] = await said


async def _answer(scene: Scene) -> None:
    for number in range(3):
        await scene.ben.town.reply(scene.hidden["whisper"], f"{PLANTED} answer {number}", f"q{number}")
    await scene.ben.town.client.visit(f"/v/{scene.hidden['whisper']}")


async def _note_to_self(scene: Scene) -> None:
    scene.hidden["diary"] = await scene.aki.town.say(f"{PLANTED} note to myself", "r", "me")
    await scene.aki.town.client.get(f"/v/{scene.hidden['diary']}/copy")  # looked at, and not made


async def _among_two(scene: Scene) -> None:
    scene.hidden["chies"] = await scene.chie.town.say(f"{PLANTED} to Chie's friends", "s")
    await scene.ben.town.client.get("/?show=circle")
    await scene.chie.town.send("/invites", uses="3", days="7")


async def _fall_out(scene: Scene) -> None:
    await scene.ben.town.unfriend(scene.chie.town)
    await scene.ben.town.send(f"/c/{scene.chie.name}/block")
    await scene.ben.town.send(f"/settings/blocks/{scene.chie.face_id}/end")
    await scene.chie.town.send(f"/c/{scene.ben.name}/request", note=f"{PLANTED} sorry")
    await scene.ben.town.send(f"/c/{scene.chie.name}/decline")
    await scene.chie.town.send("/settings/profile", plane="circle", name="chie", note=f"{PLANTED} about me")


async def _regret(scene: Scene) -> None:
    gone = await scene.aki.town.say(f"{PLANTED} and deleted", "t", "people", [str(scene.chie.face_id)])
    scene.hidden["gone"] = gone
    await scene.aki.town.delete(gone)
    with suppress(RefusedError):
        await scene.chie.town.reply(scene.hidden["whisper"], f"{PLANTED} intrusion", "u")


async def _among_a_group(scene: Scene) -> None:
    asked = await scene.aki.town.send("/groups", name=f"{PLANTED} club")
    group = urlsplit(asked.header("location") or "").path.rpartition("/")[2]
    members = [str(scene.people[name].face_id) for name in ("ben", "chie")]
    await scene.aki.town.send(f"/groups/{group}/members", **{"person[]": members})
    said = await scene.aki.town.say(f"{PLANTED} to the club", "w", "groups", group=[group])
    scene.hidden["club"] = said
    await scene.chie.town.send(f"/v/{said}/react", mood="love")
    await scene.aki.town.send(f"/v/{said}/edit", text=f"{PLANTED} to the club, edited")


async def _without_fred(scene: Scene) -> None:
    but_fred = [str(scene.fred.face_id)]
    said = await scene.aki.town.say(f"{PLANTED} friends but Fred", "x", "friends", not_person=but_fred)
    scene.hidden["without"] = said
    await scene.chie.town.send(f"/v/{said}/react", mood="hug")
    said = await scene.aki.town.say(f"{PLANTED} in two minds", "y", "friends", not_person=but_fred)
    await scene.aki.town.send(f"/v/{said}/audience", audience="me")


async def _read_and_answer(scene: Scene) -> None:
    for number in range(3):
        await scene.ben.town.client.get(f"/v/{scene.hidden['club']}?n={number}")
    await scene.ben.town.reply(scene.hidden["club"], f"{PLANTED} last word", "z")


async def _a_picture(scene: Scene) -> None:
    said = await scene.aki.town.show(f"{PLANTED} and a picture", "A", str(scene.ben.face_id), PICTURE)
    scene.hidden["with picture"] = said
    row = await scene.world.lives["town"].server.stores.circle.reads.first(
        ATTACHMENT.select().where(ATTACHMENT.c.voice_id == said)
    )
    assert row is not None
    scene.hidden["picture"] = row.id
    seen = await scene.ben.town.client.get(f"/circle/media/{row.id}/small")
    assert seen.status == 200, "the premise: a reader sees it"


async def _ring_for_each_other(scene: Scene) -> None:
    for one in (scene.ben, scene.chie):
        await one.town.send("/season/hang")
    for one, other in ((scene.aki, scene.ben), (scene.ben, scene.aki), (scene.chie, scene.aki)):
        rung = await one.town.send("/season/ring", friend=str(other.face_id), key="n")
        scene.hidden[f"act of {one.name}"] = int((rung.header("location") or "").rpartition("=")[2])


async def _give_each_other(scene: Scene) -> None:
    """Two cards, one of which is opened and thanked for; one for whoever has a link; one that a block ends."""
    for one, other in ((scene.aki, scene.ben), (scene.ben, scene.aki), (scene.chie, scene.ben)):
        words = f"{PLANTED} with a card"
        await one.town.send("/season/gifts", friend=str(other.face_id), note=words, key="card")
        scene.hidden[f"gift of {one.name}"] = await _newest_gift(one)
    for deed in ("open", "thank"):
        await scene.ben.town.send(f"/season/gifts/{scene.hidden['gift of aki']}/{deed}")
    await scene.ben.town.send("/season/gifts", friend="", note=f"{PLANTED} for whoever", key="link")
    scene.hidden["gift with a link"] = await _newest_gift(scene.ben)


async def _newest_gift(giver: Person) -> int:
    page = await giver.town.client.visit("/season/gifts")
    return max(int(number) for number in re.findall(r"/season/gifts/(\d+)/revoke", page.text))


async def _talk_about_a_window(scene: Scene) -> None:
    """What the source shows is the same in both worlds; that it is talked about, and shown twice, is not."""
    place = f"/together/{scene.club}"
    await scene.chie.town.send(f"{place}/join")
    page = (await scene.ben.town.client.get(f"{place}/windows")).text
    found = re.search(rf"{place}/talk\?item=([0-9]+)", page)
    assert found is not None, "the premise: the window shows what Chie posted over there"
    said = await scene.ben.town.send(
        f"{place}/talk", item=found[1], text=f"{PLANTED} have you seen?", key="w1"
    )
    scene.hidden["talk"] = int((said.header("location") or "").rpartition("/")[2])
    await scene.aki.town.reply(scene.hidden["talk"], f"{PLANTED} just now", "w2")
    other = await share_club(scene, f"{PLANTED} second club")
    await scene.aki.town.send(f"/together/{other}/windows", address=WATCHED)
    await scene.aki.town.send(f"{place}", text=f"{PLANTED} in the club", key="w3")


async def _want_suggestions(scene: Scene) -> None:
    for one in (scene.aki, scene.ben, scene.chie):
        await wants_suggestions(scene, one)


async def _one_note(scene: Scene) -> None:
    scene.hidden["quiet"] = await scene.ben.town.say(f"{PLANTED} only this", "v", "me")


def _together(*deeds: Deed) -> Deed:
    async def do(scene: Scene) -> None:
        for deed in deeds:
            await deed(scene)

    return do


BUSY: tuple[Deed, ...] = (
    _whisper,
    _answer,
    _together(_note_to_self, _want_suggestions),
    _among_two,
    _together(_among_a_group, _ring_for_each_other, _give_each_other),
    _without_fred,
    _fall_out,
    _regret,
    _read_and_answer,
    _together(_a_picture, _talk_about_a_window),
)
QUIET: tuple[Deed, ...] = (_nothing, _nothing, _nothing, _nothing, _one_note)
