"""Copies under loss, silence, delay and crash: at most one stands, the ledger says the truth, recalls converge."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kizuna.circle import actions as circle_actions
from kizuna.circle.events import VoiceDeleted
from kizuna.store.open import Stores
from kizuna.tie import consents, copies
from kizuna.tie.models import LinkState
from kizuna.tie.states import State
from tests.fakes import FakeClock
from tests.tie.fake_partner import FakePartner
from tests.tie.scene import Scene

DAY = 24 * 3600.0


def scene_of(stores: Stores, clock: FakeClock, *, remembers_keys: bool = True) -> Scene:
    return Scene(stores, clock, FakePartner(clock.now_ms, remembers_keys=remembers_keys))


async def one_copy(scene: Scene, text: str = "hello, everybody") -> tuple[int, int]:
    """A link with a copy that is wanted: (link, copy)."""
    link_id = await scene.link()
    voice_id = await scene.say(text)
    return link_id, await copies.make_copy(scene.tie, scene.mei, voice_id, link_id, text)


async def state_of(scene: Scene, copy_id: int) -> State:
    return (await copies.copy_of(scene.tie, scene.mei, copy_id)).state


def test_a_copy_stands_and_is_taken_back(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        _, copy_id = await one_copy(scene)
        await scene.work()
        line = await copies.copy_of(scene.tie, scene.mei, copy_id)
        assert (line.state, line.can_recall) == (State.STANDING, True)
        assert line.remote_url is not None
        assert scene.partner.texts_of() == ["hello, everybody"]
        await copies.recall_copy(scene.tie, scene.mei, copy_id)
        await scene.work()
        assert await state_of(scene, copy_id) is State.RECALLED
        assert scene.partner.texts_of() == []
        line = await copies.copy_of(scene.tie, scene.mei, copy_id)
        kinds = [event.kind for event in (await copies.receipts(scene.tie, [line]))[copy_id]]
        assert kinds == ["asked", "began", "stood", "recall_asked", "deleted"]

    asyncio.run(go())


@pytest.mark.parametrize("fault", ["silent", "broken", "garbage", "die_after"])
def test_an_unanswered_copy_is_found_and_not_sent_again(stores: Stores, clock: FakeClock, fault: str) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock, remembers_keys=False)
        await scene.open()
        _, copy_id = await one_copy(scene)
        scene.partner.write("1", "hello, everybody", "Other app")
        scene.partner.faults = ["", fault]
        await scene.work(1)
        assert await state_of(scene, copy_id) is State.STANDING
        assert [request.method for request in scene.partner.requests].count("POST") - 3 == 0
        assert len(scene.partner.ever) == 1

    asyncio.run(go())


def test_nothing_is_concluded_from_absence_before_all_has_settled(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock, remembers_keys=False)
        await scene.open()
        _, copy_id = await one_copy(scene)
        scene.partner.faults = ["", "late"]
        await scene.work(19)
        assert await state_of(scene, copy_id) is State.UNKNOWN
        await scene.work(60)
        assert await state_of(scene, copy_id) is State.STANDING
        assert len(scene.partner.ever) == 1

    asyncio.run(go())


def test_a_lost_copy_is_sent_again_with_the_same_key(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        _, copy_id = await one_copy(scene)
        scene.partner.faults = ["", "lost"]
        await scene.work(300)
        assert await state_of(scene, copy_id) is State.STANDING
        keys = [request.headers.get("idempotency-key") for request in scene.partner.requests]
        sent = [key for key in keys if key]
        assert len(sent) == 2
        assert len(set(sent)) == 1
        assert str(copy_id) not in sent[0]

    asyncio.run(go())


def test_a_recalled_unknown_copy_is_looked_up_and_never_sent_again(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        _, copy_id = await one_copy(scene)
        scene.partner.faults = ["", "late"]
        await scene.work()
        await copies.recall_copy(scene.tie, scene.mei, copy_id)
        await scene.work(300)
        assert await state_of(scene, copy_id) is State.RECALLED
        assert scene.partner.statuses == {}
        assert len([1 for request in scene.partner.requests if "idempotency-key" in request.headers]) == 1

    asyncio.run(go())


def test_a_refusal_is_final_and_shown(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        link_id, copy_id = await one_copy(scene)
        refused = scene.partner.say(422, {"error": "Text is not\nwelcome"})
        scene.partner.answers["/api/v1/statuses"] = refused
        await scene.work(60)
        line = await copies.copy_of(scene.tie, scene.mei, copy_id)
        assert (line.state, line.reason) == (State.FAILED, "Text is not welcome")
        scene.partner.answers.clear()
        again = await copies.make_copy(scene.tie, scene.mei, line.voice_id, link_id, "other words")
        await scene.work(1)
        assert await state_of(scene, again) is State.STANDING

    asyncio.run(go())


def test_one_poisoned_copy_holds_up_no_other(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        link_id, first = await one_copy(scene)
        second = await copies.make_copy(scene.tie, scene.mei, await scene.say("b"), link_id, "b")
        scene.partner.faults = ["", "down"]
        await scene.work(0)
        assert await state_of(scene, first) is State.UNKNOWN
        assert await state_of(scene, second) is State.WANTED  # nothing is sent while something is in doubt
        await scene.work(300)
        assert await state_of(scene, first) is State.STANDING
        assert await state_of(scene, second) is State.STANDING

    asyncio.run(go())


def test_a_copy_that_could_not_be_sent_for_a_day_is_given_up(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        _, copy_id = await one_copy(scene)
        scene.partner.faults = ["closed"] * 500
        await scene.work(2 * DAY)
        scene.partner.faults = []
        await scene.work(DAY)
        assert await state_of(scene, copy_id) is State.FAILED
        assert scene.partner.ever == []

    asyncio.run(go())


def test_a_refused_token_asks_for_renewal_and_loses_nothing(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        link_id, copy_id = await one_copy(scene)
        scene.partner.tokens.clear()
        await scene.work(5)
        assert await scene.link_state(link_id) is LinkState.RENEWAL
        assert await scene.link() == link_id
        await scene.work(5)
        assert await state_of(scene, copy_id) is State.STANDING

    asyncio.run(go())


@pytest.mark.parametrize("how", ["keep", "recall"])
def test_unlinking_keeps_or_recalls_and_gives_the_token_back(
    stores: Stores, clock: FakeClock, how: str
) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        link_id, copy_id = await one_copy(scene)
        await scene.work()
        await consents.unlink(scene.tie, scene.mei, link_id, "keep" if how == "keep" else "recall")
        await scene.work(10)
        assert await scene.link_state(link_id) is LinkState.ENDED
        assert scene.partner.tokens == {}
        assert await state_of(scene, copy_id) is (State.STANDING if how == "keep" else State.RECALLED)
        assert len(scene.partner.statuses) == (1 if how == "keep" else 0)
        assert await consents.links_of(scene.tie, scene.mei) == []

    asyncio.run(go())


def test_unlinking_in_doubt_finds_out_first(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        link_id, copy_id = await one_copy(scene)
        scene.partner.faults = ["", "late"]
        await scene.work()
        await consents.unlink(scene.tie, scene.mei, link_id, "recall")
        await scene.work(5)
        assert await scene.link_state(link_id) is LinkState.ENDING
        await scene.work(300)
        assert await scene.link_state(link_id) is LinkState.ENDED
        assert await state_of(scene, copy_id) is State.RECALLED
        assert scene.partner.statuses == {}

    asyncio.run(go())


def test_a_deleted_voice_takes_its_copies_with_it(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        _, copy_id = await one_copy(scene)
        await scene.work()
        voice_id = (await copies.copy_of(scene.tie, scene.mei, copy_id)).voice_id
        await circle_actions.delete_voice(scene.circle, scene.mei, voice_id)
        event = VoiceDeleted(voice_id, scene.mei, voice_id)
        await scene.store.write(lambda tx: copies.on_voice_deleted(event, tx))
        await scene.work(1)
        assert await state_of(scene, copy_id) is State.RECALLED
        assert scene.partner.statuses == {}

    asyncio.run(go())


FAULTS = ["", "lost", "silent", "late", "broken", "down", "closed", "busy", "garbage", "die", "die_after"]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(st.sampled_from(FAULTS), max_size=25),
    recalls=st.lists(st.integers(0, 90), min_size=4, max_size=4),
    same_text=st.booleans(),
    remembers_keys=st.booleans(),
    late_s=st.integers(1, 55),
)
def test_any_faults_leave_at_most_one_copy_and_a_true_ledger(
    stores: Stores,
    clock: FakeClock,
    faults: list[str],
    recalls: list[int],
    same_text: bool,
    remembers_keys: bool,
    late_s: int,
) -> None:
    """Two faces tie the same account and make two copies each; one in three is recalled after the given seconds.

    The examples share their stores; each has faces and a partner of its own and leaves nothing undone.
    """

    async def go() -> None:
        host = f"partner{clock.now_ms()}.test"
        scene = Scene(stores, clock, FakePartner(clock.now_ms, host, remembers_keys=remembers_keys))
        await scene.open()
        scene.partner.late_ms = late_s * 1000
        made: list[tuple[int, int]] = []
        link_ids = [await scene.link(scene.mei), await scene.link(scene.ken)]
        for nth in range(len(recalls)):
            face, text = (scene.mei, scene.ken)[nth % 2], "same" if same_text else f"text {nth}"
            voice_id = await scene.say(text, face)
            made.append((face, await copies.make_copy(scene.tie, face, voice_id, link_ids[nth % 2], text)))
        scene.partner.faults = list(faults)
        now, back = 0, {nth for nth, at in enumerate(recalls) if at % 3 == 0}
        for nth in sorted(back, key=lambda one: recalls[one]):
            await scene.work(recalls[nth] - now)
            now = recalls[nth]
            await copies.recall_copy(scene.tie, *made[nth])
        await scene.work(2 * 3600)
        await agrees(scene, made, back)

    asyncio.run(go())


async def agrees(scene: Scene, made: list[tuple[int, int]], back: set[int]) -> None:
    standing: set[str] = set()
    for nth, (face, copy_id) in enumerate(made):
        line = await copies.copy_of(scene.tie, face, copy_id)
        assert line.state is (State.RECALLED if nth in back else State.STANDING), (nth, line)
        if line.remote_url and line.state is State.STANDING:
            standing.add(line.remote_url)
    assert len(standing) == len(made) - len(back)
    assert {status["url"] for status in scene.partner.statuses.values()} == standing


def test_nothing_leaves_for_somebody_who_is_suspended(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = scene_of(stores, clock)
        await scene.open()
        _, copy_id = await one_copy(scene)

        async def stand(*, suspended: bool) -> None:
            await scene.store.write(
                lambda tx: circle_actions.set_standing(tx, scene.mei, suspended=suspended)
            )

        await stand(suspended=True)
        await scene.work(3600)
        assert (await state_of(scene, copy_id), scene.partner.texts_of()) == (State.WANTED, [])
        await stand(suspended=False)
        await scene.work(3600)
        assert scene.partner.texts_of() == ["hello, everybody"]

    asyncio.run(go())
