"""OAuth: tokens given, taken back, and who stands behind one. The authorise page is a page."""

import base64
import binascii
from typing import Final
from urllib.parse import unquote_plus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.doors.answers import json_answer
from kizuna.people import oauth
from kizuna.people.models import NewToken, Redeem
from kizuna.people.ports import People
from kizuna.people.refusals import InvalidClient, InvalidRequest, UnsupportedGrantType
from kizuna.people.scopes import scope_text
from kizuna.square import lookup, render


class Token(msgspec.Struct):
    """The entity Token. ``created_at`` is in seconds."""

    access_token: str
    token_type: str
    scope: str
    created_at: int


class TokenRequest(msgspec.Struct):
    """The parameters of ``POST /oauth/token``, for every grant."""

    grant_type: str = ""
    client_id: str | None = None
    client_secret: str | None = None
    scope: str | None = None
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str | None = None
    username: str = ""
    password: str = ""


class RevokeRequest(msgspec.Struct):
    """The parameters of ``POST /oauth/revoke``."""

    client_id: str | None = None
    client_secret: str | None = None
    token: str = ""


class UserInfo(msgspec.Struct):
    """OpenID Connect's user info, as Mastodon 4.4 answers it."""

    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


async def token(call: Call[TokenRequest]) -> Response:
    """Give a token: for a code, or to an app by itself (and for a password, in test mode)."""
    client_id, secret = _client(call.request, call.params.client_id, call.params.client_secret)
    issued = await _grant(call.parts.people, call.params, client_id, secret)
    return json_answer(token_entity(issued), headers={"Cache-Control": "no-store"})


async def revoke(call: Call[RevokeRequest]) -> Response:
    """End a token; ending one that has ended is fine."""
    client_id, secret = _client(call.request, call.params.client_id, call.params.client_secret)
    if not call.params.token:
        raise InvalidRequest("The token is missing.")
    await oauth.revoke(call.parts.people, client_id, secret, call.params.token)
    return json_answer({})


async def userinfo(call: OwnCall[Nothing]) -> Response:
    """Who stands behind this token."""
    parts = call.parts
    account = render.account(await lookup.account(parts.square.store.reads, call.me), parts.config.url)
    return json_answer(
        UserInfo(
            iss=f"{parts.config.url}/",
            sub=account.uri,
            name=account.display_name,
            preferred_username=account.username,
            profile=account.url,
            picture=account.avatar,
        )
    )


def token_entity(issued: NewToken) -> Token:
    """A new token as the API answers it."""
    return Token(issued.access_token, "Bearer", scope_text(issued.scopes), issued.created_at // 1000)


async def _grant(people: People, params: TokenRequest, client_id: str, secret: str | None) -> NewToken:
    match params.grant_type:
        case "authorization_code":
            redeem = Redeem(
                client_id=client_id,
                client_secret=secret,
                code=params.code,
                redirect_uri=params.redirect_uri,
                code_verifier=params.code_verifier,
            )
            return await oauth.exchange_code(people, redeem)
        case "client_credentials":
            return await oauth.client_credentials(people, client_id, secret or "", params.scope)
        case "password":
            return await oauth.password_grant(
                people, client_id, secret or "", params.username, params.password, params.scope
            )
        case "":
            raise InvalidRequest("The grant_type is missing.")
        case _:
            raise UnsupportedGrantType


def _client(request: Request, client_id: str | None, secret: str | None) -> tuple[str, str | None]:
    """Id and secret of the app, from the body or by HTTP Basic (RFC 6749, 2.3.1). Raises InvalidClient."""
    if client_id:
        return client_id, secret
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        name, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidClient from error
    return unquote_plus(name), unquote_plus(password) or None


OPERATIONS: Final[tuple[Operation, ...]] = (
    anyone("POST", "/oauth/token", token, TokenRequest, Token),
    anyone("POST", "/oauth/revoke", revoke, RevokeRequest, dict[str, str]),
    by_person("GET", "/oauth/userinfo", userinfo, Nothing, UserInfo, "profile"),
)
