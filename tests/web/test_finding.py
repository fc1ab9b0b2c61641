"""Finding somebody by handle: the whole handle, for members, and nothing that the face's own page would not tell."""

from pathlib import Path

import pytest

from tests.running import running
from tests.web.conftest import Cast, config_of
from tests.web.visitor import join

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("typed", ["carol", "@carol", " CAROL ", "＠ｃａｒｏｌ"])
async def test_a_handle_leads_to_the_face(still: Cast, typed: str) -> None:
    page = await still.aoi.open("/friends")
    form = page.form("/friends")
    answer = await still.aoi.http.get(form.action, params=dict(form.filled({"handle": typed})))
    assert (answer.status_code, answer.headers["location"]) == (303, "/c/carol")


@pytest.mark.parametrize("typed", ["nobody_here", "caro", "carol2", "carol/..", "%", "海", "x" * 500])
async def test_who_is_not_here_is_answered_calmly(still: Cast, typed: str) -> None:
    answer = await still.aoi.http.get("/friends", params={"handle": typed})
    assert answer.status_code == 200
    assert "Nobody here has this handle." in answer.text
    assert "Ben" in answer.text, "the friends are still there"


async def test_nothing_is_looked_for_when_nothing_is_typed(still: Cast) -> None:
    for path in ("/friends", "/friends?handle=", "/friends?handle=%20@"):
        assert "Nobody here has this handle." not in (await still.aoi.open(path)).text


async def test_what_no_text_may_hold_is_refused(still: Cast) -> None:
    for typed in ("%00", "%ff", "a" * 3000):
        assert (await still.aoi.http.get(f"/friends?handle={typed}")).status_code in (400, 422)


async def test_visitors_find_nobody(still: Cast) -> None:
    for handle in ("carol", "nobody_here"):
        asked = f"/friends?handle={handle}"
        answer = await still.nobody.http.get(asked)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/friends")


async def test_it_is_said_in_japanese(tmp_path: Path) -> None:
    async with running(config_of(tmp_path, "circle")) as server:
        hana = await join(server, "hana", language="ja")
        assert "このハンドルの人はここにいません。" in (await hana.open("/friends?handle=carol")).text
