"""An open page keeps itself up to date: a new post and a new voice are there within a second, without a reload."""

import time
from typing import Any, Final

import httpx2
import pytest
from playwright.sync_api import APIResponse, Browser, Route, expect

from tests.browser.pair import Pair
from tests.browser.test_journey import Person

pytestmark = pytest.mark.browser
SECOND_MS = 1_000
SLOW_MS = 15_000
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"


def open_live(person: Person, address: str) -> None:
    """Open a page, and wait until it is told what happens: what is measured begins there."""
    with person.page.expect_response(lambda answer: "/live?" in answer.url):
        person.page.goto(address)


def write(person: Person, text: str, audience: str) -> None:
    """Write on the home page, and wait for the page that follows to have its scripts."""
    person.page.goto(person.pair.square)
    composer = person.page.locator("form.composer")
    composer.locator("textarea").fill(text)
    composer.locator(f"input[value={audience}]").check()
    person.press(person.say("Send"))
    expect(person.page.get_by_text(text).first).to_be_visible()
    person.page.wait_for_load_state()


def test_an_open_home_shows_a_new_post_and_a_new_voice_without_a_reload(
    browser: Browser, fresh: Pair
) -> None:
    aoi, ben = (Person(browser, fresh, "ja", scripts=True) for _ in range(2))
    aoi.join(fresh.circle, "aoi", "Aoi")
    link = aoi.invite()
    ben.page.goto(link)
    ben.join(fresh.circle, "ben", "Ben")
    ben.press(ben.say("Become friends"))
    ben.page.goto(f"{fresh.square}/@aoi")
    ben.press(ben.say("Follow"))
    write(aoi, "はじめの一言", "friends")
    open_live(ben, fresh.square)
    ben.page.evaluate("window.stays = true")
    write(aoi, "新しい声", "friends")
    wrote_at = time.monotonic()
    expect(ben.page.get_by_text("新しい声")).to_be_visible(timeout=SECOND_MS)
    assert time.monotonic() - wrote_at < 1.0
    write(aoi, "新しい投稿", "public")
    # Calm: what comes soon after waits behind a button until it is wanted.
    bar = ben.page.locator("[data-fresh]")
    expect(bar).to_have_text("新着 1 件", timeout=SECOND_MS)
    bar.click()
    expect(ben.page.get_by_text("新しい投稿")).to_be_visible(timeout=SECOND_MS)
    expect(bar).to_be_hidden()
    assert ben.page.evaluate("window.stays") is True
    expect(ben.page.locator("ol.items > li")).to_have_count(3)


def test_a_notice_arrives_on_an_open_page_and_is_seen_there(browser: Browser, fresh: Pair) -> None:
    aoi, ben = (Person(browser, fresh, "ja", scripts=True) for _ in range(2))
    aoi.join(fresh.circle, "aoi", "Aoi")
    ben.join(fresh.circle, "ben", "Ben")
    ben.page.goto(f"{fresh.square}/notifications")
    ben.page.evaluate("window.stays = true")
    count = ben.page.locator(".places .count-square")
    expect(count).to_have_count(0)
    aoi.page.goto(f"{fresh.square}/@ben")
    aoi.press(aoi.say("Follow"))
    expect(ben.page.locator(".notices li.unread")).to_be_visible(timeout=SLOW_MS)
    expect(ben.page.locator("form.seen")).to_have_count(0, timeout=SLOW_MS)
    expect(count).to_have_count(0, timeout=SLOW_MS)
    assert ben.page.evaluate("window.stays") is True
    ben.page.reload()
    expect(ben.page.locator(".notices li")).to_have_count(1)
    expect(ben.page.locator(".notices li.unread")).to_have_count(0)


def test_an_open_page_shows_edits_counts_and_deletions_of_what_is_on_it(
    browser: Browser, fresh: Pair
) -> None:
    aoi, ben = (Person(browser, fresh, "ja", scripts=True) for _ in range(2))
    aoi.join(fresh.square, "aoi", "Aoi")
    ben.join(fresh.square, "ben", "Ben")
    write(aoi, "はじめの言葉", "unlisted")
    where = aoi.page.locator(".item a.when").first.get_attribute("href")
    open_live(ben, f"{fresh.square}/@aoi")
    ben.page.evaluate("window.stays = true")
    item = ben.page.locator("ol.items .item")
    aoi.page.goto(f"{fresh.square}{where}/edit")
    aoi.page.locator("form.composer textarea").fill("ちがう言葉")
    aoi.press(aoi.say("Save"))
    expect(item.get_by_text("ちがう言葉")).to_be_visible(timeout=SECOND_MS)
    expect(item.get_by_text(aoi.say("edited"))).to_be_visible()
    aoi.page.goto(f"{fresh.square}{where}")
    aoi.page.locator(f"[formaction='{where}/favourite']").click()
    expect(item.locator(f"[formaction='{where}/favourite']")).to_have_text("1", timeout=SECOND_MS)
    aoi.page.goto(f"{fresh.square}{where}/delete")
    aoi.press(aoi.say("Delete"))
    expect(item).to_have_count(0, timeout=SECOND_MS)
    assert ben.page.evaluate("window.stays") is True


class Client:
    """Somebody who writes by a client of the API, so that it is known when the server has acknowledged."""

    def __init__(self, origin: str, handle: str) -> None:
        self._origin = origin
        self._headers: dict[str, str] = {}
        self.acknowledged_ms = 0.0
        scopes = "read write follow"
        app = self.ask("POST", "/api/v1/apps", client_name="t", redirect_uris=OUT_OF_BAND, scopes=scopes)
        ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        grant = {"grant_type": "client_credentials", "scope": scopes}
        self._use(self.ask("POST", "/oauth/token", **ids, **grant))
        account = {"username": handle, "email": f"{handle}@example.com", "password": "correct horse battery"}
        self._use(self.ask("POST", "/api/v1/accounts", **account, agreement=True, locale="ja"))

    def _use(self, token: Any) -> None:
        self._headers["Authorization"] = f"Bearer {token['access_token']}"

    def ask(self, method: str, path: str, **body: object) -> Any:
        """What the server answers, and when."""
        answer = httpx2.request(method, self._origin + path, json=body, headers=self._headers, timeout=30)
        self.acknowledged_ms = time.time() * 1000
        assert answer.status_code == 200, answer.text
        return answer.json()


def test_a_page_moves_within_a_second_of_the_acknowledgement(browser: Browser, fresh: Pair) -> None:
    aoi, ben = Client(fresh.square, "aoi"), Person(browser, fresh, "ja", scripts=True)
    ben.join(fresh.square, "ben", "Ben")
    ben.page.goto(f"{fresh.square}/@aoi")
    ben.press(ben.say("Follow"))
    write(ben, "ベンの投稿", "public")
    (own,) = aoi.ask("GET", "/api/v1/timelines/public")
    open_live(ben, fresh.square)
    ben.page.evaluate("window.stays = true")

    def moved(what: str, condition: str) -> None:
        """The page shows it: by the clock of the page, which is the server's."""
        shown = ben.page.wait_for_function(f"() => ({condition}) && Date.now()", polling=10)
        took = shown.json_value() - aoi.acknowledged_ms
        print(f"{what} was shown {took:.0f} ms after the answer")
        assert took < SECOND_MS, what

    def reads(words: str) -> str:
        return f"document.querySelector('main').innerText.includes('{words}')"

    post = aoi.ask("POST", "/api/v1/statuses", status="朝の一言")
    moved("a post", reads("朝の一言"))
    aoi.ask("PUT", f"/api/v1/statuses/{post['id']}", status="直した一言")
    moved("an edit", f"{reads('直した一言')} && !{reads('朝の一言')}")
    aoi.ask("POST", f"/api/v1/statuses/{own['id']}/favourite")
    moved("a notification", "document.querySelector('.places .count-square')")
    aoi.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    moved("a deletion", f"!{reads('直した一言')}")
    assert ben.page.evaluate("window.stays") is True
    expect(ben.page.locator("ol.items > li")).to_have_count(1)


def test_a_page_fetched_before_a_deletion_does_not_bring_the_post_back(browser: Browser, fresh: Pair) -> None:
    aoi, ben = Client(fresh.square, "aoi"), Person(browser, fresh, "ja", scripts=True)
    ben.join(fresh.square, "ben", "Ben")
    ben.page.goto(f"{fresh.square}/@aoi")
    ben.press(ben.say("Follow"))
    write(ben, "ベンの投稿", "public")
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if route.request.resource_type == "fetch":
            held.append((route, route.fetch()))
        else:
            route.continue_()

    open_live(ben, fresh.square)
    ben.page.route(f"{fresh.square}/", hold)
    post = aoi.ask("POST", "/api/v1/statuses", status="すぐ消す一言")
    while not held:
        ben.page.wait_for_timeout(20)
    assert "すぐ消す一言" in held[0][1].text()
    told = ben.page.evaluate_handle(
        """() => { const told = []; document.addEventListener("kizuna:inserted", () => told.push(1)); return told; }"""
    )
    aoi.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    ben.page.wait_for_timeout(SECOND_MS)
    route, answer = held.pop()
    route.fulfill(response=answer)
    ben.page.wait_for_function("told => told.length", arg=told)
    expect(ben.page.locator("ol.items > li")).to_have_count(1)
    expect(ben.page.get_by_text("すぐ消す一言")).to_have_count(0)
