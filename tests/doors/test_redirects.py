"""After a form, people stay on this server."""

import pytest

from kizuna.doors.redirects import safe_next


@pytest.mark.parametrize(
    "path", ["/", "/@aoi/1", "/?show=circle", "/tags/%E7%B5%86", "/tags/絆", "/a?next=https://b.example"]
)
def test_local_paths_are_kept(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "home",
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/ /evil.example",
        "\u3000/",
        "javascript:alert(1)",
        "/a\x00",
        "/" + "a" * 3000,
    ],
)
def test_everything_else_leads_home(wanted: str | None) -> None:
    assert safe_next(wanted, "/home") == "/home"
