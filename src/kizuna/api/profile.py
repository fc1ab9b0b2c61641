"""One's own account: registering it, seeing it, changing it."""

from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall, P
from kizuna.api.oauth import Token, token_entity
from kizuna.api.operations import Operation, by_app, by_person
from kizuna.doors.answers import json_answer
from kizuna.doors.routes import asker_of
from kizuna.doors.tree import Upload
from kizuna.ground.errors import Forbidden, Invalid
from kizuna.media.actions import keep_portrait
from kizuna.media.models import Use
from kizuna.people.limits import UPLOAD
from kizuna.people.models import SignUp
from kizuna.people.oauth import sign_up_with_app
from kizuna.square import actions, kept_actions, kept_queries, lookup, render, rules
from kizuna.square.entities import CredentialAccount
from kizuna.square.models import Account, Posting, ProfileMore


class Registration(msgspec.Struct):
    """The parameters of ``POST /api/v1/accounts``."""

    username: str
    password: str
    email: str | None = None
    agreement: bool = False
    locale: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    reason: str | None = None


class FieldLine(msgspec.Struct):
    """A line of a profile."""

    name: str = ""
    value: str = ""


class SourceChange(msgspec.Struct):
    """Defaults for new posts."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None


class ProfileChange(msgspec.Struct):
    """The parameters of ``PATCH /api/v1/accounts/update_credentials``. What is left out stays as it is."""

    display_name: str | None = None
    note: str | None = None
    avatar: Upload | str | None = None
    header: Upload | str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    fields_attributes: list[FieldLine] | None = None
    source: SourceChange | None = None


async def register(call: Call[Registration]) -> Response:
    """Sign up through an app; answers the new person's token."""
    if call.app is None:
        raise Forbidden("Registering needs a token of the app itself (client credentials)")
    params = call.params
    if not params.agreement:
        raise Invalid("The rules of this server have to be agreed to", field="agreement")
    draft = SignUp(
        handle=params.username,
        password=params.password,
        email=params.email,
        locale=params.locale,
        reason=params.reason or "",
    )
    try:
        issued = await sign_up_with_app(call.parts.people, call.app, draft, asker_of(call.request).address)
    except Invalid as refused:
        if refused.field == "circle_handle":  # an app asks for one handle only
            raise Invalid("This handle is taken.", field="username") from refused
        if refused.field != "handle":
            raise
        raise Invalid(
            refused.message, field="username", **refused.values
        ) from refused  # the API's name for it
    return json_answer(token_entity(issued), headers={"Cache-Control": "no-store"})


async def verify(call: OwnCall[Nothing]) -> Response:
    """One's own account."""
    row = await lookup.account(call.parts.square.store.reads, call.me)
    return await _own_account(call, row)


async def update(call: OwnCall[ProfileChange]) -> Response:
    """Change one's profile and its pictures, and how one posts unless one says otherwise."""
    params = call.params
    _check_supported(params)
    square = call.parts.square
    before = await lookup.account(square.store.reads, call.me)
    posting = _posting(params.source, await kept_queries.posting(square.kept.reads, call.me))
    rules.check_posting(posting)
    row = await actions.edit_profile(
        call.parts.square,
        call.me,
        before.display_name if params.display_name is None else params.display_name,
        before.note if params.note is None else params.note,
        ProfileMore(
            fields=_lines(params.fields_attributes),
            bot=params.bot,
            discoverable=params.discoverable,
            indexable=params.indexable,
            portraits=await _portraits(call),
        ),
    )
    if params.source is not None:
        await kept_actions.set_posting(square, call.me, posting)
    return await _own_account(call, row)


async def _own_account(call: OwnCall[P], row: Account) -> Response:
    posting = await kept_queries.posting(call.parts.square.kept.reads, row.id)
    return json_answer(render.credential_account(row, call.parts.config.url, posting))


def _lines(given: list[FieldLine] | None) -> tuple[tuple[str, str], ...] | None:
    return None if given is None else tuple((line.name, line.value) for line in given)


def _posting(given: SourceChange | None, usual: Posting) -> Posting:
    """What is left out stays as it is; an empty language is that of the interface again."""
    if given is None:
        return usual
    return Posting(
        visibility=given.privacy or usual.visibility,
        sensitive=usual.sensitive if given.sensitive is None else given.sensitive,
        language=usual.language if given.language is None else given.language or None,
    )


async def drop_avatar(call: OwnCall[Nothing]) -> Response:
    """Take one's avatar away."""
    row = await actions.change_portraits(call.parts.square, call.me, {"avatar": None})
    return json_answer(render.credential_account(row, call.parts.config.url))


async def drop_header(call: OwnCall[Nothing]) -> Response:
    """Take one's header away."""
    row = await actions.change_portraits(call.parts.square, call.me, {"header": None})
    return json_answer(render.credential_account(row, call.parts.config.url))


async def _portraits(call: OwnCall[ProfileChange]) -> dict[str, str | None]:
    """The new files of an avatar and a header. A form whose file field was left empty changes nothing."""
    found: dict[str, str | None] = {}
    uses: tuple[tuple[Use, Upload | str | None], ...] = (
        ("avatar", call.params.avatar),
        ("header", call.params.header),
    )
    for use, given in uses:
        if isinstance(given, Upload) and (given.data or given.filename):
            call.parts.people.limiter.check(None, UPLOAD, f"person {call.viewer.person_id}")
            found[use] = await keep_portrait(call.parts.media, "square", given.data, use)
        elif isinstance(given, str) and given:
            raise Invalid("A picture is sent as a file", field=use)
    return found


def _check_supported(params: ProfileChange) -> None:
    """Refuse what this version cannot keep, unless it asks for what is the case anyway. Raises Invalid."""
    for field, wanted in (("locked", params.locked),):
        if wanted:
            raise Invalid("This server cannot do {name} yet", field=field, name=field)


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_app("POST", "/api/v1/accounts", register, Registration, Token, "write:accounts"),
    by_person("GET", "/api/v1/accounts/verify_credentials", verify, Nothing, CredentialAccount, "profile"),
    by_person(
        "PATCH",
        "/api/v1/accounts/update_credentials",
        update,
        ProfileChange,
        CredentialAccount,
        "write:accounts",
        uploads=True,
    ),
    by_person("DELETE", "/api/v1/profile/avatar", drop_avatar, Nothing, CredentialAccount, "write:accounts"),
    by_person("DELETE", "/api/v1/profile/header", drop_header, Nothing, CredentialAccount, "write:accounts"),
)
