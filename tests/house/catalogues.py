"""The messages of the program: found in templates and code, and kept in src/kizuna/locale/*/LC_MESSAGES/kizuna.po.

``python -m tests.house.catalogues`` brings the catalogues up to date: new messages come in (English ones translated by
themselves), unused ones go. What is then missing in Japanese is printed; test_translations.py fails until it is there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from kizuna.ground.i18n import CATALOGUES, LOCALES

SOURCE = CATALOGUES.parent
REFUSALS = (
    "Refusal", "BadRequest", "Unauthorized", "Forbidden", "NotFound", "Conflict", "Gone", "TooLarge", "Invalid",
    "TooMany", "TooSlow", "Unavailable", "NotAllowed", "Broken", "Insufficient", "Ended",
)  # fmt: skip
KEYWORDS: dict[str, Any] = {"_": None, "n_": (1, 2), "n": (1, 2), **dict.fromkeys(REFUSALS)}
DEFAULTS = ("Record not found", "Too many requests")  # what NotFound and TooMany say when told nothing
Message = str | tuple[str, ...]


def messages() -> Catalog:
    """Every message that the program can say, with the files that say it."""
    found = Catalog(charset="utf-8")
    for path in sorted(SOURCE.rglob("*")):
        method = {".html": "jinja2.ext:babel_extract", ".py": "python"}.get(path.suffix)
        if method:
            for message in said_in(path, method):
                found.add(message, locations=[(str(path.relative_to(SOURCE)), 0)])
    for message in DEFAULTS:
        found.add(message, locations=[("ground/errors.py", 0)])
    return found


def said_in(path: Path, method: str) -> Iterator[Message]:
    """The messages of one file."""
    with path.open("rb") as file:
        for _line, message, _comments, _context in extract(method, file, KEYWORDS):
            words = message if isinstance(message, str) else message[:2]
            if words and all(words):
                yield words


def catalogue(locale: str) -> Catalog:
    """A catalogue as it stands in the file."""
    with (CATALOGUES / locale / "LC_MESSAGES" / "kizuna.po").open("rb") as file:
        return read_po(file, locale=locale)


def update(locale: str, found: Catalog) -> list[str]:
    """Bring one catalogue up to date; answers the messages without a translation."""
    path = CATALOGUES / locale / "LC_MESSAGES" / "kizuna.po"
    old = catalogue(locale) if path.exists() else Catalog(locale=locale)
    new = Catalog(
        locale=locale,
        header_comment="# Kizuna: the words of the interface.",
        project="Kizuna",
        version="1",
        msgid_bugs_address="CONTRIBUTING.md",
        last_translator="Kizuna",
        language_team=locale,
        creation_date=old.creation_date,  # only what is said changes the file
        revision_date=old.creation_date,
        fuzzy=False,
    )
    missing: list[str] = []
    entries: list[Any] = list(found)
    for message in entries:
        if not message.id:  # the header
            continue
        known: Any = old.get(message.id)
        text = known.string if known else ""
        if locale == "en":
            text = message.id
        elif isinstance(text, str) and not isinstance(message.id, str):
            text = ()
        if not text or not all(text):
            missing.append(str(message.id))
        files = sorted({file for file, _line in message.locations})
        new.add(message.id, text, locations=[(file, 0) for file in files])
    with path.open("wb") as file:
        write_po(file, new, width=120, sort_output=True, include_lineno=False)
    return missing


def update_hint() -> str:
    """What to do about a message that is missing or unused."""
    return "run `python -m tests.house.catalogues`, then write what it prints into locale/ja/LC_MESSAGES/kizuna.po"


def main() -> None:
    """Update all catalogues and name what is not translated."""
    found = messages()
    for locale in LOCALES:
        for message in update(locale, found):
            print(f"{locale}: {message}")


if __name__ == "__main__":
    main()
