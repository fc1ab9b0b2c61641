"""What people do by themselves: mails, looking up who forgot a password, forgetting what was kept long enough."""

import functools
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from kizuna.ground.i18n import Locale, Translator
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect, Handler
from kizuna.mail.port import Mailer
from kizuna.people import (
    admission,
    admission_queries,
    archive,
    archive_queries,
    history,
    history_queries,
    mails,
    reset,
)
from kizuna.people.ports import People
from kizuna.people.viewers import HOUR_MS
from kizuna.store.store import Tx

SWEEP: Final = "people.sweep"
DAY_MS: Final = 24 * HOUR_MS
UNCONFIRMED_MS: Final = 7 * DAY_MS


class Nothing(msgspec.Struct, frozen=True):
    """A duty that needs to know nothing."""


def handlers(people: People, mailer: Mailer, speak: Callable[[Locale], Translator]) -> Mapping[str, Handler]:
    """The duties of the store people."""
    return {
        mails.MAIL: functools.partial(mails.send, people, mailer, speak),
        reset.RESET: functools.partial(reset.look_up, people),
        SWEEP: functools.partial(_sweep, people),
    }


async def ask_sweep(people: People) -> None:
    """At start-up: sweep soon, and every day from then on."""
    await people.store.write(lambda tx: duties.add(tx, SWEEP, Nothing(), key=""))


async def _sweep(people: People, _duty: Duty) -> Effect:
    """The duty: forget sign-ins of more than 90 days ago, sign-ups not confirmed within seven, and old archives."""

    await archive.sweep(people)

    async def effect(tx: Tx) -> None:
        await archive_queries.drop_expired(tx)
        await history_queries.forget(tx, None, tx.now_ms - history.KEPT_MS)
        if people.config.mail_confirmation == "required":
            for row in await admission_queries.unconfirmed(tx, tx.now_ms - UNCONFIRMED_MS):
                await admission.forget(tx, row.id, row.invite_id)
        await duties.add(tx, SWEEP, Nothing(), run_at_ms=tx.now_ms + DAY_MS, key="")

    return effect
