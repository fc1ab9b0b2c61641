"""What one does on the square: follow, favour, boost, reply, delete; by buttons that need no script."""

import pytest

from tests.web.conftest import Cast
from tests.web.sheet import Sheet
from tests.web.visitor import Visitor

pytestmark = pytest.mark.anyio


async def press(visitor: Visitor, page: Sheet, action: str) -> str:
    """Press the button that sends the page's one form to an address of its own."""
    buttons = [given for tag, given in page.tags if tag == "button" and given.get("formaction") == action]
    assert len(buttons) == 1, action
    assert buttons[0]["form"] == "act"
    forms = [form for form in page.forms if dict(form.fields).keys() == {"csrf", "back"} and not form.action]
    fields = [*forms[0].fields]
    if "name" in buttons[0]:
        fields.append((buttons[0]["name"], buttons[0]["value"]))
    answer = await visitor.raw(action, fields)
    assert answer.status_code == 303
    return answer.headers["location"]


@pytest.mark.parametrize("verb", ["favourite", "boost"])
async def test_a_mark_is_set_and_taken_back(cast: Cast, verb: str) -> None:
    where = await cast.aoi.say("Mark me", "public")
    for pressed in ("true", "false"):
        page = await cast.ben.open(where)
        assert await press(cast.ben, page, f"{where}/{verb}") == where
        after = await cast.ben.open(where)
        button = next(given for _, given in after.tags if given.get("formaction") == f"{where}/{verb}")
        assert button["aria-pressed"] == pressed
    outside = await cast.nobody.open(where)
    assert not any("formaction" in given for _, given in outside.tags)


async def test_one_follows_and_sees_it_at_home(cast: Cast) -> None:
    await cast.aoi.say("Morning, harbour #sea", "public")
    assert "Morning" not in (await cast.carol.open("/")).text
    assert await cast.carol.do("/@aoi", "/@aoi/follow") == "/@aoi"
    assert "Morning" in (await cast.carol.open("/")).text
    assert "Morning" in (await cast.nobody.open("/tags/sea")).text
    await cast.carol.do("/@aoi", "/@aoi/follow")
    assert "Morning" not in (await cast.carol.open("/")).text


async def test_a_reply_stands_in_the_thread_and_a_deleted_post_is_gone(cast: Cast) -> None:
    where = await cast.aoi.say("A question", "public")
    assert await cast.ben.do(where, f"{where}/reply", text="@aoi An answer") == where
    page = await cast.nobody.open(where)
    assert page.text.index("A question") < page.text.index("An answer")
    assert await cast.aoi.do(f"{where}/delete", f"{where}/delete") == "/@aoi"
    await cast.nobody.open(where, 404)


async def test_nobody_deletes_what_is_not_theirs(cast: Cast) -> None:
    where = await cast.aoi.say("Mine", "public")
    await cast.ben.open(f"{where}/delete", 404)
    answer = await cast.ben.raw(f"{where}/delete", [("csrf", await cast.ben.token())])
    assert answer.status_code == 404
    await cast.nobody.open(where)


async def test_a_post_is_read_only_under_its_authors_address(cast: Cast) -> None:
    where = await cast.aoi.say("Mine", "public")
    await cast.nobody.open(where.replace("@aoi", "@ben"), 404)
    await cast.nobody.open(where.replace("@aoi", "@AOI"))
