"""The languages that a text can be said to be in, each by its own name."""

from collections.abc import Mapping
from typing import Final

from babel import Locale

_CODES: Final = (
    "ja", "en", "zh-CN", "zh-TW", "ko", "vi", "fil", "th", "id", "ne", "my", "hi", "ar", "fa", "he", "tr", "uk", "ru",
    "pl", "cs", "de", "nl", "da", "nb", "sv", "fi", "fr", "it", "es", "pt", "eo",
)  # fmt: skip


def _own_name(code: str) -> str:
    return Locale.parse(code, sep="-").get_display_name() or code


LANGUAGES: Final[Mapping[str, str]] = {code: _own_name(code) for code in _CODES}
