"""Every page of both servers, and the way to it, as misaki (who has friends, a tie and copies) or as nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page

from kizuna.ground.config import Plane
from tests.browser.pair import Pair
from tests.media.corpus import plain

ME: Final = "misaki"
Way = Callable[[Page, str], None]


@dataclass(frozen=True)
class Stop:
    """A page under the name of its picture; ``way`` brings a tab there, given the server's address."""

    plane: Plane
    name: str
    way: Way
    signed_in: bool = True

    @property
    def id(self) -> str:
        """For example square-home."""
        return f"{self.plane}-{self.name}"


def at(path: str) -> Way:
    """Open an address."""

    def go(page: Page, origin: str) -> None:
        page.goto(f"{origin}{path}")

    return go


def through(path: str, *selectors: str) -> Way:
    """Open an address, then follow the first link of each selector."""

    def go(page: Page, origin: str) -> None:
        page.goto(f"{origin}{path}")
        for selector in selectors:
            href = page.locator(selector).first.get_attribute("href")
            assert href is not None, selector
            page.goto(f"{origin}{href}" if href.startswith("/") else href)

    return go


def sending(before: Way, act: Callable[[Page], None]) -> Way:
    """Go somewhere and send a form that answers with a page."""

    def go(page: Page, origin: str) -> None:
        before(page, origin)
        act(page)
        page.wait_for_load_state()

    return go


def _choose_two(page: Page) -> None:
    page.locator("textarea[name=text]").fill("夏休みに三人で船に乗りませんか。\nお弁当は作ります。")
    page.locator("input[value=people]").check()
    for number in range(2):
        page.locator("input[name='person[]']").nth(number).check()


def _both(page: Page) -> None:
    page.locator("form.composer textarea").fill("Tea at four, for all of you")
    page.locator("form.composer .copy-wish").click()
    page.wait_for_selector("input[name=said]")


def _preview(page: Page) -> None:
    _choose_two(page)
    page.evaluate(
        """() => { const form = document.querySelector("form.composer");
          form.append(Object.assign(document.createElement("input"), {type: "hidden", name: "do", value: "preview"}));
          form.submit(); }"""
    )
    page.wait_for_selector("details.readers")
    page.evaluate("document.querySelector('details.readers').open = true")


def _too_long(page: Page) -> None:
    page.locator("textarea[name=text]").fill("長い。" * 200)
    page.locator("button.send").click()


def _choose_pictures(page: Page) -> None:
    page.locator("form.composer textarea").fill("海の写真です。")
    page.locator("details.attaching summary").click()
    files = [plain(size=size) for size in ((900, 600), (600, 900), (1200, 500))]
    page.locator("form.composer input[type=file]").set_input_files(
        [{"name": "sea.jpg", "mimeType": "image/jpeg", "buffer": each} for each in files]
    )
    page.locator("button[value=attach]").click()
    page.wait_for_selector("[name^='alt[']")
    page.locator("[name^='alt[']").first.fill("朝の海")


def _send_pictures(page: Page) -> None:
    _choose_pictures(page)
    page.locator("button.send").click()
    page.wait_for_selector(".pictures img")


def _make_invite(page: Page) -> None:
    page.locator("form.card button").click()


def _open_nothing(page: Page) -> None:
    page.locator("[name=address]").fill("everything")
    page.locator("form:has([name=address]) button").click()
    page.locator("[name=address][aria-invalid=true]").wait_for()


def _mistype(page: Page) -> None:
    page.locator("[name=name]").fill("みさき")
    page.locator("[name=handle]").fill("misaki")
    page.locator("[name=password]").fill("correct horse battery")
    page.locator("form[action='/sign-up'] button").click()


def _forget(page: Page) -> None:
    page.locator("[name=handle]").fill("misaki")
    page.locator("[name=password]").fill("wrong")
    page.locator("form[action='/sign-in'] button").click()


def _ask_to_authorize(page: Page, origin: str) -> None:
    made = page.request.post(
        f"{origin}/api/v1/apps",
        form={
            "client_name": "Tusky",
            "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
            "scopes": "read write follow",
        },
    ).json()
    asked = {
        "response_type": "code",
        "client_id": made["client_id"],
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "scope": "read write follow",
    }
    page.goto(f"{origin}/oauth/authorize?{urlencode(asked)}")


def _invite_of_somebody_else(page: Page, origin: str) -> None:
    page.goto(f"{origin}/invites")
    _make_invite(page)
    page.goto(page.locator("#link").inner_text().strip())


def _reword(page: Page) -> None:
    page.locator("form.composer textarea").fill("週末は舟に乗ります。\nお弁当もあります。")
    page.locator("[name=warning]").fill("舟の話")
    page.locator("button[value=preview]").click()
    page.wait_for_selector("ins")


def _keep(page: Page, origin: str) -> None:
    """Mark the newest post of the square that is not marked yet, and look at the bookmarks."""
    page.goto(f"{origin}/square")
    button = page.locator("[formaction$='/bookmark'][aria-pressed=false]").first
    button.click()
    page.locator("[formaction$='/bookmark'][aria-pressed=true]").first.wait_for()
    page.goto(f"{origin}/bookmarks")


def under(path: str, selector: str, more: str) -> Way:
    """Open an address, follow the first link of a selector, and go on from there."""

    def go(page: Page, origin: str) -> None:
        through(path, selector)(page, origin)
        page.goto(f"{page.url.partition('#')[0]}{more}")

    return go


SHARED_GROUP: Final = "main .rows a[href^='/together/']"
WINDOWS: Final = "main a[href$='/windows']"
ENTRY: Final = (
    ("landing", at("/")),
    ("about", at("/about")),
    ("sign-up", at("/sign-up")),
    ("sign-up-refused", sending(at("/sign-up"), _mistype)),
    ("sign-in", at("/sign-in")),
    ("sign-in-asked", at("/settings")),
    ("sign-in-refused", sending(at("/sign-in"), _forget)),
    ("nothing-here", at("/nothing")),
)
SHARED: Final = (
    ("home", at("/")),
    ("write", at("/compose")),
    ("write-refused", sending(at("/compose"), _too_long)),
    ("write-pictures", sending(at("/compose"), _choose_pictures)),
    ("settings", at("/settings")),
    ("profile", at("/settings/profile")),
    ("sessions", at("/settings/sessions")),
    ("notice-settings", at("/settings/notifications")),
    ("nothing-inside", at("/@nobody/1")),
)
SQUARE: Final = (
    ("notices", at("/notifications")),
    ("notices-written", at("/notifications?show=mentions")),
    ("pictures", sending(at("/compose"), _send_pictures)),
    ("public", at("/square")),
    ("tag", through("/square", "a[href^='/tags/'], a.hashtag")),
    ("own-account", at("/@misaki")),
    ("account", at("/@anna")),
    ("post", through("/@misaki", ".item a.when")),
    ("delete", through("/@misaki", ".item-square .acts a.last")),
    ("post-edit", sending(through("/@misaki", ".item a.when", ".acts a[href$='/edit']"), _reword)),
    ("post-history", under("/@misaki", ".item a.when", "/history")),
    ("boosts", under("/square", ".item a.when", "/boosts")),
    ("replies-tab", at("/@anna?show=replies")),
    ("followers", at("/@anna/followers")),
    ("bookmarks", _keep),
    ("favourites", at("/favourites")),
    ("tags", at("/tags")),
    ("mute", at("/@anna/mute")),
    ("account-block", at("/@anna/block")),
    ("mutes", at("/settings/mutes")),
    ("account-blocks", at("/settings/blocks/square")),
    ("authorize", _ask_to_authorize),
    ("code", sending(_ask_to_authorize, lambda page: page.locator("button[value=allow]").click())),
)
CIRCLE: Final = (
    ("notices", at("/notifications/circle")),
    ("home-square", at("/?show=square")),
    ("home-circle", at("/?show=circle")),
    ("write-to-two", sending(at("/compose"), _preview)),
    ("own-voice", through("/c/misaki", ".item a.when")),
    ("voice", through("/c/kenichi", ".item a.when")),
    ("delete", through("/c/misaki", ".item .acts a.last")),
    ("own-face", at("/c/misaki")),
    ("friend", at("/c/kenichi")),
    ("remove-friend", at("/c/kenichi/remove")),
    ("friends", at("/friends")),
    ("groups", at("/groups")),
    ("group", through("/groups", "main .rows a")),
    ("together", at("/together")),
    ("together-group", through("/together", SHARED_GROUP)),
    ("together-windows", through("/together", SHARED_GROUP, WINDOWS)),
    ("together-windows-refused", sending(through("/together", SHARED_GROUP, WINDOWS), _open_nothing)),
    ("together-talk", through("/together", SHARED_GROUP, WINDOWS, "main a[href*='/talk?']")),
    ("together-room", through("/together", SHARED_GROUP, ".item a.when[href^='/v/']")),
    ("see-as", at("/see-as?friend=kenichi")),
    ("blocks", at("/settings/blocks")),
    ("block", at("/c/kenichi/block")),
    ("edit", through("/c/misaki", ".item a.when", ".acts a[href$='/edit']")),
    ("audience", through("/c/misaki", ".item a.when", "aside a[href$='/audience']")),
    ("invites", at("/invites")),
    ("invite-made", sending(at("/invites"), _make_invite)),
    ("invite", _invite_of_somebody_else),
    ("ties", at("/settings/ties")),
    ("tie", through("/settings/ties", "main a[href^='/settings/ties/']")),
    ("untie", through("/settings/ties", "main a[href^='/settings/ties/']", "main a[href$='/unlink']")),
    ("copy", through("/c/misaki", ".items > li:nth-child(2) a.when", "aside a[href$='/copy']")),
    ("copies", at("/copies")),
    ("recall", through("/copies", "main .rows a[href$='/recall']")),
    ("recall-all", at("/copies/recall")),
    ("both", sending(at("/compose"), _both)),
    ("report", at("/c/kenichi/report")),
    ("staff", at("/staff")),
    ("staff-people", at("/staff/people?plane=circle")),
    ("staff-person", through("/staff/people?plane=circle&q=kenichi", "main .rows a")),
    ("staff-invite-made", sending(at("/staff/invites"), _make_invite)),
    ("staff-queues", at("/staff/queues")),
    ("staff-storage", at("/staff/storage")),
    ("staff-settings", at("/staff/settings")),
)
OUTSIDE: Final[tuple[tuple[Plane, str, Way], ...]] = (
    ("square", "public-outside", at("/square")),
    ("square", "design", at("/design")),
    ("square", "keys", at("/keys")),
    ("square", "account-outside", at("/@misaki")),
    ("square", "post-outside", through("/@misaki", ".item a.when")),
    ("circle", "invite-outside", at("/invite/somecode")),
    ("circle", "appeal-outside", at("/appeal")),
)


def stops() -> Sequence[Stop]:
    """All of them."""
    planes: tuple[Plane, ...] = ("square", "circle")
    found = [Stop(plane, name, way, signed_in=False) for plane in planes for name, way in ENTRY]
    found += [Stop(plane, name, way) for plane in planes for name, way in SHARED]
    found += [Stop("square", name, way) for name, way in SQUARE]
    found += [Stop("circle", name, way) for name, way in CIRCLE]
    return found + [Stop(plane, name, way, signed_in=False) for plane, name, way in OUTSIDE]


def enter(context: BrowserContext, pair: Pair, password: str, locale: str) -> None:
    """Sign misaki in on both servers, in one of the languages."""
    page = context.new_page()
    for origin in (pair.square, pair.circle):
        page.goto(f"{origin}/sign-in")
        page.locator("[name=handle]").fill(ME)
        page.locator("[name=password]").fill(password)
        page.locator("form[action='/sign-in'] button").click()
        page.wait_for_url(f"{origin}/")
        speak(page, locale)
    page.close()


def speak(page: Page, locale: str) -> None:
    """Have the pages in a language."""
    if page.locator("html").get_attribute("lang") != locale:
        page.locator("form[action='/language'] button").click()
        page.wait_for_selector(f"html[lang={locale}]", state="attached")
