"""A partner that lies, and texts made to be slow."""

import asyncio
import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from kizuna.fetch.port import Response
from kizuna.ground.errors import Forbidden, Invalid
from kizuna.store.open import Stores
from kizuna.tie import consents, copies, links
from kizuna.tie.address import origin_of
from kizuna.tie.partners import mastodon
from tests.fakes import FakeClock
from tests.tie.fake_partner import FakePartner
from tests.tie.scene import Scene


def test_a_name_with_the_dot_of_the_root_is_the_same_place() -> None:
    assert origin_of("example.social.", ()) == "https://example.social"
    assert origin_of("https://Example.Social.:443/", ()) == "https://example.social"
    with pytest.raises(Invalid):
        origin_of("localhost.", ())


def test_a_code_of_another_server_is_not_given_away(stores: Stores, clock: FakeClock) -> None:
    """The mix-up attack (RFC 9700, 4.4): one partner leads people on to the page of another."""

    async def go() -> None:
        partner = FakePartner(clock.now_ms)
        scene = Scene(stores, clock, partner)
        await scene.open()
        for issuer, tied in (
            ("https://honest.test/", False),
            (f"{partner.origin}/", True),
            (partner.origin, True),
        ):
            url = await links.begin_link(scene.tie, scene.mei, partner.host, copies_out=True, home_in=False)
            state, code = partner.approve(url)
            before = len(partner.requests)
            if tied:
                await links.finish_link(scene.tie, scene.mei, state, code, issuer=issuer)
                continue
            with pytest.raises(Forbidden):
                await links.finish_link(scene.tie, scene.mei, state, code, issuer=issuer)
            assert len(partner.requests) == before

    asyncio.run(go())


@pytest.mark.parametrize("token", ["秘密", "a b", "a\r\nx: y", ""])
def test_a_token_that_fits_into_no_header_is_no_token(stores: Stores, clock: FakeClock, token: str) -> None:
    async def go() -> None:
        partner = FakePartner(clock.now_ms)
        scene = Scene(stores, clock, partner)
        await scene.open()
        url = await links.begin_link(scene.tie, scene.mei, partner.host, copies_out=True, home_in=False)
        state = parse_qs(urlsplit(url).query)["state"][0]
        body = json.dumps({"access_token": token}).encode()
        partner.answers["/oauth/token"] = Response(200, {}, body, partner.origin)
        with pytest.raises(Invalid):
            await links.finish_link(scene.tie, scene.mei, state, "code")

    asyncio.run(go())


def test_a_name_that_lies_about_its_server_does_not(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        partner = FakePartner(clock.now_ms)
        scene = Scene(stores, clock, partner)
        await scene.open()
        url = await links.begin_link(scene.tie, scene.mei, partner.host, copies_out=True, home_in=False)
        state, code = partner.approve(url)
        account = {"id": "1", "acct": "mei\u202e\n" + "x" * 5000 + "@bank.example", "url": "javascript:x"}
        body = json.dumps(account).encode()
        partner.answers["/api/v1/accounts/verify_credentials"] = Response(200, {}, body, partner.origin)
        link_id = await links.finish_link(scene.tie, scene.mei, state, code)
        link = await consents.link_of(scene.tie, scene.mei, link_id)
        assert link.acct.startswith("mei x")
        assert link.acct.endswith("@partner.test")
        assert len(link.acct) < 250
        assert not link.account_url

    asyncio.run(go())


def test_a_rewording_is_no_longer_than_can_be_fitted_at_once(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = Scene(stores, clock, FakePartner(clock.now_ms))
        await scene.open()
        link_id, voice_id = await scene.link(), await scene.say("a")
        for text in ("🇯🇵" * 20_000, "a" * 50_000):
            with pytest.raises(Invalid):
                await copies.targets(scene.tie, scene.mei, voice_id, text)
            with pytest.raises(Invalid):
                await copies.make_copy(scene.tie, scene.mei, voice_id, link_id, text)
        assert [each.text for each in await copies.targets(scene.tie, scene.mei, voice_id, "b")] == ["b"]

    asyncio.run(go())


@pytest.mark.parametrize("piece", ["<a", "<!--", "<!", "</", "<?", "<textarea><"])
def test_no_html_of_a_partner_takes_long_to_compare(piece: str) -> None:
    began = time.process_time()
    for size in (1_000_000, 20_000, 2000):
        assert not mastodon.same_text(piece * (size // len(piece)), "a" * 400)
    assert time.process_time() - began < 1
