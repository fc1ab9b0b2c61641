"""Talking to a partner while a person waits: every end of it that is no answer becomes a refusal in words."""

from typing import TypeVar

from kizuna.fetch.port import FetchError, FetchRefused, Request, Response
from kizuna.ground.errors import Invalid, Unavailable
from kizuna.tie.address import host_of
from kizuna.tie.partners import mastodon
from kizuna.tie.ports import Tie

T = TypeVar("T")


async def call(tie: Tie, origin: str, request: Request) -> Response:
    """The partner's answer, whatever its status. Raises Invalid or Unavailable."""
    host = host_of(origin)
    try:
        answer = await tie.fetch.send(request)
    except FetchRefused as error:
        raise Invalid("The server {host} cannot be called from here.", field="address", host=host) from error
    except FetchError as error:
        raise Unavailable("{host} does not answer. Please try again later.", host=host) from error
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable("{host} does not answer. Please try again later.", host=host)
    return answer


async def ask(tie: Tie, origin: str, request: Request, kind: type[T]) -> T:
    """The answer of a request that should succeed. Raises Invalid or Unavailable."""
    answer = await call(tie, origin, request)
    host = host_of(origin)
    if answer.status >= 400 and answer.status != 404:
        words = mastodon.reason(answer)
        raise Invalid("{host} refused: {reason}", field="address", host=host, reason=words)
    try:
        if answer.status != 200:
            raise mastodon.Malformed(f"HTTP {answer.status}")
        return mastodon.read(answer, kind)
    except mastodon.Malformed as error:
        raise Invalid("{host} is no server that can be tied.", field="address", host=host) from error
