"""What exists, and what the docs name: settings, events, commands and routes."""

import importlib
import re
from collections.abc import Iterator
from typing import Any, cast

import typer
from starlette.routing import Route, Router

from kizuna.doors.health import HEALTH, READY
from kizuna.doors.routes import template_of
from kizuna.ground.config import PREFIX, Config
from kizuna.ground.events import Event, tag_of
from kizuna.wiring import Server
from tests.house.source import ROOT, read_house

DOCS = ROOT / "docs"
TERM = re.compile(r"^(?:#+ |[-*] |\| *)`([^`]+)`", re.MULTILINE)


def terms(*files: str) -> set[str]:
    """Every term these pages explain: set as code at the start of a heading, a list entry or a table row."""
    texts = [path.read_text("utf-8") for file in files for path in sorted(DOCS.glob(file))]
    return {term for text in texts for term in TERM.findall(text)}


def settings() -> set[str]:
    """Every setting by the name it has in the file."""
    return set(Config.__struct_fields__)


def variables() -> set[str]:
    """Every setting by the name it has in the environment."""
    return {PREFIX + name.upper() for name in settings()}


def events() -> set[str]:
    """The tag of every event that some package declares."""
    for source in read_house():
        if source.name == "events" and source.package != "ground":
            importlib.import_module(source.module)
    return {tag_of(kind) for kind in _descendants(Event) if kind.__module__.startswith("kizuna.")}


def _descendants(kind: type[Event]) -> Iterator[type[Event]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def commands(app: typer.Typer, typed: str = "kizuna") -> set[str]:
    """Every command as it is typed."""
    found = {f"{typed} {command.name}" for command in app.registered_commands}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        found |= commands(group.typer_instance, f"{typed} {group.name}")
    return found


def options(app: typer.Typer) -> set[str]:
    """Every option of every command, in its long form."""
    return _options(typer.main.get_command(app))


def _options(command: Any) -> set[str]:  # typer keeps the types of its commands to itself
    found = {text for param in command.params for text in param.opts if text.startswith("--")}
    return found.union(*(_options(each) for each in getattr(command, "commands", {}).values()))


def routes(server: Server) -> set[str]:
    """Every route known to the routers of a server, and what its front answers by itself, as ``METHOD /path``."""
    routers = [cast(Router, vars(server.front)[name]) for name in ("_public", "_member")]
    known = [route for router in routers for route in router.routes]
    assert all(isinstance(route, Route) for route in known), "a route of another kind is documented by hand"
    probes = {f"GET {HEALTH}", f"GET {READY}"}
    return probes | {
        f"{method} {template_of(route.path)}"
        for route in known
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
