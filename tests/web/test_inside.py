"""The tie between the two faces of a person on one server, through the pages, on real stores."""

import asyncio
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.ids import parse_id, store_of
from kizuna.moderation import queries as moderation_queries
from kizuna.moderation.events import WordsChanged
from kizuna.square.tables import POST, POST_EDIT
from kizuna.square.text import mentioned
from kizuna.store.schema import METADATA
from kizuna.store.store import Row, Tx
from kizuna.tie import inside
from kizuna.tie.events import CopyChanged, CopyEdited, EditAsked, EditRefused
from kizuna.tie.fit import fit
from kizuna.tie.models import Limit
from kizuna.tie.tables import CONSENT, COPY, COPY_EVENT
from kizuna.wiring import Server
from tests.web.conftest import Cast
from tests.web.visitor import Visitor

pytestmark = pytest.mark.anyio
TIE = "/settings/ties/square"


@dataclass(frozen=True)
class Copied:
    """A voice with its copy."""

    voice: str
    link: str
    row: Row
    post: Row


async def copy_in(server: Server, state: str) -> Row:
    """The newest copy, once events have brought it into this state."""
    changed, store = asyncio.Event(), server.stores.circle
    store.hear(CopyChanged, lambda _: changed.set())
    async with asyncio.timeout(20):
        while True:
            row = await store.reads.first(sa.select(COPY).order_by(COPY.c.id.desc()).limit(1))
            if row is not None and row.state == state:
                return row
            await changed.wait()
            changed.clear()


async def copied(server: Server, who: Visitor, text: str = "for everybody") -> Copied:
    """Somebody ties both faces, says something to friends and makes a copy of it."""
    link = await who.do("/settings/ties", TIE, out="1")
    voice = await who.say("among us", "friends")
    page = await who.open(f"{voice}/copy")
    await who.do(page, f"{voice}/copy", **{"text": text, "link[]": [link.rpartition("/")[2]]})
    row = await copy_in(server, "standing")
    post = await server.stores.square.reads.first(sa.select(POST).where(POST.c.id == int(row.remote_id)))
    assert post is not None
    return Copied(voice, link, row, post)


async def test_nothing_crosses_before_the_person_says_so(cast: Cast) -> None:
    voice = await cast.aoi.say("among us", "friends")
    assert not (await cast.aoi.open(f"{voice}/copy")).has_form(f"{voice}/copy")
    answer = await cast.aoi.send("/settings/ties", TIE)
    assert answer.status_code == 422, "nothing is ticked beforehand"
    link = await cast.aoi.do("/settings/ties", TIE, out="1")
    assert "Out: allowed" in (await cast.aoi.open(link)).text
    assert not (await cast.aoi.open("/settings/ties")).has_form(TIE)
    await cast.aoi.do(link, f"{link}/consent")
    assert "Out: stopped" in (await cast.aoi.open(link)).text
    assert not (await cast.aoi.open(f"{voice}/copy")).has_form(f"{voice}/copy")
    consents = await cast.server.stores.circle.reads.all(sa.select(CONSENT))
    assert [one.direction for one in consents] == ["out"]
    assert all(one.ended_at >= one.given_at > 0 for one in consents)


@pytest.mark.parametrize("language", ["", "fr"])
async def test_a_copy_is_a_post_like_any_other(cast: Cast, language: str) -> None:
    if language:  # chosen once, it is the usual one, of copies too
        await cast.aoi.do("/", "/compose", text="Avant", audience="public", language=language, do="send")
    made = await copied(cast.server, cast.aoi, "for everybody, @ben #絆")
    await cast.aoi.do("/", "/compose", text="typed on the page", audience="public", do="send")
    typed = await cast.server.stores.square.reads.first(sa.select(POST).order_by(POST.c.id.desc()).limit(1))
    assert typed is not None
    assert typed.text == "typed on the page"
    own = {"id", "text", "html", "created_at"}
    shared = [name.name for name in POST.columns if name.name not in own]
    assert [getattr(made.post, name) for name in shared] == [getattr(typed, name) for name in shared]
    assert made.post.text == "for everybody, ben #絆", "nobody is mentioned, and no joiner tells of a copy"
    assert store_of(made.post.id) == "square"
    ledger = await cast.aoi.open("/copies")
    assert f"/@aoi/{made.post.id}" in ledger.html


async def test_the_square_does_not_tell_of_the_circle(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    closed = {str(made.row.id), str(made.row.voice_id), str(made.row.face_id), made.row.key, "among us"}
    for table in METADATA["square"].sorted_tables:
        if table.info["mark"] != "public":
            continue
        for row in await cast.server.stores.square.reads.all(sa.select(table)):
            for value in row:
                assert not any(one in str(value) for one in closed), f"{table.name}: {value}"
                number = parse_id(str(value))
                assert number is None or number < 1 << 50 or store_of(number) == "square", (
                    f"{table.name}: {value}"
                )


async def test_a_recall_takes_the_post_away_and_a_deleted_post_is_told_to_the_ledger(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    await cast.aoi.do(f"/copies/{made.row.id}/recall", f"/copies/{made.row.id}/recall")
    await copy_in(cast.server, "recalled")
    await cast.nobody.open(f"/@aoi/{made.post.id}", 404)
    page = await cast.aoi.open(f"{made.voice}/copy")
    await cast.aoi.do(
        page, f"{made.voice}/copy", **{"text": "again", "link[]": [made.link.rpartition("/")[2]]}
    )
    again = await copy_in(cast.server, "standing")
    assert again.id != made.row.id
    gone = f"/@aoi/{again.remote_id}/delete"
    await cast.aoi.do(gone, gone)
    await copy_in(cast.server, "recalled")


async def _words_changed(tx: Tx) -> None:
    tx.emit(WordsChanged())


async def update(cast: Cast, made: Copied, text: str) -> None:
    """The author ticks that the copy is to say something else."""
    path = f"{made.voice}/copy"
    page = await cast.aoi.told(path, path, 200, text=text, do="preview")
    assert "update[]" not in [name for name, _ in page.form(path).fields], "nothing is ticked beforehand"
    await cast.aoi.do(page, path, **{"text": text, "update[]": [str(made.row.id)]})


async def test_a_copy_is_brought_up_to_date_once_and_keeps_its_history(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    await update(cast, made, "for everybody, at five, @ben")
    row = await copy_in(cast.server, "standing")
    while row.text == "for everybody":
        await asyncio.sleep(0.01)
        row = await copy_in(cast.server, "standing")
    assert row.text == "for everybody, at five, ben"
    assert (row.id, row.remote_id, row.new_text) == (made.row.id, made.row.remote_id, None)
    post = await cast.server.stores.square.reads.first(sa.select(POST).where(POST.c.id == made.post.id))
    assert post is not None
    assert post.text == "for everybody, at five, ben", "nobody is mentioned"
    assert post.edited_at is not None
    versions = await cast.server.stores.square.reads.all(sa.select(POST_EDIT))
    assert [one.text for one in versions] == ["for everybody"]
    steps = sa.select(COPY_EVENT.c.state).order_by(COPY_EVENT.c.id)
    assert [one.state for one in await cast.server.stores.circle.reads.all(steps)][3:] == [
        "edit_wanted",
        "standing",
    ]


async def test_a_refused_edit_leaves_what_stands_and_says_why(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    people = cast.server.stores.people
    await people.write(lambda tx: moderation_queries.add_word(tx, "pills"))
    await people.write(_words_changed)
    await update(cast, made, "cheap pills")
    row = await copy_in(cast.server, "standing")
    while row.reason is None:
        await asyncio.sleep(0.01)
        row = await copy_in(cast.server, "standing")
    assert (row.text, row.new_text) == ("for everybody", None)
    assert "not welcome" in row.reason
    assert await cast.server.stores.square.reads.all(sa.select(POST_EDIT)) == []


async def test_a_recall_after_an_edit_ends_both(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    await update(cast, made, "at five")
    recall = f"/copies/{made.row.id}/recall"
    await cast.aoi.do(recall, recall)
    await copy_in(cast.server, "recalled")
    await cast.nobody.open(f"/@aoi/{made.post.id}", 404)


async def test_an_edit_told_twice_or_late_changes_nothing(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    asked = EditAsked(made.row.key, int(made.row.account_id), made.post.id, "at five")
    square, circle = cast.server.parts.square, cast.server.stores.circle
    for _ in range(2):
        await square.store.write(lambda tx: inside.on_edit_asked(square, asked, tx))
    versions = await square.store.reads.all(sa.select(POST_EDIT))
    assert [one.text for one in versions] == ["for everybody"], "the same wording is no second edit"
    before = await circle.reads.all(sa.select(COPY))
    await circle.write(lambda tx: inside.on_copy_edited(CopyEdited(made.row.key, "at five"), tx))
    await circle.write(lambda tx: inside.on_edit_refused(EditRefused(made.row.key, "at five", "no"), tx))
    assert await circle.reads.all(sa.select(COPY)) == before, "nobody waits for it"


async def test_a_deleted_voice_takes_its_copy_back(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    await cast.aoi.do(f"{made.voice}/delete", f"{made.voice}/delete")
    await copy_in(cast.server, "recalled")
    await cast.nobody.open(f"/@aoi/{made.post.id}", 404)


@pytest.mark.parametrize(
    ("choice", "state", "status"), [("keep", "standing", 200), ("recall", "recalled", 404)]
)
async def test_untying_keeps_or_recalls(cast: Cast, choice: str, state: str, status: int) -> None:
    made = await copied(cast.server, cast.aoi)
    await cast.aoi.do(f"{made.link}/unlink", f"{made.link}/unlink", copies=choice)
    await copy_in(cast.server, state)
    await cast.nobody.open(f"/@aoi/{made.post.id}", status)
    assert (await cast.aoi.open("/settings/ties")).has_form(TIE)
    if choice == "keep":
        recall = f"/copies/{made.row.id}/recall"
        await cast.aoi.do(recall, recall)
        await copy_in(cast.server, "recalled")
    assert await cast.aoi.do("/settings/ties", TIE, out="1") == made.link, "the same link, with its ledger"


async def test_a_copy_stands_once_however_often_it_is_sent(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    page = await cast.aoi.open(f"{made.voice}/copy")
    fields = {"text": "for everybody", "link[]": [made.link.rpartition("/")[2]]}
    assert (await cast.aoi.send(page, f"{made.voice}/copy", **fields)).status_code == 409
    count = sa.select(sa.func.count()).select_from(POST)
    assert await cast.server.stores.square.reads.scalar(count) == 1
    steps = sa.select(COPY_EVENT.c.state).order_by(COPY_EVENT.c.id)
    assert [row.state for row in await cast.server.stores.circle.reads.all(steps)] == [
        "wanted",
        "sending",
        "standing",
    ]


async def test_a_stranger_cannot_tell_a_link_from_none(cast: Cast) -> None:
    made = await copied(cast.server, cast.aoi)
    link_id, copy_id = made.link.rpartition("/")[2], str(made.row.id)
    voice = await cast.carol.say("mine", "friends")
    token = await cast.carol.token()
    for mine, absent in ((link_id, str(int(link_id) + 1)), (copy_id, str(int(copy_id) + 1))):
        for path in ("/settings/ties/{}", "/settings/ties/{}/unlink", "/copies/{}/recall"):
            answers = [await cast.carol.http.get(path.format(one)) for one in (mine, absent)]
            answers += [
                await cast.carol.raw(path.format(one), [("csrf", token), ("copies", "recall")])
                for one in (mine, absent)
            ]
            bodies = [answer.text.replace(mine, "ID").replace(absent, "ID") for answer in answers]
            assert bodies[0] == bodies[1]
            assert bodies[2] == bodies[3]
            assert {answer.status_code for answer in answers} <= {404, 405}
        tried = [
            (
                await cast.carol.raw(f"{voice}/copy", [("csrf", token), ("text", "x"), ("link[]", one)])
            ).status_code
            for one in (mine, absent)
        ]
        assert tried == [404, 404]
    assert (await copy_in(cast.server, "standing")).id == made.row.id


@given(text=st.text(alphabet=st.sampled_from("@＠a1_. /:#mei友\n-=") | st.characters(), max_size=60))
def test_no_text_mentions_anybody_inside(text: str) -> None:
    fitted = fit(text.replace("\x00", "").encode("utf-8", "ignore").decode(), Limit(handles="bare"))
    assert mentioned(fitted.text, "localhost") == ()
    assert "\u2060" not in fitted.text or "\u2060" in text
