"""What a refused form had to say: pages give it back, so that nothing that somebody wrote is lost."""

import msgspec
from starlette.requests import Request

from kizuna.doors.bodies import BODY, form_pairs
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
    """The text of a form that arrived whole; None where there is none."""
    body = request.scope.get(BODY, b"")
    if request.method != "POST" or not body:
        return None
    try:
        pairs = form_pairs(body, request.headers.get("content-type", ""))
    except Refusal:  # a body that cannot be read has nothing to give back
        return None
    fields = [(name, value) for name, value in pairs if isinstance(value, str) and "\0" not in name + value]
    text = dict(fields).get("text", "")
    if not text.strip():
        return None
    return Unsent(
        action=request.url.path,
        text=text,
        hidden=tuple(field for field in fields if field[0] not in ("text", "csrf", "kept")),
        kept=("kept", "1") in fields,
    )
