"""What a browser calls itself, in words that a person recognises in the list of sessions. Pure."""

from typing import Final

# The first that is found counts: most browsers also name those that they want to be taken for (RFC 9110, 10.1.5).
PROGRAMS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
LONGEST: Final = 60


def browser_name(user_agent: str) -> str:
    """For example "Firefox · Linux"; for a program that we don't know the beginning of its own words."""
    words = [next((name for mark, name in marks if mark in user_agent), "") for marks in (PROGRAMS, SYSTEMS)]
    return " · ".join(filter(None, words)) if words[0] else user_agent[:LONGEST]
