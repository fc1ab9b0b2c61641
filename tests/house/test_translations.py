"""Whatever the program says to people, it says in Japanese and in English."""

import re
from typing import Any

import pytest

from kizuna.ground.i18n import LOCALES, load_translators
from tests.house.catalogues import catalogue, messages, update_hint

FOUND = {message.id: message for message in messages() if message.id}


def forms(text: Any) -> tuple[str, ...]:
    """A message, or its plural forms, as a tuple."""
    return (text,) if isinstance(text, str) else tuple(text)


def test_messages_are_found_where_they_are_said() -> None:
    assert "Record not found" in FOUND  # the code
    assert "You have read everything up to here. Have a good day." in FOUND  # the templates
    assert ("{n} reply", "{n} replies") in FOUND


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_is_translated(locale: str) -> None:
    known = {message.id: message for message in catalogue(locale) if message.id}
    missing = [said for said in FOUND if said not in known or not all(forms(known[said].string or ""))]
    assert missing == [], update_hint()
    assert [said for said in known if said not in FOUND] == [], f"not said any more; {update_hint()}"
    assert [said for said, message in known.items() if message.fuzzy] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_keep_the_placeholders(locale: str) -> None:
    wrong: list[str] = []
    for message in catalogue(locale):
        if message.id:
            needed = set(re.findall(r"{\w+}", forms(message.id)[-1]))
            wrong += [form for form in forms(message.string) if set(re.findall(r"{\w+}", form)) != needed]
    assert wrong == []


def test_japanese_is_japanese() -> None:
    kana = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    assert [
        message.id
        for message in catalogue("ja")
        if message.id and not all(kana.search(form) for form in forms(message.string))
    ] == []


def test_a_number_chooses_its_form() -> None:
    english, japanese = (load_translators()(locale) for locale in ("en", "ja"))
    assert [english.n("{n} reply", "{n} replies", n) for n in (1, 2)] == ["1 reply", "2 replies"]
    assert japanese.n("{n} reply", "{n} replies", 2) == "返信 2件"
