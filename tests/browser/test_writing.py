"""What one writes is never lost, never readable for the next person, and arrives once; keys never get in its way."""

import re
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.pair import Pair
from tests.browser.test_journey import PASSWORD, Person
from tests.browser.test_live import write

pytestmark = pytest.mark.browser
DRAFTS: Final = "Object.keys(localStorage).filter((name) => name.startsWith('kizuna-draft ')).length"
ALL: Final = "JSON.stringify({ ...localStorage })"
WORDS: Final = "still being written"
COMPOSING: Final = """document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key: "j", isComposing: true, bubbles: true }))"""


def type_in(page: Page, text: str, audience: str) -> None:
    """Begin to write, and wait until it is kept."""
    page.locator(f"form.composer input[value={audience}]").check()
    page.locator("form.composer textarea[name=text]").press_sequentially(text)
    page.wait_for_function(f"{DRAFTS} === 1")
    page.evaluate("new Promise((done) => setTimeout(done, 50))")  # the last letter is encrypted by now


def is_back(page: Page, text: str, audience: str) -> None:
    """The text is there, and for whom it was."""
    expect(page.locator("form.composer textarea[name=text]")).to_have_value(text)
    expect(page.locator(f"form.composer input[value={audience}]")).to_be_checked()


def sign_in(page: Page, handle: str) -> None:
    """From the page that asks for it."""
    page.locator("[name=handle]").fill(handle)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action='/sign-in'] button").click()


def test_what_one_writes_outlives_tab_session_and_answer(browser: Browser, both: Pair) -> None:
    ema = Person(browser, both, "en", scripts=True)
    ema.join(both.square, "ema", "Ema")
    type_in(ema.page, WORDS, "me")
    assert WORDS not in ema.page.evaluate(ALL)
    ema.context.set_offline(True)
    ema.press("Send")
    expect(ema.page.locator(".toast-problem")).to_have_text("You are offline. What you write is kept.")
    ema.context.set_offline(False)
    ema.page.close()  # nothing is said to the page
    page = ema.page = ema.context.new_page()
    page.goto(both.square)
    is_back(page, WORDS, "me")
    # The session is over when it is sent; signed in again, one goes on.
    ema.context.clear_cookies()
    ema.press("Send")
    page.wait_for_url(f"{both.square}/sign-in?next=/")
    sign_in(page, "ema")
    page.wait_for_url(f"{both.square}/")
    is_back(page, WORDS, "me")

    def lose_the_answer(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    # It arrives, but nobody hears of that: it comes back, and sent once more it is not said twice.
    page.route("**/compose", lose_the_answer, times=1)
    with page.expect_event("requestfailed"):
        page.locator("form.composer .send").click(no_wait_after=True)
    page.wait_for_url("chrome-error://chromewebdata/", wait_until="commit")
    ema.context.clear_cookies(name="kizuna-notice")  # it came with the answer
    page.goto(both.square)
    is_back(page, WORDS, "me")
    ema.press("Send")
    ema.sees("Shared with the people you chose.")
    expect(page.locator("article", has_text=WORDS)).to_have_count(1)
    assert page.evaluate(DRAFTS) == 0
    page.goto(both.square)
    expect(page.locator("form.composer textarea[name=text]")).to_have_value("")


def test_what_one_writes_is_not_for_the_next_person(browser: Browser, both: Pair) -> None:
    fumi = Person(browser, both, "en", scripts=True)
    fumi.join(both.square, "fumi", "Fumi")
    page = fumi.page
    type_in(page, "between us", "friends")
    fumi.context.clear_cookies()  # the session ends from afar
    gen = Person(browser, both, "en", scripts=True)
    gen.join(both.square, "gen", "Gen")
    page.goto(f"{both.square}/sign-in")
    sign_in(page, "gen")
    page.wait_for_url(f"{both.square}/")
    expect(page.locator("form.composer textarea[name=text]")).to_have_value("")
    assert page.evaluate(DRAFTS) == 1
    assert "between us" not in page.evaluate(ALL)
    fumi.context.clear_cookies()
    page.goto(f"{both.square}/sign-in")
    sign_in(page, "fumi")
    page.wait_for_url(f"{both.square}/")
    is_back(page, "between us", "friends")
    page.locator("form[action='/sign-out'] button").click()
    fumi.sees("You are signed out.")
    assert page.evaluate("localStorage.length") == 0


def test_keys_move_about_and_keep_out_of_what_one_writes(browser: Browser, both: Pair) -> None:
    hana = Person(browser, both, "en", scripts=True)
    hana.join(both.square, "hana", "Hana")
    for number in range(3):
        write(hana, f"step {number}", "public")
    page = hana.page
    page.goto(both.square)
    items = page.locator("article.item")
    for keys, at in (("j", 0), ("j", 1), ("jk", 1)):
        for key in keys:
            page.keyboard.press(key)
        expect(items.nth(at)).to_be_focused()
    page.keyboard.press("f")
    expect(items.nth(1).get_by_role("button", name="Favourite 1")).to_have_attribute("aria-pressed", "true")
    # Neither a modifier, nor characters that are being composed, nor text.
    page.keyboard.press("Control+j")
    page.evaluate(COMPOSING)
    expect(items.nth(1).locator(":focus")).to_have_count(1)
    page.keyboard.press("n")
    box = page.locator("form.composer textarea[name=text]")
    expect(box).to_be_focused()
    page.keyboard.type("jk?gh/")
    expect(box).to_have_value("jk?gh/")
    expect(page.locator("dialog")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url(f"{both.square}/square")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(re.compile("/@hana/[0-9]+$"))
    page.goto(f"{both.square}/keys")
    hana.press("Switch the keys off")
    hana.sees("The keys are off in this browser.")
    page.goto(both.square)
    page.keyboard.press("j")
    expect(page.locator("article:focus")).to_have_count(0)
