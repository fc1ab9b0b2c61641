"""What a client says on a WebSocket: subscribe to a stream, or unsubscribe. Pure."""

from typing import Final, Literal, NamedTuple

import msgspec

from kizuna.ground.errors import BadRequest
from kizuna.streaming.names import Stream, stream_named

LONGEST_MESSAGE: Final = 4_096


class Command(NamedTuple):
    """A message that is understood."""

    verb: Literal["subscribe", "unsubscribe"]
    stream: Stream


class _Said(msgspec.Struct):
    type: str
    stream: str = ""
    tag: str | None = None


def read_command(text: str) -> Command:
    """What a message of at most LONGEST_MESSAGE characters says. Raises BadRequest."""
    try:
        said = msgspec.json.decode(text.encode(), type=_Said)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        raise BadRequest("Invalid request") from error
    if said.type not in ("subscribe", "unsubscribe"):
        raise BadRequest("Unknown message type")
    return Command(said.type, stream_named(said.stream, said.tag))
