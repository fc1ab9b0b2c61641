"""The quick door of home answers exactly as the ordinary route, or leaves the request to it."""

from collections.abc import Mapping
from dataclasses import replace

import httpx2
import pytest

from kizuna.api.quick import quick_home
from kizuna.doors.parts import MemberParts
from kizuna.people import oauth
from kizuna.people.limits import API, Limiter
from kizuna.people.models import Viewer
from kizuna.people.ports import People
from kizuna.people.viewers import viewer_by_bearer
from kizuna.wiring import Server
from tests.wire import Api

pytestmark = pytest.mark.anyio
HOME = "/api/v1/timelines/home"
PLAIN = ["", "?limit=2", "?limit=40", "?limit=9999", "?max_id={middle}", "?limit=2&max_id={middle}"]
PLAIN_TWO = ["?since_id={middle}", "?min_id={middle}&limit=1", "?limit=1&since_id={middle}&max_id={newest}"]
ODD = [
    "?limit=0",
    "?limit=x",
    "?limit=2&limit=3",
    "?max_id=0",
    "?max_id=",
    "?max_id=-5",
    "?max_id=99999999999999999999",
]
ODD_TWO = [
    "?local=true",
    "?limit=2&x=1",
    "?max_id=%31",
    "?limit=2;max_id=5",
    "/",
    "?&limit=2",
    "?limit",
    "?limit=１",
]


async def both(server: Server, api: Api, path: str, headers: Mapping[str, str] | None = None) -> list[object]:
    """What the server answers with its quick door, and without it."""
    answers: list[object] = []
    quick = server.front.quick
    for door in (quick, None):
        server.front.quick = door
        answer = await api.http.get(path, headers=headers)
        answers.append((answer.status_code, told(answer), answer.content))
    server.front.quick = quick
    return answers


def told(answer: httpx2.Response) -> list[tuple[str, str]]:
    """The headers in their order; the moment at which a limit is reset is the only thing that moves on."""
    return [
        (name, "a moment" if name == "x-ratelimit-reset" else value)
        for name, value in answer.headers.multi_items()
    ]


@pytest.fixture
async def cursors(aoi: Api, ben: Api) -> dict[str, str]:
    """A home with posts, boosts and marks in it, and ids out of its middle and top."""
    account = (await ben.get("/api/v1/accounts/verify_credentials"))["id"]
    await aoi.post(f"/api/v1/accounts/{account}/follow")
    made = [(await (aoi, ben)[number % 2].say(f'{number} #絆 "quoted" <b>'))["id"] for number in range(6)]
    await aoi.post(f"/api/v1/statuses/{made[1]}/favourite")
    await ben.post(f"/api/v1/statuses/{made[2]}/reblog")
    await aoi.get(HOME)
    return {"middle": made[3], "newest": made[5]}


@pytest.mark.parametrize("query", PLAIN + PLAIN_TWO)
async def test_it_answers_plain_questions_byte_for_byte_as_the_route(
    server: Server, aoi: Api, cursors: dict[str, str], query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = HOME + query.format(**cursors)
    quick, ordinary = await both(server, aoi, path)
    assert quick == ordinary

    async def never(*_: object) -> None:
        raise AssertionError("the quick door did not answer")

    monkeypatch.setattr(server.front, "_dispatch", never)
    assert (await aoi.http.get(path)).status_code == 200


@pytest.mark.parametrize("query", ODD + ODD_TWO)
async def test_it_leaves_odd_questions_to_the_route(
    server: Server, aoi: Api, cursors: dict[str, str], query: str
) -> None:
    quick, ordinary = await both(server, aoi, HOME + query)
    assert quick == ordinary


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "bearer  spaced"},
        {"Content-Length": "0"},
        {"X-Long": "x" * 40_000},
    ],
)
async def test_it_leaves_odd_callers_to_the_route(
    server: Server, aoi: Api, cursors: dict[str, str], headers: dict[str, str]
) -> None:
    quick, ordinary = await both(server, aoi, HOME, headers)
    assert quick == ordinary


async def test_a_revoked_token_is_refused_at_once(server: Server, aoi: Api, cursors: dict[str, str]) -> None:
    people = server.parts.people
    viewer = await viewer_by_bearer(people, aoi.token or "")
    assert isinstance(viewer, Viewer)
    assert viewer.app_id is not None
    await oauth.end_grant(people, viewer, viewer.app_id)
    quick, ordinary = await both(server, aoi, HOME)
    assert quick == ordinary
    assert (await aoi.http.get(HOME)).status_code == 401


async def test_a_limit_is_counted_once_and_refused_as_by_the_route(
    server: Server, aoi: Api, cursors: dict[str, str]
) -> None:
    limiter = Limiter(server.ports.clock)
    parts = replace(server.parts.people, limiter=limiter)
    viewer = await viewer_by_bearer(parts, aoi.token or "")
    assert isinstance(viewer, Viewer)
    door = quick_home(member_parts(server, parts))
    scope = {"method": "GET", "path": HOME, "query_string": b"", "headers": bearer(aoi)}
    first = await door(scope)
    assert first is not None
    assert dict(first[0])[b"x-ratelimit-remaining"] == b"299"
    for _ in range(299):
        assert await door(scope) is not None
    assert await door(scope) is None
    assert not limiter.take("square", API, f"person {viewer.person_id}").allowed


def bearer(api: Api) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {api.token}".encode())]


def member_parts(server: Server, people: People) -> MemberParts:
    parts = server.parts
    return MemberParts(
        config=server.config,
        clock=server.ports.clock,
        randomness=server.ports.randomness("test"),
        people=people,
        square=parts.square,
        streams=parts.streams.member,
        circle=parts.circle,
        tie=parts.tie,
        home=parts.home,
        moderation=parts.moderation,
        media=parts.media,
        pictures=parts.media.planes["square"],
        staged=parts.media.staged,
    )
