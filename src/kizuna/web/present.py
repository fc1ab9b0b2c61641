"""From views to HTML: one Jinja environment per language, with the few filters that templates need."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final, cast
from zoneinfo import ZoneInfo

import jinja2
import regex
from babel import dates
from markupsafe import Markup

from kizuna.ground.i18n import LOCALES, Locale, Translator
from kizuna.people.browsers import browser_name
from kizuna.web.assets import Assets
from kizuna.web.languages import LANGUAGES
from kizuna.web.pieces import Face
from kizuna.web.views import Fragment, PageView

TEMPLATES: Final = Path(__file__).parent / "templates"
HUES: Final = 12  # as many as tokens.css has inks for faces
JAPAN: Final = timezone(timedelta(hours=9))
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
WEEK_MS: Final = 7 * DAY_MS


class Presenter:
    """Renders views. Holds no state of any request."""

    def __init__(
        self, translators: Callable[[Locale], Translator], assets: Assets, more: Sequence[Path] = ()
    ) -> None:
        """``more`` are the directories of apps' templates."""
        self._environments: Mapping[Locale, jinja2.Environment] = {
            locale: _environment(translators(locale), assets, (TEMPLATES, *more)) for locale in LOCALES
        }

    def render(self, view: PageView | Fragment) -> str:
        """The whole page of a view, or a part of one, by its template, in the language of its `page`."""
        template = self._environments[view.page.locale].get_template(view.template)
        return template.render(view=view, page=view.page)


def _environment(translator: Translator, assets: Assets, places: Sequence[Path]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(places),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    locale: Locale = translator.locale
    words: dict[str, object] = {
        "_": translator,
        "n_": translator.n,
        "asset": assets.url,
        "languages": LANGUAGES,
    }
    filters: dict[str, Callable[..., object]] = {
        "ago": _Ago(translator),
        "day": _day(locale),
        "moment": _moment(locale),
        "utc": _utc,
        "monogram": monogram,
        "hue": hue,
        "browser": browser_name,
    }
    cast("dict[str, object]", environment.globals).update(words)
    cast("dict[str, object]", environment.filters).update(filters)
    return environment


def monogram(face: Face) -> str:
    """The first letter of a name as people see it: a whole grapheme, never half an emoji or a bare accent."""
    first = regex.match(r"\s*(\X)", face.name or face.handle)
    return first[1].upper() if first else "?"


def hue(face: Face) -> int:
    """Which of the inks a face has: the same everywhere, and told by the plane and the handle alone."""
    return zlib.crc32(f"{face.plane}:{face.handle}".encode()) % HUES


class _Ago:
    """`{{ at_ms | ago(now_ms) }}`: minutes, hours, days, then the date, as a <time> with the exact moment.

    `ago(now_ms, said=true)` is for sentences, where the bare number would be no moment.
    """

    def __init__(self, translator: Translator) -> None:
        self._ = translator
        self._locale: Locale = translator.locale
        self._moment = _moment(translator.locale)

    def __call__(self, at_ms: int, now_ms: int, *, said: bool = False) -> Markup:
        words = self._words(at_ms, now_ms)
        if said and MINUTE_MS <= now_ms - at_ms < WEEK_MS:
            words = self._("{time} ago", time=words)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            _utc(at_ms), self._moment(at_ms), words
        )

    def _words(self, at_ms: int, now_ms: int) -> str:
        n = self._.n
        past = now_ms - at_ms
        if past < MINUTE_MS:
            return self._("now")
        if past < HOUR_MS:
            return n("{n} min", "{n} min", past // MINUTE_MS)
        if past < DAY_MS:
            return n("{n} hour", "{n} hours", past // HOUR_MS)
        if past < WEEK_MS:
            return n("{n} day", "{n} days", past // DAY_MS)
        return _short_day(self._locale, at_ms, now_ms)


def _utc(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _local(at_ms: int) -> datetime:
    """A moment on the clocks of Japan, where the server's people are; clock.js shows it in the reader's own zone."""
    return datetime.fromtimestamp(at_ms / 1000, JAPAN)


def _short_day(locale: Locale, at_ms: int, now_ms: int) -> str:
    at = _local(at_ms)
    skeleton = "MMMd" if at.year == _local(now_ms).year else "yMMMd"
    return dates.format_skeleton(skeleton, at, locale=locale)


def _day(locale: Locale) -> Callable[[int], str]:
    return lambda at_ms: dates.format_date(_local(at_ms), format="long", locale=locale)


def _moment(locale: Locale) -> Callable[..., str]:
    """`{{ at_ms | moment }}`; with the name of a zone by the clocks there, and whose they are."""

    def write(at_ms: int, zone: str = "") -> str:
        there = ZoneInfo(zone) if zone else JAPAN
        at = datetime.fromtimestamp(at_ms / 1000, there)
        day = dates.format_date(at, format="long", locale=locale)
        time = dates.format_time(at, format="short", tzinfo=there, locale=locale)
        return f"{day} {time} ({dates.get_timezone_name(at, locale=locale)})" if zone else f"{day} {time}"

    return write
