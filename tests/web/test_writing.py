"""Content warnings, languages and the profile, by forms without script."""

import pytest

from tests.web.conftest import Cast
from tests.web.sheet import Sheet

pytestmark = pytest.mark.anyio


def fields(page: Sheet, action: str) -> dict[str, str]:
    return dict(page.form(action).fields)


async def test_a_warning_folds_the_text_and_the_language_is_remembered(cast: Cast) -> None:
    assert fields(await cast.aoi.open("/compose"), "/compose")["language"] == "en"
    sent = {"audience": "public", "text": "Le chat est mort", "warning": "Un livre", "language": "fr"}
    await cast.aoi.do("/compose", "/compose", do="send", **sent)
    shown = await cast.nobody.open("/@aoi")
    assert ("summary", {"lang": "fr"}) in shown.tags
    assert ("div", {"lang": "fr"}) in shown.tags
    assert "Un livre" in shown.words_of("fold")[0]
    again = await cast.aoi.open("/")
    assert fields(again, "/compose")["language"] == "fr", "the last one chosen"
    assert not fields(again, "/compose")["warning"], "a warning is of one text"
    assert fields(await cast.ben.open("/compose"), "/compose")["language"] == "en", "and one's own"
    where = next(link for link in shown.links if link.startswith("/@aoi/1"))
    reply = fields(await cast.ben.open(where), f"{where}/reply")
    assert reply["warning"] == "Un livre", "a reply begins with the warning of what it answers"
    await cast.ben.do(where, f"{where}/reply", text="@aoi Oh", warning="Un livre", language="ja")
    assert (await cast.nobody.open(where)).html.count("Un livre") == 2


async def test_no_warning_is_dropped_on_the_way_to_friends(cast: Cast) -> None:
    typed = {"audience": "friends", "text": "For you", "warning": "Careful"}
    for action in ("/compose", "/compose/both"):
        form = (await cast.aoi.open("/compose")).form("/compose")
        for do in ("send", "preview") if action == "/compose/both" else ("send",):
            answer = await cast.aoi.raw(action, form.filled({**typed, "do": do}))
            assert answer.status_code == 422, (action, do)
            assert "Only public posts can have a content warning" in Sheet(answer.text).text
    assert "For you" not in (await cast.ben.open("/")).text
    refused = await cast.aoi.told("/compose", "/compose", 422, do="send", **typed)
    assert fields(refused, "/compose")["warning"] == "Careful"


@pytest.mark.parametrize("bad", [{"language": "<script>"}, {"warning": "x" * 600}, {"text": " "}])
async def test_what_cannot_be_posted_comes_back_as_it_was_typed(cast: Cast, bad: dict[str, str]) -> None:
    typed = {"audience": "public", "text": "Words", "warning": "Beware", "language": "fr", **bad}
    page = await cast.aoi.told("/compose", "/compose", 422, do="send", **typed)
    kept = fields(page, "/compose")
    assert {name: kept[name] for name in ("text", "warning", "language")} == {
        name: typed[name] for name in ("text", "warning", "language")
    }
    assert fields(await cast.aoi.open("/compose"), "/compose")["language"] == "en", "nothing is remembered"


async def test_a_profile_has_lines_and_ticks(cast: Cast) -> None:
    names, values = ["Web", "Place", "", ""], ["https://example.org/x", "<b>Noto</b>", "", ""]
    page = await cast.aoi.open("/settings/profile")
    form = page.form("/settings/profile")
    assert dict(form.fields)["plane"] == "square"
    typed = {"field_name[]": names, "field_value[]": values, "bot": "1"}
    without_index = [(name, value) for name, value in form.filled(typed) if name != "indexable"]
    assert (await cast.aoi.raw("/settings/profile", without_index)).status_code == 303
    shown = await cast.nobody.open("/@aoi")
    assert "https://example.org/x" in shown.links
    assert "<b>Noto</b>" in shown.text
    assert "A program" in shown.text
    assert ("meta", {"name": "robots", "content": "noindex"}) in shown.tags
    kept = [
        (name, value)
        for name, value in (await cast.aoi.open("/settings/profile")).form("/settings/profile").fields
    ]
    assert [value for name, value in kept if name == "field_name[]"] == names
    assert ("bot", "1") in kept
    assert "indexable" not in dict(kept)
    many = {"field_name[]": ["x"] * 5, "field_value[]": ["y"] * 5}
    refused = await cast.aoi.told("/settings/profile", "/settings/profile", 422, **many)
    assert "A profile has at most 4 lines" in refused.text
    nameless = {"field_name[]": ["", "", "", ""], "field_value[]": ["here", "", "", ""]}
    refused = await cast.aoi.told("/settings/profile", "/settings/profile", 422, **nameless)
    assert ("field_value[]", "here") in refused.form("/settings/profile").fields
    assert "https://example.org/x" in (await cast.nobody.open("/@aoi")).links, "nothing was half saved"
