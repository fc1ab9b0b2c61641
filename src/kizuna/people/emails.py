"""Addresses: what one looks like, confirming one, changing it. People may share one, so no answer tells whose."""

from kizuna.ground.errors import Gone, Invalid
from kizuna.mail.message import is_address
from kizuna.people import admission, mail_queries
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.models import Viewer
from kizuna.people.ports import People
from kizuna.people.sudo import check_recent
from kizuna.people.tokens import token_hash
from kizuna.store.store import Row, Tx


def check_email(raw: str | None) -> str | None:
    """An address as it is stored, None for none. Raises Invalid."""
    email = (raw or "").strip()
    if not email:
        return None
    if not is_address(email):
        raise Invalid("This is not an e-mail address.", field="email")
    return email


async def my_email(people: People, viewer: Viewer) -> Row:
    """The viewer's address (email, new_email, bounced_at, sign_in_mails …)."""
    row = await mail_queries.addresses(people.store.reads, viewer.person_id)
    assert row is not None, "a viewer's person exists"
    return row


async def change_email(people: People, viewer: Viewer, raw: str) -> None:
    """Use another address once it is confirmed; at once where this server sends no mail.

    Raises Invalid, and ProveAgain. Leaving it empty takes the address away, unless the server needs one.
    """
    email = check_email(raw)
    if email is None and people.config.mail_confirmation == "required":
        raise Invalid("This server needs an e-mail address.", field="email")

    async def apply(tx: Tx) -> None:
        await check_recent(tx, viewer)
        before = await mail_queries.addresses(tx, viewer.person_id)
        assert before is not None, "a viewer's person exists"
        await mail_queries.drop_links(tx, viewer.person_id, "change")
        if email is not None and people.config.mail and email != before.email:
            await mail_queries.set_new_email(tx, viewer.person_id, email)
            await ask_mail(people, tx, Wanted("change", viewer.person_id))
        elif email != before.email:
            await _use(people, tx, viewer.person_id, before.email, email, None)
        else:
            await mail_queries.set_new_email(tx, viewer.person_id, None)

    await people.store.write(apply)


async def set_sign_in_mails(people: People, viewer: Viewer, *, wanted: bool) -> None:
    """Whether the viewer is told of new sign-ins by mail."""

    async def apply(tx: Tx) -> None:
        await mail_queries.set_sign_in_mails(tx, viewer.person_id, wanted=wanted)

    await people.store.write(apply)


async def find_confirmation(people: People, token: str) -> Row:
    """The link behind a confirmation's token. Raises Gone."""
    digest = token_hash("mail link", token)
    row = await mail_queries.link(people.store.reads, digest, people.clock.now_ms())
    if row is None or row.purpose not in ("confirm", "change"):
        raise used_up()
    return row


async def confirm(people: People, token: str) -> str:
    """An address is right: whoever opened the link reads its mails. Answers the link's purpose. Raises Gone."""
    digest = token_hash("mail link", token)

    async def apply(tx: Tx) -> str:
        row = await mail_queries.link(tx, digest, tx.now_ms)
        if (
            row is None
            or row.purpose not in ("confirm", "change")
            or not await mail_queries.take_link(tx, row.id)
        ):
            raise used_up()
        before = await mail_queries.addresses(tx, row.person_id)
        assert before is not None, "a link's person exists"
        if row.email != (before.email if row.purpose == "confirm" else before.new_email):
            raise used_up()
        old = before.email if row.purpose == "change" else None
        await _use(people, tx, row.person_id, old, row.email, tx.now_ms)
        if row.purpose == "confirm":
            await admission.admit_if_ready(people, tx, row.person_id)
        return row.purpose

    return await people.store.write(apply)


async def _use(
    people: People, tx: Tx, person_id: int, old: str | None, new: str | None, confirmed_at: int | None
) -> None:
    await mail_queries.set_email(tx, person_id, new, confirmed_at)
    await mail_queries.drop_links(tx, person_id, "reset")  # they were sent to the address before
    if old is not None and old != new:
        await ask_mail(people, tx, Wanted("changed", person_id, to=old))


def used_up() -> Gone:
    """The same for a link that was used, replaced or is too old, and for one that never was."""
    return Gone("This link was used already, or it is too old. Ask for a new one.")
