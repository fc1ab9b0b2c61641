"""A shared group in Chromium: what is public on one server is talked about on the other, and not heard there.

With scripts in Japanese, and without in English; the words come from the catalogue of the language.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from kizuna.ground.i18n import Locale
from tests.browser.pair import Pair, configs, serving
from tests.browser.test_journey import Person, become_friends
from tests.browser.test_pages import RULES

pytestmark = pytest.mark.browser
AXE: Any = Axe()
NAME: Final = "港の見張り"
TAG: Final = "みなと町"
PUBLIC: Final = "橋の灯りがつきました。 The lights of the bridge are on."
FIRST: Final = "今夜、見に行きませんか。 Shall we go and see it?"
ANSWER: Final = "行きます。毛布を持って。 Yes, with a blanket."
READ_MS: Final = 15_000


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with serving(*configs(tmp_path, window_seconds=1.0)) as pair:
        yield pair


@pytest.mark.parametrize(
    ("locale", "scripts"), [("ja", True), ("en", False)], ids=["ja", "en-without-scripts"]
)
def test_looking_at_the_square_together(browser: Browser, pair: Pair, locale: Locale, scripts: bool) -> None:
    def arrive() -> Person:
        return Person(browser, pair, locale, scripts=scripts)

    misaki, friends = become_friends(arrive, pair)
    haruka, sota = friends["Haruka"], friends["Sota"]
    group = _share(misaki, "Haruka")
    _join(haruka)
    _open_a_window(misaki, group, scripts=scripts)
    _see_it_come(misaki, haruka, group, scripts=scripts)
    room = _talk(misaki, group, scripts=scripts)
    _answer(haruka, group, room, scripts=scripts)
    _nothing_of_it_on_the_square(arrive())
    sota.gone(room)
    sota.gone(group)
    _mute(haruka, misaki, group)


def _share(misaki: Person, friend: str) -> str:
    """Answers the address of the group that is shared."""
    page = misaki.page
    page.goto(f"{misaki.pair.circle}/groups")
    page.locator("[name=name]").fill(NAME)
    misaki.press(misaki.say("Make the group"))
    if "/groups/" not in page.url:
        misaki.press(NAME)
    page.locator("label.check", has_text=friend).locator("input").check()
    misaki.press(misaki.say("Save"))
    misaki.press(misaki.say("Share the group"))
    page.wait_for_url("**/together/*")
    return page.url.partition("?")[0]


def _join(haruka: Person) -> None:
    haruka.page.goto(f"{haruka.pair.circle}/together")
    expect(haruka.page.get_by_text(NAME)).to_be_visible()
    haruka.press(haruka.say("Take part"))
    expect(haruka.page.get_by_role("heading", name=NAME)).to_be_visible()


def _open_a_window(misaki: Person, group: str, *, scripts: bool) -> None:
    page = misaki.page
    page.goto(f"{group}/windows")
    misaki.sees("No window yet.")
    page.locator("[name=address]").fill(f"#{TAG} {misaki.pair.square.partition('//')[2]}")
    misaki.press(misaki.say("Open the window"))
    misaki.sees("Nothing to show yet.")
    _look(misaki, scripts=scripts)


def _see_it_come(misaki: Person, haruka: Person, group: str, *, scripts: bool) -> None:
    """A page that is open shows what is posted on the other server meanwhile, by itself where scripts run."""
    haruka.page.goto(f"{group}/windows")
    expect(haruka.page.get_by_text(PUBLIC)).to_have_count(0)
    misaki.page.goto(f"{misaki.pair.square}/compose")
    misaki.page.locator("form.composer textarea").fill(f"{PUBLIC} #{TAG}")
    misaki.page.locator("form.composer button.send").click()
    expect(misaki.page.get_by_text(PUBLIC).first).to_be_visible()
    if not scripts:
        haruka.page.wait_for_timeout(4_000)  # the window is read each second
        haruka.page.reload()
    expect(haruka.page.locator(".item").get_by_text(PUBLIC)).to_be_visible(timeout=READ_MS)
    _look(haruka, scripts=scripts)


def _talk(misaki: Person, group: str, *, scripts: bool) -> str:
    """Answers the address of the room."""
    page = misaki.page
    page.goto(f"{group}/windows")
    misaki.press(misaki.say("Talk about it here"))
    page.wait_for_url("**/talk?**")
    expect(page.locator(".item").get_by_text(PUBLIC)).to_be_visible()
    _look(misaki, scripts=scripts)
    page.locator("textarea[name=text]").fill(FIRST)
    misaki.press(misaki.say("Send"))
    page.wait_for_url(f"{misaki.pair.circle}/v/**")
    expect(page.get_by_text(FIRST).first).to_be_visible()
    expect(page.get_by_text(PUBLIC).first).to_be_visible()
    return page.url.partition("?")[0]


def _answer(haruka: Person, group: str, room: str, *, scripts: bool) -> None:
    page = haruka.page
    page.goto(group)
    expect(page.get_by_text(FIRST)).to_be_visible()
    _look(haruka, scripts=scripts)
    page.goto(room)
    expect(page.get_by_text(PUBLIC)).to_be_visible()
    page.locator("form.composer textarea").fill(ANSWER)
    haruka.press(haruka.say("Reply"))
    expect(page.locator(".item").get_by_text(ANSWER)).to_be_visible()
    _look(haruka, scripts=scripts)


def _nothing_of_it_on_the_square(nobody: Person) -> None:
    for path in ("/square", f"/tags/{TAG}", "/@misaki"):
        nobody.page.goto(f"{nobody.pair.square}{path}")
        expect(nobody.page.get_by_text(PUBLIC).first).to_be_visible()
        for words in (FIRST, ANSWER, NAME):
            expect(nobody.page.get_by_text(words)).to_have_count(0)
    nobody.page.locator(".item a.when").first.click()
    expect(nobody.page.get_by_text(PUBLIC).first).to_be_visible()
    for words in (FIRST, ANSWER, NAME):
        expect(nobody.page.get_by_text(words)).to_have_count(0)


def _mute(haruka: Person, misaki: Person, group: str) -> None:
    """For oneself alone, and not for ever."""
    shown = haruka.page.locator(".item").get_by_text(PUBLIC)
    haruka.page.goto(f"{group}/windows")
    expect(shown).to_be_visible()
    haruka.press(haruka.say("Mute for me"))
    expect(shown).to_have_count(0)
    misaki.page.goto(f"{group}/windows")
    expect(misaki.page.locator(".item").get_by_text(PUBLIC)).to_be_visible()
    haruka.press(haruka.say("Hear it again"))
    expect(shown).to_be_visible()


def _look(one: Person, *, scripts: bool) -> None:
    """Nothing on the page keeps anybody out."""
    if scripts:
        results = AXE.run(one.page, options=RULES)
        assert results.violations_count == 0, f"{one.page.url}\n{results.generate_report()}"
