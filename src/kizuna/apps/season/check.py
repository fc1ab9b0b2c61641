"""Reading a season from its directory: everything that is wrong with it is said, one line each."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from lxml import etree

from kizuna.apps.season.models import FILE, Prize, Season, Text
from kizuna.apps.season.run import LONGEST_DAYS, NoSuchMoment, Run, make_run
from kizuna.ground.i18n import LOCALES

LARGEST_FILE: Final = 256 * 1024
LARGEST_PICTURE: Final = 32 * 1024
LONGEST_TEXT: Final = 500
_PICTURE: Final = re.compile(r"[a-z0-9-]{1,60}\.svg")
_HASHTAG: Final = re.compile(r"\w{1,60}")
_SVG: Final = "{http://www.w3.org/2000/svg}"
# What a drawing needs, and nothing that runs, loads or links.
_ELEMENTS: Final = frozenset(
    {"svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "title", "defs"}
    | {"linearGradient", "radialGradient", "stop", "clipPath", "mask"}
)
_ATTRIBUTE: Final = re.compile(r"(?!on|style$|href$|src$)[a-zA-Z-]+")


class BadSeason(Exception):
    """What is wrong with a season, one line each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def load_season(place: Path, year: int) -> Run:
    """A season that can be run in that year. Raises BadSeason."""
    season = _read(place / FILE)
    try:
        ZoneInfo(season.zone)
        run = make_run(season, year)
        wrong = [*_names(season), *_texts(season), *_prizes(season), *_times(run), *_pictures(season, place)]
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        said = f"there is no zone {season.zone!r}" if not isinstance(error, NoSuchMoment) else str(error)
        raise BadSeason([f"{FILE}: {said}"]) from error
    if wrong:
        raise BadSeason([f"{FILE}: {each}" for each in wrong])
    return run


def _read(file: Path) -> Season:
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadSeason([f"cannot read {file}: {error.strerror}"]) from error
    if len(raw) > LARGEST_FILE:
        raise BadSeason([f"{FILE} is larger than {LARGEST_FILE:,} bytes"])
    try:
        return msgspec.convert(tomllib.loads(raw.decode()), Season)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise BadSeason([f"{FILE}: {error}"]) from error


def _names(season: Season) -> Iterator[str]:
    """Nothing is called like something else, and whatever is named is there."""
    for kind, parts in (
        ("ornament", season.ornaments),
        ("sponsor", season.sponsors),
        ("coupon", season.coupons),
    ):
        for name, count in Counter(part.id for part in parts).items():
            if count > 1:
                yield f"{count} {kind}s are called {name}"
    sponsors, coupons, ornaments = (
        {part.id for part in parts} for parts in (season.sponsors, season.coupons, season.ornaments)
    )
    yield from (
        f"coupon {one.id}: no sponsor is called {one.sponsor}"
        for one in season.coupons
        if one.sponsor not in sponsors
    )
    for prize in _all_prizes(season):
        if prize.ornament is not None and prize.ornament not in ornaments:
            yield f"a prize: no ornament is called {prize.ornament}"
        if prize.coupon is not None and prize.coupon not in coupons:
            yield f"a prize: no coupon is called {prize.coupon}"
    if not _HASHTAG.fullmatch(season.hashtag):
        yield "hashtag: letters and digits, without #"


def _texts(season: Season) -> Iterator[str]:
    """Everything for people is said in every language."""
    texts: list[tuple[str, Text]] = [
        ("title", season.title),
        ("about", season.about),
        ("farewell", season.farewell),
        ("stage.name", season.stage.name),
        ("act.name", season.act.name),
        ("act.done", season.act.done),
    ]
    texts += [(f"ornament {one.id}", one.name) for one in season.ornaments]
    texts += [(f"sponsor {one.id}", one.name) for one in season.sponsors]
    texts += [(f"coupon {one.id}", one.name) for one in season.coupons]
    for where, text in texts:
        for locale in LOCALES:
            said = text.get(locale, "")
            if not 0 < len(said.strip()) <= LONGEST_TEXT:
                yield f"{where}: {locale} has 1 to {LONGEST_TEXT} characters"


def _prizes(season: Season) -> Iterator[str]:
    """Weights add up, a prize is one thing, and no more is promised than there is."""
    for number, lot in enumerate(season.lots, 1):
        total = sum(prize.weight for prize in lot.prizes)
        if total != lot.of:
            yield f"lot {number}: its weights add up to {total:,}, not to {lot.of:,}"
        for prize in lot.prizes:
            if sum((prize.points > 0, prize.ornament is not None, prize.coupon is not None)) > 1:
                yield f"lot {number}: a prize is points, an ornament or a coupon"
    stock = {one.id: one.stock for one in season.coupons}
    promised = Counter[str]()
    for prize in season.eve.prizes if season.eve else ():
        promised[prize.coupon] += prize.count
    for name, count in promised.items():
        if name not in stock:
            yield f"eve: no coupon is called {name}"
        elif count > stock[name]:
            yield f"eve: {count:,} of {name} are promised, and there are {stock[name]:,}"
    if season.levels[0] != 0 or list(season.levels) != sorted(set(season.levels)):
        yield "levels: they begin at 0, and each takes more than the one before"


def _times(run: Run) -> Iterator[str]:
    """Each day has one lot; what ends, ends after it could begin."""
    season = run.season
    if run.closes_ms - run.opens_ms > LONGEST_DAYS * timedelta(days=1).total_seconds() * 1000:
        yield f"a season is no longer than {LONGEST_DAYS} days"
        return
    for day in run.days():
        lots = run.lots(day)
        if len(lots) != 1:
            yield f"{day}: {len(lots)} lots are drawn from, not one"
    for coupon in season.coupons:
        if run.instant(coupon.use_until) < run.closes_ms:
            yield f"coupon {coupon.id}: it can be won after it cannot be used any more"
    if season.eve and not run.opens_ms < run.instant(season.eve.at) <= run.closes_ms:
        yield "eve: it is drawn while the season is on, or as it closes"


def _pictures(season: Season, place: Path) -> Iterator[str]:
    for name in sorted({season.stage.picture, *(one.picture for one in season.ornaments)}):
        if not _PICTURE.fullmatch(name):
            yield f"picture {name!r}: small letters, digits and hyphens, and .svg"
            continue
        wrong = _picture(place / name)
        if wrong:
            yield f"picture {name}: {wrong}"


def _picture(file: Path) -> str | None:
    """Why a picture is not one of ours: it must be a small drawing that runs, loads and links nothing."""
    if not file.is_file() or file.is_symlink():
        return "it is not there"
    if file.stat().st_size > LARGEST_PICTURE:
        return f"it is larger than {LARGEST_PICTURE:,} bytes"
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(file.read_bytes(), parser)
    except SyntaxError as error:
        return f"it cannot be read: {error.msg}"
    if root.getroottree().docinfo.doctype:
        return "it has a document type"
    if root.tag != f"{_SVG}svg" or "viewBox" not in root.attrib:
        return "it is an svg with a viewBox"
    return next((wrong for element in root.iter() if (wrong := _element(element.tag, element.items()))), None)


def _element(tag: object, attributes: Iterable[tuple[str, str]]) -> str | None:
    if not isinstance(tag, str):
        return "it has comments or instructions"
    if not tag.startswith(_SVG) or tag.removeprefix(_SVG) not in _ELEMENTS:
        return f"nothing is drawn with {tag.removeprefix(_SVG)}"
    for name, value in attributes:
        if not _ATTRIBUTE.fullmatch(name) or "url(" in value.replace("url(#", ""):
            return f"the attribute {name} may run, load or link something"
    return None


def _all_prizes(season: Season) -> Iterator[Prize]:
    for lot in season.lots:
        yield from lot.prizes
