"""On a server that is joined by invite, a link that was ended lets nobody in any more."""

from pathlib import Path

import pytest

from tests.running import running
from tests.web.conftest import config_of
from tests.web.visitor import PASSWORD, Visitor, join

pytestmark = pytest.mark.anyio


async def test_an_ended_link_lets_nobody_join(tmp_path: Path) -> None:
    async with running(config_of(tmp_path, "circle")) as server:
        first = await join(server, "aoi")
    async with running(config_of(tmp_path, "circle", sign_up="invite")) as server:
        server.parts.people.randomness.token()  # the seed begins anew, and aoi's session has its first token
        aoi = Visitor(server)
        aoi.http.cookies.update(first.http.cookies)
        made = await aoi.told("/invites", "/invites", 200, uses="5")
        link = made.words_of("code")[0].removeprefix(server.config.url)
        code = link.removeprefix("/invite/")
        ben = Visitor(server)
        fields = {"handle": "ben", "name": "Ben", "password": PASSWORD}
        assert await ben.do(f"/sign-up?invite={code}", "/sign-up", **fields) == link

        ending = next(
            form.action for form in (await aoi.open("/invites")).forms if form.action.endswith("/end")
        )
        await aoi.do("/invites", ending)
        carol = Visitor(server)
        assert not (await carol.open(f"/sign-up?invite={code}")).has_form("/sign-up")
        refused = [
            ("csrf", await carol.token()),
            ("handle", "carol"),
            ("password", PASSWORD),
            ("invite", code),
        ]
        assert (await carol.raw("/sign-up", refused)).status_code == 410
