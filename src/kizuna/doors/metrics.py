"""Metrics in the format of Prometheus: of the process, the square and the people. There are none of the circle.

Names and labels come from fixed lists (a test compares), so that nothing a person wrote becomes a label.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from kizuna.doors.observe import Seen
from kizuna.ground.ids import StoreName
from kizuna.jobs import depth_queries
from kizuna.media import tasks
from kizuna.store.store import OpenStore

STORES: Final[tuple[StoreName, ...]] = ("people", "square")
COUNTED: Final[tuple[StoreName, ...]] = ("square",)
"""Whose commits are counted: those of people count the pictures that are staged for the circle, too."""
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counts, and shows the counts as an ASGI application. Refuses stores of which nothing may be told."""

    def __init__(self, stores: Sequence[OpenStore]) -> None:
        disable_created_metrics()  # when a route was first asked for is nobody's question, and half of the text
        self._stores = [store for store in stores if store.name in STORES]
        registry = self._registry = CollectorRegistry()
        self._requests = Counter(
            "kizuna_requests", "Requests served", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "kizuna_request_seconds",
            "How long they took",
            ["method", "route"],
            buckets=SECONDS,
            registry=registry,
        )
        self._waiting = Gauge("kizuna_waiting", "Work that waits", ["store", "kind"], registry=registry)
        registry.register(_Commits(self._stores))
        ProcessCollector(registry=registry)

    def observe(self, seen: Seen) -> None:
        """Count a request."""
        self._requests.labels(seen.method, seen.route, f"{seen.status // 100}xx").inc()
        self._seconds.labels(seen.method, seen.route).observe(seen.ms / 1000)

    async def text(self) -> bytes:
        """All metrics as of now."""
        for store in self._stores:
            self._waiting.labels(store.name, "event").set(await depth_queries.events(store.name, store.reads))
            self._waiting.labels(store.name, "duty").set(
                await depth_queries.duties(store.name, store.reads, tasks.KINDS)
            )
        return generate_latest(self._registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope of the port of metrics."""
        if scope["type"] != "http":
            return
        if scope["path"] == "/metrics" and scope["method"] == "GET":
            answer = Response(await self.text(), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})
        else:
            answer = PlainTextResponse("not found\n", 404)
        await answer(scope, receive, send)


class _Commits(Collector):
    def __init__(self, stores: Sequence[OpenStore]) -> None:
        self._stores = stores

    def collect(self) -> Iterator[CounterMetricFamily]:
        """What the stores have counted themselves."""
        family = CounterMetricFamily("kizuna_commits", "Groups of writes committed", labels=["store"])
        for store in self._stores:
            if store.name in COUNTED:
                family.add_metric([store.name], store.commits)
        yield family
