"""A season is checked before anybody sees it: what is wrong is said, each thing in one line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import kizuna.apps.season
from kizuna.apps.season.check import BadSeason, load_season

SHIPPED = Path(kizuna.apps.season.__file__).parent / "seasons"
SEASONS = ["xmas-2011", "new-year"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of the shipped Christmas, to be spoilt."""
    return shutil.copytree(SHIPPED / "xmas-2011", tmp_path / "season")


def spoil(place: Path, old: str, new: str) -> None:
    file = place / "season.toml"
    text = file.read_text("utf-8")
    assert text.count(old) >= 1, old
    file.write_text(text.replace(old, new, 1), "utf-8")


def problems(place: Path, year: int = 2026) -> list[str]:
    with pytest.raises(BadSeason) as refused:
        load_season(place, year)
    return refused.value.lines


@pytest.mark.parametrize("name", SEASONS)
@pytest.mark.parametrize("year", [2011, 2026, 2027, 2028])
def test_what_is_shipped_can_be_run(name: str, year: int) -> None:
    run = load_season(SHIPPED / name, year)
    assert run.season.id == name
    assert run.opens_ms < run.closes_ms


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("of = 1000", "of = 100", "lot 1: its weights add up to 1,000, not to 100"),
        (
            "weight = 590, points = 1",
            "weight = 590, points = 1, ornament = 'star'",
            "lot 1: a prize is points, an ornament or a coupon",
        ),
        ('last = "12-19"', 'last = "12-20"', "2026-12-20: 2 lots are drawn from, not one"),
        ('last = "12-19"', 'last = "12-18"', "2026-12-19: 0 lots are drawn from, not one"),
        ('coupon = "hot-snack"', 'coupon = "cold-snack"', "a prize: no coupon is called cold-snack"),
        ('ornament = "star"', 'ornament = "moon"', "a prize: no ornament is called moon"),
        ('sponsor = "corner-shop"', 'sponsor = "nobody"', "coupon hot-snack: no sponsor is called nobody"),
        ('id = "snowflake"', 'id = "star"', "2 ornaments are called star"),
        ("count = 100", "count = 101", "eve: 101 of cake are promised, and there are 100"),
        (
            'at = "12-24T21:00"',
            'at = "12-27T21:00"',
            "eve: it is drawn while the season is on, or as it closes",
        ),
        (
            "levels = [0, 5, 15",
            "levels = [0, 15, 5",
            "levels: they begin at 0, and each takes more than the one before",
        ),
        (
            "levels = [0, 5",
            "levels = [1, 5",
            "levels: they begin at 0, and each takes more than the one before",
        ),
        ('zone = "Asia/Tokyo"', 'zone = "Asia/Edo"', "there is no zone 'Asia/Edo'"),
        ('zone = "Asia/Tokyo"', 'zone = "../../etc/passwd"', "there is no zone '../../etc/passwd'"),
        ('opens = "12-01T00:00"', 'opens = "02-30T00:00"', "2026 has no 02-30T00:00"),
        ('opens = "12-01T00:00"', 'opens = "06-01T00:00"', "a season is no longer than 100 days"),
        (
            'use_until = "01-24T23:59:59"',
            'use_until = "12-25T12:00"',
            "coupon hot-snack: it can be won after it cannot be used any more",
        ),
        ('hashtag = "ベルを鳴らそう"', 'hashtag = "#ベル"', "hashtag: letters and digits, without #"),
        ('ja = "星", ', "", "ornament star: ja has 1 to 500 characters"),
        (
            'picture = "star.svg"',
            'picture = "../star.svg"',
            "picture '../star.svg': small letters, digits and hyphens, and .svg",
        ),
        ('picture = "star.svg"', 'picture = "moon.svg"', "picture moon.svg: it is not there"),
    ],
)
def test_what_is_wrong_is_said(place: Path, old: str, new: str, said: str) -> None:
    spoil(place, old, new)
    assert f"season.toml: {said}" in problems(place)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wall = true", "wal = true", "unknown field `wal`"),
        ("most = 300", "most = 0", "`int` >= 1 - at `$.act.most`"),
        ("stock = 100000", "stock = -1", "`int` >= 1 - at `$.coupons[0].stock`"),
        ('id = "xmas-2011"', 'id = "Xmas 2011"', "at `$.id`"),
        ('opens = "12-01T00:00"', 'opens = "tomorrow"', "at `$.opens`"),
        ("wall = true", "wall = ", "Invalid value"),
        ("title = { ja", "title = { fr", "at `key` in `$.title`"),
    ],
)
def test_what_cannot_be_read_says_where(place: Path, old: str, new: str, said: str) -> None:
    spoil(place, old, new)
    (line,) = problems(place)
    assert said in line, line


def test_what_is_not_a_season_is_refused(tmp_path: Path) -> None:
    assert "cannot read" in problems(tmp_path)[0]
    file = tmp_path / "season.toml"
    file.write_bytes(b"\xff\xfe")
    assert len(problems(tmp_path)) == 1
    file.write_bytes(b"# " + b"x" * (256 * 1024))
    assert problems(tmp_path) == ["season.toml is larger than 262,144 bytes"]
    file.write_bytes(b"x = " + b"[" * 100_000)
    assert len(problems(tmp_path)) == 1


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (DRAWING.format("<script>alert(1)</script>"), "nothing is drawn with script"),
        (
            DRAWING.format('<path d="M0 0" onclick="alert(1)"/>'),
            "the attribute onclick may run, load or link something",
        ),
        (
            DRAWING.format('<path d="M0 0" style="fill:red"/>'),
            "the attribute style may run, load or link something",
        ),
        (
            DRAWING.format('<path fill="url(http://a.example/)"/>'),
            "the attribute fill may run, load or link something",
        ),
        (
            DRAWING.format('<g xmlns:l="http://www.w3.org/1999/xlink" l:href="a"/>'),
            "the attribute {http://www.w3.org/1999/xlink}href may run, load or link something",
        ),
        (DRAWING.format("<foreignObject/>"), "nothing is drawn with foreignObject"),
        (DRAWING.format("<image/>"), "nothing is drawn with image"),
        (DRAWING.format("<!-- a note -->"), "it has comments or instructions"),
        ("<html/>", "it is an svg with a viewBox"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + DRAWING.format("<title>&a;</title>"), "it has a document type"),
        ("<svg", "it cannot be read"),
        ("", "it cannot be read"),
        (DRAWING.format("<g/>" * 10_000), "it is larger than 32,768 bytes"),
    ],
)
def test_a_picture_is_only_drawn(place: Path, drawn: str, said: str) -> None:
    (place / "star.svg").write_text(drawn)
    assert problems(place)[0].startswith(f"season.toml: picture star.svg: {said}")


def test_a_picture_stands_in_the_directory(place: Path, tmp_path: Path) -> None:
    (place / "star.svg").rename(tmp_path / "star.svg")
    (place / "star.svg").symlink_to(tmp_path / "star.svg")
    assert problems(place) == ["season.toml: picture star.svg: it is not there"]


@pytest.mark.parametrize("fine", ['<path fill="url(#glow)" d="M0 0"/>', "<title>A star</title>"])
def test_what_drawings_need_is_allowed(place: Path, fine: str) -> None:
    make: Callable[[str], str] = DRAWING.format
    (place / "star.svg").write_text(make(fine))
    assert load_season(place, 2026).season.id == "xmas-2011"
