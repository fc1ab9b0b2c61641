"""The docs name everything there is, nothing that isn't, and no page or file that cannot be found."""

import re
from pathlib import Path

import pytest

from kizuna.api.operations import Operation
from kizuna.api.table import OPERATIONS
from kizuna.cli.program import app
from kizuna.doors.routes import template_of
from kizuna.wiring import Server
from tests.house import documented
from tests.house.source import ROOT, read_house

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*?) \|", re.MULTILINE)
FILE = re.compile(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|sh|toml))`")
MENTION = re.compile(r"\b(docs/[\w./-]*\w|[A-Z]{4,}\.md)\b")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def missing(there: set[str], told: set[str]) -> dict[str, list[str]]:
    """What the docs should name and don't, and what they name that isn't there."""
    return {"not in the docs": sorted(there - told), "only in the docs": sorted(told - there)}


NOTHING: dict[str, list[str]] = {"not in the docs": [], "only in the docs": []}


def test_terms_are_read_from_headings_lists_and_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text(
        "# `one`\n\n- `two` and `not`\n\n| `three` | `not` |\n\nSee `not`.\n", "utf-8"
    )
    monkeypatch.setattr(documented, "DOCS", tmp_path)
    assert documented.terms("*.md") == {"one", "two", "three"}
    assert missing({"one", "four"}, {"one", "two"}) == {
        "not in the docs": ["four"],
        "only in the docs": ["two"],
    }


def test_every_setting_is_explained() -> None:
    there = documented.settings()
    assert "origin" in there
    assert missing(there, documented.terms("admin/settings.md")) == NOTHING
    text = (documented.DOCS / "admin" / "settings.md").read_text("utf-8")
    assert [name for name in documented.variables() if f"`{name}`" not in text] == []


def test_every_event_is_explained() -> None:
    there = documented.events()
    assert "circle.voice_said" in there
    assert missing(there, documented.terms("api/events.md")) == NOTHING


def test_every_command_is_explained() -> None:
    there = documented.commands(app)
    assert {"kizuna serve", "kizuna demo"} <= there
    told = documented.terms("admin/commands.md")
    assert missing(there, {term for term in told if term.startswith("kizuna ")}) == NOTHING
    assert (
        missing(documented.options(app), {term.split()[0] for term in told if term.startswith("--")})
        == NOTHING
    )


def test_every_route_is_explained(server: Server) -> None:
    there = documented.routes(server)
    assert {"GET /api/v1/timelines/home", "POST /api/v1/statuses", "GET /sign-in"} <= there
    assert missing(there, documented.terms("api/client.md", "api/pages.md")) == NOTHING


def test_the_client_api_tells_who_may_call_what() -> None:
    rows = dict(ROW.findall((documented.DOCS / "api" / "client.md").read_text("utf-8")))
    for operation in OPERATIONS:
        route = f"{operation.route.method} {template_of(operation.route.path)}"
        assert rows[route] == who(operation), route


def who(operation: Operation) -> str:
    """As the tables of the client API write it."""
    scope = f"`{operation.scope}`"
    if operation.access == "person":
        return scope if operation.scope else "a person"
    return f"app, {scope}" if operation.access == "app" and operation.scope else operation.access


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        file = page.parent / target if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_the_docs_name_exist(page: Path) -> None:
    for name in FILE.findall(page.read_text("utf-8")):
        assert (ROOT / name).exists() or (ROOT / "src" / "kizuna" / name).exists(), name


def test_pages_that_the_source_names_exist() -> None:
    for source in (*read_house(), *read_house("tests")):
        if source.package == "house":
            continue
        for name in MENTION.findall(source.text):
            path = ROOT / name
            assert path.exists() or list(path.parent.glob(f"{path.name}*")), f"{source.path}: {name}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
