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


class Arrived(Event, frozen=True, tag="tie.arrived"):
    """New items of a partner's home; `newest_id` is the greatest of their ids."""

    link_id: int
    face_id: int
    newest_id: int
    count: int
