"""Where somebody signed in: coarse, and only for 90 days. A sign-in from somewhere new is told by mail."""

import ipaddress
from typing import Final

from kizuna.people import history_queries, mail_queries
from kizuna.people.browsers import browser_name
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.models import SignIn, Viewer
from kizuna.people.ports import People
from kizuna.people.viewers import HOUR_MS, this_hour
from kizuna.store.store import Tx

KEPT_MS: Final = 90 * 24 * HOUR_MS


def network_of(address: str) -> str:
    """An address without the part that tells one household from the next: /24, or /48 of IPv6. Empty for none."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    length = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network((parsed, length), strict=False))


async def note_sign_in(
    people: People, tx: Tx, person_id: int, user_agent: str, address: str, how: str
) -> None:
    """Write a sign-in down, and tell of it by mail when its browser and network were not seen before, unless it is
    the first one, or the person does not want to know."""
    browser, network = browser_name(user_agent), network_of(address)
    await history_queries.forget(tx, person_id, tx.now_ms - KEPT_MS)
    known = await history_queries.networks(tx, person_id)
    if known and (browser, network) not in known:
        row = await mail_queries.addresses(tx, person_id)
        if row is not None and row.sign_in_mails:
            await ask_mail(people, tx, Wanted("signed_in", person_id))
    await history_queries.add(tx, person_id, this_hour(tx.now_ms), browser, network, how)


async def my_sign_ins(people: People, viewer: Viewer) -> list[SignIn]:
    """The viewer's sign-ins of the last 90 days, newest first, at most 100."""
    since = people.clock.now_ms() - KEPT_MS
    rows = await history_queries.sign_ins(people.store.reads, viewer.person_id, since)
    return [SignIn(row.hour_at, row.browser, row.network, row.how) for row in rows]
