"""Reading a home along: never a backlog, only what is public, nothing of one's own twice, gone with the consent."""

import asyncio
from typing import Any

import pytest

from kizuna.store.open import Stores
from kizuna.tie import consents, copies
from kizuna.tie.models import Inbound, LinkState
from kizuna.tie.queries import inbound_page
from tests.fakes import FakeClock
from tests.tie.fake_partner import FakePartner
from tests.tie.scene import Scene


async def reading(stores: Stores, clock: FakeClock) -> tuple[Scene, int]:
    """Mei reads her home along; there was something in it before."""
    scene = Scene(stores, clock, FakePartner(clock.now_ms))
    await scene.open()
    arrive(scene, "before")
    link_id = await scene.link(home=True)
    await scene.work()
    return scene, link_id


def arrive(scene: Scene, text: str, author: str = "9", **fields: Any) -> dict[str, Any]:
    status = scene.partner.write(author, text, **fields)
    scene.partner.homes.setdefault("1", []).append(status)
    return status


async def seen(scene: Scene) -> list[Inbound]:
    return await inbound_page(scene.store.reads, scene.mei)


async def texts(scene: Scene) -> list[str]:
    return [item.html for item in await seen(scene)]


def test_only_what_comes_after_the_consent_is_shown_newest_first(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, _ = await reading(stores, clock)
        assert await texts(scene) == []
        arrive(scene, "one")
        arrive(scene, "two")
        await scene.work(16)
        assert await texts(scene) == ["<p>two</p>", "<p>one</p>"]
        arrive(scene, "three")
        await scene.work(15)
        assert await texts(scene) == ["<p>three</p>", "<p>two</p>", "<p>one</p>"]
        assert await inbound_page(scene.store.reads, scene.ken) == []

    asyncio.run(go())


@pytest.mark.parametrize("visibility", ["private", "direct", "limited", ""])
def test_what_is_not_public_is_never_kept(stores: Stores, clock: FakeClock, visibility: str) -> None:
    async def go() -> None:
        scene, _ = await reading(stores, clock)
        arrive(scene, "hidden", visibility=visibility)
        inner = scene.partner.write("8", "hidden too", visibility=visibility)
        arrive(scene, "", reblog=inner)
        arrive(scene, "", visibility=visibility, reblog=scene.partner.write("8", "boosted in private"))
        arrive(scene, "quiet", visibility="unlisted")
        await scene.work(16)
        assert await texts(scene) == ["<p>quiet</p>"]

    asyncio.run(go())


def test_a_boost_shows_what_is_boosted_and_by_whom(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, _ = await reading(stores, clock)
        arrive(scene, "", reblog=scene.partner.write("8", "boosted"))
        await scene.work(16)
        (item,) = await seen(scene)
        assert (item.html, item.author_acct, item.boosted_by) == (
            "<p>boosted</p>",
            "user8@partner.test",
            "user9@partner.test",
        )

    asyncio.run(go())


def test_html_of_strangers_is_made_safe(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, _ = await reading(stores, clock)
        bad = '<p onclick="x()">a<script>b</script><img src=x onerror=c><a href="javascript:d">e</a><style>f</style>'
        account = {"id": "9", "acct": "x\u202e\ny", "display_name": "<b>\x00", "url": "javascript:alert(1)"}
        arrive(scene, "", content=bad, account=account, url="javascript:1", spoiler_text="<i>" * 900)
        await scene.work(16)
        (item,) = await seen(scene)
        for word in ("onclick", "script", "img", "javascript", "style"):
            assert word not in item.html
        assert (item.url, item.author_url, item.author_name) == ("", "", "<b>")
        assert item.author_acct == "x y@partner.test"
        assert len(item.warning) == 200

    asyncio.run(go())


def test_own_copies_do_not_come_back(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, link_id = await reading(stores, clock)
        await copies.make_copy(scene.tie, scene.mei, await scene.say("mine"), link_id, "mine")
        await scene.work()
        (copy,) = scene.partner.statuses.values()
        scene.partner.homes["1"] += [copy, scene.partner.write("9", "", reblog=copy)]
        arrive(scene, "unknown to the ledger", author="1", application={"name": scene.tie.app_name})
        arrive(scene, "by hand", author="1")
        await scene.work(16)
        assert await texts(scene) == ["<p>by hand</p>"]

    asyncio.run(go())


def test_withdrawn_consent_forgets_at_once_and_begins_anew(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, link_id = await reading(stores, clock)
        arrive(scene, "one")
        await scene.work(16)
        assert await texts(scene) != []
        await consents.set_consent(scene.tie, scene.mei, link_id, "in", given=False)
        assert await texts(scene) == []
        arrive(scene, "meanwhile")
        await scene.work(60)
        asked = len(scene.partner.requests)
        await scene.work(60)
        assert len(scene.partner.requests) == asked
        await consents.set_consent(scene.tie, scene.mei, link_id, "in", given=True)
        await scene.work()
        arrive(scene, "after")
        await scene.work(16)
        assert await texts(scene) == ["<p>after</p>"]

    asyncio.run(go())


def test_an_odd_post_hides_no_other_and_a_broken_home_is_tried_again(
    stores: Stores, clock: FakeClock
) -> None:
    async def go() -> None:
        scene, _ = await reading(stores, clock)
        arrive(scene, "good")
        arrive(scene, "odd", account=None)
        arrive(scene, "also good")
        scene.partner.faults = ["garbage", "down", "closed", "lost"]
        await scene.work(600)
        assert await texts(scene) == ["<p>also good</p>", "<p>good</p>"]

    asyncio.run(go())


def test_a_refused_token_stops_the_reading_until_renewal(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, link_id = await reading(stores, clock)
        scene.partner.tokens.clear()
        await scene.work(16)
        assert await scene.link_state(link_id) is LinkState.RENEWAL
        await scene.link(home=True)
        arrive(scene, "again")
        await scene.work(16)
        assert await texts(scene) == ["<p>again</p>"]

    asyncio.run(go())


def test_an_empty_home_filled_with_old_posts_stays_empty(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = Scene(stores, clock, FakePartner(clock.now_ms))
        await scene.open()
        await scene.link(home=True)
        await scene.work()
        arrive(scene, "old", created_at="2011-11-30T00:00:00.000Z")
        arrive(scene, "new")
        await scene.work(16)
        assert await texts(scene) == ["<p>new</p>"]

    asyncio.run(go())
