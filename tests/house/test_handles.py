"""A request without sign-in is served by objects that hold no handle on the circle, the letters or the tie."""

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from kizuna.circle.ports import Circle
from kizuna.ground.config import make_config
from kizuna.tie.home import Home
from kizuna.tie.ports import Tie
from kizuna.wiring import Server, build, system_ports
from tests.house.reach import reachable

CLOSED = ("circle", "letters")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    config = make_config({"data": str(tmp_path / "data"), "test_mode": True})
    built = build(config, system_ports(config))
    yield built
    built.stores.abandon()
    built.close_ports()


def closed_handles(server: Server, start: object) -> list[str]:
    """What of the closed side an object leads to."""
    forbidden = {id(server.stores.by_name(name)): name for name in CLOSED}
    forbidden |= {id(server.stores.by_name(name).reads): f"{name} reads" for name in CLOSED}
    found = [forbidden[id(each)] for each in reachable(start) if id(each) in forbidden]
    found += [type(each).__name__ for each in reachable(start) if isinstance(each, Circle | Tie | Home)]
    return sorted(found)


def test_visitors_are_served_without_a_closed_handle(server: Server) -> None:
    public, member = (vars(server.front)[name] for name in ("_public", "_member"))
    assert closed_handles(server, member), "the walk finds handles where they are"
    assert any(each is server.stores.square for each in reachable(public)), "the walk reaches the stores"
    assert closed_handles(server, public) == []


def test_a_hidden_handle_is_found(server: Server) -> None:
    circle = server.stores.circle

    def closure() -> object:
        return circle

    for hidden in (closure, functools.partial(print, circle), {"a": [circle]}, lambda given=circle: given):
        assert closed_handles(server, hidden)
