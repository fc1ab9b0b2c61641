"""Tying a circle face to an account elsewhere: OAuth 2 with PKCE, and only what the person agreed to before leaving.

A face may have many links. One account may be tied by several faces here: each has its own token, consents and copies,
and none learns of the others (who holds the account could otherwise find out that somebody here holds it too). Linking
the same account again renews the link that is there, with its ledger.
"""

import base64
import hashlib
from typing import Final

import msgspec

from kizuna.ground.errors import Conflict, Forbidden, Gone, Invalid
from kizuna.store.store import Row, Tx
from kizuna.tie import events, queries
from kizuna.tie.address import host_of, origin_of
from kizuna.tie.consents import close_direction, open_direction
from kizuna.tie.duties import want_delivery
from kizuna.tie.models import Direction, Limit, LinkState
from kizuna.tie.partners import mastodon, wire
from kizuna.tie.partners.mastodon import Credentials
from kizuna.tie.ports import Tie
from kizuna.tie.sanitise import plain_line
from kizuna.tie.talk import ask, call

ATTEMPT_MS: Final = 10 * 60 * 1000
MOST_LINKS: Final = 20


class _Arrival(msgspec.Struct, frozen=True):
    """What was learned over there: whose account it is, what we may do, how long a text may be."""

    app: Row
    token: wire.Token
    scopes: str
    account: wire.Account
    limit: Limit


async def begin_link(tie: Tie, viewer_id: int, address: str, *, copies_out: bool, home_in: bool) -> str:
    """The URL at the partner where the person allows it. `viewer_id` is a circle face.

    Raises Invalid for an address that is none, is ours or is not to be called, or without any direction; Conflict for
    too many links; Unavailable when the server does not answer.
    """
    if not (copies_out or home_in):
        raise Invalid("Choose at least one direction.", field="out")
    origin = origin_of(address, tie.config.fetch_allow)
    if host_of(origin) == tie.config.domain:
        raise Invalid("This is the address of this very server.", field="address")
    if len(await queries.links_of(tie.store.reads, viewer_id)) >= MOST_LINKS:
        raise Conflict("There are too many ties already.")
    scopes = " ".join(mastodon.scopes_for(copies_out=copies_out, home_in=home_in))
    app = await _registered(tie, origin, scopes)
    state, verifier = tie.randomness.token(32), tie.randomness.token(48)

    async def apply(tx: Tx) -> None:
        row: dict[str, object] = {
            "state_hash": _hash(state),
            "face_id": viewer_id,
            "app_id": app.id,
            "verifier": verifier,
            "copies_out": copies_out,
            "home_in": home_in,
            "expires_at": tx.now_ms + ATTEMPT_MS,
        }
        await queries.add_attempt(tx, row)

    await tie.store.write(apply)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return mastodon.authorize_url(origin, _credentials(app), tie.redirect_uri, scopes, state, challenge)


async def finish_link(
    tie: Tie,
    viewer_id: int,
    state: str,
    code: str | None,
    error: str | None = None,
    issuer: str | None = None,
) -> int:
    """The person is back from the partner; answers the link's id.

    The state works once, for ten minutes, for the face that began. `issuer` is who says to have sent the person back
    (RFC 9207): a partner may have led them on to another one, whose code it must not get from us. Raises Gone
    otherwise; Forbidden when the person said no over there, came back from elsewhere, or less was granted than asked;
    Invalid or Unavailable when the partner does not keep its part.
    """
    attempt = await tie.store.write(lambda tx: queries.take_attempt(tx, viewer_id, _hash(state)))
    if attempt is None:
        raise Gone("This sign-in has expired. Please begin again.")
    app = await queries.app_of(tie.store.reads, attempt.app_id)
    if app is None:
        raise Gone("This sign-in has expired. Please begin again.")
    if issuer is not None and issuer.removesuffix("/") != app.origin:
        raise Forbidden("The answer did not come from {host}. Nothing was tied.", host=host_of(app.origin))
    if error or not code:
        raise Forbidden("You did not allow it at {host}. Nothing was tied.", host=host_of(app.origin))
    arrival = await _arrive(tie, app, code, attempt.verifier)

    chosen: dict[Direction, bool] = {"out": attempt.copies_out, "in": attempt.home_in}

    async def apply(tx: Tx) -> int:
        link_id = await _put_link(tx, viewer_id, arrival)
        for direction, agreed in chosen.items():
            needed = mastodon.scopes_for(copies_out=direction == "out", home_in=direction == "in")
            if agreed:
                await open_direction(tx, viewer_id, link_id, direction)
            elif not mastodon.covers(arrival.scopes, needed):
                await close_direction(tx, viewer_id, link_id, direction)
        tx.emit(events.Linked(link_id, viewer_id))
        await want_delivery(tx, link_id)
        return link_id

    return await tie.store.write(apply)


async def _registered(tie: Tie, origin: str, scopes: str) -> Row:
    """Our registration there, made anew when the server has forgotten it."""
    known = await queries.partner_app(tie.store.reads, origin, tie.redirect_uri, scopes)
    if known is not None and known.name == tie.app_name:
        proof = await call(
            tie, origin, mastodon.app_token(origin, _credentials(known), tie.redirect_uri, scopes)
        )
        if proof.status == 200:
            return known
    request = mastodon.register(origin, tie.app_name, tie.redirect_uri, scopes, tie.config.url)
    app = await ask(tie, origin, request, wire.App)

    async def apply(tx: Tx) -> Row | None:
        row: dict[str, object] = {
            "id": tx.new_id(),
            "origin": origin,
            "redirect_uri": tie.redirect_uri,
            "scopes": scopes,
            "name": tie.app_name,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "made_at": tx.now_ms,
        }
        await queries.put_app(tx, row)
        return await queries.partner_app(tx, origin, tie.redirect_uri, scopes)

    kept = await tie.store.write(apply)
    if kept is None:
        raise LookupError("a registration vanished in the transaction that wrote it")
    return kept


async def _arrive(tie: Tie, app: Row, code: str, verifier: str) -> _Arrival:
    origin = app.origin
    exchange = mastodon.exchange(origin, _credentials(app), tie.redirect_uri, code, verifier)
    token = await ask(tie, origin, exchange, wire.Token)
    granted = token.scope or app.scopes
    if not mastodon.covers(granted, tuple(app.scopes.split())):
        await call(tie, origin, mastodon.revoke(origin, _credentials(app), token.access_token))
        raise Forbidden("{host} granted less than is needed. Nothing was tied.", host=host_of(origin))
    account = await ask(tie, origin, mastodon.verify_credentials(origin, token.access_token), wire.Account)
    return _Arrival(app, token, granted, account, await _limit(tie, origin))


async def _limit(tie: Tie, origin: str) -> Limit:
    """How the server counts; what most servers do when it does not say."""
    for version in (2, 1):
        answer = await call(tie, origin, mastodon.instance(origin, version))
        if answer.status == 200:
            try:
                return mastodon.limit_of(mastodon.read(answer, wire.Instance))
            except mastodon.Malformed:
                continue
    return mastodon.limit_of(wire.Instance())


async def _put_link(tx: Tx, face_id: int, arrival: _Arrival) -> int:
    account_id = str(arrival.account.id)
    row: dict[str, object] = {
        "app_id": arrival.app.id,
        "acct": f"{plain_line(arrival.account.acct.partition('@')[0])}@{host_of(arrival.app.origin)}",
        "account_url": mastodon.web_url(arrival.account.url),
        "token": arrival.token.access_token,
        "scopes": arrival.scopes,
        "state": LinkState.LIVE.value,
        "most_characters": arrival.limit.most,
        "url_characters": arrival.limit.url,
        "unit": arrival.limit.unit,
        "ending_at": None,
        "ended_at": None,
    }
    known = await queries.link_to(tx, face_id, arrival.app.origin, account_id)
    if known is not None:
        linked_at = tx.now_ms if known.state == LinkState.ENDED.value else known.linked_at
        await queries.change_link(tx, known.id, **row, linked_at=linked_at)
        return known.id
    link_id = tx.new_id()
    fixed: dict[str, object] = {"origin": arrival.app.origin, "account_id": account_id, "poll_failures": 0}
    await queries.add_link(tx, {"id": link_id, "face_id": face_id, "linked_at": tx.now_ms, **fixed, **row})
    return link_id


def _credentials(app: Row) -> Credentials:
    return Credentials(app.client_id, app.client_secret)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
