"""One's own account: registering it, seeing it, changing it."""

from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.oauth import Token, token_entity
from kizuna.api.operations import Operation, by_app, by_person
from kizuna.api.present import known_account
from kizuna.doors.answers import json_answer
from kizuna.doors.routes import asker_of
from kizuna.doors.tree import Upload
from kizuna.ground.errors import Forbidden, Invalid
from kizuna.people.models import SignUp
from kizuna.people.oauth import sign_up_with_app
from kizuna.square import actions, render
from kizuna.square.entities import CredentialAccount


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
    row = await known_account(call.parts, call.me)
    return json_answer(render.credential_account(row, call.parts.config.url))


async def update(call: OwnCall[ProfileChange]) -> Response:
    """Change name and note."""
    params = call.params
    _check_supported(params)
    before = await known_account(call.parts, call.me)
    row = await actions.edit_profile(
        call.parts.square,
        call.me,
        before.display_name if params.display_name is None else params.display_name,
        before.note if params.note is None else params.note,
    )
    return json_answer(render.credential_account(row, call.parts.config.url))


def _check_supported(params: ProfileChange) -> None:
    """Refuse what this version cannot keep, unless it asks for what is the case anyway. Raises Invalid."""
    source = params.source or SourceChange()
    lines = params.fields_attributes or []
    for field, wanted in (
        ("avatar", params.avatar),
        ("header", params.header),
        ("locked", params.locked),
        ("bot", params.bot),
        ("fields_attributes", any(line.name or line.value for line in lines)),
        ("source[privacy]", source.privacy not in (None, "", "public")),
        ("source[sensitive]", source.sensitive),
        ("source[language]", source.language),
    ):
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
    ),
)
