"""Translation with Babel catalogues. English message ids are the source; Japanese is complete (a test says so)."""

from collections.abc import Callable
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Locale = Literal["ja", "en"]
LOCALES: Final[tuple[Locale, ...]] = ("ja", "en")
CATALOGUES: Final = Path(__file__).parent.parent / "locale"


class Translator:
    """Speaks one language: ``_("You have {count} friends", count=3)``."""

    def __init__(self, locale: Locale, catalogue: GNUTranslations) -> None:
        self.locale: Locale = locale
        self._catalogue = catalogue

    def __call__(self, message: str, **values: object) -> str:
        """The translated message with its placeholders filled."""
        text = self._catalogue.gettext(message)
        return text.format(**values) if values else text

    def n(self, one: str, many: str, n: int, **values: object) -> str:
        """The form of a message that fits the number ``n``."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **values)


def load_translators() -> Callable[[Locale], Translator]:
    """Read the catalogues once; answers a function from locale to translator.

    A .po file is compiled in memory when its .mo is missing or older, so that a checkout needs no build step.
    """
    translators = {locale: Translator(locale, _catalogue(locale)) for locale in LOCALES}
    return translators.__getitem__


def _catalogue(locale: Locale) -> GNUTranslations:
    source = CATALOGUES / locale / "LC_MESSAGES" / "kizuna.po"
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        return GNUTranslations(BytesIO(compiled.read_bytes()))
    buffer = BytesIO()
    with source.open("rb") as handle:
        write_mo(buffer, read_po(handle, locale=locale))
    return GNUTranslations(BytesIO(buffer.getvalue()))


def choose_locale(wanted: str | None, default: Locale) -> Locale:
    """The first language of an ``Accept-Language`` header that we speak, by its quality values (RFC 9110, 12.5.4)."""
    ranked: list[tuple[float, int, Locale]] = []
    for place, part in enumerate((wanted or "")[:500].split(",")[:20]):
        tag, _, rest = part.strip().partition(";")
        language = tag.split("-")[0].lower()
        if language in LOCALES:
            ranked.append((-_quality(rest), place, language))
    return min(ranked)[2] if ranked else default


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return max(0.0, min(1.0, float(value)))
    except ValueError:
        return 0.0
