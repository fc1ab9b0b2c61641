"""Ties and copies as pages: several copies at once, and a tie that is ending."""

import pytest
import sqlalchemy as sa

from kizuna.circle.tables import FACE
from kizuna.store.store import Tx
from kizuna.tie.models import LinkState
from kizuna.tie.tables import CONSENT, COPY, LINK, PARTNER_APP
from kizuna.wiring import Server
from tests.web.conftest import Cast

pytestmark = pytest.mark.anyio
ABSENT = "117000000000000000"


async def link(server: Server, handle: str) -> int:
    """A tie of a face that lets copies go out; nobody listens over there."""

    async def apply(tx: Tx) -> int:
        face_id = await tx.scalar(sa.select(FACE.c.id).where(FACE.c.handle == handle))
        app_id, link_id = tx.new_id(), tx.new_id()
        app = {"id": app_id, "origin": "https://a.example", "redirect_uri": "https://b.example", "scopes": ""}
        app |= {"name": "x", "client_id": "x", "client_secret": "x", "made_at": 0}
        await tx.run(sa.insert(PARTNER_APP).values(app))
        row = {"id": link_id, "face_id": face_id, "app_id": app_id, "origin": "https://a.example"}
        row |= {"account_id": "1", "acct": handle, "account_url": "https://a.example/@x", "token": "x"}
        row |= {"scopes": "", "state": LinkState.LIVE.value, "most_characters": 500, "unit": "grapheme"}
        await tx.run(sa.insert(LINK).values(row | {"linked_at": 0, "poll_failures": 0}))
        consent = {"id": tx.new_id(), "link_id": link_id, "direction": "out", "given_at": 0}
        await tx.run(sa.insert(CONSENT).values(consent))
        return link_id

    return await server.stores.circle.write(apply)


async def test_copies_are_made_for_all_chosen_places_or_for_none(cast: Cast) -> None:
    server = cast.server
    place = str(await link(server, "aoi"))
    path = f"{await cast.aoi.say('For friends', 'friends')}/copy"
    token = await cast.aoi.token()

    async def send(text: str, *places: str) -> int:
        fields = [("csrf", token), ("text", text), *(("link[]", one) for one in places)]
        return (await cast.aoi.raw(path, fields)).status_code

    async def copies() -> int:
        count = sa.select(sa.func.count()).select_from(COPY)
        return await server.stores.circle.reads.scalar(count)

    assert await send("for all", place, ABSENT) == 404
    assert await send("   ", place) == 422
    assert await copies() == 0
    assert await send("for all", place) == 303
    assert await copies() == 1


async def test_a_tie_that_is_ending_is_not_shown_as_one(cast: Cast) -> None:
    place = await link(cast.server, "aoi")
    shown = f"/settings/ties/{place}"
    assert shown in (await cast.aoi.open("/settings/ties")).html
    assert shown in (await cast.aoi.open("/")).html

    async def end(tx: Tx) -> None:
        await tx.run(
            sa.update(LINK).where(LINK.c.id == place).values(state=LinkState.ENDING.value, ending_at=0)
        )

    await cast.server.stores.circle.write(end)
    assert shown not in (await cast.aoi.open("/settings/ties")).html
    assert shown not in (await cast.aoi.open("/")).html


async def test_a_standing_copy_is_changed_only_by_its_authors_tick(cast: Cast) -> None:
    server = cast.server
    place = await link(server, "aoi")
    voice = await cast.aoi.say("For friends", "friends")
    path = f"{voice}/copy"
    await cast.aoi.do(path, path, **{"text": "tea at four", "link[]": [str(place)]})
    standing = sa.update(COPY).values(state="standing", remote_id="9", due_at=1 << 61)

    async def stand(tx: Tx) -> int:
        await tx.run(standing)
        return await tx.scalar(sa.select(COPY.c.id))

    copy_id = await server.stores.circle.write(stand)
    page = await cast.aoi.told(path, path, 200, text="tea at five", do="preview")
    assert "update[]" not in [name for name, _ in page.form(path).fields], "nothing is ticked"
    assert "tea at five" in page.words_of("text")
    assert (await cast.aoi.post(page.form(path), text="tea at five")).status_code == 422
    theirs = f"{await cast.carol.say('x', 'friends')}/copy"
    token = await cast.carol.token()
    fields = [("csrf", token), ("text", "mine"), ("update[]", str(copy_id))]
    assert (await cast.carol.raw(theirs, fields)).status_code == 404
    await cast.aoi.do(page, path, **{"text": "tea at five", "update[]": [str(copy_id)]})
    row = await server.stores.circle.reads.first(sa.select(COPY))
    assert row is not None
    assert (row.state, row.new_text) == ("edit_wanted", "tea at five")
    assert "tea at five" in (await cast.aoi.open("/copies")).text
