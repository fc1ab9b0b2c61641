"""The circle's pages as people use them: groups, exceptions, reactions, edits, blocks, other eyes."""

import pytest

from tests.web.conftest import Cast
from tests.web.visitor import Visitor, befriend, join

pytestmark = pytest.mark.anyio


async def group_of(visitor: Visitor, name: str, *members: str) -> str:
    """Make a group with these friends in it; answers its path."""
    path = await visitor.do("/groups", "/groups", name=name)
    page = await visitor.open(path)
    ids = [given["value"] for _, given in page.tags if given.get("name") == "person[]"]
    by_name = dict(zip(page.words_of("check"), ids, strict=True))
    await visitor.do(page, f"{path}/members", **{"person[]": [by_name[one] for one in members]})
    return path


async def test_a_voice_to_a_group_and_its_end(cast: Cast) -> None:
    dora = await join(cast.server, "dora")
    await befriend(cast.aoi, dora)
    path = await group_of(cast.aoi, "Rowing club", "Ben")
    shown = await cast.aoi.told(
        "/compose",
        "/compose",
        200,
        audience="groups",
        **{"group[]": [path.split("/")[-1]]},
        do="preview",
        text="x",
    )
    assert "1 person will read this Ben" in " ".join(shown.words_of("readers-circle"))
    await cast.aoi.do(shown, "/compose", do="send", text="To the boat")
    voice = next(
        one for one in (await cast.aoi.open("/")).links if one.startswith("/v/") and one.count("/") == 2
    )
    assert "Rowing club" in (await cast.aoi.open(voice)).text
    seen = await cast.ben.open(voice)
    assert "Friends whom Aoi chose" in seen.text
    assert "Rowing" not in seen.html
    await dora.open(voice, 404)
    again = dict((await cast.aoi.open("/compose")).form("/compose").fields)
    assert again["audience"] == "groups", "the last deliberate choice"
    for one, status in ((path, 404), (f"{path}/delete", 404)):
        await cast.ben.open(one, status)
    said = await cast.aoi.open(f"{path}/delete")
    assert "1 voice is said to this group." in said.text
    assert await cast.aoi.do(said, f"{path}/delete") == "/groups"
    await cast.ben.open(voice, 404)
    assert dict((await cast.aoi.open("/compose")).form("/compose").fields)["audience"] == "groups"


async def test_reacting_and_rewording(cast: Cast) -> None:
    voice = await cast.aoi.say("First words", "friends")
    token = await cast.ben.token()
    for mood in ("love", "hug"):
        answer = await cast.ben.raw(f"{voice}/react", [("csrf", token), ("mood", mood), ("back", voice)])
        assert answer.status_code == 303
    seen = await cast.aoi.open(voice)
    assert ("button", "I am with you 1") in [
        (tag, given.get("aria-label")) for tag, given in seen.tags if given.get("class") == "mood"
    ]
    for visitor in (cast.carol,):
        refused = await visitor.raw(f"{voice}/react", [("csrf", await visitor.token()), ("mood", "love")])
        assert refused.status_code == 404
    await cast.ben.raw(f"{voice}/react", [("csrf", token), ("mood", ""), ("back", voice)])
    assert "I am with you 1" not in (await cast.aoi.open(voice)).html
    refused_page = await cast.aoi.told(f"{voice}/edit", f"{voice}/edit", 422, text=" ")
    assert "Please write something." in refused_page.text
    assert await cast.aoi.do(f"{voice}/edit", f"{voice}/edit", text="Second words") == voice
    assert "edited" in (await cast.ben.open(voice)).text
    assert "First words" in (await cast.ben.open(f"{voice}/history")).text
    for path in (f"{voice}/edit", f"{voice}/history", f"{voice}/audience"):
        await cast.carol.open(path, 404)
    for path in (f"{voice}/edit", f"{voice}/audience"):
        await cast.ben.open(path, 404)


async def test_wider_only_after_seeing_who_is_added(cast: Cast) -> None:
    voice = await cast.aoi.say("For me", "me")
    asked = await cast.aoi.told(f"{voice}/audience", f"{voice}/audience", 200, audience="friends")
    assert "1 more person would read it Ben" in asked.text
    await cast.ben.open(voice, 404)
    agree = next(form for form in asked.forms if dict(form.fields).get("agreed"))
    assert (await cast.aoi.post(agree)).headers["location"] == voice
    await cast.ben.do(voice, f"{voice}/reply", text="Hello")
    refused = await cast.aoi.told(f"{voice}/audience", f"{voice}/audience", 409, audience="fof")
    assert "It can only be narrowed." in refused.text
    assert await cast.aoi.do(f"{voice}/audience", f"{voice}/audience", audience="me") == voice
    await cast.ben.open(voice, 404)


async def test_blocking_folding_and_the_list(cast: Cast) -> None:
    await befriend(cast.carol, cast.aoi)
    await befriend(cast.carol, cast.ben)
    room = await cast.carol.say("Hello all", "friends")
    await cast.ben.do(room, f"{room}/reply", text="Rude words")
    shown = [given.get("id", "") for _, given in (await cast.aoi.open(room)).tags]
    reply = next(one for one in shown if one[:1] == "v" and one[1:].isdigit() and f"/v/{one[1:]}" != room)
    assert await cast.aoi.do(f"/v/{reply[1:]}/block", f"/v/{reply[1:]}/block") == "/settings/blocks"
    assert "From somebody you have blocked" in (await cast.aoi.open(room)).text
    assert "Rude words" in (await cast.carol.open(room)).text
    assert "Your reply is there." in (await cast.ben.open(room)).text
    gone = await cast.ben.open("/c/aoi", 404)
    absent = await cast.ben.open("/c/nobody_", 404)
    assert gone.html.replace("/c/aoi", "/c/nobody_") == absent.html
    assert "Nobody here has this handle." in (await cast.ben.open("/friends?handle=aoi")).text
    blocks = await cast.aoi.open("/settings/blocks")
    end = next(form.action for form in blocks.forms if form.action.endswith("/end"))
    assert await cast.aoi.do(blocks, end) == "/settings/blocks"
    assert "You have blocked nobody." in (await cast.aoi.open("/settings/blocks")).text


async def test_other_eyes(cast: Cast) -> None:
    await cast.aoi.say("For friends", "friends")
    await cast.aoi.say("For me", "me")
    as_ben = await cast.aoi.open("/see-as?friend=ben")
    assert "So Ben sees you now." in as_ben.text
    assert "For friends" in as_ben.text
    assert "For me" not in as_ben.text
    assert not [form for form in as_ben.forms if form.action.startswith("/v/")]
    for who in ("further", "member"):
        assert "They read no voice of yours here." in (await cast.aoi.open(f"/see-as?who={who}")).text
    for handle in ("carol", "nobody"):
        await cast.aoi.open(f"/see-as?friend={handle}", 404)
