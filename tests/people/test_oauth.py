"""The OAuth server from registration to revocation, and everything that must not work in between."""

import asyncio
from dataclasses import dataclass
from typing import Final

import msgspec
import pytest
import sqlalchemy as sa

from kizuna.ground.config import Config
from kizuna.ground.errors import Forbidden, Invalid, Refusal, Unauthorized
from kizuna.people.actions import change_locale, change_password
from kizuna.people.models import App, AppToken, Ask, FaceChoice, Redeem, SignUp, Viewer
from kizuna.people.oauth import (
    CODE_MS,
    authorize,
    check_ask,
    client_credentials,
    end_grant,
    exchange_code,
    find_app,
    find_client,
    my_grants,
    password_grant,
    preselected,
    register_app,
    revoke,
    sign_up_with_app,
)
from kizuna.people.pkce import challenge_of
from kizuna.people.ports import People
from kizuna.people.redirects import OUT_OF_BAND
from kizuna.people.refusals import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    OAuthRefused,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
)
from kizuna.people.sessions import sign_out
from kizuna.people.tables import OAUTH_APP, OAUTH_CODE, OAUTH_TOKEN
from kizuna.people.viewers import viewer_by_bearer, viewer_by_session
from tests.fakes import FakeClock
from tests.people.world import PASSWORD, Member, configured, member, planes

VERIFIER: Final = "the verifier of this flow has more than 43 letters".replace(" ", "-")
CALLBACK: Final = "https://app.example/callback?via=kizuna"
SQUARE: Final = FaceChoice(square=True, circle=False)


@dataclass(frozen=True)
class Client:
    """An app as its programmer holds it."""

    app: App
    secret: str

    def ask(self, **changed: str | None) -> Ask:
        """A good authorisation request, with changes."""
        good = {
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": CALLBACK,
            "scope": "read write:statuses",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        return msgspec.convert(good | changed, Ask)

    def redeem(self, code: str, /, **changed: str | None) -> Redeem:
        """A good exchange of a code, with changes."""
        good = {
            "client_id": self.app.client_id,
            "client_secret": self.secret,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return msgspec.convert(good | changed, Redeem)


async def client(people: People, name: str = "Test app", scopes: str | None = "read write follow") -> Client:
    made = await register_app(people, name, [CALLBACK, OUT_OF_BAND], scopes, "https://app.example")
    return Client(made.app, made.client_secret)


async def token_for(people: People, app: Client, who: Member) -> str:
    code = await authorize(people, who.viewer, app.ask(), SQUARE)
    return (await exchange_code(people, app.redeem(code))).access_token


async def holder(people: People, token: str) -> Viewer:
    viewer = await viewer_by_bearer(people, token)
    assert isinstance(viewer, Viewer)
    return viewer


async def test_the_whole_flow(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    found = await find_client(people, app.ask())
    assert found == app.app == await find_app(people, app.app.id)
    assert check_ask(found, app.ask()) == {"read", "write:statuses"}
    code = await authorize(people, hana.viewer, app.ask(), preselected(hana.viewer))
    issued = await exchange_code(people, app.redeem(code))
    assert issued.scopes == {"read", "write:statuses"}
    assert issued.created_at == people.clock.now_ms()
    for _ in range(2):  # from the store, then from memory
        viewer = await holder(people, issued.access_token)
        assert viewer.person_id == hana.viewer.person_id
        assert viewer.square_id == hana.viewer.square_id
        assert viewer.circle_id is None  # it was not chosen
        assert viewer.app_id == app.app.id
        assert viewer.scopes == issued.scopes
        assert viewer.session_id is None
    assert await viewer_by_session(people, issued.access_token) is None
    stored = [
        str(await people.store.reads.all(sa.select(each))) for each in (OAUTH_APP, OAUTH_CODE, OAUTH_TOKEN)
    ]
    for given_out in (app.secret, code, issued.access_token, VERIFIER):
        assert given_out not in str(stored)


async def test_without_pkce_the_secret_is_needed(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    plain = app.ask(code_challenge=None, code_challenge_method=None, redirect_uri=OUT_OF_BAND)
    code = await authorize(people, hana.viewer, plain, SQUARE)
    bare = {"redirect_uri": OUT_OF_BAND, "code_verifier": None}
    for secret in (None, ""):
        with pytest.raises(InvalidClient):
            await exchange_code(people, app.redeem(code, client_secret=secret, **bare))
    assert (await exchange_code(people, app.redeem(code, **bare))).access_token


async def test_with_pkce_an_app_that_keeps_no_secret_may_come(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    code = await authorize(people, hana.viewer, app.ask(), SQUARE)
    with pytest.raises(InvalidClient):
        await exchange_code(people, app.redeem(code, client_secret="wrong"))
    assert (await exchange_code(people, app.redeem(code, client_secret=None))).access_token


async def test_a_person_chooses_the_faces(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    both = await authorize(people, hana.viewer, app.ask(), FaceChoice(square=True, circle=True))
    viewer = await holder(people, (await exchange_code(people, app.redeem(both))).access_token)
    assert (viewer.square_id, viewer.circle_id) == (hana.viewer.square_id, hana.viewer.circle_id)
    circle = await authorize(people, hana.viewer, app.ask(), FaceChoice(square=False, circle=True))
    viewer = await holder(people, (await exchange_code(people, app.redeem(circle))).access_token)
    assert (viewer.square_id, viewer.circle_id) == (None, hana.viewer.circle_id)
    with pytest.raises(Invalid) as refused:
        await authorize(people, hana.viewer, app.ask(), FaceChoice(square=False, circle=False))
    assert refused.value.field == "face"


async def test_a_server_without_square_preselects_the_circle(people: People) -> None:
    people = configured(people, Config(planes=("circle",)))
    app, hana = await client(people), await member(people, "hana")
    assert preselected(hana.viewer) == FaceChoice(square=False, circle=True)
    with pytest.raises(Invalid):
        await authorize(people, hana.viewer, app.ask(), SQUARE)


BAD_ASKS: Final[tuple[tuple[type[Refusal], dict[str, str | None]], ...]] = (
    (InvalidClient, {"client_id": "unknown"}),
    (InvalidClient, {"client_id": ""}),
    (InvalidClient, {"client_id": "\ud800"}),
    (InvalidRequest, {"redirect_uri": "https://evil.example/callback"}),
    (InvalidRequest, {"redirect_uri": CALLBACK + "&more=1"}),
    (InvalidRequest, {"redirect_uri": CALLBACK.upper()}),
    (InvalidRequest, {"redirect_uri": "https://app.example/callback"}),
    (InvalidRequest, {"redirect_uri": ""}),
    (UnsupportedResponseType, {"response_type": "token"}),
    (UnsupportedResponseType, {"response_type": ""}),
    (InvalidScope, {"scope": "read push"}),  # not registered
    (InvalidScope, {"scope": "admin:write"}),
    (InvalidRequest, {"code_challenge_method": "plain"}),
    (InvalidRequest, {"code_challenge": "short"}),
)


async def test_a_bad_request_gets_no_code(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    for refusal, changed in BAD_ASKS:
        with pytest.raises(OAuthRefused) as refused:
            await authorize(people, hana.viewer, app.ask(**changed), SQUARE)
        assert type(refused.value) is refusal, changed
    assert await people.store.reads.all(sa.select(OAUTH_CODE)) == []


async def test_what_is_shown_and_what_is_sent_back_are_told_apart(people: People) -> None:
    app = await client(people)
    for changed in ({"client_id": "unknown"}, {"redirect_uri": "https://evil.example/"}):
        with pytest.raises(OAuthRefused):
            await find_client(people, app.ask(**changed))
    bad = app.ask(response_type="token", scope="nonsense", code_challenge="x")
    assert await find_client(people, bad) == app.app
    with pytest.raises(OAuthRefused):
        check_ask(app.app, bad)


async def test_a_session_that_has_ended_gives_no_code(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    await sign_out(people, hana.viewer)
    with pytest.raises(Unauthorized):
        await authorize(people, hana.viewer, app.ask(), SQUARE)


async def test_a_token_cannot_authorise_another(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    viewer = await holder(people, await token_for(people, app, hana))
    with pytest.raises(Unauthorized):
        await authorize(people, viewer, app.ask(), SQUARE)


BAD_REDEEMS: Final[tuple[tuple[type[Refusal], dict[str, str | None]], ...]] = (
    (InvalidGrant, {"code": "unknown"}),
    (InvalidGrant, {"code": ""}),
    (InvalidGrant, {"code": "\ud800"}),
    (InvalidGrant, {"redirect_uri": OUT_OF_BAND}),
    (InvalidGrant, {"redirect_uri": "https://evil.example/"}),
    (InvalidGrant, {"code_verifier": VERIFIER + "x"}),
    (InvalidGrant, {"code_verifier": None}),
    (InvalidGrant, {"code_verifier": challenge_of(VERIFIER)}),
    (InvalidClient, {"client_secret": "wrong"}),
    (InvalidClient, {"client_id": "unknown"}),
)


async def test_a_code_is_good_only_for_what_it_was_given_for(people: People) -> None:
    app, other, hana = await client(people), await client(people), await member(people, "hana")
    code = await authorize(people, hana.viewer, app.ask(), SQUARE)
    for refusal, changed in BAD_REDEEMS:
        with pytest.raises(OAuthRefused) as refused:
            await exchange_code(people, app.redeem(code, **changed))
        assert type(refused.value) is refusal, changed
    with pytest.raises(InvalidGrant):  # a foreign app with its own secret
        await exchange_code(people, other.redeem(code))
    assert await people.store.reads.all(sa.select(OAUTH_TOKEN)) == []
    assert (await exchange_code(people, app.redeem(code))).access_token


async def test_a_code_expires(people: People, clock: FakeClock) -> None:
    app, hana = await client(people), await member(people, "hana")
    code = await authorize(people, hana.viewer, app.ask(), SQUARE)
    clock.advance(CODE_MS / 1000)
    with pytest.raises(InvalidGrant):
        await exchange_code(people, app.redeem(code))


async def test_a_replayed_code_takes_its_token_back(people: People) -> None:
    app, other, hana = await client(people), await client(people), await member(people, "hana")
    code = await authorize(people, hana.viewer, app.ask(), SQUARE)
    token = (await exchange_code(people, app.redeem(code))).access_token
    unconcerned = await token_for(people, app, hana)
    await holder(people, token)
    with pytest.raises(InvalidGrant):  # a foreign app can do no harm
        await exchange_code(people, other.redeem(code))
    assert await viewer_by_bearer(people, token)
    with pytest.raises(InvalidGrant):
        await exchange_code(people, app.redeem(code))
    assert await viewer_by_bearer(people, token) is None
    assert await viewer_by_bearer(people, unconcerned)


async def test_of_two_exchanges_at_once_none_stays_good(people: People) -> None:
    """Both in one group commit: the second must see the token of the first."""
    app, hana = await client(people), await member(people, "hana")
    code = await authorize(people, hana.viewer, app.ask(), SQUARE)
    outcomes = await asyncio.gather(
        exchange_code(people, app.redeem(code)),
        exchange_code(people, app.redeem(code)),
        return_exceptions=True,
    )
    assert [isinstance(outcome, InvalidGrant) for outcome in outcomes] == [False, True]
    live = sa.select(OAUTH_TOKEN.c.id).where(OAUTH_TOKEN.c.revoked_at.is_(None))
    assert await people.store.reads.all(live) == []


async def test_a_revoked_token_is_worth_nothing_at_once(people: People) -> None:
    app, other, hana = await client(people), await client(people), await member(people, "hana")
    token = await token_for(people, app, hana)
    await holder(people, token)
    with pytest.raises(UnauthorizedClient):
        await revoke(people, other.app.client_id, other.secret, token)
    with pytest.raises(InvalidClient):
        await revoke(people, app.app.client_id, "wrong", token)
    with pytest.raises(InvalidClient):
        await revoke(people, "unknown", app.secret, token)
    assert await viewer_by_bearer(people, token)
    await revoke(people, app.app.client_id, app.secret, token)
    assert await viewer_by_bearer(people, token) is None
    for again in (token, "unknown", "", "\ud800"):
        await revoke(people, app.app.client_id, app.secret, again)
    public = await token_for(people, app, hana)
    await revoke(people, app.app.client_id, None, public)
    assert await viewer_by_bearer(people, public) is None


async def test_people_see_their_apps_and_end_them(people: People) -> None:
    app, other = await client(people, "One"), await client(people, "Two")
    hana, ken = await member(people, "hana"), await member(people, "ken")
    tokens = [await token_for(people, app, hana), await token_for(people, app, hana)]
    kept, kens = await token_for(people, other, hana), await token_for(people, app, ken)
    waiting = await authorize(people, hana.viewer, app.ask(), SQUARE)
    for token in (*tokens, kept, kens):
        await holder(people, token)
    assert sorted(grant.name for grant in await my_grants(people, hana.viewer)) == ["One", "Two"]
    await end_grant(people, hana.viewer, app.app.id)
    assert [await viewer_by_bearer(people, token) for token in tokens] == [None, None]
    assert await viewer_by_bearer(people, kept)
    assert await viewer_by_bearer(people, kens)
    assert [grant.name for grant in await my_grants(people, hana.viewer)] == ["Two"]
    with pytest.raises(InvalidGrant):
        await exchange_code(people, app.redeem(waiting))


async def test_a_new_password_ends_tokens_and_codes(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    token = await token_for(people, app, hana)
    await holder(people, token)
    waiting = await authorize(people, hana.viewer, app.ask(), SQUARE)
    await change_password(people, hana.viewer, PASSWORD, "a different one")
    assert await viewer_by_bearer(people, token) is None
    with pytest.raises(InvalidGrant):
        await exchange_code(people, app.redeem(waiting))


async def test_the_language_reaches_tokens_at_once(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    token = await token_for(people, app, hana)
    wanted = "en" if (await holder(people, token)).locale == "ja" else "ja"
    await change_locale(people, hana.viewer, wanted)
    assert (await holder(people, token)).locale == wanted


async def test_an_app_may_act_for_itself_and_sign_people_up(people: People) -> None:
    app = await client(people)
    issued = await client_credentials(people, app.app.client_id, app.secret, "read write")
    itself = await viewer_by_bearer(people, issued.access_token)
    assert isinstance(itself, AppToken)
    assert (itself.app_id, itself.scopes) == (app.app.id, {"read", "write"})
    async with planes(people):
        draft = SignUp(handle="0123456789", password="x" * 64, email="0123456789@example.com")
        made = await sign_up_with_app(people, itself, draft, "192.0.2.1")
    viewer = await holder(people, made.access_token)
    assert viewer.square_id is not None
    assert viewer.circle_id is None
    assert viewer.scopes == itself.scopes
    reader = await client_credentials(people, app.app.client_id, app.secret, None)
    assert reader.scopes == {"read"}
    allowed_little = await viewer_by_bearer(people, reader.access_token)
    assert isinstance(allowed_little, AppToken)
    with pytest.raises(Forbidden):
        await sign_up_with_app(people, allowed_little, SignUp(handle="ken", password=PASSWORD), "192.0.2.1")
    with pytest.raises(InvalidClient):
        await client_credentials(people, app.app.client_id, "", "read")
    with pytest.raises(InvalidScope):
        await client_credentials(people, app.app.client_id, app.secret, "push")


async def test_passwords_are_taken_from_apps_in_test_mode_only(people: People) -> None:
    app, hana = await client(people), await member(people, "hana")
    with pytest.raises(UnsupportedGrantType):
        await password_grant(people, app.app.client_id, app.secret, "hana", PASSWORD, "read")
    testing = configured(people, Config(test_mode=True))
    async with planes(testing):
        itself = await client_credentials(testing, app.app.client_id, app.secret, "write")
        holding = await viewer_by_bearer(testing, itself.access_token)
        assert isinstance(holding, AppToken)
        draft = SignUp(handle="ken", password=PASSWORD, email="Ken@example.com")
        await sign_up_with_app(testing, holding, draft, "192.0.2.1")
    issued = await password_grant(testing, app.app.client_id, app.secret, "hana", PASSWORD, "read write")
    assert (await holder(testing, issued.access_token)).person_id == hana.viewer.person_id
    by_mail = await password_grant(
        testing, app.app.client_id, app.secret, "ken@example.com", PASSWORD, "read"
    )
    assert (await holder(testing, by_mail.access_token)).square_id is not None
    for login, password in (
        ("hana", "wrong"),
        ("nobody", PASSWORD),
        ("no@example.com", PASSWORD),
        ("@\ud800", ""),
    ):
        with pytest.raises(InvalidGrant):
            await password_grant(testing, app.app.client_id, app.secret, login, password, "read")
    with pytest.raises(InvalidClient):
        await password_grant(testing, app.app.client_id, "wrong", "hana", PASSWORD, "read")


async def test_a_bad_registration_writes_nothing(people: People) -> None:
    good = {"name": "App", "redirect_uris": CALLBACK, "scopes": "read", "website": ""}
    for field, bad in (
        ("client_name", {"name": " "}),
        ("client_name", {"name": "x" * 61}),
        ("client_name", {"name": "a\x00b"}),
        ("website", {"website": "javascript:alert(1)"}),
        ("website", {"website": "https://" + "x" * 2000}),
        ("redirect_uris", {"redirect_uris": "javascript:alert(1)"}),
    ):
        with pytest.raises(Invalid) as refused:
            await register_app(people, **{**good, **bad})
        assert refused.value.field == field
    with pytest.raises(InvalidScope):
        await register_app(people, **{**good, "scopes": "everything"})
    assert await people.store.reads.all(sa.select(OAUTH_APP)) == []
