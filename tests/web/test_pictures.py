"""Pictures of the circle: whoever may not read the voice gets the same nothing, whatever they ask for and how."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import StreamingResponse

from kizuna.blobs.disk import DiskBlobs
from kizuna.circle import actions, audience_actions, block_actions, friend_actions
from kizuna.circle.attachment_queries import pictures
from kizuna.circle.models import Audience, Rule
from kizuna.doors.sending import PIECE, Revoked, send_file
from kizuna.media.actions import Chosen, upload
from kizuna.media.models import Words
from kizuna.media.tables import UPLOAD
from kizuna.moderation.tables import CLOSED_REPORT_ITEM
from kizuna.people.viewers import viewer_by_session
from kizuna.square.tables import ATTACHMENT as POST_PICTURE
from kizuna.web.pictures import NEVER
from tests.media.corpus import plain
from tests.web.conftest import Cast
from tests.web.sheet import Form, Sheet
from tests.web.test_inside import TIE, copy_in
from tests.web.visitor import PASSWORD, Visitor, befriend

pytestmark = pytest.mark.anyio


async def face_of(who: Visitor) -> tuple[int, int]:
    """(person, face in the circle)."""
    cookie = next(value for name, value in who.http.cookies.items() if "session" in name)
    viewer = await viewer_by_session(who.server.parts.people, cookie)
    assert viewer is not None
    assert viewer.circle_id is not None
    return viewer.person_id, viewer.circle_id


async def shown(who: Visitor, audience: str = "friends") -> tuple[int, str]:
    """A voice with a picture; answers its id and the path of the picture."""
    parts = who.server.parts
    person, face = await face_of(who)
    staged = await upload(parts.media, person, plain(size=(900, 700)), Words(description="The harbour"))
    chosen = Chosen(parts.media, person, (staged.id,))
    voice_id = await actions.say(parts.circle, face, "", audience, pictures=chosen)
    found = await pictures(parts.circle.store.reads, face, [voice_id])
    return voice_id, f"/circle/media/{found[voice_id][0].id}"


def bare(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    return answer.status_code, answer.content, dict(answer.headers)


async def test_a_friend_gets_it_and_nobody_may_keep_it(cast: Cast) -> None:
    _, path = await shown(cast.aoi)
    for who in (cast.aoi, cast.ben):
        whole = await who.http.get(f"{path}/original")
        assert whole.status_code == 200
        assert whole.headers["cache-control"] == NEVER
        assert whole.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in whole.headers["content-security-policy"]
        assert whole.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in whole.headers
        part = await who.http.get(f"{path}/original", headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, whole.content[100:200])
        head = await who.http.head(f"{path}/small")
        assert (head.status_code, head.content) == (200, b"")


async def test_everybody_else_gets_the_same_nothing(cast: Cast) -> None:
    _, path = await shown(cast.aoi)
    _, own = await shown(cast.aoi, "me")
    key = (await cast.aoi.http.get(f"{path}/original")).content[:40]
    assert key
    nowhere = bare(await cast.carol.http.get("/circle/media/1/original"))
    assert nowhere[:2] == (404, b"")
    asked: list[Any] = [
        await cast.carol.http.get(f"{path}/original"),
        await cast.carol.http.get(f"{path}/small"),
        await cast.carol.http.get(f"{path}/original", headers={"Range": "bytes=0-0"}),
        await cast.carol.http.get(f"{path}/original", headers={"Range": "bytes=99999999-"}),
        await cast.carol.http.get(f"{path}/original", headers={"If-None-Match": "*"}),
        await cast.carol.http.head(f"{path}/original"),
        await cast.ben.http.get(f"{own}/original"),
        await cast.ben.http.get("/circle/media/0/original"),
        await cast.ben.http.get("/circle/media/x/original"),
        await cast.ben.http.get(f"{path}/huge"),
        await cast.nobody.http.get(f"{path}/original"),
        await cast.nobody.http.get("/circle/media/1/original"),
        await cast.nobody.http.get(f"{path}/original", headers={"Authorization": "Bearer nonsense"}),
    ]
    assert [bare(each) for each in asked] == [nowhere] * len(asked)


async def test_after_an_end_no_byte_comes(cast: Cast) -> None:
    voice_id, path = await shown(cast.aoi)
    circle = cast.server.parts.circle
    _, aoi = await face_of(cast.aoi)
    _, ben = await face_of(cast.ben)
    assert (await cast.ben.http.get(f"{path}/small")).status_code == 200
    await friend_actions.remove_friend(circle, aoi, ben)
    assert (await cast.ben.http.get(f"{path}/small", headers={"Range": "bytes=5-"})).status_code == 404
    await befriend(cast.aoi, cast.ben)
    assert (await cast.ben.http.get(f"{path}/small")).status_code == 200
    await actions.delete_voice(circle, aoi, voice_id)
    assert (await cast.aoi.http.get(f"{path}/small")).status_code == 404
    files = cast.server.parts.media.planes["circle"]
    for _ in range(400):
        if not list(files.list()):
            return
        await cast.server.ports.clock.sleep(0.05)
    raise AssertionError("a file stands after its voice is gone")


async def test_no_file_of_the_circle_lies_under_a_public_name(cast: Cast) -> None:
    await shown(cast.aoi)
    media = cast.server.parts.media
    for file in list(media.planes["circle"].list()):
        key, name = file.key.split("/")[1:]
        for shelf in ("media", "staged"):
            assert (await cast.aoi.http.get(f"/{shelf}/{key}/{name}")).status_code == 404
    assert list(media.planes["square"].list()) == []
    assert list(media.staged.list()) == []


async def test_a_report_quotes_what_is_said_about_a_picture(cast: Cast) -> None:
    voice_id, _ = await shown(cast.aoi)
    where = f"/v/{voice_id}/report"
    await cast.ben.do(where, where, category="violation", comment="This hurts")
    found = await cast.server.stores.circle.reads.all(sa.select(CLOSED_REPORT_ITEM.c.text))
    assert [row.text for row in found] == ["[1/1] The harbour"]


async def test_the_same_picture_twice_is_two_files(cast: Cast) -> None:
    await shown(cast.aoi)
    await shown(cast.aoi)
    keys = {file.key.split("/")[1] for file in cast.server.parts.media.planes["circle"].list()}
    assert len(keys) == 2


async def files(who: Visitor, page: str, action: str, *chosen: bytes, **answers: str) -> Sheet | str:
    """Send a form with pictures in it, as a browser does; answers the page that comes, or where it leads."""
    form = (await who.open(page)).form(action)
    return await sent(who, form, *chosen, **answers)


async def sent(
    who: Visitor, form: Form, *chosen: bytes, name: str = "picture[]", **answers: str
) -> Sheet | str:
    """The same for a form that is open already."""
    fields: dict[str, list[str]] = {}
    for key, value in form.filled(dict(answers)):
        if key != name:
            fields.setdefault(key, []).append(value)
    parts = [(name, ("p.jpg", each, "image/jpeg")) for each in chosen] or [(name, ("", b"", "image/jpeg"))]
    answer = await who.http.post(form.action, data=fields, files=parts)
    if answer.status_code == 303:
        return answer.headers["location"]
    return Sheet(answer.text, form.action)


async def test_a_voice_with_pictures_is_written_in_two_steps(cast: Cast) -> None:
    again = await files(cast.aoi, "/", "/compose", plain(), plain("PNG"), text="Look", do="attach")
    assert isinstance(again, Sheet)
    form = again.form("/compose")
    ids = [value for name, value in form.fields if name == "media[]"]
    assert len(ids) == 2
    for source in [given["src"] for tag, given in again.tags if tag == "img" and "staged" in given["src"]]:
        assert (await cast.aoi.http.get(source)).status_code == 200
    said = {f"alt[{ids[0]}]": "The harbour", "drop[]": ids[1], "do": "send"}
    assert await sent(cast.aoi, form, **said) == "/"
    home = await cast.ben.open("/")
    shown = [given for tag, given in home.tags if tag == "img" and "/circle/media/" in given["src"]]
    assert [given["alt"] for given in shown] == ["The harbour"]
    assert (await cast.ben.http.get(shown[0]["src"])).status_code == 200
    assert "The harbour" in home.text


async def test_a_refused_form_keeps_its_pictures_and_what_was_written(cast: Cast) -> None:
    again = await files(cast.aoi, "/", "/compose", plain(), text="x" * 501, do="send", audience="public")
    assert isinstance(again, Sheet)
    form = again.form("/compose")
    assert len([name for name, _ in form.fields if name == "media[]"]) == 1
    wrong = await sent(cast.aoi, form, b"<svg/>", text="short", do="send", audience="public")
    assert isinstance(wrong, Sheet)
    assert "not a picture" in wrong.text
    form = wrong.form("/compose")
    assert await sent(cast.aoi, form, text="", do="send", audience="public", sensitive="1") == "/"
    square = await cast.nobody.open("/@aoi")
    assert "Sensitive pictures" in square.text
    address = next(given["src"] for tag, given in square.tags if tag == "img" and "/media/" in given["src"])
    assert (await cast.nobody.http.get(address)).status_code == 200


async def test_replies_take_pictures_too(cast: Cast) -> None:
    room = await cast.aoi.say("A room", "friends")
    assert await files(cast.ben, room, f"{room}/reply", plain(), text="Here", do="send")
    assert "/circle/media/" in (await cast.aoi.open(room)).html
    assert await cast.aoi.say("A post", "public")
    post = next(link for link in (await cast.nobody.open("/@aoi")).links if re.fullmatch(r"/@aoi/\d+", link))
    again = await files(cast.ben, post, f"{post}/reply", plain(), text="There", do="attach")
    assert isinstance(again, Sheet)
    assert await sent(cast.ben, again.form(f"{post}/reply"), do="send")
    assert "/media/" in (await cast.nobody.open(post)).html


async def test_profiles_show_their_pictures(cast: Cast) -> None:
    page = await cast.aoi.open("/settings/profile")
    square, circle = [form for form in page.forms if form.action == "/settings/profile"]
    assert await sent(cast.aoi, square, plain(), name="avatar") == "/settings/profile"
    assert await sent(cast.aoi, circle, plain("PNG"), name="avatar") == "/settings/profile"
    public = await cast.nobody.open("/@aoi")
    assert any(tag == "img" and given["src"].startswith("/media/") for tag, given in public.tags)
    assert "/circle/" not in public.html
    face = await cast.carol.open("/c/aoi")
    path = next(given["src"] for tag, given in face.tags if tag == "img" and "portrait" in given["src"])
    assert (await cast.carol.http.get(path)).headers["cache-control"] == NEVER
    assert (await cast.nobody.http.get(path)).status_code == 404
    page = await cast.aoi.open("/settings/profile")
    circle = [form for form in page.forms if form.action == "/settings/profile"][1]
    assert await sent(cast.aoi, circle, name="avatar", no_avatar="1") == "/settings/profile"
    assert (await cast.carol.http.get(path)).status_code == 404


@pytest.mark.parametrize("plane", ["square", "circle"])
async def test_a_profile_is_saved_whole_or_not_at_all(cast: Cast, plane: str) -> None:
    page = await cast.aoi.open("/settings/profile")
    forms = [form for form in page.forms if form.action == "/settings/profile"]
    form = next(form for form in forms if ("plane", plane) in form.fields)
    refused = await sent(cast.aoi, form, plain(), name="avatar", note="n" * 501)
    assert isinstance(refused, Sheet)
    for page in (await cast.nobody.open("/@aoi"), await cast.carol.open("/c/aoi")):
        assert not any(
            tag == "img" and ("/media/" in given["src"] or "portrait" in given["src"])
            for tag, given in page.tags
        )


async def test_a_room_shows_its_pictures(cast: Cast) -> None:
    voice_id, _ = await shown(cast.aoi)
    room = await cast.aoi.open(f"/v/{voice_id}")
    assert "/circle/media/" in room.html


async def test_a_form_sent_twice_is_said_once_and_what_is_gone_is_not_left_out(cast: Cast) -> None:
    again = await files(cast.aoi, "/", "/compose", plain(), text="", do="attach", audience="friends")
    assert isinstance(again, Sheet)
    form = again.form("/compose")
    late = await cast.aoi.open("/compose")
    for _ in range(2):
        assert await sent(cast.aoi, form, do="send") == "/"
    assert (await cast.ben.open("/")).html.count('/small"') == 1
    picture = next(value for name, value in form.fields if name == "media[]")
    other = late.form("/compose")
    other.fields.append(("media[]", picture))
    refused = await sent(cast.aoi, other, text="With a picture", do="send", audience="friends")
    assert isinstance(refused, Sheet)
    assert "not there any more" in refused.text


async def test_to_both_the_pictures_stay_with_the_friends(cast: Cast) -> None:
    link = (await cast.aoi.do("/settings/ties", TIE, out="1")).rpartition("/")[2]
    form = (await cast.aoi.open("/compose")).form("/compose")
    form.action = "/compose/both"
    both = await sent(cast.aoi, form, plain(), text="For both", audience="friends", do="preview")
    assert isinstance(both, Sheet)
    assert "The pictures stay with your friends" in both.text
    form = both.form("/compose/both")
    ticked = [*form.fields, ("said", "1"), ("link[]", link)]
    form.fields[:] = ticked
    path = await sent(cast.aoi, form, do="send")
    assert isinstance(path, str), path.text
    assert "/circle/media/" in (await cast.ben.open(path)).html
    await copy_in(cast.server, "standing")
    public = await cast.nobody.open("/@aoi")
    assert "For both" in public.text
    assert "/media/" not in public.html


async def test_a_voice_of_pictures_alone_can_be_reworded(cast: Cast) -> None:
    voice_id, _ = await shown(cast.aoi)
    where = f"/v/{voice_id}/edit"
    await cast.aoi.do(where, where, text="The harbour, then")
    await cast.aoi.do(where, where, text="")
    assert "/circle/media/" in (await cast.ben.open(f"/v/{voice_id}")).html
    plain_voice = await cast.aoi.say("words", "friends")
    await cast.aoi.told(f"{plain_voice}/edit", f"{plain_voice}/edit", 422, text=" ")


@pytest.mark.parametrize("end", ["block", "blocked", "narrowed", "excepted", "sign-out", "face gone"])
async def test_every_end_ends_the_pictures_too(cast: Cast, end: str) -> None:
    voice_id, path = await shown(cast.aoi)
    circle = cast.server.parts.circle
    (_, aoi), (_, ben) = await face_of(cast.aoi), await face_of(cast.ben)
    assert (await cast.ben.http.get(f"{path}/original")).status_code == 200
    match end:
        case "block":
            await block_actions.block(circle, aoi, ben)
        case "blocked":
            await block_actions.block(circle, ben, aoi)
        case "narrowed":
            await audience_actions.change_audience(circle, aoi, voice_id, Rule(audience=Audience.ME))
        case "excepted":
            rule = Rule(audience=Audience.FRIENDS, not_people=frozenset({ben}))
            await audience_actions.change_audience(circle, aoi, voice_id, rule)
        case "sign-out":
            await cast.ben.do("/", "/sign-out")
        case _:
            await circle.store.write(lambda tx: actions.remove_face(tx, aoi))
    for size in ("original", "small"):
        for headers in ({}, {"Range": "bytes=0-9"}):
            assert (await cast.ben.http.get(f"{path}/{size}", headers=headers)).status_code == 404


async def test_an_end_stops_a_picture_that_is_on_its_way(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    blobs.put("aa/b/original.jpg", b"x" * (PIECE * 3))
    asked: list[bool] = []

    async def still() -> bool:
        asked.append(True)
        return len(asked) < 3

    request = Request({"type": "http", "method": "GET", "headers": []})
    answer = await send_file(request, blobs, "aa/b/original.jpg", "t", {"Cache-Control": NEVER}, still)
    assert isinstance(answer, StreamingResponse)
    pieces = aiter(answer.body_iterator)
    assert [len(await anext(pieces)) for _ in range(2)] == [PIECE] * 2
    with pytest.raises(Revoked):
        await anext(pieces)


async def test_planes_know_nothing_of_each_others_pictures(cast: Cast) -> None:
    await shown(cast.aoi)
    await files(cast.aoi, "/", "/compose", plain(size=(900, 700)), text="Same", do="send", audience="public")
    files_of = cast.server.parts.media.planes
    keys = {plane: {file.key.split("/")[1] for file in files_of[plane].list()} for plane in files_of}
    assert [len(keys[plane]) for plane in ("square", "circle")] == [1, 1]
    assert not keys["square"] & keys["circle"]
    assert not list(cast.server.parts.media.staged.list())
    assert await cast.server.stores.people.reads.all(sa.select(UPLOAD)) == []
    key = keys["circle"].pop()
    for place in ("media", "staged"):
        for size in ("original", "small"):
            assert (await cast.aoi.http.get(f"/{place}/{key}/{size}.jpg")).status_code == 404
    dump = sa.select(POST_PICTURE)
    row = (await cast.server.stores.square.reads.all(dump))[0]
    assert key not in str(tuple(row))


async def test_an_archive_has_the_pictures_and_leaving_takes_them(cast: Cast) -> None:
    await shown(cast.aoi)
    await shown(cast.ben)
    await files(cast.aoi, "/", "/compose", plain(), text="Public", do="send", audience="public")
    await files(cast.aoi, "/", "/compose", plain(), text="Waits", do="attach")
    page = await cast.aoi.open("/settings/profile")
    for form in [form for form in page.forms if form.action == "/settings/profile"]:
        assert await sent(cast.aoi, form, plain(), name="avatar") == "/settings/profile"
    await cast.aoi.do("/settings/archive", "/settings/archive")
    while (answer := await cast.aoi.http.get("/settings/archive/file")).status_code != 200:
        await cast.server.ports.clock.sleep(0.05)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        assert sorted({name.rpartition("/")[0] for name in names}) == [
            "circle.pictures",
            "media.uploads",
            "square.pictures",
        ]
        assert len(names) == 5
        assert all(archive.read(name).startswith(b"\xff\xd8\xff") for name in names)
        told = json.loads(archive.read("circle.pictures.json"))
        assert {row["description"] for row in told if "description" in row} == {"The harbour"}
    assert await cast.aoi.do("/settings/leave", "/settings/leave", password=PASSWORD) == "/left"
    media = cast.server.parts.media
    while len([*media.planes["square"].list(), *media.staged.list(), *media.planes["circle"].list()]) > 2:
        await cast.server.ports.clock.sleep(0.05)
    assert {file.key.split("/")[2] for file in media.planes["circle"].list()} == {"original.jpg", "small.jpg"}
