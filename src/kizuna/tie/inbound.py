"""The public part of one's home elsewhere, read along by polling while the consent "in" stands.

A partner's stream brings the same sooner (`listening`); polling is what makes sure that nothing is missed.

The first look only remembers where the home is (never a backlog), later ones take what is above. Only what is public or
unlisted at its origin is kept, for this one face, for a week. What is one's own copy is left out, since the voice is
here already. Copies of friends stay in: leaving them out would tell which public posts are voices one may not read.
What is deleted or edited over there is so here too, when the stream tells it; else it stays until its week is over.
"""

from datetime import datetime
from typing import Final

import msgspec

from kizuna.fetch.port import FetchError
from kizuna.jobs.duties import Duty, Effect
from kizuna.store.store import Row, Tx
from kizuna.tie import copy_queries, events, queries
from kizuna.tie.address import host_of
from kizuna.tie.consents import access_ended
from kizuna.tie.duties import Poll, want_poll
from kizuna.tie.models import LinkState
from kizuna.tie.partners import mastodon, wire
from kizuna.tie.place import AccessRefused, Trouble
from kizuna.tie.ports import Tie
from kizuna.tie.sanitise import plain_line, safe_html

#: Pages of one look; a home that moved further has its older part skipped.
_MOST_PAGES: Final = 3
_KEPT_MS: Final = 7 * 24 * 3600 * 1000
_MOST_KEPT: Final = 400
_LONGEST_WAIT_MS: Final = 3600 * 1000
_MOST_DOUBLINGS: Final = 10
#: How far the clocks of two servers may differ.
_SKEW_MS: Final = 5 * 60 * 1000
_PUBLIC: Final = ("public", "unlisted")


class News(msgspec.Struct, frozen=True):
    """What one look brought: rows for `inbound` without our ids, oldest first, and the home's new fence."""

    rows: list[dict[str, object]]
    fence: str


async def poll(tie: Tie, duty: Duty) -> Effect | None:
    """Handler of `tie.poll`: one look, and the next one asked for, on a fixed schedule that no reader influences."""
    job = msgspec.json.decode(duty.payload, type=Poll)
    link = await queries.link_row(tie.store.reads, job.link_id)
    if link is None or not await _still(tie, link, job):
        return None
    news, trouble = News([], ""), None
    try:
        news = await _look(tie, link)
    except Trouble as found:
        trouble = found
    except AccessRefused:
        return lambda tx: access_ended(tx, job.link_id)

    async def effect(tx: Tx) -> None:
        now = await queries.link_row(tx, job.link_id)
        current = await queries.open_consent(tx, job.link_id, "in")
        if now is None or current != job.consent_id or now.state != LinkState.LIVE.value:
            return
        failures = now.poll_failures + 1 if trouble else 0
        if trouble is None:
            await _keep(tie, tx, now, news)
        await queries.change_link(tx, now.id, poll_failures=failures)
        wait = _wait_ms(tie.config.poll_seconds, failures, trouble.after_ms if trouble else 0)
        await want_poll(tx, now.id, job.consent_id, tx.now_ms + wait)

    return effect


def readable(status: wire.Status) -> bool:
    """Whether everybody may read it at its origin (pure); of a boost, also what is boosted."""
    inner = status.reblog
    return status.visibility in _PUBLIC and (inner is None or inner.visibility in _PUBLIC)


def is_own_copy(status: wire.Status, account_id: str, app_name: str) -> bool:
    """Whether it was written through us on the tied account (pure): a copy that the ledger may not know yet."""
    app = status.application
    return app is not None and app.name == app_name and str(status.account.id) == account_id


def row_of(status: wire.Status, origin: str, now_ms: int) -> dict[str, object]:
    """What is kept of a status (pure): sanitised, bounded, without pictures."""
    shown = status.reblog or status
    return {
        "origin": origin,
        "remote_id": str(status.id),
        "url": mastodon.web_url(shown.url) or mastodon.web_url(shown.uri),
        "author_name": plain_line(shown.account.display_name) or plain_line(shown.account.acct),
        "author_acct": _full_acct(shown.account, origin),
        "author_url": mastodon.web_url(shown.account.url),
        "boosted_by": _full_acct(status.account, origin) if status.reblog else None,
        "warning": plain_line(shown.spoiler_text),
        "html": safe_html(shown.content or ""),
        "attachments": min(len(shown.media_attachments or []), 99),
        "written_at": moment_ms(shown.created_at, now_ms),
        "seen_at": now_ms,
    }


def moment_ms(text: str, otherwise: int) -> int:
    """An RFC 3339 time as Unix milliseconds (pure), or `otherwise` when it cannot be read."""
    try:
        moment = datetime.fromisoformat(text)
        return round(moment.timestamp() * 1000) if moment.tzinfo else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


async def _still(tie: Tie, link: Row, job: Poll) -> bool:
    current = await queries.open_consent(tie.store.reads, job.link_id, "in")
    return current == job.consent_id and link.state == LinkState.LIVE.value


async def _look(tie: Tie, link: Row) -> News:
    first = link.home_fence is None
    statuses: list[wire.Status] = []
    for _ in range(1 if first else _MOST_PAGES):
        below = str(statuses[-1].id) if statuses else None
        page = await _page(tie, link, link.home_fence or None, below)
        statuses += page
        if not page:
            break
    fence = mastodon.newest([link.home_fence or "", *(str(status.id) for status in statuses)]) or ""
    if first:
        return News([], fence)
    kept = await worth_keeping(tie, link, statuses)
    now = tie.clock.now_ms()
    return News([row_of(status, link.origin, now) for status in reversed(kept)], fence)


async def worth_keeping(tie: Tie, link: Row, statuses: list[wire.Status]) -> list[wire.Status]:
    """Those of these statuses that are kept for the face of a link: public, new, and not its own copies."""
    ids = {str(one.id) for status in statuses for one in (status, status.reblog) if one is not None}
    own = await copy_queries.own_copies_there(tie.store.reads, link.face_id, link.origin, sorted(ids))
    app = await queries.app_of(tie.store.reads, link.app_id)
    since = await queries.consent_since(tie.store.reads, link.id, "in") or 0
    name = app.name if app else tie.app_name
    return [
        status
        for status in statuses
        if readable(status)
        and not is_own_copy(status, link.account_id, name)
        and own.isdisjoint({str(status.id), str(status.reblog.id) if status.reblog else ""})
        # Whoever follows somebody new gets old posts into an empty home; they are a backlog all the same.
        and moment_ms(status.created_at, since) >= since - _SKEW_MS
    ]


async def _page(tie: Tie, link: Row, since: str | None, below: str | None) -> list[wire.Status]:
    try:
        answer = await tie.fetch.send(mastodon.home(link.origin, link.token, since=since, below=below))
    except FetchError as error:
        raise Trouble(error.reason) from error
    if answer.status == 401:
        raise AccessRefused
    if answer.status != 200:
        raise Trouble(mastodon.reason(answer), mastodon.wait_ms(answer))
    try:
        return mastodon.read_statuses(answer)
    except mastodon.Malformed as error:
        raise Trouble("The home could not be read.") from error


async def _keep(tie: Tie, tx: Tx, link: Row, news: News) -> None:
    count, newest_id = 0, 0
    for row in filter(None, (tie.told.newest(link.id, row) for row in news.rows)):
        item_id = tx.new_id()
        if await queries.add_inbound(tx, {"id": item_id, "link_id": link.id, "face_id": link.face_id, **row}):
            count, newest_id = count + 1, item_id
    await queries.change_link(tx, link.id, home_fence=news.fence)
    await queries.prune_inbound(tx, link.id, tx.now_ms - _KEPT_MS, _MOST_KEPT)
    if count:
        tx.emit(events.Arrived(link.id, link.face_id, newest_id, count))


def _wait_ms(period_seconds: float, failures: int, asked_ms: int) -> int:
    period = round(period_seconds * 1000)
    return min(max(period << min(failures, _MOST_DOUBLINGS), asked_ms, period), max(_LONGEST_WAIT_MS, period))


def _full_acct(account: wire.Account, origin: str) -> str:
    acct = plain_line(account.acct)
    return acct if "@" in acct else f"{acct}@{host_of(origin)}"
