"""An open page of windows keeps itself up to date: what is posted appears, and long runs fold, without a reload."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pair import Pair
from tests.browser.test_journey import Person
from tests.browser.test_live import SLOW_MS, open_live, write

pytestmark = pytest.mark.browser


def group_of(aoi: Person) -> str:
    """A group that aoi shares; the address of its page."""
    aoi.page.goto(f"{aoi.pair.circle}/groups")
    aoi.page.locator("input[name=name]").fill("港")
    aoi.press(aoi.say("Make the group"))
    aoi.press(aoi.say("Share the group"))
    return aoi.page.url


def test_what_a_window_shows_appears_on_an_open_page(browser: Browser, fresh: Pair) -> None:
    aoi, ben = (Person(browser, fresh, "ja", scripts=True) for _ in range(2))
    aoi.join(fresh.circle, "aoi", "Aoi")
    ben.join(fresh.circle, "ben", "Ben")
    group = group_of(aoi)
    aoi.page.goto(f"{group}/windows")
    aoi.page.locator("input[name=address]").fill("#港")
    aoi.press(aoi.say("Open the window"))
    expect(aoi.page.locator(".windows")).to_contain_text("#港")
    write(ben, "船が来た #港", "public")
    expect(aoi.page.locator("ol.items > li")).to_have_count(1, timeout=SLOW_MS)
    open_live(aoi, f"{group}/windows")
    aoi.page.evaluate("window.stays = true")
    for number in range(6):
        write(ben, f"船 {number} #港", "public")
    bar = aoi.page.locator("[data-fresh]")
    expect(bar).to_be_visible(timeout=SLOW_MS)
    bar.click()
    expect(aoi.page.get_by_text("船 5 #港")).to_be_visible(timeout=SLOW_MS)
    expect(aoi.page.locator("ol.items > li > .run")).to_have_count(1)
    expect(aoi.page.locator("ol.items > li").first).to_contain_text("船 5")
    expect(bar).to_be_hidden()
    ids = aoi.page.evaluate("[...document.querySelectorAll('article')].map((one) => one.id)")
    assert len(ids) == len(set(ids)) == 7
    assert aoi.page.evaluate("window.stays") is True


def test_a_room_shows_that_its_post_is_gone(browser: Browser, fresh: Pair) -> None:
    aoi, ben = (Person(browser, fresh, "ja", scripts=True) for _ in range(2))
    aoi.join(fresh.circle, "aoi", "Aoi")
    ben.join(fresh.circle, "ben", "Ben")
    group = group_of(aoi)
    aoi.page.goto(f"{group}/windows")
    aoi.page.locator("input[name=address]").fill("#港")
    aoi.press(aoi.say("Open the window"))
    write(ben, "船が来た #港", "public")
    post = ben.page.locator("article.item-square .when").first.get_attribute("href")
    aoi.page.get_by_text(aoi.say("Talk about it here")).click()
    aoi.page.locator("textarea").fill("見た？")
    aoi.press(aoi.say("Send"))
    open_live(aoi, aoi.page.url)
    expect(aoi.page.locator(".reference")).to_contain_text("船が来た")
    ben.page.goto(f"{fresh.square}{post}/delete")
    ben.page.locator("main form button").first.click()
    expect(aoi.page.locator(".reference")).not_to_contain_text("船が来た", timeout=SLOW_MS)
    expect(aoi.page.locator(".reference-gone")).to_be_visible()
    expect(aoi.page.get_by_text("見た？")).to_be_visible()
