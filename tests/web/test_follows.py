"""Friends from follows, through the pages."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from kizuna.circle.tables import FACE
from kizuna.jobs import duties
from kizuna.jobs.schedules import DAY_MS
from kizuna.square.tables import FOLLOW
from kizuna.store.store import Tx
from kizuna.tie import pairing_queries, rounds
from kizuna.tie.tables import PAIRING, PAIRING_ROUND, SUGGESTION
from kizuna.wiring import Server
from tests.running import running, settled
from tests.web.conftest import Cast, arrive, config_of
from tests.web.visitor import Visitor, join

pytestmark = pytest.mark.anyio
SETTINGS = "/settings/suggestions"
HEADING = "You follow each other on the square"


async def face_ids(server: Server) -> dict[str, int]:
    rows = await server.stores.circle.reads.all(sa.select(FACE.c.handle, FACE.c.id))
    return {row.handle: row.id for row in rows}


async def find(server: Server, one: str, other: str) -> None:
    """What a round does when its time has come."""
    ids = await face_ids(server)

    async def apply(tx: Tx) -> None:
        await pairing_queries.suggest(tx, ids[one], {ids[other]: 1})
        await pairing_queries.suggest(tx, ids[other], {ids[one]: 1})

    await server.stores.circle.write(apply)


async def follow_each_other(one: Visitor, handle: str, other: Visitor, others_handle: str) -> None:
    await one.do(f"/@{others_handle}", f"/@{others_handle}/follow")
    await other.do(f"/@{handle}", f"/@{handle}/follow")


async def choose(*visitors: Visitor) -> None:
    for one in visitors:
        assert await one.do(SETTINGS, SETTINGS) == SETTINGS


@pytest.fixture
async def found(cast: Cast) -> Cast:
    """Aoi and Carol, who are no friends, are suggested to each other."""
    await follow_each_other(cast.aoi, "aoi", cast.carol, "carol")
    await choose(cast.aoi, cast.carol)
    await find(cast.server, "aoi", "carol")
    return cast


async def test_it_is_off_until_somebody_wants_it_and_ends_at_once(cast: Cast) -> None:
    page = await cast.aoi.open("/friends")
    assert "Have them suggested" in page.text
    assert SETTINGS in page.links
    assert SETTINGS in (await cast.aoi.open("/settings")).links
    offered = await cast.aoi.open(SETTINGS)
    assert "they learn that both are yours" in offered.text
    assert await cast.server.stores.circle.reads.all(sa.select(PAIRING)) == []
    await choose(cast.aoi)
    wanted = await cast.aoi.open(SETTINGS)
    assert "You want suggestions" in wanted.text
    assert "Suggestions: wanted" in wanted.text
    assert "Nobody to suggest at the moment" in (await cast.aoi.open("/friends")).text
    await choose(cast.aoi)  # the same button ends it
    assert "Suggestions: ended" in (await cast.aoi.open(SETTINGS)).text
    assert "Have them suggested" in (await cast.aoi.open("/friends")).text
    (row,) = await cast.server.stores.circle.reads.all(sa.select(PAIRING))
    assert row.ended_at >= row.given_at


async def test_both_see_both_faces_and_asking_is_the_usual_way(found: Cast) -> None:
    page = await found.aoi.open("/friends")
    assert HEADING in page.text
    assert {"/c/carol", "/@carol"} <= set(page.links)
    assert HEADING in (await found.carol.open("/friends")).text
    for other in (found.ben, found.nobody):
        answer = await other.http.get("/friends")
        assert HEADING not in answer.text
    assert await found.aoi.do(page, "/c/carol/request") == "/friends"
    assert HEADING not in (await found.aoi.open("/friends")).text
    asked = await found.carol.open("/friends")
    assert HEADING not in asked.text, "she answers the request instead"
    assert await found.carol.do(asked, "/c/aoi/accept") == "/friends"
    assert "/c/carol" in (await found.aoi.open("/friends")).links
    assert HEADING not in (await found.aoi.open("/friends")).text


async def test_the_server_finds_them_by_itself(cast: Cast) -> None:
    await follow_each_other(cast.aoi, "aoi", cast.carol, "carol")
    await choose(cast.aoi, cast.carol)
    circle, square = cast.server.stores.circle, cast.server.stores.square
    now = cast.server.ports.clock.now_ms()
    long_ago = 20 * DAY_MS

    async def age(tx: Tx) -> None:
        await tx.run(sa.update(PAIRING).values(given_at=PAIRING.c.given_at - long_ago))
        await tx.run(sa.update(PAIRING_ROUND).values(began_at=now - 2 * DAY_MS))
        await duties.add(tx, rounds.SUGGEST, rounds.Step(), key="periodic")

    assert await pairing_queries.held(circle.reads) is not None, "a start makes the key"
    await square.write(lambda tx: tx.run(sa.update(FOLLOW).values(id=FOLLOW.c.id - (long_ago << 16))))
    await circle.write(age)
    async with asyncio.timeout(20):
        while True:
            if HEADING in (await cast.aoi.open("/friends")).text:
                break
            await asyncio.sleep(0.1)
    assert HEADING in (await cast.carol.open("/friends")).text
    held = await pairing_queries.held(circle.reads)
    assert held is not None
    assert held.began_at >= now


async def test_who_is_put_away_is_not_told(found: Cast) -> None:
    await found.carol.open("/friends")  # once, since it still tells that something was saved
    before = await found.carol.open("/friends")
    assert HEADING in before.text
    assert await found.aoi.do("/friends", "/c/carol/not-this-one") == "/friends"
    page = await found.aoi.open("/friends")
    assert "It never comes again" in page.text
    assert HEADING not in page.text
    after = await found.carol.open("/friends")
    assert after.text == before.text
    await find(found.server, "aoi", "carol")
    assert HEADING not in (await found.aoi.open("/friends")).text


async def test_ending_it_takes_it_from_both_pages(found: Cast) -> None:
    await found.carol.do(SETTINGS, SETTINGS)
    assert HEADING not in (await found.aoi.open("/friends")).text
    assert HEADING not in (await found.carol.open("/friends")).text
    assert await found.server.stores.circle.reads.all(sa.select(SUGGESTION)) == []


async def test_putting_away_says_the_same_of_everybody_and_needs_a_form_of_ours(found: Cast) -> None:
    token = await found.ben.token()
    answers = [
        await found.ben.raw(f"/c/{handle}/not-this-one", [("csrf", token)]) for handle in ("carol", "aoi")
    ]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"] == "/friends"
    assert (await found.ben.raw("/c/nobody_/not-this-one", [("csrf", token)])).status_code == 404
    for path in ("/c/carol/not-this-one", SETTINGS):
        forged = await found.aoi.raw(path, [("csrf", "x"), ("want", "")])
        assert forged.status_code == 403
        assert (await found.nobody.http.get(SETTINGS)).status_code in (303, 401)
    assert HEADING in (await found.aoi.open("/friends")).text
    assert (
        await found.server.stores.circle.reads.all(
            sa.select(SUGGESTION).where(SUGGESTION.c.dismissed_at.is_not(None))
        )
        == []
    ), "Ben wants no suggestions, so nothing of it is kept"


async def test_who_were_friends_are_not_suggested_again(found: Cast) -> None:
    await found.aoi.do("/friends", "/c/carol/request")
    await found.carol.do("/friends", "/c/aoi/accept")
    await found.aoi.do("/c/carol/remove", "/c/carol/remove")
    await settled(found.server)
    for one in (found.aoi, found.carol):
        assert HEADING not in (await one.open("/friends")).text


async def test_who_is_new_is_told_when_it_is_possible(tmp_path: Path, anyio_backend: str) -> None:
    async with running(config_of(tmp_path, test_mode=False)) as server:
        aoi = await join(server, "aoi")
        told = await aoi.told(SETTINGS, SETTINGS, 429)
        assert "It is possible in 72 hours" in told.text
        assert await server.stores.circle.reads.all(sa.select(PAIRING)) == []


async def test_a_server_with_one_plane_knows_no_such_thing(tmp_path: Path, anyio_backend: str) -> None:
    async with running(config_of(tmp_path, "circle")) as server:
        cast = await arrive(server)
        await cast.aoi.open(SETTINGS, 404)
        page = await cast.aoi.open("/friends")
        assert SETTINGS not in page.links
        assert SETTINGS not in (await cast.aoi.open("/settings")).links


async def test_in_japanese(cast: Cast) -> None:
    yuki = await join(cast.server, "yuki", language="ja")
    assert "フォローから仲間へ" in (await yuki.open(SETTINGS)).text
    await choose(yuki)
    assert "いまはお知らせできる人がいません" in (await yuki.open("/friends")).text
