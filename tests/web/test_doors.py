"""What holds for every page and every form: who may come in, tokens against forgery, headers, errors as pages."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from kizuna.ground.i18n import load_translators
from kizuna.web import routes
from kizuna.wiring import Server
from tests.running import running
from tests.web.conftest import Cast, config_of
from tests.web.sheet import Sheet
from tests.web.visitor import Visitor, join

pytestmark = pytest.mark.anyio
OPEN_TO_ALL = frozenset(
    (
        "/",
        "/about",
        "/sign-up",
        "/sign-in",
        "/square",
        "/tags/{tag}",
        "/@{handle}",
        "/@{handle}/{id}",
        "/invite/{code}",
    )
)
FILES = frozenset(
    (
        "/assets/{name}",
        "/static/{name}",
        "/robots.txt",
        "/invite/{code}/qr.svg",
        "/media/{key}/{file}",
        "/staged/{key}/{file}",
        "/circle/media/{id}/{size}",
        "/circle/faces/{id}/portrait",
    )
)
EXAMPLES = {"{tag}": "sea", "{handle}": "aoi", "{id}": "1", "{code}": "abc", "{name}": "icons.svg"}


def all_routes(server: Server) -> Sequence[tuple[str, str, bool]]:
    """Every page: method, path, whether anybody may come."""
    pages = routes.make_pages(server.config, load_translators())
    public, member = routes.routes(pages, server.config)
    return [(each.method, each.path, True) for each in public] + [
        (each.method, each.path, False) for each in member
    ]


def filled(path: str) -> str:
    """A path with something in its places."""
    for place, value in EXAMPLES.items():
        path = path.replace(place, value)
    return path


async def test_visitors_are_asked_to_sign_in_wherever_members_are_at_home(still: Cast) -> None:
    members = [
        path for method, path, open_to_all in all_routes(still.server) if method == "GET" and not open_to_all
    ]
    assert len(members) > 20
    for path in members:
        if path not in OPEN_TO_ALL | FILES:
            assert (await still.nobody.leads(filled(path))) == f"/sign-in?next={quote(filled(path))}", path


async def test_everything_that_acts_wants_its_token(still: Cast) -> None:
    posts = [
        (path, open_to_all) for method, path, open_to_all in all_routes(still.server) if method == "POST"
    ]
    assert len(posts) > 25
    for path, open_to_all in posts:
        for fields in ([], [("csrf", "")], [("csrf", "wrong")], [("csrf", await still.nobody.token())]):
            answer = await still.aoi.raw(filled(path), fields)
            assert answer.status_code == 403, (path, fields)
            assert "expired" in Sheet(answer.text).text
        if not open_to_all:
            answer = await still.nobody.raw(filled(path), [("csrf", await still.nobody.token())])
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path


async def test_pages_are_compressed_for_whom_that_understands(still: Cast) -> None:
    for path, visitor in (
        ("/", still.nobody),
        ("/square", still.nobody),
        ("/", still.aoi),
        ("/friends", still.aoi),
    ):
        answer = await visitor.http.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert "</html>" in answer.text
    plain = await still.nobody.http.get("/square", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3001"},
    ],
)
async def test_forms_of_other_sites_are_refused_even_with_a_token(
    still: Cast, headers: dict[str, str]
) -> None:
    fields = [("csrf", await still.aoi.token()), ("text", "forged"), ("audience", "me")]
    answer = await still.aoi.raw("/compose", fields, **headers)
    assert answer.status_code == 403
    assert "another site" in Sheet(answer.text).text
    assert "forged" not in (await still.aoi.open("/")).text


async def test_forms_of_our_own_pages_are_taken(still: Cast) -> None:
    token = await still.aoi.token()
    for headers in ({"Sec_Fetch_Site": "same-origin"}, {"Origin": "http://localhost:3000"}, {}):
        fields = [("csrf", token), ("locale", "en"), ("back", "/friends")]
        assert (await still.aoi.raw("/language", fields, **headers)).headers["location"] == "/friends"


async def test_every_page_of_every_kind_of_server_answers(still: Cast) -> None:
    for method, path, open_to_all in all_routes(still.server):
        if method != "GET" or path in FILES:
            continue
        for visitor in (still.aoi, still.nobody) if open_to_all else (still.aoi,):
            answer = await visitor.http.get(filled(path))
            assert answer.status_code in (200, 303, 400, 404, 410, 422), path
            if answer.status_code != 303:
                assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_pages_allow_nothing_inline_and_nobody_around_them(still: Cast) -> None:
    for path in ("/", "/about", "/friends", "/nothing", "/settings/ties"):
        answer = await still.aoi.http.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        page = Sheet(answer.text)
        assert [
            tag
            for tag, given in page.tags
            if "style" in given or any(name.startswith("on") for name in given)
        ] == []
        assert [given for tag, given in page.tags if tag == "script" and "src" not in given] == []
        assert [tag for tag, _ in page.tags if tag == "style"] == []


async def test_a_page_is_not_shared_between_languages_and_people(still: Cast) -> None:
    answer = await still.nobody.http.get("/square")
    assert answer.headers["vary"] == "Cookie, Accept-Language, Accept-Encoding"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/@aoi/1", 404), ("/@nobody", 404), ("/v/0", 404), ("/v/９", 404), ("/v/-1", 404),
     ("/v/99999999999999999999", 404), ("/?max_id=x", 422), ("/?max_id=1&max_id=2", 422), ("/%00", 400),
     ("/" + "a" * 3000, 400), ("/square?max_id=%FF", 400)],
)  # fmt: skip
async def test_wrong_addresses_are_answered_by_a_page_that_says_what_to_do(
    still: Cast, path: str, status: int
) -> None:
    page = await still.aoi.open(path, status)
    assert "/" in page.links
    assert ("html", {"lang": "en"}) in page.tags
    assert page.words_of("oops") != [""]


async def test_wrong_methods_and_bodies_too(still: Cast) -> None:
    token = await still.aoi.token()
    large = await still.aoi.raw("/compose", [("csrf", token), ("text", "x" * 300_000)])
    assert large.status_code == 413
    assert "too large" in Sheet(large.text).text
    assert (await still.aoi.http.put("/friends")).status_code == 405
    assert (await still.aoi.http.get("/compose/")).status_code == 200
    assert (await still.aoi.http.head("/friends")).content == b""
    nul = await still.aoi.raw("/compose", [("csrf", token), ("text", "a\0b")])
    assert nul.status_code == 422
    broken = await still.aoi.http.post(
        "/compose", content=b"csrf=%FF%FE", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert broken.status_code == 400
    assert (await still.aoi.raw("/compose", [("csrf", token)] * 2)).status_code == 422


async def test_error_pages_speak_japanese(still: Cast) -> None:
    page = await Visitor(still.server, "ja").open("/nothing", 404)
    assert "ここにはなにもありません" in page.text


async def test_too_many_forms_are_slowed_down_with_a_page(tmp_path: Path) -> None:
    config = msgspec.structs.replace(config_of(tmp_path), test_mode=False)
    async with running(config) as server:
        visitor = Visitor(server)
        page = await visitor.open("/sign-in")
        tries = 0
        answer = await visitor.send(page, "/sign-in", handle="aoi", password="wrong")
        while answer.status_code != 429 and tries < 400:
            answer = await visitor.send(page, "/sign-in", handle="aoi", password="wrong")
            tries += 1
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1


class TestOneKindOfServer:
    """A square alone, a circle alone: what isn't there is not linked either."""

    async def test_a_square_knows_no_friends(self, tmp_path: Path) -> None:
        async with running(config_of(tmp_path, "square")) as server:
            aoi = await join(server, "aoi")
            for path in ("/friends", "/invites", "/copies", "/settings/ties", "/v/1", "/c/aoi", "/invite/x"):
                await aoi.open(path, 404)
                await Visitor(server).open(path, 404)
            await self._follow_every_link(
                aoi,
                [
                    "/",
                    "/square",
                    "/@aoi",
                    "/compose",
                    "/settings",
                    "/settings/profile",
                    "/settings/sessions",
                    "/about",
                ],
            )
            home = await aoi.open("/")
            values = [given["value"] for _, given in home.tags if given.get("name") == "audience"]
            assert values == ["public", "unlisted"]

    async def test_a_circle_knows_no_square(self, tmp_path: Path) -> None:
        async with running(config_of(tmp_path, "circle")) as server:
            aoi = await join(server, "aoi")
            for path in ("/square", "/tags/x", "/@aoi", "/@aoi/1", "/oauth/authorize", "/api/v1/instance"):
                assert (await aoi.http.get(path)).status_code == 404, path
            await self._follow_every_link(
                aoi,
                [
                    "/",
                    "/?show=square",
                    "/c/aoi",
                    "/compose",
                    "/friends",
                    "/invites",
                    "/settings",
                    "/settings/profile",
                    "/settings/sessions",
                    "/settings/ties",
                    "/copies",
                    "/about",
                ],
            )
            values = [
                given["value"] for _, given in (await aoi.open("/")).tags if given.get("name") == "audience"
            ]
            assert values == ["me", "people", "groups", "friends", "fof"]

    @staticmethod
    async def _follow_every_link(visitor: Visitor, paths: Sequence[str]) -> None:
        for path in paths:
            page = await visitor.open(path)
            for link in page.links:
                if link.startswith("/"):
                    answer = await visitor.http.get(link)
                    assert answer.status_code == 200, f"{path} leads to {link}"
        nobody = Visitor(visitor.server)
        for path in ("/", "/sign-in", "/sign-up", "/about"):
            for link in (await nobody.open(path)).links:
                if link.startswith("/"):
                    assert (await nobody.http.get(link)).status_code == 200, f"{path} leads to {link}"
