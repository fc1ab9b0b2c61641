"""How programs find this server: NodeInfo 2.0, host-meta, and what its OAuth server can do (RFC 8414)."""

from importlib.metadata import version
from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing
from kizuna.api.operations import Operation, anyone
from kizuna.doors.answers import json_answer
from kizuna.people.scopes import KNOWN
from kizuna.square import count_queries

SCHEMA: Final = "http://nodeinfo.diaspora.software/ns/schema/2.0"


class OAuthServer(msgspec.Struct, omit_defaults=True):
    """RFC 8414, 2, and RFC 9207, 3."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    userinfo_endpoint: str
    app_registration_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    authorization_response_iss_parameter_supported: bool


class Link(msgspec.Struct):
    """A link of a discovery document."""

    rel: str
    href: str


class Links(msgspec.Struct):
    """NodeInfo's discovery document."""

    links: list[Link]


class NodeInfo(msgspec.Struct):
    """NodeInfo 2.0. Metadata has to be there, even empty."""

    version: str
    software: dict[str, str]
    protocols: list[str]
    services: dict[str, list[str]]
    usage: dict[str, int | dict[str, int]]
    open_registrations: bool = msgspec.field(name="openRegistrations")
    metadata: dict[str, str]


async def oauth_server(call: Call[Nothing]) -> Response:
    """What the OAuth server of this server can do."""
    url = call.parts.config.url
    grants = ["authorization_code", "client_credentials"]
    return json_answer(
        OAuthServer(
            issuer=f"{url}/",
            authorization_endpoint=f"{url}/oauth/authorize",
            token_endpoint=f"{url}/oauth/token",
            revocation_endpoint=f"{url}/oauth/revoke",
            userinfo_endpoint=f"{url}/oauth/userinfo",
            app_registration_endpoint=f"{url}/api/v1/apps",
            scopes_supported=list(KNOWN),
            response_types_supported=["code"],
            response_modes_supported=["query"],
            grant_types_supported=[*grants, "password"] if call.parts.config.test_mode else grants,
            token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
            code_challenge_methods_supported=["S256"],
            authorization_response_iss_parameter_supported=True,
        )
    )


async def nodeinfo_links(call: Call[Nothing]) -> Response:
    """Where NodeInfo is. Only 2.0: clients read no later version."""
    return json_answer(Links([Link(SCHEMA, f"{call.parts.config.url}/nodeinfo/2.0")]))


async def nodeinfo(call: Call[Nothing]) -> Response:
    """What software runs here, and how large the square is."""
    accounts, posts = await count_queries.counts(call.parts.square.store.reads)
    return json_answer(
        NodeInfo(
            version="2.0",
            software={"name": "kizuna", "version": version("kizuna")},
            protocols=[],
            services={"inbound": [], "outbound": []},
            usage={"users": {"total": accounts}, "localPosts": posts},
            open_registrations=call.parts.config.sign_up in ("open", "approval"),
            metadata={},
        )
    )


async def host_meta(call: Call[Nothing]) -> Response:
    """The host of this server (RFC 6415): clients ask before they sign somebody in."""
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{call.parts.config.url}/.well-known/webfinger?resource={{uri}}"/>\n</XRD>\n'
    )
    return Response(document, media_type="application/xrd+xml")


OPERATIONS: Final[tuple[Operation, ...]] = (
    anyone("GET", "/.well-known/oauth-authorization-server", oauth_server, Nothing, OAuthServer),
    anyone("GET", "/.well-known/nodeinfo", nodeinfo_links, Nothing, Links),
    anyone("GET", "/nodeinfo/2.0", nodeinfo, Nothing, NodeInfo),
    anyone("GET", "/.well-known/host-meta", host_meta, Nothing, str),
)
