"""Writing: audiences, the preview that names the readers, what is kept when something is refused."""

import pytest

from tests.web.conftest import Cast
from tests.web.sheet import Sheet
from tests.web.visitor import befriend, join

pytestmark = pytest.mark.anyio
LONG = "長" * 501


def friend_ids(page: Sheet) -> dict[str, str]:
    """The choosable readers by name."""
    ids = [given["value"] for _, given in page.tags if given.get("name") == "person[]"]
    return dict(zip(page.words_of("person"), ids, strict=True))


async def test_nothing_wider_than_friends_is_preselected(still: Cast) -> None:
    page = await still.aoi.open("/compose")
    assert dict(page.form("/compose").fields)["audience"] == "friends"


async def test_the_preview_without_scripts_names_exactly_the_readers(cast: Cast) -> None:
    dora = await join(cast.server, "dora")
    await befriend(cast.aoi, dora)
    page = await cast.aoi.open("/compose")
    ids = friend_ids(page)
    assert set(ids) == {"Ben", "Dora"}
    for audience, people, named in (
        ("people", ["Ben"], ["Ben"]),
        ("people", ["Ben", "Dora"], ["Ben", "Dora"]),
        ("friends", [], ["Ben", "Dora"]),
    ):
        chosen = {
            "audience": audience,
            "person[]": [ids[name] for name in people],
            "text": "  keep\n me ",
            "do": "preview",
        }
        shown = await cast.aoi.told(page, "/compose", 200, **chosen)
        readers = " ".join(shown.words_of("readers-circle"))
        assert readers.endswith(" ".join(named)), readers
        assert f"{len(named)} p" in readers
        kept = shown.form("/compose").fields
        assert ("text", "  keep\n me ") in kept
        assert ("audience", audience) in kept
        assert [value for name, value in kept if name == "person[]"] == [ids[name] for name in people]
    assert "keep" not in (await cast.aoi.open("/?show=circle")).text


async def test_the_preview_never_promises_more_than_the_gate_will_hold(cast: Cast) -> None:
    page = await cast.aoi.open("/compose")
    ben = friend_ids(page)["Ben"]
    await cast.ben.do("/c/aoi/remove", "/c/aoi/remove")
    shown = await cast.aoi.told(page, "/compose", 200, audience="people", **{"person[]": [ben]}, do="preview")
    assert "For now nobody but you will read this." in shown.text
    assert "Ben" not in shown.text


async def test_the_script_gets_only_the_fragment(cast: Cast) -> None:
    ids = friend_ids(await cast.aoi.open("/compose"))
    fields = [
        ("csrf", await cast.aoi.token()),
        ("audience", "people"),
        ("person[]", ids["Ben"]),
        ("fragment", "1"),
    ]
    answer = await cast.aoi.raw("/readers", fields)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert Sheet(answer.text).text == "1 person will read this Ben"


async def test_two_people_read_it_and_nobody_else(cast: Cast) -> None:
    dora, eve = [await join(cast.server, handle) for handle in ("dora", "eve")]
    for friend in (dora, eve):
        await befriend(cast.aoi, friend)
    ids = friend_ids(await cast.aoi.open("/compose"))
    where = await cast.aoi.say("For two of you", "people", [ids["Ben"], ids["Dora"]])
    own = await cast.aoi.open(where)
    assert "2 people will read this Ben Dora" in own.text
    for reader in (cast.ben, dora):
        page = await reader.open(where)
        assert "For two of you" in page.text
        assert "Aoi chose you as a reader, and you are friends." in page.text
        assert not {"Ben", "Dora"} <= set(page.text.split())
    for other in (eve, cast.carol):
        await other.open("/")
        absent = await other.open(f"/v/{int(where.removeprefix('/v/')) + 1}", 404)
        page = await other.open(where, 404)
        assert page.text == absent.text
        assert "For two of you" not in (await other.open("/")).text
    assert (await cast.nobody.leads(where)) == f"/sign-in?next={where}"


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"audience": "friends", "text": LONG}, "500"),
        ({"audience": "public", "text": LONG}, "500"),
        ({"audience": "friends", "text": " \n "}, ""),
        ({"audience": "people", "text": "To nobody"}, ""),
        ({"audience": "everyone", "text": "Nowhere"}, "Choose who can read this"),
    ],
)
async def test_what_is_refused_is_kept(still: Cast, answers: dict[str, str], problem: str) -> None:
    page = await still.aoi.told("/compose", "/compose", 422, **answers)
    assert page.words_of("error") != []
    assert problem in page.words_of("error")[0]
    kept = dict(page.form("/compose").fields)
    assert kept["text"].strip() == answers["text"].strip()
    assert kept["audience"] == (answers["audience"] if answers["audience"] != "everyone" else "friends")


async def test_sent_twice_is_there_once(cast: Cast) -> None:
    page = await cast.aoi.open("/")
    for _ in range(2):
        await cast.aoi.do(page, "/compose", text="only once", audience="friends")
    assert (await cast.aoi.open("/")).text.count("only once") == 1
    await cast.aoi.told(page, "/compose", 422, text="another text", audience="friends")


async def test_who_chooses_somebody_who_is_no_friend_is_refused(cast: Cast) -> None:
    carol = await cast.carol.open("/compose")
    assert friend_ids(carol) == {}
    page = await cast.ben.open("/compose")
    aoi = friend_ids(page)["Aoi"]
    refused = await cast.carol.raw(
        "/compose",
        [("csrf", await cast.carol.token()), ("text", "x"), ("audience", "people"), ("person[]", aoi)],
    )
    assert refused.status_code in (404, 422)


async def test_a_post_and_a_voice_say_where_they_went(cast: Cast) -> None:
    await cast.aoi.do("/", "/compose", text="to all", audience="public")
    assert (await cast.aoi.open("/")).words_of("notice") == ["Posted to the square."]
    await cast.aoi.do("/", "/compose", text="to friends", audience="friends")
    assert (await cast.aoi.open("/")).words_of("notice") == ["Shared with the people you chose."]
    outside = await cast.nobody.open("/square")
    assert "to all" in outside.text
    assert "to friends" not in outside.text


async def test_a_reply_stays_in_the_room_and_its_author_may_take_it_back(cast: Cast) -> None:
    where = await cast.aoi.say("A room", "friends")
    assert await cast.ben.do(where, f"{where}/reply", text="An answer") == where
    page = await cast.aoi.open(where)
    assert "An answer" in page.text
    deletes = [link for link in page.links if link.endswith("/delete")]
    assert len(deletes) == 2
    ours = [link for link in (await cast.ben.open(where)).links if link.endswith("/delete")]
    assert len(ours) == 1
    assert ours[0] != f"{where}/delete"
    assert await cast.ben.do(ours[0], ours[0]) == where
    assert "An answer" not in (await cast.aoi.open(where)).text


async def test_a_refused_reply_keeps_its_words_and_its_way_back(cast: Cast) -> None:
    voice = await cast.aoi.say("A room", "friends")
    post = await cast.aoi.say("A post", "public")
    for where in (voice, post):
        page = await cast.ben.told(where, f"{where}/reply", 422, text=LONG)
        assert dict(page.form(f"{where}/reply").fields)["text"] == LONG
        assert dict(page.form("/language").fields)["back"] == where


async def test_lines_and_spaces_survive(cast: Cast) -> None:
    words = "one   two\n  three\n\nfour"
    voice = await cast.aoi.say(words, "friends")
    post = await cast.aoi.say(words, "public")
    for where in (voice, post):
        shown = (await cast.ben.open(where)).html
        assert "one   two" in shown
        assert "  three" in shown
    style = await cast.ben.http.get("/static/kizuna.css")
    assert "white-space: pre-wrap" in style.text
