"""What scripts add to pages that work without them: deeds where one is, lists read on, and nothing lost on the way."""

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.pair import Pair
from tests.browser.test_journey import Person
from tests.browser.test_live import write

pytestmark = pytest.mark.browser
MANY = 22  # more than a page holds


def seed(person: Person, count: int) -> None:
    """Posts of somebody, by the form that the page has."""
    page = person.page
    page.goto(person.pair.square)
    fields = {
        "csrf": page.locator("form.composer [name=csrf]").input_value(),
        "audience": "public",
        "do": "send",
    }
    for number in range(count):
        answer = page.request.post(
            f"{person.pair.square}/compose",
            form={**fields, "text": f"line {number}", "key": f"seed-{number}"},
        )
        assert answer.ok


def test_deeds_are_done_where_one_is(browser: Browser, both: Pair) -> None:
    aoi = Person(browser, both, "en", scripts=True)
    aoi.join(both.square, "aoi", "Aoi")
    seed(aoi, MANY)
    write(aoi, "one for friends", "friends")
    page = aoi.page
    page.evaluate("window.stays = true")
    last = page.locator("ol.items > li").last
    star = last.get_by_role("button", name="Favourite")
    star.hover()  # what a pointer has to scroll for, it has scrolled for
    at = star.bounding_box()
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_have_attribute("aria-label", "Favourite 1")
    expect(star).to_be_focused()
    expect(page.locator("[data-told]")).to_have_text("Favourite 1: on")
    after = star.bounding_box()
    assert at is not None
    assert after is not None
    assert abs(after["y"] - at["y"]) < 1, (
        "it stays where it is for the eye, whatever comes above it meanwhile"
    )
    star.click()
    expect(star).to_have_attribute("aria-pressed", "false")
    voice = page.locator("article.item-circle").first
    voice.locator(".moods-all > summary").click()
    voice.get_by_role("button", name="Go for it").click()
    expect(voice.get_by_role("button", name="Go for it 1")).to_have_attribute("aria-pressed", "true")
    expect(voice.get_by_role("button", name="Go for it 1")).to_be_focused()
    # Read on: the list grows, each item once, and the first new one has the focus.
    page.get_by_role("link", name="Read on").click()
    expect(page.locator("ol.items > li")).to_have_count(MANY + 1)
    expect(page.locator("ol.items > li:nth-child(21) > article")).to_be_focused()
    expect(page.locator(".end")).to_have_count(1)
    assert page.evaluate("window.stays") is True
    page.locator("ol.items > li").last.locator(".when").click()
    page.wait_for_url(re.compile("/@aoi/"))
    page.go_back()
    expect(page.locator("ol.items > li")).to_have_count(MANY + 1)


def test_a_deed_that_fails_says_so_and_changes_nothing(browser: Browser, both: Pair) -> None:
    ben = Person(browser, both, "ja", scripts=True)
    ben.join(both.square, "ben", "Ben")
    page = ben.page

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/live?**", cut)  # nobody tells this page that the post is gone
    write(ben, "消える前の一言", "public")
    star = page.locator("article", has_text="消える前の一言").get_by_role("button", name="お気に入り")
    page.route("**/favourite", cut)
    star.click()
    expect(page.locator(".toast-problem")).to_have_text(re.compile("サーバーにつながりません"))
    expect(star).to_have_attribute("aria-pressed", "false")
    page.unroute("**/favourite")
    # The post is gone meanwhile.
    other = ben.context.new_page()
    other.goto(f"{both.square}/@ben")
    other.locator(".item .acts a.last").click()
    other.locator("main form button").click()
    star.click()
    expect(page.locator(".toast-problem")).to_have_text(re.compile("ありません"))
    # And the session too: the way back leads here.
    other.locator("form[action='/sign-out'] button").click()
    star.click()
    page.wait_for_url(f"{both.square}/sign-in?next=%2F")


def test_following_stays_on_the_page(browser: Browser, both: Pair) -> None:
    chie, dan = (Person(browser, both, "en", scripts=True) for _ in range(2))
    chie.join(both.square, "chie", "Chie")
    dan.join(both.square, "dan", "Dan")
    dan.page.goto(f"{both.square}/@chie")
    dan.page.evaluate("window.stays = true")
    dan.press("Follow")
    button = dan.page.get_by_role("button", name="Unfollow")
    expect(button).to_be_focused()
    expect(dan.page.get_by_text("1 follower", exact=True)).to_be_visible()
    button.click()
    expect(dan.page.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    assert dan.page.evaluate("window.stays") is True
