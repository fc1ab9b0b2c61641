"""One text to friends and to the public: nothing is ticked, nothing is sent before both are, and each is sent once."""

import pytest
import sqlalchemy as sa

from kizuna.circle.tables import VOICE
from kizuna.square.tables import POST
from kizuna.tie.tables import COPY
from tests.web.conftest import Cast
from tests.web.sheet import Sheet
from tests.web.test_inside import TIE, copy_in

pytestmark = pytest.mark.anyio
BOTH = "/compose/both"


async def preview(cast: Cast, text: str = "Tea at four, @ben", audience: str = "friends") -> Sheet:
    """The page with both previews, from the composer."""
    form = (await cast.aoi.open("/compose")).form("/compose")
    form.action = BOTH
    answer = await cast.aoi.post(form, text=text, audience=audience, do="preview")
    assert answer.status_code in (200, 422)
    return Sheet(answer.text, BOTH)


async def counts(cast: Cast) -> tuple[int, int, int]:
    """Voices, copies, posts."""
    circle, square = cast.server.stores.circle.reads, cast.server.stores.square.reads
    count = sa.select(sa.func.count())
    found = [await circle.scalar(count.select_from(VOICE)), await circle.scalar(count.select_from(COPY))]
    return found[0], found[1], await square.scalar(count.select_from(POST))


async def test_both_previews_are_shown_and_nothing_is_ticked(cast: Cast) -> None:
    await cast.aoi.do("/settings/ties", TIE, out="1")
    page = await preview(cast)
    names = [name for name, _ in page.form(BOTH).fields]
    assert "said" not in names
    assert "link[]" not in names
    assert "Ben" in page.text, "who will read it"
    assert "Tea at four, ben" in page.words_of("text"), "the public version"
    assert "Tea at four, @ben" in page.words_of("text"), "the voice"
    assert await counts(cast) == (0, 0, 0)


async def test_it_sends_one_voice_and_its_copy_once(cast: Cast) -> None:
    link = (await cast.aoi.do("/settings/ties", TIE, out="1")).rpartition("/")[2]
    page = await preview(cast)
    for ticked in ({}, {"said": "1"}, {"link[]": [link]}):
        assert (await cast.aoi.post(page.form(BOTH), **ticked, do="send")).status_code == 422
    assert await counts(cast) == (0, 0, 0)
    both = {"said": "1", "link[]": [link], "do": "send"}
    places = {(await cast.aoi.post(page.form(BOTH), **both)).headers["location"] for _ in range(2)}
    assert len(places) == 1
    await copy_in(cast.server, "standing")
    assert await counts(cast) == (1, 1, 1)
    assert "Tea at four, @ben" in (await cast.ben.open(places.pop())).text


async def test_what_cannot_be_is_told_and_sends_nothing(cast: Cast) -> None:
    link = (await cast.aoi.do("/settings/ties", TIE, out="1")).rpartition("/")[2]
    assert "Choose which friends it is for" in (await preview(cast, audience="public")).text
    assert "Please write something." in (await preview(cast, text=" ")).text
    page = await preview(cast)
    foreign = {"said": "1", "link[]": [str(int(link) + 1)], "do": "send"}
    assert (await cast.aoi.post(page.form(BOTH), **foreign)).status_code == 404
    theirs = (await cast.carol.open("/compose")).form("/compose")
    theirs.action = BOTH
    stolen = {"text": "x", "audience": "friends", "said": "1", "link[]": [link], "do": "send"}
    assert (await cast.carol.post(theirs, **stolen)).status_code == 404
    assert await counts(cast) == (0, 0, 0)


async def test_all_copies_are_recalled_at_once(cast: Cast) -> None:
    link = (await cast.aoi.do("/settings/ties", TIE, out="1")).rpartition("/")[2]
    page = await preview(cast)
    await cast.aoi.post(page.form(BOTH), **{"said": "1", "link[]": [link], "do": "send"})
    await copy_in(cast.server, "standing")
    for path in ("/copies/recall", f"/settings/ties/{link}/recall"):
        asked = await cast.aoi.open(path)
        assert "1 copy" in asked.text
    answers = [
        await cast.carol.http.get(f"/settings/ties/{one}/recall") for one in (link, str(int(link) + 1))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    await cast.carol.do("/copies/recall", "/copies/recall")
    assert (await copy_in(cast.server, "standing")).state == "standing", "carol has none"
    await cast.aoi.do(f"/settings/ties/{link}/recall", f"/settings/ties/{link}/recall")
    await copy_in(cast.server, "recalled")
    assert "0 copies" in (await cast.aoi.open("/copies/recall")).text
