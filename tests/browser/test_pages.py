"""Every page of a lived-in pair of servers: axe-core finds nothing, nothing is too wide, the first load is light."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response

from kizuna.cli.cast import Cast
from tests.browser.pair import Pair
from tests.browser.rounds import Stop, enter, stops
from tests.browser.town import town

pytestmark = pytest.mark.browser
AXE: Any = Axe()
RULES: Final = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
NARROWEST: Final = 360
MOST_BYTES: Final = 50_000
PAINTED: Final = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
TOO_WIDE: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
Town = tuple[Pair, Cast]
Contexts = tuple[BrowserContext, BrowserContext]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town")) as found:
        yield found


@pytest.fixture(scope="module")
def contexts(browser: Browser, lived: Town) -> Iterator[Contexts]:
    """A browser of misaki, and one of nobody."""
    pair, cast = lived
    # Colours that are still changing from one scheme to the other cannot be judged.
    inside, outside = [browser.new_context(locale="ja", reduced_motion="reduce") for _ in range(2)]
    enter(inside, pair, cast.password, "ja")
    yield inside, outside
    inside.close()
    outside.close()


@pytest.mark.parametrize("stop", stops(), ids=lambda stop: stop.id)
def test_a_page_is_fit_for_everybody(contexts: Contexts, lived: Town, stop: Stop) -> None:
    pair, _ = lived
    page = contexts[0 if stop.signed_in else 1].new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    stop.way(page, pair.square if stop.plane == "square" else pair.circle)
    _check(page)
    page.close()
    # The browser also says of every error page that it is one.
    assert [text for text in complaints if "the server responded with a status of" not in text] == []


def _check(page: Page) -> None:
    for scheme, width in (("light", 1280), ("dark", NARROWEST)):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(PAINTED)
        results = AXE.run(page, options=RULES)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate(TOO_WIDE) == 0


@pytest.mark.parametrize("plane", ["square", "circle"])
@pytest.mark.parametrize("inside", [True, False], ids=["home", "landing"])
def test_the_first_load_is_light(browser: Browser, lived: Town, plane: str, inside: bool) -> None:
    pair, cast = lived
    origin = pair.square if plane == "square" else pair.circle
    entered = browser.new_context(locale="ja")
    if inside:
        enter(entered, pair, cast.password, "ja")
    context = browser.new_context(locale="ja", storage_state=entered.storage_state())  # an empty cache
    answers: list[Response] = []
    page = context.new_page()
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 -- Playwright marks the function it is given
    page.goto(origin, wait_until="networkidle")
    ended = [
        answer for answer in answers if not answer.url.startswith(f"{origin}/live?")
    ]  # that stream has no end
    # The pictures that people show weigh what they weigh, and come when the page is there already.
    own = [answer for answer in ended if answer.request.resource_type != "image" or "/assets/" in answer.url]
    sizes = {answer.url.removeprefix(origin): answer.request.sizes() for answer in own}
    weights = {url: size["responseBodySize"] + size["responseHeadersSize"] for url, size in sizes.items()}
    entered.close()
    context.close()
    assert len(weights) >= 3
    assert sum(weights.values()) <= MOST_BYTES, weights
