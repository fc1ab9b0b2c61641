"""Windows: sources read once per server whoever looks, each thing once, and talk that nobody outside notices."""

import asyncio
from typing import Any

import msgspec
import pytest

from kizuna.circle import actions as circle_actions
from kizuna.circle import friend_actions, group_actions, queries, sharing_actions
from kizuna.fetch.port import FetchRefused, FetchUnanswered, Request, Response
from kizuna.ground.errors import Conflict, Invalid, NotFound
from kizuna.jobs.duties import Duty
from kizuna.people.belongings import Leaver, Progress
from kizuna.store.open import Stores
from kizuna.store.store import Tx
from kizuna.tie.windows import actions, belongings, polling, source_queries
from kizuna.tie.windows import queries as window_queries
from kizuna.tie.windows.models import MOST_ASKED, MOST_WINDOWS, SourceState, Talk, Window
from tests.fakes import FakeClock
from tests.tie.fake_partner import FakePartner
from tests.tie.scene import Scene

MINUTE = 61
DAY_S = 24 * 3600


class Club(Scene):
    """Mei shares a group; Ken takes part in it, and Rin is on the server and in nothing."""

    def __init__(self, stores: Stores, clock: FakeClock) -> None:
        super().__init__(stores, clock, FakePartner(clock.now_ms))
        self.rin = stores.circle.ids.new()
        self.group = 0

    async def open(self) -> None:
        await super().open()
        await self.store.write(lambda tx: circle_actions.make_face(tx, self.rin, f"rin{self.rin}"))
        for other in (self.ken, self.rin):
            _, code = await friend_actions.make_invite(self.circle, self.mei)
            await friend_actions.take_invite(self.circle, code, other)
        self.group = await self.club()

    async def club(self) -> int:
        """Another group of Mei's with Ken in it."""
        group_id = await group_actions.make_group(self.circle, self.mei, "Club")
        await group_actions.change_members(self.circle, self.mei, group_id, {self.ken})
        await sharing_actions.share_group(self.circle, self.mei, group_id)
        await sharing_actions.join_group(self.circle, self.ken, group_id)
        return group_id

    def post(self, text: str, *tags: str, author: str = "1", **fields: Any) -> dict[str, Any]:
        """A public status over there."""
        named = [{"name": tag} for tag in tags]
        return self.partner.publish(self.partner.write(author, text, tags=named, **fields))

    async def window(self, typed: str, face_id: int | None = None, group: int | None = None) -> int:
        return await actions.open_window(self.tie, face_id or self.mei, group or self.group, typed)

    async def windows(self, face_id: int | None = None) -> list[Window]:
        return await window_queries.windows(self.store.reads, face_id or self.mei, self.group)

    async def seen(self, face_id: int | None = None, group: int | None = None) -> list[str]:
        found = await window_queries.items(self.store.reads, face_id or self.mei, group or self.group)
        return [item.html.removeprefix("<p>").removesuffix("</p>") for item in found]

    async def item_id(self, text: str) -> int:
        found = await window_queries.items(self.store.reads, self.mei, self.group)
        return next(item.id for item in found if text in item.html)

    async def talk(self, about: str, said: str, face_id: int | None = None) -> int:
        item_id = await self.item_id(about)
        return await actions.talk_about_item(self.circle, face_id or self.ken, self.group, item_id, said)

    async def about(self, voice_id: int, face_id: int | None = None) -> Talk | None:
        voices = await queries.load(self.store.reads, face_id or self.mei, [voice_id])
        return (await window_queries.talks_of(self.store.reads, voices)).get(voice_id)


@pytest.fixture
def club(stores: Stores, clock: FakeClock) -> Club:
    made = Club(stores, clock)
    asyncio.run(made.open())
    return made


def urls(club: Club) -> list[str]:
    return [request.url for request in club.partner.requests]


def test_a_hashtag_of_another_server_is_shown_to_who_takes_part_and_nobody_else(club: Club) -> None:
    async def go() -> None:
        club.post("one", "harbour")
        club.post("unlisted elsewhere", "market")
        await club.window("#Harbour partner.test")
        await club.work(1)
        club.post("two", "harbour")
        await club.work(MINUTE)
        assert await club.seen() == await club.seen(club.ken) == ["two", "one"]
        assert await club.seen(club.rin) == []
        assert await club.windows(club.rin) == []
        [window] = await club.windows(club.ken)
        assert window.state is SourceState.GOOD
        assert all("authorization" not in request.headers for request in club.partner.requests)

    asyncio.run(go())


def test_an_account_is_found_once_and_shows_its_own_public_posts(club: Club) -> None:
    async def go() -> None:
        club.post("mine", author="7")
        club.post("of another", author="8")
        club.post("for followers", author="7", visibility="private")
        await club.window("@user7@partner.test")
        await club.work(3 * MINUTE)
        assert await club.seen() == ["mine"]
        assert len([url for url in urls(club) if "lookup" in url]) == 1
        await club.window("@nobody@partner.test")
        await club.work(1)
        assert [window.state for window in await club.windows()] == [SourceState.GOOD, SourceState.ABSENT]

    asyncio.run(go())


@pytest.mark.parametrize("visibility", ["private", "direct", "limited", ""])
def test_what_not_everybody_may_read_is_never_kept(club: Club, visibility: str) -> None:
    async def go() -> None:
        status = club.post("closed", "harbour", visibility=visibility)
        club.partner.answers["/api/v1/timelines/tag/harbour"] = club.partner.say(200, [status])
        await club.window("#harbour partner.test")
        await club.work(MINUTE)
        assert await club.seen() == []

    asyncio.run(go())


def test_the_schedule_is_the_same_however_many_groups_and_readers_there_are(club: Club) -> None:
    async def go() -> None:
        await club.window("#harbour partner.test")
        await club.work(10 * 60)
        alone = len(urls(club))
        assert alone >= 9, "the premise: it is read"
        other = await club.club()
        await club.window("#harbour partner.test", club.ken, other)
        for _ in range(30):
            await club.seen(group=other)
        await club.work(10 * 60)
        assert abs(len(urls(club)) - 2 * alone) <= 1

    asyncio.run(go())


def test_the_same_thing_is_shown_once_and_by_the_server_at_which_it_stands(club: Club) -> None:
    async def go() -> None:
        status = club.post("the very words", "harbour")
        forged = FEED.format(link=status["url"], title="Not", words="not the very words", date=DATE)
        club.partner.answers["/feed"] = Response(200, {}, forged.encode(), "https://news.test/feed")
        await club.window("news.test/feed")
        await club.work(1)
        assert await club.seen() == ["not the very words"]
        await club.window("#harbour partner.test")
        await club.window("@user1@partner.test")
        await club.work(1)
        assert await club.seen() == ["the very words"]

    asyncio.run(go())


def test_what_claims_to_be_of_this_server_is_not_believed(club: Club) -> None:
    async def go() -> None:
        club.post("forged", "harbour", url="https://circle.test/@mei/1")
        await club.window("#harbour partner.test")
        await club.work(1)
        assert await club.seen() == []

    asyncio.run(go())


def test_a_mute_is_for_oneself(club: Club) -> None:
    async def go() -> None:
        club.post("one", "harbour")
        window = await club.window("#harbour partner.test")
        await club.work(1)
        await actions.mute_window(club.tie, club.ken, club.group, window, muted=True)
        assert await club.seen(club.ken) == []
        assert await club.seen() == ["one"]
        assert [one.muted for one in await club.windows()] == [False]
        await actions.mute_window(club.tie, club.ken, club.group, window, muted=False)
        assert await club.seen(club.ken) == ["one"]
        with pytest.raises(NotFound):
            await actions.mute_window(club.tie, club.rin, club.group, window, muted=True)

    asyncio.run(go())


def test_who_opened_it_or_the_owner_closes_it(club: Club) -> None:
    async def go() -> None:
        of_mei = await club.window("#harbour partner.test")
        of_ken = await club.window("#market partner.test", club.ken)
        for foreign, face in ((of_mei, club.ken), (of_mei, club.rin), (of_ken, club.rin)):
            with pytest.raises(NotFound):
                await actions.close_window(club.tie, face, club.group, foreign)
        assert [one.closable for one in await club.windows(club.ken)] == [False, True]
        await actions.close_window(club.tie, club.mei, club.group, of_ken)
        await actions.close_window(club.tie, club.mei, club.group, of_mei)
        assert await club.windows() == []
        with pytest.raises(NotFound):
            await club.window("#harbour partner.test", club.rin)

    asyncio.run(go())


def test_a_source_that_nobody_shows_is_not_read_and_forgotten_after_a_day(club: Club) -> None:
    async def go() -> None:
        club.post("one", "harbour")
        window = await club.window("#harbour partner.test")
        await club.work(MINUTE)
        await actions.close_window(club.tie, club.mei, club.group, window)
        before = len(urls(club))
        await club.work(DAY_S - 3600)
        assert await source_queries.count_sources(club.store.reads) == 1
        await club.work(2 * 3600)
        assert await source_queries.count_sources(club.store.reads) == 0
        assert len(urls(club)) == before
        await club.window("#harbour partner.test")
        await club.work(1)
        assert await club.seen() == ["one"]

    asyncio.run(go())


def test_a_window_opened_again_within_the_day_goes_on(club: Club) -> None:
    async def go() -> None:
        club.post("one", "harbour")
        window = await club.window("#harbour partner.test")
        await club.work(1)
        await actions.close_window(club.tie, club.mei, club.group, window)
        await club.work(3600)
        await club.window("#harbour partner.test")
        club.post("two", "harbour")
        await club.work(MINUTE)
        club.clock.advance(2 * DAY_S)
        await club.work(MINUTE)
        assert await club.seen() == ["two", "one"]

    asyncio.run(go())


def test_the_windows_of_a_group_that_is_shared_no_more_end(club: Club) -> None:
    async def go() -> None:
        await club.window("#harbour partner.test")
        await club.work(1)
        await sharing_actions.unshare_group(club.circle, club.mei, club.group)
        before = len(urls(club))
        await club.work(2 * DAY_S)  # nobody told the event here: the source itself notices
        assert len(urls(club)) == before
        assert await source_queries.count_sources(club.store.reads) == 0

    asyncio.run(go())


def test_there_are_limits(club: Club) -> None:
    async def go() -> None:
        for number in range(MOST_WINDOWS):
            await club.window(f"#tag{number} partner.test")
        with pytest.raises(Conflict):
            await club.window("#more partner.test")
        groups = [await club.club() for _ in range(MOST_ASKED // MOST_WINDOWS)]
        more = [
            (f"#g{group}n{number} partner.test", group) for group in groups for number in range(MOST_WINDOWS)
        ]
        for typed, group in more[: MOST_ASKED - MOST_WINDOWS]:
            await club.window(typed, group=group)
        with pytest.raises(Conflict, match="tomorrow"):
            await club.window("#last partner.test", group=groups[-1])
        with pytest.raises(Conflict, match="already"):
            await club.window("#tag1 partner.test")
        assert await source_queries.count_sources(club.store.reads) == MOST_ASKED

    asyncio.run(go())


@pytest.mark.parametrize(
    "typed", ["", "#", "#123", "@", "@a b", "ftp://a.test/x", "http://a.test/feed", "#a b c"]
)
def test_what_names_no_source_is_refused(club: Club, typed: str) -> None:
    async def go() -> None:
        with pytest.raises(Invalid):
            await club.window(typed)
        assert await source_queries.count_sources(club.store.reads) == 0

    asyncio.run(go())


# Talk


def test_talk_keeps_what_was_said_and_sees_edits_and_deletions(club: Club) -> None:
    async def go() -> None:
        status = club.post("the words", "harbour")
        await club.window("#harbour partner.test")
        await club.work(1)
        voice = await club.talk("the words", "what do you think?")
        talk = await club.about(voice)
        assert talk is not None
        assert talk.item is not None
        assert talk.item.html == "<p>the words</p>"
        assert await club.about(voice, club.rin) is None
        status["content"] = "<p>other words</p>"
        await club.work(MINUTE)
        talk = await club.about(voice)
        assert talk is not None
        assert talk.item is not None
        assert (talk.item.html, talk.gone) == ("<p>other words</p>", False)
        del club.partner.statuses[status["id"]]
        await club.work(MINUTE)
        talk = await club.about(voice)
        assert talk is not None
        assert talk.item is not None
        assert (talk.item.html, talk.gone) == ("", True)
        assert await club.seen() == []

    asyncio.run(go())


def test_what_is_too_old_to_be_shown_is_not_taken_for_deleted(club: Club) -> None:
    async def go() -> None:
        club.post("the old one", "harbour")
        await club.window("#harbour partner.test")
        await club.work(1)
        voice = await club.talk("the old one", "see")
        for number in range(60):
            club.post(f"newer {number}", "harbour")
        await club.work(MINUTE)
        talk = await club.about(voice)
        assert talk is not None
        assert not talk.gone
        assert (
            "the old one"
            in (await window_queries.items(club.store.reads, club.mei, club.group, limit=90))[-1].html
        )

    asyncio.run(go())


def test_talk_asks_nothing_outside_and_changes_no_schedule(club: Club) -> None:
    async def go() -> None:
        club.post("the words", "harbour")
        await club.window("#harbour partner.test")
        await club.work(1)
        before = len(urls(club))
        voice = await club.talk("the words", "among us")
        await circle_actions.reply(club.circle, club.mei, voice, "yes")
        assert len(urls(club)) == before
        await club.work(MINUTE)
        assert set(urls(club)) == {urls(club)[0]}
        assert len(urls(club)) == before + 1

    asyncio.run(go())


def test_only_what_a_window_of_the_group_shows_can_be_talked_about(club: Club) -> None:
    async def go() -> None:
        club.post("the words", "harbour")
        await club.window("#harbour partner.test")
        await club.work(1)
        item_id = await club.item_id("the words")
        other = await club.club()
        for face, group, about in (
            (club.rin, club.group, item_id),
            (club.mei, other, item_id),
            (club.mei, club.group, item_id + 1),
        ):
            with pytest.raises(NotFound):
                await actions.talk_about_item(club.circle, face, group, about, "hm")

    asyncio.run(go())


def test_who_leaves_the_server_leaves_nothing_and_the_owner_keeps_his_windows(club: Club) -> None:
    async def go() -> None:
        club.post("the words", "harbour")
        window = await club.window("#harbour partner.test", club.ken)
        await club.work(1)
        await actions.mute_window(club.tie, club.ken, club.group, window, muted=True)
        voice = await club.talk("the words", "hm")
        entries = [entry.text async for entry in belongings.export_windows(club.store.reads, club.ken)]
        assert entries == ["#harbour partner.test"]
        talked = [entry.text async for entry in belongings.export_talks(club.store.reads, club.ken)]
        assert len(talked) == 1

        async def leave(tx: Tx, face: int) -> None:
            for part in belongings.PARTS:
                assert await part.empty(tx, Leaver(face, tx.now_ms, recall=False)) is Progress.DONE

        await club.store.write(lambda tx: leave(tx, club.ken))
        assert await club.about(voice) is None
        assert [(one.id, one.closable) for one in await club.windows()] == [(window, True)]
        await club.store.write(lambda tx: leave(tx, club.mei))
        assert await club.windows() == []
        await club.work(2 * DAY_S)
        assert await source_queries.count_sources(club.store.reads) == 0

    asyncio.run(go())


# Feeds

DATE = "Sat, 01 Nov 2025 10:00:00 +0000"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.test/</link>
<item><title>{title}</title><link>{link}</link><description>{words}</description><pubDate>{date}</pubDate></item>
</channel></rss>"""


def feed(club: Club, body: str, headers: dict[str, str] | None = None) -> None:
    club.partner.answers["/feed"] = Response(200, headers or {}, body.encode(), "https://news.test/feed")


def test_a_feed_is_read_with_its_validators(club: Club) -> None:
    async def go() -> None:
        feed(club, FEED.format(link="/1", title="First", words="hello", date=DATE), {"etag": '"a"'})
        await club.window("https://news.test/feed")
        await club.work(1)
        [item] = await window_queries.items(club.store.reads, club.mei, club.group)
        assert (item.title, item.html, item.url) == ("First", "hello", "https://news.test/1")
        assert (item.author_name, item.author_acct) == ("News", "news.test")
        club.partner.answers["/feed"] = Response(304, {}, b"", "https://news.test/feed")
        await club.work(MINUTE)
        assert club.partner.requests[-1].headers["if-none-match"] == '"a"'
        [window] = await club.windows()
        assert (window.title, window.state) == ("News", SourceState.GOOD)
        assert await club.seen() == ["hello"]

    asyncio.run(go())


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Response(404, {}, b"", ""), SourceState.ABSENT),
        (Response(403, {}, b"", ""), SourceState.REFUSED),
        (Response(500, {}, b"", ""), SourceState.UNREACHABLE),
        (Response(302, {}, b"", ""), SourceState.REDIRECTED),
        (Response(200, {}, b"<html><p>hello</html>", ""), SourceState.UNREADABLE),
        (Response(200, {}, b"\x00\xff\xfe", ""), SourceState.UNREADABLE),
        (Response(200, {}, b"", ""), SourceState.UNREADABLE),
        (FetchRefused("redirected too often"), SourceState.REDIRECTED),
        (FetchRefused("10.0.0.1: not a public address"), SourceState.FORBIDDEN),
        (FetchUnanswered("the answer is too large"), SourceState.TOO_LARGE),
        (FetchUnanswered("no answer in time"), SourceState.UNREACHABLE),
        (ValueError("something nobody thought of"), SourceState.UNREADABLE),
    ],
)
def test_what_cannot_be_read_says_why_and_is_tried_less_often(
    club: Club, answer: Response | Exception, state: SourceState, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send(request: Request) -> Response:
        club.partner.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def go() -> None:
        monkeypatch.setattr(club.partner, "send", send)
        await club.window("https://news.test/feed")
        await club.work(1)
        assert [window.state for window in await club.windows()] == [state]
        await club.work(3600)
        assert 3 <= len(club.partner.requests) <= 8
        monkeypatch.undo()
        feed(club, FEED.format(link="/1", title="First", words="hello", date=DATE))
        await club.work(3 * 3600)
        assert [window.state for window in await club.windows()] == [SourceState.GOOD]

    asyncio.run(go())


def test_what_an_administrator_keeps_is_read_without_any_window(club: Club) -> None:
    async def go() -> None:
        club.post("one", "harbour")
        source = polling.Source(kind="tag", origin="https://partner.test", name="harbour")
        await club.store.write(lambda tx: polling.ensure_source(tx, source, kept=True))
        await club.work(MINUTE)
        club.clock.advance(2 * DAY_S)
        await club.work(MINUTE)
        found = await polling.items_of(club.store.reads, source)
        assert [item.html for item in found] == ["<p>one</p>"]

    asyncio.run(go())


def test_so_many_items_are_kept_and_no_more(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        monkeypatch.setattr(polling, "MOST_ITEMS", 50)
        await club.window("#harbour partner.test")
        for round_ in range(4):
            for number in range(30):
                club.post(f"{round_} {number}", "harbour")
            await club.work(MINUTE)
        found = await window_queries.items(club.store.reads, club.mei, club.group, limit=200)
        assert len(found) == 50
        assert found[0].html == "<p>3 29</p>"
        club.clock.advance(15 * DAY_S)
        await club.work(MINUTE)
        assert len(await source_queries.all_remote_ids(club.store.reads, found[0].source_id)) <= 50

    asyncio.run(go())


def test_what_was_forgotten_does_not_come_again_as_new(club: Club) -> None:
    async def go() -> None:
        quiet = FEED.format(link="/old", title="Old", words="old words", date=DATE)
        feed(club, quiet, {"etag": '"a"'})
        await club.window("https://news.test/feed")
        await club.work(1)
        club.partner.answers["/feed"] = Response(304, {}, b"", "https://news.test/feed")
        club.clock.advance(20 * DAY_S)
        await club.work(MINUTE)
        feed(club, quiet)
        await club.work(MINUTE)
        [item] = await window_queries.items(club.store.reads, club.mei, club.group)
        assert item.html == "old words"
        feed(
            club,
            FEED.format(link="/new", title="New", words="new words", date=DATE.replace("01 Nov", "21 Nov")),
        )
        await club.work(MINUTE)
        feed(club, quiet)
        await club.work(MINUTE)
        assert await club.seen() == ["new words"]

    asyncio.run(go())


def test_of_an_account_that_is_gone_everything_is_gone(club: Club) -> None:
    async def go() -> None:
        club.post("mine", author="7")
        await club.window("@user7@partner.test")
        await club.work(1)
        voice = await club.talk("mine", "hm")
        club.partner.answers["/api/v1/accounts/7/statuses"] = club.partner.say(
            404, {"error": "Record not found"}
        )
        await club.work(MINUTE)
        assert await club.seen() == []
        talk = await club.about(voice)
        assert talk is not None
        assert talk.gone
        del club.partner.answers["/api/v1/accounts/7/statuses"]
        await club.work(10 * 60)
        assert await club.seen() == ["mine"]
        talk = await club.about(voice)
        assert talk is not None
        assert talk.item is not None
        assert (talk.gone, talk.item.html) == (False, "<p>mine</p>")

    asyncio.run(go())


def test_slow_servers_keep_no_other_waiting(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two places for those that did not answer yet; whoever finds none comes again, and no duty stands in a queue."""

    async def go() -> None:
        gate = asyncio.Event()
        begun: list[str] = []

        async def send(request: Request) -> Response:
            begun.append(request.url)
            await gate.wait()
            return await FakePartner.send(club.partner, request)

        monkeypatch.setattr(club.partner, "send", send)
        reader = polling.Reader(club.tie)
        ids: list[int] = []
        for number in range(4):
            source = polling.Source(kind="tag", origin="https://partner.test", name=f"tag{number}")
            ids.append(
                await club.store.write(lambda tx, source=source: polling.ensure_source(tx, source, kept=True))
            )
        duties = [Duty(1, polling.READ, msgspec.json.encode(polling.Read(one)), 1) for one in ids]
        tasks = [asyncio.create_task(reader.read(duty)) for duty in duties]
        await asyncio.wait(tasks, timeout=1)
        assert len(begun) == 2
        assert sum(task.done() for task in tasks) == 2
        gate.set()
        await asyncio.gather(*tasks)

    asyncio.run(go())
