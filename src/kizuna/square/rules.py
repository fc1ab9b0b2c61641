"""What may be posted, and how replies are put in order. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from kizuna.ground.errors import Forbidden, Invalid
from kizuna.ground.text import check_length, clean_line
from kizuna.square import text
from kizuna.square.models import VISIBILITIES, Account, Draft, Posting

MOST_FOLLOWED: Final = 7_500
MOST_DEPTH: Final = 100
MOST_FIELDS: Final = 4
MOST_FIELD: Final = 255
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def checked(draft: Draft, *, may_be_blank: bool = False) -> Draft:
    """The draft as it is stored; with pictures it ``may_be_blank``.

    Raises Invalid for what the square does not take.
    """
    _check_manner(draft.visibility, draft.language)
    body, warning = text.checked(draft.text, draft.spoiler_text, may_be_blank=may_be_blank)
    return Draft(
        text=body,
        spoiler_text=warning,
        sensitive=draft.sensitive or bool(warning),
        visibility=draft.visibility,
        language=draft.language,
        in_reply_to_id=draft.in_reply_to_id,
        application=draft.application,
    )


def checked_fields(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The lines of a profile without those that say nothing. Raises Invalid for more than four, or too long ones."""
    kept = [(clean_line(name, "fields"), clean_line(value, "fields")) for name, value in lines]
    kept = [(name, value) for name, value in kept if name or value]
    if len(kept) > MOST_FIELDS:
        raise Invalid("A profile has at most {most} lines", field="fields", most=MOST_FIELDS)
    for line in kept:
        if not line[0]:
            raise Invalid("A line of a profile needs a name", field="fields")
        for part in line:
            check_length(part, MOST_FIELD, "fields")
    return kept


def check_posting(posting: Posting) -> None:
    """Raises Invalid for what no post could be."""
    _check_manner(posting.visibility, posting.language)


def _check_manner(visibility: str, language: str | None) -> None:
    if visibility not in VISIBILITIES:
        raise Invalid("The square takes public and unlisted posts only", field="visibility")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise Invalid("This is not a language code", field="language")


def check_follow(follower: Account, followee_id: int, *, there: bool = False) -> None:
    """Raises Forbidden for oneself, Invalid when the follower follows too many already (unless it is ``there``)."""
    if follower.id == followee_id:
        raise Forbidden("You cannot follow yourself")
    if not there and follower.following_count >= MOST_FOLLOWED:
        raise Invalid("You follow as many accounts as you can", field="id")


def is_tag(name: str) -> bool:
    """Whether a folded name is one that a text can carry as a hashtag."""
    return text.tags_of(f"#{name}") == (name,)


def depth_first(
    post_id: int, replies: Iterable[tuple[int, int | None, bool]], most: int, depth: int = MOST_DEPTH
) -> list[int]:
    """The replies below a post, each followed by its own replies, oldest first; at most ``most``, ``depth`` levels.

    ``replies`` are (id, parent id, stands), oldest first. What does not stand is passed over, its replies are not.
    """
    below: defaultdict[int | None, list[tuple[int, bool]]] = defaultdict(list)
    for reply_id, parent_id, stands in replies:
        below[parent_id].append((reply_id, stands))
    found: list[int] = []
    waiting = [(reply_id, stands, 1) for reply_id, stands in reversed(below[post_id])]
    while waiting and len(found) < most:
        reply_id, stands, level = waiting.pop()
        if stands:
            found.append(reply_id)
        if level < depth:
            waiting += [(child, still, level + 1) for child, still in reversed(below[reply_id])]
    return found
