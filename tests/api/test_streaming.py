"""The streaming API: what arrives where, in which bytes, and for whom."""

import asyncio
import json

import pytest

from kizuna.square.actions import set_standing
from kizuna.wiring import Server
from tests.api.faced import arrive, friends
from tests.streams import Event, Sse, Ws, beats_wait_for
from tests.wire import PASSWORD, Api, app_token, join, new_app

pytestmark = pytest.mark.anyio


async def user_stream(server: Server, who: Api, **headers: str) -> Sse:
    return await Sse(server, "/api/v1/streaming/user", who.token, **headers).opened()


async def socket(server: Server, who: Api, query: str = "") -> Ws:
    ws = Ws(server, query, authorization=f"Bearer {who.token}")
    assert (await ws.opened())["type"] == "websocket.accept"
    return ws


async def follow(who: Api, whom: str) -> str:
    account = await who.get("/api/v1/accounts/lookup", {"acct": whom})
    await who.post(f"/api/v1/accounts/{account['id']}/follow")
    return account["id"]


async def test_a_post_arrives_as_the_status_that_the_timeline_has(server: Server, aoi: Api, ben: Api) -> None:
    await follow(aoi, "ben")
    stream = await user_stream(server, aoi)
    assert stream.headers[b"content-type"] == b"text/event-stream"
    assert stream.headers[b"access-control-allow-origin"] == b"*"
    said = await ben.say("朝ごはん")
    event = await stream.next()
    assert event.name == "update"
    assert event.data == (await aoi.get("/api/v1/timelines/home"))[0]
    assert event.data["id"] == said["id"]
    await ben.delete(f"/api/v1/statuses/{said['id']}")
    gone = await stream.next()
    assert (gone.name, str(gone.data)) == ("delete", said["id"])
    stream.leave()


async def test_lines_end_with_lf_alone_and_fields_have_one_space(server: Server, aoi: Api) -> None:
    stream = await user_stream(server, aoi)
    await aoi.say("one\r\ntwo\n\nthree")
    await stream.read()
    assert b"\r" not in stream.raw
    lines = stream.raw.decode().split("\n")
    assert [line.split(": ", 1)[0] for line in lines] == ["event", "id", "data", "", ""]


@pytest.mark.parametrize(
    ("stream", "tag", "arrives"),
    [
        ("user", None, {"mine", "mine to a stranger", "followed", "boost", "unlisted"}),
        ("public", None, {"mine", "followed", "stranger"}),
        ("public:local", None, {"mine", "followed", "stranger"}),
        ("public:remote", None, set[str]()),
        ("hashtag", "Bath", {"stranger", "reply"}),
        ("hashtag:local", "#bath", {"stranger", "reply"}),
    ],
)
async def test_each_stream_carries_what_its_timeline_shows(
    server: Server, aoi: Api, ben: Api, stream: str, tag: str | None, arrives: set[str]
) -> None:
    cat = await join(server, "cat")
    await follow(aoi, "ben")
    ws = await socket(server, aoi)
    await ws.subscribed(stream, **({"tag": tag} if tag else {}))
    stranger = await cat.say("stranger #BATH")
    sent = {
        "stranger": stranger["id"],
        "reply": (await cat.say("reply #bath", in_reply_to_id=stranger["id"]))["id"],
        "mine": (await aoi.say("mine"))["id"],
        "mine to a stranger": (await aoi.say("reply", in_reply_to_id=stranger["id"]))["id"],
        "followed": (await ben.say("followed"))["id"],
        "to a stranger": (await ben.say("reply", in_reply_to_id=stranger["id"]))["id"],
        "unlisted": (await ben.say("unlisted", visibility="unlisted"))["id"],
        "boost": (await ben.post(f"/api/v1/statuses/{stranger['id']}/reblog"))["id"],
    }
    wanted = {sent[name] for name in arrives}
    got = [await ws.next() for _ in wanted]
    assert {message["payload"]["id"] for message in got} == wanted
    label = [stream] if tag is None else [stream, tag]
    assert all(message["stream"] == label and message["event"] == "update" for message in got)
    assert await ws.quiet()


@pytest.mark.parametrize("stream", ["public", "hashtag"])
async def test_a_deletion_is_told_where_the_post_was(server: Server, aoi: Api, ben: Api, stream: str) -> None:
    ws = await socket(server, aoi)
    await ws.subscribed(stream, **({"tag": "bath"} if stream == "hashtag" else {}))
    quiet = await ben.say("quiet #bath", visibility="unlisted")
    loud = await ben.say("loud #bath")
    assert (await ws.next())["payload"]["id"] == loud["id"]
    for said in (quiet, loud):
        await ben.delete(f"/api/v1/statuses/{said['id']}")
    gone = await ws.next()
    assert (gone["event"], str(gone["payload"])) == ("delete", loud["id"])
    assert await ws.quiet()


async def test_a_socket_carries_many_streams_and_drops_those_that_are_left(server: Server, aoi: Api) -> None:
    ws = await socket(server, aoi, "stream=user")
    await ws.subscribed("public")
    await ws.subscribed("public")
    said = await aoi.say("once for each")
    got = [await ws.next() for _ in range(2)]
    assert sorted(message["stream"] for message in got) == [["public"], ["user"]]
    assert {message["payload"]["id"] for message in got} == {said["id"]}
    ws.send({"type": "unsubscribe", "stream": "public"})
    ws.send({"type": "unsubscribe", "stream": "hashtag", "tag": "never"})
    await ws.settled()
    await aoi.say("once")
    assert (await ws.next())["stream"] == ["user"]
    assert await ws.quiet()
    ws.leave()
    assert await ws.connection.until_over() == []


async def test_the_token_comes_as_header_as_parameter_or_as_subprotocol_which_is_echoed(
    server: Server, aoi: Api
) -> None:
    assert aoi.token is not None
    by_protocol = await Ws(server, protocols=[aoi.token]).opened()
    assert by_protocol == {"type": "websocket.accept", "subprotocol": aoi.token}
    by_query = await Ws(server, f"access_token={aoi.token}").opened()
    assert by_query == {"type": "websocket.accept", "subprotocol": None}
    by_path = await Ws(server, f"access_token={aoi.token}", path="/api/v1/streaming/").opened()
    assert by_path["type"] == "websocket.accept"
    stream = await Sse(server, f"/api/v1/streaming/public?access_token={aoi.token}").opened()
    assert stream.status == 200
    elsewhere = await aoi.http.get(
        f"/api/v1/timelines/home?access_token={aoi.token}", headers={"Authorization": ""}
    )
    assert elsewhere.status_code == 401


async def test_nobody_is_let_in_without_a_persons_token(server: Server) -> None:
    for token in ("", "wrong", "x" * 300, "ü"):
        heard = await Ws(server, protocols=[token] if token else []).connection.until_over()
        assert heard[0]["status"] == 401
        assert json.loads(heard[1]["body"]) == {"error": "The access token is invalid"}
    for path in (
        "user",
        "user/notification",
        "public",
        "public/local",
        "hashtag?tag=a",
        "hashtag/local?tag=a",
    ):
        assert (await Sse(server, f"/api/v1/streaming/{path}", "wrong").opened()).status == 401
        assert (await Sse(server, f"/api/v1/streaming/{path}").opened()).status == 401
    assert await Ws(server, extensions={}).closed() == 1008


async def test_an_app_alone_has_no_streams(server: Server) -> None:
    token = await app_token(server, await new_app(server))
    assert (await Sse(server, "/api/v1/streaming/public", token).opened()).status == 422
    assert (await Ws(server, protocols=[token]).opened())["status"] == 401


async def test_scopes_decide_which_streams(server: Server, aoi: Api) -> None:
    narrow = await _narrow(server, "aoi", "read:notifications")
    assert (await Sse(server, "/api/v1/streaming/user", narrow).opened()).status == 403
    assert (await Sse(server, "/api/v1/streaming/public", narrow).opened()).status == 403
    assert (await Sse(server, "/api/v1/streaming/user/notification", narrow).opened()).status == 200
    ws = Ws(server, "stream=public", protocols=[narrow])
    await ws.opened()
    assert (await ws.next())["status"] == 403
    await ws.subscribed("user:notification")


async def _narrow(server: Server, handle: str, scope: str) -> str:
    app = await new_app(server)
    ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    body = {"grant_type": "password", "username": handle, "password": PASSWORD, "scope": scope}
    return (await Api(server).post("/oauth/token", {**ids, **body}))["access_token"]


async def test_what_is_not_understood_is_said_and_the_socket_stays(server: Server, aoi: Api) -> None:
    ws = await socket(server, aoi)
    for said in ("", "{", '{"type":"subscribe","stream":"list"}', "[" * 4000):
        ws.send(said)
        assert (await ws.next())["status"] == 400
    ws.connection.say({"type": "websocket.receive", "bytes": b"\xff\x00"})
    assert (await ws.next())["status"] == 400
    await ws.subscribed("user")


async def test_floods_and_monsters_close_the_socket(server: Server, aoi: Api) -> None:
    ws = await socket(server, aoi)
    ws.send("x" * 5_000)
    assert await ws.closed() == 1009
    ws = await socket(server, aoi)
    for number in range(10_000):
        ws.send({"type": "subscribe", "stream": "hashtag", "tag": f"t{number}"})
    assert await ws.closed() == 1008
    assert not server.parts.streams.member.clients


async def test_other_places_have_no_socket(server: Server, aoi: Api) -> None:
    assert aoi.token is not None
    for path in ("/", "/api/v1/statuses", "/api/v1/streaming/user", "/live"):
        heard = await Ws(server, path=path, protocols=[aoi.token]).connection.until_over()
        assert heard[0]["status"] == 404


async def test_a_stream_taken_up_again_has_lost_and_doubled_nothing(server: Server, aoi: Api) -> None:
    stream = await user_stream(server, aoi)
    ids = [(await aoi.say(f"number {number}"))["id"] for number in range(3)]
    seen = await stream.some(3)
    stream.leave()
    await stream.ended()
    ids += [(await aoi.say(f"number {number}"))["id"] for number in range(3, 6)]
    again = await user_stream(server, aoi, last_event_id=seen[1].id)
    ids.append((await aoi.say("number 6"))["id"])
    assert [event.data["id"] for event in [*seen[:2], *await again.some(5)]] == ids
    assert await again.quiet()


async def test_a_position_that_is_not_known_begins_with_what_comes(server: Server, aoi: Api) -> None:
    await aoi.say("before")
    for position in ("1.u1", "9" * 40, "x", "-1.u1", "1764096000000.u1"):
        stream = await user_stream(server, aoi, last_event_id=position)
        said = await aoi.say("after")
        assert (await stream.next()).data["id"] == said["id"]


async def test_instance_says_where_streams_are_and_health_is_ok(server: Server, aoi: Api) -> None:
    new, old = await aoi.get("/api/v2/instance"), await aoi.get("/api/v1/instance")
    assert new["configuration"]["urls"]["streaming"] == old["urls"]["streaming_api"] == "ws://localhost:3000"
    answer = await aoi.http.get("/api/v1/streaming/health")
    assert (answer.status_code, answer.text) == (200, "OK")
    assert (await aoi.http.get("/api/v1/streaming/nonsense")).status_code == 404
    assert (await aoi.http.head("/api/v1/streaming/user")).status_code == 200


async def test_heartbeats_are_comments_and_a_stop_ends_every_stream(server: Server, aoi: Api) -> None:
    stream, ws = await user_stream(server, aoi), await socket(server, aoi)
    hub = server.parts.streams.member
    for client in hub.clients:
        await hub.look_after(client)
    await stream.read()
    assert stream.raw == b":thump\n\n"
    await server.parts.streams.stop()
    assert await stream.ended() == b":thump\n\n:stopping\n\n"
    assert await ws.closed() == 1001
    assert (await Sse(server, "/api/v1/streaming/user", aoi.token).opened()).status == 503
    await asyncio.sleep(0)
    assert not hub.clients


async def test_an_edit_and_its_new_text_arrive(server: Server, aoi: Api, ben: Api) -> None:
    await follow(aoi, "ben")
    stream = await user_stream(server, aoi)
    said = await ben.say("first")
    await ben.http.put(f"/api/v1/statuses/{said['id']}", json={"status": "second"})
    events = await stream.some(2)
    assert [event.name for event in events] == ["update", "status.update"]
    assert "second" in events[1].data["content"]


async def test_every_end_is_effective_before_it_is_acknowledged(
    server: Server, aoi: Api, ben: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben_id = await follow(aoi, "ben")
    gate = asyncio.Event()
    gate.set()
    beats_wait_for(gate, monkeypatch)
    for verb, back in (("unfollow", "follow"), ("block", "unblock"), ("mute", "unmute")):
        stream, ws = await user_stream(server, aoi), await socket(server, aoi, "stream=user")
        public = await Sse(server, "/api/v1/streaming/public", aoi.token).opened()
        await ben.say("in time")
        for each in (stream, ws, public):
            await each.next()
        # Said before the end but not told yet: it waits for the beat, and the end overtakes it.
        gate.clear()
        await ben.say(f"too late for {verb}")
        await aoi.post(f"/api/v1/accounts/{ben_id}/{verb}")
        gate.set()
        await ben.say(f"after {verb}")
        if verb == "unfollow":
            await public.some(2)
        assert await public.quiet()
        mine = await aoi.say("a sentinel")
        for each in (stream, ws):
            while (heard := await each.next()) is not None:
                payload = heard.data if isinstance(heard, Event) else heard["payload"]
                assert verb not in payload["content"]
                if payload["id"] == mine["id"]:
                    break
        for each in (stream, ws, public):
            each.leave()
        await aoi.post(f"/api/v1/accounts/{ben_id}/{back}")
        await aoi.post(f"/api/v1/accounts/{ben_id}/follow")


async def test_a_token_that_ended_ends_its_streams_and_no_other(server: Server, aoi: Api, ben: Api) -> None:
    await follow(aoi, "ben")
    app = await new_app(server)
    ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    body = {"grant_type": "password", "username": "aoi", "password": PASSWORD, "scope": "read"}
    token = (await Api(server).post("/oauth/token", {**ids, **body}))["access_token"]
    stream = await Sse(server, "/api/v1/streaming/user", token).opened()
    ws = Ws(server, "stream=user", protocols=[token])
    await ws.opened()
    other = await user_stream(server, aoi)
    saying = asyncio.create_task(ben.say("too late"))
    await Api(server).post("/oauth/revoke", {**ids, "token": token})
    await saying
    await ben.say("after")
    assert b"after" not in await stream.ended()
    assert await ws.closed() == 1008
    assert [event.data["content"] for event in await other.some(2)] == ["<p>too late</p>", "<p>after</p>"]
    assert (await Sse(server, "/api/v1/streaming/user", token).opened()).status == 401
    assert len(server.parts.streams.member.clients) == 1


async def test_a_voice_that_was_edited_is_told_to_those_who_read_it(server: Server) -> None:
    aoi, ben = await friends(server, "aoi", "ben")
    voice = await aoi.both.say("first", visibility="private")
    stream = await user_stream(server, ben.both)
    cat = await user_stream(server, (await arrive(server, "cat")).both)
    await aoi.pages.do(f"/v/{voice['id']}/edit", f"/v/{voice['id']}/edit", text="second")
    event = await stream.next()
    assert (event.name, event.data["id"]) == ("status.update", voice["id"])
    assert "second" in event.data["content"]
    assert await cat.quiet()


async def test_who_is_silenced_is_told_to_followers_alone(server: Server, aoi: Api, ben: Api) -> None:
    ben_id = int(await follow(aoi, "ben"))
    square = server.parts.square
    home, public = (
        await user_stream(server, aoi),
        await Sse(server, "/api/v1/streaming/public", aoi.token).opened(),
    )
    tag = await Sse(server, "/api/v1/streaming/hashtag?tag=tea", aoi.token).opened()
    heard = await ben.say("before #tea")
    for stream in (home, public, tag):
        assert (await stream.next()).data["id"] == heard["id"]
    await square.store.write(lambda tx: set_standing(tx, ben_id, silenced=True, suspended=False))
    quiet = await ben.say("silenced #tea")
    assert (await home.next()).data["id"] == quiet["id"]
    await square.store.write(lambda tx: set_standing(tx, ben_id, silenced=False, suspended=False))
    loud = await ben.say("heard again #tea")
    for stream in (home, public, tag):
        assert (await stream.next()).data["id"] == loud["id"]
