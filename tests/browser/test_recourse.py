"""What people do when something is wrong: tell the staff, appeal, get back in, take everything along and leave.

In Chromium on one server, by what a person reads there: in Japanese with scripts, in English without.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kizuna.ground.i18n import Locale
from tests.browser.harbour import STAFF, Harbour, harbour
from tests.browser.test_journey import PASSWORD, Person
from tests.browser.test_pages import RULES

pytestmark = pytest.mark.browser
AXE: Any = Axe()
NEW: Final = "another good password"
LOOKED: Final = set[str]()
BOTH = pytest.mark.parametrize(
    ("locale", "scripts"), [("ja", True), ("en", False)], ids=["ja", "en-without-scripts"]
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("harbour")) as found:
        yield found


class Guest(Person):
    """Somebody on that server, whose pages are looked through with axe where scripts run."""

    def __init__(self, browser: Browser, place: Harbour, locale: Locale, *, scripts: bool) -> None:
        super().__init__(browser, place.pair, locale, scripts=scripts)
        self.context.set_extra_http_headers({"Accept-Language": locale})
        self._scripts = scripts
        self.origin = place.pair.square

    def open(self, path: str, status: int = 200) -> None:
        """Open a page, and look it through when it is the first of its kind."""
        answer = self.page.goto(f"{self.origin}{path}")
        assert answer is not None
        assert answer.status == status, path
        kind = re.sub(r"[0-9]+|_(ja|en)\b", "", path)
        if kind not in LOOKED:
            self.look()
            LOOKED.add(kind)

    def look(self) -> None:
        """Nothing on this page keeps anybody out."""
        if self._scripts:
            results = AXE.run(self.page, options=RULES)
            assert results.violations_count == 0, f"{self.page.url}\n{results.generate_report()}"

    def settle(self, handle: str, email: str = "") -> None:
        """Sign up."""
        self.open("/sign-up")
        fields = {"name": handle.title(), "handle": handle, "password": PASSWORD, "email": email}
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)
        self.press(self.say("Join in"))
        self.sees("Welcome!")

    def sign_in(self, handle: str, password: str = PASSWORD) -> None:
        """Fill in the form and send it."""
        self.open("/sign-in")
        self.page.locator("[name=handle]").fill(handle)
        self.page.locator("[name=password]").fill(password)
        self.press(self.say("Sign in"))

    def is_in(self, *, inside: bool = True) -> None:
        """Whether the settings open."""
        self.page.goto(f"{self.origin}/settings")
        expect(self.page).to_have_url(re.compile("/settings$" if inside else "/sign-in"))

    def write(self, text: str, audience: str) -> str:
        """Say something; answers the path of its page."""
        self.open("/")
        composer = self.page.locator("form.composer")
        composer.locator("textarea").fill(text)
        composer.locator(f"input[value={audience}]").check()
        self.press(self.say("Send"))
        item = self.page.locator(".item", has_text=text).first
        href = item.locator("a.when").get_attribute("href")
        assert href is not None
        return href.removeprefix(self.origin)

    def tell_the_staff(self, path: str, about: str, comment: str) -> None:
        """Report what a page shows."""
        self.open(path)
        self.page.locator("main a[href*='/report']").first.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say("Tell the staff"))
        self.look()
        self.page.get_by_label(self.say(about)).check()
        self.page.locator("textarea[name=comment]").fill(comment)
        self.press(self.say("Send"))
        self.sees("The staff was told. Thank you.")


@BOTH
def test_report_and_suspend(browser: Browser, place: Harbour, locale: Locale, scripts: bool) -> None:
    aoi, ben, staff, nobody = (Guest(browser, place, locale, scripts=scripts) for _ in range(4))
    bad, good = f"aoi_{locale}", f"ben_{locale}"
    aoi.settle(bad)
    link = aoi.invite()
    ben.settle(good)
    ben.page.goto(link)
    ben.press(ben.say("Become friends"))
    post = aoi.write(f"薬を安く売ります {locale}", "public")
    voice = aoi.write(f"ひどい言葉 {locale}", "friends")
    ben.tell_the_staff(post, "Spam", "宣伝ばかりです。")
    ben.tell_the_staff(voice, "Against the rules here", "傷つきました。")

    staff.sign_in(STAFF[locale])
    _read_the_reports(staff, locale)
    _suspend(staff)
    for page, person in ((post, nobody), (post, ben), (voice, ben), (f"/c/{bad}", ben)):
        person.open(page, 404)
    ben.open("/friends")
    expect(ben.page.get_by_text(f"@{bad}")).to_have_count(0)

    _appeal(aoi, bad)
    staff.open("/staff/appeals")
    staff.page.locator("input[name=reason]").fill("反省が伝わりました。")
    staff.press(staff.say("Let them back in"))
    aoi.sign_in(bad)
    aoi.is_in()
    aoi.open("/settings/readings")
    expect(aoi.page.locator(f"main a[href='{voice}']")).to_have_count(1)
    expect(aoi.page.get_by_text(good)).to_have_count(0)
    ben.open(voice)
    staff.open("/staff/log")
    staff.sees("restored")
    for person in (aoi, ben, staff, nobody):
        person.context.close()


def _read_the_reports(staff: Guest, locale: str) -> None:
    """The post stands in its report; of the voice nothing, until staff asks to read it, which is written down."""
    staff.open("/staff/reports")
    expect(staff.page.get_by_text("ひどい言葉")).to_have_count(0)
    staff.press(staff.say("Spam"))
    staff.look()
    expect(staff.page.get_by_text(f"薬を安く売ります {locale}")).to_be_visible()
    staff.press(staff.say("Close this report"))
    staff.open("/staff/reports")
    staff.press(staff.say("Against the rules here"))
    staff.look()
    expect(staff.page.get_by_text("ひどい言葉")).to_have_count(0)
    expect(staff.page.get_by_text("傷つきました。")).to_be_visible()
    staff.press(staff.say("Read it"))
    expect(staff.page.get_by_text(f"ひどい言葉 {locale}")).to_be_visible()
    staff.look()


def _suspend(staff: Guest) -> None:
    staff.press(staff.say("Decide about this person"))
    staff.look()
    staff.page.locator("input[name=reason]").fill("人を傷つける言葉")
    staff.press(staff.say("Suspend"))
    staff.sees("Suspended")
    staff.open("/staff/reports")
    staff.press(staff.say("Against the rules here"))
    staff.press(staff.say("Close this report"))


def _appeal(aoi: Guest, handle: str) -> None:
    """Whoever is suspended is told so where they try to come in, and can ask once more."""
    aoi.is_in(inside=False)
    aoi.sign_in(handle)
    aoi.sees("This account is suspended. You can ask the moderators to look at it again.")
    aoi.look()
    aoi.press(aoi.say("Ask the staff to look again"))
    aoi.page.locator("[name=handle]").fill(handle)
    aoi.page.locator("[name=password]").fill(PASSWORD)
    aoi.page.locator("[name=text]").fill("ごめんなさい。もうしません。")
    aoi.look()
    aoi.press(aoi.say("Send"))
    aoi.sees("Your question is with the staff. If they let you back in, you can sign in again.")


@BOTH
def test_reset_a_forgotten_password_by_mail(
    browser: Browser, place: Harbour, locale: Locale, scripts: bool
) -> None:
    address, handle = f"hana@{locale}.example", f"hana_{locale}"
    here, away = (Guest(browser, place, locale, scripts=scripts) for _ in range(2))
    here.settle(handle, address)
    away.open("/sign-in")
    away.press(away.say("I forgot my password"))
    away.look()
    away.page.locator("[name=email]").fill(address)
    away.press(away.say("Send the link"))
    away.look()
    body = place.post.to(address).get_body(("plain",))
    assert body is not None
    (link,) = re.findall(rf"{re.escape(away.origin)}/reset/\S+", body.get_content())
    away.open(link.removeprefix(away.origin))
    expect(away.page.get_by_text(f"@{handle}")).to_be_visible()
    away.page.locator("[name=password]").fill(NEW)
    away.press(away.say("Use this password"))
    here.is_in(inside=False)
    away.sign_in(handle, PASSWORD)
    away.is_in(inside=False)
    away.sign_in(handle, NEW)
    away.is_in()
    here.open(link.removeprefix(here.origin), 410)
    here.sees("This link was used already, or it is too old. Ask for a new one.")
    for person in (here, away):
        person.context.close()


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_sign_in_with_a_passkey(browser: Browser, place: Harbour, locale: Locale) -> None:
    handle = f"mei_{locale}"
    mei = Guest(browser, place, locale, scripts=True)
    plug_in(mei.page)
    mei.settle(handle)
    mei.open("/settings/security")
    form = mei.page.locator("form[data-passkey=create]")
    form.locator("[name=name]").fill("けいたい")
    mei.press(mei.say("Make a passkey"))
    mei.sees("Recovery codes")
    mei.press(mei.say("I have them"))
    expect(mei.page.get_by_text("けいたい")).to_be_visible()
    mei.look()
    mei.context.clear_cookies()
    mei.is_in(inside=False)
    mei.open("/sign-in")
    mei.press(mei.say("Sign in with a passkey"))
    mei.page.wait_for_url(lambda url: "/sign-in" not in url)
    mei.is_in()
    mei.open("/settings/sign-ins")
    mei.context.close()


def plug_in(page: Page) -> None:
    """A security key of Chromium's own that always finds its owner present."""
    key: Any = page.context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    key.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@BOTH
def test_export_and_delete(browser: Browser, place: Harbour, locale: Locale, scripts: bool) -> None:
    handle = f"rin_{locale}"
    rin, nobody = (Guest(browser, place, locale, scripts=scripts) for _ in range(2))
    rin.settle(handle)
    post = rin.write(f"さようなら、広場 {locale}", "public")
    rin.write(f"さようなら、みんな {locale}", "friends")
    rin.open("/settings/archive")
    rin.press(rin.say("Make an archive"))
    words = _archive(rin)
    assert f"さようなら、広場 {locale}" in words
    assert f"さようなら、みんな {locale}" in words
    rin.open("/settings/leave")
    rin.page.locator("[name=password]").fill(PASSWORD)
    rin.press(rin.say("Delete my account for good"))
    rin.sees(
        "Your account is closed, and everything of yours is being deleted. Thank you for having been here."
    )
    rin.look()
    rin.is_in(inside=False)
    until_gone(nobody, post)
    until_gone(nobody, f"/@{handle}")
    rin.sign_in(handle)
    rin.is_in(inside=False)
    for person in (rin, nobody):
        person.context.close()


def _archive(rin: Guest) -> str:
    """All that is in the archive, when it is ready."""
    ready = rin.page.locator("a[href='/settings/archive/file']")
    for _ in range(120):
        rin.page.goto(f"{rin.origin}/settings/archive")
        if ready.count():
            break
        rin.page.wait_for_timeout(250)
    rin.look()
    with rin.page.expect_download() as coming:
        ready.click()
    path = coming.value.path()
    with zipfile.ZipFile(io.BytesIO(Path(path).read_bytes())) as archive:
        texts = [archive.read(name).decode(errors="replace") for name in archive.namelist()]
    return "\n".join(texts)


def until_gone(nobody: Guest, path: str) -> None:
    """What is deleted in small steps is gone a moment later."""
    for _ in range(120):
        answer = nobody.page.goto(f"{nobody.origin}{path}")
        assert answer is not None
        if answer.status == 404:
            return
        nobody.page.wait_for_timeout(250)
    raise AssertionError(f"{path} is still there")
