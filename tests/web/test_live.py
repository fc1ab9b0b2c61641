"""Open pages are told that something happened, as long as their session holds and to those who may know."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from kizuna.web.live import RETRY_MS, SPREAD_MS
from tests.api.faced import let_in
from tests.streams import Event, Sse, beats_wait_for
from tests.web.conftest import Cast
from tests.web.test_circle_life import group_of
from tests.web.visitor import Visitor

pytestmark = pytest.mark.anyio
WORDS = "日曜の朝、港で"


async def page_stream(who: Visitor, on: str, **headers: str) -> Sse:
    """The stream that a page of this browser opens."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in who.http.cookies.jar)
    return await Sse(who.server, f"/live?on={on}", cookie=cookies, **headers).opened()


async def test_home_is_told_of_posts_and_voices_and_never_their_words(cast: Cast) -> None:
    ben, carol = await page_stream(cast.ben, "home all"), await page_stream(cast.carol, "home all")
    square = await page_stream(cast.nobody, "square")
    voice = await cast.aoi.say(WORDS, "friends")
    told = await ben.next()
    assert told.name == "new"
    assert told.data == {"id": voice.removeprefix("/v/"), "plane": "circle"}
    assert await carol.quiet()
    post = await cast.ben.say(f"{WORDS}!", "public")
    for stream in (ben, square):
        assert (await stream.next()).data == {"id": post.rpartition("/")[2], "plane": "square"}
    assert await carol.quiet()


async def test_a_page_that_is_cut_off_is_asked_back_soon_and_not_with_all_others(cast: Cast) -> None:
    waits: set[int] = set()
    for since in range(20):
        stream = await page_stream(cast.nobody, f"square&since={since}")
        comment, retry = stream.greeting.split(b"\n")
        assert comment == b":)"
        waits.add(int(retry.removeprefix(b"retry: ")))
        stream.leave()
    assert len(waits) > 10
    assert all(RETRY_MS <= wait_ms < RETRY_MS + SPREAD_MS for wait_ms in waits)


async def test_tabs_and_rooms_are_told_of_what_they_show(cast: Cast) -> None:
    only_square, only_circle = (
        await page_stream(cast.ben, "home square"),
        await page_stream(cast.ben, "home circle"),
    )
    voice = await cast.aoi.say(WORDS, "friends")
    id_ = voice.removeprefix("/v/")
    assert (await only_circle.next()).data["id"] == id_
    room = await page_stream(cast.ben, f"room {id_}")
    closed = await page_stream(cast.carol, f"room {id_}")
    await cast.aoi.do(voice, f"{voice}/reply", text="a reply")
    reply = await room.next()
    assert (reply.name, reply.data["plane"]) == ("new", "circle")
    await cast.aoi.do(f"{voice}/delete", f"{voice}/delete")
    assert await room.next() == Event(
        "gone", {"id": id_, "plane": "circle"}, room_position(id_, await only_circle.next())
    )
    assert await closed.quiet()
    assert await only_square.quiet()


def room_position(id_: str, other: Event) -> str:
    """Every stream names the same thing by the same position."""
    assert other.data["id"] == id_
    return other.id


async def test_counts_and_requests_are_told(cast: Cast) -> None:
    post = await cast.aoi.say(WORDS, "public")
    shown = await page_stream(cast.nobody, f"square&posts={id_of(post)}")
    token = await cast.ben.token()
    for undo, given in (("", 1), ("1", 0)):
        await cast.ben.raw(f"{post}/favourite", [("csrf", token), ("undo", undo)])
        counts = await shown.next()
        assert (counts.name, counts.data["favourites"], counts.data["said"]) == ("counts", given, "0 replies")
    waiting = await page_stream(cast.ben, "own")
    await cast.carol.do("/c/ben", "/c/ben/request", note="hello")
    assert (await waiting.next()).name == "requests"


async def test_a_page_is_told_what_becomes_of_the_posts_it_shows_and_of_no_others(cast: Cast) -> None:
    shown, other = await cast.aoi.say("Here", "unlisted"), await cast.aoi.say("Elsewhere", "unlisted")
    page = await page_stream(cast.nobody, f"posts&posts={id_of(shown)},{id_of(shown)},x,")
    thread = await page_stream(cast.ben, f"thread&posts={id_of(shown)}")
    square = await page_stream(cast.nobody, "square")
    heard: list[Event] = []
    for verb, words in (("reply", "an answer"), ("edit", "Other words"), ("delete", "")):
        for post in (other, shown):
            page_of_form = post if verb == "reply" else f"{post}/{verb}"
            who = cast.ben if verb == "reply" else cast.aoi
            await who.do(page_of_form, f"{post}/{verb}", text=words)
        heard.append(await page.next())
    assert [each.name for each in heard] == ["counts", "changed", "gone"]
    assert {each.data["id"] for each in heard} == {id_of(shown)}
    names = [(await thread.next()).name for _ in range(4)]
    assert sorted(names) == ["changed", "counts", "gone", "new"]
    assert await square.quiet(), (
        "of what is not listed the public page hears nothing, not even that it is gone"
    )
    page.leave()


async def test_a_page_hears_nothing_of_the_posts_of_whom_one_has_blocked(cast: Cast) -> None:
    post = await cast.aoi.say("Here", "public")
    page = await page_stream(cast.ben, f"thread&posts={id_of(post)}")
    await cast.aoi.do("/@ben/block", "/@ben/block")
    await cast.carol.raw(f"{post}/favourite", [("csrf", await cast.carol.token())])
    await cast.carol.do(post, f"{post}/reply", text="@aoi heard")
    await cast.aoi.do(f"{post}/edit", f"{post}/edit", text="Other words", do="send")
    heard = await page.next()
    assert heard.name == "new", "the reply of somebody else"
    assert await page.quiet()


def id_of(path: str) -> str:
    """The id of a post by its address."""
    return path.rpartition("/")[2]


async def test_a_friend_who_was_removed_is_told_nothing_more(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    gate.set()
    beats_wait_for(gate, monkeypatch)
    ben = await page_stream(cast.ben, "home all")
    await cast.aoi.say(WORDS, "friends")
    await ben.next()
    gate.clear()
    await cast.aoi.say("too late", "friends")
    await cast.aoi.do("/c/ben/remove", "/c/ben/remove")
    gate.set()
    await cast.aoi.say("after", "friends")
    mine = await cast.ben.say("a sentinel", "public")
    names = [await ben.next()]
    while names[-1].data.get("id") != mine.rpartition("/")[2]:
        names.append(await ben.next())
    assert all(each.data["plane"] == "square" or each.name in ("notices", "requests") for each in names), (
        names
    )


async def test_a_room_is_told_of_other_words(cast: Cast) -> None:
    voice = await cast.aoi.say(WORDS, "friends")
    ben = await page_stream(cast.ben, f"room {voice.removeprefix('/v/')}")
    carol = await page_stream(cast.carol, f"room {voice.removeprefix('/v/')}")
    await cast.aoi.do(f"{voice}/edit", f"{voice}/edit", text="other words")
    told = await ben.next()
    assert (told.name, told.data["id"]) == ("changed", voice.removeprefix("/v/"))
    assert await carol.quiet()


async def _remove(cast: Cast) -> None:
    await cast.aoi.do("/c/ben/remove", "/c/ben/remove")


async def _block(cast: Cast) -> None:
    await cast.aoi.do("/c/ben/block", "/c/ben/block")


async def _empty_the_group(cast: Cast) -> None:
    await group_of(cast.aoi, "Rowing club")


async def _narrow(cast: Cast) -> None:
    voice = await cast.aoi.say(WORDS, "friends")
    await cast.aoi.do(f"{voice}/audience", f"{voice}/audience", audience="me")


@pytest.mark.parametrize("end", [_remove, _block, _empty_the_group, _narrow])
async def test_what_waits_is_judged_again_after_every_end(
    cast: Cast, end: Callable[[Cast], Awaitable[None]]
) -> None:
    hub = cast.server.parts.streams.member
    before = hub.epoch
    await end(cast)
    assert hub.epoch > before


async def test_signing_out_ends_the_streams_of_that_browser(cast: Cast) -> None:
    stream = await page_stream(cast.ben, "home all")
    await cast.ben.do("/", "/sign-out")
    await cast.aoi.say(WORDS, "friends")
    left = await stream.ended()
    assert left.replace(b":thump\n\n", b"") == b":revoked\n\n"


async def test_what_is_not_for_somebody_is_refused(cast: Cast) -> None:
    for on in ("home all", "own", "room 1"):
        assert (await Sse(cast.server, f"/live?on={on}").opened()).status == 303
    for on in ("", "nonsense", "tag "):
        assert (await page_stream(cast.ben, on)).status == 404
    assert (await page_stream(cast.ben, "home all", sec_fetch_site="cross-site")).status == 403


async def test_a_page_hears_what_happened_since_it_was_made(cast: Cast) -> None:
    since = cast.server.ports.clock.now_ms()
    voice = await cast.aoi.say(WORDS, "friends")
    stream = await page_stream(cast.ben, f"home all&since={since}")
    assert (await stream.next()).data["id"] == voice.removeprefix("/v/")
    lost = await page_stream(cast.ben, "home all&since=1")
    assert (await lost.next()).name == "lost"


async def test_a_page_is_told_whoever_else_listens(cast: Cast) -> None:
    """A client of the same friend reads the voice whole; the page needs only to know of it."""
    client = await let_in(cast.ben, ("square", "circle"))
    page = await page_stream(cast.ben, "home all")
    reader = await Sse(cast.server, "/api/v1/streaming/user", client.token).opened()
    voice = await cast.aoi.say(WORDS, "friends")
    assert (await reader.next()).data["id"] == voice.removeprefix("/v/")
    assert (await page.next()).data == {"id": voice.removeprefix("/v/"), "plane": "circle"}
