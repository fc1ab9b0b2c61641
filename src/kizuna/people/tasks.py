"""What people do by themselves: mails, looking up who forgot a password, forgetting what was kept long enough."""

import functools
from collections.abc import Callable, Mapping
from typing import Final

from kizuna.ground.i18n import Locale, Translator
from kizuna.jobs.duties import Duty, Effect, Handler
from kizuna.jobs.schedules import Schedule
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

DAY_MS: Final = 24 * HOUR_MS
UNCONFIRMED_MS: Final = 7 * DAY_MS


def handlers(people: People, mailer: Mailer, speak: Callable[[Locale], Translator]) -> Mapping[str, Handler]:
    """The duties of the store people."""
    return {
        mails.MAIL: functools.partial(mails.send, people, mailer, speak),
        reset.RESET: functools.partial(reset.look_up, people),
    }


def sweeping(people: People) -> Schedule:
    """Once a day: forget what was kept long enough."""
    return Schedule("people.sweep", DAY_MS, functools.partial(_sweep, people))


async def _sweep(people: People, _duty: Duty) -> Effect:
    """The duty: forget sign-ins of more than 90 days ago, sign-ups not confirmed within seven, and old archives."""

    await archive.sweep(people)

    async def effect(tx: Tx) -> None:
        await archive_queries.drop_expired(tx)
        await history_queries.forget(tx, None, tx.now_ms - history.KEPT_MS)
        if people.config.mail_confirmation == "required":
            for row in await admission_queries.unconfirmed(tx, tx.now_ms - UNCONFIRMED_MS):
                await admission.forget(tx, row.id, row.invite_id)

    return effect
