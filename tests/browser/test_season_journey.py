"""A season in Chromium, on two servers: hang, ring, win, share, write to both, wrap, and on the 25th unwrap and thank.

The clock of the season is moved as a host does it, by its setting and a new start; sessions stay.
"""

import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, expect

from kizuna.apps.season.files import SHIPPED
from kizuna.ground.config import Config
from kizuna.ground.i18n import Locale
from tests.browser.pair import Pair, await_answer, configs, serving, start
from tests.browser.test_journey import Person, become_friends, tie
from tests.web.test_season import ahead

pytestmark = pytest.mark.browser
TAG: Final = "ベルを鳴らそう"
MESSAGE: Final = "みなさん、よいクリスマスを。 Merry Christmas from the harbour!"
BEGIN: Final = "12-19T12:00"
NOTE: Final = "今年もありがとう。 Thank you for this year."


class Town:
    """The two servers; the one with the circle can be started anew at another moment of the season."""

    def __init__(self, square: Config, circle: Config) -> None:
        self.circle = circle
        self.pair = Pair(square.url, circle.url)

    @contextmanager
    def at(self, moment: str) -> Generator[None]:
        """It is that moment of December, by the clock of the season."""
        config = replace(self.circle, season_ahead_hours=ahead(moment, BEGIN))
        child = start(config)
        try:
            await_answer(config.url, child)
            yield
        finally:
            child.terminate()
            child.wait(20)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Until the 19th every act brings a star, and from the 20th on a coupon."""
    place = shutil.copytree(SHIPPED / "xmas-2011", tmp_path / "xmas-2011")
    file = place / "season.toml"
    prizes = iter(('{ weight = 1000, ornament = "star" }', '{ weight = 1000, coupon = "hot-snack" }'))
    said = re.sub(
        r"prizes = \[\n.*?\n\]", lambda _: f"prizes = [{next(prizes)}]", file.read_text(), flags=re.DOTALL
    )
    file.write_text(said)
    square, circle = configs(tmp_path)
    with serving(square):
        wall = f"localhost:{square.port}"
        yield Town(square, replace(circle, seasons=(str(place),), season_wall=wall, window_seconds=1.0))


@pytest.mark.parametrize(
    ("locale", "scripts"), [("ja", True), ("en", False)], ids=["ja", "en-without-scripts"]
)
def test_a_season(browser: Browser, town: Town, locale: Locale, scripts: bool) -> None:
    def arrive() -> Person:
        return Person(browser, town.pair, locale, scripts=scripts)

    with town.at(BEGIN):
        misaki, friends = become_friends(arrive, town.pair)
        tie(misaki)
        for one in (misaki, *friends.values()):
            _hang(one)
        _ring_for_three(misaki, scripts=scripts)
        _decorate(misaki)
        _tell_both(misaki, friends["Haruka"], arrive(), scripts=scripts)
    with town.at("12-20T12:00"):
        _win_and_share(misaki, friends["Kenichi"], friends["Haruka"])
        _wrap(misaki, friends["Sota"])
    with town.at("12-25T12:00"):
        _unwrap(misaki, friends["Sota"])
    with town.at("12-26T12:00"):
        misaki.page.goto(f"{town.pair.circle}/season")
        expect(misaki.page.locator(".hang-own .ornament")).to_have_count(1)
        expect(misaki.page.locator("form[action='/season/ring']")).to_have_count(0)


def _hang(one: Person) -> None:
    one.page.goto(f"{one.pair.circle}/season")
    one.page.locator("form[action='/season/hang'] button").click()
    expect(one.page.locator(".hang-own")).to_be_visible()


def _ring_for_three(misaki: Person, *, scripts: bool) -> None:
    page = misaki.page
    page.goto(f"{misaki.pair.circle}/season")
    rings = page.locator("form[action='/season/ring'] button")
    for left in (2, 1, 0):
        rings.first.click()
        expect(rings).to_have_count(left)
        expect(page.locator(".won img")).to_be_visible()
    assert ("?act=" in page.url) is not scripts, "with scripts it happens in place"


def _decorate(misaki: Person) -> None:
    page = misaki.page
    page.locator(".things form[action='/season/decorate'] button").first.click()
    expect(page.locator(".hang-own .ornament")).to_have_count(1)


def _tell_both(misaki: Person, haruka: Person, nobody: Person, *, scripts: bool) -> None:
    """Friends read it, and the square; the open pages of the hashtag and of the season's wall show it."""
    page = misaki.page
    nobody.page.goto(f"{misaki.pair.square}/tags/{TAG}")
    haruka.page.goto(f"{misaki.pair.circle}/season")
    wall = haruka.page.locator(".wall")
    expect(wall).to_contain_text(haruka.say("Nobody has used this tag in public yet."))
    page.goto(f"{misaki.pair.circle}/season")
    written = page.locator("form.message textarea")
    expect(written).to_have_value(re.compile(f"#{TAG}"))
    written.fill(f"{MESSAGE}\n#{TAG}")
    misaki.press(misaki.say("Show both before sending"))
    expect(page.get_by_text(MESSAGE).first).to_be_visible()
    page.locator("input[name='link[]']").check()
    misaki.press(misaki.say("Send what is ticked"))
    if not scripts:
        haruka.page.wait_for_timeout(3_000)  # the wall is read each second
        haruka.page.reload()
        nobody.page.reload()
    expect(nobody.page.get_by_text(MESSAGE)).to_be_visible(timeout=10_000)
    expect(wall).to_contain_text(MESSAGE, timeout=10_000)


def _win_and_share(misaki: Person, *friends: Person) -> None:
    page = misaki.page
    page.goto(f"{misaki.pair.circle}/season")
    page.locator("form[action='/season/ring'] button").first.click()
    share = page.locator(".won a.share")
    expect(share).to_have_text(misaki.say.n("Share it with {n} friend", "Share it with {n} friends", 2))
    share.click()
    address = page.url
    for friend, name in zip(friends, ("Kenichi", "Haruka"), strict=True):
        page.goto(address)
        expect(page.locator("select[name=thing]")).to_have_value(re.compile("^share/"))
        page.locator("select[name=friend]").select_option(label=f"{name} (@{name.lower()})")
        misaki.press(misaki.say("Give it"))
        friend.page.goto(f"{misaki.pair.circle}/season/gifts")
        friend.press(friend.say("Unwrap it"))
        friend.page.goto(f"{misaki.pair.circle}/season/coupons")
        expect(friend.page.locator("main .gifts li")).to_have_count(1)
    page.goto(address)
    expect(page.locator("select[name=thing] option[value^='share/']")).to_have_count(0)


def _wrap(misaki: Person, sota: Person) -> None:
    page = misaki.page
    page.goto(f"{misaki.pair.circle}/season/gifts")
    page.locator("select[name=friend]").select_option(label="Sota (@sota)")
    days = page.locator("select[name=opens]")
    days.select_option(index=days.locator("option").count() - 1)
    page.locator("textarea[name=note]").fill(NOTE)
    misaki.press(misaki.say("Give it"))
    sota.page.goto(f"{misaki.pair.circle}/season/gifts")
    sota.sees("From {name}", name="みさき")
    expect(sota.page.get_by_text(NOTE)).to_have_count(0)
    expect(sota.page.locator("form[action$='/open']")).to_have_count(0)


def _unwrap(misaki: Person, sota: Person) -> None:
    sota.page.goto(f"{misaki.pair.circle}/season/gifts")
    sota.press(sota.say("Unwrap it"))
    expect(sota.page.get_by_text(NOTE)).to_be_visible()
    sota.press(sota.say("Say thanks"))
    misaki.page.goto(f"{misaki.pair.circle}/season/gifts")
    misaki.sees("Opened, and thanked for")
