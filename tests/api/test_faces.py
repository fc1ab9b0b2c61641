"""What a token may do with the faces that the person chose for it on the authorise page (DESIGN: flows and faces)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from kizuna.api.table import OPERATIONS
from kizuna.ground.errors import Invalid
from kizuna.ground.ids import parse_id, store_of
from kizuna.people.handles import check_handle
from kizuna.tie.faces import acct_of
from kizuna.wiring import Server
from tests.api.faced import Faced, arrive, friends
from tests.running import running
from tests.web.conftest import config_of
from tests.wire import Api

pytestmark = pytest.mark.anyio
HOME: Final = "/api/v1/timelines/home"
ME: Final = "/api/v1/accounts/verify_credentials"
PATHS: Final = sorted(
    {(each.route.method, each.route.path) for each in OPERATIONS if "{id" in each.route.path}
)


@dataclass(frozen=True)
class Town:
    """mei and ken are friends; rin is nobody's friend. mei said something, ken answered."""

    server: Server
    mei: Faced
    ken: Faced
    rin: Faced
    voice: Any
    answer: Any


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[Town]:
    """For tests that disturb nobody."""
    async with running(config_of(tmp_path_factory.mktemp("town"))) as server:
        yield await _settle(server)


@pytest.fixture
async def fresh(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Town]:
    """For tests that do."""
    async with running(config_of(tmp_path)) as server:
        yield await _settle(server)


async def _settle(server: Server) -> Town:
    mei, ken = await friends(server, "mei", "ken")
    rin = await arrive(server, "rin")
    voice = await mei.both.say("among us", visibility="private")
    answer = await ken.circle.say("yes", in_reply_to_id=voice["id"], visibility="public")
    return Town(server, mei, ken, rin, voice, answer)


def same(one: httpx2.Response, other: httpx2.Response) -> bool:
    """Equal to the byte, but for the moment in the headers of limits."""
    answers = [(each.status_code, each.content, each.headers.get("link")) for each in (one, other)]
    return answers[0] == answers[1]


async def test_private_is_a_voice_to_friends_with_a_lock(town: Town) -> None:
    me = await town.mei.both.get(ME)
    assert store_of(int(town.voice["id"])) == "circle"
    assert town.voice["visibility"] == "private"
    assert town.voice["account"] == {name: me[name] for name in town.voice["account"]}, (
        "so clients offer to delete"
    )
    seen = await town.ken.both.get(f"/api/v1/statuses/{town.voice['id']}")
    assert seen["account"]["acct"] == "mei.circle"
    assert seen["account"]["locked"]
    assert seen["account"]["id"] != me["id"], "a friend's app is not told that both faces are one person's"
    page = await town.ken.pages.open(f"/v/{town.voice['id']}")
    assert "among us" in page.text


async def test_no_handle_can_look_like_the_acct_of_a_face() -> None:
    with pytest.raises(Invalid):
        check_handle(acct_of("mei"))


async def test_a_reply_stays_in_its_room_whatever_the_client_sent(town: Town) -> None:
    assert town.answer["visibility"] == "private"
    assert town.answer["in_reply_to_id"] == town.voice["id"]
    seen = await town.mei.both.get(f"/api/v1/statuses/{town.answer['id']}")
    assert seen["in_reply_to_account_id"] == (await town.mei.both.get(ME))["id"]
    around = await town.mei.both.get(f"/api/v1/statuses/{town.voice['id']}/context")
    assert [each["id"] for each in around["descendants"]] == [town.answer["id"]]
    above = await town.mei.both.get(f"/api/v1/statuses/{town.answer['id']}/context")
    assert [each["id"] for each in above["ancestors"]] == [town.voice["id"]]
    for where in ("/api/v1/timelines/public", HOME):
        assert town.answer["id"] not in [each["id"] for each in await town.rin.both.get(where)]


async def test_home_of_both_faces_is_merged_and_paged(fresh: Town) -> None:
    mei, ken = fresh.mei.both, fresh.ken.both
    await ken.post(f"/api/v1/accounts/{(await mei.get(ME))['id']}/follow")
    kinds = ["public", "private", "public", "private", "public"]
    made = [fresh.voice["id"], *[(await mei.say("text", visibility=kind))["id"] for kind in kinds]]
    whole = await ken.get(HOME)
    assert [each["id"] for each in whole] == made[::-1]
    first = await ken.get(HOME, {"limit": 4})
    rest = await ken.get(HOME, {"limit": 4, "max_id": first[-1]["id"]})
    assert first + rest == whole
    assert [each["id"] for each in await ken.get(HOME, {"limit": 2, "min_id": made[0]})] == made[2:0:-1]
    assert [each["id"] for each in await fresh.ken.circle.get(HOME)] == [
        one for one in made[::-1] if _closed(one)
    ]
    assert [each["id"] for each in await fresh.ken.square.get(HOME)] == [
        one for one in made[::-1] if not _closed(one)
    ]
    await mei.delete(f"/api/v1/statuses/{made[4]}")
    assert [each["id"] for each in await ken.get(HOME)] == [one for one in made[::-1] if one != made[4]]


def _closed(text: str) -> bool:
    return store_of(parse_id(text) or 0) == "circle"


@pytest.mark.parametrize("deed", ["reblog", "bookmark", "pin", "mute"])
async def test_a_voice_is_neither_shared_nor_kept_by_an_app(town: Town, deed: str) -> None:
    for who, status in ((town.ken.both, 422), (town.rin.both, 404), (town.ken.square, 404)):
        answer = await who.http.post(f"/api/v1/statuses/{town.voice['id']}/{deed}")
        absent = await who.http.post(f"/api/v1/statuses/{int(town.voice['id']) + 1}/{deed}")
        assert answer.status_code in (status, 404), answer.text
        assert absent.status_code == 404
        if status == 404:
            assert same(answer, absent)
    seen = await town.mei.both.get(f"/api/v1/statuses/{town.voice['id']}")
    assert (seen["reblogs_count"], seen["favourites_count"], seen["bookmarked"]) == (0, 0, False)


async def test_letters_are_refused_and_nothing_is_widened(town: Town) -> None:
    async def refused(api: Api, **body: object) -> int:
        before = await town.ken.both.get(HOME)
        answer = await api.http.post("/api/v1/statuses", json={"status": "x", **body})
        assert await town.ken.both.get(HOME) == before
        return answer.status_code

    post = await town.mei.square.say("public")
    assert await refused(town.mei.both, visibility="direct") == 422
    assert await refused(town.mei.square, visibility="private") == 422
    assert await refused(town.mei.both, visibility="private", in_reply_to_id=post["id"]) == 422
    assert await refused(town.mei.both, visibility="private", spoiler_text="w") == 422
    assert await refused(town.mei.circle, visibility="public") == 403
    assert (await town.mei.circle.say("to friends"))["visibility"] == "private", (
        "never wider than it could be"
    )


async def test_delete_answers_the_source_and_source_is_the_authors(fresh: Town) -> None:
    path = f"/api/v1/statuses/{fresh.voice['id']}"
    assert (await fresh.mei.both.get(f"{path}/source"))["text"] == "among us"
    assert (await fresh.ken.both.http.get(f"{path}/source")).status_code == 404
    assert (await fresh.ken.both.http.delete(path)).status_code == 404
    assert (await fresh.mei.circle.delete(path))["text"] == "among us"
    for api in (fresh.mei.both, fresh.ken.both):
        assert (await api.http.get(path)).status_code == 404


async def test_a_repeat_with_the_same_key_says_it_once(town: Town) -> None:
    said = [
        await town.mei.both.post(
            "/api/v1/statuses", {"status": "once", "visibility": "private"}, Idempotency_Key="k"
        )
        for _ in range(2)
    ]
    assert said[0]["id"] == said[1]["id"]


async def test_faces_are_accounts_to_those_who_may_know_them(town: Town) -> None:
    seen = await town.ken.both.get("/api/v1/accounts/lookup", {"acct": "mei.circle"})
    path = f"/api/v1/accounts/{seen['id']}"
    assert (await town.ken.both.get(path))["acct"] == "mei.circle"
    assert [each["id"] for each in await town.ken.both.get(f"{path}/statuses")][-1] == town.voice["id"]
    assert await town.rin.both.get(f"{path}/statuses") == []
    assert await town.ken.both.get(f"{path}/following") == []
    standing = await town.ken.both.get("/api/v1/accounts/relationships", [("id[]", seen["id"])])
    assert (standing[0]["following"], standing[0]["followed_by"]) == (True, True)
    assert (await town.rin.both.get("/api/v1/accounts/relationships", [("id[]", seen["id"])]))[0][
        "following"
    ] is False
    assert (await town.ken.both.http.post(f"{path}/follow")).status_code == 422
    found = await town.ken.both.get("/api/v2/search", {"q": f"http://localhost:3000/v/{town.voice['id']}"})
    assert [each["id"] for each in found["statuses"]] == [town.voice["id"]]
    assert (await town.rin.both.get("/api/v2/search", {"q": f"http://localhost:3000/v/{town.voice['id']}"}))[
        "statuses"
    ] == []
    assert (await town.ken.both.get("/api/v2/search", {"q": "@mei.circle"}))["accounts"][0]["id"] == seen[
        "id"
    ]
    mine = await town.mei.circle.get(ME)
    assert (mine["id"], mine["source"]["privacy"]) == (seen["id"], "private")


async def test_several_at_once_come_from_both_planes(town: Town) -> None:
    post = await town.mei.square.say("open")
    asked = [("id[]", town.voice["id"]), ("id[]", post["id"])]
    for who, ids in (
        (town.ken.both, [town.voice["id"], post["id"]]),
        (town.rin.both, [post["id"]]),
        (town.ken.square, [post["id"]]),
    ):
        assert [each["id"] for each in await who.get("/api/v1/statuses", asked)] == ids


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_the_square_face_alone_cannot_tell_that_a_voice_or_a_face_is_there(
    town: Town, method: str, path: str
) -> None:
    face = (await town.ken.both.get("/api/v1/accounts/lookup", {"acct": "mei.circle"}))["id"]
    for there in (town.voice["id"], town.answer["id"], face):
        nowhere = str(int(there) + 1)
        for who in (town.mei.square, town.rin.square, Api(town.server)):
            answers = [
                await who.http.request(method, path.replace("{id:int}", one)) for one in (there, nowhere)
            ]
            assert answers[0].status_code in (401, 404, 422), f"{method} {path}: {answers[0].text}"
            assert same(*answers), f"{method} {path} tells {answers[0].text} from {answers[1].text}"


@pytest.mark.parametrize(
    ("method", "path"), [each for each in PATHS if each[1].startswith("/api/v1/statuses")]
)
async def test_nobody_else_can_tell_that_a_voice_is_there(town: Town, method: str, path: str) -> None:
    for there in (town.voice["id"], town.answer["id"]):
        nowhere = str(int(there) + 1)
        for who in (town.rin.both, town.rin.circle):
            answers = [
                await who.http.request(method, path.replace("{id:int}", one)) for one in (there, nowhere)
            ]
            assert answers[0].status_code == 404, f"{method} {path}: {answers[0].text}"
            assert same(*answers), f"{method} {path}"


async def test_a_friend_no_more_is_told_nothing_more(fresh: Town) -> None:
    path = f"/api/v1/statuses/{fresh.voice['id']}"
    assert (await fresh.ken.both.http.get(path)).status_code == 200
    await fresh.ken.pages.do("/c/mei/remove", "/c/mei/remove")
    assert (await fresh.ken.both.http.get(path)).status_code == 404
    assert await fresh.ken.both.get(HOME) == []


async def test_a_favourite_is_a_reaction_and_goes_whichever_it_was(fresh: Town) -> None:
    path = f"/api/v1/statuses/{fresh.voice['id']}"
    given = await fresh.ken.both.post(f"{path}/favourite")
    assert (given["favourited"], given["favourites_count"]) == (True, 1)
    assert (await fresh.ken.both.post(f"{path}/favourite"))["favourites_count"] == 1
    seen = await fresh.mei.both.get(path)
    assert (seen["favourited"], seen["favourites_count"]) == (False, 1)
    assert [one["acct"] for one in await fresh.mei.both.get(f"{path}/favourited_by")] == ["ken.circle"]
    (mine,) = await fresh.ken.both.get(f"{path}/favourited_by")
    assert mine["acct"] == "ken", "one's own account, as verify_credentials tells it"
    assert "Love it" in (await fresh.mei.pages.open(f"/v/{fresh.voice['id']}")).text
    taken = await fresh.ken.both.post(f"{path}/unfavourite")
    assert (taken["favourited"], taken["favourites_count"]) == (False, 0)
    page = f"/v/{fresh.voice['id']}"
    token = await fresh.ken.pages.token()
    await fresh.ken.pages.raw(f"{page}/react", [("csrf", token), ("mood", "hug"), ("back", page)])
    kept = await fresh.ken.both.post(f"{path}/favourite")
    assert kept["favourites_count"] == 1
    assert "I am with you" in (await fresh.mei.pages.open(page)).text, (
        "a client does not change how one reacted"
    )
    assert (await fresh.ken.both.post(f"{path}/unfavourite"))["favourites_count"] == 0


async def test_an_edit_keeps_what_was_said_and_is_the_authors(fresh: Town) -> None:
    path = f"/api/v1/statuses/{fresh.voice['id']}"
    answer = await fresh.mei.both.http.put(path, json={"status": "among us, at five", "language": "en"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["edited_at"] is not None
    assert answer.json()["content"] == "<p>among us, at five</p>"
    wordings = await fresh.ken.both.get(f"{path}/history")
    assert [one["content"] for one in wordings] == ["<p>among us</p>", "<p>among us, at five</p>"]
    assert {one["account"]["acct"] for one in wordings} == {"mei.circle"}
    for body in ({"spoiler_text": "w"}, {"sensitive": True}, {"media_ids": ["1"]}, {"status": " "}):
        refused = await fresh.mei.both.http.put(path, json=body)
        assert refused.status_code == 422, body
    assert (await fresh.ken.both.http.put(path, json={"status": "mine"})).status_code == 404
    unchanged = await fresh.mei.both.http.put(path, json={"status": "among us, at five"})
    assert unchanged.status_code == 200
    assert len(await fresh.ken.both.get(f"{path}/history")) == 2


async def test_for_others_a_voice_that_is_there_is_like_one_that_never_was(fresh: Town) -> None:
    there, never = fresh.voice["id"], str(int(fresh.voice["id"]) + 1)
    for api in (fresh.rin.both, fresh.rin.circle, fresh.mei.square):
        for method, deed in (
            ("POST", "/favourite"),
            ("POST", "/unfavourite"),
            ("GET", "/favourited_by"),
            ("GET", "/history"),
        ):
            answers = [
                await api.http.request(method, f"/api/v1/statuses/{one}{deed}") for one in (there, never)
            ]
            assert same(*answers), deed
            assert answers[0].status_code == 404
        edits = [
            await api.http.put(f"/api/v1/statuses/{one}", json={"status": "x"}) for one in (there, never)
        ]
        assert same(*edits)
        assert edits[0].status_code == 404
    assert (await fresh.mei.both.get(f"/api/v1/statuses/{there}"))["favourites_count"] == 0
