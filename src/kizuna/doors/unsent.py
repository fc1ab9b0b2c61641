"""What a refused form had to say: pages give it back, so that nothing that somebody wrote is lost.

Only what a page of this server sent: another site could otherwise put a form of its choice before somebody, with a
token of ours in it, and a button that they would press.
"""

import msgspec
from starlette.requests import Request

from kizuna.doors.bodies import BODY, parse_body
from kizuna.doors.csrf import from_here
from kizuna.doors.params import FIELDS
from kizuna.doors.tree import flat
from kizuna.ground.errors import Refusal


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it came: its text, and its other fields, to be sent to the same address once more.

    ``kept`` when the browser keeps the text by itself (drafts.js).
    """

    action: str
    text: str
    hidden: tuple[tuple[str, str], ...]
    kept: bool


def unsent(request: Request) -> Unsent | None:
    """The text of a form of ours that arrived whole; None where there is none."""
    if request.method != "POST" or not from_here(request):
        return None
    fields = [field for field in _fields(request) if "\0" not in "".join(field)]
    text = dict(fields).get("text", "")
    if not text.strip():
        return None
    return Unsent(
        action=request.url.path,
        text=text,
        hidden=tuple(field for field in fields if field[0] not in ("text", "csrf", "kept")),
        kept=("kept", "1") in fields,
    )


def _fields(request: Request) -> tuple[tuple[str, str], ...]:
    """As they were read; or of a body that arrived, though nobody came to read it."""
    if FIELDS in request.scope:
        return request.scope[FIELDS]
    try:
        return flat(parse_body(request.scope.get(BODY, b""), request.headers.get("content-type", "")))
    except Refusal:  # a body that cannot be read has nothing to give back
        return ()
