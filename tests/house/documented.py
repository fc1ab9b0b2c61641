"""What exists, and what the docs name: settings, events, commands and routes."""

import importlib
import re
from collections.abc import Iterator

import typer

from kizuna import wiring
from kizuna.ground.config import PREFIX, Config, make_config
from kizuna.ground.events import Event, tag_of
from tests.house.source import ROOT, read_house

DOCS = ROOT / "docs"
CONVERTER = re.compile(r":\w+}")
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


def routes() -> set[str]:
    """Every route known to the router of a server with both planes, as ``METHOD /path``."""
    public, member = wiring.routes(make_config({}))
    return {f"{route.method} {plain_path(route.path)}" for route in (*public, *member)}


def plain_path(path: str) -> str:
    """A path as the docs write it: parameters without their converters."""
    return CONVERTER.sub("}", path)
