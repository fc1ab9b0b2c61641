"""The things of the tie, as doors and home see them. Times are Unix milliseconds; ids of partners are opaque texts."""

from enum import StrEnum
from typing import Final, Literal

import msgspec

from kizuna.circle.models import Face
from kizuna.square.models import Account
from kizuna.tie.states import State

Direction = Literal["out", "in"]
#: The origin of the place that is this very server's square, whatever the server is called.
INSIDE: Final = ""


class LinkState(StrEnum):
    """How a link stands."""

    LIVE = "live"
    RENEWAL = "renewal"
    """The partner refuses the token; the person must sign in there again."""
    ENDING = "ending"
    """The person unlinked; the last recalls are under way and the token is given back after them."""
    ENDED = "ended"


class Limit(msgspec.Struct, frozen=True):
    """How long a text may be at a place, as the place counts.

    `url` is what each link counts, None where links count like other text; `unit` is what one character is. `handles`
    says how a handle is kept from pointing at somebody: by an invisible joiner, or by leaving out its @.
    """

    most: int = 500
    url: int | None = 23
    unit: Literal["grapheme", "point"] = "grapheme"
    handles: Literal["joined", "bare"] = "joined"


class Consent(msgspec.Struct, frozen=True):
    """A direction of a link, open from `given_at` to `ended_at` (None: still)."""

    direction: Direction
    given_at: int
    ended_at: int | None


class Link(msgspec.Struct, frozen=True):
    """A tie of one's own face. `consents` are the open ones."""

    id: int
    origin: str
    host: str
    acct: str
    account_url: str
    state: LinkState
    linked_at: int
    limit: Limit
    consents: tuple[Consent, ...]

    @property
    def inside(self) -> bool:
        """Whether it leads to the square of this very server."""
        return self.origin == INSIDE

    def allows(self, direction: Direction) -> bool:
        """Whether the person lets this direction flow now."""
        return any(consent.direction == direction for consent in self.consents)


class Target(msgspec.Struct, frozen=True):
    """A place a voice could be copied to, with the text as it would stand there.

    `names` are the handles in it that point at somebody; they will notify nobody, but their names would be public.
    `copy_state` is the state of the copy that is there already, if any.
    """

    link: Link
    text: str
    cut: bool
    names: tuple[str, ...]
    copy_state: State | None


class Update(msgspec.Struct, frozen=True):
    """A standing copy that says something else than its voice does now, and what it would say."""

    copy_id: int
    link: Link
    text: str
    cut: bool
    names: tuple[str, ...]


class CopyEvent(msgspec.Struct, frozen=True):
    """A receipt: what happened to a copy, the state after it, and the partner's words where it gave any."""

    kind: str
    state: State
    detail: str | None
    at: int


class LedgerLine(msgspec.Struct, frozen=True):
    """A copy as its author sees it."""

    id: int
    voice_id: int
    link_id: int
    host: str
    acct: str
    text: str
    state: State
    reason: str | None
    failures: int
    """Attempts in a row that could not be made; tried again at `due_at`."""
    new_text: str | None
    due_at: int | None
    remote_url: str | None
    made_at: int
    changed_at: int

    @property
    def can_recall(self) -> bool:
        """Whether asking for it back would still do something."""
        return self.state not in (State.FAILED, State.RECALL_WANTED, State.RECALLED)


class Inbound(msgspec.Struct, frozen=True):
    """A public item of a partner's home, kept for the one face that is tied to it. `html` is sanitised."""

    id: int
    link_id: int
    host: str
    url: str
    author_name: str
    author_acct: str
    author_url: str
    boosted_by: str | None
    warning: str
    html: str
    attachments: int
    written_at: int


class Suggestion(msgspec.Struct, frozen=True):
    """Somebody whom one follows on the square and is followed by, as both planes show them."""

    face: Face
    account: Account
