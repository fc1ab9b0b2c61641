"""Editing, keeping and pinning posts by pages: what forms without script can do, and what nobody can do to others."""

import pytest

from tests.web.conftest import Cast
from tests.web.test_square import press
from tests.web.visitor import Visitor

pytestmark = pytest.mark.anyio


async def refused(visitor: Visitor, path: str, *fields: tuple[str, str]) -> int:
    """The status of a form that was made up by hand."""
    return (await visitor.raw(path, [("csrf", await visitor.token()), *fields])).status_code


async def test_an_edit_is_shown_before_it_is_made_and_its_history_after(cast: Cast) -> None:
    where = await cast.aoi.say("Snow at noon #weather", "public")
    edit = f"{where}/edit"
    asked = await cast.aoi.told(
        edit, edit, 200, text="Rain at noon", warning="Weather", language="ja", do="preview"
    )
    assert "What would change" in asked.text
    assert [tag for tag, _ in asked.tags if tag in ("del", "ins")].count("del") >= 1
    assert "Snow at noon" in (await cast.nobody.open(where)).text, "a preview changes nothing"
    assert await cast.aoi.do(asked, edit, do="send") == where
    shown = await cast.nobody.open(where)
    assert "Rain at noon" in shown.text
    assert f"{where}/history" in shown.links
    assert ("div", {"lang": "ja"}) in shown.tags
    history = await cast.nobody.open(f"{where}/history")
    assert history.text.index("as it is now") < history.text.index("first wording")
    assert "removed: Snow added: Rain at noon" in history.text
    same = await cast.aoi.told(edit, edit, 200, do="preview")
    assert "Nothing: it says the same as before." in same.text


async def test_a_long_history_comes_in_parts(cast: Cast) -> None:
    where = await cast.aoi.say("Wording 0", "public")
    for number in range(1, 12):
        await cast.aoi.do(f"{where}/edit", f"{where}/edit", text=f"Wording {number}", do="send")
    page = await cast.nobody.open(f"{where}/history")
    assert page.text.count("edited") == 9
    assert "first wording" not in page.text
    rest = await cast.nobody.open(next(link for link in page.links if "from=" in link))
    assert "first wording" in rest.text
    assert "as it is now" not in rest.text
    assert "Wording 0" in rest.text
    for odd in ("x", "-1", "1" * 9):
        await cast.nobody.open(f"{where}/history?from={odd}", 422)


async def test_what_cannot_be_posted_cannot_be_edited_in_and_is_not_lost(cast: Cast) -> None:
    where = await cast.aoi.say("Short", "public")
    for do in ("send", "preview"):
        page = await cast.aoi.told(f"{where}/edit", f"{where}/edit", 422, text="x" * 501, do=do)
        assert dict(page.form(f"{where}/edit").fields)["text"] == "x" * 501
    page = await cast.aoi.told(f"{where}/edit", f"{where}/edit", 422, text="Fine", language="<b>", do="send")
    assert "This is not a language code" in page.text
    assert "Short" in (await cast.nobody.open(where)).text


async def test_nobody_edits_or_pins_what_is_not_theirs(cast: Cast) -> None:
    where = await cast.aoi.say("Mine", "public")
    post_id = where.rpartition("/")[2]
    for path in (where, f"/@ben/{post_id}"):
        await cast.ben.open(f"{path}/edit", 404)
        assert await refused(cast.ben, f"{path}/edit", ("text", "Yours"), ("do", "send")) == 404
        assert await refused(cast.ben, f"{path}/pin") == 404
    assert (await cast.aoi.raw(f"{where}/edit", [("csrf", "made-up"), ("text", "Forged")])).status_code == 403
    assert (await cast.nobody.http.get(f"{where}/edit")).status_code == 303
    await cast.nobody.open(f"/@ben/{post_id}/history", 404)
    assert "Mine" in (await cast.nobody.open(where)).text


async def test_a_boost_of_ones_own_is_no_post_to_edit(cast: Cast) -> None:
    where = await cast.aoi.say("Worth repeating", "public")
    await refused(cast.ben, f"{where}/boost")
    boost = next(given["id"] for tag, given in (await cast.nobody.open("/@ben")).tags if tag == "article")
    path = f"/@ben/{boost.removeprefix('p')}"
    for verb in ("edit", "pin"):
        assert await refused(cast.ben, f"{path}/{verb}", ("text", "Mine now"), ("do", "send")) == 404


async def test_bookmarks_are_ones_own(cast: Cast) -> None:
    where = await cast.aoi.say("Keep me", "public")
    assert await press(cast.ben, await cast.ben.open(where), f"{where}/bookmark") == where
    assert "Keep me" in (await cast.ben.open("/bookmarks")).text
    assert "You keep nothing yet." in (await cast.aoi.open("/bookmarks")).text
    page = await cast.ben.open("/bookmarks")
    back = await press(cast.ben, page, f"{where}/bookmark")
    assert back == f"/bookmarks#p{where.rpartition('/')[2]}", "back to where it stood in the list"
    assert "You keep nothing yet." in (await cast.ben.open("/bookmarks")).text


async def test_favourites_are_listed_and_so_is_who_marked_a_post(cast: Cast) -> None:
    where = await cast.aoi.say("A star", "public")
    assert "Nobody yet." in (await cast.nobody.open(f"{where}/favourites")).text
    for verb in ("favourite", "boost"):
        await refused(cast.ben, f"{where}/{verb}")
    assert "A star" in (await cast.ben.open("/favourites")).text
    page = await cast.nobody.open(where)
    for mark in ("favourites", "boosts"):
        assert f"{where}/{mark}" in page.links
        assert "/@ben" in (await cast.nobody.open(f"{where}/{mark}")).links
    await cast.nobody.open(f"/@ben/{where.rpartition('/')[2]}/boosts", 404)


async def test_a_tag_is_followed_and_brings_its_posts_home(cast: Cast) -> None:
    assert "You follow no tags yet." in (await cast.carol.open("/tags")).text
    path = "/tags/%E6%B5%B7"
    assert await cast.carol.do(path, f"{path}/follow") == path
    await cast.aoi.say("朝の #海", "public")
    assert "朝の" in (await cast.carol.open("/")).text
    assert "#海" in (await cast.carol.open("/tags")).text
    assert await cast.carol.do("/tags", f"{path}/follow") == "/tags"
    assert "朝の" not in (await cast.carol.open("/")).text
    assert not (await cast.nobody.open(path)).has_form(f"{path}/follow")
    assert await refused(cast.carol, "/tags/no%20tag/follow") == 404


async def test_who_is_blocked_finds_what_is_absent(cast: Cast) -> None:
    where = await cast.aoi.say("Not for Ben #quiet", "public")
    thread = await cast.carol.say("Heard by all", "public")
    await cast.aoi.do(thread, f"{thread}/reply", text="@carol An answer of Aoi")
    await cast.ben.do("/@aoi", "/@aoi/follow")
    assert await cast.aoi.do("/@ben/block", "/@ben/block") == "/@ben"
    for path in (where, f"{where}/history", f"{where}/boosts", "/@aoi", "/@aoi/followers", "/@aoi/mute"):
        gone = await cast.ben.open(path, 404)
        absent = await cast.ben.open("/@nobody_here", 404)
        assert gone.html.replace(path, "") == absent.html.replace("/@nobody_here", ""), path
    for path in ("/square", "/tags/quiet", thread):
        for reader, writer in ((cast.ben, "Aoi"), (cast.nobody, "Ben")):
            assert writer not in (await reader.open(path)).words_of("name"), path
    for verb in ("favourite", "boost", "bookmark"):
        assert await refused(cast.ben, f"{where}/{verb}") == 404
    assert "Not for Ben" in (await cast.nobody.open(where)).text, "signed out it is as public as ever"
    assert "0 followers" in (await cast.nobody.open("/@aoi")).text


async def test_a_block_is_ended_from_the_page_and_from_the_list(cast: Cast) -> None:
    await cast.ben.say("Of Ben", "public")
    for page in ("/@ben", "/settings/blocks/square"):
        await cast.aoi.do("/@ben/block", "/@ben/block")
        shown = await cast.aoi.open("/@ben")
        assert "You have blocked this account." in shown.text
        assert "Of Ben" not in shown.text
        assert await cast.aoi.do(page, "/@ben/block") == page
        assert "Of Ben" in (await cast.aoi.open("/@ben")).text
    assert "You have blocked nobody." in (await cast.aoi.open("/settings/blocks/square")).text
    for verb in ("block", "mute"):
        await cast.aoi.open(f"/@aoi/{verb}", 404)
        assert await refused(cast.aoi, f"/@aoi/{verb}") == 403
        assert await refused(cast.aoi, f"/@nobody_here/{verb}") == 404


async def test_a_mute_has_its_time_and_hides_for_oneself_alone(cast: Cast) -> None:
    await cast.ben.say("Loud #noise", "public")
    await cast.aoi.do("/@ben", "/@ben/follow")
    assert await cast.aoi.do("/@ben/mute", "/@ben/mute", duration="1d") == "/@ben"
    for path in ("/", "/square", "/tags/noise"):
        assert "Loud" not in (await cast.aoi.open(path)).text, path
        assert "Loud" in (await cast.nobody.open("/square")).text
    assert "Loud" in (await cast.aoi.open("/@ben")).text, "whoever goes there sees it"
    listed = await cast.aoi.open("/settings/mutes")
    assert "until" in listed.text
    assert "notifications too" in listed.text
    assert "You mute nobody." in (await cast.ben.open("/settings/mutes")).text
    # Also when the muted one blocks: what ends something is always allowed.
    await cast.ben.do("/@aoi/block", "/@aoi/block")
    assert await cast.aoi.do("/settings/mutes", "/@ben/mute") == "/settings/mutes"
    assert "You mute nobody." in (await cast.aoi.open("/settings/mutes")).text
    assert await refused(cast.aoi, "/@carol/mute", ("duration", "-1")) == 422


async def test_a_profile_shows_what_is_pinned_first_and_replies_in_a_tab_of_their_own(cast: Cast) -> None:
    first = await cast.aoi.say("Who I am", "public")
    question = await cast.ben.say("A question", "public")
    await cast.aoi.say("Later words", "public")
    await cast.aoi.do(question, f"{question}/reply", text="@ben My answer")
    assert await press(cast.aoi, await cast.aoi.open(first), f"{first}/pin") == first
    page = await cast.nobody.open("/@aoi")
    assert page.text.index("Who I am") < page.text.index("Later words")
    assert page.text.count("Who I am") == 1
    assert "My answer" not in page.text
    assert "My answer" in (await cast.nobody.open("/@aoi?show=replies")).text
    for which in ("followers", "following"):
        assert "Nobody yet." in (await cast.nobody.open(f"/@aoi/{which}")).text
