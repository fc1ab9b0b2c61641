"""A request without sign-in is served by objects that hold no handle on the circle, the letters or the tie."""

import functools

from kizuna.circle.ports import Circle
from kizuna.tie.home import Home
from kizuna.tie.ports import Tie
from kizuna.wiring import Server
from tests.house.reach import reachable

CLOSED = ("circle", "letters")
# Who hears of commits is called by the store and never handed out; the linter keeps everybody else from it.
HEARERS = ("_listeners",)


def closed_handles(server: Server, start: object) -> list[str]:
    """What of the closed side an object leads to."""
    forbidden = {id(server.stores.by_name(name)): name for name in CLOSED}
    forbidden |= {id(server.stores.by_name(name).reads): f"{name} reads" for name in CLOSED}
    past = [id(vars(store)[name]) for store in server.stores.each() for name in HEARERS]
    held = list(reachable(start, past=past))
    found = [forbidden[id(each)] for each in held if id(each) in forbidden]
    return sorted(found + [type(each).__name__ for each in held if isinstance(each, Circle | Tie | Home)])


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
