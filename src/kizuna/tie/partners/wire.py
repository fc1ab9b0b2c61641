"""What answers of the Mastodon API hold, as far as the tie reads them. Everything else in them is ignored.

Ids are opaque: servers write them as texts, some as numbers; they are kept as texts and never calculated with.
"""

from typing import Annotated

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | int
Line = Annotated[str, msgspec.Meta(max_length=10_000)]


class App(msgspec.Struct):
    """POST /api/v1/apps."""

    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    client_secret: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Token(msgspec.Struct):
    """POST /oauth/token. The token goes into a header, so it is visible ASCII (RFC 6749, appendix A.12)."""

    access_token: Annotated[str, msgspec.Meta(pattern=r"\A[!-~]+\Z", max_length=4000)]
    scope: Line | None = None


class Account(msgspec.Struct):
    """An account, in verify_credentials and inside statuses."""

    id: Id
    acct: Line
    url: Line | None = None
    display_name: Line | None = None


class Application(msgspec.Struct):
    """The app a status was written with; shown to its author, to others not always."""

    name: Line | None = None


class Boosted(msgspec.Struct):
    """A status that somebody boosted."""

    id: Id
    account: Account
    visibility: Line
    content: str | None = None
    url: Line | None = None
    uri: Line | None = None
    spoiler_text: Line | None = None
    created_at: Line = ""
    media_attachments: list[msgspec.Raw] | None = None


class Status(Boosted):
    """A status. `reblog` is the boosted one, when it is a boost."""

    application: Application | None = None
    reblog: Boosted | None = None


class Posted(msgspec.Struct):
    """POST /api/v1/statuses: all that matters is what it is called there."""

    id: Id
    url: Line | None = None


class Statuses(msgspec.Struct):
    """`configuration.statuses` of an instance."""

    max_characters: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    characters_reserved_per_url: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | None = None


class Configuration(msgspec.Struct):
    """`configuration` of an instance."""

    statuses: Statuses | None = None


class Instance(msgspec.Struct):
    """GET /api/v2/instance, or v1; `max_toot_chars` is what other servers said before there was a configuration."""

    version: Line = ""
    configuration: Configuration | None = None
    max_toot_chars: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


class Problem(msgspec.Struct):
    """An error answer."""

    error: str = ""
    error_description: str | None = None
