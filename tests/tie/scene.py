"""A circle of two friends, a partner with their accounts, and the duties of the tie run by hand."""

from urllib.parse import urlsplit

from kizuna.circle import actions as circle_actions
from kizuna.circle.ports import Circle
from kizuna.ground.config import Config
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs import queries as job_queries
from kizuna.jobs.duties import Duty
from kizuna.store.open import Stores
from kizuna.store.store import Row, Store, Tx
from kizuna.tie import links, queries
from kizuna.tie.delivery import bury_cut_off
from kizuna.tie.models import LinkState
from kizuna.tie.ports import Tie
from kizuna.tie.tasks import handlers
from tests.fakes import FakeClock
from tests.tie.fake_partner import Crash, FakePartner

SETTLE_MS = 60_000


class Scene:
    """Mei (with a friend, Ken) in the circle of circle.test; both have accounts at partner.test."""

    def __init__(self, stores: Stores, clock: FakeClock, partner: FakePartner) -> None:
        self.clock = clock
        self.partner = partner
        self.store: Store = stores.circle
        self.circle = Circle(stores.circle, clock, SeededRandomness("circle"))
        config = Config(origin="https://circle.test", poll_seconds=15.0)
        self.tie = Tie(stores.circle, partner, clock, SeededRandomness("tie"), config, SETTLE_MS)
        self.mei = stores.circle.ids.new()
        self.ken = stores.circle.ids.new()

    async def open(self) -> None:
        """Make the faces."""

        async def apply(tx: Tx) -> None:
            await circle_actions.make_face(tx, self.mei, f"mei{self.mei}")
            await circle_actions.make_face(tx, self.ken, f"ken{self.ken}")

        await self.store.write(apply)

    async def link(
        self, face_id: int | None = None, account_id: str = "1", *, out: bool = True, home: bool = False
    ) -> int:
        """Tie a face to an account, through the partner's own page."""
        face = face_id or self.mei
        url = await links.begin_link(self.tie, face, self.partner.host, copies_out=out, home_in=home)
        assert urlsplit(url).path == "/oauth/authorize"
        state, code = self.partner.approve(url, account_id)
        return await links.finish_link(self.tie, face, state, code)

    async def say(self, text: str, face_id: int | None = None) -> int:
        """A voice to friends."""
        return await circle_actions.say(self.circle, face_id or self.mei, text, "friends")

    async def work(self, seconds: float = 0.0) -> None:
        """Run duties as they become due, moving the clock from one to the next, for that long."""
        until = self.clock.now_ms() + round(seconds * 1000)
        while True:
            now = self.clock.now_ms()
            due = await job_queries.due_duties(self.store.name, self.store.reads, "normal", now, 1)
            if due:
                await self._run(due[0])
                continue
            at = await job_queries.next_duty(self.store.name, self.store.reads, "normal")
            step = until if at is None or at > until else at
            if step <= now:
                return
            self.clock.advance((step - now) / 1000)
            self.partner.arrive()

    async def _run(self, row: Row) -> None:
        until = self.clock.now_ms() + 120_000
        taken = await self.store.write(lambda tx: job_queries.lease_duty(tx, row.id, until))
        assert taken is not None
        try:
            effect = await handlers(self.tie)[row.kind](
                Duty(row.id, row.kind, row.payload.encode(), taken.attempts)
            )
        except Crash:
            await self.restart()
            return

        async def finish(tx: Tx) -> None:
            if effect is not None:
                await effect(tx)
            await job_queries.finish_duty(tx, row.id, taken.asked)

        await self.store.write(finish)

    async def restart(self) -> None:
        """A new process begins with what the old one left in the store."""
        await self.store.write(job_queries.free_leases)
        await bury_cut_off(self.tie)

    async def link_state(self, link_id: int) -> LinkState:
        """How a link stands, also when its owner does not see it any more."""
        row = await queries.link_row(self.store.reads, link_id)
        assert row is not None
        return LinkState(row.state)
