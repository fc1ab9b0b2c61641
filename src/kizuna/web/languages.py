"""The languages that a text can be said to be in, each by its own name."""

from collections.abc import Mapping
from typing import Final

# Written down, since asking Babel for each would keep the calendars and currencies of all of them in memory (30 MB).
LANGUAGES: Final[Mapping[str, str]] = {
    "ja": "日本語",
    "en": "English",
    "zh-CN": "中文 (简体, 中国)",
    "zh-TW": "中文 (繁體, 台灣)",
    "ko": "한국어",
    "vi": "Tiếng Việt",
    "fil": "Filipino",
    "th": "ไทย",
    "id": "Indonesia",
    "ne": "नेपाली",
    "my": "မြန်မာ",
    "hi": "हिन्दी",
    "ar": "العربية",
    "fa": "فارسی",
    "he": "עברית",
    "tr": "Türkçe",
    "uk": "українська",
    "ru": "русский",
    "pl": "polski",
    "cs": "čeština",
    "de": "Deutsch",
    "nl": "Nederlands",
    "da": "dansk",
    "nb": "norsk bokmål",
    "sv": "svenska",
    "fi": "suomi",
    "fr": "français",
    "it": "italiano",
    "es": "español",
    "pt": "português",
    "eo": "Esperanto",
}
