"""Instance: what this server is, for clients that ask before they sign in."""

from importlib.metadata import version
from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing
from kizuna.api.operations import Operation, anyone
from kizuna.doors.answers import json_answer
from kizuna.doors.parts import PublicParts
from kizuna.ground.config import Config
from kizuna.media.models import LONGEST_DESCRIPTION, MOST_ATTACHED
from kizuna.media.pictures import MOST_BYTES, MOST_PIXELS
from kizuna.square import count_queries
from kizuna.square.edit_actions import MOST_PINS
from kizuna.square.text import LINK_CHARACTERS, MOST_CHARACTERS

# The newest Mastodon whose client API this one is measured against. Clients compare the leading digits.
COMPATIBLE: Final = "4.2.0"
PICTURE_TYPES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")


class StatusLimits(msgspec.Struct):
    """Limits of a status."""

    max_characters: int
    max_media_attachments: int
    characters_reserved_per_url: int


class MediaLimits(msgspec.Struct):
    """Limits of pictures. Nothing else can be attached."""

    supported_mime_types: tuple[str, ...] = PICTURE_TYPES
    image_size_limit: int = MOST_BYTES
    image_matrix_limit: int = MOST_PIXELS
    video_size_limit: int = 0
    video_frame_rate_limit: int = 0
    video_matrix_limit: int = 0
    description_limit: int = LONGEST_DESCRIPTION


class AccountLimits(msgspec.Struct):
    """Limits of an account."""

    max_featured_tags: int = 0
    max_pinned_statuses: int = MOST_PINS


class Configuration(msgspec.Struct):
    """Limits and addresses. ``urls`` has where streams are opened, without a path."""

    urls: dict[str, str]
    accounts: AccountLimits
    statuses: StatusLimits
    media_attachments: MediaLimits


class Registrations(msgspec.Struct):
    """Whether somebody may sign up through a client."""

    enabled: bool
    approval_required: bool
    message: str | None


class Instance(msgspec.Struct):
    """The entity V2::Instance."""

    domain: str
    title: str
    version: str
    source_url: str
    description: str
    usage: dict[str, dict[str, int]]
    thumbnail: dict[str, str]
    languages: list[str]
    configuration: Configuration
    registrations: Registrations
    contact: dict[str, str | None]
    rules: list[str]
    api_versions: dict[str, int]


class OldInstance(msgspec.Struct):
    """The entity V1::Instance. ``uri`` is host and port without a scheme: toot compares handles with it."""

    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: dict[str, str]
    stats: dict[str, int]
    thumbnail: str | None
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: Configuration
    contact_account: None
    rules: list[str]


async def show(call: Call[Nothing]) -> Response:
    """This server: name, limits, whether one can register."""
    config = call.parts.config
    registrations = Registrations(
        config.sign_up in ("open", "approval"), approval_required=config.sign_up == "approval", message=None
    )
    return json_answer(
        Instance(
            domain=config.domain,
            title=config.title,
            version=software_version(),
            source_url="",
            description=config.description,
            usage={"users": {"active_month": 0}},
            thumbnail={"url": f"{config.url}/static/icon.svg"},
            languages=[config.language],
            configuration=_configuration(config),
            registrations=registrations,
            contact={"email": "", "account": None},
            rules=[],
            api_versions={"mastodon": 0},
        )
    )


async def show_old(call: Call[Nothing]) -> Response:
    """This server, as clients from before Mastodon 4.0 read it."""
    config = call.parts.config
    return json_answer(
        OldInstance(
            uri=config.domain,
            title=config.title,
            short_description=config.description,
            description=config.description,
            email="",
            version=software_version(),
            urls={"streaming_api": config.socket_url},
            stats=await _stats(call.parts),
            thumbnail=None,
            languages=[config.language],
            registrations=config.sign_up in ("open", "approval"),
            approval_required=config.sign_up == "approval",
            invites_enabled=config.sign_up == "invite",
            configuration=_configuration(config),
            contact_account=None,
            rules=[],
        )
    )


async def _stats(parts: PublicParts) -> dict[str, int]:
    accounts, posts = await count_queries.counts(parts.square.store.reads)
    return {"user_count": accounts, "status_count": posts, "domain_count": 0}


def software_version() -> str:
    """What clients compare, and what this is."""
    return f"{COMPATIBLE} (compatible; Kizuna {version('kizuna')})"


def _configuration(config: Config) -> Configuration:
    statuses = StatusLimits(MOST_CHARACTERS, MOST_ATTACHED, LINK_CHARACTERS)
    return Configuration({"streaming": config.socket_url}, AccountLimits(), statuses, MediaLimits())


OPERATIONS: Final[tuple[Operation, ...]] = (
    anyone("GET", "/api/v2/instance", show, Nothing, Instance),
    anyone("GET", "/api/v1/instance", show_old, Nothing, OldInstance),
)
