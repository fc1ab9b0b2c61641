"""The scopes of the Mastodon API: ``read``, ``write``, ``follow``, ``push``, ``profile`` and their parts. Pure."""

from typing import Final

from kizuna.people.refusals import InvalidScope

Scopes = frozenset[str]
_READ: Final = (
    "accounts blocks bookmarks collections favourites filters follows lists mutes notifications search "
    "statuses"
)
_WRITE: Final = (
    "accounts blocks bookmarks collections conversations favourites filters follows lists media mutes notifications "
    "reports statuses"
)
TOP: Final = ("profile", "read", "write", "follow", "push")
GRANULAR: Final = tuple(f"read:{part}" for part in _READ.split()) + tuple(
    f"write:{part}" for part in _WRITE.split()
)
KNOWN: Final = TOP + GRANULAR
EVERYTHING: Final[Scopes] = frozenset(TOP)
# ``follow`` is older than the parts and stands for these (documentation of the API, "OAuth scopes").
_FOLLOW: Final = frozenset(
    f"{verb}:{part}" for verb in ("read", "write") for part in ("blocks", "follows", "mutes")
)
_LONGEST: Final = 2000


def parse_scopes(text: str | None, default: str = "read") -> Scopes:
    """The scopes in a space-separated list, ``default`` where nothing is written. Raises InvalidScope."""
    words = (text or "")[: _LONGEST + 1]
    scopes = frozenset(words.split() or default.split())
    if len(words) > _LONGEST or not scopes.issubset(KNOWN):
        raise InvalidScope
    return scopes


def allows(granted: Scopes, needed: str) -> bool:
    """Whether a token with ``granted`` may do what needs one scope."""
    if needed in granted:
        return True
    if needed == "profile":
        return "read" in granted or "read:accounts" in granted
    return needed.partition(":")[0] in granted or ("follow" in granted and needed in _FOLLOW)


def covers(granted: Scopes, wanted: Scopes) -> bool:
    """Whether ``wanted`` asks for nothing beyond ``granted``."""
    return all(allows(granted, scope) for scope in wanted)


def scope_text(scopes: Scopes) -> str:
    """The scopes as OAuth writes them, always in the same order."""
    return " ".join(scope for scope in KNOWN if scope in scopes)
