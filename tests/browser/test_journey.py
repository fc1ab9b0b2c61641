"""The journey: three people, two servers, one tie, in Chromium, with scripts and without, in both languages.

Every step is taken on the page, by what a person reads there; the words come from the catalogue of the language.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from kizuna.ground.i18n import Locale, load_translators
from tests.browser.pair import Pair, configs, serving

pytestmark = pytest.mark.browser
PASSWORD: Final = "correct horse battery"
WORDS: Final = "日曜の朝、港で会いましょう。 See you at the harbour."
PUBLIC_WORDS: Final = "日曜は店を休みます。 Closed on Sunday."
PATIENCE_MS: Final = 20_000


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, browser: Browser, pair: Pair, locale: Locale, *, scripts: bool) -> None:
        self.pair = pair
        self.say = load_translators()(locale)
        self.context = browser.new_context(locale=locale, java_script_enabled=scripts)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()

    def press(self, words: str) -> None:
        """Press the button, or follow the link, of that name, on a page that has all it comes with."""
        self.page.wait_for_load_state()
        place = self.page.get_by_role("main").or_(self.page.get_by_role("complementary"))
        name = re.compile(rf"^\s*{re.escape(words)}\s*$")
        place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name)).first.click()

    def sees(self, words: str, **values: object) -> None:
        """The page says so, in the language of the person."""
        expect(self.page.get_by_text(self.say(words, **values)).first).to_be_visible()

    def join(self, origin: str, handle: str, name: str) -> None:
        """Sign up, from the page that is open or from the first one."""
        if not self.page.url.startswith(origin):
            self.page.goto(origin)
        self.press(self.say("Join in"))
        self.page.locator("[name=name]").fill(name)
        self.page.locator("[name=handle]").fill(handle)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.press(self.say("Join in"))
        self.sees("Welcome!")

    def invite(self) -> str:
        """Make an invite link; answers what the page shows."""
        self.page.goto(f"{self.pair.circle}/friends")
        self.press(self.say("Invite a friend"))
        self.press(self.say("Make the link"))
        return self.page.locator("#link").inner_text().strip()

    def gone(self, url: str) -> None:
        """There is nothing for this person."""
        answer = self.page.goto(url)
        assert answer is not None
        assert answer.status == 404
        self.sees("There is nothing here")
        expect(self.page.get_by_text(WORDS)).to_have_count(0)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with serving(*configs(tmp_path)) as pair:
        yield pair


@pytest.mark.parametrize(
    ("locale", "scripts"), [("ja", True), ("en", False)], ids=["ja", "en-without-scripts"]
)
def test_the_journey(browser: Browser, pair: Pair, locale: Locale, scripts: bool) -> None:
    def arrive() -> Person:
        return Person(browser, pair, locale, scripts=scripts)

    misaki, friends = become_friends(arrive, pair)
    tie(misaki)
    voice = _write_to_two(misaki, scripts=scripts)
    _read(voice, friends, arrive())
    copy = _make_a_copy(misaki, voice)
    _find_the_copy(copy, arrive())
    _recall_it(misaki, copy, arrive())
    _untie(misaki)


def become_friends(arrive: Callable[[], Person], pair: Pair) -> tuple[Person, dict[str, Person]]:
    """One who is a friend of three others."""
    misaki = arrive()
    misaki.join(pair.square, "misaki", "Misaki")
    misaki.join(pair.circle, "misaki_c", "みさき")
    friends: dict[str, Person] = {}
    for name in ("Kenichi", "Haruka", "Sota"):
        link = misaki.invite()
        friend = arrive()
        friend.page.goto(link)
        expect(friend.page.get_by_text("みさき")).to_have_count(0)
        friend.join(pair.circle, name.lower(), name)
        friend.sees("{name} invites you to be friends", name="みさき")
        friend.press(friend.say("Become friends"))
        friend.sees("You are friends now.")
        friends[name] = friend
    return misaki, friends


def tie(misaki: Person) -> None:
    """The account on the square and the face in the circle are tied, both ways."""
    page, pair = misaki.page, misaki.pair
    page.goto(f"{pair.circle}/settings/ties")
    page.locator("[name=address]").fill(pair.square.removeprefix("http://"))
    for direction in ("out", "in"):
        page.locator(f"input[name={direction}]").check()
    misaki.press(misaki.say("Go on to that server"))
    page.wait_for_url(f"{pair.square}/oauth/authorize?**")
    misaki.sees("Misaki")
    misaki.press(misaki.say("Allow"))
    page.wait_for_url(re.compile(f"^{pair.circle}/settings/ties/[0-9]+$"))
    misaki.sees("The accounts are tied.")
    expect(page.locator(".state-good")).to_have_count(2)


def _write_to_two(misaki: Person, *, scripts: bool) -> str:
    page = misaki.page
    page.goto(misaki.pair.circle)
    composer = page.locator("form.composer")
    composer.locator("textarea").fill(WORDS)
    composer.locator("input[value=people]").check()
    for name in ("Haruka", "Kenichi"):
        named = composer.locator("label", has=page.locator("input[name='person[]']")).filter(has_text=name)
        named.locator("input").check()
    if not scripts:
        misaki.press(misaki.say("Who will read this?"))
    readers = page.locator("form.composer details.readers")
    expect(readers.locator("summary")).to_have_text(
        misaki.say.n("{n} person will read this", "{n} people will read this", 2)
    )
    readers.locator("summary").click()
    assert sorted(text.strip()[1:].strip() for text in readers.locator("li").all_inner_texts()) == [
        "Haruka",
        "Kenichi",
    ]
    misaki.press(misaki.say("Send"))
    misaki.sees("Shared with the people you chose.")
    page.locator(".item a.when").first.click()
    misaki.sees("You wrote it.")
    assert page.url.startswith(f"{misaki.pair.circle}/v/")
    return page.url


def _read(voice: str, friends: dict[str, Person], nobody: Person) -> None:
    kenichi, sota = friends["Kenichi"], friends["Sota"]
    kenichi.page.goto(voice)
    kenichi.sees("{name} chose you as a reader, and you are friends.", name="みさき")
    expect(kenichi.page.get_by_text(WORDS)).to_be_visible()
    expect(kenichi.page.get_by_text("Haruka")).to_have_count(0)
    sota.gone(voice)
    sota.page.goto(sota.pair.circle)
    expect(sota.page.get_by_text(WORDS)).to_have_count(0)
    nobody.page.goto(voice)
    nobody.sees("Please sign in first; then you go on where you were.")
    expect(nobody.page.get_by_text(WORDS)).to_have_count(0)


def _make_a_copy(misaki: Person, voice: str) -> str:
    page = misaki.page
    page.goto(voice)
    misaki.press(misaki.say("Make a public copy"))
    page.locator("textarea[name=text]").fill(PUBLIC_WORDS)
    page.locator("input[name='link[]']").check()
    misaki.press(misaki.say("Show how it will stand there"))
    expect(page.locator(".sheet-square .text")).to_have_text(PUBLIC_WORDS)
    misaki.press(misaki.say("Make the public copy"))
    misaki.sees("Your public copy is on its way.")
    link = page.locator(f"a[href^='{misaki.pair.square}/@misaki/']")
    _until_there(page, voice, lambda: link.count() == 1)
    address = link.get_attribute("href")
    assert address is not None
    return address


def _find_the_copy(copy: str, nobody: Person) -> None:
    nobody.page.goto(f"{nobody.pair.square}/square")
    expect(nobody.page.get_by_text(PUBLIC_WORDS)).to_be_visible()
    expect(nobody.page.get_by_text(WORDS)).to_have_count(0)
    nobody.page.goto(copy)
    expect(nobody.page.get_by_text(PUBLIC_WORDS)).to_be_visible()


def _recall_it(misaki: Person, copy: str, nobody: Person) -> None:
    page = misaki.page
    page.goto(f"{misaki.pair.circle}/copies")
    page.locator("main .rows a[href$='/recall']").click()
    misaki.press(misaki.say("Recall"))
    misaki.sees("The copy is being recalled.")
    recalled = page.locator("main .rows .tag-state", has_text=re.compile(rf"^{misaki.say('Recalled')}$"))
    _until_there(page, f"{misaki.pair.circle}/copies", lambda: recalled.count() == 1)
    nobody.gone(copy)
    nobody.page.goto(f"{nobody.pair.square}/square")
    expect(nobody.page.get_by_text(PUBLIC_WORDS)).to_have_count(0)


def _untie(misaki: Person) -> None:
    page = misaki.page
    page.goto(f"{misaki.pair.circle}/settings/ties")
    page.locator("main a[href^='/settings/ties/']").first.click()
    misaki.press(misaki.say("Untie this account"))
    page.locator("input[value=keep]").check()
    misaki.press(misaki.say("Untie"))
    misaki.sees("The tie is undone.")
    page.goto(f"{misaki.pair.circle}/settings/ties")
    expect(page.locator("main a[href^='/settings/ties/']")).to_have_count(0)


def _until_there(page: Page, url: str, there: Callable[[], bool]) -> None:
    """Look again until what is done in the background is done."""
    for _ in range(60):
        page.goto(url)
        if there():
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{url} never came to it: {page.locator('main').inner_text()}")
