"""The OAuth 2 server: apps, codes with PKCE, tokens, revocation (RFC 6749, 7009, 7636, 9700).

A missing client secret is accepted where a code was asked for with PKCE, and for revoking a token that the app holds:
clients that run in a browser or on a phone cannot keep one. A wrong secret is never accepted.
"""

import hmac
from collections.abc import Sequence
from typing import Final

from kizuna.ground import text
from kizuna.ground.errors import Forbidden, Invalid, Unauthorized
from kizuna.people import oauth_queries, queries
from kizuna.people.actions import sign_up
from kizuna.people.endings import tokens_changed
from kizuna.people.models import (
    App,
    AppToken,
    Ask,
    FaceChoice,
    Grant,
    NewApp,
    NewToken,
    Redeem,
    SignUp,
    Viewer,
)
from kizuna.people.pkce import check_challenge, proves
from kizuna.people.ports import People
from kizuna.people.redirects import check_redirect_uris
from kizuna.people.refusals import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
)
from kizuna.people.scopes import Scopes, allows, covers, parse_scopes, scope_text
from kizuna.people.sessions import check_proof, prove
from kizuna.people.standing import check_not_suspended
from kizuna.people.tokens import token_hash
from kizuna.store.store import Db, Row, Tx

CODE_MS: Final = 10 * 60 * 1000
LONGEST_NAME: Final = 60
LONGEST_WEBSITE: Final = 2000


async def register_app(
    people: People, name: str, redirect_uris: str | Sequence[str], scopes: str | None, website: str | None
) -> NewApp:
    """Register an app. Raises Invalid (``client_name``, ``redirect_uris``, ``website``) and InvalidScope."""
    clean_name = text.clean_line(name, "client_name")
    text.check_length(clean_name, LONGEST_NAME, "client_name")
    if text.is_blank(clean_name):
        raise Invalid("An app needs a name.", field="client_name")
    app = App(
        id=people.store.ids.new(),
        client_id=people.randomness.token(),
        name=clean_name,
        website=_check_website(website),
        redirect_uris=check_redirect_uris(redirect_uris),
        scopes=parse_scopes(scopes),
    )
    secret = people.randomness.token()

    async def apply(tx: Tx) -> None:
        await oauth_queries.add_app(tx, app, token_hash("app secret", secret))

    await people.store.write(apply)
    return NewApp(app, secret)


def _check_website(website: str | None) -> str | None:
    address = text.clean_line(website or "", "website")
    if not address:
        return None
    if len(address) > LONGEST_WEBSITE or not address.startswith(("https://", "http://")):
        raise Invalid("The website must be an http or https address.", field="website")
    return address


async def find_app(people: People, app_id: int) -> App | None:
    """A registered app, as its tokens name it."""
    return await oauth_queries.app_by_id(people.store.reads, app_id)


# Authorisation


async def find_client(people: People, ask: Ask) -> App:
    """The app of an authorisation request. Raises InvalidClient, InvalidRequest.

    These two must be shown to the person, never sent to the redirect address: it may not be the app's.
    """
    return await _client_of(people.store.reads, ask)


async def _client_of(db: Db, ask: Ask) -> App:
    found = await oauth_queries.app_by_client(db, ask.client_id)
    if found is None:
        raise InvalidClient
    app, _ = found
    if ask.redirect_uri not in app.redirect_uris:
        raise InvalidRequest("The requested redirect uri is malformed or doesn't match client redirect URI.")
    return app


def check_ask(app: App, ask: Ask) -> Scopes:
    """The scopes that an authorisation request of an app wants.

    Raises UnsupportedResponseType, InvalidRequest, InvalidScope: these belong to the app, at its redirect address.
    """
    if ask.response_type != "code":
        raise UnsupportedResponseType
    check_challenge(ask.code_challenge, ask.code_challenge_method)
    return _covered(app, ask.scope)


def _covered(app: App, scope: str | None) -> Scopes:
    scopes = parse_scopes(scope)
    if not covers(app.scopes, scopes):
        raise InvalidScope
    return scopes


def preselected(viewer: Viewer) -> FaceChoice:
    """The faces chosen before the person chooses: the square one; the circle one where there is no other."""
    return FaceChoice(square=viewer.square_id is not None, circle=viewer.square_id is None)


async def authorize(people: People, viewer: Viewer, ask: Ask, faces: FaceChoice) -> str:
    """The viewer lets an app act for the chosen faces; answers the code for it, good for ten minutes and one use.

    Raises what ``find_client`` and ``check_ask`` raise, Invalid (no face), Unauthorized (the session has ended).
    """
    code = people.randomness.token()
    square_id = viewer.square_id if faces.square else None
    circle_id = viewer.circle_id if faces.circle else None
    if square_id is None and circle_id is None:
        raise Invalid("Choose a profile for this app.", field="face")

    async def apply(tx: Tx) -> None:
        if viewer.session_id is None or not await queries.has_session(tx, viewer.session_id):
            raise Unauthorized("Please sign in again.")
        app = await _client_of(tx, ask)
        row = {
            "code_hash": token_hash("code", code),
            "app_id": app.id,
            "person_id": viewer.person_id,
            "square_id": square_id,
            "circle_id": circle_id,
            "scopes": scope_text(check_ask(app, ask)),
            "redirect_uri": ask.redirect_uri,
            "challenge": check_challenge(ask.code_challenge, ask.code_challenge_method),
            "expires_at": tx.now_ms + CODE_MS,
        }
        await oauth_queries.add_code(tx, row)

    await people.store.write(apply)
    return code


# Tokens


async def exchange_code(people: People, redeem: Redeem) -> NewToken:
    """Give a token for a code. Raises InvalidClient, InvalidGrant.

    A code shown a second time has been stolen, then or now: the token issued for it is revoked.
    """
    token = people.randomness.token()

    async def apply(tx: Tx) -> NewToken | None:
        app = await _app_or_public(tx, redeem.client_id, redeem.client_secret)
        code = await oauth_queries.code_by_hash(tx, token_hash("code", redeem.code))
        if code is None or code.app_id != app.id:
            raise InvalidGrant
        if code.challenge is None and not redeem.client_secret:
            raise InvalidClient
        if code.used_at is not None:
            revoked = await oauth_queries.revoke_tokens(tx, code_id=code.id)
            tokens_changed(tx, revoked)
            return None  # not raised here: that would undo the revocation
        if not _fits(code, redeem, tx.now_ms):
            raise InvalidGrant
        await oauth_queries.code_used(tx, code.id)
        row = {"code_id": code.id, "square_id": code.square_id, "circle_id": code.circle_id}
        return await _issue(tx, token, app, parse_scopes(code.scopes), {**row, "person_id": code.person_id})

    issued = await people.store.write(apply)
    if issued is None:
        raise InvalidGrant
    return issued


def _fits(code: Row, redeem: Redeem, now_ms: int) -> bool:
    return (
        code.expires_at > now_ms
        and code.redirect_uri == redeem.redirect_uri
        and proves(code.challenge, redeem.code_verifier)
    )


async def client_credentials(
    people: People, client_id: str, client_secret: str, scope: str | None
) -> NewToken:
    """A token for an app by itself, for no person. Raises InvalidClient, InvalidScope."""
    token = people.randomness.token()

    async def apply(tx: Tx) -> NewToken:
        app = await _app(tx, client_id, client_secret)
        return await _issue(tx, token, app, _covered(app, scope), {})

    return await people.store.write(apply)


async def password_grant(
    people: People, client_id: str, client_secret: str, login: str, password: str, scope: str | None
) -> NewToken:
    """A token for handle (or e-mail address) and password, in test mode only: no app should ever see a password.

    Raises UnsupportedGrantType, InvalidClient, InvalidScope, InvalidGrant.
    """
    if not people.config.test_mode:
        raise UnsupportedGrantType
    app = await _app(people.store.reads, client_id, client_secret)
    scopes = _covered(app, scope)
    handle = await queries.handle_of_email(people.store.reads, login) if "@" in login else login
    try:
        proof = await prove(people, handle or "", password, "")
    except Unauthorized as error:
        raise InvalidGrant from error
    token = people.randomness.token()

    async def apply(tx: Tx) -> NewToken:
        await check_proof(tx, proof)
        return await _issue_for(tx, token, app, scopes, proof.person_id)

    return await people.store.write(apply)


async def sign_up_with_app(people: People, holder: AppToken, draft: SignUp, address: str) -> NewToken:
    """Sign up through an app; answers the new person's token for it. Raises Forbidden, and what ``sign_up`` raises."""
    if not allows(holder.scopes, "write:accounts"):
        raise Forbidden("This action is outside the authorized scopes")
    app = await find_app(people, holder.app_id)
    if app is None:
        raise InvalidClient
    person_id = await sign_up(people, draft, address)
    token = people.randomness.token()

    async def apply(tx: Tx) -> NewToken:
        return await _issue_for(tx, token, app, holder.scopes, person_id)

    return await people.store.write(apply)


async def _issue_for(tx: Tx, token: str, app: App, scopes: Scopes, person_id: int) -> NewToken:
    """A token for a person who did not come through the authorise page, with the faces preselected there.

    It is worth nothing while the person waits to be let in.
    """
    faces = await queries.faces_of(tx, person_id)
    if not faces:
        raise InvalidGrant
    square_id = faces.get("square")
    row = {
        "person_id": person_id,
        "square_id": square_id,
        "circle_id": faces.get("circle") if square_id is None else None,
    }
    return await _issue(tx, token, app, scopes, row)


async def _issue(tx: Tx, token: str, app: App, scopes: Scopes, row: dict[str, int | None]) -> NewToken:
    if (person_id := row.get("person_id")) is not None:
        await check_not_suspended(tx, person_id)
    stored = {"token_hash": token_hash("bearer", token), "app_id": app.id, "scopes": scope_text(scopes)}
    await oauth_queries.add_token(tx, {**row, **stored})
    return NewToken(token, scopes, tx.now_ms)


# Revocation


async def revoke(people: People, client_id: str, client_secret: str | None, token: str) -> None:
    """End a token of this app (RFC 7009). An unknown or ended one is fine. Raises InvalidClient, UnauthorizedClient."""
    digest = token_hash("bearer", token)

    async def apply(tx: Tx) -> None:
        app = await _app_or_public(tx, client_id, client_secret)
        owner = await oauth_queries.app_of_token(tx, digest)
        if owner is not None and owner != app.id:
            raise UnauthorizedClient
        revoked = await oauth_queries.revoke_tokens(tx, token_hash=digest)
        tokens_changed(tx, revoked)

    await people.store.write(apply)


async def my_grants(people: People, viewer: Viewer) -> list[Grant]:
    """The apps that may act for the viewer, each once, the newest first."""
    grants: dict[int, Grant] = {}
    for row in await oauth_queries.grants_of(people.store.reads, viewer.person_id):
        scopes = parse_scopes(row.scopes)
        if row.app_id in grants:
            scopes |= grants[row.app_id].scopes
        grants[row.app_id] = Grant(row.app_id, row.name, row.website, scopes, row.created_at)
    return list(grants.values())


async def end_grant(people: People, viewer: Viewer, app_id: int) -> None:
    """The viewer lets an app act no more. Doing it twice is fine."""

    async def apply(tx: Tx) -> None:
        await oauth_queries.void_codes(tx, viewer.person_id, app_id)
        revoked = await oauth_queries.revoke_tokens(tx, person_id=viewer.person_id, app_id=app_id)
        tokens_changed(tx, revoked)

    await people.store.write(apply)


# Client authentication


async def _app_or_public(db: Db, client_id: str, client_secret: str | None) -> App:
    """The app, without proof when it shows no secret at all: the caller must have another."""
    if client_secret:
        return await _app(db, client_id, client_secret)
    found = await oauth_queries.app_by_client(db, client_id)
    if found is None:
        raise InvalidClient
    return found[0]


async def _app(db: Db, client_id: str, client_secret: str) -> App:
    found = await oauth_queries.app_by_client(db, client_id)
    # Compared also for an unknown id, so that both answers take the same time.
    known = found[1] if found else bytes(32)
    if not hmac.compare_digest(known, token_hash("app secret", client_secret)) or found is None:
        raise InvalidClient
    return found[0]
