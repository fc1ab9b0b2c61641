"""A forgotten password: by mail, once, and without telling anybody who is here."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kizuna.people.tables import SESSION
from kizuna.wiring import Server
from tests.running import running
from tests.web.conftest import config_of
from tests.web.mailbox import Mailbox, link_in, mailing
from tests.web.visitor import PASSWORD, Visitor, join

NEW = "another good password"
pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Server]:
    """A server that sends mails into a directory."""
    async with running(mailing(tmp_path)) as server:
        yield server


async def arrive(server: Server, handle: str, email: str) -> Visitor:
    visitor = Visitor(server)
    await visitor.do("/sign-up", "/sign-up", handle=handle, name=handle, password=PASSWORD, email=email)
    return visitor


async def asked(server: Server, email: str) -> str:
    """Ask for a link; answers the page, without what differs each time."""
    answer = await Visitor(server).send("/reset", "/reset", email=email)
    assert answer.status_code == 200
    page = answer.text
    return page.replace(page.split('name="csrf" value="')[1].split('"')[0], "")


async def link(server: Server, email: str, number: int = 1) -> str:
    await asked(server, email)
    mail = await Mailbox(server.config).next("reset", number)
    return link_in(mail, server.config.url)


async def signed_in(server: Server, password: str) -> bool:
    answer = await Visitor(server).send("/sign-in", "/sign-in", handle="hana", password=password)
    return answer.status_code == 303


async def test_a_forgotten_password_is_replaced_by_mail(server: Server) -> None:
    here = await arrive(server, "hana", "hana@example.com")
    await here.open("/settings")
    path = await link(server, "HANA@example.com")
    page = await Visitor(server).open(path)
    assert "@hana" in page.text
    assert await Visitor(server).do(path, path, password=NEW) == "/sign-in"
    assert (await here.leads("/settings")).startswith("/sign-in"), "every session ended"
    assert not await signed_in(server, PASSWORD)
    assert await signed_in(server, NEW)
    told = await Mailbox(server.config).next("password")
    assert told["To"] == "hana@example.com"


async def test_the_answer_tells_nobody_who_is_here(server: Server) -> None:
    await arrive(server, "hana", "hana@example.com")
    assert await asked(server, "hana@example.com") == await asked(server, "nobody@example.com")
    await Mailbox(server.config).next("reset")
    assert Mailbox(server.config).kinds() == ["reset"]


async def test_a_link_counts_once(server: Server) -> None:
    await arrive(server, "hana", "hana@example.com")
    path = await link(server, "hana@example.com")
    one, other = Visitor(server), Visitor(server)
    forms = [(await each.open(path)).form(path) for each in (one, other)]
    answers = await asyncio.gather(
        one.post(forms[0], password=NEW), other.post(forms[1], password="yet another password")
    )
    assert sorted(answer.status_code for answer in answers) == [303, 410]
    page = await Visitor(server).open(path, 410)
    assert "/reset" in page.links, "it says what to do"


async def test_a_newer_link_and_a_changed_password_end_the_older_ones(server: Server) -> None:
    here = await arrive(server, "hana", "hana@example.com")
    first = await link(server, "hana@example.com")
    second = await link(server, "hana@example.com", 2)
    await Visitor(server).open(first, 410)
    await Visitor(server).open(second)
    assert (
        await here.do("/settings/password", "/settings/password", password=PASSWORD, new_password=NEW)
        == "/settings/security"
    )
    await Visitor(server).open(second, 410)


async def test_an_invented_link_looks_like_an_old_one(server: Server) -> None:
    await Visitor(server).open("/reset/abc", 410)
    await Visitor(server).open("/confirm/abc", 410)


async def test_the_host_that_a_request_names_is_in_no_link(server: Server) -> None:
    await arrive(server, "hana", "hana@example.com")
    visitor = Visitor(server)
    form = (await visitor.open("/reset")).form("/reset")
    answer = await visitor.raw(
        "/reset",
        form.filled({"email": "hana@example.com"}),
        Host="evil.example",
        X_Forwarded_Host="evil.example",
    )
    assert answer.status_code == 200
    mail = await Mailbox(server.config).next("reset")
    assert "evil.example" not in str(mail)
    assert link_in(mail, server.config.url).startswith("/reset/")


async def test_another_site_cannot_ask_or_choose(server: Server) -> None:
    await arrive(server, "hana", "hana@example.com")
    path = await link(server, "hana@example.com")
    visitor = Visitor(server)
    await visitor.open(path)
    for action in ("/reset", path):
        answer = await visitor.raw(action, [("email", "hana@example.com"), ("password", NEW), ("csrf", "x")])
        assert answer.status_code == 403
    assert await signed_in(server, PASSWORD)


async def test_people_who_share_an_address_each_get_a_link(server: Server) -> None:
    await arrive(server, "hana", "family@example.com")
    await arrive(server, "taro", "family@example.com")
    await asked(server, "family@example.com")
    box = Mailbox(server.config)
    paths = [link_in(await box.next("reset", number), server.config.url) for number in (1, 2)]
    handles = {"@hana" in (await Visitor(server).open(path)).text for path in paths}
    assert handles == {True, False}


async def test_without_mail_the_page_says_whom_to_ask(tmp_path: Path) -> None:
    async with running(config_of(tmp_path)) as server:
        page = await Visitor(server).open("/reset")
        assert "sends no mail" in page.text


async def test_a_new_address_is_confirmed_and_the_old_one_told(server: Server) -> None:
    here = await arrive(server, "hana", "hana@example.com")
    await here.do("/settings/email", "/settings/email", email="new@example.com")
    box = Mailbox(server.config)
    path = link_in(await box.next("change"), server.config.url)
    assert (await box.next("change"))["To"] == "new@example.com"
    assert "hana@example.com" in (await here.open("/settings/security")).text, (
        "looking at the link changes nothing"
    )
    await Visitor(server).open(path)
    await Visitor(server).told(path, path, 200)
    assert "new@example.com" in (await here.open("/settings/security")).text
    assert (await box.next("changed"))["To"] == "hana@example.com"
    await Visitor(server).open(path, 410)


async def test_changing_the_address_asks_again_who_one_is(server: Server) -> None:
    here = await arrive(server, "hana", "hana@example.com")
    await server.stores.people.write(lambda tx: tx.run(sa.update(SESSION).values(proved_at=0)))
    where = await here.leads("/settings/email")
    assert where == "/settings/prove?next=/settings/email"
    refused = await here.told(where, "/settings/prove", 422, password="wrong password")
    assert refused.form("/settings/prove")
    assert await here.do(where, "/settings/prove", password=PASSWORD) == "/settings/email"
    await here.open("/settings/email")


async def test_the_step_of_proving_leads_nowhere_else(server: Server) -> None:
    here = await join(server, "hana")
    where = "/settings/prove?next=//evil.example"
    assert await here.do(where, "/settings/prove", password=PASSWORD) == "/settings/security"
