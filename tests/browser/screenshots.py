"""``python -m tests.browser.screenshots [NAME…]``: pictures of every page, or of those whose names begin so.

Phone and desktop, Japanese and English, light and dark, into build/screenshots; and the picture of the README.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from kizuna.ground.i18n import LOCALES
from tests.browser.pair import Pair
from tests.browser.rounds import Stop, enter, stops
from tests.browser.town import town
from tests.chromium import ARGUMENTS, find_chromium

ROOT: Final = Path(__file__).parents[2]
PLACE: Final = ROOT / "build" / "screenshots"
README: Final = ROOT / "docs" / "images" / "home.png"
SIZES: Final = {"phone": (390, 844), "desktop": (1280, 900)}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def take(page: Page, name: str, locale: str) -> None:
    """The pictures of the page that a tab shows."""
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        whole: int = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size(
            {"width": width, "height": max(whole, height)}
        )  # what is fixed stays at its edge
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=PLACE / f"{name}-{size}-{locale}-{scheme}.png", animations="disabled")


def take_all(browser: Browser, pair: Pair, password: str, wanted: Sequence[Stop]) -> None:
    """Pictures of these pages in both languages."""
    for locale in LOCALES:
        inside, outside = browser.new_context(locale=locale), browser.new_context(locale=locale)
        enter(inside, pair, password, locale)
        for stop in wanted:
            page = (inside if stop.signed_in else outside).new_page()
            stop.way(page, pair.square if stop.plane == "square" else pair.circle)
            take(page, stop.id, locale)
            page.close()
        inside.close()
        outside.close()


def take_readme(browser: Browser, pair: Pair, password: str) -> None:
    """The circle's home with what comes in over the tie, as a desktop shows it."""
    width, height = SIZES["desktop"]
    context = browser.new_context(
        locale="ja", viewport={"width": width, "height": height}, device_scale_factor=2, color_scheme="light"
    )
    enter(context, pair, password, "ja")
    page = context.new_page()
    page.goto(pair.circle)
    README.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=README)
    context.close()


def main(names: Sequence[str]) -> None:
    """Take them."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("no Chromium: install the package chromium, or name one in CHROMIUM")
    wanted = [stop for stop in stops() if not names or stop.id.startswith(tuple(names))]
    PLACE.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        town(Path(place)) as (pair, cast),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        take_all(browser, pair, cast.password, wanted)
        if not names:
            take_readme(browser, pair, cast.password)
        browser.close()
    sys.stdout.write(f"{len(wanted)} pages are in {PLACE}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
