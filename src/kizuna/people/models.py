"""The things of people, as the doors see them. Times are Unix milliseconds."""

from enum import StrEnum
from typing import Literal

import msgspec

from kizuna.ground.config import Plane
from kizuna.people.scopes import Scopes


class Role(StrEnum):
    """What somebody may decide about others."""

    MEMBER = "member"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


class Standing(msgspec.Struct, frozen=True):
    """How a person stands on this server. Silenced: for followers only. Suspended: not shown, cannot sign in."""

    role: Role = Role.MEMBER
    silenced_at: int | None = None
    suspended_at: int | None = None

    @property
    def staff(self) -> bool:
        """Whether they may enter the rooms of the moderators."""
        return self.role is not Role.MEMBER and self.suspended_at is None


class Viewer(msgspec.Struct, frozen=True, cache_hash=True, kw_only=True):
    """A signed-in person, acting with the faces and scopes of a session or a token."""

    person_id: int
    square_id: int | None
    circle_id: int | None
    locale: str
    session_id: int | None = None
    token_id: int | None = None
    app_id: int | None = None
    scopes: Scopes


class AppToken(msgspec.Struct, frozen=True, kw_only=True):
    """An app that acts for itself (client credentials): it may register people and read what anybody may."""

    token_id: int
    app_id: int
    scopes: Scopes


class SignUp(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote into the sign-up form.

    The handle is reserved in every plane that the server runs, but in the circle ``circle_handle`` where one is given:
    who wants the two faces apart gives them different ones.
    """

    handle: str
    circle_handle: str | None = None
    password: str
    display_name: str = ""
    email: str | None = None
    locale: str | None = None
    invite: str | None = None
    reason: str = ""

    def handle_in(self, plane: Plane) -> str:
        """The handle of the face in one plane."""
        return self.circle_handle or self.handle if plane == "circle" else self.handle

    def __repr__(self) -> str:
        """Without the password: what is logged with an error must not hold it."""
        return f"SignUp(handle={self.handle!r})"


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who waits to be let in."""

    person_id: int
    handle: str
    name: str
    email: str | None
    confirmed: bool
    reason: str
    since_at: int


class NewSession(msgspec.Struct, frozen=True):
    """A session that has begun. The token is known only here and to the browser."""

    token: str
    viewer: Viewer


class Session(msgspec.Struct, frozen=True):
    """A session as its owner sees it. ``seen_at`` is coarse: an hour."""

    id: int
    user_agent: str
    created_at: int
    seen_at: int
    current: bool


class SignIn(msgspec.Struct, frozen=True):
    """A sign-in as its person sees it: the hour, the browser's family, the network, and how."""

    hour_at: int
    browser: str
    network: str
    how: str


class Factors(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has besides a password: an authenticator app, passkeys, and recovery codes that are left."""

    totp: bool
    passkeys: int
    codes: int


class TotpKey(msgspec.Struct, frozen=True):
    """A key for an authenticator app, as text and as the address in the QR code."""

    text: str
    uri: str


class Passkey(msgspec.Struct, frozen=True):
    """A passkey as its owner sees it. ``doubted``: its counter went back, so somebody may have a copy."""

    id: int
    name: str
    created_at: int
    used_at: int | None
    doubted: bool


class Archive(msgspec.Struct, frozen=True):
    """How somebody's archive stands; ``size`` in bytes."""

    state: Literal["none", "making", "ready", "failed"]
    size: int
    expires_at: int


class Invite(msgspec.Struct, frozen=True):
    """A sign-up invite of one's own. The code is known only to those who hold the link."""

    id: int
    uses: int
    max_uses: int
    created_at: int
    expires_at: int
    ended_at: int | None

    def is_open(self, now_ms: int) -> bool:
        """Whether somebody could still take it."""
        return self.ended_at is None and self.expires_at > now_ms and self.uses < self.max_uses


class App(msgspec.Struct, frozen=True):
    """A registered app. Its ``id`` is ours, its ``client_id`` what it shows."""

    id: int
    client_id: str
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: Scopes


class NewApp(msgspec.Struct, frozen=True):
    """An app that has just registered. The secret is shown once."""

    app: App
    client_secret: str


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of an authorisation request (RFC 6749, 4.1.1; RFC 7636, 4.3), as they came."""

    response_type: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scope: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None


class FaceChoice(msgspec.Struct, frozen=True):
    """The faces that a token may act for, as chosen on the authorise page."""

    square: bool
    circle: bool


class Redeem(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters with which an app exchanges a code (RFC 6749, 4.1.3; RFC 7636, 4.5)."""

    client_id: str
    client_secret: str | None = None
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str | None = None


class NewToken(msgspec.Struct, frozen=True):
    """A token that has been issued. It is known only here and to the app."""

    access_token: str
    scopes: Scopes
    created_at: int


class Grant(msgspec.Struct, frozen=True):
    """An app that holds a token of a person, as the person sees it."""

    app_id: int
    name: str
    website: str | None
    scopes: Scopes
    since_at: int
