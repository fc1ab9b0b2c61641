"""What happened at the tie. Events carry ids and states, never what somebody wrote."""

from kizuna.ground.events import Event


class Linked(Event, frozen=True, tag="tie.linked"):
    """A face was tied to an account elsewhere, or tied again."""

    link_id: int
    face_id: int


class Unlinked(Event, frozen=True, tag="tie.unlinked"):
    """The person ended a link. What it had brought in is gone."""

    link_id: int
    face_id: int


class AccessEnded(Event, frozen=True, tag="tie.access_ended"):
    """The partner takes the token no more; the person must sign in over there again."""

    link_id: int
    face_id: int


class ConsentChanged(Event, frozen=True, tag="tie.consent_changed"):
    """A direction was opened or closed."""

    link_id: int
    face_id: int
    direction: str
    given: bool


class CopyChanged(Event, frozen=True, tag="tie.copy_changed"):
    """A copy is in another state of the ledger."""

    copy_id: int
    face_id: int
    voice_id: int
    state: str


class CopyAsked(Event, frozen=True, tag="tie.copy_asked"):
    """A copy is to stand on the square of this very server.

    The one event with a text in it: that text is public by its author's act. `key` names the copy to the ledger, and is
    made of nothing that tells of the circle.
    """

    key: str
    account_id: int
    text: str
    asked_at: int


class CopyStands(Event, frozen=True, tag="tie.copy_stands"):
    """The square has made the post of a copy. Told in the square's store."""

    key: str
    post_id: int


class CopyRefused(Event, frozen=True, tag="tie.copy_refused"):
    """The square did not make the post, and will not. Told in the square's store."""

    key: str
    reason: str


class EditAsked(Event, frozen=True, tag="tie.edit_asked"):
    """The post of a copy is to say something else on the square of this very server. The text is public, as above."""

    key: str
    account_id: int
    post_id: int
    text: str


class CopyEdited(Event, frozen=True, tag="tie.copy_edited"):
    """The post of a copy says what was asked. Told in the square's store."""

    key: str
    text: str


class EditRefused(Event, frozen=True, tag="tie.edit_refused"):
    """The post of a copy stays as it was. Told in the square's store."""

    key: str
    text: str
    reason: str


class RecallAsked(Event, frozen=True, tag="tie.recall_asked"):
    """The post of a copy is to be gone from the square of this very server."""

    key: str
    account_id: int
    post_id: int


class CopyGone(Event, frozen=True, tag="tie.copy_gone"):
    """The post of a copy is gone. Told in the square's store."""

    key: str


class Arrived(Event, frozen=True, tag="tie.arrived"):
    """New items of a partner's home; `newest_id` is the greatest of their ids."""

    link_id: int
    face_id: int
    newest_id: int
    count: int
