"""Second factors, waiting to be let in, taking everything along, and leaving nothing behind."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kizuna.people import admission
from kizuna.people.tables import PERSON_FACE, TOTP
from kizuna.people.totp import STEP_MS, code_at
from kizuna.square.tables import ACCOUNT_NOTE, BLOCK, BOOKMARK, FOLLOWED_TAG, MARKER, MUTE, THREAD_MUTE
from kizuna.store.schema import METADATA
from kizuna.wiring import Server
from tests.running import running
from tests.web.mailbox import Mailbox, link_in, mailing
from tests.web.visitor import PASSWORD, Visitor, befriend, join

pytestmark = pytest.mark.anyio
MOST_SECONDS = 30.0


@pytest.fixture
async def server(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Server]:
    """A server that sends mails into a directory."""
    async with running(mailing(tmp_path)) as server:
        yield server


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(MOST_SECONDS):
        while True:
            if await what():
                return
            await asyncio.sleep(0.02)


async def dump(server: Server) -> str:
    """Every row of every table of every store, but for what waits to be delivered or was."""
    found: list[str] = []
    for store in server.stores.each():
        for table in METADATA[store.name].sorted_tables:
            found += [
                f"{store.name}.{table.name} {tuple(row)}" for row in await store.reads.all(sa.select(table))
            ]
    return "\n".join(found)


async def code_of(server: Server, step: int = 0) -> str:
    row = await server.stores.people.reads.first(sa.select(TOTP))
    assert row is not None
    return code_at(row.key, server.ports.clock.now_ms() // STEP_MS + step)


async def test_a_code_is_asked_for_and_counts_once(server: Server) -> None:
    here = await join(server, "hana")
    assert await here.do("/settings/security", "/settings/totp") == "/settings/totp"
    page = await here.open("/settings/totp")
    await here.told(page, "/settings/totp/confirm", 422, code="000000x")
    used = await code_of(server, -1)
    codes = (await here.told(page, "/settings/totp/confirm", 200, code=used)).words_of("codes")
    assert codes, "recovery codes are shown, this once"
    browser = Visitor(server)
    where = await browser.do("/sign-in?next=/settings", "/sign-in", handle="hana", password=PASSWORD)
    assert where == "/sign-in/step?next=/settings"
    assert (await browser.leads("/settings")).startswith("/sign-in"), "half a sign-in is none"
    await browser.told(where, "/sign-in/step", 422, code=used)
    before = dict(browser.http.cookies)
    assert await browser.do(where, "/sign-in/step", code=await code_of(server)) == "/settings"
    assert set(browser.http.cookies) != set(before), "another cookie than before"
    await browser.open("/settings")
    again = Visitor(server)
    where = await again.do("/sign-in", "/sign-in", handle="hana", password=PASSWORD)
    tries = 0
    while (await again.http.get(where)).status_code == 200:
        answer = await again.send(where, "/sign-in/step", code="12")
        tries += 1
        assert answer.status_code in (303, 422)
    assert tries == 5, "five tries are all"
    assert (await again.leads("/settings")).startswith("/sign-in")


async def test_who_is_not_let_in_has_no_face(tmp_path: Path) -> None:
    async with running(mailing(tmp_path, sign_up="approval", mail_confirmation="required")) as server:
        visitor, box = Visitor(server), Mailbox(server.config)
        form = {"handle": "hana", "name": "Hana", "password": PASSWORD, "email": "hana@example.com"}
        await visitor.told("/sign-up", "/sign-up", 422, **form)
        await visitor.told("/sign-up", "/sign-up", 200, reason="I live here.", **form)
        path = link_in(await box.next("confirm"), server.config.url)
        await visitor.told(path, path, 200)
        await visitor.open("/@hana", 404)
        await visitor.told("/sign-in", "/sign-in", 200, handle="hana", password=PASSWORD)
        (waiting,) = await admission.applicants(server.parts.people)
        assert (waiting.handle, waiting.reason, waiting.confirmed) == ("hana", "I live here.", True)
        await admission.approve(server.parts.people, waiting.person_id)
        await box.next("approved")

        async def inside() -> bool:
            answer = await visitor.send("/sign-in", "/sign-in", handle="hana", password=PASSWORD)
            return answer.status_code == 303

        await until(inside)
        for face in ("/@hana", "/c/hana"):
            await visitor.open(face)


async def test_an_archive_holds_what_is_ones_own(server: Server) -> None:
    hana, ben = await join(server, "hana"), await join(server, "ben")
    await befriend(hana, ben)
    await hana.say("my public words", "public")
    await hana.say("my closed words", "friends")
    await ben.say("closed words of ben", "friends")
    await hana.do("/settings/archive", "/settings/archive")

    async def ready() -> bool:
        return (await hana.http.get("/settings/archive/file")).status_code == 200

    await until(ready)
    content = (await hana.http.get("/settings/archive/file")).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        posts = json.loads(archive.read("square.posts.json"))
        voices = json.loads(archive.read("circle.voices.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert "index.html" in archive.namelist()
    assert [row["text"] for row in posts] == ["my public words"]
    assert [row["text"] for row in voices] == ["my closed words"]
    assert b"closed words of ben" not in everything
    assert (await ben.http.get("/settings/archive/file")).status_code == 404


async def _keep_everything(server: Server) -> None:
    """A row in each table of what accounts keep, by hanako and, where it is about an account, about her."""
    faces = await server.stores.people.reads.all(
        sa.select(PERSON_FACE).where(PERSON_FACE.c.plane == "square")
    )
    by_handle = {row.handle: row.face_id for row in faces}
    hana, ben = by_handle["hanako"], by_handle["ben"]
    kept: list[tuple[sa.Table, dict[str, object]]] = [
        (BOOKMARK, {"id": 1, "account_id": hana, "post_id": 5}),
        (THREAD_MUTE, {"account_id": hana, "root_id": 5}),
        (FOLLOWED_TAG, {"id": 1, "account_id": hana, "tag": "harbour"}),
        (MARKER, {"account_id": hana, "timeline": "x", "last_read_id": 5, "version": 1, "updated_at": 5}),
    ]
    for number, (one, other) in enumerate(((hana, ben), (ben, hana))):
        pair = {"account_id": one, "target_id": other}
        kept.append((MUTE, {**pair, "id": number, "notifications": True}))
        kept.append((ACCOUNT_NOTE, {**pair, "comment": "we met at the pier"}))
        block = {**pair, "id": number}
        await server.stores.square.write(lambda tx, row=block: tx.run(sa.insert(BLOCK), row))
    for table, row in kept:
        await server.stores.people.write(lambda tx, table=table, row=row: tx.run(sa.insert(table), row))


async def test_nothing_of_who_left_is_left(server: Server) -> None:
    hana = Visitor(server)
    await hana.do(
        "/sign-up", "/sign-up", handle="hanako", name="Hanako", password=PASSWORD, email="hanako@example.com"
    )
    ben = await join(server, "ben")
    await befriend(hana, ben)
    await hana.say("words of somebody who leaves", "public")
    await hana.say("closed words of somebody who leaves", "friends")
    await ben.do("/@hanako", "/@hanako/follow")
    await _keep_everything(server)
    before = await dump(server)
    assert "words of somebody" in before
    own = sa.select(PERSON_FACE.c.person_id, PERSON_FACE.c.face_id).where(
        PERSON_FACE.c.handle == "hanako", PERSON_FACE.c.plane == "square"
    )
    row = await server.stores.people.reads.first(own)
    assert row is not None
    await hana.told("/settings/leave", "/settings/leave", 422, password="wrong password")
    assert await hana.do("/settings/leave", "/settings/leave", password=PASSWORD) == "/left"
    assert (await hana.leads("/settings")).startswith("/sign-in")
    refused = await Visitor(server).send("/sign-in", "/sign-in", handle="hanako", password=PASSWORD)
    assert refused.status_code == 422

    async def gone() -> bool:
        return str(row.person_id) not in await dump(server)

    await Mailbox(server.config).next("left")
    await until(gone)
    after = await dump(server)
    for trace in ("words of somebody", "Hanako", "hanako@example.com", str(row.face_id)):
        assert trace not in after, [line for line in after.split("\n") if trace in line]
    left = [line for line in after.split("\n") if "hanako" in line]
    assert all(line.startswith("people.kept_handle") for line in left), left
    taken = await Visitor(server).send("/sign-up", "/sign-up", handle="hanako", name="x", password=PASSWORD)
    assert taken.status_code == 422
    assert (await ben.http.get("/@hanako")).status_code == 404
