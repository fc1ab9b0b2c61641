"""After a tie has ended, nothing can be taken back through it, and the ledger says so."""

import asyncio

from kizuna.circle.events import VoiceDeleted
from kizuna.store.open import Stores
from kizuna.tie import consents, copies
from kizuna.tie.models import LinkState
from kizuna.tie.states import State
from tests.fakes import FakeClock
from tests.tie.fake_partner import FakePartner
from tests.tie.scene import Scene


def test_a_voice_deleted_after_the_tie_leaves_a_true_ledger(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        scene = Scene(stores, clock, FakePartner(clock.now_ms))
        await scene.open()
        link_id = await scene.link()
        voice_id = await scene.say("hello, everybody")
        copy_id = await copies.make_copy(scene.tie, scene.mei, voice_id, link_id, "hello, everybody")
        await scene.work()
        await consents.unlink(scene.tie, scene.mei, link_id, "keep")
        await scene.work(60)
        assert await scene.link_state(link_id) is LinkState.ENDED
        event = VoiceDeleted(voice_id, scene.mei, voice_id)
        await scene.store.write(lambda tx: copies.on_voice_deleted(event, tx))
        await scene.work(60)
        line = await copies.copy_of(scene.tie, scene.mei, copy_id)
        assert line.state is State.STANDING
        assert line.reason is not None
        assert len(scene.partner.statuses) == 1

    asyncio.run(go())
