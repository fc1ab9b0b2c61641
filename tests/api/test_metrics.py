"""What metrics and the log of requests tell, and that of the circle they tell nothing."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Route, Router

from kizuna.doors.metrics import Metrics
from kizuna.doors.observe import METHODS, OTHER, Seen
from kizuna.doors.routes import template_of
from kizuna.wiring import Server
from tests.api.faced import arrive, friends
from tests.web.visitor import Visitor
from tests.wire import Api

pytestmark = pytest.mark.anyio
NAMES = {"kizuna_requests", "kizuna_request_seconds", "kizuna_commits", "kizuna_waiting"}
PROCESS = {
    f"process_{name}"
    for name in (
        "virtual_memory_bytes",
        "resident_memory_bytes",
        "start_time_seconds",
        "cpu_seconds",
        "open_fds",
        "max_fds",
    )
}
LABELS = {"method", "route", "status", "store", "kind", "le"}


def watch(server: Server) -> tuple[Metrics, list[Seen]]:
    """Count from now on, and keep what is counted."""
    metrics, seen = Metrics(server.stores.each()), list[Seen]()
    server.front.observers += [metrics.observe, seen.append]
    return metrics, seen


async def test_names_and_labels_come_from_fixed_lists(server: Server, aoi: Api) -> None:
    metrics, _ = watch(server)
    post = await aoi.say("secret words")
    await aoi.get(f"/api/v1/statuses/{post['id']}", {"secret": "query"})
    await Api(server).http.get("/secret/path?secret=query")
    await Api(server).http.request("BREW", "/about")
    families = list(text_string_to_metric_families((await metrics.text()).decode()))
    assert {family.name.removesuffix("_created") for family in families} == NAMES | PROCESS
    labels = [sample.labels for family in families for sample in family.samples]
    assert {name for each in labels for name in each} == LABELS
    values = {name: {each[name] for each in labels if name in each} for name in LABELS - {"le"}}
    assert values["store"] == {"people", "square"}
    assert values["kind"] == {"event", "duty"}
    assert values["method"] <= {*METHODS, OTHER}
    assert values["status"] <= {"2xx", "3xx", "4xx", "5xx"}
    assert {"/api/v1/statuses", "/api/v1/statuses/{id}", OTHER} <= values["route"]
    assert values["route"] <= templates(server) | {OTHER}


def templates(server: Server) -> set[str]:
    """Every route as it is declared."""
    routers: list[Router] = [vars(server.front)[name] for name in ("_public", "_member")]
    return {
        template_of(route.path) for router in routers for route in router.routes if isinstance(route, Route)
    }


async def test_what_the_square_and_visitors_do_is_counted(server: Server) -> None:
    aoi = await arrive(server, "aoi")
    _, seen = watch(server)
    post = await aoi.square.say("hello")
    await aoi.square.get("/api/v1/timelines/home")  # the quick door
    await Api(server).get(f"/api/v1/statuses/{post['id']}")
    await Visitor(server).http.get("/sign-in?next=secret")
    assert [(each.method, each.route, each.status) for each in seen] == [
        ("POST", "/api/v1/statuses", 200),
        ("GET", "/api/v1/timelines/home", 200),
        ("GET", "/api/v1/statuses/{id}", 200),
        ("GET", "/sign-in", 200),
    ]


async def test_a_request_behind_which_a_circle_face_stands_leaves_no_trace(server: Server) -> None:
    aoi, ben = await friends(server, "aoi", "ben")
    metrics, seen = watch(server)
    before = requests(await metrics.text())
    for api in (aoi.circle, aoi.both):
        said = await api.say("hush", visibility="private")
        await ben.both.get(f"/api/v1/statuses/{said['id']}")
        await ben.both.get("/api/v1/timelines/home")
        await api.delete(f"/api/v1/statuses/{said['id']}")
        assert (await api.http.get("/api/v1/nothing")).status_code == 404
        assert (await api.http.post("/api/v1/statuses", content=b"{")).status_code == 400
    await aoi.both.say("public, and not counted either", visibility="public")
    assert (await aoi.pages.http.get("/circle")).status_code in (200, 404)
    await aoi.pages.http.get("/")
    await Visitor(server).http.get("/invite/nothing")
    assert seen == []
    assert requests(await metrics.text()) == before


def requests(text: bytes) -> list[str]:
    """The lines about requests."""
    return [line for line in text.decode().splitlines() if line.startswith("kizuna_request")]
