"""The names of languages, which are written down, are those that Babel has of them."""

from babel import Locale

from kizuna.web.languages import LANGUAGES


def test_each_language_is_called_by_its_own_name() -> None:
    assert {code: Locale.parse(code, sep="-").get_display_name() for code in LANGUAGES} == dict(LANGUAGES)
