"""Refusals: what a verb answers instead of doing something wrong. Doors translate them, nothing else catches them.

``message`` is an English message id; ``values`` fill its ``{placeholders}`` after translation.
"""

from typing import ClassVar


class Refusal(Exception):
    """A request that is refused, with the HTTP status that says why."""

    status: ClassVar[int] = 400

    def __init__(self, message: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.values = values

    def __str__(self) -> str:
        return self.message.format(**self.values) if self.values else self.message


class BadRequest(Refusal):
    """The request cannot be read."""

    status = 400


class Unauthorized(Refusal):
    """Nobody is signed in, or the token is not valid."""

    status = 401


class Forbidden(Refusal):
    """Signed in, but this is not allowed (a missing scope, a closed sign-up)."""

    status = 403


class NotFound(Refusal):
    """Absent, or not to be seen by this viewer: the two look the same."""

    status = 404

    def __init__(
        self, message: str = "Record not found", *, field: str | None = None, **values: object
    ) -> None:
        super().__init__(message, field=field, **values)


class Conflict(Refusal):
    """The state of things does not allow it now."""

    status = 409


class Gone(Refusal):
    """It was there and has ended (a used code, an ended invite)."""

    status = 410


class TooLarge(Refusal):
    """The body is over the limit."""

    status = 413


class Invalid(Refusal):
    """Readable, but not acceptable; ``field`` names the part."""

    status = 422


class TooMany(Refusal):
    """Over a rate limit. ``retry_after`` is in seconds."""

    status = 429

    def __init__(
        self, message: str = "Too many requests", *, retry_after: float = 60.0, **values: object
    ) -> None:
        super().__init__(message, field=None, **values)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """The server cannot do it now and says so; nothing was written."""

    status = 503
