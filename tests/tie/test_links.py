"""Linking: addresses as typed, OAuth with PKCE, consent per direction, and every way it can go wrong."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from kizuna.ground.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Refusal
from kizuna.store.open import Stores
from kizuna.tie import consents, copies, links
from kizuna.tie.address import origin_of
from kizuna.tie.models import Limit, LinkState
from tests.fakes import FakeClock
from tests.tie.fake_partner import FakePartner
from tests.tie.scene import Scene

ALLOWED = ("localhost:3000", "square:80")


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("example.social", "https://example.social"),
        (" https://Example.Social/@me ", "https://example.social"),
        ("@me@example.social", "https://example.social"),
        ("me@example.social", "https://example.social"),
        ("https://example.social:443", "https://example.social"),
        ("example.social:8443", "https://example.social:8443"),
        ("例え.jp", "https://xn--r8jz45g.jp"),
        ("localhost:3000", "http://localhost:3000"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("https://localhost:3000", "https://localhost:3000"),
        ("@me@localhost:3000", "http://localhost:3000"),
        ("http://square", "http://square"),
    ],
)
def test_addresses_as_people_type_them(typed: str, origin: str) -> None:
    assert origin_of(typed, ALLOWED) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "example",
        "me@",
        "http://example.social",
        "ftp://example.social",
        "exa mple.social",
        "a.b:99999",
        "a.b:0",
        "javascript://a.b",
        "[::1]",
        "a..b",
        "a.b?x=y",
        "x" * 400 + ".jp",
        "a\x00.b",
        "http://localhost:3001",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        origin_of(typed, ALLOWED)


def scene_of(stores: Stores, clock: FakeClock) -> Scene:
    return Scene(stores, clock, FakePartner(clock.now_ms))


def test_a_link_asks_for_what_was_chosen_and_no_more(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        wanted: dict[tuple[bool, bool], str] = {
            (True, False): "read:accounts read:statuses write:statuses",
            (False, True): "read:accounts read:statuses",
        }
        for (out, home), scopes in wanted.items():
            url = await links.begin_link(scene.tie, scene.mei, "partner.test", copies_out=out, home_in=home)
            assert parse_qs(urlsplit(url).query)["scope"] == [scopes]
        with pytest.raises(Invalid):
            await links.begin_link(scene.tie, scene.mei, "partner.test", copies_out=False, home_in=False)

    asyncio.run(go())


def test_a_link_and_its_consents_have_their_dates(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        began = clock.now_ms()
        link_id = await scene.link(out=True, home=True)
        link = await consents.link_of(scene.tie, scene.mei, link_id)
        assert (link.host, link.acct, link.state) == ("partner.test", "user1@partner.test", LinkState.LIVE)
        assert link.limit == Limit(500, None, "grapheme")
        assert link.allows("out")
        assert link.allows("in")
        clock.advance(60)
        await consents.set_consent(scene.tie, scene.mei, link_id, "out", given=False)
        await consents.set_consent(scene.tie, scene.mei, link_id, "out", given=False)
        clock.advance(60)
        await consents.set_consent(scene.tie, scene.mei, link_id, "out", given=True)
        history = await consents.consent_history(scene.tie, scene.mei, link_id)
        outs = [
            (one.given_at - began, one.ended_at and one.ended_at - began)
            for one in history
            if one.direction == "out"
        ]
        assert outs == [(120_000, None), (0, 60_000)]

    asyncio.run(go())


def test_without_consent_nothing_leaves(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        link_id = await scene.link()
        voice_id = await scene.say("a")
        await copies.make_copy(scene.tie, scene.mei, voice_id, link_id, "a")
        await consents.set_consent(scene.tie, scene.mei, link_id, "out", given=False)
        await scene.work(60)
        assert scene.partner.ever == []
        with pytest.raises(Forbidden):
            await copies.make_copy(scene.tie, scene.mei, await scene.say("b"), link_id, "b")
        assert await copies.targets(scene.tie, scene.mei, voice_id) == []

    asyncio.run(go())


def test_a_direction_that_was_not_asked_for_needs_a_new_sign_in(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        link_id = await scene.link(out=False, home=True)
        with pytest.raises(Conflict):
            await consents.set_consent(scene.tie, scene.mei, link_id, "out", given=True)
        assert await scene.link(out=True, home=True) == link_id
        assert (await consents.link_of(scene.tie, scene.mei, link_id)).allows("out")
        # Signing in anew for less closes what the new access cannot do.
        assert await scene.link(out=False, home=True) == link_id
        assert not (await consents.link_of(scene.tie, scene.mei, link_id)).allows("out")

    asyncio.run(go())


def test_a_state_works_once_for_its_face_for_ten_minutes(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        tie = scene.tie

        async def begin() -> tuple[str, str]:
            url = await links.begin_link(tie, scene.mei, "partner.test", copies_out=True, home_in=False)
            return scene.partner.approve(url)

        state, code = await begin()
        with pytest.raises(Gone):
            await links.finish_link(tie, scene.ken, state, code)
        await links.finish_link(tie, scene.mei, state, code)
        with pytest.raises(Gone):
            await links.finish_link(tie, scene.mei, state, code)
        state, code = await begin()
        clock.advance(601)
        with pytest.raises(Gone):
            await links.finish_link(tie, scene.mei, state, code)
        state, _ = await begin()
        with pytest.raises(Forbidden):
            await links.finish_link(tie, scene.mei, state, None, "access_denied")
        state, _ = await begin()
        with pytest.raises(Invalid, match="not valid"):
            await links.finish_link(tie, scene.mei, state, "forged")

    asyncio.run(go())


def test_less_than_was_asked_for_ties_nothing(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        url = await links.begin_link(scene.tie, scene.mei, "partner.test", copies_out=True, home_in=False)
        state, code = scene.partner.approve(url, scope="read:accounts")
        with pytest.raises(Forbidden):
            await links.finish_link(scene.tie, scene.mei, state, code)
        assert await consents.links_of(scene.tie, scene.mei) == []
        assert scene.partner.tokens == {}

    asyncio.run(go())


def test_one_registration_serves_all_and_is_renewed_when_forgotten(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        await scene.link()
        await scene.link(scene.ken, "2")
        registrations = [one for one in scene.partner.requests if one.url.endswith("/api/v1/apps")]
        assert len(registrations) == 1
        scene.partner.forget_apps()
        await scene.link()

    asyncio.run(go())


@pytest.mark.parametrize("fault", ["closed", "lost", "busy", "down", "garbage"])
def test_a_partner_that_does_not_answer_is_said_so(stores: Stores, clock: FakeClock, fault: str) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        scene.partner.faults = [fault]
        with pytest.raises(Refusal, match=r"partner\.test"):
            await links.begin_link(scene.tie, scene.mei, "partner.test", copies_out=True, home_in=False)

    asyncio.run(go())


def test_links_and_copies_are_for_their_owner_only(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        link_id = await scene.link()
        voice_id = await scene.say("a")
        kens = await scene.say("b", scene.ken)
        copy_id = await copies.make_copy(scene.tie, scene.mei, voice_id, link_id, "a")
        for attempt in (
            consents.link_of(scene.tie, scene.ken, link_id),
            consents.unlink(scene.tie, scene.ken, link_id, "keep"),
            consents.set_consent(scene.tie, scene.ken, link_id, "out", given=False),
            copies.make_copy(scene.tie, scene.ken, kens, link_id, "b"),
            copies.make_copy(scene.tie, scene.mei, kens, link_id, "b"),
            copies.targets(scene.tie, scene.mei, kens),
            copies.recall_copy(scene.tie, scene.ken, copy_id),
            copies.copy_of(scene.tie, scene.ken, copy_id),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert await copies.ledger(scene.tie, scene.ken) == []
        assert await copies.copies_of_voices(scene.tie, scene.ken, [voice_id]) == {voice_id: []}
        with pytest.raises(Conflict):
            await copies.make_copy(scene.tie, scene.mei, voice_id, link_id, "again")

    asyncio.run(go())
