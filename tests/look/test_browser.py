"""The sample pages in Chromium: axe-core finds nothing, nothing overflows, what one touches is large enough."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import ARGUMENTS, require_chromium
from tests.look.gallery import SIZES, pages, served

pytestmark = pytest.mark.browser
NARROWEST = 360
Look = tuple[str, str, Literal["light", "dark"]]
LOOKS: tuple[Look, ...] = (("desktop", "ja", "light"), ("phone", "en", "dark"), ("desktop", "en", "dark"))
AXE: Any = Axe()
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# What has to be touched is at least 24 px both ways (WCAG 2.2, 2.5.8), except for links within lines of text.
SMALL = """
() => [...document.querySelectorAll("button, summary, input:not([type=hidden]), .act, .button, nav a, label.check")]
  .filter((e) => e.checkVisibility() && !e.closest(".skip"))
  .map((e) => [e, (e.labels?.[0] ?? e).getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([e]) => e.outerHTML.slice(0, 120))
"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require_chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


def names() -> list[str]:
    return sorted({path.rpartition("/")[2] for path in pages()})


@pytest.fixture(scope="module")
def tabs(browser: Browser) -> Iterator[dict[Look, Page]]:
    """An open page per look."""
    open_pages: dict[Look, Page] = {}
    for look in LOOKS:
        size, _locale, scheme = look
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        open_pages[look] = context.new_page()
    yield open_pages
    for page in open_pages.values():
        page.context.close()


def examine(page: Page, url: str) -> None:
    """Assert that axe finds nothing, that targets are large enough and that the content policy blocks nothing."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(url)
    results = AXE.run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate(SMALL) == []
    assert [text for text in complaints if "Content Security Policy" in text] == []


@pytest.mark.parametrize(("place", "name"), list(enumerate(names())), ids=names())
def test_axe_finds_nothing(tabs: dict[Look, Page], address: str, place: int, name: str) -> None:
    look = LOOKS[place % len(LOOKS)]
    examine(tabs[look], f"{address}/{look[1]}/{name}")


@pytest.mark.proof
@pytest.mark.parametrize("look", LOOKS, ids="-".join)
@pytest.mark.parametrize("name", names())
def test_axe_finds_nothing_in_any_look(tabs: dict[Look, Page], address: str, look: Look, name: str) -> None:
    examine(tabs[look], f"{address}/{look[1]}/{name}")


def test_nothing_is_wider_than_the_narrowest_phone(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": NARROWEST, "height": 640})
    wide: dict[str, int] = {}
    for path in pages():
        page.goto(address + path)
        if over := page.evaluate(TOO_WIDE):
            wide[path] = over
    page.close()
    assert wide == {}


def test_the_composers_frame_follows_the_audience(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}/ja/home_both")
    frame = "() => getComputedStyle(document.querySelector('.composer')).borderTopColor"
    colours = {}
    for kind in ("friends", "public"):
        page.locator(f"input[value={kind}]").check()
        page.wait_for_timeout(300)
        colours[kind] = page.evaluate(frame)
    assert colours == {"friends": "rgb(184, 50, 39)", "public": "rgb(31, 63, 120)"}
    page.locator("input[value=people]").check()
    assert page.locator(".picker").is_visible()
    assert page.get_by_role("button", name="だれが読める？").is_visible()
    page.close()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/en/home")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.press("Tab")
    ring = "getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert page.evaluate("document.activeElement.name") == "audience"
    assert page.evaluate(ring) == "solid"
    page.close()
