"""Every template renders with people in it, obeys the strict content policy, and keeps what pages promise."""

import gzip
import re

import msgspec
import pytest

from kizuna.apps.season import files as season
from kizuna.ground.i18n import LOCALES, Locale, load_translators
from kizuna.people.browsers import browser_name
from kizuna.web.assets import STATIC, load_assets
from kizuna.web.present import HUES, TEMPLATES, Presenter, hue, monogram
from kizuna.web.specimens import FRIENDS, MIYUKI, face
from kizuna.web.views import PageView
from tests.look.account_samples import account_samples
from tests.look.gallery import pages
from tests.look.samples import samples
from tests.look.season_samples import FILES

FIRST_LOAD_LIMIT = 50_000
Shown = dict[str, str]


@pytest.fixture(scope="module")
def shown() -> Shown:
    """All sample pages by path."""
    return {path: body.decode() for path, body in pages().items()}


def test_every_view_and_every_template_has_a_sample() -> None:
    shown = {type(view) for view in (*samples("ja").values(), *account_samples("ja").values())}
    assert set(PageView.__subclasses__()) == shown
    places = (TEMPLATES, season.TEMPLATES)
    files = {path.relative_to(place).as_posix() for place in places for path in place.rglob("*.html")}
    whole_pages = {name for name in files if not name.startswith("components/")} - {"base.html", "bare.html"}
    assert {view.template for view in shown} == whole_pages


def test_nothing_is_inline(shown: Shown) -> None:
    inline = re.compile(r"<[^>]*\s(?:style|on[a-z]+)=|<script(?![^>]*\ssrc=)|<style")
    assert {path: found[0] for path, html in shown.items() if (found := inline.search(html))} == {}


def test_every_form_posts_with_its_token(shown: Shown) -> None:
    for path, html in shown.items():
        for form in re.findall(r"<form.*?</form>", html, re.DOTALL):
            if 'role="search"' in form:
                # It changes nothing, so its answers stand in the address; a token must never.
                assert 'method="get"' in form, path
                assert "csrf" not in form, path
                continue
            assert 'method="post"' in form, path
            assert form.count('name="csrf" value="csrf-token"') == 1, path


def test_every_page_has_one_heading_one_title_and_a_way_past_the_menu(shown: Shown) -> None:
    for path, html in shown.items():
        assert html.count("<h1") == 1, path
        assert re.search(r"<title>\S.*</title>", html), path
        assert 'class="skip" href="#main"' in html, path
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), path


def test_every_mark_that_is_asked_for_is_drawn(shown: Shown) -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text("utf-8")))
    for path, html in shown.items():
        asked = set(re.findall(r'<use href="[^"#]+#([^"]+)"', html))
        assert asked, path
        assert asked <= drawn, path


def test_files_are_asked_for_by_their_present_names(shown: Shown) -> None:
    files = set(load_assets(more=FILES).files)
    for path, html in shown.items():
        asked = set(re.findall(r'"/assets/([^"#]+)', html))
        assert asked, path
        assert asked <= files, path


@pytest.mark.parametrize("locale", LOCALES)
def test_names_and_texts_are_escaped(locale: Locale) -> None:
    villain = face("circle", "villain", "<b>&</b>")
    view = samples(locale)["confirm_friend"]
    html = Presenter(load_translators(), load_assets()).render(msgspec.structs.replace(view, face=villain))
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in html
    assert "<b>&</b>" not in html


def test_first_load_of_home_is_small(shown: Shown) -> None:
    assets = load_assets()
    home = shown["/ja/home"]
    asked = set(re.findall(r'"/assets/([^"#]+)', home))
    packed = sum(len(assets.files[name].packed) for name in asked)
    assert packed + len(gzip.compress(home.encode())) <= FIRST_LOAD_LIMIT


def test_an_invitation_opened_by_a_stranger_names_nobody(shown: Shown) -> None:
    for locale in LOCALES:
        inviters = [MIYUKI, *FRIENDS]
        assert "kenichi" in shown[f"/{locale}/friends"]
        assert not any(person.handle in shown[f"/{locale}/invite_outside"] for person in inviters)


def test_a_monogram_is_one_grapheme() -> None:
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    assert monogram(face("circle", "x", f" {family}みやもと")) == family
    accented = "e\N{COMBINING ACUTE ACCENT}"
    assert monogram(face("circle", "x", f"{accented}va")) == accented.upper()
    assert monogram(face("circle", "anna", "")) == "A"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("toot/0.52.1" + "x" * 100, "toot/0.52.1" + "x" * 49),
        ("", ""),
    ],
)
def test_a_session_is_named_so_that_one_knows_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


def test_a_face_keeps_its_ink() -> None:
    assert hue(MIYUKI) == hue(face("circle", "miyuki", "another name"))
    assert all(hue(face("square", f"name{n}", "x")) in range(HUES) for n in range(200))


def test_no_template_says_a_word_without_translating_it() -> None:
    said: set[str] = set()
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text("utf-8"), flags=re.DOTALL)
        words = re.findall(r">\s*([^<>{}=]*[A-Za-z]{2,}[^<>{}=]*)<", text)
        said |= {word.strip() for word in words}
    assert said <= {
        "Kizuna",
        "English",
        "plane",
    }  # a name, a language by its own name, the class in marks.html


def test_in_a_sentence_a_time_is_said_to_be_past(shown: Shown) -> None:
    words = {path: re.sub("<[^>]*>", "", html) for path, html in shown.items()}
    assert "last used: 5 hours ago" in words["/en/settings_sessions"]
    assert "最終利用： 5時間前" in words["/ja/settings_sessions"]
