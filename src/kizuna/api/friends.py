"""Accounts for a token that may act for a circle face: faces of the circle are accounts called `name.circle`.

Each operation is the twin of one in `accounts`, `profile`, `relations` or `search` (see `faces`). What a face is told
of another is what its page tells: the name, and to friends the note and what it says; whose friend it is to nobody.
"""

from typing import Final

from starlette.responses import Response

from kizuna.api import accounts, profile, relations
from kizuna.api import search as square_search
from kizuna.api.accounts import Lookup, Posts
from kizuna.api.calls import Call, Nothing, OwnCall, P
from kizuna.api.faces import ACCOUNT, face_of
from kizuna.api.operations import Operation, by_person
from kizuna.api.paging import Ids, Paged, ids_of, links, page_of
from kizuna.api.present import present_accounts
from kizuna.api.search import Found, Search
from kizuna.circle import friend_queries, queries
from kizuna.circle.models import Profile
from kizuna.doors.answers import json_answer
from kizuna.doors.routes import asker_of
from kizuna.ground.errors import NotFound
from kizuna.ground.ids import parse_id, store_of
from kizuna.square.entities import Account, CredentialAccount, Relationship, Status
from kizuna.tie import faces


async def verify(call: OwnCall[Nothing]) -> Response:
    """One's own account: that of the square where the token has it."""
    if call.viewer.square_id is not None:
        return await profile.verify(call)
    mine = await _face(call, face_of(call.viewer))
    return json_answer(faces.credential_account(mine, call.parts.config.url))


async def show(call: OwnCall[Nothing]) -> Response:
    """One face."""
    return json_answer(_account(call, await _face(call, call.id)))


async def show_many(call: OwnCall[Ids]) -> Response:
    """Accounts and faces at once; those that aren't there are left out."""
    ids = ids_of(call.params)
    found = await present_accounts(call.parts, [one for one in ids if store_of(one) == "square"])
    found += [_account(call, face) for face in await _faces(call, ids)]
    by_id = {each.id: each for each in found}
    return json_answer([by_id[str(one)] for one in ids if str(one) in by_id])


async def lookup(call: OwnCall[Lookup]) -> Response:
    """The account or face with a name."""
    handle = faces.handle_of(call.params.acct, call.parts.config.domain)
    if handle is None:
        return await accounts.lookup(_anyone(call))
    face = await friend_queries.profile(call.parts.circle.store.reads, face_of(call.viewer), handle)
    if face is None:
        raise NotFound
    return json_answer(_account(call, face))


async def statuses(call: OwnCall[Posts]) -> Response:
    """What a face says to this viewer."""
    face, params = await _face(call, call.id), call.params
    page = page_of(params)
    if params.pinned or params.only_media or params.tagged is not None:
        return json_answer([])  # a voice has none of these
    reads = call.parts.circle.store.reads
    ids = await queries.profile_ids(
        reads,
        face_of(call.viewer),
        face.face.id,
        max_id=page.max_id,
        since_id=page.since_id,
        min_id=page.min_id,
        limit=page.limit,
    )
    voices = await queries.load(reads, face_of(call.viewer), ids)
    shown = await faces.statuses(call.parts.square, call.parts.circle, call.viewer, voices)
    return json_answer(shown, headers=links(call.parts.config, call.request, ids, page))


async def nobody(call: OwnCall[Paged]) -> Response:
    """Who is whose friend is told to nobody."""
    await _face(call, call.id)
    return json_answer([])


async def relationships(call: OwnCall[Ids]) -> Response:
    """How one stands to accounts and faces; unknown ones are left out."""
    ids = list(dict.fromkeys(ids_of(call.params)))
    found = [faces.relationship(face) for face in await _faces(call, ids)]
    if call.viewer.square_id is not None:
        found += await relations.standings(call.parts, call.viewer.square_id, ids)
    by_id = {each.id: each for each in found}
    return json_answer([by_id[str(one)] for one in ids if str(one) in by_id])


async def search(call: OwnCall[Search]) -> Response:
    """As for everybody; besides, the address of a voice or a face leads to it, and so does a whole `name.circle`."""
    text, wanted = call.params.q.strip(), call.params.type
    voice_id = parse_id(text.removeprefix(f"{call.parts.config.url}/v/"))
    handle = text.removeprefix(f"{call.parts.config.url}/c/")
    if handle == text:
        handle = faces.handle_of(text, call.parts.config.domain) or ""
    reads, me = call.parts.circle.store.reads, face_of(call.viewer)
    if voice_id is not None and wanted in (None, "statuses"):
        voices = await queries.load(reads, me, [voice_id])
        shown = await faces.statuses(call.parts.square, call.parts.circle, call.viewer, voices)
        return json_answer(Found(statuses=shown))
    if handle and wanted in (None, "accounts"):
        face = await friend_queries.profile(reads, me, handle)
        return json_answer(Found(accounts=[] if face is None else [_account(call, face)]))
    return await square_search.search(_anyone(call))


async def _face(call: OwnCall[P], face_id: int) -> Profile:
    face = await friend_queries.profile_by_id(call.parts.circle.store.reads, face_of(call.viewer), face_id)
    if face is None:
        raise NotFound
    return face


async def _faces(call: OwnCall[P], ids: list[int]) -> list[Profile]:
    """Those of these ids that are faces."""
    reads, me = call.parts.circle.store.reads, face_of(call.viewer)
    found = [await friend_queries.profile_by_id(reads, me, one) for one in ids if store_of(one) == "circle"]
    return [face for face in found if face is not None]


def _account(call: OwnCall[P], face: Profile) -> Account:
    return faces.account(face.face, call.parts.config.url, face.bio_html)


def _anyone(call: OwnCall[P]) -> Call[P]:
    """The same call as a public handler takes it."""
    return Call(call.parts, call.request, call.params, call.viewer, asker_of(call.request).app)


TWINS: Final[tuple[Operation, ...]] = (
    by_person("GET", "/api/v1/accounts/verify_credentials", verify, Nothing, CredentialAccount, "profile"),
    by_person("GET", "/api/v1/accounts", show_many, Ids, list[Account], "read:accounts"),
    by_person("GET", "/api/v1/accounts/lookup", lookup, Lookup, Account, "read:accounts"),
    by_person(
        "GET", "/api/v1/accounts/relationships", relationships, Ids, list[Relationship], "read:follows"
    ),
    by_person("GET", ACCOUNT, show, Nothing, Account, "read:accounts"),
    by_person("GET", f"{ACCOUNT}/statuses", statuses, Posts, list[Status], "read:statuses"),
    by_person("GET", f"{ACCOUNT}/followers", nobody, Paged, list[Account], "read:accounts"),
    by_person("GET", f"{ACCOUNT}/following", nobody, Paged, list[Account], "read:accounts"),
    by_person("GET", "/api/v2/search", search, Search, Found, "read:search"),
)
