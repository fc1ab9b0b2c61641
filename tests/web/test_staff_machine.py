"""Administrators and the machine: invites, work that was given up, settings, storage; nothing closed in any of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kizuna.ground.config import Config
from kizuna.jobs import queries as job_queries
from kizuna.people.models import Role
from kizuna.store.store import Store, Tx
from kizuna.web.staff_machine import shown
from tests.databases import ON_POSTGRES
from tests.running import running
from tests.web.conftest import Cast, arrive, config_of
from tests.web.test_staff import promote
from tests.web.visitor import PASSWORD, Visitor, join

pytestmark = pytest.mark.anyio
SECRET = "what somebody said among friends"


@pytest.fixture
async def town(tmp_path: Path, anyio_backend: str) -> AsyncIterator[tuple[Cast, Visitor]]:
    """The cast, where dan is an administrator and ben a moderator; from now on by invite only."""
    config = config_of(tmp_path, mail="smtps://mailer:hunter2@mail.example", mail_from="a@b.example")
    async with running(config) as server:
        cast = await arrive(server)
        dan = await join(server, "dan")
        await promote(server, "dan", Role.ADMINISTRATOR)
        await promote(server, "ben", Role.MODERATOR)
        yield cast, dan


async def bury(store: Store, kind: str) -> int:
    """A dead letter with something closed in it."""
    made = store.ids.new()
    row: dict[str, object] = {
        "id": made, "key": f"{kind} {made}", "kind": kind, "payload": f'"{SECRET}"', "lane": "normal", "run_at": 0,
        "lease_until": 0, "attempts": 25, "asked": 1, "dead_at": 1, "error": f"ValueError: {SECRET}",
    }  # fmt: skip

    async def apply(tx: Tx) -> None:
        await job_queries.add_duty(tx, row)

    await store.write(apply)
    return made


async def test_an_administrator_makes_and_ends_invites(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    made = await dan.told("/staff/invites", "/staff/invites", 200, uses="1", days="7")
    way = made.words_of("code")[0].removeprefix(cast.server.config.url)
    assert way.startswith("/sign-up?invite=")
    code = way.partition("=")[2]
    assert code not in (await dan.open("/staff/invites")).html, "shown once"
    assert code not in (await dan.open("/staff/log")).html
    new = {"handle": "erin", "name": "E", "password": PASSWORD}
    erin = Visitor(cast.server)
    assert await erin.do(way, "/sign-up", **new) == "/", (
        "a link of the staff leads to nobody's page of friends"
    )
    listed = await dan.open("/staff/invites")
    assert "used 1 of 1" in listed.text
    assert "@dan" in listed.text
    await dan.told("/staff/invites", "/staff/invites", 200, uses="5", days="30")
    listed = await dan.open("/staff/invites")
    ends = [form.action for form in listed.forms if form.action.endswith("/end")]
    assert len(ends) == 1
    await dan.do(listed, ends[0])
    assert not [one for one in (await dan.open("/staff/invites")).forms if one.action.endswith("/end")]
    log = (await dan.open("/staff/log")).text
    assert "an invite made" in log
    assert "an invite ended" in log
    token = [("csrf", await cast.ben.token())]
    for path in (ends[0], "/staff/invites", "/staff/queues/1/retry", "/staff/queues/1/drop"):
        assert (await cast.ben.raw(path, token)).status_code == 404, "not a moderator's"
        assert (await dan.raw(path, [("csrf", "x")])).status_code == 403, "not from elsewhere"


async def test_work_that_was_given_up_is_tried_again_or_dropped(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    parts = cast.server.parts
    closed = await bury(parts.circle.store, "tie.deliver")
    other = await bury(parts.people.store, "people.mail")
    page = await dan.open("/staff/queues")
    assert SECRET not in page.html
    rows = page.text
    assert "circle tie.deliver" in rows
    assert "people people.mail" in rows
    assert rows.count("ValueError") == 1, "of the circle not even the kind of the error"
    asked = await dan.open(f"/staff/queues/{closed}/drop")
    assert SECRET not in asked.html
    assert f"/staff/queues/{closed}/drop" in [form.action for form in asked.forms]
    await dan.do(asked, f"/staff/queues/{closed}/drop")
    await dan.do(page, f"/staff/queues/{other}/retry")
    assert "Nothing was given up" in (await dan.open("/staff/queues")).text
    log = (await dan.open("/staff/log")).text
    assert f"circle tie.deliver {closed}" in log
    assert f"people people.mail {other}" in log
    gone = [("csrf", await dan.token())]
    for deed in ("retry", "drop"):
        assert (await dan.raw(f"/staff/queues/{closed}/{deed}", gone)).status_code == 404
    await dan.open(f"/staff/queues/{closed}/drop", 404)


async def test_settings_show_no_password_and_storage_counts_by_store(town: tuple[Cast, Visitor]) -> None:
    _, dan = town
    page = await dan.open("/staff/settings")
    assert "hunter2" not in page.html
    assert "mailer" not in page.html
    assert "@mail.example" in page.text
    sizes = (await dan.open("/staff/storage")).text
    assert "-wal" not in sizes
    if not ON_POSTGRES:  # there the stores are no files
        for store in ("people", "square", "circle", "letters"):
            assert store in sizes


def test_who_signs_in_elsewhere_is_left_out_of_settings() -> None:
    for bus in ("redis://:pass@host/0", "rediss://user:pass@host:6379/1"):
        assert "pass" not in shown(Config(bus=bus), "bus")
    assert shown(Config(bus="redis://host/0"), "bus") == "redis://host/0"
    assert shown(Config(trusted_proxies=("10.0.0.0/8",)), "trusted_proxies") == "10.0.0.0/8"
