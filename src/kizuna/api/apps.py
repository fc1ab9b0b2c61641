"""Apps: how a client introduces itself before anybody signs in with it."""

from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing
from kizuna.api.operations import Operation, anyone, by_app
from kizuna.doors.answers import json_answer
from kizuna.doors.routes import asker_of
from kizuna.ground.errors import NotFound
from kizuna.people.limits import REGISTER_APP, address_subject
from kizuna.people.models import App
from kizuna.people.oauth import find_app, register_app
from kizuna.people.scopes import scope_text


class NewApp(msgspec.Struct):
    """The parameters of ``POST /api/v1/apps``."""

    client_name: str
    redirect_uris: str | list[str]
    scopes: str | None = None
    website: str | None = None


class RegisteredApp(msgspec.Struct, kw_only=True):
    """The entity Application, of an app itself."""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uri: str
    redirect_uris: list[str]


class CredentialApplication(RegisteredApp, kw_only=True):
    """The entity CredentialApplication: the only time the secret is shown."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int = 0


async def register(call: Call[NewApp]) -> Response:
    """Register an app."""
    people, params = call.parts.people, call.params
    people.limiter.check("square", REGISTER_APP, address_subject(asker_of(call.request).address))
    made = await register_app(people, params.client_name, params.redirect_uris, params.scopes, params.website)
    shown = msgspec.structs.asdict(_application(made.app))
    return json_answer(
        CredentialApplication(**shown, client_id=made.app.client_id, client_secret=made.client_secret)
    )


async def verify(call: Call[Nothing]) -> Response:
    """The app whose token this is."""
    token = call.app or call.viewer
    app = await find_app(call.parts.people, token.app_id) if token and token.app_id else None
    if app is None:
        raise NotFound
    return json_answer(_application(app))


def _application(app: App) -> RegisteredApp:
    return RegisteredApp(
        id=str(app.id),
        name=app.name,
        website=app.website,
        scopes=scope_text(app.scopes).split(),
        redirect_uri="\n".join(app.redirect_uris),
        redirect_uris=list(app.redirect_uris),
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    anyone("POST", "/api/v1/apps", register, NewApp, CredentialApplication),
    by_app("GET", "/api/v1/apps/verify_credentials", verify, Nothing, RegisteredApp),
)
