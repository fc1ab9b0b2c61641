"""Copies given another text: once, whatever is lost, and never after a recall."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kizuna.fetch.port import Request, Response
from kizuna.ground.errors import Conflict, Forbidden, NotFound
from kizuna.store.open import Stores
from kizuna.tie import consents, copies
from kizuna.tie.models import LedgerLine
from kizuna.tie.states import State
from tests.fakes import FakeClock
from tests.tie.fake_partner import FakePartner
from tests.tie.scene import Scene

DAY = 24 * 3600.0
FAULTS = ["", "lost", "late", "silent", "broken", "down", "closed", "busy", "garbage", "die", "die_after"]


async def standing(stores: Stores, clock: FakeClock) -> tuple[Scene, int, int, int]:
    """A scene with a link and a voice of which a copy stands: (scene, link, voice, copy)."""
    scene = Scene(stores, clock, FakePartner(clock.now_ms, f"partner{clock.now_ms()}.test"))
    await scene.open()
    link_id = await scene.link()
    voice_id = await scene.say("tea at four")
    copy_id = await copies.make_copy(scene.tie, scene.mei, voice_id, link_id, "tea at four")
    await scene.work()
    assert scene.partner.texts_of() == ["tea at four"]
    return scene, link_id, voice_id, copy_id


async def line_of(scene: Scene, copy_id: int) -> LedgerLine:
    return await copies.copy_of(scene.tie, scene.mei, copy_id)


def test_an_update_is_offered_and_made_only_when_asked_for(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, _, voice_id, copy_id = await standing(stores, clock)
        assert await copies.updates(scene.tie, scene.mei, voice_id) == []
        (offered,) = await copies.updates(scene.tie, scene.mei, voice_id, "tea at five, @ken")
        assert (offered.copy_id, offered.text) == (copy_id, "tea at five, @\u2060ken")
        await scene.work(DAY)
        assert scene.partner.texts_of() == ["tea at four"], "nothing is updated by itself"
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at five, @ken")
        await scene.work()
        assert scene.partner.texts_of() == [offered.text]
        line = await line_of(scene, copy_id)
        assert (line.state, line.text, line.new_text) == (State.STANDING, offered.text, None)
        kinds = [event.kind for event in (await copies.receipts(scene.tie, [line]))[copy_id]]
        assert kinds == ["asked", "began", "stood", "edit_asked", "edited"]

    asyncio.run(go())


@pytest.mark.parametrize("fault", ["silent", "broken", "die_after", "late"])
def test_an_unanswered_update_is_looked_up_and_not_made_again(
    stores: Stores, clock: FakeClock, fault: str
) -> None:
    async def go() -> None:
        scene, _, _, copy_id = await standing(stores, clock)
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at five")
        scene.partner.faults = [fault]
        await scene.work(600)
        line = await line_of(scene, copy_id)
        assert (line.state, line.text) == (State.STANDING, "tea at five")
        assert [text for _, text in scene.partner.edited] == ["tea at five"]

    asyncio.run(go())


def test_a_partner_without_edits_is_told_of(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, _, _, copy_id = await standing(stores, clock)
        scene.partner.edits = False
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at five")
        await scene.work()
        line = await line_of(scene, copy_id)
        assert (line.state, line.text) == (State.STANDING, "tea at four")
        assert line.reason == "This server cannot change what stands there."

    asyncio.run(go())


def test_what_was_deleted_over_there_is_not_written_anew(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, _, _, copy_id = await standing(stores, clock)
        scene.partner.statuses.clear()
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at five")
        await scene.work()
        assert (await line_of(scene, copy_id)).state is State.RECALLED
        assert scene.partner.texts_of() == []

    asyncio.run(go())


def test_whose_copy_it_is_and_whether_it_may_leave_is_asked_again(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, link_id, voice_id, copy_id = await standing(stores, clock)
        with pytest.raises(NotFound):
            await copies.update_copy(scene.tie, scene.ken, copy_id, "x")
        with pytest.raises(NotFound):
            await copies.updates(scene.tie, scene.ken, voice_id, "x")
        scene.partner.faults = ["closed"]
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at five")
        await scene.work()
        assert (await line_of(scene, copy_id)).failures == 1
        await consents.set_consent(scene.tie, scene.mei, link_id, "out", given=False)
        await scene.work(DAY)
        line = await line_of(scene, copy_id)
        assert (line.state, line.text) == (State.STANDING, "tea at four")
        with pytest.raises(Forbidden):
            await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at six")

    asyncio.run(go())


def test_an_update_whose_end_is_not_known_is_not_overtaken(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene, _, _, copy_id = await standing(stores, clock)
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at five")
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at six")
        scene.partner.faults = ["lost"]
        await scene.work()
        with pytest.raises(Conflict):
            await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at seven")
        await scene.work(60)
        assert scene.partner.texts_of() == ["tea at six"]

    asyncio.run(go())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(st.sampled_from(FAULTS), max_size=8),
    recalled_after=st.none() | st.floats(min_value=0, max_value=120),
)
def test_edits_converge_and_nothing_appears_after_a_recall(
    stores: Stores, clock: FakeClock, faults: list[str], recalled_after: float | None
) -> None:
    async def go() -> None:
        scene, _, _, copy_id = await standing(stores, clock)
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at five")
        scene.partner.faults = list(faults)
        if recalled_after is not None:
            await scene.work(recalled_after)
            await copies.recall_copy(scene.tie, scene.mei, copy_id)
        await scene.work(3 * 3600)
        line = await line_of(scene, copy_id)
        if recalled_after is None:
            assert (line.state, scene.partner.texts_of()) == (State.STANDING, ["tea at five"])
            assert len(scene.partner.edited) == 1
        else:
            assert (line.state, scene.partner.texts_of()) == (State.RECALLED, [])
        assert line.text in ("tea at four", "tea at five")

    asyncio.run(go())


@pytest.mark.parametrize("edits", [True, False])
def test_a_recall_while_an_update_is_under_way_wins(stores: Stores, clock: FakeClock, edits: bool) -> None:
    async def go() -> None:
        scene, _, _, copy_id = await standing(stores, clock)
        scene.partner.edits = edits
        send = scene.partner.send

        async def recalled_meanwhile(request: Request) -> Response:
            if request.method == "PUT":
                await copies.recall_copy(scene.tie, scene.mei, copy_id)
            return await send(request)

        scene.partner.send = recalled_meanwhile
        await copies.update_copy(scene.tie, scene.mei, copy_id, "tea at five")
        await scene.work(60)
        assert (await line_of(scene, copy_id)).state is State.RECALLED
        assert scene.partner.texts_of() == []

    asyncio.run(go())
