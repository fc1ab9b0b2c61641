"""Entries in the bytes of the wire. Pure.

Server-sent events end their lines with LF and have one space after each colon, since clients of the field split by
exactly that. On a WebSocket the payload is JSON within JSON: a string.
"""

from typing import Final

import msgspec

from kizuna.streaming.models import Entry, Label

HEARTBEAT: Final = b":thump\n\n"
API_EVENTS: Final = frozenset({"update", "status.update", "delete", "notification"})
encode_json: Final = msgspec.json.Encoder().encode


def api_event(entry: Entry, body: bytes) -> bytes:
    """An entry as a server-sent event of the Mastodon API. A deletion's body is the bare id."""
    return b"event: %s\nid: %s\ndata: %s\n\n" % (entry.event.encode(), entry.position.encode(), body)


def api_message(entry: Entry, body: bytes, label: Label) -> bytes:
    """An entry as a message on a WebSocket of the Mastodon API."""
    return encode_json({"stream": label, "event": entry.event, "payload": body.decode()})


def problem(message: str, status: int) -> bytes:
    """What is wrong with what a client sent on a WebSocket."""
    return encode_json({"error": message, "status": status})


def live_event(name: str, position: str, value: object) -> bytes:
    """An event for the script of a page."""
    head = f"event: {name}\nid: {position}\n" if position else f"event: {name}\n"
    return head.encode() + b"data: " + encode_json(value) + b"\n\n"


def comment(text: str) -> bytes:
    """A line that every reader of server-sent events skips."""
    return f":{text}\n\n".encode()


class ApiEvents:
    """The form of the API's server-sent events."""

    def needs(self, entry: Entry) -> bool:
        """Whatever it carries, it carries whole."""
        return entry.event in API_EVENTS

    def frame(self, entry: Entry, body: bytes, label: Label) -> bytes | None:  # noqa: ARG002 - one stream, one label
        """An entry as an event."""
        return api_event(entry, body) if entry.event in API_EVENTS else None


class ApiMessages:
    """The form of the API's WebSocket."""

    def needs(self, entry: Entry) -> bool:
        """Whatever it carries, it carries whole."""
        return entry.event in API_EVENTS

    def frame(self, entry: Entry, body: bytes, label: Label) -> bytes | None:
        """An entry as a message."""
        return api_message(entry, body, label) if entry.event in API_EVENTS else None
